"""Taking a booked entry back: a page that shows what will be deleted or posted, and its buttons."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from exact_client.budget import Lane
from exact_client.errors import ExactError
from sync.models import Invoice, OutboxEntry, Run
from sync.services.delivery import attach
from sync.services.delivery import undo as undoing
from sync.services.delivery.decide import DecisionError
from sync.services.delivery.outbox import TakenOverError
from sync.services.delivery.undo import Undoing
from sync.services.jobs import office_of
from sync.tasks import push as push_task
from sync.views import entries
from sync.views.common import may_change, person, start


@require_http_methods(["GET", "POST"])
@may_change
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how an entry can be taken back, and take it back."""
    rows = OutboxEntry.objects.select_related("invoice", "customer", "division__connection")
    entry = get_object_or_404(rows, pk=pk, kind=OutboxEntry.Kind.SALES_ENTRY)
    assert entry.invoice is not None  # noqa: S101 - for the type checker; it is a sales entry
    try:
        if request.method == "POST":
            return _undo(request, entry)
        found = undoing.look(office_of(entry.division, Lane.PERSON), entry, day=_day(request.GET))
    except (DecisionError, ExactError) as error:
        messages.error(request, str(error))
        return redirect("sync:invoice", entry.invoice.number)
    return render(request, "sync/undo.html", _context(found))


def _context(found: Undoing) -> dict[str, Any]:
    entry = found.entry
    return {
        "entry": entry,
        "invoice": entry.invoice,
        "found": found,
        "there": entries.of_body(entry.division_id, found.original),
        "reversal": entries.of_body(entry.division_id, found.reversal),
        "attached": _attached(entry),
    }


def _attached(entry: OutboxEntry) -> int:
    """Return how many files Exact holds for the document."""
    rows = OutboxEntry.objects.filter(invoice=entry.invoice, kind=OutboxEntry.Kind.ATTACHMENT)
    return rows.filter(state=OutboxEntry.State.DONE).count()


def _undo(request: HttpRequest, entry: OutboxEntry) -> HttpResponse:
    assert entry.invoice is not None  # noqa: S101 - for the type checker; the caller looked
    try:
        row = undoing.ask(
            office_of(entry.division, Lane.PERSON),
            entry,
            request.POST.get("kind", ""),
            seen=request.POST.get("seen", ""),
            reason=request.POST.get("reason", ""),
            by=person(request),
            day=_day(request.POST),
        )
    except (DecisionError, TakenOverError) as error:
        messages.error(request, str(error) or "Somebody else was first: look at it again.")
        return redirect("sync:undo-entry", entry.pk)
    start(request, Run.Job.PUSH, push_task)
    messages.success(request, f"{row.get_kind_display()} is on its way; what follows shows here.")
    return redirect("sync:invoice", entry.invoice.number)


def _day(asked: Any) -> date | None:
    try:
        return date.fromisoformat(asked.get("day", ""))
    except ValueError:
        return None


@require_POST
@may_change
def attach_again(request: HttpRequest, number: str) -> HttpResponse:
    """Look which files of a document Exact does not hold, and send those."""
    invoice = get_object_or_404(Invoice, number=number)
    entry = attach.entry_of(invoice)
    if entry is None:
        messages.error(request, "Files are attached once the entry is booked.")
        return redirect("sync:invoice", number)
    try:
        made = attach.again(office_of(entry.division, Lane.PERSON), invoice, by=person(request))
    except ExactError as error:
        messages.error(request, str(error))
    else:
        if made:
            start(request, Run.Job.PUSH, push_task)
        messages.success(request, "On its way again." if made else "Exact holds all of them.")
    return redirect("sync:invoice", number)
