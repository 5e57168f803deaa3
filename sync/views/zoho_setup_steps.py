"""The buttons of the set-up of Zoho beside Exact: each asks a service and shows the page again."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from exact_client.models import Division
from sync import tasks
from sync.models import Run, ZohoSync
from sync.rules.zoho.modules import Module
from sync.rules.zoho.statuses import ExactState
from sync.services.zoho.set_up import availability, catch_all, closing, metadata, setup, taxes
from sync.services.zoho.set_up.catch_all import NoProductError
from sync.services.zoho.set_up.setup import SetupError
from sync.views.common import may_set_up, person, start
from sync.views.zoho_common import the_sync
from zoho_client.client import Lane, ZohoClient
from zoho_client.errors import ZohoDisconnectedError, ZohoError

PAGE = "sync:zoho-setup"


@require_POST
@may_set_up
def agree(request: HttpRequest) -> HttpResponse:
    """Agree to the terms that were shown."""
    try:
        version = request.POST.get("version", "")
        setup.agree(setup.begin(), version, by=person(request), now=timezone.now())
    except SetupError as error:
        messages.error(request, str(error))
    return _back("terms")


@require_POST
@may_set_up
def choose_users(request: HttpRequest) -> HttpResponse:
    """Let the ticked people use it, besides administrators."""
    keys = [key for key in request.POST.getlist("user") if key.isdecimal()]
    users = User.objects.filter(pk__in=keys, is_active=True)
    setup.choose_users(setup.begin(), list(users), by=person(request))
    messages.success(request, "Saved who may use it.")
    return _back("users")


@require_POST
@may_set_up
def tie(request: HttpRequest) -> HttpResponse:
    """Tie the organisation in Zoho to the chosen division in Exact, and look what Zoho offers."""
    sync = setup.begin()
    connection = setup.connection_of(sync)
    keys = [key for key in request.POST.getlist("division") if key.isdecimal()]
    division = Division.objects.chosen().filter(pk__in=keys).first()
    if connection is None or division is None:
        messages.error(request, "Log in to Zoho and choose a division first.")
        return _back("division")
    try:
        setup.tie(sync, connection, division, by=person(request))
    except SetupError as error:
        messages.error(request, str(error))
        return _back("division")
    messages.success(request, f"{connection.org_name} in Zoho is tied to {division}.")
    return _looked(request, sync)


@require_POST
@may_set_up
def check(request: HttpRequest) -> HttpResponse:
    """Look again what Zoho offers: modules, fields and taxes."""
    return _looked(request, the_sync())


def _looked(request: HttpRequest, sync: ZohoSync) -> HttpResponse:
    try:
        modules = setup.look(sync, _zoho(sync), now=timezone.now())
    except ZohoError as error:
        messages.error(request, f"Zoho could not be looked at. {error}")
        return _back("modules")
    shut = [str(one) for one in modules if one.unavailable and one.takes_part]
    if shut:
        messages.warning(request, f"Not open to us: {', '.join(shut)}. Each says what to do.")
    else:
        messages.success(request, "Zoho's modules, fields and taxes are read.")
    return _back("modules")


@require_POST
@may_set_up
def choose_modules(request: HttpRequest) -> HttpResponse:
    """Let the ticked modules take part, and no others."""
    sync = the_sync()
    setup.choose_modules(sync, request.POST.getlist("module"), by=person(request))
    messages.success(request, "Saved which modules take part.")
    return _back("modules")


@require_POST
@may_set_up
def make_fields(request: HttpRequest) -> HttpResponse:
    """Make our fields in Zoho where they are missing."""
    sync = the_sync()
    try:
        made = metadata.make_fields(sync, _zoho(sync), now=timezone.now())
    except ZohoError as error:
        messages.error(request, str(error))
        return _back("fields")
    for name, refusal in made.refusals.items():
        messages.error(request, f"{availability.WORDS[Module(name)]}: {refusal}")
    if made.fields:
        messages.success(request, f"{made.fields} fields made in Zoho.")
    elif not made.refusals:
        messages.success(request, "Nothing was missing.")
    return _back("fields")


@require_POST
@may_set_up
def save_taxes(request: HttpRequest) -> HttpResponse:
    """Save which VAT code each tax of Zoho means."""
    chosen = {
        name.removeprefix("tax/"): str(code)
        for name, code in request.POST.items()
        if name.startswith("tax/")
    }
    known = taxes.choose(the_sync(), chosen)
    messages.success(request, f"Saved: {known} taxes have a VAT code.")
    return _back("taxes")


@require_POST
@may_set_up
def save_invoices(request: HttpRequest) -> HttpResponse:
    """Save which invoices cross, which words Zoho is told, and the journal."""
    try:
        setup.choose_for_invoices(
            the_sync(),
            statuses=[*request.POST.getlist("status"), request.POST.get("more", "")],
            words={state: request.POST.get(f"word/{state}", "") for state in ExactState},
            journal=request.POST.get("journal", ""),
            by=person(request),
        )
    except SetupError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Saved how invoices cross.")
    return _back("invoices")


@require_POST
@may_set_up
def choose_product(request: HttpRequest) -> HttpResponse:
    """Take a product of Zoho for lines that match none, or make one."""
    sync, text = the_sync(), request.POST.get("product", "").strip()
    try:
        if "make" in request.POST:
            name = catch_all.make(sync, _zoho(sync))
        else:
            name = catch_all.choose(sync, _zoho(sync), text)
    except (NoProductError, ZohoError) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Lines that match no product stand under {name}.")
    return _back("product")


@require_POST
@may_set_up
def begin(request: HttpRequest) -> HttpResponse:
    """Start, or go on after closing: everything runs from now on, beginning with a first run."""
    sync = the_sync()
    try:
        setup.start(sync, by=person(request), now=timezone.now())
    except SetupError as error:
        messages.error(request, str(error))
        return _back("start")
    start(request, Run.Job.ZOHO, tasks.sync_zoho)
    messages.success(request, "Started. The first run reads both sides; this may take a while.")
    return _back("start")


@require_POST
@may_set_up
def close(request: HttpRequest) -> HttpResponse:
    """Stop everything; keep all data and both permissions."""
    closing.close(the_sync(), by=person(request), now=timezone.now())
    messages.success(request, "Closed. Nothing runs any more, and nothing was deleted.")
    return _back("start")


def _zoho(sync: ZohoSync) -> ZohoClient:
    if sync.connection is None:
        raise ZohoDisconnectedError("Log in to Zoho and choose a division first.")
    return ZohoClient.connected(sync.connection, lane=Lane.PERSON)


def _back(place: str) -> HttpResponse:
    return redirect(f"{reverse(PAGE)}#{place}")
