"""Work off the outbox of one division: send what is due, look up what is unknown.

One process at a time does this for a division, under a lock that dies with it; sixty calls a
minute leave nothing to gain from more.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from exact_client.errors import (
    ExactDisconnectedError,
    ExactError,
    ExactRefusedError,
    ExactTemporaryError,
)
from sync.models import OutboxEntry
from sync.services import booked, look_up, outbox
from sync.services.booked import Answer
from sync.services.locks import process_lock

if TYPE_CHECKING:
    from collections.abc import Callable

    from exact_client.client import ExactClient
    from exact_client.models import Division
    from sync.services.clock import Clock

Kind, State = OutboxEntry.Kind, OutboxEntry.State

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=15)
FAILURES_THAT_STOP = 3  # in a row: Exact is away, and the other rows need not find out too


@dataclass(slots=True)
class Office:
    """Where the work is done: a division, the way to Exact, the time, and how patient we are."""

    division: Division
    exact: ExactClient
    clock: Clock
    settle: timedelta = field(
        default_factory=lambda: timedelta(seconds=settings.EXACT_SETTLE_SECONDS)
    )


@dataclass(slots=True)
class Delivered:
    """What one drain did. `resumes_at` is when there is more to do, by budget or by waiting."""

    busy: bool = False  # another process is at it
    steps: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    paused_because: str = ""
    resumes_at: datetime | None = None

    def count(self, entry: OutboxEntry) -> None:
        """Count what an entry came to."""
        self.steps += 1
        self.outcomes[entry.state] = self.outcomes.get(entry.state, 0) + 1


def drain(
    office: Office,
    *,
    limit: int | None = None,
    progress: Callable[[Delivered], None] = lambda delivered: None,
) -> Delivered:
    """Do what is due now, at most `limit` steps; end early when Exact or the budget says so."""
    delivered = Delivered()
    with process_lock("division", office.division.pk) as held:
        if not held:
            delivered.busy = True
            return delivered
        outbox.recover(office.division, office.clock, wait=office.settle / 3)
        failures = 0
        while limit is None or delivered.steps < limit:
            entry = outbox.next_due(office.division, office.clock.now())
            if entry is None:
                break
            stop = _step(office, entry, delivered)
            failures = failures + 1 if delivered.paused_because else 0
            if stop or failures == FAILURES_THAT_STOP:
                break
            progress(delivered)
    if not delivered.paused_because:
        delivered.resumes_at = outbox.next_due_at(office.division)
    return delivered


def _step(office: Office, entry: OutboxEntry, delivered: Delivered) -> bool:
    """Do one thing for one entry; return whether the whole drain must stop."""
    delivered.paused_because, delivered.resumes_at = "", None
    try:
        if entry.state == State.UNKNOWN:
            look_up.settle(office, entry)
        else:
            send(office, entry)
    except ExactTemporaryError as error:
        delivered.paused_because, delivered.resumes_at = str(error), error.retry_at
        return error.retry_at is not None  # a limit holds for all rows, a broken line perhaps not
    except ExactDisconnectedError as error:
        delivered.paused_because = str(error)
        return True
    except outbox.TakenOverError:
        return False
    delivered.count(entry)
    return False


def send(office: Office, entry: OutboxEntry) -> None:
    """Send one queued entry and write down what came of it.

    Raises ExactTemporaryError or ExactDisconnectedError when nothing was sent and the others
    need not be tried either; the row is queued again by then.
    """
    clock = office.clock
    if not outbox.claim(entry, clock):
        return
    began = clock.tick().seconds
    attempt = entry.history.order_by("pk").last()
    try:
        answer = _create(office.exact, entry)
    except (ExactTemporaryError, ExactDisconnectedError) as error:
        outbox.requeue(entry, at=_next_attempt(entry, error, clock.now()), reason=str(error))
        raise
    except ExactRefusedError as error:
        _refused(office, entry, error)
    except ExactError as error:  # the answer was lost, or nobody can read it
        outbox.unknown(entry, clock, reason=str(error), wait=office.settle / 3)
    else:
        booked.accept(office, entry, answer)
    finally:
        if attempt is not None:
            attempt.outcome = (entry.reason or entry.remote_number or "done")[:500]
            attempt.state = entry.state
            attempt.seconds = clock.tick().seconds - began
            attempt.save(update_fields=["outcome", "state", "seconds"])


def _create(exact: ExactClient, entry: OutboxEntry) -> Answer:
    if entry.kind == Kind.ACCOUNT:
        return Answer.of(exact.create_account(entry.payload))
    return Answer.of(exact.create_sales_entry(entry.payload))


def _refused(office: Office, entry: OutboxEntry, error: ExactRefusedError) -> None:
    """“Exists already” may be our own earlier try; any other refusal is for a person."""
    if error.kind == "taken":
        outbox.unknown(entry, office.clock, reason=str(error), wait=timedelta(0))
        return
    outbox.move(
        entry,
        State.REFUSED,
        problem=error.kind,
        reason=str(error),
        settled_at=office.clock.now(),
    )


def _next_attempt(entry: OutboxEntry, error: ExactError, now: datetime) -> datetime:
    if isinstance(error, ExactTemporaryError) and error.retry_at:
        return error.retry_at
    wait = min(FIRST_WAIT * 2 ** min(entry.attempts - 1, 10), LONGEST_WAIT)
    spread = 0.75 + random.random() / 2  # noqa: S311 - spreads load, guards nothing
    return now + timedelta(seconds=wait.total_seconds() * spread)
