"""Push: refresh what we know, put what is ready in the outbox, and work the outbox off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q

from accounts_link.models import Customer
from sync.models import Invoice, InvoiceState
from sync.services import prepare, release
from sync.services.deliver import Delivered, Office, drain
from sync.services.match import match
from sync.services.mirror import mirror

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from accounts_link.models import CustomerQuerySet


@dataclass(slots=True)
class Pushed:
    """What one push did; `waiting` counts the documents that stay, by state."""

    queued: int = 0
    delivered: Delivered = field(default_factory=Delivered)
    waiting: Counter[str] = field(default_factory=Counter)


def push(
    office: Office,
    *,
    limit: int | None = None,
    steps: int | None = None,
    by: User | None = None,
    progress: Callable[[Delivered], None] = lambda delivered: None,
) -> Pushed:
    """Send the released documents that can go: at most `limit` more of them, in at most `steps`.

    Raises ExactError when Exact can't be read before accounts are created.
    """
    settle_customers(office)
    pushed = Pushed()
    pushed.queued = release.enqueue(office.division, now=office.clock.now(), by=by, limit=limit)
    pushed.delivered = drain(office, limit=steps, progress=progress)
    pushed.waiting = waiting()
    return pushed


def settle_customers(office: Office) -> None:
    """Match the customers of released documents that have no account; create on fresh data alone.

    One mirror for the whole batch: an account that somebody made in Exact an hour ago must be
    found before we make another.
    """
    now, division = office.clock.now(), office.division
    released = Invoice.objects.before_the_outbox().exclude(released_at=None)
    unlinked = Customer.objects.without_link(division).filter(invoices__in=released)
    unjudged = unlinked.exclude(standings__division=division)
    creating = Customer.objects.to_create(division).filter(
        Q(pk__in=unlinked.values("pk")) | Q(account_wanted_at__isnull=False), outbox=None
    )
    if not (creating.exists() or unjudged.exists()):
        return
    mirror(division, office.exact, now=now)
    match(
        division,
        now=now,
        customers=Customer.objects.filter(pk__in=[*_ids(creating), *_ids(unjudged)]),
    )


def _ids(customers: CustomerQuerySet) -> list[int]:
    return list(customers.values_list("pk", flat=True).distinct())


def waiting() -> Counter[str]:
    """Count the documents that are not booked, by state."""
    states = Invoice.objects.exclude(state=InvoiceState.BOOKED).values_list("state", flat=True)
    return Counter(states)


@dataclass(slots=True)
class DryRun:
    """What a push would do."""

    entries: int = 0
    total: Decimal = Decimal(0)
    accounts: set[str] = field(default_factory=set)
    waiting: Counter[str] = field(default_factory=Counter)


def dry_run(office: Office) -> DryRun:
    """Work out what a push of everything would send, without sending or writing anything."""
    result = DryRun()
    for shown in prepare.previews(office.division, Invoice.objects.before_the_outbox()):
        if shown.state != InvoiceState.READY or shown.entry is None:
            result.waiting[shown.state] += 1
            continue
        result.entries += 1
        result.total += shown.entry.incl
        if shown.creates_account:
            result.accounts.add(shown.invoice.customer_ref)
    return result
