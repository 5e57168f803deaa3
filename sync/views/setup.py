"""The set-up: connect, choose the division, map, and be ready to go."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import InvalidOperation
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts_link.division import find_division, the_division
from exact_client.budget import Lane
from exact_client.errors import ExactError
from exact_client.models import Division, ExactConnection
from sync import tasks
from sync.forms import SettingsForm
from sync.models import BookingSettings, Journal, Run, WhenClosed
from sync.services.delivery import prepare
from sync.services.jobs import office_of
from sync.services.ledger import books, divisions, mapping
from sync.services.ledger import setup as setting_up
from sync.views.cells import Cards
from sync.views.common import may_see, may_set_up, start
from sync.views.fields import choices_of
from sync.views.undo import remembered

CARDS = {"journals", "gl", "vat", "terms"}


@require_safe
@may_see
def setup(request: HttpRequest) -> HttpResponse:
    """Show what is connected, chosen and mapped, and what is still to do."""
    return _page(request, wanted=tuple(request.GET.getlist("cell")))


def _page(request: HttpRequest, status: int = 200, **shown: Any) -> HttpResponse:
    division = find_division(request)
    steps = setting_up.checklist(division)
    context: dict[str, Any] = {
        "connection": ExactConnection.objects.order_by("pk").first(),
        "divisions": Division.objects.select_related("connection").exclude(status=_HIDDEN),
        "division": division,
        "steps": steps,
        "next_step": next((step for step in steps if not step.is_done and step.is_needed), None),
        "is_ready": setting_up.is_ready(steps),
    }
    if division is not None:
        context |= _division_part(request, division, shown)
    return render(request, "sync/setup.html", context, status=status)


_HIDDEN = Division.Status.HIDDEN


def _division_part(
    request: HttpRequest, division: Division, shown: Mapping[str, Any]
) -> dict[str, Any]:
    chosen = BookingSettings.objects.filter(division=division).first()
    form = shown.get("form") or SettingsForm(instance=chosen or BookingSettings(division=division))
    told = {name: shown[name] for name in ("wanted", "typed", "faults") if name in shown}
    known = books.books_of(division)
    return {
        "cards": Cards(division, known, **told),
        "counts": {
            "gl": len(known.mappings.gl_accounts),
            "vat": len(known.mappings.vat_codes),
        },
        "form": form,
        "journals": division.journals.filter(type=Journal.SALES, is_blocked=False, is_gone=False),
        "policies": WhenClosed.choices,
        "undo": remembered(request, division),
    }


@require_POST
@may_set_up
def choose_divisions(request: HttpRequest) -> HttpResponse:
    """Work with the ticked divisions from now on, and read what the books of new ones offer."""
    keys = [pk for pk in request.POST.getlist("division") if pk.isdecimal()]
    wanted = list(Division.objects.exclude(status=_HIDDEN).filter(pk__in=keys))
    try:
        new = divisions.choose(wanted)
    except divisions.DivisionsError as error:
        messages.error(request, str(error))
        return redirect("sync:setup")
    messages.success(request, f"Working with {_listed(wanted)} from now on.")
    for division in new:
        _read(request, division)
    if new:
        start(request, Run.Job.MIRROR, tasks.mirror)
    return redirect("sync:setup")


def _listed(wanted: list[Division]) -> str:
    *first, last = map(str, wanted)
    return f"{', '.join(first)} and {last}" if first else last


@require_POST
@may_set_up
def read_books(request: HttpRequest) -> HttpResponse:
    """Read journals, G/L accounts, VAT codes, conditions and cost centres from Exact anew."""
    _read(request, the_division(request))
    return redirect("sync:setup")


def _read(request: HttpRequest, division: Division) -> None:
    try:
        counts = books.read(division, office_of(division, Lane.PERSON).exact)
    except ExactError as error:
        messages.error(request, f"The books could not be read. {error}")
    else:
        found = ", ".join(f"{counts[name]} {words}" for name, words in READ.items())
        messages.success(request, f"Read from Exact: {found}.")


CLOSING = "closing"  # what the fields of the journals begin with


@require_POST
@may_set_up
def save_closing(request: HttpRequest) -> HttpResponse:
    """Save, journal by journal, what becomes of documents whose period is closed."""
    division = the_division(request)
    for journal in division.journals.all():
        policy = request.POST.get(f"{CLOSING}/{journal.pk}", journal.when_closed)
        if policy in WhenClosed.values and policy != journal.when_closed:
            journal.when_closed = policy
            journal.save(update_fields=["when_closed"])
    prepare.refresh(division)
    messages.success(request, "Saved what happens when a period is closed.")
    return redirect(f"{reverse('sync:setup')}#closing")


READ = {
    "Journal": "journals",
    "GLAccount": "G/L accounts",
    "VATCode": "VAT codes",
    "PaymentCondition": "payment conditions",
    "CostCentre": "cost centres",
}


@require_POST
@may_set_up
def save_mapping(request: HttpRequest, card: str) -> HttpResponse:
    """Save one card; a choice that can't be is said at its place, and nothing is saved then."""
    typed = {name: str(code) for name, code in request.POST.items()}
    division = the_division(request)
    try:
        faults = mapping.save(division, choices_of(typed))
    except (KeyError, InvalidOperation):
        messages.error(request, "The books have changed meanwhile: look again and choose anew.")
        return redirect("sync:setup")
    if faults:
        return _page(request, 422, typed=typed, faults=faults)
    messages.success(request, "Saved. Documents that waited for it have moved on.")
    return redirect(f"{reverse('sync:setup')}#{card if card in CARDS else ''}")


@require_POST
@may_set_up
def confirm_guesses(request: HttpRequest) -> HttpResponse:
    """Take all guesses as they are shown, the unsure ones too."""
    division = the_division(request)
    cards = Cards(division, books.books_of(division))
    faults = mapping.save(division, cards.guesses())
    for sentence in faults.values():
        messages.error(request, sentence)
    if not faults:
        messages.success(request, f"{cards.guessed} guesses confirmed.")
    return redirect("sync:setup")


@require_POST
@may_set_up
def save_settings(request: HttpRequest) -> HttpResponse:
    """Save the choices that hold for the whole division."""
    division = the_division(request)
    chosen, _ = BookingSettings.objects.get_or_create(division=division)
    form = SettingsForm(request.POST, instance=chosen)
    if not form.is_valid():
        return _page(request, 422, form=form)
    with transaction.atomic():
        form.save()
        prepare.refresh(division)
        transaction.on_commit(lambda: tasks.nudge(tasks.push))
    messages.success(request, "Settings saved.")
    return redirect(f"{reverse('sync:setup')}#settings")
