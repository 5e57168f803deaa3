"""What happens when a sales entry is made, changed or deleted."""

from decimal import Decimal
from uuid import uuid4

from exact_client.sandbox.amounts import cents, plain
from exact_client.sandbox.books import Books
from exact_client.sandbox.checks import EntryChecks
from exact_client.sandbox.documents import link_document, unlink_documents
from exact_client.sandbox.entry_table import series
from exact_client.sandbox.facts import Record
from exact_client.sandbox.refusals import Findings, refusal
from exact_client.sandbox.switches import Switches
from exact_client.sandbox.sync import forget_transactions, keep_transactions
from exact_client.sandbox.terms import Terms

OPEN, PROCESSED = 20, 50
INVOICE, CREDIT_NOTE = 20, 21
# What an entry can't lose: a null in a change leaves it as it is.
_NEVER_NULL = {"EntryDate", "EntryNumber", "InvoiceNumber", "Currency", "Rate"}
_NO_OBSTACLE = frozenset({"closed", "vat total"})  # to people, in Exact's own screens
SPARSE = ("EntryID", "EntryNumber")
SPARSE_LINE = ("ID", "EntryID")


class Ledger:
    """The writing half of salesentry/… in one division.

    `by_hand`: in Exact's own screens, where closed periods, processed and paid entries are no
    obstacle.
    """

    def __init__(
        self, books: Books, switches: Switches, division: int, user: str, *, by_hand: bool = False
    ) -> None:
        self._books = books
        self._division = division
        self._user = user
        self._by_hand = by_hand
        self._checks = EntryChecks(books, switches, division)
        self._terms = Terms(books, division, user)
        self._entries = books.entries(division)
        self._lines = books.table(division, "lines")

    def create(self, taken: Record, lines: list[Record], invoice: str | None = None) -> Record:
        """Book an entry with its lines, or refuse with everything that is wrong with it.

        `invoice`: the sales invoice whose entry this is.
        """
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
            "_invoice": invoice,
        }
        found = Findings()
        self._checks.check_header(entry, found)
        if not lines:
            found.add("missing", "SalesEntryLines")
        checked = [self._checks.checked_line(entry, line, found) for line in lines]
        found.check()
        self._number(entry)
        entry["_hid"] = self._books.number(self._division, "receivables")
        return self._keep(entry, checked)

    def update(self, key: str, taken: Record) -> None:
        """Change the header of an open entry; lines in the payload are not looked at."""
        before = self._open_entry(key)
        taken = {k: v for k, v in taken.items() if v is not None or k not in _NEVER_NULL}
        entry = {**before, **taken}
        if "EntryDate" in taken:
            entry |= {"ReportingYear": None, "ReportingPeriod": None, **taken}
        if {"EntryDate", "PaymentCondition"} & taken.keys():
            entry["DueDate"] = taken.get("DueDate")
        found = self._findings()
        self._checks.check_header(entry, found)
        if self._is_taken(entry):
            found.add("in use", "EntryNumber", str(entry["EntryNumber"]), entry["Journal"])
        lines = self.lines_of(entry)
        if {"Currency", "Rate"} & taken.keys():
            lines = [self._checks.checked_line(entry, _as_given(line), found) for line in lines]
        found.check()
        self._keep(entry, lines)

    def delete(self, key: str) -> None:
        """Delete an open entry on which nothing was paid, with its lines."""
        entry = self._open_entry(key)
        if self._terms.is_matched(entry) and not self._by_hand:
            raise refusal("used", "SalesEntries", "Payments")
        if entry.get("_invoice") and not self._by_hand:
            raise refusal("used", "SalesEntries", "SalesInvoices")
        for line in entry["_lines"]:
            self._books.drop(self._division, "lines", line)
        forget_transactions(self._books, entry, [entry["_header"], *entry["_lines"]])
        self._terms.forget(entry)
        unlink_documents(self._books, self._division, key)
        self._books.drop(self._division, "entries", key)

    def process(self, key: str) -> None:
        """Close an entry for callers."""
        entry = self._open_entry(key)
        entry = {**entry, "Status": PROCESSED, "StatusDescription": "Verwerkt"}
        self._keep(entry, self.lines_of(entry))

    def add_line(self, taken: Record) -> Record:
        """Add a line to an open entry."""
        if not taken.get("EntryID"):
            raise refusal("missing", "EntryID")
        entry = self._unpaid_entry(taken["EntryID"])
        found = self._findings()
        line = self._checks.checked_line(entry, taken, found)
        found.check()
        self._keep(entry, [*self.lines_of(entry), line])
        return self._lines.get(line["ID"]) or line

    def update_line(self, key: str, taken: Record) -> None:
        """Change one line of an open entry."""
        before = self._lines.get(key) or {}
        entry = self._unpaid_entry(before["EntryID"])
        found = self._findings()
        line = self._checks.checked_line(entry, {**_as_given(before), **taken}, found)
        found.check()
        lines = [line if old["ID"] == key else old for old in self.lines_of(entry)]
        self._keep(entry, lines)

    def delete_line(self, key: str) -> None:
        """Delete one line; with the last one goes the entry."""
        entry = self._unpaid_entry((self._lines.get(key) or {})["EntryID"])
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
        if entry["Status"] == PROCESSED and not self._by_hand:
            raise refusal("not allowed", "SalesEntries")
        return entry

    def _unpaid_entry(self, key: str) -> Record:
        """An open entry whose amount may change: nothing was paid on it."""
        entry = self._open_entry(key)
        if self._terms.is_matched(entry) and not self._by_hand:
            raise refusal("not allowed", "SalesEntries")
        return entry

    def _findings(self) -> Findings:
        return Findings(ignored=_NO_OBSTACLE if self._by_hand else frozenset())

    def _number(self, entry: Record) -> None:
        """Give the entry its number: the caller's if it is free, else the journal's next."""
        at = series(entry)
        if entry.get("EntryNumber") is None:
            first = int(f"{entry['ReportingYear'] % 100:02}{entry['Journal']}0000")
            entry["EntryNumber"] = max(first, self._entries.highest(at)) + 1
        elif self._entries.holder(at, entry["EntryNumber"]):
            raise refusal("in use", "EntryNumber", str(entry["EntryNumber"]), entry["Journal"])
        hint = entry.get("InvoiceNumber")
        if hint is None or hint <= self._entries.highest_invoice(at):
            entry["InvoiceNumber"] = entry["EntryNumber"]

    def _is_taken(self, entry: Record) -> bool:
        holder = self._entries.holder(series(entry), entry["EntryNumber"])
        return holder not in {None, entry["EntryID"]}

    def _keep(self, entry: Record, lines: list[Record]) -> Record:
        entry = {**entry, **self._totals(entry, lines), "_lines": [line["ID"] for line in lines]}
        entry |= {"Modified": self._books.clock.wall_ms(), "Modifier": self._user}
        for number, line in enumerate(lines, start=1):
            line = {**line, "LineNumber": number, "Type": entry["Type"]}  # noqa: PLW2901 - a copy of it
            self._books.put(self._division, "lines", line["ID"], line)
        entry = self._terms.keep(entry)
        entry = self._books.put(self._division, "entries", entry["EntryID"], entry)
        keep_transactions(self._books, entry, self.lines_of(entry))
        link_document(self._books, entry)
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


def _as_given(line: Record) -> Record:
    """A line before Exact worked anything out: with a VAT amount only if the caller gave one."""
    return line if line.get("_vat_given") else {**line, "VATAmountFC": None}
