"""What each call passes on its way out and back: it is counted, and may have to wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from zoho_client.budget import Budget, Lane
from zoho_client.wire import Answer, NotSentError


@dataclass
class _Tally:
    """The calls of this process. Only differences mean anything."""

    calls: int = 0

    def add(self) -> None:
        """Count one more."""
        self.calls += 1


_tally = _Tally()


def calls_made() -> int:
    """Return how many calls to Zoho this process has made since it began."""
    return _tally.calls


@dataclass
class Reading:
    """The answer, filled in by who makes the call; then, by the meter, when to ask again."""

    answer: Answer | None = None
    retry_at: datetime | None = None


class Meter:
    """The limits of one connection, or none of them for the first questions."""

    def __init__(self, budget: Budget | None, lane: Lane) -> None:
        self._budget = budget
        self._lane = lane

    @contextmanager
    def call(self, credits_: int, *, is_heavy: bool) -> Iterator[Reading]:
        """Ask leave for one call, and learn from its answer.

        Raises ZohoOutOfCreditsError when the call must wait, RuntimeError inside a transaction.
        """
        budget, reading = self._budget, Reading()
        ticket = budget.reserve(self._lane, credits_, is_heavy=is_heavy) if budget else None
        _tally.add()
        try:
            yield reading
        except NotSentError:
            if budget and ticket:
                budget.give_back(ticket)
            raise
        except Exception:
            if budget and ticket:
                budget.settle(ticket, None)
            raise
        if budget and ticket:
            reading.retry_at = budget.settle(ticket, reading.answer)
