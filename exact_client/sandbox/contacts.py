"""What happens when a contact is made, changed or deleted."""

import re
from collections.abc import Iterator
from uuid import uuid4

from exact_client.sandbox.books import Books
from exact_client.sandbox.facts import Record
from exact_client.sandbox.refusals import Findings, refusal
from exact_client.sandbox.switches import Switches
from exact_client.sandbox.sync import note_deleted

ENTITY_TYPE = 5  # of contacts in sync/Deleted
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_NAMES = ("FirstName", "MiddleName", "LastName")
# The old name of a property, and the one that it shadows: writing the old one overwrites both.
_SHADOWS = {"BirthName": "LastName", "BirthNamePrefix": "MiddleName", "BusinessEmail": "Email"}
# Answered after a create without `Prefer`; all else is null although it was stored.
SPARSE = (
    "ID",
    "AccountIsCustomer",
    "AccountIsSupplier",
    "IsAnonymised",
    "IsMailingExcluded",
    "IsMainContact",
)


class Contacts:
    """The writing half of crm/Contacts in one division."""

    def __init__(self, books: Books, switches: Switches, division: int, user: str) -> None:
        self._books = books
        self._switches = switches
        self._division = division
        self._user = user
        self._table = books.table(division, "contacts")

    def create(self, taken: Record) -> Record:
        """Make a contact of an account; the first one becomes its main contact."""
        now = self._books.clock.wall_ms()
        record: Record = {
            "StartDate": self._books.clock.today_ms(),
            **completed(taken),
            "ID": str(uuid4()),
            "Division": self._division,
            "Created": now,
            "Creator": self._user,
        }
        self._check(record)
        account = self._account(record) or {}
        record["Language"] = record.get("Language") or account.get("Language")
        record["HID"] = self._free_number(record.get("HID"))
        record = self._keep(record)
        if self._switches.first_contact_is_main and not account.get("MainContact"):
            self._set_main(account, record["ID"])
        return record

    def update(self, key: str, taken: Record) -> None:
        """Change a contact; it may move to another account."""
        before = self._table.get(key) or {}
        record = {**before, **completed(taken, nulls=True), "HID": before["HID"]}
        self._check(record)
        if record["Account"] != before["Account"]:
            self._forget_main(before)
        self._keep(record)

    def delete(self, key: str) -> None:
        """Delete a contact; its account goes on without a main contact if it was that."""
        self._forget_main(self._table.get(key) or {})
        self._books.drop(self._division, "contacts", key)
        note_deleted(self._books, self._division, key, ENTITY_TYPE, self._user)

    def _keep(self, record: Record) -> Record:
        record |= {"Modified": self._books.clock.wall_ms(), "Modifier": self._user}
        return self._books.put(self._division, "contacts", record["ID"], record)

    def _check(self, record: Record) -> None:
        found = Findings()
        if not record.get("Account"):
            found.add("missing", "Account")
        elif self._account(record) is None:
            found.add("reference", "Account")
        if not any((record.get(name) or "").strip() for name in ("FirstName", "LastName")):
            found.add("missing", "LastName")
        if record.get("Email") and not _EMAIL.fullmatch(record["Email"].strip()):
            found.add("invalid", "Email")
        found.check()

    def _account(self, record: Record) -> Record | None:
        return self._books.table(self._division, "accounts").get(record.get("Account") or "")

    def _free_number(self, wanted: int | None) -> int:
        if wanted is None:
            highest = max((row["HID"] for row in self._table), default=0)
            return int(highest) + 1
        if any(row["HID"] == wanted for row in self._table):
            raise refusal("exists")
        return wanted

    def _set_main(self, account: Record, key: str | None) -> None:
        changed = {**account, "MainContact": key, "Modified": self._books.clock.wall_ms()}
        self._books.put(self._division, "accounts", account["ID"], changed)

    def _forget_main(self, contact: Record) -> None:
        account = self._account(contact)
        if account and account.get("MainContact") == contact["ID"]:
            self._set_main(account, None)


def completed(taken: Record, *, nulls: bool = False) -> Record:
    """What was taken, with the names that stand for one another filled in on both sides."""
    record = {name: value for name, value in taken.items() if nulls or value is not None}
    for old, name in _SHADOWS.items():
        given = old in record and not (name == "Email" and record.get(name))
        if given:
            record[name] = record[old]
        elif name in record:
            record[old] = record[name]
    return record


def shown(books: Books, record: Record) -> Record:
    """A contact with what it tells of its account, which may have changed since."""
    accounts = books.table(record["Division"], "accounts")
    account = accounts.get(record.get("Account") or "") or {}
    names = [str(record[name]).strip() for name in _NAMES if record.get(name)]
    return {
        "Gender": "O",
        **record,
        "FullName": " ".join(names),
        "AccountName": account.get("Name"),
        "AccountIsCustomer": account.get("Status") == "C",
        "AccountIsSupplier": bool(account.get("IsSupplier")),
        "AccountMainContact": account.get("MainContact"),
        "IsMainContact": account.get("MainContact") == record["ID"],
        "Code": account.get("Code"),
        "Country": account.get("Country"),
        "City": account.get("City"),
        "Postcode": account.get("Postcode"),
    }


def contacts_of(books: Books, division: int, account: str) -> Iterator[Record]:
    """The contacts of one account."""
    return (row for row in books.table(division, "contacts") if row["Account"] == account)
