"""Connect, callback, disconnect: the only pages that give or take our permission at Exact."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from exact_client import connections, oauth
from exact_client.errors import ExactError
from exact_client.models import ExactConnection

SESSION_KEY = "exact_consent"


@require_POST
@never_cache
def connect(request: HttpRequest) -> HttpResponse:
    """Send the person to Exact, to be asked whether we may work in the books."""
    _check_permission(request)
    state = connections.new_state()
    request.session[SESSION_KEY] = {
        "state": state,
        "user": request.user.pk,
        "at": timezone.now().isoformat(),
    }
    return redirect(oauth.authorise_url(state))


@require_GET
@never_cache
def callback(request: HttpRequest) -> HttpResponse:
    """Take the code that Exact sends back, once, from whom we sent there."""
    _check_permission(request)
    if not _is_expected(request):
        messages.error(
            request, "This answer of Exact was not asked for here, or too long ago. Connect again."
        )
    elif "code" not in request.GET:
        messages.error(request, "Exact gave no permission. Connect again and choose Allow.")
    else:
        _finish(request)
    return redirect("sync:setup")


@require_POST
@never_cache
def disconnect(request: HttpRequest) -> HttpResponse:
    """Forget our permission; what was read and linked stays."""
    _check_permission(request)
    for connection in ExactConnection.objects.all():
        connections.disconnect(connection, by=request.user.get_username())
    messages.success(request, "Disconnected from Exact. Nothing that was read or linked is lost.")
    return redirect("sync:setup")


def _check_permission(request: HttpRequest) -> None:
    user = request.user
    if not (user.is_staff or user.has_perm("exact_client.change_exactconnection")):
        raise PermissionDenied


def _is_expected(request: HttpRequest) -> bool:
    sent = request.session.pop(SESSION_KEY, None)  # works once, whatever comes of it
    if sent is None or sent["user"] != request.user.pk:
        return False
    age = timezone.now() - datetime.fromisoformat(sent["at"])
    is_same = connections.is_same_state(sent["state"], request.GET.get("state", ""))
    return is_same and age < connections.STATE_LIFE


def _finish(request: HttpRequest) -> None:
    try:
        connection = connections.finish(
            request.GET["code"], connected_by=request.user.get_username()
        )
    except ExactError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Connected to Exact as {connection.user_name}.")
