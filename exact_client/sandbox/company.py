"""The company whose books the stand-in keeps: read from the files in company/."""

import json
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from exact_client.sandbox.clock import ms_of
from exact_client.sandbox.facts import Record
from exact_client.sandbox.wire import padded_code, read_date

FOLDER = Path(__file__).parent / "company"
MADE = ms_of(datetime(2025, 1, 2, 9, 30))  # noqa: DTZ001 - a wall clock has no zone
Loaded = tuple[int, str, Iterable[tuple[str, Record]]]


@dataclass(frozen=True)
class Company:
    """What `books.json` says, and the accounts that lie beside it or in a file of one's own."""

    facts: dict[str, Any]
    accounts: list[Record]
    contacts: list[Record]

    @property
    def divisions(self) -> list[int]:
        """The numbers of its divisions; the first is the current one."""
        return [division["Code"] for division in self.facts["divisions"]]

    def accounts_of(self, number: int) -> list[Record]:
        """The accounts that a division begins with."""
        first = number == self.divisions[0]
        return self.accounts if first else list(self.facts["events_accounts"])

    def of(self, number: int, kind: str) -> list[Record]:
        """The records of a kind in one division: the second has books of its own."""
        own = self.facts["events"] if number != self.divisions[0] else {}
        return list(own.get(kind, self.facts[kind]))

    @property
    def user_id(self) -> str:
        """The one user who may log in."""
        return identity(0, "user", self.facts["user"]["UserName"])

    @property
    def names(self) -> dict[str, str]:
        """The full names of its users: the one who may log in, and the accountant."""
        return {
            self.user_id: self.facts["user"]["FullName"],
            identity(0, "user", "accountant"): self.facts["accountant"],
        }


def read_company(accounts: Path | None = None) -> Company:
    """Read the company. `accounts`: a JSON list of objects with Exact's property names."""
    facts = json.loads((FOLDER / "books.json").read_text())
    records = json.loads((accounts or FOLDER / "accounts.json").read_text())
    if not isinstance(records, list) or not all(isinstance(row, dict) for row in records):
        raise ValueError(f"{accounts} must hold a JSON list of objects.")
    known = {str(row.get("ID")).lower() for row in records}
    people = json.loads((FOLDER / "contacts.json").read_text())
    contacts = [row for row in people if row["Account"] in known]
    company = Company(facts, _complete(records), contacts)
    return replace(company, accounts=_introduced(company))


def _introduced(company: Company) -> list[Record]:
    """The accounts, each with its main contact: the first that the file has of it."""
    main: dict[str, str] = {}
    for row in company.contacts:
        main.setdefault(row["Account"], contact_key(company.divisions[0], row))
    return [
        {**row, "MainContact": key} if (key := main.get(str(row.get("ID")).lower())) else row
        for row in company.accounts
    ]


def contact_key(number: int, contact: Record) -> str:
    """The GUID of a contact that came with the company."""
    return identity(number, "contacts", str(contact["HID"]))


def _complete(accounts: list[Record]) -> list[Record]:
    """Number the accounts that have no Code, and refuse those without a Name."""
    nameless = sum(1 for row in accounts if not row.get("Name"))
    if nameless:
        raise ValueError(f"{nameless} of the accounts have no Name.")
    codes = [int(row["Code"]) for row in accounts if str(row.get("Code") or "").strip().isdecimal()]
    free = count(max(codes, default=0) + 1)
    return [row if row.get("Code") else {**row, "Code": str(next(free))} for row in accounts]


def identity(division: int, kind: str, code: str) -> str:
    """The GUID of a record that came with the company: the same on every start."""
    return str(uuid5(NAMESPACE_DNS, f"{division}.{kind}.{code}.exact.example"))


def loaded(company: Company) -> Iterator[Loaded]:
    """Every table of every division."""
    yield 0, "divisions", [(str(row["Code"]), _division(row)) for row in company.facts["divisions"]]
    # The same companies; only the meaning of Status differs.
    yield (
        0,
        "hrmdivisions",
        [(str(row["Code"]), {**_division(row), "Status": 0}) for row in company.facts["divisions"]],
    )
    for number in company.divisions:
        for kind in ("glaccounts", "paymentconditions", "costcenters", "costunits", "vatcodes"):
            yield number, kind, _plain(company, number, kind)
        yield number, "journals", _journals(company, number)
        yield number, "currencies", [(row["Code"], row) for row in company.facts["currencies"]]
        years = [year_rows(number, year) for year in company.facts["years"]]
        yield number, "periods", chain.from_iterable(years)
        yield number, "journalstatus", _all_status_rows(company, number)
        yield number, "accounts", (_account(number, row) for row in company.accounts_of(number))
        yield number, "documenttypes", _document_types(company)
        yield number, "terms", _purchases(company, number)


def _stamped(company: Company | None, number: int, record: Record) -> Record:
    user = company.user_id if company else None
    return {
        "Division": number,
        "Created": MADE,
        "Modified": MADE,
        "Creator": user,
        "Modifier": user,
        **record,
    }


def _plain(company: Company, number: int, kind: str) -> Iterator[tuple[str, Record]]:
    for row in company.of(number, kind):
        key = identity(number, kind, row["Code"])
        more: Record = {"Active": True} if kind == "costcenters" else {}
        if kind == "vatcodes":
            more = {"GLToPay": identity(number, "glaccounts", "451000"), "GLToPayCode": "451000"}
            more |= {"Country": row.get("OssCountry", "BE")}
        yield key, _stamped(company, number, {"ID": key, **more, **row})


def _journals(company: Company, number: int) -> Iterator[tuple[str, Record]]:
    ledger = {row["Code"]: row for row in company.of(number, "glaccounts")}
    for row in company.of(number, "journals"):
        key = identity(number, "journals", row["Code"])
        control = ledger.get(row["GLAccount"])
        about = {"ID": key, **row, "Currency": "EUR", "AllowVAT": row["Type"] in {20, 22}}
        if control:
            about |= {
                "GLAccount": identity(number, "glaccounts", control["Code"]),
                "GLAccountCode": control["Code"],
                "GLAccountDescription": control["Description"],
                "GLAccountType": control["Type"],
            }
        yield key, _stamped(company, number, about)


def year_rows(number: int, year: int) -> Iterator[tuple[str, Record]]:
    """The periods of a financial year."""
    for month in range(1, 13):
        key = identity(number, "periods", f"{year}-{month}")
        last = monthrange(year, month)[1]
        record = {
            "ID": key,
            "FinYear": year,
            "FinPeriod": month,
            "StartDate": read_date(f"{year}-{month:02}-01"),
            "EndDate": read_date(f"{year}-{month:02}-{last:02}"),
        }
        yield key, _stamped(None, number, record)


def status_rows(journals: list[Record], year: int, *, closed: bool) -> Iterator[tuple[str, Record]]:
    """Whether each journal takes entries in each period of a year."""
    for journal in journals:
        for month in range(1, 13):
            record = {
                "Journal": journal["Code"],
                "JournalType": journal["Type"],
                "Year": year,
                "Period": month,
                "Status": int(closed),
            }
            yield status_key(journal["Code"], year, month), record


def status_key(journal: str, year: int, period: int) -> str:
    """Under which key the status of a journal's period is kept."""
    return f"{journal}.{year}.{period:02}"


def _all_status_rows(company: Company, number: int) -> Iterator[tuple[str, Record]]:
    for year in company.facts["years"]:
        closed = year in company.facts["closed_years"]
        yield from status_rows(company.of(number, "journals"), year, closed=closed)


def _document_types(company: Company) -> Iterator[tuple[str, Record]]:
    for row in company.facts["documenttypes"]:
        can = row.get("Creatable", True)
        rights: Record = dict.fromkeys(
            ["DocumentIsCreatable", "DocumentIsUpdatable", "DocumentIsDeletable"], can
        )
        record = {"ID": row["ID"], "Description": row["Description"], "DocumentIsViewable": True}
        about = {"TypeCategory": row["Category"], "Created": MADE, "Modified": MADE}
        yield str(row["ID"]), {**record, **rights, **about}


def _purchases(company: Company, number: int) -> Iterator[tuple[str, Record]]:
    """Terms of what the company itself owes: they stand in the same feed."""
    suppliers = [row for row in company.accounts_of(number) if row.get("IsSupplier")]
    for row, supplier in zip(company.facts["purchases"], suppliers, strict=False):
        key, account = identity(number, "terms", row["YourRef"]), _account(number, supplier)[1]
        paid = row.get("Paid")
        invoiced = read_date(row["InvoiceDate"])
        amount = {"AmountDC": row["Amount"], "AmountFC": row["Amount"]}
        record: Record = {
            "ID": key,
            "EntryID": identity(number, "term sets", row["YourRef"]),
            "TransactionEntryID": identity(number, "purchases", row["YourRef"]),
            "TransactionID": identity(number, "purchase lines", row["YourRef"]),
            "TransactionType": 30,
            "LineType": 22,
            "Account": account["ID"],
            "AccountCode": account["Code"],
            "AccountName": account["Name"],
            "Currency": "EUR",
            "RateFC": 1.0,
            "Journal": "60",
            "InvoiceDate": invoiced,
            "DueDate": read_date(row["DueDate"]),
            "Status": 50 if paid else 20,
            "IsFullyPaid": bool(paid),
            "LastPaymentDate": read_date(paid) if paid else None,
            **{name: row[name] for name in ("EntryNumber", "InvoiceNumber", "YourRef")},
        }
        yield key, _stamped(company, number, {**record, **amount})


def _division(row: Record) -> Record:
    fixed: Record = {
        "Country": "BE",
        "Currency": "EUR",
        "Legislation": "BE",
        "Status": 1,
        "BlockingStatus": 0,
        "HID": row["Hid"],
        "Main": row.get("IsMainDivision", False),
        "Created": MADE,
        "Modified": MADE,
        "StartDate": MADE,
    }
    return {**fixed, **row}


def _account(number: int, row: Record) -> tuple[str, Record]:
    key = str(row.get("ID") or identity(number, "accounts", row["Code"])).lower()
    status = row.get("Status", "A")
    record = {
        "Division": number,
        "Created": MADE,
        "Modified": MADE,
        "Status": status,
        "IsSales": status == "C",
        "IsPurchase": status == "C" or bool(row.get("IsSupplier")),
        **{name: value for name, value in row.items() if value is not None},
        "ID": key,
    }
    for name, value in record.items():
        if name.endswith(("Date", "Since")) and isinstance(value, str):
            record[name] = read_date(value)
    if record.get("Code"):
        record["Code"] = padded_code(str(record["Code"]))
    if record.get("Country"):
        record["Country"] = record["Country"].strip()
    return key, record
