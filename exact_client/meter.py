"""What each call to a division passes on its way out and back: the breaker and the budget."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from exact_client import breaker
from exact_client.budget import Budget, never_in_the_way
from exact_client.clock import ServerClock
from exact_client.counting import Lane
from exact_client.wire import Answer, NotSentError


@dataclass
class _Tally:
    """The calls of this process. Only differences mean anything."""

    calls: int = 0

    def add(self) -> None:
        """Count one more."""
        self.calls += 1


_tally = _Tally()


def calls_made() -> int:
    """Return how many calls to divisions this process has made since it began."""
    return _tally.calls


@dataclass
class Reading:
    """Filled in by who makes the call, as soon as there is an answer."""

    answer: Answer | None = None


class Meter:
    """The limits of one division."""

    def __init__(
        self, division_id: int, clock: ServerClock, now: Callable[[], float] = time.time
    ) -> None:
        self._division_id = division_id
        self._clock = clock
        self._now = now  # seconds since 1970
        self._budget = Budget(division_id, clock, now)

    @contextmanager
    def call(self, endpoint: str, lane: Lane) -> Iterator[Reading]:
        """Ask leave for one call, and learn from its answer.

        Raises ExactOutOfBudgetError or ExactTemporaryError when the call must wait, and
        RuntimeError inside a transaction.
        """
        breaker.check(self._division_id, endpoint, self._moment())
        ticket = self._budget.reserve(lane)
        _tally.add()
        sent, reading = self._now() * 1000, Reading()
        try:
            yield reading
        except NotSentError:
            self._budget.give_back(ticket)
            raise
        except Exception:
            self._budget.settle(ticket, None)
            raise
        if reading.answer is not None:
            self._clock.learn(reading.answer, sent, self._now() * 1000)
            with never_in_the_way(self._division_id):
                breaker.note(self._division_id, endpoint, reading.answer.status, self._moment())
        self._budget.settle(ticket, reading.answer)

    def _moment(self) -> datetime:
        return datetime.fromtimestamp(self._now(), UTC)


@cache
def clock_of(_site: str) -> ServerClock:
    """Return what this process knows of the clock of a site."""
    return ServerClock()
