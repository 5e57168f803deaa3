"""Settle what is unknown by looking in Exact, and look again at what once was.

An entry counts as absent only after the settle time and three spaced, empty look-ups, for Exact
may still be writing when the line to it has long been cut (measured: looking too early doubled
14 of 600). Only then is it sent again, with the same reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from exact_client.errors import ExactDisconnectedError, ExactError, ExactTemporaryError
from sync.models import Attempt, OutboxEntry
from sync.services.delivery import booked, outbox
from sync.services.delivery.errands import Answer, find

if TYPE_CHECKING:
    from exact_client.client import ExactClient
    from sync.services.delivery.office import Office

Kind, State, Step = OutboxEntry.Kind, OutboxEntry.State, Attempt.Step

LOOK_UPS = 3
TAKEN = "taken"  # the refusal that may speak of our own earlier try
MOST_REPOSTS = 2
LONGEST_SILENCE = timedelta(hours=24)  # without a look-up that worked; then a person must know
AUDIT_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What Exact showed: the entry itself, or, when it is proven absent, entries like it."""

    found: list[Answer]
    is_proven_absent: bool
    alike: list[Answer]


def settle(office: Office, entry: OutboxEntry) -> None:
    """Look once for an unknown entry and draw the conclusion.

    Raises ExactError when the look-up itself failed: nothing is concluded, the row waits.
    """
    try:
        seen = _look(office, entry)
    except ExactError as error:
        _could_not_look(office, entry, error)
        raise
    with transaction.atomic():
        _conclude(office, entry, seen)
        said = f"{len(seen.found)} found"
        outbox.note(entry, Step.LOOK_UP, office.clock, said, state=entry.state)


def _look(office: Office, entry: OutboxEntry) -> _Seen:
    found = find(office.exact, entry)
    is_proven_absent = not found and not entry.retry_wanted and _is_last(office, entry)
    alike = look_alikes(office.exact, entry) if is_proven_absent else []
    return _Seen(found, is_proven_absent, alike)


def find_earlier(exact: ExactClient, entry: OutboxEntry) -> list[Answer]:
    """Return what Exact has of earlier versions that were sent once, however they were given up.

    What was undone since is no double: it is gone, or stands there with its reversal.
    """
    if entry.mended_from_id is None or entry.kind == Kind.REMOVAL:
        return []
    sent = outbox.versions(entry).filter(pk__lt=entry.pk, attempts__gt=0)
    undone = OutboxEntry.objects.filter(kind__in=OutboxEntry.UNDOING, state=State.DONE)
    versions = sent.exclude(pk__in=undone.filter(undoes__in=sent).values("undoes"))
    held_by = outbox.hangs_on(entry.payload)
    return [
        answer
        for version in versions
        if outbox.hangs_on(version.payload) == held_by
        for answer in find(exact, version)
    ]


def _could_not_look(office: Office, entry: OutboxEntry, error: ExactError) -> None:
    now = office.clock.now()
    asked = entry.history.exclude(step=Step.LOOK_UP).order_by("pk").last()
    if asked is None or now - asked.at < LONGEST_SILENCE:
        later = now + max(office.settle / LOOK_UPS, timedelta(seconds=1))
        outbox.postpone(entry, at=later, reason=f"It could not be looked up yet. {error}")
        return
    with transaction.atomic():
        outbox.move(
            entry,
            State.UNCLEAR,
            reason=f"For a day it could not be looked up. {error}",
            advice="Look in Exact yourself, or let it be looked for again.",
            settled_at=now,
        )
        outbox.note(entry, Step.LOOK_UP, office.clock, str(error), state=entry.state)


def _conclude(office: Office, entry: OutboxEntry, seen: _Seen) -> None:
    if entry.kind == Kind.REMOVAL:
        _conclude_removal(office, entry, seen.found)
    elif len(seen.found) == 1:
        booked.accept(office, entry, seen.found[0])
    elif seen.found:
        _several(office, entry, seen.found)
    elif entry.retry_wanted:
        _make_way(office, entry)
    elif seen.is_proven_absent:
        _proven_absent(office, entry, seen.alike)
    else:
        _wait(office, entry)


def _conclude_removal(office: Office, entry: OutboxEntry, there: list[Answer]) -> None:
    """Absent is done. What is still there may be deleted again: a second time does no harm."""
    now = office.clock.now()
    if not there:
        booked.accept(office, entry, Answer.gone(entry))
    elif entry.reposts < MOST_REPOSTS:
        outbox.move(
            entry,
            State.QUEUED,
            reason="Still in Exact: it is asked again to delete it.",
            due_at=now + office.settle / LOOK_UPS,
            reposts=entry.reposts + 1,
        )
    else:
        outbox.move(
            entry,
            State.UNCLEAR,
            reason=f"Exact was asked {entry.attempts} times to delete it, and still has it.",
            advice="Look in Exact. Then ask again, or give it up and post a reversing entry.",
            settled_at=now,
        )


def _make_way(office: Office, entry: OutboxEntry) -> None:
    """It is absent, and a person wants it sent: a mended version, or what can't change as it is."""
    now = office.clock.now()
    if entry.kind in outbox.MENDED:
        outbox.withdraw(entry, now=now, reason="Not in Exact: a new version takes its place.")
        return
    outbox.move(
        entry, State.QUEUED, reason="Not in Exact: sent again.", due_at=now, retry_wanted=False
    )


def _several(office: Office, entry: OutboxEntry, found: list[Answer]) -> None:
    outbox.move(
        entry,
        State.CONFLICT,
        reason=f"Exact holds {len(found)} of it: {_numbers(found)}.",
        advice="Remove the ones that are too many in Exact, then look again.",
        settled_at=office.clock.now(),
    )


def _numbers(found: list[Answer]) -> str:
    return ", ".join(answer.number or answer.label for answer in found)


def _is_last(office: Office, entry: OutboxEntry) -> bool:
    """Whether, with this look-up, enough time and empty look-ups have passed."""
    return entry.absences + 1 >= LOOK_UPS and _counts(office, entry)


def _counts(office: Office, entry: OutboxEntry) -> bool:
    """Whether this look-up comes late enough to count as the next one."""
    waited = _waited(office, entry)
    return waited is not None and waited >= office.settle / LOOK_UPS * (entry.absences + 1)


def _waited(office: Office, entry: OutboxEntry) -> timedelta | None:
    """Return how long ago it was sent, or None when that was on another clock."""
    tick = office.clock.tick()
    if tick.source != entry.clock or entry.sent_tick is None or tick.seconds < entry.sent_tick:
        return None
    return timedelta(seconds=tick.seconds - entry.sent_tick)


def _wait(office: Office, entry: OutboxEntry) -> None:
    """Look again a third of the settle time later; count this look-up unless it came too early."""
    tick = office.clock.tick()
    changes: dict[str, Any] = {}
    if _waited(office, entry) is None:  # another boot: the settle time begins anew
        changes = {"clock": tick.source, "sent_tick": tick.seconds, "absences": 0}
    elif _counts(office, entry):
        changes = {"absences": min(entry.absences + 1, LOOK_UPS - 1)}
    outbox.move(
        entry,
        State.UNKNOWN,
        reason="Not found in Exact yet; looking again before it may be sent again.",
        due_at=office.clock.now() + office.settle / LOOK_UPS,
        **changes,
    )


def _proven_absent(office: Office, entry: OutboxEntry, alike: list[Answer]) -> None:
    """It is not there. Send it again, unless that could be wrong or was tried often enough."""
    now = office.clock.now()
    verdict = _why_not_again(entry, alike)
    if verdict is not None:
        state, reason, advice = verdict
        outbox.move(entry, state, reason=reason, advice=advice, settled_at=now)
        return
    outbox.move(
        entry,
        State.QUEUED,
        reason="Proven absent from Exact: sent again with the same reference.",
        due_at=now,
        reposts=entry.reposts + 1,
    )


def _why_not_again(
    entry: OutboxEntry, alike: list[Answer]
) -> tuple[OutboxEntry.State, str, str] | None:
    """Return where it goes instead, why, and what a person can do; None when it may be sent."""
    if alike:
        return (
            State.CONFLICT,
            f"Not found by its reference, but {_numbers(alike)} has its customer, date and amount.",
            "Adopt that entry if it is this invoice; otherwise send it again.",
        )
    if entry.problem == TAKEN:
        sent = entry.history.filter(step=Step.SEND).order_by("pk").last()
        return State.REFUSED, sent.outcome if sent else "Exact says that it exists already.", ""
    if entry.remote_id is not None:
        return (
            State.UNCLEAR,
            f"It was booked as {entry.remote_number}, and is no longer in Exact.",
            "Ask who removed it. Then send it again, or cancel it.",
        )
    if entry.reposts >= MOST_REPOSTS:
        return (
            State.UNCLEAR,
            f"Sent {entry.attempts} times, and never found in Exact.",
            "Look in Exact. Then send it again, or cancel it.",
        )
    return None


def look_alikes(exact: ExactClient, entry: OutboxEntry) -> list[Answer]:
    """Find an entry that a changed reference would hide.

    Others of ours are left out, and those of which a person said that they are not it.
    """
    if entry.kind not in {Kind.SALES_ENTRY, Kind.REVERSAL}:
        return []
    alike = [
        Answer.of(record)
        for record in exact.sales_entries_like(
            customer=UUID(entry.payload["Customer"]),
            entry_date=date.fromisoformat(entry.payload["EntryDate"]),
        )
    ]
    others = outbox.known(entry.division_id, (answer.id for answer in alike))
    others |= outbox.rejected(entry)
    return [answer for answer in alike if answer.id not in others and answer.amount == entry.amount]


def audit(office: Office, *, limit: int = 50) -> int:
    """Look again at what once was unknown and was settled: it must be there once, or be gone.

    Returns how many were found to be otherwise; each of those is shown to a person. Raises
    ExactTemporaryError or ExactDisconnectedError when Exact can't be asked for now.
    """
    due = OutboxEntry.objects.filter(
        division=office.division, state=State.DONE, audit_at__lte=office.clock.now()
    )
    due = due.select_related("invoice", "division", "customer").order_by("audit_at")
    return sum(_audit(office, entry) for entry in due[:limit])


def _audit(office: Office, entry: OutboxEntry) -> bool:
    """Audit one; return whether something is wrong with it."""
    try:
        found = find(office.exact, entry)
    except (ExactTemporaryError, ExactDisconnectedError):
        raise
    except ExactError:  # what can't be read must not keep the others from being looked at
        later = office.clock.now() + AUDIT_AGAIN
        OutboxEntry.objects.filter(pk=entry.pk).update(audit_at=later)
        return False
    with transaction.atomic():
        is_right = len(found) == booked.expected(entry)
        if is_right:
            booked.audited(office, entry)
        else:
            booked.not_as_expected(entry, found)
        said = f"{len(found)} found"
        outbox.note(entry, Step.AUDIT, office.clock, said, state=entry.state)
    return not is_right
