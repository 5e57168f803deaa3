"""Work off the outbox of one division: send what is due, look up what is unknown.

One process at a time does this for a division, under a lock that dies with it; sixty calls a
minute leave nothing to gain from more.
"""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from exact_client.errors import (
    ExactDisconnectedError,
    ExactError,
    ExactOutOfBudgetError,
    ExactRefusedError,
    ExactTemporaryError,
)
from sync.models import Attempt, BookingSettings, Invoice, OutboxEntry
from sync.services.delivery import (
    attach,
    booked,
    born,
    errands,
    look_up,
    outbox,
    prepare,
    release,
    typed,
    undo,
)
from sync.services.delivery.errands import NO_SUCH_ADDRESS, Answer
from sync.services.ledger import periods
from sync.services.locks import process_lock

if TYPE_CHECKING:
    from collections.abc import Callable

    from exact_client.client import ExactClient
    from sync.services.delivery.office import Office

Kind, State = OutboxEntry.Kind, OutboxEntry.State

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=15)
PAUSED = "Pushing is paused in the set-up."
UNKNOWN_WORDS = "Mend in Exact, or in the invoice, what it speaks of; then send it again."
ADVICE = {  # where the words of a refusal do not tell what to do
    Kind.REMOVAL: "Undo it with a reversing entry instead.",
    Kind.ATTACHMENT: "The entry is booked. Give this file up, or add it again smaller, or as PDF.",
    Kind.DOCUMENT: "The entry is booked. Put right in Exact what it speaks of; then send it again.",
}
FROM_ZOHO = "Mend in Zoho, or in Exact, what it speaks of: it is sent again once it was changed."
OF_ITS_DAY = {"closed_period", "unknown_year"}  # what other documents would be refused for too
FAILURES_THAT_STOP = 3  # in a row: Exact is away, and the other rows need not find out too


@dataclass(slots=True)
class Delivered:
    """What one drain did. `resumes_at` is when there is more to do, by budget or by waiting."""

    busy: bool = False  # another process is at it
    steps: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    paused_because: str = ""
    resumes_at: datetime | None = None
    must_wait: bool = False  # for a person; no time is known
    failures: int = 0  # in a row

    def failed(self, reason: str, retry_at: datetime | None) -> bool:
        """Note that Exact could not be asked; return whether another row may be tried."""
        self.paused_because, self.resumes_at = reason, retry_at
        self.failures += 1
        return retry_at is None and self.failures < FAILURES_THAT_STOP

    def stop(self, reason: str) -> None:
        """Note that nothing goes on before a person did something."""
        self.paused_because, self.resumes_at, self.must_wait = reason, None, True

    def count(self, entry: OutboxEntry) -> None:
        """Count what an entry came to."""
        self.steps += 1
        self.failures, self.paused_because, self.resumes_at = 0, "", None
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
        if held is None:
            delivered.busy = True
            return delivered
        outbox.recover(office.division, office.clock, wait=office.settle / 3)
        while (limit is None or delivered.steps < limit) and held():
            if not _next(office, delivered):
                break
            progress(delivered)
        else:
            delivered.resumes_at = outbox.next_due_at(office.division)
    return delivered


def _next(office: Office, delivered: Delivered) -> bool:
    """Do what is due next; return whether there is any point in going on."""
    if BookingSettings.objects.filter(division=office.division, is_paused=True).exists():
        delivered.stop(PAUSED)
        return False
    entry = outbox.next_due(office.division, office.clock.now())
    if entry is not None and _step(office, entry, delivered):
        return True
    if not delivered.must_wait:
        delivered.resumes_at = delivered.resumes_at or outbox.next_due_at(office.division)
    return False


def _step(office: Office, entry: OutboxEntry, delivered: Delivered) -> bool:
    """Do one thing for one entry; return whether the others may be tried as well."""
    try:
        if entry.state == State.UNKNOWN:
            look_up.settle(office, entry)
        else:
            send(office, entry)
    except ExactTemporaryError as error:  # a limit holds for all rows, a broken line perhaps not
        return delivered.failed(str(error), error.retry_at)
    except ExactDisconnectedError as error:
        delivered.stop(str(error))
        return False
    except (ExactError, outbox.TakenOverError):  # the row says why
        return True
    delivered.count(entry)
    if entry.problem == NO_SUCH_ADDRESS:  # our own fault, and every other row would find it out
        delivered.stop(entry.reason)
    return not delivered.must_wait


def send(office: Office, entry: OutboxEntry) -> None:
    """Send one queued entry, if it still should go, and write down what came of it.

    Raises ExactTemporaryError or ExactDisconnectedError when nothing was sent and the others
    need not be tried either; the row is queued again by then.
    """
    if _is_withdrawn(office, entry) or _is_left_to_a_person(office, entry):
        return
    attempt = outbox.claim(entry, office.clock)
    if attempt is None:
        return
    began = office.clock.tick().seconds
    outcome = _outcome(office.exact, entry)
    spent = office.clock.tick().seconds - began
    said = outcome.number if isinstance(outcome, Answer) else str(outcome)
    try:
        with transaction.atomic():
            _write_down(office, entry, outcome)
            outbox.answered(attempt, said, state=entry.state, seconds=spent)
    except outbox.TakenOverError:
        outbox.answered(attempt, f"Too late: {said}", state="", seconds=spent)
        raise
    if isinstance(outcome, ExactTemporaryError | ExactDisconnectedError):
        raise outcome
    if isinstance(outcome, ExactRefusedError) and outcome.kind in OF_ITS_DAY:
        _learn_what_is_closed(office)


def _learn_what_is_closed(office: Office) -> None:
    """Read the periods anew, so that others of that period are held and not refused one by one.

    Exact blocks who is refused ten times in an hour.
    """
    with suppress(ExactError):  # then the next reading of the books tells
        periods.read(office.division, office.exact)


def _is_withdrawn(office: Office, entry: OutboxEntry) -> bool:
    """Withdraw what should not go any more; return whether that was so."""
    reason = _why_not_to_send(entry)
    if not reason:
        return False
    with transaction.atomic():
        outbox.withdraw(entry, now=office.clock.now(), reason=reason)
        if entry.customer_id is not None:
            prepare.refresh(office.division, Invoice.objects.filter(customer=entry.customer_id))
    return True


def _why_not_to_send(entry: OutboxEntry) -> str:
    if entry.zoho_record_id is not None:
        return born.why_not_to_send(entry)
    if entry.kind in OutboxEntry.FILES:
        return attach.why_not_to_send(entry)
    if entry.kind in OutboxEntry.UNDOING:
        return undo.why_not_to_send(entry)
    return release.why_not_to_send(entry)


def _is_left_to_a_person(office: Office, entry: OutboxEntry) -> bool:
    """Leave a row to a person when Exact is not as it was when it was made; return whether so."""
    try:
        if typed.must_be_asked_about(entry, office.clock.now()):
            typed.leave_to_a_person(office)
            entry.refresh_from_db(fields=["state"])
            if entry.state != State.QUEUED:
                return True
        verdict = _why_to_ask_first(office.exact, entry)
    except ExactError as error:
        later = getattr(error, "retry_at", None) or office.clock.now() + FIRST_WAIT
        outbox.postpone(entry, at=later, reason=f"It could not be looked up yet. {error}")
        raise
    if verdict is None:
        return False
    reason, advice = verdict
    now = office.clock.now()
    with transaction.atomic():
        outbox.move(entry, State.CONFLICT, reason=reason, advice=advice, settled_at=now)
        outbox.note(entry, Attempt.Step.LOOK_UP, office.clock, reason, state=State.CONFLICT)
    return True


def _why_to_ask_first(exact: ExactClient, entry: OutboxEntry) -> tuple[str, str] | None:
    """Return why it should not go as it is, and what to do; None when it may."""
    found = look_up.find_earlier(exact, entry)
    if found:  # though it was given up
        numbers = ", ".join(answer.number or answer.label for answer in found)
        return (
            f"An earlier version of it is in Exact as {numbers}.",
            "Adopt that one if it is right. Otherwise remove it in Exact, and send this again.",
        )
    return undo.why_to_ask_first(exact, entry) if entry.kind in OutboxEntry.UNDOING else None


def _outcome(exact: ExactClient, entry: OutboxEntry) -> Answer | ExactError:
    try:
        return errands.send(exact, entry)
    except ExactError as error:
        return error


def _write_down(office: Office, entry: OutboxEntry, outcome: Answer | ExactError) -> None:
    """Move the row to where this outcome leads: the table of docs/decisions."""
    now = office.clock.now()
    match outcome:
        case Answer():
            booked.accept(office, entry, outcome)
        case ExactTemporaryError() | ExactDisconnectedError():  # certainly not applied
            _requeue(entry, outcome, now)
        case ExactRefusedError(kind=look_up.TAKEN):  # perhaps by our own earlier try
            outbox.unknown(
                entry, office.clock, reason=str(outcome), wait=timedelta(0), problem=outcome.kind
            )
        case ExactRefusedError():
            outbox.move(
                entry,
                State.REFUSED,
                problem=outcome.kind,
                reason=str(outcome),
                advice=_advice(entry, outcome),
                settled_at=now,
            )
        case _:  # the answer was lost, or nobody can read it
            outbox.unknown(entry, office.clock, reason=str(outcome), wait=office.settle / 3)


def _advice(entry: OutboxEntry, refused: ExactRefusedError) -> str:
    if entry.zoho_record_id is not None:
        return FROM_ZOHO
    if Kind(entry.kind) in ADVICE:
        return ADVICE[Kind(entry.kind)]
    return UNKNOWN_WORDS if refused.kind == "other" else ""


def _requeue(entry: OutboxEntry, error: ExactError, now: datetime) -> None:
    """It may be sent again, and not before it is worth it."""
    was_asked = not isinstance(error, ExactOutOfBudgetError)  # otherwise it was no attempt at all
    outbox.move(
        entry,
        State.QUEUED,
        reason=str(error),
        due_at=_next_attempt(entry, error, now),
        attempts=entry.attempts if was_asked else entry.attempts - 1,
    )


def _next_attempt(entry: OutboxEntry, error: ExactError, now: datetime) -> datetime:
    if isinstance(error, ExactTemporaryError) and error.retry_at:
        return error.retry_at
    wait = min(FIRST_WAIT * 2 ** min(entry.attempts - 1, 10), LONGEST_WAIT)
    spread = 0.75 + random.random() / 2  # noqa: S311 - spreads load, guards nothing
    return now + timedelta(seconds=wait.total_seconds() * spread)
