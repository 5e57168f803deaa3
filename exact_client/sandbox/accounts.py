"""What happens when an account is made, changed or deleted."""

import re
from uuid import uuid4

from exact_client.sandbox.books import Books
from exact_client.sandbox.contacts import ENTITY_TYPE as CONTACT
from exact_client.sandbox.contacts import contacts_of
from exact_client.sandbox.facts import Record
from exact_client.sandbox.refusals import Findings, refusal
from exact_client.sandbox.switches import Switches
from exact_client.sandbox.sync import note_deleted
from exact_client.sandbox.wire import CODE_WIDTH, padded_code

ENTITY_TYPE = 2  # of accounts in sync/Deleted
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_VAT_NUMBER = re.compile(r"[A-Z]{2}[0-9A-Z]{8,12}")
# Answered after a create without `Prefer`; all else is null although it was stored.
SPARSE = (
    "ID",
    "CostPaid",
    "IsAccountant",
    "IsAgency",
    "IsAnonymised",
    "IsCompetitor",
    "IsMailing",
    "SeparateInvPerProject",
    "SeparateInvPerSubscription",
    "IgnoreDatevWarningMessage",
)


class Accounts:
    """The writing half of crm/Accounts in one division."""

    def __init__(self, books: Books, switches: Switches, division: int, user: str) -> None:
        self._books = books
        self._switches = switches
        self._division = division
        self._user = user
        self._table = books.table(division, "accounts")

    def create(self, taken: Record) -> Record:
        """Make an account; Code is the highest so far plus one unless it is given."""
        now, today = self._books.clock.wall_ms(), self._books.clock.today_ms()
        key = str(uuid4())
        record = {
            "Status": "A",
            "Country": "BE",
            "StartDate": today,
            "StatusSince": today,
            "Created": now,
            "Creator": self._user,
            **{name: value for name, value in taken.items() if value is not None},
            "ID": key,
            "Division": self._division,
        }
        record["Code"] = self._free_code(taken.get("Code"))
        return self._keep(key, record)

    def update(self, key: str, taken: Record) -> None:
        """Change an account. Code in the payload is refused, even when it is the old one."""
        if "Code" in taken:
            raise refusal("exists")
        record = {**(self._table.get(key) or {}), **taken}
        if taken.get("Status"):
            record["StatusSince"] = self._books.clock.today_ms()
        self._keep(key, {name: value for name, value in record.items() if value is not None})

    def delete(self, key: str) -> None:
        """Delete an account that no entry uses."""
        entries = self._books.table(self._division, "entries")
        if any(entry["Customer"] == key for entry in entries):
            raise refusal("used", "Account", "SalesEntries")
        if any(row.get("Account") == key for row in self._books.table(self._division, "documents")):
            raise refusal("used", "Account", "Documents")
        invoices = self._books.table(self._division, "invoices")
        if any(key in {row["OrderedBy"], row["InvoiceTo"], row["DeliverTo"]} for row in invoices):
            raise refusal("used", "Account", "SalesInvoices")
        orders = self._books.table(self._division, "salesorders")
        if any(key in {row["OrderedBy"], row["InvoiceTo"], row["DeliverTo"]} for row in orders):
            raise refusal("used", "Account", "SalesOrders")
        for contact in list(contacts_of(self._books, self._division, key)):
            self._books.drop(self._division, "contacts", contact["ID"])
            note_deleted(self._books, self._division, contact["ID"], CONTACT, self._user)
        self._books.drop(self._division, "accounts", key)
        note_deleted(self._books, self._division, key, ENTITY_TYPE, self._user)

    def _keep(self, key: str, record: Record) -> Record:
        self._check(record)
        for name in ("SalesCurrency", "PurchaseCurrency"):  # an unknown one silently goes
            if not self._known("currencies", record.get(name)):
                record[name] = ""
        customer = record["Status"] == "C"
        if customer:
            record.setdefault("CustomerSince", self._books.clock.today_ms())
        record["IsSales"] = customer
        record["IsPurchase"] = customer or bool(record.get("IsSupplier"))
        record["Modified"] = self._books.clock.wall_ms()
        record["Modifier"] = self._user
        return self._books.put(self._division, "accounts", key, record)

    def _check(self, record: Record) -> None:
        found = Findings()
        if not (record.get("Name") or "").strip():
            found.add("missing", "Name")
        if record.get("Status") not in {"A", "S", "P", "C"}:
            found.add("invalid", "Status")
        record["Country"] = (record.get("Country") or "BE").strip()
        if not re.fullmatch(r"[A-Z]{2}", record["Country"]):
            found.add("reference", "Country")
        if record.get("Email") and not _EMAIL.fullmatch(record["Email"].strip()):
            found.add("invalid", "Email")
        self._check_references(record, found)
        if self._switches.check_vat_format and record.get("VATNumber"):
            plain = re.sub(r"[^0-9A-Za-z]", "", record["VATNumber"]).upper()
            if not _VAT_NUMBER.fullmatch(plain):
                found.add("invalid", "VATNumber")
        found.check()

    def _check_references(self, record: Record, found: Findings) -> None:
        if not self._known("vatcodes", record.get("SalesVATCode")):
            found.add("reference", "VATCode")
        if not self._known("paymentconditions", record.get("PaymentConditionSales")):
            found.add("reference", "PaymentCondition")
        ledger = self._books.table(self._division, "glaccounts")
        if record.get("GLAccountSales") and not ledger.get(record["GLAccountSales"]):
            found.add("reference", "GLAccount")
        main = self._books.table(self._division, "contacts").get(record.get("MainContact") or "")
        if record.get("MainContact") and (main or {}).get("Account") != record.get("ID"):
            found.add("reference", "Contact")

    def _known(self, table: str, code: str | None) -> bool:
        rows = self._books.table(self._division, table)
        return not code or any(row["Code"] == code.strip() for row in rows)

    def _free_code(self, wanted: str | None) -> str:
        if not wanted:
            highest = max(
                (int(row["Code"]) for row in self._table if row["Code"].strip().isdecimal()),
                default=0,
            )
            return padded_code(str(highest + 1))
        if not wanted.strip().isdecimal() or len(wanted.strip()) > CODE_WIDTH:
            raise refusal("invalid", "Code")
        code = padded_code(wanted)
        if any(row["Code"] == code for row in self._table):
            raise refusal("exists")
        return code
