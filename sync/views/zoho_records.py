"""The list of a module on both sides, as a page and as a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts_link.imports.export import Value, write_csv
from sync.models import ModuleSync
from sync.views.common import Tab, asks_a_part
from sync.views.zoho_common import may_use_zoho, the_sync
from sync.views.zoho_lists import WORDS, RecordFilter, Row, counts, every_row, page_of_records
from sync.views.zoho_places import MODULES, SLUGS

if TYPE_CHECKING:
    from collections.abc import Iterable

HEADINGS = ("Name", "State", "Why", "Exact ID", "Name in Exact", "Changed in Exact", "Zoho ID",
            "Name in Zoho", "Changed in Zoho", "Paired by", "Paired on")  # fmt: skip
ALWAYS_SHOWN = {"all", "equal", "coming"}


@require_safe
@may_use_zoho
@vary_on_headers("HX-Request")
def records(request: HttpRequest, module: str) -> HttpResponse:
    """Show the pairs of a module and what has none, with where each stands and why."""
    held = _module(module)
    filters = RecordFilter.of(request.GET)
    known = counts(held.sync, held.module).get(held.module, Counter())
    total = known.total() if filters.state_asked == "all" else known[filters.state_asked]
    context = {
        "module": held,
        "filters": filters,
        "page": page_of_records(held.sync, held.module, filters, total),
        "tabs": _tabs(filters, known),
        "slug": module,
        "is_document": held.module in {"Invoices", "Sales_Orders"},
        "modules": [(slug, name.label) for name, slug in SLUGS.items()],
    }
    part = "_list" if asks_a_part(request) else "records"
    return render(request, f"sync/zoho/{part}.html", context)


@require_safe
@may_use_zoho
def export(request: HttpRequest, module: str) -> HttpResponse:
    """Hand out the list as it is asked for, all pages of it, for a spreadsheet."""
    held = _module(module)
    rows = every_row(held.sync, held.module, RecordFilter.of(request.GET))
    lines = write_csv(chain([HEADINGS], _cells(rows)), for_excel=True)
    response = HttpResponse(lines, content_type="text/csv")
    name = f"zoho-{module}-{timezone.localdate()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _module(slug: str) -> ModuleSync:
    if slug not in MODULES:
        raise Http404
    rows = ModuleSync.objects.select_related("sync")
    return get_object_or_404(rows, sync=the_sync(), module=MODULES[slug])


def _tabs(filters: RecordFilter, known: Counter[str]) -> list[Tab]:
    asked, numbers = filters.state_asked, Counter({**known, "all": known.total()})
    return [
        Tab(key, words, numbers[key], key == asked)
        for key, words in filters.STATES
        if numbers[key] or key in {*ALWAYS_SHOWN, asked}
    ]


def _cells(rows: Iterable[Row]) -> Iterator[list[Value]]:
    for row in rows:
        exact, zoho, pair = row.exact, row.zoho, row.pair
        yield [
            row.name,
            WORDS[row.tab],
            row.reason,
            *_side(exact),
            *_side(zoho),
            pair.get_rule_display() if pair else "",
            timezone.localdate(pair.paired_at) if pair else None,
        ]


def _side(record: Any) -> list[Value]:
    if record is None:
        return ["", "", None]
    changed = record.modified_at and timezone.localdate(record.modified_at)
    return [record.key, record.name, changed]
