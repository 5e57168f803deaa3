"""Deferred revenue: which lines reach beyond their month, and what each month gets of them."""

from datetime import date
from decimal import Decimal

from sync.rules.cents import spread

MOST_MONTHS = 120  # a longer period is a slip of the pen

Schedule = tuple[tuple[date, Decimal], ...]  # (first day of the month, its part of the amount)


def is_deferred(first: date, last: date, booked_on: date) -> bool:
    """Tell whether a period reaches beyond the month in which its line is booked."""
    own = (booked_on.year, booked_on.month)
    return (first.year, first.month) != own or (last.year, last.month) != own


def month_count(first: date, last: date) -> int:
    """Count the months that a period touches; both days belong to it."""
    return (last.year - first.year) * 12 + last.month - first.month + 1


def schedule(net: Decimal, first: date, last: date) -> Schedule:
    """Spread an amount evenly over the months its period touches; together they are that amount.

    A month that is touched counts in full, as Exact has it unless its administrator asked for
    days. The odd cents go to the first months.
    Source: docs/decisions/0011-booking-rules.md
    """
    count = month_count(first, last)
    start = first.year * 12 + first.month - 1
    months = [date(number // 12, number % 12 + 1, 1) for number in range(start, start + count)]
    return tuple(zip(months, spread(net, [net / count] * count), strict=True))
