"""The keys of programs that use the intake API: made, listed and revoked by an administrator."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from sync.models import ApiClient
from sync.models.api import SCOPES
from sync.services import api_clients
from sync.views.common import may_set_up, person


@require_safe
@may_set_up
def api_keys(request: HttpRequest) -> HttpResponse:
    """Show who has a key, and what each may do."""
    return _page(request)


@require_POST
@may_set_up
@never_cache
def make(request: HttpRequest) -> HttpResponse:
    """Make a key and show it, this once: it is kept nowhere, so there is no page to return to."""
    name, scopes = request.POST.get("name", ""), request.POST.getlist("scope")
    limit = request.POST.get("calls_per_minute", "")
    try:
        made = api_clients.make(
            name,
            scopes,
            now=timezone.now(),
            by=person(request),
            calls_per_minute=int(limit) if limit.isdecimal() and len(limit) < 6 else 0,  # noqa: PLR2004 - digits
        )
    except api_clients.ApiClientError as error:
        typed = {"name": name, "scopes": scopes, "calls_per_minute": limit}
        return _page(request, 422, problem=str(error), typed=typed)
    return _page(request, made=made)


@require_POST
@may_set_up
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Shut a program out at once."""
    client = get_object_or_404(ApiClient, pk=pk)
    api_clients.revoke(client, by=person(request))
    messages.success(request, f"{client} is shut out: its key opens nothing any more.")
    return redirect("sync:api-keys")


def _page(request: HttpRequest, status: int = 200, **shown: Any) -> HttpResponse:
    fresh = {"scopes": [], "calls_per_minute": api_clients.PER_MINUTE}
    context = {
        "clients": ApiClient.objects.select_related("made_by").order_by("-is_active", "name"),
        "scopes": SCOPES,
        "typed": fresh,
        **shown,
    }
    return render(request, "sync/api_keys.html", context, status=status)
