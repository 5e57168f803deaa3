"""Whether an entry fits the books: journal, customer, period, accounts, VAT codes, centres."""

from calendar import monthrange
from datetime import timedelta
from uuid import uuid4

from exact_client.sandbox.amounts import booked, cents, vat_of
from exact_client.sandbox.books import Books
from exact_client.sandbox.clock import ms_of, wall_of
from exact_client.sandbox.company import status_key
from exact_client.sandbox.facts import Record
from exact_client.sandbox.refusals import Findings
from exact_client.sandbox.switches import Switches
from exact_client.sandbox.table import Table

SALES_JOURNAL = 20
# Kinds of G/L account that a line may not name: cash, bank, cards, receivable, payable, VAT.
_CONTROL_ACCOUNTS = {10, 12, 14, 16, 20, 22, 24}

_OPTIONAL, _MANDATORY, _NOT_USED = 0, 1, 2  # what UseCostcenter and UseCostunit say
_CENTRES = (
    ("CostCenter", "costcenters", "UseCostcenter"),
    ("CostUnit", "costunits", "UseCostunit"),
)
_HOME = "EUR"


class EntryChecks:
    """Looks at headers and lines of entries in one division, and fills in what follows."""

    def __init__(self, books: Books, switches: Switches, division: int) -> None:
        self._books = books
        self._switches = switches
        self._division = division

    def check_header(self, entry: Record, found: Findings) -> None:
        """Note what is wrong with a header, and fill in what follows from it."""
        self._check_journal(entry, found)
        self._check_customer(entry, found)
        self._check_period(entry, found)
        currency = self._table("currencies").get(entry["Currency"])
        if currency is None:
            found.add("reference", "Currency")
        self._check_document(entry, found)
        entry["Rate"] = _rate(entry, currency)
        condition = entry.get("PaymentCondition")
        if condition and not self._find("paymentconditions", condition):
            found.add("reference", "PaymentCondition")
        elif not entry.get("DueDate"):
            entry["DueDate"] = self._due(entry["EntryDate"], condition)

    def _check_document(self, entry: Record, found: Findings) -> None:
        row = self._table("documents").get(entry.get("Document") or "") or {}
        if entry.get("Document") and not row:
            found.add("reference", "Document")
        entry |= {"DocumentNumber": row.get("HID"), "DocumentSubject": row.get("Subject")}

    def _check_journal(self, entry: Record, found: Findings) -> None:
        if not entry.get("Journal"):
            found.add("missing", "Journal")
            return
        journal = self._find("journals", entry["Journal"])
        if journal is None:
            found.add("reference", "Journals")
        elif journal["Type"] != SALES_JOURNAL:
            found.add("journal")
        else:
            entry["JournalDescription"] = journal["Description"]
            entry["_receivables"] = journal["GLAccount"]

    def _check_customer(self, entry: Record, found: Findings) -> None:
        if not entry.get("Customer"):
            found.add("missing", "Customer")
            return
        account = self._table("accounts").get(entry["Customer"])
        if account is None:
            found.add("reference", "Customer")
            return
        if account["Status"] != "C":
            found.add("invalid", "Customer (Type)")
        now = self._books.clock.wall_ms()
        ended = account.get("EndDate") is not None and account["EndDate"] < now
        if account.get("Blocked") or ended or (account.get("StartDate") or 0) > now:
            found.add("inactive", "Customer")
        if account.get("GLAR") and account["GLAR"] != entry.get("_receivables", account["GLAR"]):
            found.add("receivables")
        entry["CustomerName"] = account["Name"]
        entry["_customer_code"] = account["Code"]
        entry["_country"] = account.get("Country")
        entry["PaymentCondition"] = entry.get("PaymentCondition") or account.get(
            "PaymentConditionSales"
        )

    def _check_period(self, entry: Record, found: Findings) -> None:
        day = wall_of(entry["EntryDate"])
        entry["ReportingYear"] = year = entry.get("ReportingYear") or day.year
        entry["ReportingPeriod"] = month = entry.get("ReportingPeriod") or day.month
        status = self._table("journalstatus").get(
            status_key(entry.get("Journal") or "", year, month)
        )
        known = any(
            (row["FinYear"], row["FinPeriod"]) == (year, month) for row in self._table("periods")
        )
        if not known:
            found.add("missing", "FinancialYear")
        elif status and status["Status"]:
            found.add("closed", f"{year} - {month:02}")

    def checked_line(self, entry: Record, taken: Record, found: Findings) -> Record:
        """A line with what follows from it; what is wrong with it is noted."""
        line = {"ID": str(uuid4()), **{k: v for k, v in taken.items() if v is not None}}
        ledger = self._table("glaccounts").get(line.get("GLAccount", ""))
        if not line.get("GLAccount"):
            found.add("missing", "GLAccount")
        elif ledger is None:
            found.add("reference", "GLAccount", line["GLAccount"])
        elif ledger["Type"] in _CONTROL_ACCOUNTS:
            found.add("invalid", "GLAccount (Type)")
        elif ledger.get("IsBlocked"):
            found.add("not allowed", "GLAccount")
        else:
            line["GLAccountCode"] = ledger["Code"]
            line["GLAccountDescription"] = ledger["Description"]
            line["VATCode"] = line.get("VATCode") or ledger.get("VATCode")
        if line.get("AmountFC") is None:
            found.add("missing", "AmountFC")
        self._check_centres(line, ledger or {}, found)
        vat = self._check_vat(line, found)
        self._check_vat_country(entry, vat, found)
        self._check_vat_amount(line, vat, found)
        line |= {"EntryID": entry["EntryID"], "Division": self._division}
        return {**line, **booked(line, vat, entry.get("Rate") or 1.0)}

    def _check_centres(self, line: Record, ledger: Record, found: Findings) -> None:
        for name, table, use in _CENTRES:
            line[name] = line.get(name) or ledger.get(name.capitalize())
            used = ledger.get(use) or _OPTIONAL
            if not line[name]:
                if used == _MANDATORY:
                    found.add("missing", name)
                continue
            row = self._find(table, line[name])
            if row is None:
                found.add("reference", name)
            elif used == _NOT_USED:
                found.add("not allowed", name)
            elif row.get("Active") is False or self._has_ended(row):
                found.add("inactive", name)
            else:
                line[f"{name}Description"] = row["Description"]

    def _has_ended(self, row: Record) -> bool:
        return row.get("EndDate") is not None and row["EndDate"] < self._books.clock.wall_ms()

    def _check_vat(self, line: Record, found: Findings) -> Record | None:
        if not line.get("VATCode"):
            return None
        vat = self._find("vatcodes", line["VATCode"])
        if vat is None:
            found.add("reference", "VATCode")
        elif vat.get("IsBlocked") or vat["VATTransactionType"] == "P":
            found.add("not allowed", "VATCode")
        else:
            line["VATCode"] = vat["Code"]
            line["VATCodeDescription"] = vat["Description"]
        return vat

    def _check_vat_country(self, entry: Record, vat: Record | None, found: Findings) -> None:
        """A code for another country's VAT fits customers of that country alone."""
        country = (vat or {}).get("OssCountry")
        if country and country != entry.get("_country"):
            found.add("invalid", "VATPercentage")

    def _check_vat_amount(self, line: Record, vat: Record | None, found: Findings) -> None:
        """A VAT amount that a caller gives may round differently, and no more than that."""
        given = line.get("VATAmountFC")
        if given is None:
            return
        computed = vat_of(cents(line.get("AmountFC") or 0), vat)
        if abs(cents(given) - computed) > cents(self._switches.vat_tolerance):
            found.add("vat total", line.get("VATCode") or "")

    def _due(self, date: int, condition: str | None) -> int:
        row = self._find("paymentconditions", condition) if condition else None
        if row is None:
            return date
        due = wall_of(date) + timedelta(days=row["PaymentDays"])
        if row.get("PaymentEndOfMonths"):
            due = due.replace(day=monthrange(due.year, due.month)[1])
        return ms_of(due)

    def _table(self, name: str) -> Table:
        return self._books.table(self._division, name)

    def _find(self, table: str, code: str) -> Record | None:
        code = code.strip()
        return next((row for row in self._table(table) if row["Code"] == code), None)


def _rate(entry: Record, currency: Record | None) -> float:
    """What one unit of the entry's currency is worth: as given, else as the company keeps it."""
    if entry["Currency"] == _HOME:
        return 1.0
    return float(entry.get("Rate") or (currency or {}).get("_rate") or 1.0)
