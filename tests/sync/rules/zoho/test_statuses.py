"""The status of an invoice: what may cross, and what each side is told."""

from decimal import Decimal

import pytest

from sync.rules.zoho.statuses import (
    DEFAULT_STATUSES,
    ExactState,
    StatusStep,
    exact_state,
    may_cross,
    settled,
)


@pytest.mark.parametrize("status", ["Draft", "Open", "Processing", "Printed", " Draft "])
def test_these_statuses_cross(status: str) -> None:
    assert may_cross(status).crosses


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("no sync", "Kept out by its status “no sync”."),
        ("Cancelled", "Kept out by its status “Cancelled”."),
        ("draft", "Kept out by its status “draft”."),
        (None, "Kept out: it has no status."),
    ],
)
def test_any_other_status_keeps_it_out_and_says_so(status: str | None, reason: str) -> None:
    verdict = may_cross(status)

    assert (verdict.crosses, verdict.reason) == (False, reason)


def test_which_statuses_cross_is_a_setting() -> None:
    assert may_cross("Approved", ["Approved"]).crosses
    assert not may_cross("Draft", ["Approved"]).crosses


@pytest.mark.parametrize(
    ("number", "paid", "state"),
    [
        (10, "0", ExactState.DRAFT),
        (20, "0", ExactState.OPEN),
        (50, "0", ExactState.PROCESSED),
        (50, "40", ExactState.PART_PAID),
        (50, "100", ExactState.PAID),
        (50, "-100", ExactState.PAID),  # Exact shows what a customer owes below zero
    ],
)
def test_what_exact_says_of_an_invoice(number: int, paid: str, state: ExactState) -> None:
    assert exact_state(number, total=Decimal(100), paid=Decimal(paid)) is state


def test_a_status_that_exact_never_had_is_no_guess() -> None:
    with pytest.raises(ValueError, match="no invoice status 30"):
        exact_state(30, total=Decimal(1), paid=Decimal(0))


@pytest.mark.parametrize(
    ("base", "zoho", "state", "step"),
    [
        ("Open", "Open", ExactState.OPEN, StatusStep()),
        ("Open", "Processing", ExactState.OPEN, StatusStep()),
        ("Draft", "Draft", ExactState.OPEN, StatusStep()),
        ("Open", "Open", ExactState.PROCESSED, StatusStep(to_zoho="Printed")),
        ("Printed", "Printed", ExactState.PART_PAID, StatusStep(to_zoho="Part paid")),
        (None, None, ExactState.PAID, StatusStep(to_zoho="Paid")),
        (
            "Open",
            "Printed",
            ExactState.OPEN,
            StatusStep(prints_in_exact=True, sentence="It is “Printed” in Zoho: print it."),
        ),
        (
            "Printed",
            "Paid",
            ExactState.PROCESSED,
            StatusStep(
                to_zoho="Printed",
                sentence="Exact says “Printed” and can't be told “Paid” from here: Zoho follows.",
            ),
        ),
        (
            "Paid",
            "Printed",
            ExactState.PAID,
            StatusStep(
                to_zoho="Paid",
                sentence="Exact says “Paid” and can't be told “Printed” from here: Zoho follows.",
            ),
        ),
        (
            "Open",
            "Cancelled",
            ExactState.OPEN,
            StatusStep(sentence="“Cancelled” stands for no state in Exact: it stays in Zoho."),
        ),
    ],
)
def test_a_status_is_made_equal(
    base: str | None, zoho: str | None, state: ExactState, step: StatusStep
) -> None:
    assert settled(base, zoho, state, DEFAULT_STATUSES) == step


@pytest.mark.parametrize("base", [None, "Open", "Paid"])
@pytest.mark.parametrize("zoho", [None, *{row.zoho: None for row in DEFAULT_STATUSES}])
@pytest.mark.parametrize("state", ExactState)
def test_what_zoho_is_told_needs_no_second_telling(
    base: str | None, zoho: str | None, state: ExactState
) -> None:
    step = settled(base, zoho, state, DEFAULT_STATUSES)
    told = step.to_zoho or zoho
    reached = ExactState.PROCESSED if step.prints_in_exact else state

    assert settled(told, told, reached, DEFAULT_STATUSES) == StatusStep()
