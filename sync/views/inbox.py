"""The inbox: what a person should know, and what nobody else can settle."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sync.models import OutboxEntry, Signal
from sync.views.common import may_see

SHOWN = 50
CLOSED_SHOWN = 20


@require_safe
@may_see
def inbox(request: HttpRequest) -> HttpResponse:
    """Show open signals and the entries that need a person; below them what was mended lately."""
    for_a_person = OutboxEntry.objects.filter(state__in=OutboxEntry.FOR_A_PERSON)
    rows = for_a_person.select_related("invoice", "customer", "zoho_record")
    context = {
        "signals": Signal.objects.open()[:SHOWN],
        "entries": rows.order_by("settled_at", "pk")[:SHOWN],
        "entry_count": for_a_person.count(),
        "closed": Signal.objects.exclude(closed_at=None).order_by("-closed_at")[:CLOSED_SHOWN],
    }
    return render(request, "sync/inbox.html", context)
