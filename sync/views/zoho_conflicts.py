"""The inbox of fields that both sides changed, each in its own way: a person says who is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts_link.paging import page_of
from sync.models import Conflict, FieldMapping, Module
from sync.services.zoho.merging import conflicts as deciding
from sync.views.common import Tab, may_change, person, way_back
from sync.views.zoho_common import may_use_zoho, the_sync

if TYPE_CHECKING:
    from sync.models import ZohoSync

AT_ONCE = 500  # chosen by one press
STATES = [("open", "To choose"), ("chosen", "Waits for the next run"), ("settled", "Settled")]


@dataclass(frozen=True, slots=True)
class Group:
    """A field of a module with how many conflicts about it wait."""

    module: str
    exact_field: str
    zoho_field: str
    count: int

    @property
    def key(self) -> str:
        """What it is asked for by."""
        return f"{self.module}.{self.exact_field}.{self.zoho_field}"

    @property
    def words(self) -> str:
        """What people call it."""
        return f"{Module(self.module).label}: {self.zoho_field or self.exact_field}".replace(
            "_", " "
        )


@require_safe
@may_use_zoho
def conflicts(request: HttpRequest) -> HttpResponse:
    """Show what both sides say, what they last agreed on, and who changed it when."""
    sync = the_sync()
    groups = _groups(sync)
    wanted = {group.key: group for group in groups}.get(request.GET.get("field", ""))
    state = _state(request)
    rows = _of_state(_about(sync, wanted, request.GET.get("pair", "")), state)
    context = {
        "page": page_of(rows, request.GET.get("page"), _dressed),
        "tabs": _tabs(sync, state),
        "state": state,
        "groups": groups,
        "group": wanted,
        "mapping_url": _mapping_url(sync, wanted),
        "at_once": AT_ONCE,
    }
    return render(request, "sync/zoho/conflicts.html", context)


@require_POST
@may_use_zoho
@may_change
def choose(request: HttpRequest) -> HttpResponse:
    """Let one side be right: in the conflict of a row, in those ticked, or in all of a field."""
    sync, choice = the_sync(), request.POST.get("choice", "")
    if choice not in Conflict.Choice.values:
        messages.error(request, "Choose Exact's value or Zoho's.")
        return redirect(way_back(request, "sync:zoho-conflicts"))
    chosen = _chosen(sync, request)
    done = sum(_choose(one, choice, request) for one in chosen)
    _tell(request, choice, done, len(chosen))
    return redirect(way_back(request, "sync:zoho-conflicts"))


def _choose(one: Conflict, choice: str, request: HttpRequest) -> bool:
    try:
        deciding.choose(one, choice, by=person(request), now=timezone.now())
    except deciding.ConflictClosedError:
        return False
    return True


def _tell(request: HttpRequest, choice: str, done: int, asked: int) -> None:
    side = "Exact" if choice == Conflict.Choice.EXACT else "Zoho"
    if not asked:
        messages.error(request, "Nothing was ticked, so nothing was chosen.")
    elif not done:
        messages.info(request, "Both sides agree by now: there was nothing left to choose.")
    else:
        values = "value holds" if done == 1 else f"values of {done} fields hold"
        messages.success(request, f"{side}'s {values}: the next run writes it to the other side.")


def _chosen(sync: ZohoSync, request: HttpRequest) -> list[Conflict]:
    open_ones = Conflict.objects.filter(pair__sync=sync, closed_at=None)
    if "field" in request.POST:
        known = {group.key: group for group in _groups(sync)}
        group = known.get(request.POST["field"])
        return list(_of_state(_about(sync, group), "open")[:AT_ONCE]) if group else []
    keys = [int(text) for text in request.POST.getlist("conflict") if text.isdecimal()]
    return list(open_ones.filter(pk__in=keys[:AT_ONCE]))


def _about(sync: ZohoSync, group: Group | None, pair: str = "") -> QuerySet[Conflict]:
    rows = Conflict.objects.filter(pair__sync=sync)
    if group is not None:
        rows = rows.filter(
            pair__module=group.module,
            exact_field=group.exact_field,
            zoho_field=group.zoho_field,
        )
    return rows.filter(pair=int(pair)) if pair.isdecimal() and len(pair) < 19 else rows  # noqa: PLR2004 - what a key holds


def _state(request: HttpRequest) -> str:
    asked = request.GET.get("state", "")
    return asked if asked in dict(STATES) else STATES[0][0]


def _of_state(rows: QuerySet[Conflict], state: str) -> QuerySet[Conflict]:
    if state == "settled":
        return rows.exclude(closed_at=None).order_by("-closed_at", "-pk")
    is_open = rows.filter(closed_at=None)
    return is_open.filter(choice="") if state == "open" else is_open.exclude(choice="")


def _groups(sync: ZohoSync) -> list[Group]:
    waiting = _of_state(Conflict.objects.filter(pair__sync=sync), "open")
    names = ("pair__module", "exact_field", "zoho_field")
    rows = waiting.order_by().values_list(*names).annotate(number=Count("pk"))
    return [Group(*row) for row in rows.order_by("-number", *names)]


def _tabs(sync: ZohoSync, asked: str) -> list[Tab]:
    rows = Conflict.objects.filter(pair__sync=sync)
    return [
        Tab(key, words, _of_state(rows, key).order_by().count(), key == asked)
        for key, words in STATES
    ]


def _dressed(rows: QuerySet[Conflict]) -> QuerySet[Conflict]:
    return rows.select_related("pair__exact", "pair__zoho", "chosen_by")


def _mapping_url(sync: ZohoSync, group: Group | None) -> str:
    """Return where the mapping of a field says who wins; nothing where it is gone."""
    if group is None:
        return ""
    fields: dict[str, Any] = {"exact_field": group.exact_field, "zoho_field": group.zoho_field}
    mapping = FieldMapping.objects.filter(sync=sync, module=group.module, **fields).first()
    if mapping is None:
        return ""
    try:
        return reverse("admin:sync_fieldmapping_change", args=[mapping.pk])
    except NoReverseMatch:  # the admin of mappings is not installed
        return ""
