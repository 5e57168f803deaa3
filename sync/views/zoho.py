"""Zoho ↔ Exact at a glance: each module on both sides, what needs a person, and the last runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from sync import tasks
from sync.models import Conflict, ModuleSync, Run, ZohoSync
from sync.views.common import may_change, start, way_back
from sync.views.zoho_common import find_sync, may_use_zoho, the_sync
from sync.views.zoho_lists import FOR_A_PERSON, WORDS, counts
from sync.views.zoho_places import SLUGS
from sync.views.zoho_review import waiting
from zoho_client.models import ZohoConnection

if TYPE_CHECKING:
    from django.db.models import QuerySet

RUNS_SHOWN = 5
OVER = [Run.State.DONE, Run.State.FAILED]


@dataclass(frozen=True, slots=True)
class Tile:
    """A module at a glance."""

    module: ModuleSync
    slug: str
    numbers: Counter[str]
    conflicts: int  # that wait for a choice

    @property
    def total(self) -> int:
        """How many rows the module's list has."""
        return self.numbers.total()

    @property
    def equal(self) -> int:
        """How many pairs are equal on both sides."""
        return self.numbers["equal"]

    @property
    def standings(self) -> Iterator[tuple[str, str, int, bool]]:
        """Yield tab, words, count, and whether it waits for a person; but for the equal ones."""
        for tab, words in WORDS.items():
            if self.numbers[tab] and tab != "equal":
                yield tab, words, self.numbers[tab], tab in FOR_A_PERSON


@require_safe
@may_use_zoho
def home(request: HttpRequest) -> HttpResponse:
    """Show where each module stands on both sides, problems first."""
    sync = find_sync()
    if sync is None:
        return render(request, "sync/zoho/home.html", {"sync": None})
    tiles = _tiles(sync)
    runs = Run.objects.filter(job=Run.Job.ZOHO).select_related("asked_by")
    context = {
        "sync": sync,
        "is_running": _is_running(sync),
        "tiles": tiles,
        "review": sum(waiting(sync).values()),
        "conflicts": sum(tile.conflicts for tile in tiles),
        "needs_you": [tile for tile in tiles if tile.numbers["you"] or tile.numbers["refused"]],
        "runs": runs[:RUNS_SHOWN],
        "run": runs.exclude(state__in=OVER).first(),
    }
    return render(request, "sync/zoho/home.html", context)


@require_POST
@may_use_zoho
@may_change
def begin(request: HttpRequest) -> HttpResponse:
    """Bring both sides together now; a run that goes on already is shown instead."""
    the_sync()
    run = start(request, Run.Job.ZOHO, tasks.sync_zoho)
    return redirect(way_back(request, "sync:run", run.pk))


def _tiles(sync: ZohoSync) -> list[Tile]:
    found = counts(sync)
    open_ones = _open_conflicts(sync)
    modules = {one.module: one for one in sync.modules.all()}
    return [
        Tile(modules[name], slug, found.get(name, Counter()), open_ones.get(name, 0))
        for name, slug in SLUGS.items()
        if name in modules
    ]


def _open_conflicts(sync: ZohoSync) -> dict[str, int]:
    rows: QuerySet[Conflict] = Conflict.objects.filter(pair__sync=sync, closed_at=None, choice="")
    return dict(rows.order_by().values_list("pair__module").annotate(Count("pk")))


def _is_running(sync: ZohoSync) -> bool:
    is_connected = (
        sync.connection is not None and sync.connection.state == ZohoConnection.State.CONNECTED
    )
    return sync.state == ZohoSync.State.RUNNING and is_connected and sync.division is not None
