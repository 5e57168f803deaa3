"""How alike two parties are: points in plain words, weighed by how rare it is what agrees."""

from collections.abc import Iterator, Mapping, Sized
from dataclasses import dataclass
from math import log2

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from sync.rules.names import PARTICLES, TRADES
from sync.rules.parties import vat_entity
from sync.rules.portraits import (
    ADDRESS,
    CITY_NAME,
    DOMAIN,
    EMAIL,
    PLACE,
    TELEPHONE,
    WORD,
    Portrait,
)

# The most that each kind of agreement is worth, in points of a score from 0 to 100.
NAME, OTHER_LEGAL_FORM = 60, -20
POSTCODE, CITY, STREET, OTHER_ADDRESS = 20, 10, 15, -10
EMAIL_ADDRESS, EMAIL_DOMAIN, PHONE = 20, 15, 15
SAME_VAT, SAME_VAT_ENTITY, SAME_VAT_TYPED, OTHER_VAT = 60, 25, 30, -30
SAME_CHAMBER_NUMBER, OTHER_CHAMBER_NUMBER = 50, -30
SAME_CODE, SAME_SEARCH_CODE = 20, 20

# Shares of a name that agree, from 0.0 to 1.0.
NAMES_NEARLY_EQUAL, NAMES_PARTLY_EQUAL = 0.8, 0.35
SAME_LETTERS, HOLDS_THE_OTHER = 0.95, 0.85
SHORTENED, INITIAL = 0.8, 0.5  # how surely "arch" is "architecten", and "p" "peeters"

FEW_LETTERS, MANY_LETTERS = 5, 9  # of a word: how long for one typing error, and for two
MOST_ERRORS = 2  # in a word or in a whole name
SHORTEST_ABBREVIATION = 3  # letters
STREETS_NEARLY_EQUAL = 85  # percent of letters

PARTICLE_BITS, TRADE_BITS = 1.0, 5.0  # what sharing "van", or "design", tells at most
ADDRESS_AGREES = 20  # points of place and contact that make a partly equal name enough
STATUSES = {"P": "a prospect", "S": "a suspect"}


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that speaks for or against a pair, in words, and what it adds to the score."""

    text: str
    value: int


class Rarity:
    """How much it tells that two parties share a trait, by how many accounts have it.

    Measured in bits: what one account in 1,024 has tells ten. What tells as much as it takes
    to point at one account among all of them is a full proof, and has strength 1.0.
    """

    SMALLEST = 1024  # below so many accounts, chance is judged as if there were so many

    def __init__(self, holders: Mapping[str, Sized], total: int) -> None:
        self._holders = holders
        self._total = max(total, self.SMALLEST)
        self._proof = log2(self._total)
        self._word_bits = dict.fromkeys(PARTICLES, PARTICLE_BITS)

    def bits(self, trait: str) -> float:
        """Return what sharing this tells; never less than a little."""
        holders = len(self._holders.get(trait, ()))
        return max(log2(self._total / max(holders, 1)), 0.1)

    def word_bits(self, word: str) -> float:
        """Return what sharing this word of a name tells."""
        known = self._word_bits.get(word)
        if known is None:
            bits = self.bits(WORD + word)
            known = self._word_bits[word] = min(bits, TRADE_BITS) if word in TRADES else bits
        return known

    def strength(self, bits: float) -> float:
        """Return which share of a proof so many bits are, at most 1.0."""
        return min(bits / self._proof, 1.0)

    def worth(self, most: int, trait: str) -> int:
        """Return the points for sharing a trait that is worth `most` when it is unique."""
        return round(most * self.strength(self.bits(trait)))


# --- Names -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NameLikeness:
    """Which share of two names agrees, and how strong a proof that is; both from 0.0 to 1.0."""

    share: float
    strength: float


def name_likeness(one: Portrait, other: Portrait, rarity: Rarity) -> NameLikeness:
    """Return how much of two names agrees, counting rare words for more than common ones.

    Forgives typing errors, blanks in the wrong place, abbreviations and any order of words.
    A name that holds the whole of the other ("… Antwerp") is nearly equal to it.
    """
    bits = rarity.word_bits
    ones, others = sum(map(bits, one.words)), sum(map(bits, other.words))
    least = min(ones, others)
    if not least:
        return NameLikeness(0.0, 0.0)
    if one.words == other.words:
        return NameLikeness(1.0, rarity.strength(ones))
    if one.sorted_words == other.sorted_words or one.run_together == other.run_together:
        return NameLikeness(SAME_LETTERS, rarity.strength(max(ones, others)))
    agreed = _agreed_bits(one.words, other.words, rarity)
    share = 2 * agreed / (ones + others)
    if agreed > 0.95 * least:
        share = max(share, HOLDS_THE_OTHER)
    whole = _alike_as_a_whole(one, other)
    if whole > share:
        share, agreed = whole, max(agreed, whole * least)
    return NameLikeness(share, rarity.strength(agreed))


def _agreed_bits(ones: tuple[str, ...], others: tuple[str, ...], rarity: Rarity) -> float:
    """Add up what the words that two names share tell, each word paired at most once."""
    left = list(others)
    unpaired = []
    agreed = 0.0
    for word in ones:
        if word in left:
            left.remove(word)
            agreed += rarity.word_bits(word)
        else:
            unpaired.append(word)
    for word in unpaired:
        alike, twin = max(((_alike(word, twin), twin) for twin in left), default=(0.0, ""))
        if alike:
            left.remove(twin)
            agreed += alike * min(rarity.word_bits(word), rarity.word_bits(twin))
    return agreed


def _alike_as_a_whole(one: Portrait, other: Portrait) -> float:
    """Return how alike two names are without their blanks, should these be what was mistyped.

    Errors weigh against the letters that tell: a trade's name is long, and the same for many.
    """
    edits = OSA.distance(one.run_together, other.run_together, score_cutoff=MOST_ERRORS)
    letters = sum(len(word) for word in one.words if word not in TRADES)
    return max(1 - edits / letters, 0.0) if edits <= MOST_ERRORS and letters else 0.0


def _alike(one: str, other: str) -> float:
    """Return how surely two words are one: mistyped, shortened, or not at all (0.0)."""
    if one in PARTICLES or other in PARTICLES:
        return 0.0
    short, long = sorted((one, other), key=len)
    if len(short) >= SHORTEST_ABBREVIATION and long.startswith(short) and long in TRADES:
        return SHORTENED
    if len(short) == 1 and long.startswith(short):
        return INITIAL
    if len(long) < FEW_LETTERS:
        return 0.0
    allowed = MOST_ERRORS if len(long) >= MANY_LETTERS else 1
    edits = OSA.distance(short, long, score_cutoff=MOST_ERRORS)
    return 1 - edits / len(long) if edits <= allowed else 0.0


# --- Points ------------------------------------------------------------------------------------


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
    if (customer.vat and account.vat) or not (customer.chamber_number and account.chamber_number):
        return
    if customer.chamber_number == account.chamber_number:
        yield Point("Enterprise number equal", SAME_CHAMBER_NUMBER)
    else:
        yield Point("Enterprise number differs", OTHER_CHAMBER_NUMBER)


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
    if customer.city and customer.city == account.city and customer.place != account.place:
        yield Point(f"City {party.city.strip()}", rarity.worth(CITY, CITY_NAME + account.city))
    if customer.place and customer.place == account.place:
        place = f"Postcode {party.postcode.strip()}" if party.postcode else f"City {party.city}"
        yield Point(place, rarity.worth(POSTCODE, PLACE + account.place))
        yield from _street(customer, account, rarity)


def addresses_differ(customer: Portrait, account: Portrait) -> bool:
    """Tell whether both addresses are known and neither place nor street agrees."""
    if not (customer.address and account.address):
        return False
    if customer.place == account.place or (customer.city and customer.city == account.city):
        return False
    return not _same_street(customer.street, account.street)


def _street(customer: Portrait, account: Portrait, rarity: Rarity) -> Iterator[Point]:
    """Compare streets of one place."""
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
