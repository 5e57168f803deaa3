"""What is wrong with a document by itself, and what a bookkeeper should know of its entry."""

from collections.abc import Iterator
from decimal import Decimal

from sync.rules.cents import HUNDRED, to_cents
from sync.rules.countries import CountryGroup, country_group
from sync.rules.entries import Document, DocumentLine, Entry
from sync.rules.ledger import DocumentKind, Ledger, Problem, ProblemKind

REAL_ESTATE = frozenset({"unit", "desk", "meeting_room"})  # taxed where the building stands
COUNTRY_LENGTH = 2
CURRENCY_LENGTH = 3

MEND_AT_SOURCE = "Correct it at its source and import it again."


def faults(document: Document) -> Iterator[Problem]:
    """Yield what keeps this document out of anybody's books."""
    if not document.number.strip():
        yield _fault("The document has no number.", "document", "number")
    if len(document.customer_country.strip()) != COUNTRY_LENGTH:
        sentence = "The customer's country is missing, and the VAT code depends on it."
        yield _fault(sentence, "customer", "country")
    if document.currency and len(document.currency) != CURRENCY_LENGTH:
        yield _fault(f"{document.currency!r} is not a currency code.", "document", "currency")
    for line in document.lines:
        yield from _line_faults(line)
    yield from _total_faults(document)
    if not document.lines:
        yield _fault("The document has no lines.", "document", "lines")
    elif not any(line.net for line in document.lines):
        sentence = "Every line comes to 0.00, so there is nothing to book. Exclude the document."
        yield Problem(ProblemKind.REFUSED, sentence, ("document", "nothing"))


def warnings(document: Document, entry: Entry, ledger: Ledger) -> Iterator[str]:
    """Yield what a bookkeeper may want to look at; the entry can go as it is."""
    if letting := _letting_without_vat(document, ledger):
        yield (
            f"Line {letting}: letting a place is taxed where the building stands, as a rule also"
            " for a customer abroad, but this carries 0 % VAT."
        )
    if left_out := _positions(line for line in document.lines if not line.net):
        yield f"Line {left_out} comes to 0.00 and is left out."
    yield from _unusual_totals(entry)
    if entry.currency != ledger.currency:
        yield f"The amounts are in {entry.currency}; the books are kept in {ledger.currency}."
    if document.structured_reference.strip() and not entry.payment_reference:
        yield (
            f"{document.structured_reference!r} is neither a valid OGM/VCS nor an RF reference:"
            " the entry goes without a payment reference."
        )
    if document.due_date and document.due_date < document.invoice_date:
        yield "The due date lies before the date of the document."


def _line_faults(line: DocumentLine) -> Iterator[Problem]:
    for name, percent in (("discount_percent", line.discount_percent), ("vat_rate", line.vat_rate)):
        if not 0 <= percent <= HUNDRED:
            yield _line_fault(line, name, f"{percent} % is not between 0 and 100 %.")
    if (line.period_from is None) != (line.period_to is None):
        yield _line_fault(line, "period", "the period needs a first and a last day.")
    elif line.period_from and line.period_to and line.period_to < line.period_from:
        yield _line_fault(line, "period", "the period ends before it begins.")


def _total_faults(document: Document) -> Iterator[Problem]:
    totals: list[tuple[str, Decimal | None]] = [
        ("total_excl", document.total_excl),
        ("total_vat", document.total_vat),
        ("total_incl", document.total_incl),
        *(("vat_by_rate", amount) for _, amount in document.vat_by_rate),
    ]
    for name, total in totals:
        if total is not None and total != to_cents(total):
            yield _fault(f"A total of {total} is not in whole cents.", "document", name)


def _unusual_totals(entry: Entry) -> Iterator[str]:
    for group in entry.vat_groups:
        computed = to_cents(group.base * group.rate / HUNDRED)
        if group.vat != computed:
            yield f"VAT code {group.vat_code} follows the source: {group.vat}, computed {computed}."
    if not entry.incl:
        yield "The entry comes to 0.00 in all."
    elif entry.kind == DocumentKind.INVOICE and entry.incl < 0:
        yield "The invoice is negative, as a credit note would be."


def _letting_without_vat(document: Document, ledger: Ledger) -> str:
    if country_group(document.customer_country, ledger.country) == CountryGroup.DOMESTIC:
        return ""
    return _positions(
        line
        for line in document.lines
        if line.net and not line.vat_rate and line.resource_type in REAL_ESTATE
    )


def _positions(lines: Iterator[DocumentLine]) -> str:
    return ", ".join(str(line.position) for line in lines)


def _line_fault(line: DocumentLine, name: str, what: str) -> Problem:
    return _fault(f"Line {line.position}: {what}", "line", str(line.position), name)


def _fault(sentence: str, *key: str) -> Problem:
    return Problem(ProblemKind.NEEDS_DATA, f"{sentence} {MEND_AT_SOURCE}", key)
