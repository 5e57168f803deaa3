"""Routes as an administrator sets them: what comes from where, and which division books it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction

from exact_client.models import Division
from sync.models import Invoice, Route
from sync.rules.ledger import Problem
from sync.rules.routing import RouteCell, find_division
from sync.services.delivery import prepare
from sync.services.ledger import demand
from sync.services.ledger.demand import Demand

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from sync.models.documents import InvoiceQuerySet


def active() -> QuerySet[Route]:
    """Return the routes that are in use, with their divisions."""
    return Route.objects.filter(is_active=True).select_related("division")


def traffic() -> dict[RouteCell, Demand]:
    """Return where documents of which nothing was sent come from, and how many."""
    waiting = Invoice.objects.before_the_outbox().order_by()
    return {RouteCell(*cell): wanted for cell, wanted in demand.by(waiting, RouteCell._fields)}


def unrouted(coming: Mapping[RouteCell, Demand] | None = None) -> dict[RouteCell, Demand]:
    """Return what no route leads anywhere, with the documents that wait for one."""
    chosen = set(Division.objects.chosen().values_list("pk", flat=True))
    routes = {RouteCell(row.billing_entity, row.location): row.division_id for row in active()}
    coming = traffic() if coming is None else coming
    return {
        cell: wanted
        for cell, wanted in coming.items()
        if isinstance(find_division(cell, routes, chosen), Problem)
    }


def save(chosen: Mapping[RouteCell, Division | None]) -> None:
    """Lead what comes from each cell to its division; None takes the route out of use.

    Documents of which nothing was sent move along.
    """
    with transaction.atomic():
        for cell, division in chosen.items():
            if division is None:
                Route.objects.filter(**cell._asdict()).update(is_active=False)
            else:
                values = {"division": division, "is_active": True}
                Route.objects.update_or_create(**cell._asdict(), defaults=values)
        follow()


def follow(invoices: InvoiceQuerySet | None = None) -> None:
    """Let these documents, or all that wait, go to the division that their route leads to."""
    for division in Division.objects.chosen():
        prepare.refresh(division, invoices)
