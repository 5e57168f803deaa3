"""How far a document is paid, whatever rows Exact keeps of it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.rules.payments import (
    Age,
    Payment,
    Term,
    counts_from,
    days_late,
    due_between,
    is_settled,
    standing,
)

TODAY = date(2026, 10, 5)
HUNDRED = Decimal("100.00")


def a_term(amount: str | Decimal, *, settled: bool = False, **values: object) -> Term:
    defaults: dict[str, object] = {"amount_dc": Decimal(amount), "currency": "EUR"}
    return Term(**{"amount": Decimal(amount), "is_settled": settled, **defaults, **values})  # type: ignore[arg-type] # a test names what it likes


def paid(amount: str, day: date = TODAY, **values: object) -> Term:
    return a_term(amount, settled=True, last_payment_on=day, **values)


def of(*terms: Term, total: str = "100.00", currency: str = "EUR") -> tuple[str, str | None]:
    seen = standing(terms, Decimal(total), currency=currency)
    return str(seen.payment), None if seen.open is None else f"{seen.open:.2f}"


@pytest.mark.parametrize(
    ("status", "is_fully_paid", "settled"),
    [(20, 0, 0), (30, 0, 0), (40, 0, 0), (50, 0, 1), (20, 1, 1)],
)
def test_a_term_in_a_collection_is_not_paid_yet(
    status: int, is_fully_paid: int, settled: int
) -> None:
    assert is_settled(status, is_fully_paid=bool(is_fully_paid)) is bool(settled)


def test_a_document_of_which_exact_keeps_nothing_is_untold() -> None:
    assert of() == ("untold", None)


def test_an_invoice_is_open_then_part_paid_then_paid() -> None:
    assert of(a_term("100")) == ("open", "100.00")
    assert of(a_term("60"), paid("40")) == ("part_paid", "60.00")
    assert of(paid("60"), paid("40")) == ("paid", "0.00")


def test_a_payment_that_exact_adds_with_the_other_sign_counts_as_well() -> None:
    assert of(a_term("100"), a_term("-40")) == ("part_paid", "60.00")
    assert of(a_term("100"), paid("-40")) == ("part_paid", "60.00")
    assert of(paid("100"), paid("-100")) == ("paid", "0.00")


def test_a_credit_note_is_settled_on_the_other_side_of_nothing() -> None:
    assert of(a_term("-100"), total="-100.00") == ("open", "-100.00")
    assert of(a_term("-25"), paid("-75"), total="-100.00") == ("part_paid", "-25.00")
    assert of(paid("-100"), total="-100.00") == ("paid", "0.00")


def test_what_was_paid_too_much_is_open_with_the_other_sign() -> None:
    assert of(paid("100"), a_term("-10")) == ("paid", "-10.00")
    assert of(paid("100"), paid("-110")) == ("paid", "-10.00")
    assert of(paid("-100"), a_term("10"), total="-100.00") == ("paid", "10.00")


def test_a_cent_that_is_missing_is_open() -> None:
    assert of(a_term("0.01"), paid("99.99")) == ("part_paid", "0.01")


def test_an_amount_in_another_currency_counts_by_its_share() -> None:
    dollars = a_term("60", amount_dc=Decimal(50), currency="USD")
    settled = a_term("60", amount_dc=Decimal(50), currency="USD", settled=True)
    in_euros = a_term("-25", currency="EUR")

    assert of(dollars, settled, total="120.00", currency="USD") == ("part_paid", "60.00")
    assert of(dollars, settled, in_euros, total="120.00", currency="USD") == ("part_paid", "30.00")


def test_it_was_paid_on_the_day_of_its_last_payment() -> None:
    early, late = date(2026, 9, 1), date(2026, 10, 1)

    whole = standing([paid("60", early), paid("40", late)], HUNDRED, currency="EUR")
    part = standing([paid("60", late), a_term("40")], HUNDRED, currency="EUR")

    assert (whole.paid_on, whole.last_payment_on, whole.paid) == (late, late, HUNDRED)
    assert (part.paid_on, part.last_payment_on, part.paid) == (None, late, Decimal(60))


def test_after_a_bounce_no_payment_is_left() -> None:
    bounced = a_term("100", last_payment_on=TODAY)

    seen = standing([bounced], HUNDRED, currency="EUR")

    assert (seen.payment, seen.last_payment_on) == (Payment.OPEN, None)


def test_of_several_instalments_the_first_open_one_is_due() -> None:
    first, second, third = (TODAY + timedelta(days=30 * n) for n in range(3))
    one, two = a_term("30", due_date=second), a_term("30", due_date=third)
    done = paid("40", due_date=first)

    some = standing([done, one, two], HUNDRED, currency="EUR")
    whole = standing([paid("50", due_date=first), paid("50", due_date=third)], HUNDRED, currency="")

    assert some.falls_due_on == second
    assert whole.falls_due_on == third
    assert standing([a_term("100")], HUNDRED, currency="EUR", due_date=first).falls_due_on == first


def test_days_late_count_until_it_was_paid_and_days_left_are_less_than_none() -> None:
    due = date(2026, 9, 30)

    assert days_late(due, paid_on=None, today=TODAY) == 5
    assert days_late(due, paid_on=date(2026, 10, 2), today=TODAY) == 2
    assert days_late(date(2026, 10, 12), paid_on=None, today=TODAY) == -7
    assert days_late(None, paid_on=None, today=TODAY) is None


def test_a_payment_counts_when_its_days_are_over() -> None:
    assert counts_from(date(2026, 10, 5), 3) == date(2026, 10, 8)
    assert counts_from(date(2026, 10, 5), 0) == date(2026, 10, 5)


@given(st.integers(-400, 400))
@settings(max_examples=200)
def test_every_due_day_has_one_age(late: int) -> None:
    due = TODAY - timedelta(days=late)

    ages = [age for age in Age if _within(due, *due_between(age, TODAY))]

    expected = Age.NOT_DUE if late <= 0 else list(Age)[min((late - 1) // 30 + 1, 4)]
    assert ages == [expected]


def _within(day: date, first: date | None, last: date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)


cents = st.integers(1, 10_000_00).map(lambda number: Decimal(number) / 100)


@given(st.lists(st.tuples(cents, st.booleans()), min_size=1, max_size=6), st.sampled_from([1, -1]))
@settings(max_examples=200)
def test_open_and_paid_are_always_the_whole(rows: list[tuple[Decimal, bool]], sign: int) -> None:
    total = sign * sum((amount for amount, _ in rows), Decimal(0))
    terms = [a_term(sign * amount, settled=settled) for amount, settled in rows]

    seen = standing(terms, total, currency="EUR")

    assert seen.open is not None
    assert seen.paid is not None
    assert seen.open + seen.paid == total
    assert seen.paid == sign * sum((amount for amount, settled in rows if settled), Decimal(0))
    assert (seen.payment is Payment.PAID) == all(settled for _, settled in rows)
    assert (seen.payment is Payment.OPEN) == (not any(settled for _, settled in rows))
