"""What a person decides about an outbox entry that the rules could not settle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from exact_client.models import Division
from sync.models import Attempt, Invoice, InvoiceState, OutboxEntry
from sync.services.delivery import born, outbox
from sync.services.delivery.booked import adopt as adopt_answer
from sync.services.delivery.errands import Answer, find
from sync.services.delivery.look_up import find_earlier, look_alikes
from sync.services.parties.link import LinkError

if TYPE_CHECKING:
    from uuid import UUID

    from django.contrib.auth.models import User

    from exact_client.client import ExactClient
    from sync.services.clock import Clock
    from sync.services.delivery.office import Office

Kind, State, Step = OutboxEntry.Kind, OutboxEntry.State, Attempt.Step

# What may have been made in Exact by a person's hand, or by a version that was given up.
ADOPTABLE = (
    *(Kind.ACCOUNT, Kind.SALES_ENTRY, Kind.REVERSAL, Kind.DOCUMENT, Kind.ATTACHMENT),
    *(Kind.CONTACT, Kind.ITEM, Kind.INVOICE, Kind.ORDER),
)


class DecisionError(Exception):
    """This can't be decided about the entry as it stands; the message tells a person why."""


def look_again(entry: OutboxEntry, clock: Clock, *, by: User | None) -> None:
    """Look for it in Exact once more, and follow from there what is found."""
    _wait_for_look_up(entry, clock, by=by, outcome="Asked to look again", retry_wanted=False)


def send_again(entry: OutboxEntry, clock: Clock, *, by: User | None) -> None:
    """Send a new version, once a look in Exact proves that this one is not there.

    Even a refusal is looked up first: what was refused may have been booked all the same.
    """
    _wait_for_look_up(entry, clock, by=by, outcome="Asked to send again", retry_wanted=True)


def cancel(entry: OutboxEntry, clock: Clock, *, by: User | None, reason: str) -> None:
    """Give the entry up, with a reason; its document is held and shown as such.

    Raises DecisionError without a reason, or when Exact may be holding it.
    """
    if not reason.strip():
        raise DecisionError("Say why: the accountant will want to know.")
    if entry.state not in {State.QUEUED, *OutboxEntry.FOR_A_PERSON}:
        raise DecisionError(f"It is {entry.get_state_display().lower()}: wait until that is over.")
    with transaction.atomic():
        # No look has shown that it is absent: a retry that was wanted before is no proof.
        outbox.move(
            entry, State.CANCELLED, reason=reason, settled_at=clock.now(), retry_wanted=False
        )
        outbox.note(entry, Step.DECIDE, clock, f"Cancelled: {reason}", state=State.CANCELLED, by=by)
        if entry.kind == Kind.SALES_ENTRY and entry.invoice is not None:
            Invoice.objects.filter(pk=entry.invoice.pk).update(
                state=InvoiceState.HELD, reason=reason, released_at=None
            )


def adopt(office: Office, entry: OutboxEntry, remote_id: UUID, *, by: User | None) -> None:
    """Take an entry that is in Exact for this one, though it differs. Asks Exact for it first.

    Raises DecisionError when Exact does not hold it, ExactError when Exact can't be asked.
    """
    _require_waiting(entry)
    if entry.kind not in ADOPTABLE:
        raise DecisionError("A removal makes nothing that could be adopted: look again instead.")
    found = [answer for answer in candidates(office, entry) if answer.id == remote_id]
    if not found:
        raise DecisionError("Exact no longer holds that one.")
    try:
        with transaction.atomic():
            _require_free(entry, remote_id)
            adopt_answer(office, entry, found[0])
            said = f"Adopted {found[0].number}"
            outbox.note(entry, Step.DECIDE, office.clock, said, state=State.DONE, by=by)
    except (LinkError, born.TakenError) as error:
        raise DecisionError(str(error)) from error


def candidates(office: Office, entry: OutboxEntry) -> list[Answer]:
    """Return what in Exact may be this entry: by a reference of it, else by number, or by likeness.

    What a person said is not it comes no more.
    """
    exact = office.exact
    ours = find(exact, entry) or find_earlier(exact, entry)
    if ours:
        return ours
    like = {answer.id: answer for answer in [*_offered(exact, entry), *look_alikes(exact, entry)]}
    not_it = outbox.rejected(entry) | outbox.of_others(entry, like)
    return [answer for answer in like.values() if answer.id not in not_it]


def _require_free(entry: OutboxEntry, remote_id: UUID) -> None:
    """Let nobody else adopt in this division until this is written down."""
    Division.objects.select_for_update(no_key=True).get(pk=entry.division_id)
    if outbox.of_others(entry, [remote_id]):
        raise DecisionError("Another document is booked as that one.")


def reject(entry: OutboxEntry, remote_id: UUID, clock: Clock, *, by: User | None) -> None:
    """Remember that this one in Exact is not the entry: it is not offered again.

    Raises DecisionError when nothing waits for a decision.
    """
    _require_waiting(entry)
    said = f"Not this one: {remote_id}"
    with transaction.atomic():
        outbox.move(
            entry,
            State(entry.state),
            reason=entry.reason,
            advice="Send it again if no other one in Exact is it.",
            rejected=sorted({*entry.rejected, str(remote_id)}),
            offered_id=None if entry.offered_id == remote_id else entry.offered_id,
        )
        outbox.note(entry, Step.DECIDE, clock, said, state=entry.state, by=by)


def _offered(exact: ExactClient, entry: OutboxEntry) -> list[Answer]:
    """Return what was found under its number when it was about to be sent."""
    record = exact.sales_entry(entry.offered_id) if entry.offered_id else None
    return [Answer.of(record)] if record else []


def _wait_for_look_up(
    entry: OutboxEntry,
    clock: Clock,
    *,
    by: User | None,
    outcome: str,
    retry_wanted: bool,
) -> None:
    _require_waiting(entry)
    tick = clock.tick()
    with transaction.atomic():
        outbox.move(
            entry,
            State.UNKNOWN,
            reason="Looking in Exact first.",
            fence=entry.fence + 1,  # whoever still looks with an older question learns nothing
            was_unknown=True,
            retry_wanted=retry_wanted,
            absences=0,
            reposts=0,
            clock=tick.source,
            sent_tick=tick.seconds,
            due_at=clock.now(),
        )
        outbox.note(entry, Step.DECIDE, clock, outcome, state=State.UNKNOWN, by=by)


def _require_waiting(entry: OutboxEntry) -> None:
    if entry.state not in OutboxEntry.FOR_A_PERSON:
        raise DecisionError(f"It is {entry.get_state_display().lower()}: nothing to decide.")
