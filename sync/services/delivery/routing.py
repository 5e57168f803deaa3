"""Give each waiting document to the division that books it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from exact_client.models import Division
from sync.models import Invoice, InvoiceState, OutboxEntry, Route
from sync.rules.ledger import Problem
from sync.rules.routing import RouteCell, find_division

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from sync.models.documents import InvoiceQuerySet


def assign(invoices: InvoiceQuerySet | None = None) -> None:
    """Write its division on each of these documents of which nothing was sent yet.

    By default on all. One that no route fits needs a mapping, and says so.
    """
    waiting = (Invoice.objects.all() if invoices is None else invoices).before_the_outbox()
    kinds = waiting.order_by().values_list("billing_entity", "location", "division").distinct()
    found = list(kinds)
    if not found:
        return
    decide = _decider()
    for *cell, now in found:
        _give(waiting, RouteCell(*cell), now, decide(RouteCell(*cell)))


def booked_by(division: Division, invoices: InvoiceQuerySet) -> InvoiceQuerySet:
    """Return those of these documents that this division books, or will once they are assigned."""
    new = invoices.filter(division=None).order_by()
    cells = list(new.values_list("billing_entity", "location").distinct())
    decide = _decider() if cells else None
    here = Q(division=division)
    for cell in (RouteCell(*values) for values in cells):
        if decide is not None and decide(cell) == division.pk:
            here |= Q(division=None, **cell._asdict())
    return invoices.filter(here)


def leads_elsewhere(invoice: Invoice) -> bool:
    """Whether its route leads to another division by now than the one that it was given to."""
    found = _decider()(RouteCell(invoice.billing_entity, invoice.location))
    is_other = isinstance(found, int) and found != invoice.division_id
    return is_other and not _may_stand().filter(invoice=invoice).exists()


def _may_stand() -> QuerySet[OutboxEntry]:
    """Return the entries that a division may be holding, though they were given up.

    Only there can they be looked for; so their document stays there until it is undone, or until
    a look that a person asked for finds nothing.
    """
    undone = OutboxEntry.objects.filter(undoes=OuterRef("pk"), state=OutboxEntry.State.DONE)
    sent = OutboxEntry.objects.filter(
        Q(was_unknown=True) | ~Q(remote_number=""),
        kind=OutboxEntry.Kind.SALES_ENTRY,
        attempts__gt=0,
        retry_wanted=False,
    )
    return sent.exclude(Exists(undone))


def _decider() -> Callable[[RouteCell], int | Problem]:
    divisions = set(Division.objects.chosen().values_list("pk", flat=True))
    routes = {
        RouteCell(route.billing_entity, route.location): route.division_id
        for route in Route.objects.filter(is_active=True)
    }
    return lambda cell: find_division(cell, routes, divisions)


def _give(waiting: InvoiceQuerySet, cell: RouteCell, now: int | None, found: int | Problem) -> None:
    if found == now:
        return
    here = waiting.filter(**cell._asdict(), division=now)
    if now is not None:  # it may have been sent from there
        here = here.exclude(Exists(_may_stand().filter(invoice=OuterRef("pk"))))
    if isinstance(found, Problem):
        here.update(division=None, state=InvoiceState.NEEDS_MAPPING, reason=found.sentence)
    else:
        here.update(division=found)
