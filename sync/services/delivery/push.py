"""Push: refresh what we know, put what is ready in the outbox, and work the outbox off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Q

from accounts_link.models import Customer
from exact_client.errors import ExactDisconnectedError, ExactError, ExactTemporaryError
from sync.models import IN_THE_BOOKS, Invoice, OutboxEntry
from sync.services.delivery import attach, release, routing, typed
from sync.services.delivery.deliver import Delivered, drain
from sync.services.delivery.office import Office
from sync.services.parties.match import match
from sync.services.parties.mirror import mirror

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet

    from accounts_link.models import CustomerQuerySet
    from exact_client.models import Division


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

    When Exact can't be read, no account is created, and all else goes on. Raises
    ExactDisconnectedError when a person must connect again.
    """
    pushed = Pushed()
    routing.assign()
    may_create, why_not = _settled(office)
    pushed.queued = release.enqueue(
        office.division, now=office.clock.now(), by=by, limit=limit, with_accounts=may_create
    )
    attach.enqueue(office.division, now=office.clock.now())
    with suppress(ExactTemporaryError):  # the first row to be sent finds out the same
        typed.leave_to_a_person(office)
    pushed.delivered = drain(office, limit=steps, progress=progress)
    if not may_create and not pushed.delivered.paused_because:
        pushed.delivered.paused_because = f"No account was created: {why_not}"
    pushed.waiting = waiting(office.division)
    return pushed


def _settled(office: Office) -> tuple[bool, str]:
    """Settle the customers; return whether that worked, and why not."""
    try:
        settle_customers(office)
    except ExactDisconnectedError:
        raise
    except ExactError as error:
        return False, str(error)
    return True, ""


def settle_customers(office: Office) -> None:
    """Match the customers of released documents that have no account; create on fresh data alone.

    One mirror for the whole batch: an account that somebody made in Exact an hour ago must be
    found before we make another.
    """
    now, division = office.clock.now(), office.division
    released = Invoice.objects.released().of(division)
    unlinked = Customer.objects.without_link(division).filter(invoices__in=released)
    unjudged = unlinked.exclude(standings__division=division)
    creating = Customer.objects.to_create(division).filter(
        Q(pk__in=unlinked.values("pk"))
        | Q(pk__in=Customer.objects.wanted_in(division).values("pk"))
    )
    creating = creating.exclude(pk__in=_asked_for(division))
    if not (creating.exists() or unjudged.exists()):
        return
    mirror(division, office.exact, now=now)
    match(
        division,
        now=now,
        customers=Customer.objects.filter(pk__in=[*_ids(creating), *_ids(unjudged)]),
    )


def _asked_for(division: Division) -> QuerySet[OutboxEntry, int | None]:
    """Return the customers for whom an account is in the outbox."""
    accounts = OutboxEntry.objects.filter(
        division=division, kind=OutboxEntry.Kind.ACCOUNT, customer__isnull=False
    )
    return accounts.exclude(state=OutboxEntry.State.CANCELLED).values_list("customer_id", flat=True)


def _ids(customers: CustomerQuerySet) -> list[int]:
    return list(customers.values_list("pk", flat=True).distinct())


def waiting(division: Division) -> Counter[str]:
    """Count the documents of a division that are not booked, by state."""
    states = (
        Invoice.objects.of(division).exclude(state__in=IN_THE_BOOKS).values_list("state", flat=True)
    )
    return Counter(states)
