"""The queue of records that may be the same on both sides, and that only a person can tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Value
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts_link.paging import SIZE, Page
from sync.models import ExactRecord, ModuleSync, PairCandidate, RemoteRecord, ZohoRecord
from sync.views.common import Tab
from sync.views.zoho_beside import Beside, beside
from sync.views.zoho_common import may_use_zoho, the_sync
from sync.views.zoho_lists import within
from sync.views.zoho_places import MODULES, SLUGS, side_of

if TYPE_CHECKING:
    from sync.models import ZohoSync

REVIEW = RemoteRecord.Standing.REVIEW
COPIES: dict[str, Any] = {"exact": ExactRecord, "zoho": ZohoRecord}
SHOWN_AT_MOST = 5  # candidates of one record


@dataclass(frozen=True, slots=True)
class Case:
    """A record of the queue."""

    record: ExactRecord | ZohoRecord

    @property
    def key(self) -> str:
        """What it is asked for by."""
        return f"{side_of(self.record)}-{self.record.pk}"


@dataclass(frozen=True, slots=True)
class Offer:
    """A candidate of the chosen record, with both sides beside each other."""

    candidate: PairCandidate
    sides: Beside
    n: int


@require_safe
@may_use_zoho
def review(request: HttpRequest) -> HttpResponse:
    """Show what waits, and one of it beside those that it may be."""
    sync = the_sync()
    numbers = waiting(sync)
    slug = request.GET.get("module", "")
    module = MODULES.get(slug, "")
    total = numbers.get(module, 0) if module else sum(numbers.values())
    page = _page(_queue(sync, module), request.GET.get("page"), total)
    chosen = _chosen(page, request.GET.get("record"))
    context = {
        "page": page,
        "tabs": _tabs(numbers, slug if module else ""),
        "chosen": chosen,
        "offers": _offers(sync, chosen) if chosen else [],
        "next_url": _after(request, page, chosen),
        "slug": SLUGS[MODULES[slug]] if module else "",
    }
    return render(request, "sync/zoho/review.html", context)


def _waiting(side: str, sync: ZohoSync, module: str = "") -> QuerySet[Any]:
    """Return what waits on one side: of two that may be the same, that of Zoho is shown."""
    rows: QuerySet[Any] = COPIES[side].objects.filter(sync=sync, standing=REVIEW, pair=None)
    rows = rows.filter(module=module) if module else rows
    if side == "exact":
        offered = PairCandidate.objects.filter(exact=OuterRef("pk"), is_rejected=False)
        rows = rows.exclude(Exists(offered.filter(zoho__standing=REVIEW)))
    return rows.order_by()


def waiting(sync: ZohoSync) -> dict[str, int]:
    """Return how many cases wait for a person, by module; two that may be the same are one."""
    found: dict[str, int] = {}
    for side in COPIES:
        for module, number in _waiting(side, sync).values_list("module").annotate(Count("pk")):
            found[module] = found.get(module, 0) + number
    return found


def _queue(sync: ZohoSync, module: str) -> QuerySet[Any, Any]:
    parts = [
        _waiting(side, sync, module)
        .annotate(sort=Lower("name"), kind=Value(place, IntegerField()))
        .values_list("module", "sort", "kind", "id")
        for place, side in enumerate(COPIES)
    ]
    every: QuerySet[Any, Any] = parts[0].union(*parts[1:], all=True)
    return every.order_by("module", "sort", "kind", "id")


def _page(queue: QuerySet[Any, Any], asked: object, total: int) -> Page[Any]:
    number = within(asked, total)
    places = [(kind, pk) for *_, kind, pk in queue[(number - 1) * SIZE : number * SIZE]]
    found: dict[tuple[int, int], Any] = {}
    for place, copies in enumerate(COPIES.values()):
        keys = [pk for kind, pk in places if kind == place]
        found |= {(place, pk): one for pk, one in copies.objects.in_bulk(keys).items()}
    return Page([Case(found[place]) for place in places if place in found], number, total)


def _tabs(numbers: dict[str, int], asked: str) -> list[Tab]:
    words = [
        Tab(slug, module.label, numbers.get(module, 0), slug == asked)
        for module, slug in SLUGS.items()
        if numbers.get(module) or slug == asked
    ]
    return [Tab("", "All", sum(numbers.values()), not asked), *words]


def _chosen(page: Page[Any], asked: str | None) -> Case | None:
    by_key = {case.key: case for case in page.rows}
    return by_key.get(asked or "") or next(iter(page.rows), None)


def _offers(sync: ZohoSync, chosen: Case) -> list[Offer]:
    """Return whom the record may be, best first, compared field by field."""
    record = chosen.record
    module = ModuleSync.objects.get(sync=sync, module=record.module)
    offered = record.candidates.filter(is_rejected=False).select_related("exact", "zoho")
    return [
        Offer(one, beside(module, one.exact, one.zoho), n)
        for n, one in enumerate(offered[:SHOWN_AT_MOST], 1)
    ]


def _after(request: HttpRequest, page: Page[Any], chosen: Case | None) -> str:
    """Return where to go once `chosen` is settled: to the one after it, or the one before."""
    query = request.GET.copy()
    if chosen is not None:
        place = page.rows.index(chosen)
        others = page.rows[place + 1 : place + 2] or page.rows[max(place - 1, 0) : place]
        query["record"] = others[0].key if others else ""
    return f"{request.path}?{query.urlencode()}"
