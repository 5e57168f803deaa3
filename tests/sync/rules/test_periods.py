"""Closed periods, unknown years, and the way out of them."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.rules.ledger import ProblemKind
from sync.rules.periods import (
    Calendar,
    Period,
    WhenClosed,
    missing_next_year,
    period_problem,
)


def the_months_of(*years: int) -> tuple[Period, ...]:
    return tuple(
        Period(date(year, month, 1), date(year, month, monthrange(year, month)[1]), year, month)
        for year in years
        for month in range(1, 13)
    )


CLOSED_TO_SEPTEMBER = Calendar(
    the_months_of(2026), frozenset(("70", 2026, month) for month in range(1, 10))
)


def test_an_open_period_is_no_problem() -> None:
    day = date(2026, 10, 1)
    assert period_problem(day, "70", CLOSED_TO_SEPTEMBER, WhenClosed.HOLD) is None


def test_a_period_is_closed_for_one_journal_and_open_for_another() -> None:
    day = date(2026, 9, 30)
    assert period_problem(day, "70", CLOSED_TO_SEPTEMBER, WhenClosed.HOLD) is not None
    assert period_problem(day, "71", CLOSED_TO_SEPTEMBER, WhenClosed.HOLD) is None


@pytest.mark.parametrize(
    ("policy", "kind", "words"),
    [
        (WhenClosed.HOLD, ProblemKind.HELD, "It waits until the period is open again."),
        (WhenClosed.MOVE, ProblemKind.HELD, "Move it to 01-10-2026"),
        (WhenClosed.REFUSE, ProblemKind.REFUSED, "Give it another date at its source"),
    ],
)
def test_each_policy_says_what_happens(policy: WhenClosed, kind: ProblemKind, words: str) -> None:
    problem = period_problem(date(2026, 9, 30), "70", CLOSED_TO_SEPTEMBER, policy)

    assert problem is not None
    assert problem.kind == kind
    assert problem.sentence.startswith("Period 2026-09 of journal 70 is closed in Exact.")
    assert words in problem.sentence


@pytest.mark.parametrize("policy", WhenClosed)
def test_a_day_in_no_year_is_held_whatever_the_policy(policy: WhenClosed) -> None:
    problem = period_problem(date(2027, 1, 2), "70", CLOSED_TO_SEPTEMBER, policy)

    assert problem is not None
    assert problem.kind == ProblemKind.HELD
    assert "no financial year for 02-01-2027" in problem.sentence


def test_moving_is_offered_only_where_there_is_an_open_period_to_move_to() -> None:
    shut = Calendar(the_months_of(2026), frozenset(("70", 2026, m) for m in range(1, 13)))
    day = date(2026, 9, 30)

    assert shut.way_out(day, "70", WhenClosed.MOVE) is None
    problem = period_problem(day, "70", shut, WhenClosed.MOVE)
    assert problem is not None
    assert "waits until" in problem.sentence


@pytest.mark.parametrize("policy", [WhenClosed.HOLD, WhenClosed.REFUSE, None])
def test_no_other_policy_moves(policy: WhenClosed | None) -> None:
    assert CLOSED_TO_SEPTEMBER.way_out(date(2026, 9, 30), "70", policy) is None


def test_before_the_periods_were_read_nothing_is_in_the_way() -> None:
    assert period_problem(date(1999, 1, 1), "70", Calendar(), WhenClosed.REFUSE) is None


@pytest.mark.parametrize(
    ("today", "years", "missing"),
    [
        (date(2026, 11, 30), (2026,), None),
        (date(2026, 12, 1), (2026,), 2027),
        (date(2026, 12, 1), (2026, 2027), None),
        (date(2027, 1, 2), (2026,), None),
    ],
)
def test_the_coming_year_is_missed_from_december_on(
    today: date, years: tuple[int, ...], missing: int | None
) -> None:
    assert missing_next_year(today, Calendar(the_months_of(*years))) == missing


@given(
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.sets(st.tuples(st.just("70"), st.sampled_from([2026, 2027]), st.integers(1, 12))),
)
def test_the_way_out_is_an_open_first_day_after_the_day_and_the_nearest(
    day: date, closed: set[tuple[str, int, int]]
) -> None:
    calendar = Calendar(the_months_of(2026, 2027), frozenset(closed))

    way_out = calendar.way_out(day, "70", WhenClosed.MOVE)

    if way_out is None:
        assert calendar.next_open(day, "70") is None
        return
    assert way_out > day
    assert way_out.day == 1
    assert period_problem(way_out, "70", calendar, WhenClosed.REFUSE) is None
    between = day.replace(day=1) + timedelta(days=32)
    while between.replace(day=1) < way_out:
        assert period_problem(between.replace(day=1), "70", calendar, WhenClosed.HOLD) is not None
        between = between.replace(day=1) + timedelta(days=32)
