"""Deferred revenue: only what reaches beyond its month, spread evenly, to the cent."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.rules.deferral import month_count, schedule
from sync.rules.entries import Document, to_payload
from sync.rules.ledger import DiscountPolicy
from tests.sync.rules.books import a_document, a_line, booked, refused, with_policies

days = st.dates(date(2020, 1, 1), date(2027, 12, 31))
cents = st.integers(-10_000_000, 10_000_000).map(lambda n: Decimal(n).scaleb(-2))


def a_period(first: date, last: date) -> Document:
    """Make a document of 23 September with one line for a period."""
    return a_document(replace(a_line("100"), period_from=first, period_to=last))


def test_a_year_is_spread_evenly_over_its_months() -> None:
    months = schedule(Decimal("12000.00"), date(2026, 1, 1), date(2026, 12, 31))

    assert months == tuple((date(2026, month, 1), Decimal(1000)) for month in range(1, 13))


def test_the_odd_cents_go_to_the_first_months_over_the_turn_of_the_year() -> None:
    months = schedule(Decimal("100.00"), date(2026, 11, 15), date(2027, 1, 14))

    assert [(f"{first:%Y-%m}", str(part)) for first, part in months] == [
        ("2026-11", "33.34"),
        ("2026-12", "33.33"),
        ("2027-01", "33.33"),
    ]


@settings(max_examples=300, deadline=None)
@given(cents, days, days)
def test_the_months_are_the_amount_to_the_cent_and_differ_by_a_cent_at_most(
    net: Decimal, one: date, other: date
) -> None:
    first, last = sorted((one, other))

    months = schedule(net, first, last)

    parts = [part for _, part in months]
    assert sum(parts) == net
    assert max(parts) - min(parts) <= Decimal("0.01")
    assert len(months) == month_count(first, last)
    assert months[0][0] == first.replace(day=1)
    assert months[-1][0] == last.replace(day=1)
    assert list(months) == sorted(months)


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2026, 9, 1), date(2026, 9, 30), 0),  # its own month: nothing to defer
        (date(2026, 10, 1), date(2026, 10, 31), 1),
        (date(2026, 9, 1), date(2026, 10, 31), 2),
        (date(2026, 8, 1), date(2026, 9, 30), 2),
        (date(2025, 9, 1), date(2025, 9, 30), 1),
    ],
)
def test_a_period_goes_to_exact_when_it_reaches_beyond_the_month_of_the_entry(
    first: date, last: date, months: int
) -> None:
    entry = booked(a_period(first, last))

    assert len(entry.lines[0].schedule) == months
    payload = to_payload(entry, customer_guid="c", reference="r")
    [line] = payload["SalesEntryLines"]  # type: ignore[misc]  # a list
    assert ("From" in line, "To" in line) == (months > 0, months > 0)


def test_the_month_is_that_in_which_a_person_books_it() -> None:
    document = a_period(date(2026, 9, 1), date(2026, 9, 30))

    entry = booked(replace(document, book_on=date(2026, 10, 1)))

    assert entry.entry_date == date(2026, 10, 1)
    assert entry.lines[0].schedule == ((date(2026, 9, 1), Decimal(100)),)


def test_where_revenue_is_not_deferred_no_period_goes() -> None:
    document = a_period(date(2026, 10, 1), date(2026, 12, 31))

    [line] = booked(document, with_policies(defer_revenue=False)).lines

    assert (line.period_from, line.period_to, line.schedule) == (None, None, ())


def test_a_discount_apart_is_deferred_as_its_line() -> None:
    document = a_period(date(2026, 10, 1), date(2026, 12, 31))
    document = replace(document, lines=(replace(document.lines[0], discount_percent=Decimal(10)),))
    mappings = with_policies(discounts=DiscountPolicy.PRODUCT, discount_product="D")

    price, discount = booked(document, mappings).lines

    assert sum(part for _, part in price.schedule) == Decimal(100)
    assert [str(part) for _, part in discount.schedule] == ["-3.34", "-3.33", "-3.33"]


def test_a_period_of_more_than_ten_years_is_a_slip_of_the_pen() -> None:
    [problem] = refused(a_period(date(2026, 10, 1), date(2062, 10, 31)))

    assert problem.key == ("line", "1", "period")
