"""How much we may still ask of Zoho, shared by all processes: credits of a day, calls under way.

The count lives in the database. Nobody sleeps here: who comes too early is told until when to wait.
Zoho counts credits over the last 24 hours, and says what is left once half of them are used; a 429
does not say whether too many calls were under way or the day is spent, so it is first taken for
the former, and for the latter when it lasts.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus
from typing import NamedTuple

import msgspec
from django.db import DatabaseError, transaction

from zoho_client.errors import ZohoOutOfCreditsError
from zoho_client.models import ZohoCredits
from zoho_client.wire import Answer

logger = logging.getLogger(__name__)

HOUR = 3600  # seconds
FORGOTTEN_AFTER = 120  # seconds: a call of a dead process; longer than any call may take
IN_FLIGHT, HEAVY_IN_FLIGHT = 5, 3  # of ours at once: Zoho's smallest edition allows 5
FULL_AGAIN = 1.0  # seconds until it is worth asking again when too many are under way
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0  # seconds after a 429, doubling
DAY_IS_SPENT_AFTER = 300  # seconds of nothing but 429
DAY_PAUSE = HOUR  # then nobody asks for so long
BELIEVED_FOR = 900  # seconds that an answer tells what is left, for the window moves on

# Credits in 24 hours: what everybody has, what each licence adds, and the most of them.
EDITIONS = {
    "free": (5_000, 0, 5_000),
    "standard": (50_000, 250, 100_000),
    "starter": (50_000, 250, 100_000),
    "professional": (50_000, 500, 3_000_000),
    "enterprise": (50_000, 1_000, 5_000_000),
    "zohoone": (50_000, 1_000, 5_000_000),
    "ultimate": (50_000, 2_000, 10**9),
    "crmplus": (50_000, 2_000, 10**9),
}


class Lane(StrEnum):
    """What a call is for, most urgent first."""

    PERSON = "person"  # somebody waits for it
    PUSH = "push"
    MIRROR = "mirror"


LEAVES = {Lane.PERSON: 0.0, Lane.PUSH: 0.02, Lane.MIRROR: 0.1}  # share of the day for more urgent
LEAVES_IN_FLIGHT = {Lane.PERSON: 0, Lane.PUSH: 1, Lane.MIRROR: 1}


class Ticket(msgspec.Struct):
    """The permission for one call."""

    id: int
    at: float
    credits: int
    is_heavy: bool


class Count(msgspec.Struct):
    """All that is known of the calls of one connection. Times are seconds since 1970."""

    limit: int = 5_000
    spent: dict[int, int] = msgspec.field(default_factory=dict)  # by hour since 1970
    told: int | None = None  # what is left, in Zoho's last answer; None is more than half
    told_at: float = 0.0
    in_flight: list[Ticket] = msgspec.field(default_factory=list)
    last_ticket: int = 0
    refusals: int = 0  # answers of 429 in a row
    refused_since: float = 0.0
    closed_until: float = 0.0

    def left(self, now: float) -> int:
        """Return how many credits there are, less those of calls under way.

        What Zoho said counts for a while, for others may use the same pool; then our own count.
        """
        known = self.limit - sum(self.spent.values())
        if now - self.told_at < BELIEVED_FOR:
            known = max(known, self.limit // 2) if self.told is None else self.told
        return max(known - sum(ticket.credits for ticket in self.in_flight), 0)

    def reserve(self, lane: Lane, credits_: int, now: float, *, is_heavy: bool) -> Ticket | float:
        """Take one call, or return when to ask again."""
        self._tidy(now)
        if (until := self._closed(lane, credits_, now, is_heavy=is_heavy)) > now:
            return until
        self.last_ticket += 1
        ticket = Ticket(self.last_ticket, now, credits_, is_heavy)
        self.in_flight.append(ticket)
        return ticket

    def give_back(self, ticket: Ticket) -> None:
        """Return a call that never left."""
        self.in_flight = [other for other in self.in_flight if other.id != ticket.id]

    def settle(self, ticket: Ticket, now: float, answer: Answer | None) -> None:
        """Note a call that was answered, or whose answer was lost."""
        self.give_back(ticket)
        self._tidy(now)
        if answer is not None and answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            self._refused(now)
            return
        self._spend(ticket, now)
        if answer is not None:
            self.refusals = 0
            self.told, self.told_at = remaining(answer), now

    def _closed(self, lane: Lane, credits_: int, now: float, *, is_heavy: bool) -> float:
        if self.closed_until > now:
            return self.closed_until
        if self.left(now) - credits_ < self.limit * LEAVES[lane]:
            return now + BELIEVED_FOR
        heavy = sum(ticket.is_heavy for ticket in self.in_flight)
        is_full = len(self.in_flight) >= IN_FLIGHT - LEAVES_IN_FLIGHT[lane]
        is_full = is_full or (is_heavy and heavy >= HEAVY_IN_FLIGHT)
        return now + FULL_AGAIN * jitter() if is_full else 0.0

    def _refused(self, now: float) -> None:
        if not self.refusals:
            self.refused_since = now
        self.refusals += 1
        if now - self.refused_since > DAY_IS_SPENT_AFTER:
            self.closed_until = now + DAY_PAUSE * jitter()
        else:
            pause = min(FIRST_PAUSE * 2 ** (self.refusals - 1), LONGEST_PAUSE)
            self.closed_until = now + pause * jitter()

    def _spend(self, ticket: Ticket, now: float) -> None:
        hour = int(now // HOUR)
        self.spent[hour] = self.spent.get(hour, 0) + ticket.credits

    def _tidy(self, now: float) -> None:
        for ticket in [one for one in self.in_flight if one.at + FORGOTTEN_AFTER < now]:
            self.give_back(ticket)
            self._spend(ticket, ticket.at)  # its process died, perhaps after it had asked
        oldest = int(now // HOUR) - 24
        self.spent = {hour: spent for hour, spent in self.spent.items() if hour > oldest}


class Purse(NamedTuple):
    """What a page shows of a budget."""

    limit: int  # credits in 24 hours
    left: int
    in_flight: int
    closed_until: datetime | None


class Budget:
    """The credits of one connection."""

    def __init__(self, connection_id: int, now: Callable[[], float] = time.time) -> None:
        self._id = connection_id
        self._now = now  # seconds since 1970

    def reserve(self, lane: Lane, credits_: int, *, is_heavy: bool) -> Ticket:
        """Take one call. Raises ZohoOutOfCreditsError with the moment to come back.

        Raises RuntimeError inside a transaction: the call must not be undone by a roll-back,
        and no transaction may wait for Zoho.
        """
        with _locked(self._id) as count:
            taken = count.reserve(lane, credits_, self._now(), is_heavy=is_heavy)
        if isinstance(taken, Ticket):
            return taken
        raise ZohoOutOfCreditsError(
            "The calls that Zoho allows are used up for now. It goes on by itself.",
            datetime.fromtimestamp(taken, UTC),
        )

    def settle(self, ticket: Ticket, answer: Answer | None) -> datetime:
        """Learn from the answer; None when it was lost. Return when to ask again.

        Never raises: the call is done.
        """
        until = self._now()
        with _never_in_the_way(self._id), _locked(self._id) as count:
            count.settle(ticket, self._now(), answer)
            until = max(count.closed_until, until)
        return datetime.fromtimestamp(until, UTC)

    def give_back(self, ticket: Ticket) -> None:
        """Return a call that never left. Never raises."""
        with _never_in_the_way(self._id), _locked(self._id) as count:
            count.give_back(ticket)


def purse(connection_id: int) -> Purse:
    """Return what is left, as far as is known, without changing anything."""
    row = ZohoCredits.objects.filter(connection_id=connection_id).first()
    count, now = _read(row.count) if row else Count(), time.time()
    is_closed = count.closed_until > now
    closed_until = datetime.fromtimestamp(count.closed_until, UTC) if is_closed else None
    return Purse(count.limit, count.left(now), len(count.in_flight), closed_until)


def set_limit(connection_id: int, edition: str, licences: int) -> None:
    """Note how many credits this edition has in 24 hours, with so many paid users."""
    with _locked(connection_id) as count:
        count.limit = limit_of(edition, licences)


def limit_of(edition: str, licences: int) -> int:
    """Return the credits of 24 hours; an unknown edition has what every paid one has."""
    known = "".join(edition.lower().split())
    base, each, most = EDITIONS.get(known, EDITIONS["standard"])
    return min(base + each * licences, most)


def remaining(answer: Answer) -> int | None:
    """Return what Zoho says is left; it says nothing while less than half is used."""
    value = answer.headers.get("X-API-CREDITS-REMAINING", "")
    return int(value) if value.isascii() and value.isdigit() else None


def jitter() -> float:
    """Return a factor near one, so that processes do not come back together."""
    return random.uniform(0.75, 1.25)  # noqa: S311 - spreads waiters, guards nothing


@contextmanager
def _locked(connection_id: int) -> Iterator[Count]:
    """Hold the stored count from reading to writing, in a transaction of its own."""
    with transaction.atomic(durable=True):
        ZohoCredits.objects.get_or_create(connection_id=connection_id)
        row = ZohoCredits.objects.select_for_update().get(connection_id=connection_id)
        count = _read(row.count)
        yield count
        row.count = msgspec.to_builtins(count, str_keys=True)
        closed = count.closed_until
        row.paused_until = datetime.fromtimestamp(closed, UTC) if closed else None
        row.save(update_fields=["count", "paused_until"])


@contextmanager
def _never_in_the_way(connection_id: int) -> Iterator[None]:
    """Log a database that fails after the call was made: it must not hide what came of it."""
    try:
        yield
    except DatabaseError as error:
        logger.warning("zoho not counted connection=%s: %s", connection_id, type(error).__name__)


def _read(stored: object) -> Count:
    try:
        return msgspec.convert(stored, Count, strict=False)
    except msgspec.ValidationError:  # from another version of this program
        return Count()
