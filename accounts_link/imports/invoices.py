"""Reading invoices and credit notes: one row for each line, the document's own fields repeated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from functools import partial

from accounts_link.imports.amounts import decimal
from accounts_link.imports.cells import (
    choice,
    currency,
    day,
    identifier,
    paragraph,
    position,
    structured_reference,
    text,
)
from accounts_link.imports.documents import InvoiceLineRow, InvoiceRow
from accounts_link.imports.evidence import Evidence
from accounts_link.imports.headings import Headings, match, plain
from accounts_link.imports.invoice_columns import (
    AMOUNTS,
    COLUMNS,
    DAYS,
    DISCOUNT_WORDS,
    KINDS,
    RESOURCE_TYPES,
    SUPPLIES,
    VAT_CATEGORIES,
)
from accounts_link.imports.records import Record
from accounts_link.imports.shapes import Cell, FileError, RowError, Table, is_empty

NO_DAY = date.min  # stands where a day could not be read; no row with one is ever handed out
ZERO = Decimal(0)
HUNDRED = Decimal(100)
SOME = 5  # missing lines that a message names


NOT_IN_COLUMNS = {
    *("line", "lines", "file", "files", "notes", "vat_breakdown", "customer_endpoint")
}
HEAD_FIELDS = tuple(f.name for f in fields(InvoiceRow) if f.name not in NOT_IN_COLUMNS)


def read_invoices(table: Table) -> Iterator[InvoiceRow | RowError]:
    """Yield each invoice when its last row was read, or every error of its rows when there is one.

    The rows of one invoice may stand anywhere in the file. The table is read twice: first to learn
    where each invoice ends and how amounts and days are written.

    Raises FileError: at once for columns that are missing or double, later for a damaged file.
    """
    headings = match(table, COLUMNS)
    _refuse_other_discounts(table)
    return _read(table, headings)


def _refuse_other_discounts(table: Table) -> None:
    """A discount that is left unread would book too much: better no file than that one."""
    for title in table.unknown_columns:
        if any(word in plain(title) for word in DISCOUNT_WORDS):
            raise FileError(
                f"Column “{title}” can't be read: a discount must be a percentage of its line, in"
                " a column “discount”. Change or remove the column."
            )


def _read(table: Table, headings: Headings) -> Iterator[InvoiceRow | RowError]:
    survey = _Survey(table, headings)
    unfinished: dict[str, _Document] = {}
    for row in table.rows():
        record = Record(row, headings)
        number = _number(record)
        if not number:
            yield from record.errors
            continue
        document = unfinished.setdefault(number, _Document(number))
        document.add(record, survey.evidence)
        if row.line == survey.ends[number]:
            yield from unfinished.pop(number).outcome(survey.doubts.get(number, 0))


class _Survey:
    """What only the whole table can tell."""

    def __init__(self, table: Table, headings: Headings) -> None:
        self.evidence = Evidence(headings, AMOUNTS, DAYS)
        self.ends: dict[str, int] = {}  # the last line of each invoice
        self.doubts: dict[str, int] = {}  # a line after it that may have been one of its own
        before = ""
        for row in table.rows():
            number = _number(Record(row, headings))
            if row.problem or not number:
                self.doubts[before] = row.line
            if not row.problem:
                self.evidence.add(row)
            if number:
                self.ends[number] = row.line
            before = number or before


def _number(record: Record) -> str:
    return record.need("number", partial(identifier, most=60), "")


class _Document:
    """One invoice while its rows come in."""

    def __init__(self, number: str) -> None:
        self._number = number
        self._head: InvoiceRow | None = None
        self._head_cells: list[Cell] = []
        self._lines: dict[int, InvoiceLineRow] = {}
        self._errors: list[RowError] = []

    def add(self, record: Record, evidence: Evidence) -> None:
        """Read one more row."""
        cells = record.cells(HEAD_FIELDS)
        if self._head is None:
            head = _head(record, self._number, evidence)
            _check_due_date(record, head)
        elif cells == self._head_cells:  # as a rule: the same words mean the same
            head = self._head
        else:
            head = _head(record, self._number, evidence)
            _compare(record, self._head, head)
        line = _line(record, evidence)
        if first := self._lines.get(line.position):
            record.refuse("position", f"“{line.position}” is also on line {first.line}.")
        if line.position:
            self._lines[line.position] = line
        if not record.errors and self._head is None:
            self._head, self._head_cells = head, cells
        self._errors += record.errors

    def outcome(self, doubt: int) -> Iterator[InvoiceRow | RowError]:
        """Yield the invoice or all that is wrong with it; `doubt` is a line that may be its own."""
        errors = self._errors or list(self._gaps(doubt))
        if errors or not self._head:
            yield from (replace(error, record=self._number) for error in errors)
            return
        lines = tuple(self._lines[position] for position in sorted(self._lines))
        yield replace(self._head, line=min(line.line for line in lines), lines=lines)

    def _gaps(self, doubt: int) -> Iterator[RowError]:
        """Yield an error when a line is not there, or may stand in a row that was not readable."""
        missing = sorted(set(range(1, max(self._lines) + 1)) - self._lines.keys())
        last = max(line.line for line in self._lines.values())
        if missing:
            told = ", ".join(map(str, missing[:SOME])) + ("…" if len(missing) > SOME else "")
            message = f"Invoice {self._number} lacks line {told}; add it or number the lines anew."
            yield RowError(last, "", "", message)
        elif doubt:
            message = (
                f"Invoice {self._number} lacks nothing that shows, but line {doubt} can't be read"
                " and may be its own; mend that line first."
            )
            yield RowError(last, "", "", message)


def _head(record: Record, number: str, evidence: Evidence) -> InvoiceRow:
    read = record.read
    short = partial(text, most=60)
    total = partial(_amount, evidence, places=2, digits=12)
    days = partial(_day, evidence)
    return InvoiceRow(
        line=record.line,
        number=number,
        kind=record.need("kind", partial(choice, words=KINDS), ""),
        invoice_date=record.need("invoice_date", days("invoice_date"), NO_DAY),
        due_date=read("due_date", days("due_date"), None),
        currency=record.need("currency", currency, ""),
        customer_ref=_customer_ref(record),
        customer_vat=read("customer_vat", partial(identifier, most=35), ""),
        customer_name=read("customer_name", partial(text, most=150), ""),
        billing_entity=read("billing_entity", short, ""),
        payment_terms=read("payment_terms", short, ""),
        pdf_file=read("pdf_file", partial(text, most=120), ""),
        location=read("location", partial(text, most=30), ""),
        structured_reference=read("structured_reference", structured_reference, ""),
        your_reference=read("your_reference", short, ""),
        credited_invoice=read("credited_invoice", partial(identifier, most=60), ""),
        total_excl=read("total_excl", total("total_excl"), None),
        total_vat=read("total_vat", total("total_vat"), None),
        total_incl=read("total_incl", total("total_incl"), None),
    )


def _customer_ref(record: Record) -> str:
    """Return the customer's number, which may be missing where its VAT number is there."""
    ask = record.need if is_empty(record.cell("customer_vat")) else record.read
    return ask("customer_ref", partial(identifier, most=30), "")


def _line(record: Record, evidence: Evidence) -> InvoiceLineRow:
    amount = partial(_amount, evidence)
    line = InvoiceLineRow(
        line=record.line,
        position=record.need("position", position, 0),
        description=record.read("description", partial(paragraph, most=200), ""),
        resource_type=record.need("resource_type", partial(choice, words=RESOURCE_TYPES), ""),
        resource_code=record.read("resource_code", partial(identifier, most=60), ""),
        quantity=record.need("quantity", amount("quantity"), ZERO),
        unit_price=record.need("unit_price", amount("unit_price"), ZERO),
        discount_percent=record.read(
            "discount_percent", amount("discount_percent", percent=True), ZERO
        ),
        vat_rate=record.need("vat_rate", amount("vat_rate", places=2, percent=True), ZERO),
        vat_category=record.read("vat_category", partial(choice, words=VAT_CATEGORIES), ""),
        supply=record.read("supply", partial(choice, words=SUPPLIES), ""),
        period_from=record.read("period_from", _day(evidence, "period_from"), None),
        period_to=record.read("period_to", _day(evidence, "period_to"), None),
    )
    _check_line(record, line)
    return line


def _amount(
    evidence: Evidence, name: str, *, places: int = 4, digits: int = 10, percent: bool = False
) -> Callable[[Cell], Decimal]:
    marks = evidence.marks(name)
    return partial(decimal, marks=marks, places=places, digits=digits, percent=percent)


def _day(evidence: Evidence, name: str) -> Callable[[Cell], date]:
    return partial(day, month_first_on=evidence.month_first_on(name))


def _check_line(record: Record, line: InvoiceLineRow) -> None:
    if not 0 <= line.discount_percent <= HUNDRED:
        record.refuse("discount_percent", "is a percentage of the line, from 0 to 100.")
    if not 0 <= line.vat_rate <= HUNDRED:
        record.refuse("vat_rate", "is a percentage, from 0 to 100.")
    elif 0 < line.vat_rate < 1:
        record.refuse("vat_rate", "is below 1 %; write 21 for 21 %.")
    if line.period_from and line.period_to and line.period_to < line.period_from:
        record.refuse("period_to", "is before the day on which the period begins.")


def _check_due_date(record: Record, head: InvoiceRow) -> None:
    if head.due_date and head.due_date < head.invoice_date:
        record.refuse("due_date", "is before the date of the invoice.")


def _compare(record: Record, first: InvoiceRow, head: InvoiceRow) -> None:
    """The document's own fields must be the same on all of its rows."""
    for name in HEAD_FIELDS:
        here, there = getattr(head, name), getattr(first, name)
        if here != there and not record.has_error(name):
            record.refuse(
                name,
                f"“{record.cell(name)}” differs from “{there or ''}” on line {first.line};"
                f" all lines of invoice {head.number} must agree.",
            )
