"""What customers owe on their entries: payment terms, and the list of what is still open."""

from decimal import Decimal
from uuid import uuid4

from exact_client.sandbox.amounts import cents, plain
from exact_client.sandbox.bank import book_receipt, forget_receipt
from exact_client.sandbox.books import Books
from exact_client.sandbox.facts import Record
from exact_client.sandbox.sync import note_deleted

RECEIPT, PAYMENT = 20, 22  # LineType: of customers, and to suppliers
OPEN, MATCHED = 20, 50
PAYMENT_TERM = 10  # the kind in sync/Deleted
_NOTHING = Decimal(0)
_UNPAID = {
    "Status": OPEN,
    "IsFullyPaid": False,
    "LastPaymentDate": None,
    "EndDate": None,
    "_payment": None,
}


class Terms:
    """The payment terms of entries in one division. What a customer owes is negative.

    A term of which a part is paid is split: the rest stays under its ID, the paid part gets one of
    its own. Callers put the entry back with what `keep` and `pay` tell about it.
    """

    def __init__(self, books: Books, division: int, user: str) -> None:
        self._books = books
        self._division = division
        self._user = user
        self._table = books.table(division, "terms")

    def rows_of(self, entry: Record) -> list[Record]:
        """The terms of an entry, oldest first."""
        return [row for key in entry.get("_terms", ()) if (row := self._table.get(key))]

    def payments_of(self, entry: Record) -> list[Record]:
        """The payments of an entry, oldest first."""
        table = self._books.table(self._division, "payments")
        return [row for key in entry.get("_payments", ()) if (row := table.get(key))]

    def open_amount(self, entry: Record) -> Decimal:
        """What is still to be paid, in the entry's currency; negative on a credit note."""
        return -_sum(_open(self.rows_of(entry)), "AmountFC")

    def is_matched(self, entry: Record) -> bool:
        """Whether anything was paid on it."""
        return any(row["Status"] == MATCHED for row in self.rows_of(entry))

    def keep(self, entry: Record) -> Record:
        """Let the terms follow an entry that was made or changed; gives the entry back."""
        rows = self.rows_of(entry)
        if any(-_sum(rows, name) != cents(entry[name]) for name in ("AmountFC", "AmountDC")):
            rows = self._fitted(entry, rows)
        kept = [self._put({**row, **_about(entry)}) for row in rows]
        entry = {**entry, "_terms": [row["ID"] for row in kept]}
        self._keep_list(entry)
        return entry

    def pay(self, entry: Record, amount: Decimal, date: int) -> Record:
        """Match a receipt of `amount` with the open terms, oldest first; gives the entry back."""
        payment: Record = {
            "ID": str(uuid4()),
            "EntryID": entry["EntryID"],
            "Date": date,
            "AmountFC": plain(amount),
            "AmountDC": plain(amount * Decimal(str(entry["Rate"]))),
            "_hid": self._books.number(self._division, "receivables"),
        }
        left, keys = amount, list[str]()
        for row in self.rows_of(entry):
            taken = _share(row, left)
            left -= taken
            keys += self._settle(row, taken, payment) if taken else [row["ID"]]
        self._put_bank_term(entry, payment)
        self._books.put(self._division, "payments", payment["ID"], payment)
        payments = [*entry.get("_payments", ()), payment["ID"]]
        entry = {**entry, "_terms": keys, "_payments": payments}
        self._keep_list(entry)
        return entry

    def bounce(self, entry: Record) -> Record:
        """Take the last payment back: what it settled is open again, in as many terms as before."""
        payment = self.payments_of(entry)[-1]
        for row in self.rows_of(entry):
            if row.get("_payment") == payment["ID"]:
                self._put({**row, **_UNPAID})
        forget_receipt(self._books, entry, payment, self._user)
        self._drop(payment["_bank"])
        self._books.drop(self._division, "payments", payment["ID"])
        self._books.drop(self._division, "receivables", str(payment["_hid"]))
        entry = {**entry, "_payments": entry["_payments"][:-1]}
        self._keep_list(entry)
        return entry

    def update(self, key: str, taken: Record) -> None:
        """Change what cashflow/Receivables lets a caller change of a term."""
        self._put({**(self._table.get(key) or {}), **taken})

    def forget(self, entry: Record) -> None:
        """Delete the terms of an entry that goes; receipts stay in the bank's journal, open."""
        for key in entry.get("_terms", ()):
            self._drop(key)
        self._books.drop(self._division, "receivables", str(entry["_hid"]))
        for payment in self.payments_of(entry):
            self._books.drop(self._division, "receivables", str(payment["_hid"]))
            bank = self._table.get(payment["_bank"])
            if bank:
                self._put({**bank, **_UNPAID, "YourRef": None})

    def _fitted(self, entry: Record, rows: list[Record]) -> list[Record]:
        """The terms for another total: what was paid stays, one open term takes the rest."""
        kept = [row for row in rows if row["Status"] == MATCHED]
        still_open = _open(rows)
        for row in still_open[1:]:
            self._drop(row["ID"])
        rest = {
            name: plain(-cents(entry[name]) - _sum(kept, name)) for name in ("AmountFC", "AmountDC")
        }
        first = still_open[0] if still_open else None
        if not rest["AmountFC"]:
            if first:
                self._drop(first["ID"])
            return kept
        return [*kept, {**(first or self._fresh()), **rest}]

    def _fresh(self) -> Record:
        now = self._books.clock.wall_ms()
        return {**_UNPAID, "ID": str(uuid4()), "EntryID": str(uuid4()), "Created": now}

    def _settle(self, row: Record, taken: Decimal, payment: Record) -> list[str]:
        """Match a term, or the part of it that was paid; gives the keys of what it became."""
        paid = {
            "Status": MATCHED,
            "IsFullyPaid": True,
            "LastPaymentDate": payment["Date"],
            "EndDate": max(payment["Date"], row["InvoiceDate"]),
            "_payment": payment["ID"],
        }
        if taken == -cents(row["AmountFC"]):
            return [self._put({**row, **paid})["ID"]]
        share = cents(-taken * Decimal(str(row["RateFC"])))
        rest = {
            "AmountFC": plain(cents(row["AmountFC"]) + taken),
            "AmountDC": plain(cents(row["AmountDC"]) - share),
        }
        part = {"AmountFC": plain(-taken), "AmountDC": plain(share)}
        return [
            self._put({**row, **rest})["ID"],
            self._put({**row, **self._fresh(), **part, **paid})["ID"],
        ]

    def _put_bank_term(self, entry: Record, payment: Record) -> None:
        """The bank's line is a term too; it bears the reference of the one invoice it pays."""
        told = book_receipt(self._books, entry, payment, self._user)
        amounts = {name: payment[name] for name in ("AmountFC", "AmountDC")}
        paid = {"Status": MATCHED, "IsFullyPaid": True, "LastPaymentDate": payment["Date"]}
        row = {**_about(entry), **self._fresh(), **told, **amounts, **paid}
        payment["_bank"] = self._put(row)["ID"]

    def _put(self, row: Record) -> Record:
        row = {**row, "Modified": self._books.clock.wall_ms(), "Modifier": self._user}
        return self._books.put(self._division, "terms", row["ID"], row)

    def _drop(self, key: str) -> None:
        self._books.drop(self._division, "terms", key)
        note_deleted(self._books, self._division, key, PAYMENT_TERM, self._user)

    def _keep_list(self, entry: Record) -> None:
        """Let ReceivablesList follow: an open entry whole, and a row for each part payment."""
        is_open = bool(self.open_amount(entry))
        lines = [_listed(entry)]
        lines += [_listed_payment(entry, payment) for payment in self.payments_of(entry)]
        for line in lines:
            if is_open:
                self._books.put(self._division, "receivables", str(line["HID"]), line)
            else:
                self._books.drop(self._division, "receivables", str(line["HID"]))


def _share(row: Record, left: Decimal) -> Decimal:
    """How much of what is `left` of a payment goes to a term."""
    owed = -cents(row["AmountFC"])
    if row["Status"] == MATCHED:
        return _NOTHING
    return owed if abs(left) >= abs(owed) else left


def _sum(rows: list[Record], name: str) -> Decimal:
    return sum((cents(row[name]) for row in rows), _NOTHING)


def _open(rows: list[Record]) -> list[Record]:
    return [row for row in rows if row["Status"] != MATCHED]


_SAME = (
    "Currency",
    "Description",
    "Division",
    "DueDate",
    "EntryNumber",
    "InvoiceNumber",
    "Journal",
    "JournalDescription",
    "PaymentCondition",
    "PaymentReference",
    "YourRef",
    "Creator",
)
_LISTED = ("Description", "DueDate", "EntryNumber", "InvoiceNumber", "JournalDescription")


def _about(entry: Record) -> Record:
    """What a term repeats of its entry."""
    return {
        **{name: entry.get(name) for name in _SAME},
        "LineType": RECEIPT,
        "Source": 1,
        "PaymentMethod": "B",
        "Account": entry["Customer"],
        "AccountCode": entry["_customer_code"],
        "AccountName": entry["CustomerName"],
        "AccountCountry": entry.get("_country"),
        "GLAccount": entry["_receivables"],
        "InvoiceDate": entry["EntryDate"],
        "EntryDate": entry["EntryDate"],
        "RateFC": entry["Rate"],
        "TransactionID": entry["_header"],
        "TransactionEntryID": entry["EntryID"],
        "TransactionAmountDC": entry["AmountDC"],
        "TransactionAmountFC": entry["AmountFC"],
        "TransactionDueDate": entry["DueDate"],
        "TransactionReportingYear": entry["ReportingYear"],
        "TransactionReportingPeriod": entry["ReportingPeriod"],
        "TransactionStatus": entry["Status"],
        "TransactionType": entry["Type"],
    }


def _listed(entry: Record) -> Record:
    return {
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
        "YourRef": entry.get("YourRef"),
        **{name: entry.get(name) for name in _LISTED},
    }


def _listed_payment(entry: Record, payment: Record) -> Record:
    """A part payment as the list tells it: less than nothing, and without a reference."""
    return {
        **_listed(entry),
        "HID": payment["_hid"],
        "Id": payment["ID"],
        "Amount": -payment["AmountDC"],
        "InvoiceDate": payment["Date"],
        "EntryNumber": payment["EntryNumber"],
        "JournalCode": payment["Journal"],
        "YourRef": None,
    }
