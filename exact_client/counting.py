"""The arithmetic of Exact's limits: which calls count in which minute and day. No clock, no I/O.

Exact counts 60 calls in each whole minute and 5,000 in each UTC day of its own clock. All times
here are milliseconds of that clock, known as a span: surely not before, surely not after. A call
in flight may count in any window until its answer tells which one, so it is held against all of
them, and given back when it counted in an earlier one.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import msgspec

MINUTE, DAY = 60_000, 86_400_000  # milliseconds
FREE_FOR_ALL = 50_000  # into the minute: what was kept for others until then may be taken
MANY = 100  # unheard calls that are told apart
FORGOTTEN_AFTER = 120_000  # a call of a dead process; far longer than any call may take


class Lane(StrEnum):
    """What a call is for, most urgent first."""

    LOOKUP = "lookup"  # whether a lost create arrived
    PERSON = "person"  # somebody waits for it
    PUSH = "push"
    MIRROR = "mirror"
    BACKFILL = "backfill"


# Of 60 calls a minute: what a lane leaves to more urgent ones, and what others leave to it in
# the minute after one in which it came away empty-handed.
LEAVES = {Lane.PUSH: 2, Lane.MIRROR: 5, Lane.BACKFILL: 8}
IS_OWED = {Lane.PUSH: 10, Lane.MIRROR: 6, Lane.BACKFILL: 3}
# Of 5,000 calls a day: how many must be left for a lane to spend one. The last three shrink with
# the hours left, so that the night uses what the day saved.
STOPS_AT = {Lane.PUSH: 100, Lane.PERSON: 300, Lane.MIRROR: 900, Lane.BACKFILL: 2000}
SHRINKING = {Lane.PERSON, Lane.MIRROR, Lane.BACKFILL}


class Span(NamedTuple):
    """A moment of Exact's clock, as far as it is known."""

    earliest: int
    latest: int


class Unheard(NamedTuple):
    """A call without an answer that tells where it counted."""

    latest: int  # when it counted at the latest
    before: int  # the number of the last ticket that was given out by then


class Window(msgspec.Struct):
    """A minute or a day of Exact: how many calls it allows, and how many counted in it."""

    length: int
    limit: int
    start: int = 0
    told: int = 0  # by Exact
    unheard: list[Unheard] = msgspec.field(default_factory=list)  # may have counted on top

    @property
    def used(self) -> int:
        """How many calls counted at most, besides those in flight."""
        return self.told + len(self.unheard)

    @property
    def end(self) -> int:
        """When the next one begins."""
        return self.start + self.length

    def enter(self, moment: Span) -> bool:
        """Move to the window in which we surely are; tell whether it is another one."""
        begun = moment.earliest - moment.earliest % self.length
        in_the_future = self.start > moment.latest + self.length  # somebody's clock was wrong
        if begun <= self.start and not in_the_future:
            return False
        self._begin(begun)
        return True

    def learn(self, told: Told, ticket: Ticket) -> None:
        """Take in what Exact said in its answer to this call.

        What was sent before this call left is in Exact's own count by now.
        """
        if told.limit is None or told.remaining is None or told.reset is None:
            return
        self.limit = told.limit
        self.unheard = [call for call in self.unheard if call.before >= ticket.id]
        start = told.reset - self.length
        if start > self.start or self.start - start > self.length:
            self._begin(start)
        if start == self.start:
            self.told = max(self.told, told.limit - told.remaining)

    def suspect(self, call: Unheard) -> None:
        """Hold a call against this window that may have counted in it, or will in the next."""
        if len(self.unheard) < MANY:
            self.unheard.append(call)
        else:
            self.told += 1

    def _begin(self, start: int) -> None:
        self.start, self.told = start, 0
        self.unheard = [call for call in self.unheard if call.latest >= start]


class Told(NamedTuple):
    """What the headers of an answer say about one window; a 429 leaves half of them out."""

    limit: int | None = None
    remaining: int | None = None
    reset: int | None = None


class Ticket(msgspec.Struct):
    """The permission for one call."""

    id: int
    lane: Lane
    earliest: int
    latest: int


class Count(msgspec.Struct):
    """All that is known of the calls of one division."""

    minute: Window = msgspec.field(default_factory=lambda: Window(MINUTE, 60))
    day: Window = msgspec.field(default_factory=lambda: Window(DAY, 5_000))
    in_flight: list[Ticket] = msgspec.field(default_factory=list)
    last_ticket: int = 0
    taken: dict[Lane, int] = msgspec.field(default_factory=dict)  # in this minute
    waiting: set[Lane] = msgspec.field(default_factory=set)  # turned away in this minute
    owed: set[Lane] = msgspec.field(default_factory=set)  # turned away in the last one
    unexplained: int = 0  # answers of 429 in a row without a header
    blocked_until: int = 0
    offset: tuple[float, float] | None = None  # of Exact's clock, as last seen by anybody

    def reserve(self, lane: Lane, moment: Span) -> Ticket | int:
        """Take one call, or return when to ask again, in Exact's milliseconds."""
        self._enter(moment)
        until = max(self._day_stop(lane, moment), self._minute_stop(lane, moment))
        if until > moment.earliest:
            self.waiting.add(lane)
            return until
        self.last_ticket += 1
        ticket = Ticket(self.last_ticket, lane, moment.earliest, moment.latest)
        self.in_flight.append(ticket)
        self.taken[lane] = self.taken.get(lane, 0) + 1
        self.waiting.discard(lane)
        return ticket

    def not_sent(self, ticket: Ticket) -> None:
        """Give back a call that never left."""
        self._landed(ticket)

    def settle(
        self, ticket: Ticket, minute: Told, day: Told, moment: Span, *, limited: bool = False
    ) -> None:
        """Note a call that was answered, or that may have been counted without an answer.

        `limited` says that the answer was 429: without any header it shuts the minute, and when
        it is repeated, ever longer.
        """
        self._landed(ticket)
        self._enter(moment)
        minute_before = self.minute.start
        for window, told in ((self.minute, minute), (self.day, day)):
            if None in told:
                window.suspect(Unheard(moment.latest, self.last_ticket))
            window.learn(told, ticket)
        if self.minute.start != minute_before:
            self._turn()
        self.unexplained = self.unexplained + 1 if limited and minute == day == Told() else 0
        if self.unexplained:
            self.minute.told = self.minute.limit
            self.blocked_until = moment.latest + min(2**self.unexplained - 2, 60) * MINUTE

    def _enter(self, moment: Span) -> None:
        if self.minute.enter(moment):
            self._turn()
        self.day.enter(moment)
        for ticket in [t for t in self.in_flight if t.latest + FORGOTTEN_AFTER < moment.earliest]:
            self.in_flight.remove(ticket)
            self.day.suspect(Unheard(moment.latest, self.last_ticket))  # its process died

    def _turn(self) -> None:
        self.owed, self.waiting = self.waiting, set()
        self.taken = {}

    def _landed(self, ticket: Ticket) -> None:
        self.in_flight = [other for other in self.in_flight if other.id != ticket.id]

    def _minute_stop(self, lane: Lane, moment: Span) -> int:
        left = self.minute.limit - self.minute.used - len(self.in_flight)
        if self.blocked_until > moment.earliest or left <= 0:
            return max(self.blocked_until, self.minute.end)
        free_for_all = self.minute.start + FREE_FOR_ALL
        return free_for_all if left <= self._kept(lane) else 0

    def _kept(self, lane: Lane) -> int:
        owed = sum(
            max(IS_OWED.get(other, 0) - self.taken.get(other, 0), 0) for other in self.owed - {lane}
        )
        return (LEAVES.get(lane, 0) + owed) * self.minute.limit // 60

    def _day_stop(self, lane: Lane, moment: Span) -> int:
        left = self.day.limit - self.day.used - len(self.in_flight)
        stops_at = STOPS_AT.get(lane, 0) * self.day.limit / 5_000
        if lane not in SHRINKING:
            return self.day.end if left <= stops_at else 0
        if left <= 0:
            return self.day.end
        share = left / stops_at if stops_at else 1
        return 0 if share >= 1 else self.day.end - int(share * DAY)
