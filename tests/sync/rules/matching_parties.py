"""A customer, accounts around it, and short ways to ask what is decided."""

from sync.rules.matching import AccountIndex, Decision, decide
from sync.rules.parties import Party

VAT, OTHER_VAT = "BE0403019261", "BE0428759497"
CUSTOMER = Party(
    key="10474",
    number="10474",
    name="Dockx Architecten BV",
    vat=VAT,
    street="Mariannelei 12",
    postcode="9000",
    city="Gent",
    country="BE",
    email="info@dockx.be",
    phone="09 223 45 67",
)
ELSEWHERE = {
    "street": "Rue Haute 3",
    "postcode": "5000",
    "city": "Namur",
    "country": "BE",
}


def an_account(key: str = "one", name: str = "Leleux Nicolas", **known: str) -> Party:
    """Return an account that is a customer, and by itself has nothing to do with CUSTOMER."""
    defaults = {"number": f"2{key}", "status": "C", **ELSEWHERE}
    return Party(key=key, name=name, **{**defaults, **known})


def its_account(key: str = "its", **known: str) -> Party:
    """Return an account with name and address of CUSTOMER, but no number of it."""
    place = {"street": "Mariannelei 12", "postcode": "9000", "city": "Gent"}
    return an_account(key, **{"name": "DOCKX ARCHITECTEN", **place, **known})


def decided(*accounts: Party, customer: Party = CUSTOMER, rejected: str = "") -> Decision:
    return decide(customer, AccountIndex(accounts), not_the_same=frozenset(rejected.split()))


def shown(decision: Decision) -> list[str]:
    return [candidate.key for candidate in decision.candidates]
