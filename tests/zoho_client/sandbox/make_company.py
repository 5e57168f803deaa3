"""Makes the files in zoho_client/sandbox/company.

To make them anew: `python -m tests.zoho_client.sandbox.make_company`. Everything follows from the
customer number n, so that the same files come out each time and the stand-in of Exact can make the
same people and items by the same rule.
"""

import csv
import json

from tests.zoho_client.sandbox.make_metadata import Row, fields, modules, organisation
from tests.zoho_client.sandbox.make_papers import deals, invoices, orders, products
from tests.zoho_client.sandbox.make_parties import ROOT, accounts, contacts, full_name

FOLDER = ROOT / "zoho_client" / "sandbox" / "company"
CUSTOMERS = ROOT / "accounts_link" / "demo" / "customers.csv"


def records() -> dict[str, list[Row]]:
    """Every record of every module."""
    with CUSTOMERS.open(newline="") as file:
        customers = {int(row["Customer Number"]): row for row in csv.DictReader(file)}
    known = accounts(customers)
    persons = contacts(customers, {row["id"]: row for row in known})
    first: dict[str, Row] = {}
    for person in persons:
        if person["Account_Name"]:
            named = {**person, "Full_Name": full_name(person)}
            first.setdefault(person["Account_Name"]["id"], named)
    clients = [row for row in known if row.get("Account_Type") == "Customer"]
    goods = products()
    return {
        "Accounts": known,
        "Contacts": persons,
        "Products": goods,
        "Deals": deals(known, first),
        "Sales_Orders": orders(clients, first, goods),
        "Invoices": invoices(clients, first, goods),
    }


def files() -> dict[str, str]:
    """The text of each file, by its name; one record a line, so that a change is easy to see."""
    tables = {**records(), "modules": modules()}
    made = {f"{name}.json": _lines(rows) for name, rows in tables.items()}
    inner = [f'"{name}": {_lines(rows).strip()}' for name, rows in fields().items()]
    made["fields.json"] = "{\n" + ",\n".join(inner) + "\n}\n"
    made["org.json"] = json.dumps(organisation(), ensure_ascii=False, indent=1) + "\n"
    return made


def _lines(rows: list[Row]) -> str:
    told = (
        json.dumps(
            {name: value for name, value in row.items() if value is not None}, ensure_ascii=False
        )
        for row in rows
    )
    return "[\n" + ",\n".join(told) + "\n]\n"


if __name__ == "__main__":
    for name, text in files().items():
        (FOLDER / name).write_text(text)
