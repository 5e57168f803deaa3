"""The routes: which chosen division books what comes from a billing entity or a location."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts_link.division import chosen_divisions
from exact_client.models import Division
from sync.rules.ledger import ANY
from sync.rules.routing import FALLBACKS, RouteCell
from sync.services.ledger import demand, routes
from sync.services.ledger.demand import Demand
from sync.views.common import may_see, may_set_up
from sync.views.fields import id_of, name_of

LONGEST = {"billing_entity": 60, "location": 30}


@dataclass(frozen=True, slots=True)
class Row:
    """One route, or a place where one could be."""

    cell: RouteCell
    division: Division | None  # its own
    follows: str  # where its documents go while it has none
    problem: str
    arriving: Demand  # documents for which this very row decides
    waiting: Demand  # documents that no row leads anywhere

    @property
    def name(self) -> str:
        """The name of its field."""
        return name_of("route", self.cell)

    @property
    def id(self) -> str:
        """Its place on the page."""
        return id_of(self.name)

    @property
    def title(self) -> str:
        """What it is for, in words."""
        entity, place = self.cell
        return " at ".join(filter(None, (entity, place))) or "Everything else"

    @property
    def detail(self) -> str:
        """Which kind of row it is."""
        kinds = {(True, True): "Both", (True, False): "Billing entity", (False, True): "Location"}
        return kinds.get((bool(self.cell.billing_entity), bool(self.cell.location)), "")


@require_safe
@may_see
def show(request: HttpRequest) -> HttpResponse:
    """Show every route, how many documents go by it, and what finds none."""
    divisions = chosen_divisions(request)
    rows = list(_rows(divisions))
    context = {
        "rows": rows,
        "divisions": divisions,
        "waiting": demand.added(row.waiting for row in rows),
        "most": LONGEST,
    }
    return render(request, "sync/routes.html", context)


def _rows(divisions: list[Division]) -> Iterator[Row]:
    coming = routes.traffic()
    lost = routes.unrouted(coming)
    led = {RouteCell(row.billing_entity, row.location): row.division for row in routes.active()}
    deciding: dict[RouteCell, list[Demand]] = {}
    for cell, wanted in coming.items():
        if cell not in lost:
            decides = _decides(cell, led, divisions) or RouteCell(ANY, ANY)
            deciding.setdefault(decides, []).append(wanted)
    for cell in sorted(
        _cells(coming, led, lost), key=lambda cell: (cell in lost, *map(bool, cell), cell)
    ):
        own, source = led.get(cell), _decides(cell, led, divisions, but=cell)
        alone = divisions[0] if len(divisions) == 1 else None
        follows = led[source] if source else alone
        gone = own is not None and own not in divisions
        yield Row(
            cell,
            own,
            f"As {follows}" if follows else "Not yet chosen",
            f"{own} is not chosen in the set-up: nothing goes there." if gone else "",
            demand.added(deciding.get(cell, [])),
            lost.get(cell, Demand()),
        )


def _cells(*known: Mapping[RouteCell, object]) -> set[RouteCell]:
    """Return a row for everything, for each billing entity and location, and for known pairs."""
    coming, led, lost = (set(cells) for cells in known)
    single = {RouteCell(cell.billing_entity, ANY) for cell in coming | led}
    single |= {RouteCell(ANY, cell.location) for cell in coming | led}
    return {RouteCell(ANY, ANY)} | single | led | lost


def _decides(
    cell: RouteCell,
    led: Mapping[RouteCell, Division],
    divisions: list[Division],
    but: RouteCell | None = None,
) -> RouteCell | None:
    """Return the route that decides for this cell, as the rules look for it."""
    for kept in FALLBACKS:
        wider = RouteCell(*(getattr(cell, name) if name in kept else ANY for name in cell._fields))
        if wider != but and led.get(wider) in divisions:
            return wider
    return None


@require_POST
@may_set_up
def save(request: HttpRequest) -> HttpResponse:
    """Save the routes; only a division that we work with can be led to."""
    divisions = {str(division.pk): division for division in chosen_divisions(request)}
    chosen: dict[RouteCell, Division | None] = {}
    for name, code in request.POST.items():
        kind, *parts = name.split("/")
        if kind == "route" and len(parts) == len(LONGEST) and (not code or code in divisions):
            chosen[RouteCell(*map(unquote, parts))] = divisions.get(str(code))
    added = RouteCell(
        *(request.POST.get(name, "").strip()[:most] for name, most in LONGEST.items())
    )
    if any(added) and request.POST.get("division") in divisions:
        chosen[added] = divisions[request.POST["division"]]
    routes.save(chosen)
    messages.success(request, "Routes saved. Documents that were not sent yet have moved along.")
    return redirect("sync:routes")
