"""What goes by itself: the policy of each division, and what a person approved."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from exact_client.models import Division
from sync.models import BookingSettings, Invoice, InvoiceState
from sync.services import diary
from sync.services.delivery import prepare

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from sync.models.documents import InvoiceQuerySet

Policy = BookingSettings.PushPolicy


def due(now: datetime) -> InvoiceQuerySet:
    """Return the documents that nobody let go yet and that the policies let go now."""
    active = BookingSettings.objects.filter(division__is_chosen=True, is_paused=False)
    chosen = list(active.exclude(push_policy=Policy.OFF))
    approved = Q(approved_at__isnull=False)
    may_go = Q(division__in=[settings.division_id for settings in chosen]) & approved
    for settings in chosen:
        if settings.push_policy != Policy.REVIEWED:
            may_go |= _unasked(settings, now)
    return Invoice.objects.before_the_outbox().filter(may_go, released_at=None)


def _unasked(settings: BookingSettings, now: datetime) -> Q:
    """Say which documents this policy lets go although nobody approved them."""
    unasked = Q(division=settings.division_id)
    if settings.push_policy == Policy.DELAYED:
        last = timezone.localdate(now) - timedelta(days=settings.push_delay_days)
        unasked &= Q(invoice_date__lte=last)
    if settings.push_up_to is not None:  # only what is ready has an amount to go by
        limit = settings.push_up_to
        unasked &= Q(state=InvoiceState.READY, amount__lte=limit, amount__gte=-limit)
        unasked &= Q(currency="") | Q(currency=F("division__currency"))  # the limit's own
    return unasked


def needs_approval(invoice: Invoice, division: Division) -> bool:
    """Whether the policy of its division waits for a person to approve this document."""
    settings = BookingSettings.objects.filter(division=division).first()
    if settings is None or settings.push_policy == Policy.OFF or invoice.approved_at:
        return False
    limit = settings.push_up_to
    is_foreign = invoice.currency not in {"", division.currency}
    is_large = limit is not None and (abs(invoice.amount) > limit or is_foreign)
    return settings.push_policy == Policy.REVIEWED or is_large


def approve(invoices: InvoiceQuerySet, *, by: User, now: datetime) -> int:
    """Say that these documents may go by themselves, as a person saw them; return how many."""
    with transaction.atomic():
        chosen = invoices.before_the_outbox().filter(approved_at=None)
        keys = list(chosen.values_list("pk", flat=True))
        approved = Invoice.objects.filter(pk__in=keys)
        diary.note(approved, "Approved", by=by)
        approved.update(approved_at=now, approved_by=by)
        for division in Division.objects.filter(invoices__in=keys).distinct():
            prepare.refresh(division, approved)  # one of 0.00 that was held for it may go now
    return len(keys)
