"""Makes the company's accounts and contacts, from the sample's customers and Exact's accounts."""

import json
import re
from pathlib import Path
from typing import Any

from tests.zoho_client.sandbox.make_metadata import Row, identity, reference, stamped

ROOT = Path(__file__).resolve().parents[3]
EXACT = ROOT / "exact_client" / "sandbox" / "company" / "accounts.json"

# first = FIRST[n % 20], last = LAST[(n // 7) % 30], e-mail first.last@<domain of the customer>
FIRST = [
    "Lotte", "Bram", "Emma", "Wout", "Julie", "Pieter", "Sofie", "Thomas", "Marie", "Jeroen",
    "Anke", "Koen", "Elise", "Daan", "Nathalie", "Maarten", "Sanne", "Luc", "Charlotte", "Stijn",
]  # fmt: skip
LAST = [
    "Peeters", "Janssens", "Maes", "Jacobs", "Willems", "Claes", "Goossens",
    "Wouters", "De Smet", "Dubois", "Lambert", "Martens", "De Vries", "Bakker",
    "Visser", "Smit", "Meijer", "Mulder", "Bos", "Hendriks", "Van Dijk",
    "Dekker", "Van den Berg", "Hermans", "Aerts", "Michiels", "Leroy", "Simon",
    "Laurent", "Desmet",
]  # fmt: skip
PROSPECTS = ["Nimbus", "Korenbloem", "Zilverberk", "Octant", "Palissade", "Vuurtoren", "Marmot"]
BRANCHES = [
    "Robotics",
    "Studio",
    "Legal",
    "Foods",
    "Energy",
    "Academy",
    "Travel",
    "Labs",
    "Care",
    "Films",
]
COUNTRIES: dict[str, list[str | None]] = {
    "BE": ["Belgium", "BE", "België", "Belgique", None], "NL": ["Netherlands", "NL", "Nederland"],
    "FR": ["France"], "DE": ["Germany", "DE"], "LU": ["Luxembourg"],
}  # fmt: skip


def typed_vat(number: int, vat: str) -> str:
    """A VAT number as one of five colleagues types it."""
    bare = re.sub(r"[^A-Za-z0-9]", "", vat).upper()
    dotted = f"{bare[:2]} {bare[2:6]}.{bare[6:9]}.{bare[9:]}"
    return [vat, bare, bare.lower(), dotted, bare[:2] + " " + bare[2:]][number % 5]


def typed_name(number: int, name: str) -> str:
    """A company's name as one of several colleagues types it."""
    short = re.sub(r" (SA|BV|NV|GmbH|SARL|SRL|B\.V\.|BVBA|Comm\.V|VOF|CV)$", "", name)
    ways = {2: short, 5: name.upper(), 7: name.replace("&", "en"), 8: f"{name} "}
    return ways.get(number % 9, name)


def account(number: int, row: dict[str, str], **changes: Any) -> Row:
    """A customer as Zoho knows it, or not quite."""
    country = COUNTRIES[row["Country"]]
    vat = row["VAT number"] if number % 4 else ""
    facts = {
        "Account_Name": typed_name(number, row["Company name"]),
        "VAT_Number": typed_vat(number, vat) if vat else None,
        "Account_Type": "Customer" if number % 3 else None,
        "Phone": row["Phone"] or None,
        "Website": f"https://www.{domain(row)}" if number % 2 else None,
        "Billing_Street": f"{row['Address line 1']} {row['Address Number']}",
        "Billing_Code": row["Zip code"] if number % 11 else None,
        "Billing_City": row["City"],
        "Billing_Country": country[number % len(country)],
    }
    return stamped(identity(101, number), number, **{**facts, **changes})


def domain(row: dict[str, str]) -> str:
    """What stands behind the @ of a customer's address."""
    return row["Public E-mail"].partition("@")[2]


def accounts(customers: dict[int, dict[str, str]]) -> list[Row]:
    """Most customers; some twice, some with a wrong VAT number, and prospects nobody else knows."""
    made = []
    for n, row in customers.items():
        if n % 12 == 11:
            continue  # known in Exact and zapfloor only
        wrong = {"VAT_Number": customers[n + 1 if n < 11200 else n - 1]["VAT number"] or None}
        unclear = {"VAT_Number": "n/a"}
        made.append(account(n, row, **(wrong if n % 60 == 7 else unclear if n % 80 == 5 else {})))
        if n % 50 == 3:
            twin = {"id": identity(101, n + 20_000), "Account_Name": row["Company name"].title()}
            made.append(account(n, row, **twin) if n % 100 == 3 else {**made[-1], **twin})
    return [*made, *prospects(), *only_in_exact(customers)]


def prospects() -> list[Row]:
    """Companies that sales is still talking with."""
    return [
        stamped(
            identity(101, 50_000 + number),
            number,
            Account_Name=f"{one} {branch}",
            Account_Type="Prospect",
            Billing_City="Gent",
            Billing_Country="Belgium",
        )
        for number, (one, branch) in enumerate(
            (one, branch) for one in PROSPECTS for branch in BRANCHES
        )
    ]


def only_in_exact(customers: dict[int, dict[str, str]]) -> list[Row]:
    """Accounts in Exact that rent nothing, yet stand in the CRM."""
    known = {row["Company name"] for row in customers.values()}
    others = [row for row in json.loads(EXACT.read_text()) if row["Name"] not in known]
    return [
        stamped(
            identity(101, 60_000 + number),
            number,
            Account_Name=row["Name"],
            VAT_Number=row["VATNumber"],
            Billing_City=row["City"],
            Billing_Code=row["Postcode"],
        )
        for number, row in enumerate(others[::12])
    ]


def contacts(customers: dict[int, dict[str, str]], known: dict[str, Row]) -> list[Row]:
    """One person for three of four customers, some spoilt, and one for each prospect."""
    made = []
    for n, row in customers.items():
        if n % 4 == 3 or n % 12 == 6:
            continue
        of = known.get(identity(101, n))
        made.append(contact(n, n, domain(row), of))
        spoil(made[-1], n, row)
        if n % 40 == 1:
            second = contact(n + 11, n + 20_000, domain(row), of)
            # One mailbox for two people: a duplicate to Zoho's upsert, not to its users.
            made.append({**second, "Email": made[-1]["Email"]} if n % 80 == 1 else second)
    for number in range(70):
        of = known[identity(101, 50_000 + number)]
        host = of["Account_Name"].replace(" ", "").lower() + ".example"
        made.append(contact(number * 3, 50_000 + number, host, of))
    return made


def contact(index: int, number: int, host: str, of: Row | None) -> Row:
    """A person; `index` decides the name, `number` the id."""
    first, last = FIRST[index % 20], LAST[index // 7 % 30]
    return stamped(
        identity(102, number),
        number,
        First_Name=first,
        Last_Name=last,
        Email=f"{first}.{last}@{host}".replace(" ", "").lower(),
        Account_Name=reference(of, "Account_Name"),
    )


def spoil(person: Row, n: int, row: dict[str, str]) -> None:
    """Make a contact as incomplete as life does."""
    if n % 25 == 4:
        person["First_Name"] = None
    if n % 30 == 8:
        person["Email"] = row["Public E-mail"]
    if n % 45 == 9:
        person["Account_Name"] = None


def full_name(person: Row) -> str:
    """How Zoho shows a contact where another record refers to it."""
    return " ".join(filter(None, (person["First_Name"], person["Last_Name"])))
