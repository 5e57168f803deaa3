"""Where each field is read from in zapfloor's records, beside a real record; and its saving."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from sync.models import ZapfloorSource
from sync.services.zapfloor import paths as zapfloor_paths
from sync.services.zapfloor.paths import LISTS, SECTIONS, Chosen
from sync.services.zapfloor.source import client_of, samples, save_paths
from sync.views.common import may_see, may_set_up, person
from sync.views.zapfloor import existing
from sync.zapfloor.errors import ZapfloorError
from sync.zapfloor.json_api import Resource
from sync.zapfloor.reading import Reading


@dataclass
class Shown:
    """What the page shows: paths, what is wrong with them, and one real record."""

    source: ZapfloorSource
    what: str
    chosen: Chosen
    faults: dict[str, str] = field(default_factory=dict)
    records: list[Resource] = field(default_factory=list)
    place: int = 0  # of the record that is shown, from 0
    problem: str = ""

    @property
    def record(self) -> Resource | None:
        """The record that is shown."""
        return self.records[self.place % len(self.records)] if self.records else None

    def look(self) -> None:
        """Ask zapfloor for real records."""
        try:
            path = getattr(self.source, LISTS[self.what])
            self.records = samples(client_of(self.source), path)
        except ZapfloorError as error:
            self.problem = str(error)
        else:
            self.problem = "" if self.records else "zapfloor has no records in this list."

    def readings(self) -> Mapping[str, Reading]:
        """Return what each field reads from the record that is shown."""
        if self.record is None or zapfloor_paths.faults_of(self.what, self.chosen):
            return {}
        return zapfloor_paths.found_in(self.what, self.chosen, self.record)


@require_http_methods(["GET", "HEAD", "POST"])
@may_see
@never_cache  # a real record has names and addresses in it
def paths(request: HttpRequest, what: str) -> HttpResponse:
    """Show the paths; a POST looks at a real record, or saves."""
    if what not in SECTIONS:
        raise Http404
    source = existing()
    if request.method != "POST":
        return _page(request, Shown(source, what, zapfloor_paths.chosen_of(source, what)))
    return _posted(request, source, what)


@may_set_up
def _posted(request: HttpRequest, source: ZapfloorSource, what: str) -> HttpResponse:
    shown = Shown(source, what, zapfloor_paths.typed_of(what, request.POST))
    action = request.POST.get("action", "")
    if action == "guess":
        shown.chosen = zapfloor_paths.guessed(what)
    typed_place = request.POST.get("place", "")
    if typed_place.isdecimal() and len(typed_place) < 5:  # noqa: PLR2004 - digits
        shown.place = int(typed_place) + (action == "next")
    shown.faults = zapfloor_paths.faults_of(what, shown.chosen)
    shown.look()
    if action != "save":
        return _page(request, shown)
    return _saved(request, shown)


def _saved(request: HttpRequest, shown: Shown) -> HttpResponse:
    """Save what was checked against real records, or what a person wants all the same."""
    anyway = "anyway" in request.POST
    if not shown.faults and not anyway:
        shown.faults = zapfloor_paths.unreadable(shown.what, shown.chosen, shown.records)
    if shown.faults or (not shown.records and not anyway):
        return _page(request, shown, 422, may_insist=True)
    save_paths(shown.source, shown.chosen, by=person(request))
    checked = f"checked against {len(shown.records)} records" if shown.records else "unchecked"
    messages.success(request, f"Saved, {checked}. The next fetch reads everything anew.")
    return redirect("sync:zapfloor-paths", shown.what)


def _page(request: HttpRequest, shown: Shown, status: int = 200, **more: Any) -> HttpResponse:
    readings = shown.readings()
    context = {
        "shown": shown,
        "sections": list(zapfloor_paths.rows(shown.what, shown.chosen, shown.faults, readings)),
        "wrong": sum(bool(one.problem) for one in readings.values()),
        "json": _pretty(shown.record) if shown.record else "",
        "what": shown.what,
        **more,
    }
    return render(request, "sync/zapfloor_paths.html", context, status=status)


def _pretty(record: Resource) -> str:
    content = zapfloor_paths.with_related(record)
    return json.dumps(content, indent=2, ensure_ascii=False, default=_number)


def _number(value: Any) -> Any:
    """Write an amount as it came: json knows no Decimal."""
    return float(value) if isinstance(value, Decimal) else str(value)
