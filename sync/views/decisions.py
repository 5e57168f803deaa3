"""The buttons about documents: push, hold, exclude, take up again, and settle what is unclear."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from exact_client.budget import Lane
from exact_client.errors import ExactError
from exact_client.records import SalesEntryRecord
from sync.models import BookingSettings, InvoiceState, OutboxEntry, Run
from sync.models.documents import InvoiceQuerySet
from sync.services import diary
from sync.services.clock import SystemClock
from sync.services.delivery import decide as deciding
from sync.services.delivery import exclude, release
from sync.services.delivery.decide import DecisionError
from sync.services.delivery.in_exact import with_lines
from sync.services.delivery.outbox import TakenOverError
from sync.services.jobs import office_of
from sync.tasks import push as push_task
from sync.views.beside import beside
from sync.views.common import chosen_documents, may_change, person, start, way_back


@require_POST
@may_change
def push(request: HttpRequest) -> HttpResponse:
    """Let the chosen documents go, or all that wait, as soon as nothing stands in their way."""
    chosen = chosen_documents(request)
    with transaction.atomic():
        if "all" not in request.POST:
            held = chosen.filter(state=InvoiceState.HELD)
            exclude.include(held, by=person(request))
            diary.note(chosen.before_the_outbox(), "Pushed", by=person(request))
        released = release.release(chosen, now=timezone.now())
        start(request, Run.Job.PUSH, push_task)
    _tell_of_push(request, chosen, released)
    return redirect(way_back(request, "sync:invoices"))


def _tell_of_push(request: HttpRequest, chosen: InvoiceQuerySet, released: int) -> None:
    waiting = chosen.before_the_outbox().exclude(state=InvoiceState.READY).count()
    told = ngettext("%d document is on its way.", "%d documents are on their way.", released)
    wait = ngettext(
        "%d waits, and goes by itself once what it needs is there.",
        "%d wait, and go by themselves once what they need is there.",
        waiting,
    )
    messages.success(request, told % released if released else "Pushing what is due.")
    if waiting:
        messages.info(request, wait % waiting)
    for paused in BookingSettings.objects.filter(is_paused=True, division__is_chosen=True):
        told = f"Pushing is paused in the set-up of {paused.division}: nothing goes for now."
        messages.warning(request, told)


@require_POST
@may_change
def hold(request: HttpRequest) -> HttpResponse:
    """Hold the chosen documents back."""
    reason = request.POST.get("reason", "")
    count = exclude.hold(chosen_documents(request), by=person(request), reason=reason)
    messages.success(request, f"{count:,} held back.")
    return redirect(way_back(request, "sync:invoices"))


@require_POST
@may_change
def leave_out(request: HttpRequest) -> HttpResponse:
    """Exclude the chosen documents from the books, with a reason."""
    try:
        count = exclude.exclude(
            chosen_documents(request), by=person(request), reason=request.POST.get("reason", "")
        )
    except ValueError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{count:,} excluded from the books.")
    return redirect(way_back(request, "sync:invoices"))


@require_POST
@may_change
def take_up(request: HttpRequest) -> HttpResponse:
    """Take the chosen documents up again."""
    count = exclude.include(chosen_documents(request), by=person(request))
    messages.success(request, f"{count:,} taken up again. Push them when they are ready.")
    return redirect(way_back(request, "sync:invoices"))


@require_POST
@may_change
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle an outbox entry at a person's word: look, send again, adopt, or give it up."""
    rows = OutboxEntry.objects.select_related("invoice", "customer", "division__connection")
    entry = get_object_or_404(rows, pk=pk)
    action = request.POST.get("action", "")
    try:
        told = _decided(request, entry, action)
    except (DecisionError, ExactError) as error:
        messages.error(request, str(error))
    except TakenOverError:
        messages.error(request, "Somebody else was first: look at it again.")
    else:
        messages.success(request, told)
    return redirect(_page_of(request, entry))


def _decided(request: HttpRequest, entry: OutboxEntry, action: str) -> str:
    by, clock = person(request), SystemClock()
    if action == "cancel":
        deciding.cancel(entry, clock, by=by, reason=request.POST.get("reason", ""))
        return "Given up. The document is held, with your reason."
    if action == "adopt":
        deciding.adopt(office_of(entry.division, Lane.PERSON), entry, _remote_id(request), by=by)
        return f"{entry.remote_number} in Exact is taken for this one."
    if action == "reject":
        deciding.reject(entry, _remote_id(request), clock, by=by)
        return "Noted: that one is not it, and is not offered again."
    if action not in {"look", "send"}:
        raise DecisionError("Choose what to do.")
    settle = deciding.look_again if action == "look" else deciding.send_again
    settle(entry, clock, by=by)
    start(request, Run.Job.PUSH, push_task)
    return "Looking in Exact first; what follows shows here in a moment."


@require_safe
@may_change
def candidates(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what in Exact may be an outbox entry beside it, for a person to adopt one or none."""
    parties = ("invoice", "customer", "zoho_record")
    rows = OutboxEntry.objects.select_related(*parties, "division__connection")
    entry = get_object_or_404(rows, pk=pk)
    office = office_of(entry.division, Lane.PERSON)
    back = _page_of(request, entry)
    try:
        found = deciding.candidates(office, entry)
        there = [
            with_lines(office.exact, answer.record)
            for answer in found
            if isinstance(answer.record, SalesEntryRecord)
        ]
    except ExactError as error:
        messages.error(request, str(error))
        return redirect(back)
    context = {"entry": entry, "found": found, "back": back}
    if there:
        context |= {"sides": beside(entry, there)}
    return render(request, "sync/adopt.html", context)


def _remote_id(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("remote_id", ""))
    except ValueError as error:
        raise DecisionError("Choose which one in Exact it is.") from error


def _page_of(request: HttpRequest, entry: OutboxEntry) -> str:
    if request.POST.get("action") == "reject":
        return reverse("sync:candidates", args=[entry.pk])
    if entry.invoice is None:
        return way_back(request, "sync:inbox")
    return way_back(request, "sync:invoice", entry.invoice.number)
