"""Financial periods: which exist and which are closed, copied from Exact to ask before a post."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse

from sync.models import ClosedPeriod, Journal, Period
from sync.rules import periods as rules
from sync.rules.periods import Calendar, WhenClosed
from sync.services import signals

if TYPE_CHECKING:
    from datetime import datetime

    from exact_client.client import ExactClient
    from exact_client.models import Division

CLOSED = 1  # Exact's JournalStatus


def read(division: Division, exact: ExactClient) -> None:
    """Copy the periods that exist and those that are closed. Raises any ExactError.

    A day outside all periods, and a journal that is closed on it, Exact refuses.
    """
    found = [
        Period(
            division=division,
            year=row.fin_year,
            number=row.fin_period,
            first_day=row.start_date,
            last_day=row.end_date,
        )
        for row in exact.financial_periods()
    ]
    closed = [
        ClosedPeriod(division=division, journal_code=row.journal, year=row.year, number=row.period)
        for row in exact.journal_statuses()
        if row.status == CLOSED
    ]
    with transaction.atomic():
        Period.objects.filter(division=division).delete()
        ClosedPeriod.objects.filter(division=division).delete()
        Period.objects.bulk_create(found, ignore_conflicts=True)
        ClosedPeriod.objects.bulk_create(closed, ignore_conflicts=True)


def tell_of_next_year(division: Division, *, now: datetime, today: date) -> None:
    """Say from December on that Exact lacks the coming year; take it back once it is there."""
    key, year = f"year:{division.pk}", rules.missing_next_year(today, calendar_of(division))
    if year is None:
        signals.close_signal(key, now=now)
        return
    signals.raise_signal(
        key,
        f"Exact has no financial year {year} yet",
        advice=f"Create {year} and its periods in Exact for {division}: until then no invoice of"
        " January can be booked.",
        url=reverse("sync:setup"),
        now=now,
    )


def calendar_of(division: Division) -> Calendar:
    """Return what is known of a division's periods, in two queries."""
    rows = Period.objects.filter(division=division).order_by("first_day")
    closed = ClosedPeriod.objects.filter(division=division)
    return Calendar(
        tuple(rules.Period(row.first_day, row.last_day, row.year, row.number) for row in rows),
        frozenset(closed.values_list("journal_code", "year", "number")),
    )


def policies_of(division: Division) -> dict[str, WhenClosed]:
    """Return what was chosen for closed periods, by journal."""
    chosen = Journal.objects.filter(division=division).values_list("code", "when_closed")
    return {code: WhenClosed(policy) for code, policy in chosen}
