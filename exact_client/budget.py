"""How many calls a division has left, and who may have the next one: shared by all processes.

The count lives in the database, so that every worker on every machine spends from one purse. Nobody
sleeps here: who comes too early is told until when to wait.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from django.db import DatabaseError, transaction

from exact_client.clock import ServerClock, header_number
from exact_client.counting import Count, Lane, Ticket, Told
from exact_client.errors import ExactOutOfBudgetError
from exact_client.models import CallBudget
from exact_client.wire import Answer

__all__ = ["Budget", "Lane", "Purse", "purse_of"]

logger = logging.getLogger(__name__)
TOO_MANY_REQUESTS: Final = 429
MINUTELY, DAILY = "Minutely-", ""  # how the two halves of the headers differ
A_BREATH: Final = timedelta(milliseconds=20)  # so that who comes back is not a hair too early


class Purse(msgspec.Struct, frozen=True):
    """What a page shows of a budget."""

    minute_limit: int
    minute_left: int
    day_limit: int
    day_left: int
    day_ends_at: datetime | None


class Budget:
    """The calls of one division."""

    def __init__(
        self, division_id: int, clock: ServerClock, now: Callable[[], float] = time.time
    ) -> None:
        self._division_id = division_id
        self._clock = clock
        self._now = now  # seconds since 1970, by our own clock

    def reserve(self, lane: Lane) -> Ticket:
        """Take one call. Raises ExactOutOfBudgetError with the moment to come back.

        Raises RuntimeError inside a transaction: the call must not be undone by a roll-back,
        and no transaction may wait for Exact.
        """
        now = self._now() * 1000
        with _locked(self._division_id) as count:
            moment = self._clock.span(now, count.offset)
            taken = count.reserve(lane, moment)
        if isinstance(taken, Ticket):
            return taken
        wait = timedelta(milliseconds=taken - moment.earliest) + A_BREATH
        raise ExactOutOfBudgetError(
            "The calls that Exact allows are used up for now. It goes on by itself.",
            datetime.fromtimestamp(now / 1000, UTC) + wait,
        )

    def settle(self, ticket: Ticket, answer: Answer | None) -> None:
        """Learn from the answer; None when it was lost. Never raises: the call is done."""
        with never_in_the_way(self._division_id), _locked(self._division_id) as count:
            moment = self._clock.span(self._now() * 1000, count.offset)
            count.offset = self._clock.bounds or count.offset
            limited = answer is not None and answer.status == TOO_MANY_REQUESTS
            count.settle(
                ticket, told(answer, MINUTELY), told(answer, DAILY), moment, limited=limited
            )

    def give_back(self, ticket: Ticket) -> None:
        """Return a call that never left. Never raises."""
        with never_in_the_way(self._division_id), _locked(self._division_id) as count:
            count.not_sent(ticket)

    @classmethod
    def purse(cls, division_id: int) -> Purse:
        """Return what is left, as far as is known, without changing anything."""
        return purse_of(CallBudget.objects.filter(division_id=division_id).first())


def purse_of(row: CallBudget | None) -> Purse:
    """Return what is left by this row, for a page that read it beside something else."""
    count = _read(row.count) if row else Count()
    minute, day, flying = count.minute, count.day, len(count.in_flight)
    now = time.time() * 1000 + (count.offset or (0.0, 0.0))[0]
    minute_used = minute.used if now < minute.end else 0
    day_used = day.used if now < day.end else 0
    return Purse(
        minute_limit=minute.limit,
        minute_left=max(minute.limit - minute_used - flying, 0),
        day_limit=day.limit,
        day_left=max(day.limit - day_used - flying, 0),
        day_ends_at=datetime.fromtimestamp(day.end / 1000, UTC) if day.start else None,
    )


@contextmanager
def _locked(division_id: int) -> Iterator[Count]:
    """Hold the stored count from reading to writing, in a transaction of its own."""
    with transaction.atomic(durable=True):
        CallBudget.objects.get_or_create(division_id=division_id)
        row = CallBudget.objects.select_for_update().get(division_id=division_id)
        count = _read(row.count)
        yield count
        row.count = msgspec.to_builtins(count)
        row.save(update_fields=["count"])


@contextmanager
def never_in_the_way(division_id: int) -> Iterator[None]:
    """Log a database that fails after the call was made: it must not hide what came of it.

    A ticket that stays behind is forgotten after two minutes.
    """
    try:
        yield
    except DatabaseError as error:
        logger.warning("call not counted division=%s: %s", division_id, type(error).__name__)


def _read(stored: object) -> Count:
    try:
        return msgspec.convert(stored, Count)
    except msgspec.ValidationError:  # from another version of this program
        return Count()


def told(answer: Answer | None, half: str) -> Told:
    """Return what an answer says about the minute or about the day."""
    if answer is None:
        return Told()
    numbers = [
        header_number(answer, f"X-RateLimit-{half}{name}")
        for name in ("Limit", "Remaining", "Reset")
    ]
    return Told(*numbers)
