"""Connect, callback, disconnect: the only pages that give or take our permission at Zoho."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from zoho_client import connections, oauth
from zoho_client.errors import ZohoError
from zoho_client.models import ZohoConnection

SESSION_KEY = "zoho_consent"
BACK = "sync:zoho-setup"


@require_POST
@never_cache
def connect(request: HttpRequest) -> HttpResponse:
    """Send the person to Zoho, to be asked whether we may work in the CRM."""
    _check_permission(request)
    if not settings.ZOHO_CLIENT_ID:
        messages.error(
            request,
            "There is no app at Zoho yet. Register one at https://api-console.zoho.com, and set"
            " ZOHO_CLIENT_ID and ZOHO_CLIENT_SECRET.",
        )
        return redirect(BACK)
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
    """Take the code that Zoho sends back, once, from whom we sent there."""
    _check_permission(request)
    if not _is_expected(request):
        messages.error(
            request, "This answer of Zoho was not asked for here, or too long ago. Connect again."
        )
    elif "code" not in request.GET:
        messages.error(request, "Zoho gave no permission. Connect again and choose Accept.")
    else:
        _finish(request)
    return redirect(BACK)


@require_POST
@never_cache
def disconnect(request: HttpRequest) -> HttpResponse:
    """Withdraw our permission; what was read and paired stays."""
    _check_permission(request)
    for connection in ZohoConnection.objects.exclude(refresh_token_sealed=""):
        connections.disconnect(connection, by=request.user.get_username())
    messages.success(request, "Disconnected from Zoho. Nothing that was read or paired is lost.")
    return redirect(BACK)


def _check_permission(request: HttpRequest) -> None:
    user = request.user
    if not (user.is_staff or user.has_perm("zoho_client.change_zohoconnection")):
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
            request.GET["code"],
            accounts_url=request.GET.get("accounts-server", ""),
            location=request.GET.get("location", "")[:10],
            connected_by=request.user.get_username(),
        )
    except ZohoError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Connected to {connection.org_name} as {connection.user_name}.")
