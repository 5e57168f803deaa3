"""One record of Zoho or Exact beside its other half, and what a person does about the two."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from sync.models import Conflict, ExactRecord, Pair, PairEvent, RemoteRecord, Signal, ZohoRecord
from sync.rules.zoho.modules import Module
from sync.services.zoho.pairing import people
from sync.views.common import asks_a_part, may_change, person, way_back
from sync.views.zoho_beside import beside
from sync.views.zoho_common import may_use_zoho, the_sync
from sync.views.zoho_lists import Row
from sync.views.zoho_places import SIDES, in_exact, in_zoho, list_url, record_url, side_of

if TYPE_CHECKING:
    from sync.models import ZohoSync

Standing = RemoteRecord.Standing
EVENTS_SHOWN = 20
FOUND_AT_MOST = 8  # answers of the picker
SHORTEST = 2  # letters: one finds everybody
SETTLED_BY_SWITCH = (Standing.STAYS, Standing.REVIEW)  # a person may say that it is new


@require_safe
@may_use_zoho
@vary_on_headers("HX-Request")
def record(request: HttpRequest, side: str, pk: int) -> HttpResponse:
    """Show a record, its other half, why it stands where it stands, and what can be done."""
    sync = the_sync()
    row = row_of(_found(sync, side, pk))
    find = request.GET.get("find", "")
    context = {
        "row": row,
        "side": side_of(row.record),
        "module": sync.modules.get(module=row.record.module),
        "list_url": list_url(row.record.module),
        "find": find,
        "found": _others_named(row, find),
        "in_panel": asks_a_part(request),
    }
    if asks_a_part(request) and request.headers.get("HX-Target") == "found":
        return render(request, "sync/zoho/_found.html", context)
    part = "_panel" if asks_a_part(request) else "record"
    return render(request, f"sync/zoho/{part}.html", context | _around(sync, row))


def row_of(record: ExactRecord | ZohoRecord) -> Row:
    """Return a record with its pair, if it has one."""
    pair = getattr(record, "pair", None)
    if pair is not None:
        return Row(pair.exact, pair.zoho, pair)
    return Row(record, None) if isinstance(record, ExactRecord) else Row(None, record)


def _around(sync: ZohoSync, row: Row) -> dict[str, Any]:
    module = sync.modules.get(module=row.record.module)
    return {
        "beside": beside(module, row.exact, row.zoho),
        "candidates": _candidates(row),
        "events": _events(row),
        "conflicts": Conflict.objects.filter(pair=row.pair).select_related("chosen_by")
        if row.pair
        else [],
        "signals": _signals(row),
        "in_zoho": in_zoho(sync, row.zoho),
        "mend_in_zoho": in_zoho(sync, row.zoho, edit=True),
        "in_exact": in_exact(sync, row.exact),
        "may_be_new": _may_be_new(row),
    }


def _candidates(row: Row) -> QuerySet[Any]:
    offered = row.record.candidates.filter(is_rejected=False)
    return offered.select_related("exact", "zoho")


def _events(row: Row) -> QuerySet[PairEvent]:
    about = Q()
    if row.exact:
        about |= Q(exact_key=row.exact.key)
    if row.zoho:
        about |= Q(zoho_key=row.zoho.key)
    record = row.record
    events = PairEvent.objects.filter(about, sync=record.sync_id, module=record.module)
    return events.select_related("by")[:EVENTS_SHOWN]


def _signals(row: Row) -> QuerySet[Signal]:
    """Return what else is to be known: a signal that says what the page says anyway is left out."""
    about = Q()
    for one in filter(None, (row.exact, row.zoho)):
        page = record_url(one)
        about |= Q(url=page) | Q(url__startswith=f"{page}#")
    return Signal.objects.open().filter(about).exclude(advice=row.reason[:500])


def _may_be_new(row: Row) -> bool:
    """Whether a person may say that the other side lacks it; a status keeps it out even so."""
    record = row.record
    if row.pair or record.gone_at or record.called_new_at:
        return False
    is_kept_out = record.module == Module.INVOICES and record.standing == Standing.STAYS
    return record.standing in SETTLED_BY_SWITCH and not is_kept_out


def _others_named(row: Row, text: str) -> list[Any] | None:
    """Return records of the other side that a person may mean; None when too little was typed."""
    if row.pair or len(text.strip()) < SHORTEST:
        return None
    copies: Any = ZohoRecord if isinstance(row.record, ExactRecord) else ExactRecord
    others = copies.objects.filter(sync=row.record.sync_id, module=row.record.module, gone_at=None)
    named = others.filter(Q(name__icontains=text.strip()) | Q(key=text.strip()))
    return list(named.select_related("pair").order_by("name", "pk")[:FOUND_AT_MOST])


# --- The buttons -------------------------------------------------------------------------------


@require_POST
@may_use_zoho
@may_change
def pair(request: HttpRequest) -> HttpResponse:
    """Make a record of Exact and one of Zoho a pair."""
    exact, zoho = _both(request)
    told = f"“{exact}” and “{zoho}” are a pair now. The next run makes them equal."
    return _do(request, lambda: people.pair_by_hand(exact, zoho, person(request), _now()), told)


@require_POST
@may_use_zoho
@may_change
def reject(request: HttpRequest) -> HttpResponse:
    """Say that two records are not the same."""
    exact, zoho = _both(request)
    told = f"“{exact}” and “{zoho}” are not the same: they are not offered again."
    return _do(request, lambda: people.reject(exact, zoho, person(request), _now()), told)


@require_POST
@may_use_zoho
@may_change
def part(request: HttpRequest) -> HttpResponse:
    """Undo a pair; nothing changes on either side."""
    pairs = Pair.objects.select_related("exact", "zoho").filter(sync=the_sync())
    held = get_object_or_404(pairs, pk=_number(request, "pair"))
    told = f"“{held.exact}” and “{held.zoho}” are no pair any more. Neither side was changed."
    return _do(request, lambda: people.part(held, person(request), _now()), told)


@require_POST
@may_use_zoho
@may_change
def call_new(request: HttpRequest) -> HttpResponse:
    """Say that the other side does not have a record: the next run makes it there."""
    found = _found(the_sync(), request.POST.get("side", ""), _number(request, "record"))
    there = "Zoho" if isinstance(found, ExactRecord) else "Exact"
    told = f"“{found}” is new: the next run makes it in {there}, once nothing is missing."
    return _do(request, lambda: people.create_anyway(found, person(request), _now()), told)


def _do(request: HttpRequest, done: Callable[[], object], told: str) -> HttpResponse:
    """Do it and say so, or say why not; go back to where the button was."""
    try:
        done()
    except people.PairingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, told)
    return redirect(way_back(request, "sync:zoho"))


def _both(request: HttpRequest) -> tuple[ExactRecord, ZohoRecord]:
    sync = the_sync()
    exact = get_object_or_404(ExactRecord, sync=sync, pk=_number(request, "exact"))
    return exact, get_object_or_404(ZohoRecord, sync=sync, pk=_number(request, "zoho"))


def _found(sync: ZohoSync, side: str, pk: int) -> ExactRecord | ZohoRecord:
    if side not in SIDES:
        raise Http404
    copies: Any = SIDES[side]
    rows = copies.objects.select_related("pair__exact", "pair__zoho", "pair__paired_by")
    found: ExactRecord | ZohoRecord = get_object_or_404(rows, sync=sync, pk=pk)
    return found


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):  # noqa: PLR2004 - what a key holds
        raise Http404
    return int(text)


def _now() -> Any:
    return timezone.now()
