"""What happens when a sales entry is made, changed or deleted."""

from calendar import monthrange
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from exact_client.sandbox.amounts import booked, cents, plain
from exact_client.sandbox.books import Books, Table
from exact_client.sandbox.clock import ms_of, wall_of
from exact_client.sandbox.facts import Record
from exact_client.sandbox.refusals import Findings, refusal
from exact_client.sandbox.sync import forget_transactions, keep_transactions

SALES_JOURNAL = 20
RECEIVABLES = 20
# Kinds of G/L account that a line may not name: cash, bank, cards, receivable, payable, VAT.
_CONTROL_ACCOUNTS = {10, 12, 14, 16, 20, 22, 24}
OPEN, PROCESSED = 20, 50
INVOICE, CREDIT_NOTE = 20, 21
SPARSE = ("EntryID", "EntryNumber")
SPARSE_LINE = ("ID", "EntryID")


class Ledger:
    """The writing half of salesentry/… in one division."""

    def __init__(self, books: Books, division: int, user: str) -> None:
        self._books = books
        self._division = division
        self._user = user
        self._entries = books.table(division, "entries")
        self._lines = books.table(division, "lines")

    def create(self, taken: Record, lines: list[Record]) -> Record:
        """Book an entry with its lines, or refuse with everything that is wrong with it."""
        key, now = str(uuid4()), self._books.clock.wall_ms()
        entry: Record = {
            "EntryDate": self._books.clock.today_ms(),
            "Currency": "EUR",
            **{name: value for name, value in taken.items() if value is not None},
            "EntryID": key,
            "Division": self._division,
            "Status": OPEN,
            "StatusDescription": "Open",
            "Created": now,
            "Creator": self._user,
            "_header": str(uuid4()),
            "_hid": max((row["HID"] for row in self._table("receivables")), default=0) + 1,
        }
        found = Findings()
        self._check_header(entry, found)
        if not lines:
            found.add("missing", "SalesEntryLines")
        checked = [self._checked_line(entry, line, found) for line in lines]
        found.check()
        self._number(entry)
        return self._keep(entry, checked)

    def update(self, key: str, taken: Record) -> None:
        """Change the header of an open entry; lines in the payload are not looked at."""
        before = self._open_entry(key)
        entry = {**before, **taken}
        if "EntryDate" in taken:
            entry |= {"ReportingYear": None, "ReportingPeriod": None, **taken}
        if {"EntryDate", "PaymentCondition"} & taken.keys():
            entry["DueDate"] = taken.get("DueDate")
        found = Findings()
        self._check_header(entry, found)
        if entry["EntryNumber"] != before["EntryNumber"] and self._taken(entry):
            found.add("in use", "EntryNumber")
        found.check()
        self._keep(entry, self.lines_of(entry))

    def delete(self, key: str) -> None:
        """Delete an open entry with its lines."""
        entry = self._open_entry(key)
        for line in entry["_lines"]:
            self._books.drop(self._division, "lines", line)
        forget_transactions(self._books, entry, [entry["_header"], *entry["_lines"]])
        self._books.drop(self._division, "receivables", str(entry["_hid"]))
        self._books.drop(self._division, "entries", key)

    def add_line(self, taken: Record) -> Record:
        """Add a line to an open entry."""
        if not taken.get("EntryID"):
            raise refusal("missing", "EntryID")
        entry = self._open_entry(taken["EntryID"])
        found = Findings()
        line = self._checked_line(entry, taken, found)
        found.check()
        self._keep(entry, [*self.lines_of(entry), line])
        return self._lines.get(line["ID"]) or line

    def update_line(self, key: str, taken: Record) -> None:
        """Change one line of an open entry."""
        before = self._lines.get(key) or {}
        entry = self._open_entry(before["EntryID"])
        found = Findings()
        given = {name: before.get(name) for name in ("VATAmountFC",) if before.get("_vat_given")}
        line = self._checked_line(entry, {**before, "VATAmountFC": None, **given, **taken}, found)
        found.check()
        lines = [line if old["ID"] == key else old for old in self.lines_of(entry)]
        self._keep(entry, lines)

    def delete_line(self, key: str) -> None:
        """Delete one line; with the last one goes the entry."""
        entry = self._open_entry((self._lines.get(key) or {})["EntryID"])
        left = [line for line in self.lines_of(entry) if line["ID"] != key]
        if not left:
            self.delete(entry["EntryID"])
            return
        self._books.drop(self._division, "lines", key)
        forget_transactions(self._books, entry, [key])
        self._keep(entry, left)

    def lines_of(self, entry: Record) -> list[Record]:
        """The lines of an entry, in their order."""
        return [row for key in entry.get("_lines", ()) if (row := self._lines.get(key))]

    def _open_entry(self, key: str) -> Record:
        entry = self._entries.get(key)
        if entry is None:
            raise refusal("reference", "EntryID")
        if entry["Status"] == PROCESSED:
            raise refusal("not allowed", "SalesEntries")
        return entry

    def _check_header(self, entry: Record, found: Findings) -> None:
        self._check_journal(entry, found)
        self._check_customer(entry, found)
        self._check_period(entry, found)
        if entry["Currency"] not in {row["Code"] for row in self._table("currencies")}:
            found.add("reference", "Currency")
        entry["Rate"] = entry.get("Rate") or 1.0
        condition = entry.get("PaymentCondition")
        if condition and not self._find("paymentconditions", condition):
            found.add("reference", "PaymentCondition")
        elif not entry.get("DueDate"):
            entry["DueDate"] = self._due(entry["EntryDate"], condition)

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
        entry["PaymentCondition"] = entry.get("PaymentCondition") or account.get(
            "PaymentConditionSales"
        )

    def _check_period(self, entry: Record, found: Findings) -> None:
        day = wall_of(entry["EntryDate"])
        entry["ReportingYear"] = year = entry.get("ReportingYear") or day.year
        entry["ReportingPeriod"] = month = entry.get("ReportingPeriod") or day.month
        status = self._table("journalstatus").get(f"{entry.get('Journal')}.{year}.{month:02}")
        known = any(
            (row["FinYear"], row["FinPeriod"]) == (year, month) for row in self._table("periods")
        )
        if not known:
            found.add("missing", "FinancialYear")
        elif status and status["Status"]:
            found.add("closed", f"{year} - {month:02}")

    def _checked_line(self, entry: Record, taken: Record, found: Findings) -> Record:
        line = {"ID": str(uuid4()), **{k: v for k, v in taken.items() if v is not None}}
        ledger = self._table("glaccounts").get(line.get("GLAccount", ""))
        if not line.get("GLAccount"):
            found.add("missing", "GLAccount")
        elif ledger is None:
            found.add("reference", "GLAccount")
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
        self._check_centres(line, found)
        vat = self._check_vat(line, found)
        line |= {"EntryID": entry["EntryID"], "Division": self._division}
        return {**line, **booked(line, vat, entry.get("Rate") or 1.0)}

    def _check_centres(self, line: Record, found: Findings) -> None:
        for name, table in (("CostCenter", "costcenters"), ("CostUnit", "costunits")):
            if not line.get(name):
                continue
            row = self._find(table, line[name])
            if row is None:
                found.add("reference", name)
            elif row.get("Active") is False:
                found.add("inactive", name)
            else:
                line[f"{name}Description"] = row["Description"]

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

    def _due(self, date: int, condition: str | None) -> int:
        row = self._find("paymentconditions", condition) if condition else None
        if row is None:
            return date
        due = wall_of(date) + timedelta(days=row["PaymentDays"])
        if row.get("PaymentEndOfMonths"):
            due = due.replace(day=monthrange(due.year, due.month)[1])
        return ms_of(due)

    def _number(self, entry: Record) -> None:
        """Give the entry its number: the caller's if it is free, else the journal's next."""
        used = [row["EntryNumber"] for row in self._siblings(entry)]
        if entry.get("EntryNumber") is None:
            first = f"{entry['ReportingYear'] % 100:02}{entry['Journal']}0000"
            entry["EntryNumber"] = max([int(first), *used]) + 1
        elif entry["EntryNumber"] in used:
            raise refusal("in use", "EntryNumber")
        hint = entry.get("InvoiceNumber")
        if hint is None or any(hint <= row["InvoiceNumber"] for row in self._siblings(entry)):
            entry["InvoiceNumber"] = entry["EntryNumber"]

    def _taken(self, entry: Record) -> bool:
        return any(
            row["EntryNumber"] == entry["EntryNumber"] and row["EntryID"] != entry["EntryID"]
            for row in self._siblings(entry)
        )

    def _siblings(self, entry: Record) -> list[Record]:
        at = (entry["Journal"], entry["ReportingYear"])
        return [row for row in self._entries if (row["Journal"], row["ReportingYear"]) == at]

    def _keep(self, entry: Record, lines: list[Record]) -> Record:
        entry = {**entry, **self._totals(entry, lines), "_lines": [line["ID"] for line in lines]}
        entry |= {"Modified": self._books.clock.wall_ms(), "Modifier": self._user}
        for number, line in enumerate(lines, start=1):
            line = {**line, "LineNumber": number, "Type": entry["Type"]}  # noqa: PLW2901 - a copy of it
            self._books.put(self._division, "lines", line["ID"], line)
        entry = self._books.put(self._division, "entries", entry["EntryID"], entry)
        keep_transactions(self._books, entry, self.lines_of(entry))
        self._keep_receivable(entry)
        return entry

    def _totals(self, entry: Record, lines: list[Record]) -> Record:
        net = sum((cents(line["_net_fc"]) for line in lines), Decimal(0))
        vat = sum((cents(line["VATAmountFC"]) for line in lines), Decimal(0))
        rate = Decimal(str(entry["Rate"]))
        credit = net + vat < 0
        return {
            "AmountFC": plain(net + vat),
            "AmountDC": plain((net + vat) * rate),
            "VATAmountFC": plain(vat),
            "VATAmountDC": plain(vat * rate),
            "Type": CREDIT_NOTE if credit else INVOICE,
            "TypeDescription": "Creditnota" if credit else "Verkoopboeking",
        }

    def _keep_receivable(self, entry: Record) -> None:
        row = {
            "HID": entry["_hid"],
            "Id": entry["EntryID"],
            "AccountId": entry["Customer"],
            "AccountCode": entry["_customer_code"],
            "AccountName": entry["CustomerName"],
            "Amount": entry["AmountDC"],
            "AmountInTransit": 0.0,
            "CurrencyCode": entry["Currency"],
            "InvoiceDate": entry["EntryDate"],
            "JournalCode": entry["Journal"],
            **{
                name: entry.get(name)
                for name in [
                    "Description",
                    "DueDate",
                    "EntryNumber",
                    "InvoiceNumber",
                    "JournalDescription",
                    "YourRef",
                ]
            },
        }
        self._books.put(self._division, "receivables", str(entry["_hid"]), row)

    def _table(self, name: str) -> Table:
        return self._books.table(self._division, name)

    def _find(self, table: str, code: str) -> Record | None:
        code = code.strip()
        return next((row for row in self._table(table) if row["Code"] == code), None)
