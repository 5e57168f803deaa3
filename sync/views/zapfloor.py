"""The connection to zapfloor: set up, tested, previewed, switched on; and fetching now."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from sync import tasks
from sync.models import Run, ZapfloorSource
from sync.services.zapfloor import job as zapfloor_job
from sync.services.zapfloor import source as zapfloor_source
from sync.services.zapfloor.fetch import Wanted, fetch, forget_refused
from sync.services.zapfloor.source import PLAIN, SECRETS, SourceError
from sync.views.common import may_see, may_set_up, person, start
from sync.zapfloor.errors import ZapfloorError

PREVIEWED = 200  # records of each list
LAST_RUNS = 4


@require_safe
@may_see
def zapfloor(request: HttpRequest) -> HttpResponse:
    """Show the connection, what it brought, and what was refused."""
    return _page(request, zapfloor_source.the_source())


@require_POST
@may_set_up
@sensitive_post_parameters("client_secret", "password")
def save(request: HttpRequest) -> HttpResponse:
    """Save the connection; what can't be is said at its field, and nothing is saved then."""
    typed = {name: request.POST.get(name, "") for name in (*PLAIN, *SECRETS)}
    try:
        zapfloor_source.save(typed, by=person(request))
    except SourceError as error:
        kept = {name: typed[name] for name in PLAIN}  # secrets are typed anew
        return _page(request, zapfloor_source.the_source(), 422, typed=kept, faults=error.faults)
    messages.success(request, "Connection saved. Test it next.")
    return redirect("sync:zapfloor")


@require_POST
@may_set_up
def test(request: HttpRequest) -> HttpResponse:
    """Ask for the first page of each list, and show what came of it."""
    source = existing()
    try:
        checks = list(zapfloor_source.test(zapfloor_source.client_of(source), source))
    except ZapfloorError as error:
        return _page(request, source, problem=str(error))
    return _page(request, source, checks=checks)


@require_POST
@may_set_up
def preview(request: HttpRequest) -> HttpResponse:
    """Show what a fetch would bring, of the first records of each list; nothing is saved."""
    source = existing()
    wanted = Wanted(full=True, dry_run=True, most=PREVIEWED)
    try:
        client = zapfloor_source.client_of(source)
        fetched = fetch(source, client, wanted, now=timezone.now())
    except ZapfloorError as error:
        return _page(request, source, problem=str(error))
    lists = [("Customers", fetched.customers), ("Invoices and credit notes", fetched.documents)]
    return _page(request, source, preview=fetched, lists=lists, most=PREVIEWED)


@require_POST
@may_set_up
def switch(request: HttpRequest) -> HttpResponse:
    """Fetch by itself from now on, or no more."""
    on = "on" in request.POST
    zapfloor_source.switch(existing(), on=on, by=person(request))
    if on:
        start(request, Run.Job.SOURCE, tasks.fetch)
    said = "Fetching every 15 minutes from now on." if on else "Nothing is fetched by itself now."
    messages.success(request, said)
    return redirect("sync:zapfloor")


@require_POST
@may_set_up
def fetch_now(request: HttpRequest) -> HttpResponse:
    """Fetch what changed, now; with `full`, everything."""
    source = existing()
    if "full" in request.POST:
        ZapfloorSource.objects.filter(pk=source.pk).update(fetched_at=None)
    run = start(request, Run.Job.SOURCE, tasks.fetch)
    return redirect("sync:run", run.pk)


@require_POST
@may_set_up
def forget(request: HttpRequest) -> HttpResponse:
    """Take what was refused off the list."""
    source = existing()
    count = forget_refused(source)
    source.refresh_from_db()
    zapfloor_job.tell_of_refused(source)
    messages.success(request, f"{count} taken off the list. They come back if they change there.")
    return redirect("sync:zapfloor")


def existing() -> ZapfloorSource:
    """Return the connection. Raises Http404 when nobody set it up yet."""
    source = zapfloor_source.the_source()
    if source is None:
        raise Http404("Connect to zapfloor first.")
    return source


def _page(
    request: HttpRequest, source: ZapfloorSource | None, status: int = 200, **shown: Any
) -> HttpResponse:
    values = source or ZapfloorSource()
    context = {
        "source": source,
        "typed": {name: getattr(values, name) for name in PLAIN},
        "runs": Run.objects.filter(job=Run.Job.SOURCE).select_related("asked_by")[:LAST_RUNS],
        "faults": {},
        **shown,
    }
    return render(request, "sync/zapfloor.html", context, status=status)
