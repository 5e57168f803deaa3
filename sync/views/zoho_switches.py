"""The switches of Zoho ↔ Exact: what each lets in, and who falls in and out before it is turned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sync import tasks
from sync.models import ModuleSync, Run, ZohoSync
from sync.rules.zoho.field_rules import Side
from sync.rules.zoho.modules import Module
from sync.services.zoho import choosing, setup
from sync.services.zoho.standings import Standings, standings
from sync.views.common import may_set_up, person, start
from sync.views.zoho_common import may_use_zoho, the_sync

PAGE = "sync:zoho-switches"
ON = "on"
SIDES = {Side.EXACT: "From Exact to Zoho", Side.ZOHO: "From Zoho to Exact"}
WHEN_ON = {
    Module.ACCOUNTS: "Every new account crosses; of Exact, those that are customers.",
    Module.CONTACTS: "Every new contact of an account that is on both sides crosses.",
    Module.PRODUCTS: "Every new product crosses.",
    Module.INVOICES: "Every new invoice crosses; of Zoho, those in a status that crosses.",
    Module.SALES_ORDERS: "Every new order of an account that is on both sides crosses.",
}
WHEN_OFF = {
    Module.ACCOUNTS: "An account crosses with an invoice or order that is synchronised.",
    Module.CONTACTS: "A contact crosses when an invoice or order of it, or of its account, does.",
    Module.PRODUCTS: "A product crosses with an invoice or order that is synchronised.",
    Module.INVOICES: "An invoice crosses when its account or its order is synchronised.",
    Module.SALES_ORDERS: "An order crosses when its account or an invoice of it is synchronised.",
}


@dataclass(frozen=True, slots=True)
class SideRow:
    """One side of a module: how many stand where, and how fresh our copies are."""

    words: str
    counts: Standings
    read_at: datetime | None
    told_at: datetime | None  # when that side last posted us a change


@dataclass(frozen=True, slots=True)
class SwitchRow:
    """One module with its switch."""

    module: ModuleSync
    meaning: str
    sides: tuple[SideRow, SideRow]


@require_safe
@may_use_zoho
def show(request: HttpRequest) -> HttpResponse:
    """Show each switch in words, who stands where, and how fresh each side is."""
    sync = the_sync()
    counts = standings(sync)
    found = {one.module: one for one in sync.modules.all()}
    rows = [_row(found[name], counts) for name in Module if name in found]
    return render(request, "sync/zoho/switches.html", {"sync": sync, "rows": rows})


def _row(module: ModuleSync, counts: dict[tuple[str, Side], Standings]) -> SwitchRow:
    exact, zoho = (counts.get((module.module, side), Standings()) for side in Side)
    return SwitchRow(
        module,
        _meaning(module, is_on=module.is_on),
        (
            SideRow("Exact", exact, module.exact_read_at, module.exact_told_at),
            SideRow("Zoho", zoho, module.zoho_read_at, module.zoho_told_at),
        ),
    )


def _meaning(module: ModuleSync, *, is_on: bool) -> str:
    return (WHEN_ON if is_on else WHEN_OFF)[Module(module.module)]


@require_http_methods(["GET", "HEAD", "POST"])
@may_set_up
def turn(request: HttpRequest, module: str) -> HttpResponse:
    """Show who would fall in and out if a switch were turned; turn it once that was seen."""
    sync = the_sync()
    row = get_object_or_404(ModuleSync, sync=sync, module=module)
    if request.method == "POST":
        return _turned(request, sync, row)
    is_on = not row.is_on
    falls = choosing.who_falls(sync, row.module, is_on=is_on)
    context = {
        "sync": sync,
        "module": row,
        "is_on": is_on,
        "meaning": _meaning(row, is_on=is_on),
        "sides": [(words, falls[side]) for side, words in SIDES.items()],
        "changes": sum(one.changes for one in falls.values()),
        "was_read": row.exact_read_at or row.zoho_read_at,
    }
    return render(request, "sync/zoho/turn.html", context)


def _turned(request: HttpRequest, sync: ZohoSync, row: ModuleSync) -> HttpResponse:
    is_on = request.POST.get("to") == ON
    setup.switch(sync, row, is_on=is_on, by=person(request))
    words = f"Sync {'On' if is_on else 'Off'} for {row}."
    if sync.state == ZohoSync.State.RUNNING:
        start(request, Run.Job.ZOHO, tasks.sync_zoho)
        words += " A run that looks at all records anew was asked for."
    messages.success(request, words)
    return redirect(PAGE)
