"""The pages about drift: what was changed in Exact, both versions, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts_link.division import the_division
from accounts_link.paging import page_of
from exact_client.budget import Lane
from exact_client.errors import ExactError
from sync.models import Invoice, InvoiceState, Run
from sync.rules.drift import LinePair, differences, pairs
from sync.services.delivery.outbox import TakenOverError
from sync.services.jobs import office_of
from sync.services.reading_back import closing
from sync.services.reading_back import drift as drifting
from sync.services.reading_back import job as booked_jobs
from sync.services.reading_back.drift import DriftError, Versions
from sync.tasks import push as push_task
from sync.views.common import may_change, may_see, person, start, way_back


@require_safe
@may_see
def drifted(request: HttpRequest) -> HttpResponse:
    """Show the documents whose entry was changed or removed in Exact after we booked it."""
    division = the_division(request)
    rows = Invoice.objects.filter(division=division, state=InvoiceState.DRIFTED)
    page = page_of(rows, request.GET.get("page"), _with_customers)
    return render(request, "sync/drifted.html", {"page": page})


def _with_customers(rows: QuerySet[Invoice]) -> QuerySet[Invoice]:
    return rows.select_related("customer")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a header says, on both sides."""

    word: str
    ours: object
    theirs: object
    differs: bool


@require_safe
@may_see
def drift(request: HttpRequest, number: str) -> HttpResponse:
    """Show the entry of one document as we booked it beside what Exact has now."""
    invoice = get_object_or_404(Invoice.objects.select_related("customer"), number=number)
    try:
        found = drifting.versions_of(invoice)
    except DriftError as error:
        messages.info(request, str(error))
        return redirect("sync:invoice", invoice.number)
    context = {
        "invoice": invoice,
        "found": found,
        "facts": list(_facts(found)),
        "pairs": _pairs(found),
        "is_drifted": invoice.state == InvoiceState.DRIFTED,
    }
    return render(request, "sync/drift.html", context)


def _facts(found: Versions) -> list[Fact]:
    ours, theirs = found.ours, found.theirs
    wrong = {one.what for one in differences(ours, theirs)} if theirs else set()
    names = {"customer": "customer_name", "date": "booked_on", "total": "total"}
    words = ["customer", "date", "journal", "reference", "currency", "total"]
    return [
        Fact(
            word,
            getattr(ours, names.get(word, word)),
            getattr(theirs, names.get(word, word), None),
            word in wrong,
        )
        for word in words
    ]


def _pairs(found: Versions) -> list[LinePair]:
    return pairs(found.ours.lines, found.theirs.lines if found.theirs else ())


@require_POST
@may_change
def accept(request: HttpRequest, number: str) -> HttpResponse:
    """Take Exact's version for right."""
    invoice = get_object_or_404(Invoice, number=number)
    try:
        messages.success(request, drifting.accept(invoice, by=person(request)))
    except DriftError as error:
        messages.error(request, str(error))
    else:
        _compare_again(invoice)
    return redirect(way_back(request, "sync:drifted"))


@require_POST
@may_change
def post_again(request: HttpRequest, number: str) -> HttpResponse:
    """Let a document go once more whose entry is gone from Exact; Exact is asked first."""
    invoice = get_object_or_404(Invoice.objects.select_related("division"), number=number)
    if invoice.division is None:
        return redirect("sync:drifted")
    try:
        office = office_of(invoice.division, Lane.PERSON)
        messages.success(request, drifting.post_again(office, invoice, by=person(request)))
    except (DriftError, ExactError) as error:
        messages.error(request, str(error))
    except TakenOverError:
        messages.error(request, "Somebody else was first: look at it again.")
    else:
        _compare_again(invoice)
        start(request, Run.Job.PUSH, push_task)
    return redirect(way_back(request, "sync:drifted"))


def _compare_again(invoice: Invoice) -> None:
    """Let the list of months, and the signal about drift, know at once."""
    now = timezone.now()
    closing.compare_again(invoice, now=now)
    if invoice.division is not None:
        booked_jobs.tell(invoice.division, now=now)
