"""The rows of the outbox and the steps between their states. Nothing here talks to Exact.

Every step after a claim names the fence it was made under: when another process has taken the
row over meanwhile, the step changes nothing and says so. A document's state follows its row in
the same transaction, so the two never disagree.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts_link.models import ExactAccount
from sync.models import Attempt, Invoice, InvoiceState, OutboxEntry
from sync.rules.references import our_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.contrib.auth.models import User
    from django.db.models import QuerySet

    from accounts_link.models import Customer
    from exact_client.models import Division
    from sync.services.clock import Clock

State = OutboxEntry.State
Step = Attempt.Step

SHOWN_AS = {
    State.QUEUED: InvoiceState.QUEUED,
    State.SENDING: InvoiceState.SENDING,
    State.UNKNOWN: InvoiceState.UNKNOWN,
    State.DONE: InvoiceState.BOOKED,
    State.REFUSED: InvoiceState.NEEDS_YOU,
    State.CONFLICT: InvoiceState.NEEDS_YOU,
    State.UNCLEAR: InvoiceState.NEEDS_YOU,
}


class TakenOverError(Exception):
    """Another process claimed the row meanwhile; what this one learnt is dropped."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be created, as it will go over the wire, and whose it is."""

    division: Division
    kind: str
    customer: Customer
    payload: Callable[[str], Mapping[str, Any]]  # of the reference it will carry
    invoice: Invoice | None = None
    amount: Decimal | None = None  # including VAT, as Exact must answer it


def make(order: Order, *, now: datetime, by: User | None = None) -> OutboxEntry:
    """Put `order` in the outbox, once: the same thing asked for again is the row that is there.

    Call it inside the transaction that holds the reason. A thing whose earlier version was
    cancelled gets a next version, which points back to it.
    """
    earlier = OutboxEntry.objects.filter(
        division=order.division, kind=order.kind, customer=order.customer, invoice=order.invoice
    ).order_by("pk")
    versions = list(earlier)
    last = versions[-1] if versions else None
    if last is not None and not makes_room(last):
        return last
    identity = f"{_name(order)}:v{len(versions) + 1}"
    fresh = {**_content(order, identity), "made_at": now, "due_at": now, "made_by": by}
    entry, made = OutboxEntry.objects.get_or_create(
        division=order.division, identity=identity, defaults={**fresh, "mended_from": last}
    )
    if made:
        _show(entry, "")
    return entry


def _content(order: Order, identity: str) -> dict[str, Any]:
    """Return what is frozen from now on: whose it is, its reference, and the body to be sent."""
    number = order.invoice.number if order.invoice else ""
    key, division = settings.SECRET_KEY.encode(), str(order.division.code)
    reference = our_reference(key, division, identity, number)
    payload = dict(order.payload(reference))
    return {
        "kind": order.kind,
        "reference": reference,
        "customer": order.customer,
        "invoice": order.invoice,
        "payload": payload,
        "payload_hash": _hash(payload),
        "amount": order.amount,
    }


def makes_room(last: OutboxEntry) -> bool:
    """Whether a next version may be made: this one was given up, or its account is gone."""
    if last.state != State.DONE:
        return last.state == State.CANCELLED
    gone = ExactAccount.objects.filter(division=last.division_id, is_gone=True)
    return last.remote_id is not None and gone.filter(exact_id=last.remote_id).exists()


def _name(order: Order) -> str:
    return f"entry:{order.invoice.number}" if order.invoice else f"account:{order.customer.number}"


def is_intact(entry: OutboxEntry) -> bool:
    """Whether the payload is the one that was made; nobody may have changed it since."""
    return _hash(entry.payload) == entry.payload_hash


def _hash(payload: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


def next_due(division: Division, now: datetime) -> OutboxEntry | None:
    """Return what to do next: what is unknown first, then what is due the longest.

    Of one customer the oldest goes first, and nothing passes it while it waits for a person.
    """
    due = OutboxEntry.objects.filter(division=division, due_at__lte=now).select_related(
        "customer", "invoice", "division"
    )
    unknown = due.filter(state=State.UNKNOWN).order_by("due_at", "pk").first()
    if unknown is not None:
        return unknown
    queued = due.filter(~_waits_for_another(), state=State.QUEUED)
    return queued.order_by("due_at", "pk").first()  # as the index is, so that it reads one row


def _waits_for_another() -> Exists:
    earlier = OutboxEntry.objects.filter(
        customer=OuterRef("customer"), division=OuterRef("division"), pk__lt=OuterRef("pk")
    )
    return Exists(earlier.exclude(state__in=OutboxEntry.OVER))


def next_due_at(division: Division) -> datetime | None:
    """Return when the next row falls due, or None when nothing waits for time."""
    waiting = OutboxEntry.objects.filter(division=division).filter(
        Q(state=State.UNKNOWN) | Q(~_waits_for_another(), state=State.QUEUED)
    )
    return waiting.order_by("due_at").values_list("due_at", flat=True).first()


def claim(entry: OutboxEntry, clock: Clock) -> Attempt | None:
    """Take a queued row for sending, and note the attempt; None when another took it.

    Committed before the call, so that a crash leaves a trace.
    """
    tick = clock.tick()
    changes = {
        "state": State.SENDING,
        "fence": entry.fence + 1,
        "attempts": entry.attempts + 1,
        "owner": f"{socket.gethostname()}/{os.getpid()}"[:120],
        "clock": tick.source,
        "sent_tick": tick.seconds,
        "problem": "",
    }
    with transaction.atomic():
        taken = OutboxEntry.objects.filter(pk=entry.pk, state=State.QUEUED, fence=entry.fence)
        if not taken.update(**changes):
            return None
        _set(entry, changes)
        _show(entry, "")
        return note(entry, Step.SEND, clock)


def move(
    entry: OutboxEntry,
    state: State,
    *,
    reason: str = "",
    advice: str = "",
    **changes: Any,
) -> None:
    """Write what came of a step, on the row and on its document.

    Raises TakenOverError when the row was claimed by another process meanwhile.
    """
    changes |= {"state": state, "reason": reason, "advice": advice}
    with transaction.atomic():
        moved = OutboxEntry.objects.filter(
            pk=entry.pk, fence=entry.fence, state=entry.state
        ).update(**changes)
        if not moved:
            raise TakenOverError(entry.identity)
        _set(entry, changes)
        _show(entry, " ".join(filter(None, (reason, advice))))


def _set(entry: OutboxEntry, changes: Mapping[str, Any]) -> None:
    for field, value in changes.items():
        setattr(entry, field, value)


def postpone(entry: OutboxEntry, *, at: datetime, reason: str) -> None:
    """Leave a row as it is, but for when it is due again and why."""
    OutboxEntry.objects.filter(pk=entry.pk, fence=entry.fence, state=entry.state).update(
        due_at=at, reason=reason
    )


def unknown(
    entry: OutboxEntry, clock: Clock, *, reason: str, wait: timedelta, problem: str = ""
) -> None:
    """Nobody knows whether Exact did it: look before anything else, first after `wait`."""
    tick = clock.tick()
    move(
        entry,
        State.UNKNOWN,
        reason=reason,
        problem=problem,
        clock=tick.source,
        sent_tick=tick.seconds,
        absences=0,
        was_unknown=True,
        due_at=clock.now() + wait,
    )


def recover(division: Division, clock: Clock, *, wait: timedelta) -> int:
    """Turn what a dead process was sending into unknown. Call it under the division's lock.

    Whoever holds the lock knows that no other sender lives.
    """
    orphans = OutboxEntry.objects.filter(division=division, state=State.SENDING)
    for entry in orphans.select_related("invoice"):
        with transaction.atomic():
            unknown(entry, clock, reason="The sender stopped before Exact answered.", wait=wait)
            note(entry, Step.RECOVER, clock, state=State.UNKNOWN)
    return len(orphans)


def note(
    entry: OutboxEntry,
    step: Step,
    clock: Clock,
    outcome: str = "",
    *,
    state: str = "",
    by: User | None = None,
) -> Attempt:
    """Write a step into the history of an entry, in the transaction that takes it."""
    return Attempt.objects.create(
        entry=entry,
        step=step,
        fence=entry.fence,
        at=clock.now(),
        outcome=outcome[:500],
        state=state,
        by=by,
    )


def answered(attempt: Attempt, outcome: str, *, state: str, seconds: float) -> None:
    """Complete what `claim` noted, in the transaction that writes the answer down."""
    Attempt.objects.filter(pk=attempt.pk).update(
        outcome=outcome[:500], state=state, seconds=seconds
    )


def _show(entry: OutboxEntry, reason: str) -> None:
    """Let the document say where its entry stands."""
    if entry.invoice_id is None or entry.state == State.CANCELLED:
        return
    state = SHOWN_AS[State(entry.state)]
    if entry.state == State.QUEUED and entry.attempts:
        state = InvoiceState.RETRY
    changes: dict[str, Any] = {"state": state, "reason": reason}
    if entry.state == State.DONE:
        changes |= {
            "entry_id": entry.remote_id,
            "entry_number": entry.remote_number,
            "booked_at": entry.settled_at,
        }
    Invoice.objects.filter(pk=entry.invoice_id).update(**changes)


def withdraw(entry: OutboxEntry, *, now: datetime, reason: str) -> None:
    """Cancel a row that Exact certainly does not hold; its document may be sent anew."""
    with transaction.atomic():
        move(entry, State.CANCELLED, reason=reason, settled_at=now)
        if entry.invoice_id is not None:
            Invoice.objects.filter(pk=entry.invoice_id).update(state=InvoiceState.READY, reason="")


def call_back(entries: QuerySet[OutboxEntry], *, now: datetime, reason: str) -> None:
    """Withdraw those of these rows that Exact certainly does not hold, or that are decided by now.

    What a worker takes at this very moment goes on its way, and is not touched.
    """
    for entry in entries.select_related("invoice"):
        with suppress(TakenOverError):
            withdraw(entry, now=now, reason=reason)
