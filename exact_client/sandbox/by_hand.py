"""What people do in Exact's own screens: pay, bounce, alter, remove, process, close, type."""

import threading
from collections.abc import Iterable
from itertools import islice
from uuid import UUID

from exact_client.sandbox.amounts import cents
from exact_client.sandbox.books import Books
from exact_client.sandbox.checks import SALES_JOURNAL
from exact_client.sandbox.company import Company, identity, status_key, status_rows, year_rows
from exact_client.sandbox.facts import Record, entities
from exact_client.sandbox.ledger import Ledger
from exact_client.sandbox.made_up import made_up_entries
from exact_client.sandbox.payload import read_payload
from exact_client.sandbox.switches import Switches
from exact_client.sandbox.terms import Terms
from exact_client.sandbox.wire import read_date
from exact_client.sandbox.writers import read_lines

ACCOUNTANT = identity(0, "user", "accountant")
_ENTRY, _LINE = "salesentry/SalesEntries", "salesentry/SalesEntryLines"
_OF_A_LINE = frozenset(
    ["AmountFC", "CostCenter", "CostUnit", "GLAccount", "Quantity", "VATAmountFC", "VATCode"]
)
REVENUE = 110  # the type of a G/L account
_STATUS = {"open": 0, "closed": 1}


class ByHand:
    """The half of the stand-in's knobs that plays the accountant, who is another user.

    `entry` is an EntryID, or an EntryNumber that only one entry has. Raises ValueError when a
    request makes no sense, and Refusal when Exact's screens wouldn't take it either.
    """

    company: Company
    switches: Switches
    _books: Books
    _lock: threading.RLock

    def pay(
        self, entry: str | int, amount: float | str | None = None, date: str | None = None
    ) -> Record:
        """Receive `amount`, in the entry's currency (all that is open when None), on `date`."""
        with self._lock:
            row = self._entry(entry)
            terms = Terms(self._books, row["Division"], ACCOUNTANT)
            is_open = terms.open_amount(row)
            wanted = is_open if amount is None else cents(amount).copy_sign(is_open)
            if not 0 < abs(wanted) <= abs(is_open):
                raise ValueError(f"{is_open} is open on this entry, so {wanted} can't be paid.")
            day = read_date(date) if date else self._books.clock.today_ms()
            return self._kept(terms.pay(row, wanted, day))

    def bounce(self, entry: str | int) -> Record:
        """Take the last payment back, with its entry in the bank's journal."""
        with self._lock:
            row = self._entry(entry)
            if not row.get("_payments"):
                raise ValueError("Nothing was paid on this entry.")
            return self._kept(Terms(self._books, row["Division"], ACCOUNTANT).bounce(row))

    def alter(self, entry: str | int, changes: Record, line: int = 1) -> Record:
        """Change an entry, processed or not; what belongs to a line goes to line number `line`.

        A G/L account may be named by its code. VAT follows a changed amount or VAT code, unless
        VATAmountFC is given.
        """
        with self._lock:
            row = self._entry(entry)
            hand = self._ledger(row["Division"])
            inner = {k: v for k, v in changes.items() if k in _OF_A_LINE}
            outer = {k: v for k, v in changes.items() if k not in _OF_A_LINE}
            if inner:
                key = self._line(row, line)
                ledger = str(inner.get("GLAccount", ""))
                if ledger.isdecimal():
                    inner["GLAccount"] = self._ledger_account(row["Division"], ledger)
                taken = read_payload(entities()[_LINE], inner, "cut")
                hand.update_line(key, {"VATAmountFC": None, **taken})
            if outer:
                taken = read_payload(entities()[_ENTRY], outer, "cut")
                hand.update(row["EntryID"], taken)
            return self._done(row)

    def remove(self, entry: str | int) -> None:
        """Delete an entry, whatever its status; what was paid on it stays in the bank's journal."""
        with self._lock:
            row = self._entry(entry)
            self._ledger(row["Division"]).delete(row["EntryID"])
            self._books.commit()

    def process(self, entry: str | int) -> Record:
        """Give an entry the status that closes it for callers."""
        with self._lock:
            row = self._entry(entry)
            self._ledger(row["Division"]).process(row["EntryID"])
            return self._done(row)

    def period(
        self, year: int, period: int, status: str = "closed", *,
        journal: str | None = None, division: int | None = None,
    ) -> None:  # fmt: skip
        """Open or close a period, of one journal or of all."""
        where = division or self.company.divisions[0]
        with self._lock:
            rows = [
                row
                for row in self._books.table(where, "journalstatus")
                if (row["Year"], row["Period"]) == (year, period)
                and journal in {None, row["Journal"]}
            ]
            if not rows or status not in _STATUS:
                raise ValueError(f"There is no period {year}-{period:02} that can be {status!r}.")
            for row in rows:
                key = status_key(row["Journal"], year, period)
                changed = {**row, "Status": _STATUS[status]}
                self._books.put(where, "journalstatus", key, changed)
            self._books.commit()

    def year(self, year: int, *, exists: bool = True, division: int | None = None) -> None:
        """Make a financial year with open periods, or take it away."""
        where = division or self.company.divisions[0]
        with self._lock:
            journals = self.company.of(where, "journals")
            tables = {
                "periods": year_rows(where, year),
                "journalstatus": status_rows(journals, year, closed=False),
            }
            for table, rows in tables.items():
                for key, record in rows:
                    if not exists:
                        self._books.drop(where, table, key)
                    elif self._books.table(where, table).get(key) is None:
                        self._books.put(where, table, key, record)
            self._books.commit()

    def book(
        self, entries: Iterable[Record], *, division: int | None = None, user: str = ACCOUNTANT
    ) -> list[str]:
        """Type entries as POST takes them, without HTTP; gives their EntryIDs."""
        where = division or self.company.divisions[0]
        with self._lock:
            hand = Ledger(self._books, self.switches, where, user)
            keys = []
            for content in entries:
                taken = read_payload(entities()[_ENTRY], content, "cut")
                keys.append(hand.create(taken, read_lines(_ENTRY, content, "cut"))["EntryID"])
            self._books.commit()
        return keys

    def generate_entries(self, count: int, *, month: str = "2026-10") -> list[str]:
        """Book `count` made-up entries of three lines in the first division, as a caller would."""
        where = self.company.divisions[0]
        journals = [
            row["Code"]
            for row in self._books.table(where, "journals")
            if row["Type"] == SALES_JOURNAL and "Credit" not in row["Description"]
        ]
        revenue = [
            row["ID"]
            for row in self._books.table(where, "glaccounts")
            if row["Type"] == REVENUE and not row.get("IsBlocked")
        ]
        customers = [
            row["ID"]
            for row in islice(self._books.table(where, "accounts"), 5_000)
            if row["Status"] == "C" and not row.get("Blocked")
        ]
        made = made_up_entries(count, customers, revenue, month=month, journals=journals)
        return self.book(made, user=self.company.user_id)

    def _ledger(self, division: int) -> Ledger:
        return Ledger(self._books, self.switches, division, ACCOUNTANT, by_hand=True)

    def _entry(self, entry: str | int) -> Record:
        """The one entry with this EntryID or EntryNumber, in any division."""
        text = str(entry)
        tables = [self._books.entries(number) for number in self.company.divisions]
        if not text.isdecimal():
            found = [row for table in tables if (row := table.get(str(UUID(text))))]
        else:
            found = [row for table in tables for row in table if row["EntryNumber"] == int(text)]
        if len(found) != 1:
            raise ValueError(f"{len(found)} entries are called {text}; name one by its EntryID.")
        return found[0]

    def _line(self, entry: Record, number: int) -> str:
        if not 1 <= number <= len(entry["_lines"]):
            raise ValueError(f"The entry has lines 1 to {len(entry['_lines'])}.")
        return str(entry["_lines"][number - 1])

    def _ledger_account(self, division: int, code: str) -> str:
        rows = self._books.table(division, "glaccounts")
        found = next((row["ID"] for row in rows if row["Code"] == code), None)
        if found is None:
            raise ValueError(f"There is no G/L account {code}.")
        return str(found)

    def _kept(self, entry: Record) -> Record:
        self._books.put(entry["Division"], "entries", entry["EntryID"], entry)
        return self._done(entry)

    def _done(self, entry: Record) -> Record:
        self._books.commit()
        return self._books.entries(entry["Division"]).get(entry["EntryID"]) or {}
