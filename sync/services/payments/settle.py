"""Write on documents what has been paid of them, from our copies of Exact's payment terms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from sync.models import BookingSettings, Invoice, InvoiceState, PaymentTerm, Signal
from sync.rules.payments import Payment, Standing, Term, counts_from, is_settled, standing
from sync.services.streams import batches
from sync.services.upsert import rewrite

if TYPE_CHECKING:
    from exact_client.models import Division

BATCH = 1000  # documents at once
BOUNCE_DAYS = 3  # where nobody chose
ADOPTED_LATE = timedelta(hours=1)  # a booking that was being written when we read last
SHOWN_AS = {
    Payment.UNTOLD: InvoiceState.BOOKED,
    Payment.OPEN: InvoiceState.BOOKED,
    Payment.PART_PAID: InvoiceState.PART_PAID,
    Payment.PAID: InvoiceState.PAID,
}
OURS = set(SHOWN_AS.values())  # drifted says something worse, and stays
TOLD = ["open_amount", "last_payment_on", "paid_on", "paid_seen_at", "falls_due_on"]
WRITTEN = [*TOLD, "paid_told_at", "state", "reason", "payment_changed_at"]


@dataclass(slots=True)
class Settled:
    """What became of documents."""

    paid: int = 0
    part_paid: int = 0
    bounced: int = 0


def settle(entries: Iterable[UUID], settled: Settled, *, now: datetime) -> None:
    """Bring the documents of these entries of Exact up to date, and count in `settled`.

    Call it in the transaction that changed their terms. Documents that are undone, or whose entry
    is not known yet, are left alone: `settle_overlooked` finds them once they have an entry.
    """
    rows = Invoice.objects.in_the_books().filter(entry_id__in=list(entries)).order_by("pk")
    found = list(rows.select_for_update())
    if not found:
        return
    terms = _terms_of([invoice.entry_id for invoice in found if invoice.entry_id])
    days, bounced, changed = bounce_days(), list[Invoice](), list[Invoice]()
    for invoice in found:
        before = _written(invoice)
        was_told = invoice.paid_told_at is not None
        seen = standing(
            terms.get(invoice.entry_id, ()),
            invoice.amount,
            currency=invoice.currency,
            due_date=invoice.due_date,
        )
        _write(invoice, seen, days, now)
        if _written(invoice) != before:
            changed.append(invoice)
            _count(invoice, before, settled)
            if was_told and invoice.paid_seen_at is None:
                bounced.append(invoice)
    rewrite(changed, WRITTEN)
    _tell_of(bounced, [invoice for invoice in changed if invoice.paid_seen_at], now)


def settle_overlooked(
    division: Division, settled: Settled, *, read_at: datetime | None, now: datetime
) -> None:
    """Bring documents up to date that got their entry, or their state, after its terms were read.

    They were sent under a lost answer, adopted by hand, or accepted after a drift. `read_at` is
    when the terms were read before.
    """
    terms = PaymentTerm.objects.filter(entry_id=OuterRef("entry_id"), is_gone=False)
    untold = Q(open_amount=None) & Exists(terms)
    set_anew = Q(state=InvoiceState.BOOKED) & (
        Q(paid_seen_at__isnull=False) | Q(last_payment_on__isnull=False)
    )
    late = Q(booked_at__gte=read_at - ADOPTED_LATE) if read_at else Q(pk=None)
    rows = Invoice.objects.in_the_books().filter(Q(division=division) | Q(division=None))
    rows = rows.filter(untold | set_anew | late).exclude(entry_id=None)
    for batch in batches(list(rows.values_list("entry_id", flat=True)), BATCH):
        with transaction.atomic():
            settle([entry for entry in batch if entry], settled, now=now)


def bounce_days() -> dict[int | None, int]:
    """Return how many days paid may bounce, by division; one that is missing has BOUNCE_DAYS."""
    return dict(BookingSettings.objects.values_list("division", "bounce_days"))


def counts_on(invoice: Invoice, days: Mapping[int | None, int]) -> date | None:
    """Return from when a paid document counts as paid; None when it is not paid."""
    if invoice.paid_on is None or invoice.kind == Invoice.Kind.CREDIT_NOTE:
        return invoice.paid_on
    return counts_from(invoice.paid_on, days.get(invoice.division_id, BOUNCE_DAYS))


def _terms_of(entries: list[UUID]) -> Mapping[UUID | None, list[Term]]:
    terms = defaultdict(list)
    for row in PaymentTerm.objects.filter(entry_id__in=entries, is_gone=False):
        terms[row.entry_id].append(term_of(row))
    return terms


def term_of(row: PaymentTerm) -> Term:
    """Return our copy of a term as the rules take it."""
    return Term(
        amount=row.amount,
        amount_dc=row.amount_dc,
        currency=row.currency,
        is_settled=is_settled(row.status, is_fully_paid=row.is_fully_paid),
        due_date=row.due_date,
        last_payment_on=row.last_payment_on,
    )


def _written(invoice: Invoice) -> tuple[object, ...]:
    return tuple(getattr(invoice, field) for field in WRITTEN)


def _write(invoice: Invoice, seen: Standing, days: Mapping[int | None, int], now: datetime) -> None:
    """Write a standing on a document; what is told changed when anything that is told did."""
    if seen.payment is Payment.UNTOLD and invoice.state != InvoiceState.BOOKED:
        return  # Exact keeps no term of it any more: what it told before was the last of it
    before = [getattr(invoice, field) for field in (*TOLD, "paid_told_at")]
    invoice.open_amount = seen.open
    invoice.last_payment_on = seen.last_payment_on
    invoice.falls_due_on = seen.falls_due_on
    was_paid = invoice.paid_seen_at is not None
    if seen.payment is Payment.PAID:
        _write_paid(invoice, seen, days, now)
    else:
        invoice.paid_seen_at = invoice.paid_on = invoice.paid_told_at = None
    if invoice.state in OURS:
        invoice.state = SHOWN_AS[seen.payment]
        invoice.reason = _reason(invoice, timezone.localdate(now), was_paid=was_paid)
    if before != [getattr(invoice, field) for field in (*TOLD, "paid_told_at")]:
        invoice.payment_changed_at = now


def _write_paid(
    invoice: Invoice, seen: Standing, days: Mapping[int | None, int], now: datetime
) -> None:
    today = timezone.localdate(now)
    invoice.paid_seen_at = invoice.paid_seen_at or now
    invoice.paid_on = seen.paid_on or invoice.paid_on or today  # Exact need not name the day
    counts = counts_on(invoice, days)
    if invoice.paid_told_at is None and counts and counts <= today:
        invoice.paid_told_at = now


def _reason(invoice: Invoice, today: date, *, was_paid: bool) -> str:
    if invoice.state == InvoiceState.PAID:
        return ""
    if was_paid:
        return f"It was paid, and is open again since {today:%-d %B %Y}: the payment bounced."
    return invoice.reason


def _count(invoice: Invoice, before: tuple[object, ...], settled: Settled) -> None:
    was_paid = before[WRITTEN.index("paid_seen_at")] is not None
    is_paid = invoice.paid_seen_at is not None
    settled.paid += is_paid and not was_paid
    settled.bounced += was_paid and not is_paid
    settled.part_paid += (
        invoice.state == InvoiceState.PART_PAID
        and before[WRITTEN.index("state")] != InvoiceState.PART_PAID
    )


def _tell_of(bounced: list[Invoice], paid: list[Invoice], now: datetime) -> None:
    """Say what was told on as paid and is open again; take it back where it is paid after all."""
    Signal.objects.bulk_create(
        [
            Signal(
                key=_key(invoice),
                title=f"{invoice.number} was told on as paid, and is open again"[:200],
                advice=f"Exact shows {invoice.open_amount} {invoice.currency} open: the payment "
                "bounced, or was taken off. What is told on says so from now. Ask the customer to "
                "pay again; this closes once it is paid.",
                url=reverse("sync:invoice", args=[invoice.number]),
                opened_at=now,
            )
            for invoice in bounced
        ],
        ignore_conflicts=True,  # it is open already
    )
    keys = [_key(invoice) for invoice in paid]
    Signal.objects.open().filter(key__in=keys).update(closed_at=now)


def _key(invoice: Invoice) -> str:
    return f"bounced:{invoice.pk}"
