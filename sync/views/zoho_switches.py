"""The switches of Zoho ↔ Exact: what each lets in, and who falls in and out before it is turned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sync import tasks
from sync.models import Module as ModuleName
from sync.models import ModuleSync, RemoteRecord, Run, ZohoSync
from sync.rules.zoho.field_rules import Side
from sync.rules.zoho.modules import Module
from sync.services.zoho.pairing import choosing
from sync.services.zoho.set_up import setup
from sync.services.zoho.set_up.standings import Standings, standings
from sync.services.zoho.telling import being_told
from sync.services.zoho.telling.being_told import Freshness
from sync.views.common import may_set_up, person, start
from sync.views.zoho_common import may_use_zoho, the_sync
from sync.views.zoho_lists import FOR_A_PERSON, TAB_OF_STANDING
from sync.views.zoho_places import SLUGS

Standing = RemoteRecord.Standing

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
class Count:
    """How many records of a side stand somewhere, and the tab of the list that shows them."""

    words: str
    tab: str
    number: int
    is_urgent: bool  # it waits for a person


@dataclass(frozen=True, slots=True)
class SideRow:
    """One side of a module: who stands where, and how fresh our copies are."""

    words: str
    total: int
    counts: list[Count]
    read_at: datetime | None
    told_at: datetime | None  # when that side last posted us a change
    tells: bool  # whether it posts us its changes


@dataclass(frozen=True, slots=True)
class SwitchRow:
    """One module with its switch."""

    module: ModuleSync
    slug: str
    meaning: str
    sides: tuple[SideRow, SideRow]


@require_safe
@may_use_zoho
def show(request: HttpRequest) -> HttpResponse:
    """Show each switch in words, who stands where, and how fresh each side is."""
    sync = the_sync()
    counts = standings(sync)
    told = {one.module.module: one for one in being_told.freshness(sync)}
    found = {one.module: one for one in sync.modules.defer("fields")}
    context = {
        "sync": sync,
        "rows": [_row(found[name], counts, told.get(name)) for name in Module if name in found],
        "polling": being_told.why_polling_alone(),
    }
    return render(request, "sync/zoho/switches.html", context)


def _row(
    module: ModuleSync, counts: dict[tuple[str, Side], Standings], told: Freshness | None
) -> SwitchRow:
    exact, zoho = (counts.get((module.module, side), Standings()) for side in Side)
    exact_tells = told is not None and told.exact_tells
    zoho_tells = told is not None and told.zoho_tells_until is not None
    return SwitchRow(
        module,
        SLUGS[ModuleName(module.module)],
        _meaning(module, is_on=module.is_on),
        (
            _side("Exact", exact, (module.exact_read_at, module.exact_told_at), tells=exact_tells),
            _side("Zoho", zoho, (module.zoho_read_at, module.zoho_told_at), tells=zoho_tells),
        ),
    )


def _side(
    words: str, held: Standings, at: tuple[datetime | None, datetime | None], *, tells: bool
) -> SideRow:
    counts = [
        Count(word, tab, number, tab in FOR_A_PERSON)
        for standing, word, number in held.by_word
        for tab in ["all" if standing == Standing.PAIRED else TAB_OF_STANDING[standing]]
    ]
    return SideRow(words, held.total, counts, *at, tells)


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
