"""The pages about long work: all runs, one of them while it goes on, and its start."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts_link.paging import page_of
from sync import tasks
from sync.models import Run
from sync.views.common import asks_a_part, may_change, may_see, start, way_back

STARTABLE = {
    "mirror": (Run.Job.MIRROR, tasks.mirror),
    "match": (Run.Job.MATCH, tasks.match),
    "payments": (Run.Job.PAYMENTS, tasks.payments),
}
END_OF_POLLING = 286  # the status by which htmx stops asking


@require_safe
@may_see
def runs(request: HttpRequest) -> HttpResponse:
    """Show what ran, what runs, and what came of it."""
    page = page_of(Run.objects.select_related("asked_by"), request.GET.get("page"))
    is_busy = any(not run.is_over for run in page.rows)
    return render(request, "sync/runs.html", {"page": page, "is_busy": is_busy})


@require_safe
@may_see
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one run; htmx asks for its progress once a second until it is over."""
    row = get_object_or_404(Run.objects.select_related("asked_by"), pk=pk)
    if not asks_a_part(request):
        return render(request, "sync/run.html", {"run": row})
    response = render(request, "sync/_run.html", {"run": row})
    if row.is_over:
        response.status_code = END_OF_POLLING
        response["HX-Trigger"] = "run-over"
    return response


@require_POST
@may_change
def begin(request: HttpRequest, job: str) -> HttpResponse:
    """Start a mirror, a match or a reading; one that goes on already is shown instead."""
    run = start(request, *STARTABLE[job])
    return redirect(way_back(request, "sync:run", run.pk))
