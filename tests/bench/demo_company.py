"""The demo company as parties, with what matching must find in it."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sync.rules.parties import Party, vat_normal_form

ROOT = Path(__file__).parents[2]
CUSTOMERS = ROOT / "accounts_link/demo/customers.csv"
TRUTH = ROOT / "accounts_link/demo/truth.csv"
ACCOUNTS = ROOT / "exact_client/sandbox/company/accounts.json"


class Truth(NamedTuple):
    """What must come of a customer: an outcome, and for a link its account and rule."""

    outcome: str
    account: str
    rule: str


@dataclass(frozen=True)
class Company:
    """Customers and accounts, and the truth for each customer number."""

    customers: list[Party]
    accounts: list[Party]
    truth: dict[str, Truth]


def demo_company() -> Company:
    """Return the company that the demo shows."""
    with CUSTOMERS.open(encoding="utf-8", newline="") as file:
        customers = [_demo_customer(row) for row in csv.DictReader(file)]
    with TRUTH.open(encoding="utf-8", newline="") as file:
        truth = {
            row["customer_number"]: Truth(row["expected"], row["exact_id"], row["rule"])
            for row in csv.DictReader(file)
        }
    accounts = [_demo_account(row) for row in json.loads(ACCOUNTS.read_text(encoding="utf-8"))]
    return Company(customers, accounts, truth)


def _demo_customer(row: dict[str, str]) -> Party:
    return Party(
        key=row["Customer Number"],
        number=row["Customer Number"],
        name=row["Company name"],
        vat=vat_normal_form(row["VAT number"], row["Country"]),
        vat_typed=row["VAT number"],
        chamber_number=row["KVK number"],
        street=f"{row['Address line 1']} {row['Address Number']}",
        postcode=row["Zip code"],
        city=row["City"],
        country=row["Country"],
        email=row["Public E-mail"],
        phone=row["Phone"],
    )


def _demo_account(row: dict[str, str | None]) -> Party:
    known = {name: value or "" for name, value in row.items()}
    return Party(
        key=known["ID"],
        number=known["Code"],
        search_code=known["SearchCode"],
        status=known["Status"],
        name=known["Name"],
        vat=vat_normal_form(known["VATNumber"], known["Country"]),
        vat_typed=known["VATNumber"],
        street=known["AddressLine1"],
        postcode=known["Postcode"],
        city=known["City"],
        country=known["Country"],
        email=known["Email"],
        phone=known["Phone"],
    )
