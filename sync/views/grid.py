"""The tables of cells, G/L accounts and VAT codes: to see and to fill in, whole or cell by cell."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import InvalidOperation
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts_link.division import the_division
from sync.models import Invoice, InvoiceState
from sync.services.ledger import grid as cells
from sync.services.ledger.books import books_of
from sync.tasks import nudge, prepare
from sync.views import gl_grid, vat_matrix
from sync.views.common import may_see, may_set_up, person
from sync.views.fields import choices_of, name_of
from sync.views.slots import Asked, Grid, changed, in_place
from sync.views.undo import remember, remembered

if TYPE_CHECKING:
    from exact_client.models import Division
    from sync.services.ledger.mapping import Cell, Choices

GRIDS = {"gl": gl_grid.grid, "vat": vat_matrix.grid}


@require_safe
@may_see
def grid(request: HttpRequest, kind: str) -> HttpResponse:
    """Show the whole table; a phone shows one column of it."""
    show = request.GET.get("show")
    asked = Asked(request.GET.get("cell", ""), show == "open", show == "every")
    return _page(request, kind, asked)


def _page(request: HttpRequest, kind: str, asked: Asked, status: int = 200) -> HttpResponse:
    division = the_division(request)
    found = _grid(division, kind, asked)
    context = {
        "grid": found,
        "lines": found.narrowed(only_open=asked.only_open),
        "asked": asked,
        "at": found.column_for(request.GET.get("at")),
        "undo": remembered(request, division),
        "save_url": _save_url(request, kind),
    }
    return render(request, f"sync/grid_{kind}.html", context, status=status)


def _grid(division: Division, kind: str, asked: Asked | None = None) -> Grid:
    if kind not in GRIDS:
        raise Http404
    return GRIDS[kind](division, books_of(division), asked or Asked())


@require_POST
@may_set_up
def save(request: HttpRequest, kind: str) -> HttpResponse:
    """Save all cells that were changed; when a code can't be, say so at its cell and save none."""
    division = the_division(request)
    typed = _typed(request, kind)
    before = books_of(division).mappings
    chosen = cells.differing(_chosen(division, typed), before)
    faults = cells.save(division, chosen)
    if faults:
        return _page(request, kind, Asked(typed=typed, faults=_by_name(kind, faults)), 422)
    count = len(cells.changes(chosen, before))
    if count:
        remember(request, division, _spoken(count), cells.as_mapped(chosen, before))
    messages.success(request, f"{_spoken(count)} Documents that waited have moved on.")
    return redirect("sync:grid", kind)


def _spoken(count: int) -> str:
    return f"{count} cells saved." if count != 1 else "1 cell saved."


@require_POST
@may_set_up
def save_cell(request: HttpRequest, kind: str) -> HttpResponse:
    """Save one cell for htmx; answer with it and with every other cell that it changes."""
    division = the_division(request)
    typed = dict(list(_typed(request, kind).items())[:1])
    before = _grid(division, kind)
    waiting = Invoice.objects.filter(state=InvoiceState.NEEDS_MAPPING)
    faults = cells.save(division, _chosen(division, typed), documents=waiting)
    nudge(prepare)  # all the others, which need not keep a person waiting
    asked = Asked(typed=typed if faults else {}, faults=_by_name(kind, faults))
    after = _grid(division, kind, asked)
    here = [slot for slot in after.slots if slot.name in typed]
    others = [slot for slot in changed(before, after) if slot.name not in typed]
    context = {"slots": here, "others": others, "save_url": _save_url(request, kind)}
    return render(request, "sync/_slots.html", context)


def _save_url(request: HttpRequest, kind: str) -> str:
    """Return where a cell is saved, for who may; once for all cells of a large table."""
    return (
        reverse("sync:grid-cell", args=[kind])
        if person(request).has_perm("sync.change_bookingsettings")
        else ""
    )


def _typed(request: HttpRequest, kind: str) -> dict[str, str]:
    fields = {name: str(code) for name, code in request.POST.items()}
    return {name: code for name, code in fields.items() if name.startswith(f"{kind}/")}


def _chosen(division: Division, typed: Mapping[str, str]) -> Choices:
    """Read the fields; a field of this table that makes no sense is a page that is none of ours."""
    ledger = books_of(division).ledger
    known = {**ledger.gl_accounts, **ledger.vat_codes}
    try:
        return choices_of({name: cells.code_in(code, known) for name, code in typed.items()})
    except InvalidOperation as error:
        raise Http404 from error


def _by_name(kind: str, faults: Mapping[Cell, str]) -> dict[str, str]:
    return {name_of(kind, cell): in_place(sentence) for cell, sentence in faults.items()}
