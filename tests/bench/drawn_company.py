"""Companies of any size drawn by lot, of the same kind as the demo company, with their truth."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from stdnum.iso7064 import mod_11_10
from stdnum.nl import bsn

from sync.rules.names import LEGAL_FORMS, plain, word_set
from sync.rules.parties import Party
from tests.bench.demo_company import Company, Truth, demo_company

T = TypeVar("T")

# How many of 1,200 customers are in each case of the truth, as in the demo company.
CASES = {
    "vat": 567, "code": 89, "search_code": 86, "no counterpart": 164, "name suggestion": 82,
    "the account is not a customer": 56, "code belongs to another VAT number": 46,
    "number belongs to another name": 39, "vat is on two accounts": 38,
    "vat and code disagree": 17, "another VAT entity of that name": 16,
}  # fmt: skip
OTHERS = 0.5  # accounts that are no customer's, as a share of the customers
FORMS = {
    "BE": ["BV", "NV", "SRL", "SA", "VZW", "Comm.V", "CVBA", "VOF", "BVBA"],
    "NL": ["B.V.", "N.V.", "VOF", "BV"],
    "DE": ["GmbH", "UG", "AG"],
    "LU": ["S.A.", "S.à r.l."],
}
TRADE_NAMES = sorted(
    word_set("""
        Accountants Analytics Architecten Bouw Consulting Design Digital Energy Events Finance
        Interim Legal Logistics Media Partners Pharma Recruitment Software Studio Translations
    """)
)
BRAND_ENDS = ["net", "tech", "ify", "ware", "lab", "io", "ora"]
BRANCHES = ["Antwerp", "Gent", "HR", "Brussels", "Sales"]
WITHOUT_VAT = {"code", "search_code", "name suggestion", "no counterpart"}  # half of them
LINKED = {"vat", "code", "search_code"}
COUNTRIES = ["BE"] * 14 + ["NL"] * 4 + ["DE", "LU"]


def drawn_company(size: int, seed: int = 1) -> Company:
    """Return a company with `size` customers, always the same for the same seed."""
    return _Draw(size, seed).company()


class _Draw:
    """One company while it is drawn."""

    def __init__(self, size: int, seed: int) -> None:
        self.size = size
        self.lot = random.Random(seed)  # noqa: S311 - a benchmark needs no secret
        customers = demo_company().customers
        self.families = sorted({name for customer in customers for name in _families(customer)})
        self.streets = sorted({customer.street.rpartition(" ")[0] for customer in customers})
        self.cities = sorted({customer.city for customer in customers})
        self.accounts: list[Party] = []
        self.customers: list[Party] = []
        self.truth: dict[str, Truth] = {}
        self.vat_numbers: set[str] = set()

    def company(self) -> Company:
        for _ in range(int(self.size * OTHERS)):
            self.add_account(self.variant(self.party()))
        cases: dict[str, Callable[[Party], str]] = {
            "vat": self.vat, "code": self.code, "search_code": self.search_code,
            "no counterpart": lambda customer: "", "name suggestion": self.suggestion,
            "the account is not a customer": self.no_customer,
            "code belongs to another VAT number": self.other_vat,
            "number belongs to another name": self.other_name,
            "vat is on two accounts": self.two_accounts, "vat and code disagree": self.disagree,
            "another VAT entity of that name": self.other_entity,
        }  # fmt: skip
        drawn = self.lot.choices(list(CASES), list(CASES.values()), k=self.size)
        for number, case in enumerate(drawn, 10_001):
            self.add_customer(str(number), case, cases[case])
        return Company(self.customers, self.accounts, self.truth)

    def add_customer(self, number: str, case: str, counterpart: Callable[[Party], str]) -> None:
        customer = replace(self.party(), key=number, number=number)
        if case in WITHOUT_VAT and self.lot.random() < 0.5:
            customer = replace(customer, vat="", vat_typed="")
        if case == "number belongs to another name":
            customer = replace(customer, vat="", vat_typed="")
        if case == "another VAT entity of that name":
            customer = self.in_country("NL", number)
        account = counterpart(customer)
        outcome = {"no counterpart": "create"}.get(case, "link" if case in LINKED else "review")
        self.customers.append(customer)
        self.truth[number] = Truth(outcome, account, case)
        if case == "vat" and self.lot.random() < 0.03:  # a department under the same VAT number
            branch = f"{number}-1"
            department = replace(
                customer, key=branch, number=branch, name=f"{customer.name} {self.pick(BRANCHES)}"
            )
            self.customers.append(department)
            self.truth[branch] = Truth("link", account, "vat")

    # Each case makes the account that its truth speaks of, and returns its key.

    def vat(self, customer: Party) -> str:
        return self.add_account(self.variant(customer))

    def code(self, customer: Party) -> str:
        return self.add_account(self.without_vat(customer), number=customer.number)

    def search_code(self, customer: Party) -> str:
        return self.add_account(self.without_vat(customer), search_code=customer.number)

    def suggestion(self, customer: Party) -> str:
        return self.add_account(self.without_vat(customer))

    def no_customer(self, customer: Party) -> str:
        return self.add_account(self.variant(customer), status=self.pick("APS"))

    def other_vat(self, customer: Party) -> str:
        self.add_account(self.variant(self.party()), number=customer.number)
        return ""

    def other_name(self, customer: Party) -> str:
        where = self.pick(["number", "search_code"])
        self.add_account(self.without_vat(self.party()), **{where: customer.number})
        return ""

    def two_accounts(self, customer: Party) -> str:
        self.add_account(self.variant(customer))
        return self.add_account(self.variant(customer))

    def disagree(self, customer: Party) -> str:
        self.add_account(self.without_vat(self.party()), number=customer.number)
        return self.add_account(self.variant(customer))

    def other_entity(self, customer: Party) -> str:
        return self.add_account(replace(self.variant(customer), vat=customer.vat[:11] + "B77"))

    # What parties are made of.

    def add_account(self, party: Party, **known: str) -> str:
        key = f"account-{len(self.accounts):07}"
        number = f"{2_000_000 + len(self.accounts):>18}"
        known = {"number": number, "search_code": "", "status": "C", **known}
        self.accounts.append(replace(party, key=key, **known))
        return key

    def party(self) -> Party:
        return self.in_country(self.pick(COUNTRIES), "")

    def in_country(self, country: str, number: str) -> Party:
        name = self.name()
        domain = "".join(letter for letter in plain(name) if letter.isalnum())
        city, postcode = self.pick(self.cities), str(self.lot.randint(1000, 9999))
        form = f" {self.pick(FORMS[country])}" if self.lot.random() < 0.5 else ""
        return Party(
            key=number,
            number=number,
            name=name + form,
            vat=self.vat_number(country),
            street=f"{self.pick(self.streets)} {self.lot.randint(1, 250)}",
            postcode=f"{postcode} {self.letters(2)}" if country == "NL" else postcode,
            city=city,
            country=country,
            email=f"info@{domain}.{country.lower()}",
            phone=f"0{self.lot.randint(10_000_000, 999_999_999)}",
        )

    def vat_number(self, country: str) -> str:
        while (number := _a_vat_number(country, self.lot)) in self.vat_numbers:
            pass
        self.vat_numbers.add(number)
        return number

    def name(self) -> str:
        kind = self.lot.random()
        if kind < 0.4:
            return f"{self.pick(self.families)} & {self.pick(self.families)}"
        who, trade = self.pick(self.families), self.pick(TRADE_NAMES)
        if kind < 0.6:
            who = f"{who.split()[-1][:4]}{self.pick(BRAND_ENDS)}".capitalize()
        return f"{who} {trade}" if self.lot.random() < 0.6 else f"{trade} {who}"

    def without_vat(self, party: Party) -> Party:
        return replace(self.variant(party), vat="", vat_typed="")

    def variant(self, party: Party) -> Party:
        """Return a party as another bookkeeper would have typed it."""
        name = _without_form(party.name)
        form = party.name.removeprefix(name).strip() or self.pick(FORMS[party.country])
        change = self.lot.random()
        if change < 0.2:
            name = self.typo(name)
        elif change < 0.35:
            name = name.upper()
        elif change < 0.42:
            name = name.replace("&", "en")
        name = self.pick([name, name, f"{name} {form}", f"{form} {name}"])
        phone = f"+32(0){party.phone[1:]}" if self.lot.random() < 0.3 else ""
        email = party.email if self.lot.random() < 0.6 else ""
        return replace(
            party, name=name, phone=phone, email=email, postcode=party.postcode.replace(" ", "")
        )

    def typo(self, name: str) -> str:
        place = self.lot.randrange(1, len(name) - 1)
        before, one, two, after = name[:place], name[place], name[place + 1], name[place + 2 :]
        return before + self.pick([one + one + two, two, two + one]) + after

    def letters(self, count: int) -> str:
        return "".join(self.lot.choices("ABCDEGHJKLMNPRSTVWXZ", k=count))

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(self.lot.random() * len(choices))]


def _families(customer: Party) -> list[str]:
    name = _without_form(customer.name)
    return [part.strip() for part in name.split("&")] if "&" in name else []


def _without_form(name: str) -> str:
    words = name.split()
    while len(words) > 1 and plain(words[-1]).replace(".", "") in LEGAL_FORMS:
        words.pop()
    return " ".join(words).removesuffix(" S.à")


def _a_vat_number(country: str, lot: random.Random) -> str:
    """Return a number that passes its country's check."""
    if country == "BE":
        eight = lot.randint(2_000_000, 19_999_999)
        return f"BE{eight:08}{97 - eight % 97:02}"
    if country == "LU":
        six = lot.randint(100_000, 999_999)
        return f"LU{six}{six % 89:02}"
    if country == "DE":
        eight = lot.randint(10_000_000, 99_999_999)
        return f"DE{eight}{mod_11_10.calc_check_digit(str(eight))}"
    while True:  # one in eleven has no check digit
        nine = str(lot.randint(100_000_000, 999_999_999))
        if bsn.is_valid(nine):
            return f"NL{nine}B{lot.randint(1, 3):02}"
