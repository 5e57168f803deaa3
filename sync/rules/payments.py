"""What has been paid of a document: from the terms that Exact keeps of it to one standing."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import pairwise

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
MATCHED = 50  # Exact's status of a term that is settled
IN_COLLECTION = {30, 40}  # selected for a direct debit, or sent to the bank: not paid yet


class Payment(StrEnum):
    """How far a document is paid; told on under the same words."""

    UNTOLD = "untold"  # Exact keeps no term of it
    OPEN = "open"
    PART_PAID = "part_paid"
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class Term:
    """One row of what is owed: positive for what a customer owes, negative for what we owe him."""

    amount: Decimal  # in its own currency
    amount_dc: Decimal  # in the division's
    currency: str
    is_settled: bool
    due_date: date | None = None
    last_payment_on: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a document is paid, in its own currency and with its own sign.

    `open` has the other sign than the document when more was paid than asked. `falls_due_on` is
    the first day on which some of what is open falls due, or the last one when all is paid.
    """

    payment: Payment
    open: Decimal | None = None
    paid: Decimal | None = None
    last_payment_on: date | None = None
    paid_on: date | None = None
    falls_due_on: date | None = None


def is_settled(status: int, *, is_fully_paid: bool) -> bool:
    """Whether a term is done with: paid, or matched with a credit note or a payment."""
    return is_fully_paid or status == MATCHED


def standing(
    terms: Sequence[Term], total: Decimal, *, currency: str, due_date: date | None = None
) -> Standing:
    """Return how far a document of `total` is paid; `due_date` is for terms that name none.

    A part payment leaves several terms: Exact splits the one it was for, or adds one with the
    other sign. A credit note is settled as an invoice is paid, on the other side of nothing.
    Source: docs/decisions/0012-payments-back.md
    """
    if not terms:
        return Standing(Payment.UNTOLD)
    left = _open(terms, total, currency)
    payment = _payment(left, total)
    if payment is Payment.PART_PAID and not _was_something_paid(terms, total):
        payment = Payment.OPEN  # Exact asks less than we booked: changed there, not paid
    paid = ZERO if payment is Payment.OPEN else total - left
    moved = [term.last_payment_on for term in terms if term.last_payment_on]
    last = max(moved, default=None) if payment is not Payment.OPEN else None
    is_paid = payment is Payment.PAID
    return Standing(
        payment=payment,
        open=left,
        paid=paid,
        last_payment_on=last,
        paid_on=last if is_paid else None,
        falls_due_on=_falls_due_on(terms, due_date, is_paid=is_paid),
    )


def _open(terms: Sequence[Term], total: Decimal, currency: str) -> Decimal:
    """Return what is open in the document's currency; by share when a term is in another one."""
    if all(term.currency in {currency, ""} for term in terms):
        return _left([(term.amount, term.is_settled) for term in terms], total)
    asked = sum((term.amount_dc for term in terms if term.amount_dc * total > 0), ZERO)
    left = _left([(term.amount_dc, term.is_settled) for term in terms], total)
    share = left / asked if asked else Decimal(1)
    return (total * share).quantize(CENT, ROUND_HALF_UP)


def _left(amounts: Iterable[tuple[Decimal, bool]], total: Decimal) -> Decimal:
    """Return what is not settled, less payments that settled no term of their own size."""
    rows = list(amounts)
    left = sum((amount for amount, settled in rows if not settled), ZERO)
    settled = sum((amount for amount, settled in rows if settled), ZERO)
    return left + settled if settled * total < 0 else left


def _was_something_paid(terms: Sequence[Term], total: Decimal) -> bool:
    return any(
        term.is_settled or term.last_payment_on or term.amount_dc * total < 0 for term in terms
    )


def _payment(left: Decimal, total: Decimal) -> Payment:
    if left * total < 0 or left == 0:
        return Payment.PAID
    return Payment.PART_PAID if abs(left) < abs(total) else Payment.OPEN


def _falls_due_on(terms: Sequence[Term], due_date: date | None, *, is_paid: bool) -> date | None:
    days = [term.due_date for term in terms if term.due_date and (is_paid or not term.is_settled)]
    if not days:
        return due_date
    return max(days) if is_paid else min(days)


def days_late(falls_due_on: date | None, *, paid_on: date | None, today: date) -> int | None:
    """Return by how many days it was paid late, or is late now; less than 0 are days left."""
    return None if falls_due_on is None else ((paid_on or today) - falls_due_on).days


def counts_from(paid_on: date, bounce_days: int) -> date:
    """Return the first day on which a payment of `paid_on` counts: until then it may bounce."""
    return paid_on + timedelta(days=bounce_days)


class Age(StrEnum):
    """How long what is open has been due, as a list of debtors sorts it."""

    NOT_DUE = "not_due"
    UP_TO_30 = "1-30"
    UP_TO_60 = "31-60"
    UP_TO_90 = "61-90"
    OLDER = "over-90"


STEPS = (0, 30, 60, 90)  # days late at which the next age begins


def due_between(age: Age, today: date) -> tuple[date | None, date | None]:
    """Return the first and the last due day of this age; None has no end on that side."""
    latest = [today - timedelta(days=days) for days in STEPS]
    ends = [(latest[0], None), *((low, high - DAY) for high, low in pairwise(latest))]
    return dict(zip(Age, [*ends, (None, latest[-1] - DAY)], strict=True))[age]


def age_of(due: date | None, today: date) -> Age:
    """Return the age of what is due on this day; without a day it is not due."""
    late = (today - due).days if due else 0
    return list(Age)[bisect_left(STEPS, late)]


DAY = timedelta(days=1)
