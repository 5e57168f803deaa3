"""What is wrong with a document by itself, and what a bookkeeper should know of its entry."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from sync.rules.cents import HUNDRED, to_cents
from sync.rules.countries import CountryGroup, country_group
from sync.rules.currencies import CURRENCIES
from sync.rules.deferral import MOST_MONTHS, month_count
from sync.rules.entries import Document, DocumentLine, Entry, Original
from sync.rules.ledger import DocumentKind, Ledger, Problem, ProblemKind, ZeroPolicy
from sync.rules.supplies import REAL_ESTATE
from sync.rules.totals import MEND_AT_SOURCE, ZERO, Amount

COUNTRY_LENGTH = 2
NEEDS_VAT_NUMBER = frozenset({"AE", "K"})  # UBL's reverse charge, and supply within the EU


def faults(document: Document) -> Iterator[Problem]:
    """Yield what keeps this document out of anybody's books."""
    if not document.number.strip():
        yield _fault("The document has no number.", "document", "number")
    if len(document.customer_country.strip()) != COUNTRY_LENGTH:
        sentence = "The customer's country is missing, and the VAT code depends on it."
        yield _fault(sentence, "customer", "country")
    if document.currency and document.currency.upper() not in CURRENCIES:
        yield _fault(f"{document.currency!r} is not a currency code.", "document", "currency")
    for line in document.lines:
        yield from _line_faults(line)
    yield from _total_faults(document)
    if not document.lines:
        yield _fault("The document has no lines.", "document", "lines")


def zero_problem(
    document: Document, amounts: Sequence[Amount], policy: ZeroPolicy
) -> Problem | None:
    """Say what keeps a document of 0.00 back, by the policy for such; None for any other.

    It is one of 0.00 when nothing is to be paid and each VAT rate comes to nothing: lines that
    cancel each other at two rates still change what is due to the state.
    """
    if policy == ZeroPolicy.BOOK or not _comes_to_nothing(amounts):
        return None
    key = ("document", "zero")
    if policy == ZeroPolicy.EXCLUDE:
        sentence = "It comes to 0.00, and documents of 0.00 are left out."
        return Problem(ProblemKind.EXCLUDED, sentence, key)
    if document.is_approved:
        return None
    return Problem(ProblemKind.HELD, "It comes to 0.00. Approve it to book it, or exclude it.", key)


def _comes_to_nothing(amounts: Iterable[Amount]) -> bool:
    sums: dict[tuple[str, Decimal], Decimal] = defaultdict(lambda: ZERO)
    for amount in amounts:
        sums["net", amount.line.vat_rate] += amount.net
        sums["vat", amount.line.vat_rate] += amount.vat
    return not any(sums.values())


def warnings(document: Document, entry: Entry, ledger: Ledger) -> Iterator[str]:
    """Yield what a bookkeeper may want to look at; the entry can go as it is."""
    if letting := _letting_without_vat(document, ledger):
        yield (
            f"Line {letting}: letting a place is taxed where the building stands, as a rule also"
            " for a customer abroad, but this carries 0 % VAT."
        )
    if unsupported := _without_vat_number(document, entry, ledger):
        yield (
            f"Line {unsupported}: the customer owes the VAT, which takes a valid VAT number, and"
            " this customer has none."
        )
    booked = {line.position for line in entry.lines}
    if left_out := _positions(line for line in document.lines if line.position not in booked):
        yield f"Line {left_out} comes to 0.00 and is left out."
    yield from _unusual_totals(entry)
    yield from _unusual_original(document)
    if entry.currency != ledger.currency:
        yield f"The amounts are in {entry.currency}; the books are kept in {ledger.currency}."
    if document.structured_reference.strip() and not entry.payment_reference:
        yield (
            f"{document.structured_reference!r} is neither a valid OGM/VCS, nor an RF reference,"
            " nor a Dutch one: the entry goes without a payment reference."
        )
    if document.due_date and document.due_date < document.invoice_date:
        yield "The due date lies before the date of the document."


def _unusual_original(document: Document) -> Iterator[str]:
    if not document.credited_invoice:
        return
    if document.original == Original.UNKNOWN:
        yield f"It credits {document.credited_invoice}, which isn't known here."
    elif document.original == Original.OF_ANOTHER:
        yield f"It credits {document.credited_invoice}, which is another customer's."


def _line_faults(line: DocumentLine) -> Iterator[Problem]:
    for name, percent in (("discount_percent", line.discount_percent), ("vat_rate", line.vat_rate)):
        if not 0 <= percent <= HUNDRED:
            yield _line_fault(line, name, f"{percent} % is not between 0 and 100 %.")
    if (line.period_from is None) != (line.period_to is None):
        yield _line_fault(line, "period", "the period needs a first and a last day.")
    elif line.period_from and line.period_to and line.period_to < line.period_from:
        yield _line_fault(line, "period", "the period ends before it begins.")
    elif _months(line) > MOST_MONTHS:
        yield _line_fault(line, "period", f"the period is more than {MOST_MONTHS} months long.")


def _months(line: DocumentLine) -> int:
    if line.period_from is None or line.period_to is None:
        return 0
    return month_count(line.period_from, line.period_to)


def _total_faults(document: Document) -> Iterator[Problem]:
    totals: list[tuple[str, Decimal | None]] = [
        ("total_excl", document.total_excl),
        ("total_vat", document.total_vat),
        ("total_incl", document.total_incl),
        *(("vat_breakdown", stated.vat) for stated in document.stated_vat),
        *(("vat_breakdown", stated.base) for stated in document.stated_vat),
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
        if line.net and not line.vat_rate and document.supply_of(line) == REAL_ESTATE
    )


def _without_vat_number(document: Document, entry: Entry, ledger: Ledger) -> str:
    if document.customer_vat_valid:
        return ""
    charged = {
        line.position for line in entry.lines if ledger.vat_codes[line.vat_code].is_reverse_charge
    }
    return _positions(
        line
        for line in document.lines
        if line.position in charged or line.vat_category in NEEDS_VAT_NUMBER
    )


def _positions(lines: Iterable[DocumentLine]) -> str:
    return ", ".join(str(line.position) for line in lines)


def _line_fault(line: DocumentLine, name: str, what: str) -> Problem:
    return _fault(f"Line {line.position}: {what}", "line", str(line.position), name)


def _fault(sentence: str, *key: str) -> Problem:
    return Problem(ProblemKind.NEEDS_DATA, f"{sentence} {MEND_AT_SOURCE}", key)
