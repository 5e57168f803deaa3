"""Financial periods: which one a day is in, whether a journal may book there, and the next open."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sync.rules.ledger import Problem, ProblemKind

CLOSED_PERIOD = ("document", "closed_period")  # keys of the problems
UNKNOWN_YEAR = ("document", "unknown_year")
WARN_FROM_MONTH = 12  # next year's periods must exist before its first invoice


class WhenClosed(StrEnum):
    """What becomes of a document whose day is in a closed period; chosen for each journal."""

    HOLD = "hold"
    MOVE = "move"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A financial period of the division; both days belong to it."""

    first_day: date
    last_day: date
    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is known of the division's periods; without any, nothing is checked."""

    periods: Sequence[Period] = ()  # by first day
    closed: Collection[tuple[str, int, int]] = frozenset()  # journal, year, number

    def period_of(self, day: date) -> Period | None:
        """Return the period that this day is in, or None when Exact has no such year yet."""
        return next((one for one in self.periods if one.first_day <= day <= one.last_day), None)

    def is_closed(self, period: Period, journal: str) -> bool:
        """Whether this journal takes nothing in this period any more."""
        return (journal, period.year, period.number) in self.closed

    def next_open(self, day: date, journal: str) -> Period | None:
        """Return the first period after this day in which the journal may book."""
        later = (one for one in self.periods if one.first_day > day)
        return next((one for one in later if not self.is_closed(one, journal)), None)

    def way_out(self, day: date, journal: str, when_closed: WhenClosed | None) -> date | None:
        """Return the day to book on instead, where moving is what was chosen for the journal."""
        following = self.next_open(day, journal) if when_closed == WhenClosed.MOVE else None
        return following.first_day if following else None


def period_problem(
    day: date, journal: str, calendar: Calendar, when_closed: WhenClosed
) -> Problem | None:
    """Say why this journal can't book on this day, by what was chosen for it; None when it can."""
    if not calendar.periods:
        return None
    period = calendar.period_of(day)
    if period is None:
        return _held(
            f"Exact has no financial year for {day:%d-%m-%Y}. Create the year and its periods in"
            " Exact; it goes on by itself then.",
            UNKNOWN_YEAR,
        )
    if not calendar.is_closed(period, journal):
        return None
    return _closed(period, calendar.next_open(day, journal), journal, when_closed)


def _closed(
    period: Period, following: Period | None, journal: str, when_closed: WhenClosed
) -> Problem:
    closed = f"Period {period} of journal {journal} is closed in Exact."
    if when_closed == WhenClosed.REFUSE:
        sentence = f"{closed} Give it another date at its source and import it again."
        return Problem(ProblemKind.REFUSED, sentence, CLOSED_PERIOD)
    if when_closed == WhenClosed.HOLD or following is None:
        return _held(f"{closed} It waits until the period is open again.", CLOSED_PERIOD)
    return _held(
        f"{closed} Move it to {following.first_day:%d-%m-%Y}, the first day of the next open"
        f" period, or let it wait until {period} is open again.",
        CLOSED_PERIOD,
    )


def _held(sentence: str, key: tuple[str, str]) -> Problem:
    return Problem(ProblemKind.HELD, sentence, key)


def missing_next_year(today: date, calendar: Calendar) -> int | None:
    """Return the year that Exact lacks although it is about to begin; None when all is well.

    Asked from December on: an invoice of 2 January must find its year.
    """
    if today.month < WARN_FROM_MONTH or not calendar.periods:
        return None
    following = today.year + 1
    return None if calendar.period_of(date(following, 1, 1)) else following
