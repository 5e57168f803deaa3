"""What happens when a sales invoice is made, changed, printed or deleted."""

from typing import Any
from uuid import uuid4

from exact_client.sandbox.books import Books
from exact_client.sandbox.facts import Record
from exact_client.sandbox.invoice_checks import INVOICE, InvoiceChecks, totals
from exact_client.sandbox.refusals import Findings, refusal
from exact_client.sandbox.switches import Switches
from exact_client.sandbox.sync import note_deleted

ENTITY_TYPE = 13  # of invoices and their lines in sync/Deleted
DRAFT, OPEN, PROCESSED = 10, 20, 50
STATUSES = {DRAFT: "Concept", OPEN: "Open", PROCESSED: "Verwerkt"}
PAID = 3  # StarterSalesInvoiceStatus
UNTOLD = frozenset({"VATAmountFC", "StarterSalesInvoiceStatus"})  # by a create without `Prefer`
# What an invoice can't lose: a null in a change leaves it as it is.
_NEVER_NULL = {"OrderedBy", "Currency", "Type", "OrderDate", "OrderNumber"}


class Invoices:
    """The writing half of salesinvoice/SalesInvoices and its lines in one division."""

    def __init__(self, books: Books, switches: Switches, division: int, user: str) -> None:
        self._books = books
        self._switches = switches
        self._division = division
        self._user = user
        self._checks = InvoiceChecks(books, switches, division)
        self._table = books.table(division, "invoices")
        self._lines = books.table(division, "invoicelines")

    def create(
        self, taken: Record, lines: list[Record], date: int | None = None, status: int = OPEN
    ) -> Record:
        """Make an invoice with its lines; it has no number before it is printed.

        `date`: an InvoiceDate in the payload, which takes effect although it is read-only.
        """
        day = self._books.clock.today_ms()
        invoice: Record = {
            "Type": INVOICE,
            "Currency": "EUR",
            "OrderDate": day,
            **{name: value for name, value in taken.items() if value is not None},
            "InvoiceID": str(uuid4()),
            "Division": self._division,
            "Status": status,
            "Created": self._books.clock.wall_ms(),
            "Creator": self._user,
        }
        posted = date if self._switches.invoice_date_taken else None
        invoice["InvoiceDate"] = posted or taken.get("OrderDate") or day
        found = Findings()
        self._checks.check_header(invoice, found)
        if not lines:
            found.add("missing", "SalesInvoiceLines")
        checked = [self._checks.checked_line(invoice, line, found) for line in lines]
        found.check()
        number = self._books.number(self._division, "orders")
        invoice["OrderNumber"] = invoice.get("OrderNumber") or number
        return self._keep(invoice, [{**line, "ID": str(uuid4())} for line in checked])

    def update(self, key: str, taken: Record) -> None:
        """Change the header of an unprinted invoice; lines have an address of their own."""
        before = self.unprinted(key)
        taken = {k: v for k, v in taken.items() if v is not None or k not in _NEVER_NULL}
        invoice = {**before, **taken}
        if "OrderedBy" in taken:
            invoice |= _followers(taken)
        if {"PaymentCondition", "OrderedBy"} & taken.keys():
            invoice["DueDate"] = taken.get("DueDate")
        found = Findings()
        self._checks.check_header(invoice, found)
        lines = [self._checks.checked_line(invoice, row, found) for row in self.lines_of(before)]
        found.check()
        self._keep(invoice, lines)

    def delete(self, key: str) -> None:
        """Delete an invoice that is not printed, with its lines."""
        invoice = self._table.get(key) or {}
        if invoice["Status"] == PROCESSED:
            raise refusal("used", "SalesInvoices", "SalesEntries")
        for line in invoice["_lines"]:
            self._drop_line(line)
        self._books.drop(self._division, "invoicerows", key)
        self._books.drop(self._division, "invoices", key)
        note_deleted(self._books, self._division, key, ENTITY_TYPE, self._user)

    def add_line(self, taken: Record) -> Record:
        """Add a line to an invoice that is not printed."""
        if not taken.get("InvoiceID"):
            raise refusal("missing", "InvoiceID")
        invoice = self.unprinted(taken["InvoiceID"])
        line = {**self._checked(invoice, taken), "ID": str(uuid4())}
        self._keep(invoice, [*self.lines_of(invoice), line])
        return self._lines.get(line["ID"]) or line

    def update_line(self, key: str, taken: Record) -> None:
        """Change one line of an invoice that is not printed."""
        before = self._lines.get(key) or {}
        invoice = self.unprinted(before["InvoiceID"])
        line = self._checked(invoice, repriced(before, taken))
        lines = [line if old["ID"] == key else old for old in self.lines_of(invoice)]
        self._keep(invoice, lines)

    def delete_line(self, key: str) -> None:
        """Delete one line; with the last one goes the invoice."""
        invoice = self.unprinted((self._lines.get(key) or {})["InvoiceID"])
        left = [line for line in self.lines_of(invoice) if line["ID"] != key]
        if not left:
            self.delete(invoice["InvoiceID"])
            return
        self._drop_line(key)
        self._keep(invoice, left)

    def unprinted(self, key: str) -> Record:
        """An invoice that may still be changed."""
        invoice = self._table.get(key)
        if invoice is None:
            raise refusal("reference", "InvoiceID")
        if invoice["Status"] == PROCESSED:
            raise refusal("not allowed", "SalesInvoices")
        return invoice

    def lines_of(self, invoice: Record) -> list[Record]:
        """The lines of an invoice, in their order."""
        return [row for key in invoice.get("_lines", ()) if (row := self._lines.get(key))]

    def keep_header(self, invoice: Record) -> Record:
        """Keep a header that was printed; its lines follow in the feed of changes."""
        return self._keep(invoice, self.lines_of(invoice))

    def _checked(self, invoice: Record, taken: Record) -> Record:
        found = Findings()
        line = self._checks.checked_line(invoice, taken, found)
        found.check()
        return line

    def _keep(self, invoice: Record, lines: list[Record]) -> Record:
        now = self._books.clock.wall_ms()
        invoice = {
            **invoice,
            **totals(lines, invoice["_rate"]),
            "StatusDescription": STATUSES[invoice["Status"]],
            "Modified": now,
            "Modifier": self._user,
            "_lines": [line["ID"] for line in lines],
        }
        key = invoice["InvoiceID"]
        self._books.put(self._division, "invoicerows", key, {"LineNumber": 0, "ID": key, **invoice})
        for number, line in enumerate(lines, start=1):
            row = {**line, "LineNumber": number}
            self._books.put(self._division, "invoicelines", row["ID"], row)
            flat = {**invoice, **_NOT_OF_A_LINE, **row}
            self._books.put(self._division, "invoicerows", row["ID"], flat)
        return self._books.put(self._division, "invoices", key, invoice)

    def _drop_line(self, key: str) -> None:
        self._books.drop(self._division, "invoicelines", key)
        self._books.drop(self._division, "invoicerows", key)
        note_deleted(self._books, self._division, key, ENTITY_TYPE, self._user)


# Of a header, what its lines in the feed of changes do not repeat.
_NOT_OF_A_LINE: dict[str, Any] = dict.fromkeys(
    ["AmountFCExclVat", "Description", "Discount", "AmountDiscount", "AmountDiscountExclVat"]
)


def _followers(taken: Record) -> Record:
    """Who is the one who ordered, unless the same change says otherwise."""
    names = ("InvoiceTo", "DeliverTo")
    people = [f"{name}ContactPerson" for name in ("OrderedBy", *names)]
    return {name: taken.get(name) for name in (*names, *people, "PaymentCondition")}


def repriced(before: Record, taken: Record, vat: str = "VATAmountFC") -> Record:
    """A line before Exact worked its price out again; `vat` is where it has its VAT amount."""
    line = {**before, **taken, "_vat_given": before.get("_vat_given", False)}
    if vat in taken:
        line["_vat_given"] = True
    if "NetPrice" not in taken:
        line["NetPrice"] = None
    elif "UnitPrice" not in taken:
        line["UnitPrice"] = taken["NetPrice"]
    if "Item" in taken and taken["Item"] != before["Item"]:
        kept = {name: taken.get(name) for name in ("UnitPrice", "GLAccount", "VATCode")}
        line |= {**kept, "Description": taken.get("Description"), "UnitCode": None}
    return line


def shown(books: Books, record: Record) -> Record:
    """An invoice, or a row of one, with how far it is: 0 not printed, 2 printed, 3 paid."""
    entry = books.entries(record["Division"]).get(record.get("_entry") or "")
    if entry is None:
        return {**record, "StarterSalesInvoiceStatus": 0}
    rows = books.table(record["Division"], "terms")
    terms = [rows.get(key) or {} for key in entry.get("_terms", ())]
    paid = bool(terms) and all(row.get("IsFullyPaid") for row in terms)
    return {**record, "StarterSalesInvoiceStatus": PAID if paid else PAID - 1}
