"""What is wrong with a document by itself, and what its bookkeeper is warned of."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from sync.rules.entries import Document
from sync.rules.ledger import (
    ProblemKind,
)
from tests.sync.rules.books import (
    a_document,
    a_line,
    booked,
    refused,
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
