"""What is wrong with a document by itself, and what its bookkeeper is warned of."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from sync.rules.entries import Document, StatedVat, to_payload
from sync.rules.ledger import Mappings, ProblemKind, ZeroPolicy
from tests.sync.rules.books import (
    a_document,
    a_line,
    booked,
    refused,
    with_policies,
)


@pytest.mark.parametrize(
    ("document", "key"),
    [
        (replace(a_document(), number=" "), ("document", "number")),
        (replace(a_document(), customer_country=""), ("customer", "country")),
        (replace(a_document(), currency="EURO"), ("document", "currency")),
        (replace(a_document(), lines=()), ("document", "lines")),
        (replace(a_document(), total_vat=Decimal("21.001")), ("document", "total_vat")),
        (
            replace(a_document(), stated_vat=(StatedVat(Decimal(21), Decimal("21.001")),)),
            ("document", "vat_breakdown"),
        ),
        (
            a_document(replace(a_line(), discount_percent=Decimal(101))),
            ("line", "1", "discount_percent"),
        ),
        (
            a_document(replace(a_line(), period_from=date(2026, 1, 1))),
            ("line", "1", "period"),
        ),
        (
            a_document(replace(a_line(), period_from=date(2026, 1, 2), period_to=date(2026, 1, 1))),
            ("line", "1", "period"),
        ),
    ],
)
def test_data_that_is_missing_or_impossible_is_named(
    document: Document, key: tuple[str, ...]
) -> None:
    [problem] = refused(document)

    assert (problem.kind, problem.key) == (ProblemKind.NEEDS_DATA, key)


@pytest.mark.parametrize(
    ("currency", "is_known"), [("USD", True), ("usd", True), ("XXX", False), ("EU", False)]
)
def test_a_currency_is_one_that_exists(currency: str, is_known: bool) -> None:  # noqa: FBT001 - a table's column
    document = replace(a_document(), currency=currency)

    if is_known:
        assert booked(document).currency == "USD"
    else:
        assert [problem.key for problem in refused(document)] == [("document", "currency")]


# Documents of 0.00

CANCELLING = a_document(a_line("50"), a_line("-50", position=2))
FREE = a_document(a_line("0"), replace(a_line("80", position=2), discount_percent=Decimal(100)))


@pytest.mark.parametrize("document", [CANCELLING, FREE])
@pytest.mark.parametrize(
    ("policy", "kind"),
    [(ZeroPolicy.EXCLUDE, ProblemKind.EXCLUDED), (ZeroPolicy.HOLD, ProblemKind.HELD)],
)
def test_a_document_of_nothing_is_left_out_or_held_before_it_needs_any_mapping(
    document: Document, policy: ZeroPolicy, kind: ProblemKind
) -> None:
    [problem] = refused(document, with_policies(Mappings(), zero=policy))

    assert (problem.kind, problem.key) == (kind, ("document", "zero"))


def test_a_document_of_nothing_is_booked_line_by_line_where_that_is_chosen() -> None:
    entry = booked(FREE, with_policies(zero=ZeroPolicy.BOOK))

    assert [line.position for line in entry.lines] == [1, 2]
    assert entry.warnings == ("The entry comes to 0.00 in all.",)
    payload = to_payload(entry, customer_guid="c", reference="r")
    for line in payload["SalesEntryLines"]:
        assert isinstance(line, dict)
        assert (line["AmountFC"], line["VATAmountFC"]) == ("0.00", "0.00")


def test_what_is_held_for_being_nothing_goes_once_a_person_approved_it() -> None:
    approved = replace(CANCELLING, is_approved=True)

    assert booked(approved, with_policies(zero=ZeroPolicy.HOLD)).incl == 0
    assert refused(approved, with_policies(zero=ZeroPolicy.EXCLUDE))


def test_lines_that_cancel_at_two_rates_are_no_document_of_nothing() -> None:
    document = a_document(a_line("100", "21"), a_line("-121", "0", position=2))

    entry = booked(document)

    assert (entry.net, entry.vat, entry.incl) == (Decimal(-21), Decimal(21), Decimal(0))


def test_a_document_of_nothing_whose_total_says_otherwise_is_refused() -> None:
    [problem] = refused(replace(CANCELLING, total_incl=Decimal("12.10")))

    assert problem.kind == ProblemKind.REFUSED


def test_letting_a_place_to_a_foreign_company_without_vat_is_warned_of() -> None:
    coffee = replace(a_line(rate="0", position=2), resource_type="product")
    document = replace(a_document(a_line(rate="0"), coffee), customer_country="FR")

    [warning] = booked(document).warnings

    assert warning.startswith("Line 1: letting a place")
    assert booked(replace(document, customer_country="BE")).warnings == ()


def test_a_foreign_currency_a_bad_reference_and_an_early_due_date_are_warned_of() -> None:
    document = replace(
        a_document(),
        currency="USD",
        structured_reference="+++090/9337/55494+++",
        due_date=date(2026, 9, 1),
    )

    entry = booked(document)

    assert entry.currency == "USD"
    assert entry.payment_reference == ""
    assert len(entry.warnings) == 3


def test_a_negative_invoice_is_booked_as_it_is_with_a_warning() -> None:
    entry = booked(a_document(a_line("-100")))

    assert entry.incl == Decimal("-121.00")
    assert entry.warnings == ("The invoice is negative, as a credit note would be.",)
