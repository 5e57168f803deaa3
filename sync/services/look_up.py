"""Settle what is unknown by looking in Exact, and look again at what once was.

An entry counts as absent only after the settle time and three spaced, empty look-ups, for Exact
may still be writing when the line to it has long been cut (measured: looking too early doubled
14 of 600). Only then is it sent again, with the same reference.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sync.models import Attempt, OutboxEntry
from sync.services import booked, outbox
from sync.services.booked import Answer

if TYPE_CHECKING:
    from exact_client.client import ExactClient
    from sync.services.deliver import Office

Kind, State, Step = OutboxEntry.Kind, OutboxEntry.State, Attempt.Step

LOOK_UPS = 3
MOST_REPOSTS = 2


def settle(office: Office, entry: OutboxEntry) -> None:
    """Look once for an unknown entry and draw the conclusion.

    Raises ExactError when the look-up itself failed: nothing is concluded, the row waits.
    """
    try:
        found = find(office.exact, entry)
    except Exception:
        OutboxEntry.objects.filter(pk=entry.pk, fence=entry.fence).update(
            due_at=office.clock.now() + max(office.settle / 3, timedelta(seconds=1))
        )
        raise
    outbox.note(entry, Step.LOOK_UP, office.clock, f"{len(found)} found")
    if found:
        _conclude(office, entry, found)
    elif entry.retry_wanted:
        outbox.withdraw(entry, office.clock, reason="Not in Exact: a new version takes its place.")
    else:
        _absent(office, entry)


def find(exact: ExactClient, entry: OutboxEntry) -> list[Answer]:
    """Return what Exact has under the entry's reference: sales entries, or accounts."""
    if entry.kind == Kind.ACCOUNT:
        records = exact.accounts_with_search_code(entry.payload["SearchCode"])
        return [Answer.of(record) for record in records]
    return [Answer.of(record) for record in exact.sales_entries_with_reference(entry.reference)]


def _conclude(office: Office, entry: OutboxEntry, found: list[Answer]) -> None:
    if len(found) == 1:
        booked.accept(office, entry, found[0])
        return
    numbers = ", ".join(answer.number for answer in found)
    outbox.move(
        entry,
        State.CONFLICT,
        reason=f"Exact holds {len(found)} of it: {numbers}.",
        advice="Remove the ones that are too many in Exact, then look again.",
        settled_at=office.clock.now(),
    )


def _absent(office: Office, entry: OutboxEntry) -> None:
    """Nothing was found: count it, and decide when enough time and look-ups have passed."""
    tick, spacing = office.clock.tick(), office.settle / LOOK_UPS
    waited = _waited(office, entry)
    if waited is None:  # another clock, so another boot: the settle time begins anew
        changes = {"clock": tick.source, "sent_tick": tick.seconds, "absences": 0}
        _wait(office, entry, **changes)
    elif waited < spacing * (entry.absences + 1):  # woken too early: does not count
        _wait(office, entry)
    elif entry.absences + 1 < LOOK_UPS:
        _wait(office, entry, absences=entry.absences + 1)
    else:
        _send_again(office, entry)


def _waited(office: Office, entry: OutboxEntry) -> timedelta | None:
    tick = office.clock.tick()
    if tick.source != entry.clock or entry.sent_tick is None:
        return None
    return timedelta(seconds=tick.seconds - entry.sent_tick)


def _wait(office: Office, entry: OutboxEntry, **changes: Any) -> None:
    outbox.move(
        entry,
        State.UNKNOWN,
        reason="Not found in Exact yet; looking again before it may be sent again.",
        due_at=office.clock.now() + office.settle / LOOK_UPS,
        **changes,
    )


def _send_again(office: Office, entry: OutboxEntry) -> None:
    now = office.clock.now()
    if twins := look_alikes(office.exact, entry):
        numbers = ", ".join(answer.number for answer in twins)
        outbox.move(
            entry,
            State.CONFLICT,
            reason=f"Not found by its reference, but {numbers} has its customer, date and amount.",
            advice="Adopt that entry if it is this invoice; otherwise send it again.",
            settled_at=now,
        )
    elif entry.reposts >= MOST_REPOSTS:
        outbox.move(
            entry,
            State.UNCLEAR,
            reason=f"Sent {entry.attempts} times, and never found in Exact.",
            advice="Look in Exact. Then send it again, or cancel it.",
            settled_at=now,
        )
    else:
        outbox.move(
            entry,
            State.QUEUED,
            reason="Proven absent from Exact: sent again with the same reference.",
            due_at=now,
            reposts=entry.reposts + 1,
        )


def look_alikes(exact: ExactClient, entry: OutboxEntry) -> list[Answer]:
    """Find an entry that a changed reference would hide; others of ours are left out."""
    if entry.kind == Kind.ACCOUNT:
        return []
    alike = [
        Answer.of(record)
        for record in exact.sales_entries_like(
            customer=UUID(entry.payload["Customer"]),
            entry_date=date.fromisoformat(entry.payload["EntryDate"]),
        )
    ]
    ours = set(
        OutboxEntry.objects.filter(
            division=entry.division, remote_id__in=[answer.id for answer in alike]
        ).values_list("remote_id", flat=True)
    )
    return [answer for answer in alike if answer.id not in ours and answer.amount == entry.amount]


def audit(office: Office, *, limit: int = 50) -> int:
    """Look again at what once was unknown and was settled: there must be exactly one of it.

    Returns how many were found to be otherwise; each of those is shown to a person.
    """
    due = OutboxEntry.objects.filter(
        division=office.division, state=State.DONE, audit_at__lte=office.clock.now()
    )
    wrong = 0
    for entry in due.select_related("invoice", "division", "customer").order_by("audit_at")[:limit]:
        found = find(office.exact, entry)
        outbox.note(entry, Step.AUDIT, office.clock, f"{len(found)} found")
        if len(found) == 1:
            booked.audited(office, entry)
        else:
            wrong += 1
            booked.not_one(entry, found)
    return wrong
