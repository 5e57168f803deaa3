"""Give each waiting document to the division that books it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exact_client.models import Division
from sync.models import Invoice, InvoiceState, Route
from sync.rules.ledger import Problem
from sync.rules.routing import RouteCell, find_division

if TYPE_CHECKING:
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
    divisions = set(Division.objects.chosen().values_list("pk", flat=True))
    routes = _routes()
    for *cell, now in found:
        _give(waiting, RouteCell(*cell), now, find_division(RouteCell(*cell), routes, divisions))


def _routes() -> dict[RouteCell, int]:
    return {
        RouteCell(route.billing_entity, route.location): route.division_id
        for route in Route.objects.filter(is_active=True)
    }


def _give(waiting: InvoiceQuerySet, cell: RouteCell, now: int | None, found: int | Problem) -> None:
    here = waiting.filter(**cell._asdict(), division=now)
    if isinstance(found, Problem):
        here.update(division=None, state=InvoiceState.NEEDS_MAPPING, reason=found.sentence)
    elif found != now:
        here.update(division=found)
