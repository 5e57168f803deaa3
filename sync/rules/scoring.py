"""How alike two parties are: points in plain words, weighed by how rare it is what agrees."""

from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz

from sync.rules.name_likeness import (
    NAMES_NEARLY_EQUAL,
    NAMES_PARTLY_EQUAL,
    SAME_LETTERS,
    name_likeness,
)
from sync.rules.parties import vat_entity
from sync.rules.portraits import (
    ADDRESS,
    CITY_NAME,
    DOMAIN,
    EMAIL,
    PLACE,
    TELEPHONE,
    Portrait,
)
from sync.rules.rarity import Rarity

# The most that each kind of agreement is worth, in points of a score from 0 to 100.
NAME, OTHER_LEGAL_FORM = 60, -20
POSTCODE, CITY, STREET, OTHER_ADDRESS = 20, 10, 15, -10
EMAIL_ADDRESS, EMAIL_DOMAIN, PHONE = 20, 15, 15
SAME_VAT, SAME_VAT_ENTITY, SAME_VAT_TYPED, OTHER_VAT = 60, 25, 30, -30
SAME_CHAMBER_NUMBER, OTHER_CHAMBER_NUMBER = 50, -30
SAME_CODE, SAME_SEARCH_CODE = 20, 20

STREETS_NEARLY_EQUAL = 85  # percent of letters
ADDRESS_AGREES = 20  # points of place and contact that make a partly equal name enough
STATUSES = {"P": "a prospect", "S": "a suspect"}


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that speaks for or against a pair, in words, and what it adds to the score."""

    text: str
    value: int


def points(customer: Portrait, account: Portrait, rarity: Rarity) -> tuple[Point, ...]:
    """Return all that speaks for or against a customer being this account, hard evidence first."""
    return (
        *_state_numbers(customer, account),
        *_our_numbers(customer, account),
        *_name(customer, account, rarity),
        *_place(customer, account, rarity),
        *_contact(customer, account, rarity),
        *_status(account),
    )


def score(found: tuple[Point, ...]) -> int:
    """Return the sum of points, kept between 0 and 100."""
    return min(max(sum(point.value for point in found), 0), 100)


def address_agrees(customer: Portrait, account: Portrait, rarity: Rarity) -> bool:
    """Tell whether address, phone or e-mail make it likely that two parties are one."""
    found = (*_place(customer, account, rarity), *_contact(customer, account, rarity))
    return sum(point.value for point in found) >= ADDRESS_AGREES


def _state_numbers(customer: Portrait, account: Portrait) -> Iterator[Point]:
    if customer.vat and account.vat:
        yield _vat(customer.vat, account.vat)
    elif customer.vat_typed and customer.vat_typed == account.vat_typed:
        yield Point("VAT number equal as typed, but not valid", SAME_VAT_TYPED)
    else:
        yield Point("No VAT number to compare", 0)
    if customer.vat and account.vat:
        return
    if customer.chamber_number and customer.chamber_number == account.chamber_number:
        yield Point("Enterprise number equal", SAME_CHAMBER_NUMBER)
    elif enterprise_numbers_differ(customer, account):
        yield Point("Enterprise number differs", OTHER_CHAMBER_NUMBER)


def enterprise_numbers_differ(customer: Portrait, account: Portrait) -> bool:
    """Tell whether one country's register has two parties under different numbers."""
    one, other = customer.chamber_number, account.chamber_number
    return bool(one and other) and one[:2] == other[:2] and one != other


def _vat(customer: str, account: str) -> Point:
    if customer == account:
        return Point("VAT number equal", SAME_VAT)
    if vat_entity(customer) == vat_entity(account):
        suffixes = f"{customer[11:]} and {account[11:]}"
        return Point(f"VAT number equal but for its end: {suffixes}", SAME_VAT_ENTITY)
    return Point("VAT number differs", OTHER_VAT)


def _our_numbers(customer: Portrait, account: Portrait) -> Iterator[Point]:
    if not customer.number:
        return
    if customer.number == account.number:
        yield Point(f"Code {account.number} is the customer number", SAME_CODE)
    if customer.number == account.search_code:
        yield Point(f"Search code {account.search_code} is the customer number", SAME_SEARCH_CODE)


def _name(customer: Portrait, account: Portrait, rarity: Rarity) -> Iterator[Point]:
    alike = name_likeness(customer, account, rarity)
    value = round(NAME * alike.share * alike.strength)
    if alike.share == 1.0:
        yield Point("Name equal", value)
    elif alike.share == SAME_LETTERS:
        yield Point("Name equal but for blanks or order", value)
    elif alike.share >= NAMES_NEARLY_EQUAL:
        yield Point("Name nearly equal", value)
    elif alike.share >= NAMES_PARTLY_EQUAL:
        yield Point("Name partly equal", value)
    else:
        yield Point("Name differs", 0)
    if customer.legal_form and account.legal_form and customer.legal_form != account.legal_form:
        yield Point("Legal form differs", OTHER_LEGAL_FORM)


def _place(customer: Portrait, account: Portrait, rarity: Rarity) -> Iterator[Point]:
    if addresses_differ(customer, account):
        yield Point("Address differs", OTHER_ADDRESS)
        return
    party = account.party
    if customer.place and customer.place == account.place:
        place = f"Postcode {party.postcode.strip()}" if party.postcode else f"City {party.city}"
        yield Point(place, rarity.worth(POSTCODE, PLACE + account.place))
    elif customer.city and customer.city == account.city:
        yield Point(f"City {party.city.strip()}", rarity.worth(CITY, CITY_NAME + account.city))
    else:
        return
    yield from _street(customer, account, rarity)


def addresses_differ(customer: Portrait, account: Portrait) -> bool:
    """Tell whether both addresses are known and neither place nor street agrees."""
    if not (customer.address and account.address):
        return False
    if customer.place == account.place or (customer.city and customer.city == account.city):
        return False
    return not _same_street(customer.street, account.street)


def _street(customer: Portrait, account: Portrait, rarity: Rarity) -> Iterator[Point]:
    """Compare streets of one place or city."""
    worth = rarity.worth(STREET, ADDRESS + account.address)
    if customer.street and customer.street == account.street:
        yield Point(f"Street {account.party.street.strip()}", worth)
    elif _same_street(customer.street, account.street):
        yield Point("Street nearly equal", worth // 2)
    elif customer.street and account.street:
        yield Point("Street differs", 0)


def _same_street(one: str, other: str) -> bool:
    """Tell whether two streets are one but for a typing error or the house number."""
    name, _, number = one.partition(" ")
    twin, _, twin_number = other.partition(" ")
    if not name or not twin:
        return False
    return name == twin or (
        number == twin_number and fuzz.ratio(name, twin) >= STREETS_NEARLY_EQUAL
    )


def _contact(customer: Portrait, account: Portrait, rarity: Rarity) -> Iterator[Point]:
    if customer.email and customer.email == account.email:
        yield Point("E-mail address equal", rarity.worth(EMAIL_ADDRESS, EMAIL + account.email))
    elif customer.email_domain and customer.email_domain == account.email_domain:
        domain = account.email_domain
        yield Point(f"E-mail domain {domain}", rarity.worth(EMAIL_DOMAIN, DOMAIN + domain))
    if customer.phone and customer.phone == account.phone:
        yield Point("Phone number equal", rarity.worth(PHONE, TELEPHONE + account.phone))


def _status(account: Portrait) -> Iterator[Point]:
    status = account.party.status
    if status != "C":
        yield Point(f"In Exact not a customer but {STATUSES.get(status, 'without a status')}", 0)
