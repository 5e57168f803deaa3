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
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts_link.models import ExactAccount
from sync.models import Attempt, Invoice, InvoiceFile, InvoiceState, OutboxEntry
from sync.rules.references import our_reference
from sync.services.delivery.showing import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from django.contrib.auth.models import User
    from django.db.models import QuerySet

    from accounts_link.models import Customer
    from exact_client.models import Division
    from sync.models import ZohoRecord
    from sync.services.clock import Clock

State = OutboxEntry.State
Step = Attempt.Step

# What its content may be mended in, before a next version of it is sent.
MENDED = (
    OutboxEntry.Kind.ACCOUNT,
    OutboxEntry.Kind.SALES_ENTRY,
    OutboxEntry.Kind.CONTACT,
    OutboxEntry.Kind.ITEM,
    OutboxEntry.Kind.INVOICE,
    OutboxEntry.Kind.ORDER,
)


class TakenOverError(Exception):
    """Another process claimed the row meanwhile; what this one learnt is dropped."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be created, as it will go over the wire, and whose it is."""

    division: Division
    kind: str
    customer: Customer | None  # None: it brings a record of Zoho
    payload: Callable[[str], Mapping[str, Any]]  # of the reference it will carry
    invoice: Invoice | None = None
    amount: Decimal | None = None  # including VAT, as Exact must answer it
    file: InvoiceFile | None = None
    undoes: OutboxEntry | None = None
    zoho_record: ZohoRecord | None = None

    @property
    def name(self) -> str:
        """What it is, the same for all its versions."""
        if self.zoho_record is not None:
            return f"zoho:{self.zoho_record.module}:{self.zoho_record.key}"
        if self.undoes is not None:
            return f"{self.kind}:{self.undoes.identity}"
        if self.file is not None:
            return f"{self.kind}:{self.number}:{self.file.pk}"
        is_entry = self.kind == OutboxEntry.Kind.SALES_ENTRY
        return f"{'entry' if is_entry else self.kind}:{self.number}"

    @property
    def number(self) -> str:
        """How its people know it: the number of its invoice or of its customer."""
        if self.zoho_record is not None:
            return str(self.zoho_record.values.get("Invoice_Number") or "")
        if self.invoice is not None:
            return self.invoice.number
        return self.customer.number if self.customer else ""

    @property
    def hangs_on(self) -> str:
        """The ID of the entry or document that a file belongs to; empty for what is no file."""
        return hangs_on(self.payload("")) if self.kind in OutboxEntry.FILES else ""


def hangs_on(payload: Mapping[str, Any]) -> str:
    """Return the ID of the entry or document that this body of a file names."""
    return str(payload.get("FinancialTransactionEntryID") or payload.get("Document") or "")


def make(order: Order, *, now: datetime, by: User | None = None) -> OutboxEntry:
    """Put `order` in the outbox, once: the same thing asked for again is the row that is there.

    Call it inside the transaction that holds the reason. A thing whose earlier version was
    cancelled gets a next version, which points back to it.
    """
    earlier = list(versions(order).order_by("pk"))
    last = earlier[-1] if earlier else None
    if last is not None and not makes_room(last, for_what=order.hangs_on):
        return last
    identity = f"{order.name}:v{len(earlier) + 1}"
    fresh = {**_content(order, identity), "made_at": now, "due_at": now, "made_by": by}
    entry, made = OutboxEntry.objects.get_or_create(
        division=order.division, identity=identity, defaults={**fresh, "mended_from": last}
    )
    if made:
        show(entry, "")
    return entry


def _content(order: Order, identity: str) -> dict[str, Any]:
    """Return what is frozen from now on: whose it is, its reference, and the body to be sent."""
    number = order.number if order.invoice or order.zoho_record else ""
    key, division = settings.SECRET_KEY.encode(), str(order.division.code)
    reference = our_reference(key, division, identity, number)
    payload = dict(order.payload(reference))
    return {
        "kind": order.kind,
        "reference": reference,
        "customer": order.customer,
        "invoice": order.invoice,
        "file": order.file,
        "undoes": order.undoes,
        "zoho_record": order.zoho_record,
        "payload": payload,
        "payload_hash": _hash(payload),
        "amount": order.amount,
    }


def versions(one: Order | OutboxEntry) -> QuerySet[OutboxEntry]:
    """Return all rows that are for the same thing, whatever became of them.

    A document stays the same when it turns out to be another customer's.
    """
    rows = OutboxEntry.objects.filter(
        division=one.division,
        kind=one.kind,
        invoice=one.invoice,
        file=one.file,
        undoes=one.undoes,
        zoho_record=one.zoho_record,
    )
    return rows if one.invoice else rows.filter(customer=one.customer)


def customer_of(entry: OutboxEntry) -> Customer:
    """Return whose a row is: a customer's, unless it brings a record of Zoho to Exact."""
    assert entry.customer is not None  # noqa: S101 - for the type checker; its kind has one
    return entry.customer


def makes_room(last: OutboxEntry, *, for_what: str = "") -> bool:
    """Whether a next version may be made: this one was given up or undone, or its account is gone.

    A file may go to another entry or document (`for_what`, an ID) than it went to before.
    """
    if last.state != State.DONE:
        return last.state == State.CANCELLED
    if last.zoho_record_id is not None:
        return False  # what was deleted, or parted from it, is never made a second time
    if last.kind in OutboxEntry.FILES:
        return hangs_on(last.payload) != for_what
    if last.kind != OutboxEntry.Kind.ACCOUNT:
        return is_undone(last)
    gone = ExactAccount.objects.filter(division=last.division_id, is_gone=True)
    return last.remote_id is not None and gone.filter(exact_id=last.remote_id).exists()


def is_undone(entry: OutboxEntry) -> bool:
    """Whether what it booked was removed, or reversed."""
    return entry.undone_by.filter(state=State.DONE).exists()


def known(division_id: int, ids: Iterable[UUID]) -> set[UUID]:
    """Return those of these IDs in Exact that are rows of ours already."""
    rows = OutboxEntry.objects.filter(division=division_id, remote_id__in=list(ids))
    return {key for key in rows.values_list("remote_id", flat=True) if key is not None}


def of_others(entry: OutboxEntry, ids: Iterable[UUID]) -> set[UUID]:
    """Return those of these IDs in Exact that are rows of something else."""
    rows = OutboxEntry.objects.filter(division=entry.division_id, remote_id__in=list(ids))
    others = rows.exclude(pk__in=versions(entry).values("pk"))
    return {key for key in others.values_list("remote_id", flat=True) if key is not None}


def rejected(entry: OutboxEntry) -> set[UUID]:
    """Return the IDs in Exact of which a person said that they are not this, in any version.

    To send again what stood beside one that was offered says so too.
    """
    found: set[UUID] = set()
    rows = versions(entry).values_list("rejected", "offered_id", "retry_wanted")
    for keys, offered, is_sent_again in rows:
        found |= {UUID(key) for key in keys} | ({offered} if offered and is_sent_again else set())
    return found


def is_intact(entry: OutboxEntry) -> bool:
    """Whether the payload is the one that was made; nobody may have changed it since."""
    return _hash(entry.payload) == entry.payload_hash


def _hash(payload: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


def next_due(division: Division, now: datetime) -> OutboxEntry | None:
    """Return what to do next: what is unknown first, then what is due the longest; files last.

    Of one customer the oldest goes first, and nothing passes it while it waits for a person. Files
    wait for nobody, and nobody waits for them.
    """
    due = OutboxEntry.objects.filter(division=division, due_at__lte=now).select_related(
        "customer", "invoice", "division", "file", "undoes", "zoho_record"
    )
    is_file = Q(kind__in=OutboxEntry.FILES)
    waits = (
        due.filter(~is_file, state=State.UNKNOWN),
        due.filter(~is_file, ~_waits_for_another(), state=State.QUEUED),
        due.filter(is_file, state=State.UNKNOWN),
        due.filter(is_file, state=State.QUEUED),
    )
    # In the order of the index, so that each reads one row.
    found = (rows.order_by("due_at", "pk").first() for rows in waits)
    return next(filter(None, found), None)


def _waits_for_another() -> Exists:
    earlier = OutboxEntry.objects.filter(
        customer=OuterRef("customer"),
        division=OuterRef("division"),
        kind__in=OutboxEntry.IN_ORDER,
        pk__lt=OuterRef("pk"),
    )
    return Exists(earlier.exclude(state__in=OutboxEntry.OVER))


def next_due_at(division: Division) -> datetime | None:
    """Return when the next row falls due, or None when nothing waits for time."""
    waiting = OutboxEntry.objects.filter(division=division).filter(
        Q(state=State.UNKNOWN)
        | Q(state=State.QUEUED, kind__in=OutboxEntry.FILES)
        | Q(~_waits_for_another(), state=State.QUEUED)
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
        show(entry, "")
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
        show(entry, " ".join(filter(None, (reason, advice))))


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


def withdraw(entry: OutboxEntry, *, now: datetime, reason: str) -> None:
    """Cancel a row that Exact certainly does not hold; its document may be sent anew."""
    with transaction.atomic():
        move(entry, State.CANCELLED, reason=reason, settled_at=now)
        if entry.kind == OutboxEntry.Kind.SALES_ENTRY and entry.invoice_id is not None:
            Invoice.objects.filter(pk=entry.invoice_id).update(state=InvoiceState.READY, reason="")


def call_back(entries: QuerySet[OutboxEntry], *, now: datetime, reason: str) -> None:
    """Withdraw those of these rows that Exact certainly does not hold, or that are decided by now.

    What a worker takes at this very moment goes on its way, and is not touched.
    """
    for entry in entries.select_related("invoice"):
        with suppress(TakenOverError):
            withdraw(entry, now=now, reason=reason)
