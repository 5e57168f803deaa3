"""The page of the set-up of Zoho beside Exact: what is agreed, tied, checked and chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from exact_client.models import Division
from sync.models import ModuleSync, TaxMapping, ZohoSync
from sync.rules.zoho.modules import Module
from sync.rules.zoho.statuses import ExactState
from sync.services.zoho.set_up import catch_all, checklist, metadata, setup, taxes, terms
from sync.views.zoho_common import find_sync, may_use_zoho
from zoho_client.models import ZohoConnection
from zoho_client.oauth import SCOPES

# For where whoever logged in may not make fields: what to type into Zoho's own form.
BY_HAND = [
    (wish["field_label"], wish["length"], "unique" in wish) for wish in metadata.OUR_FIELDS.values()
]
STATES = {
    ExactState.DRAFT: "Draft",
    ExactState.OPEN: "Open, not printed yet",
    ExactState.PROCESSED: "Processed: printed or booked",
    ExactState.PART_PAID: "Part paid",
    ExactState.PAID: "Paid",
}


@dataclass(frozen=True, slots=True)
class TaxRow:
    """A tax of Zoho, with what it is in Exact or probably is."""

    tax: TaxMapping
    code: str
    guess: str  # why it is offered; "" when a person chose it


@require_safe
@may_use_zoho
def show(request: HttpRequest) -> HttpResponse:
    """Show what is agreed, tied, checked and chosen, and what is still to do."""
    sync = find_sync()
    connection = setup.connection_of(sync)
    steps = checklist.steps(sync, connection)
    context: dict[str, Any] = {
        "sync": sync,
        "steps": steps,
        "next_step": next((step for step in steps if not step.is_done and step.is_needed), None),
        "is_ready": not any(step.is_in_the_way for step in steps),
        "has_all_steps": steps[-1].key == checklist.START,
        "terms_version": terms.VERSION,
        "are_agreed": terms.are_agreed(sync),
        "connection": connection,
        "other": setup.another_connection(sync),
        "scopes": _scopes(connection),
        "divisions": Division.objects.chosen(),
        **_people(sync),
    }
    if sync is not None and sync.connection and sync.division:
        context |= _tied_part(sync)
    return render(request, "sync/zoho/setup.html", context)


def _people(sync: ZohoSync | None) -> dict[str, Any]:
    admins = list(setup.administrators())
    everybody = User.objects.filter(is_active=True).order_by("username")
    return {
        "admins": admins,
        "people": [one for one in everybody if one not in admins],
        "chosen": set(sync.users.values_list("pk", flat=True)) if sync else set(),
    }


def _tied_part(sync: ZohoSync) -> dict[str, Any]:
    modules = sorted(sync.modules.all(), key=lambda one: list(Module).index(Module(one.module)))
    offered = setup.statuses_of(sync, modules)
    words = setup.status_words(sync, offered)
    return {
        "modules": modules,
        "field_rows": [(one, metadata.lacking(one), metadata.id_is_unique(one)) for one in modules],
        "is_missing_fields": any(map(_lacks_fields, modules)),
        "by_hand": BY_HAND,
        "mapping_counts": _mapping_counts(sync, modules),
        "tax_rows": _tax_rows(sync),
        "vat_codes": taxes.codes_of(sync.division),
        "statuses": offered,
        "words": [(state, STATES[state], words[state]) for state in ExactState],
        "journals": setup.sales_journals(sync),
        "journal": sync.sales_journal or setup.usual_journal(sync),
        "catch_all": catch_all.name_of(sync),
    }


def _lacks_fields(module: ModuleSync) -> bool:
    is_wanted = module.takes_part and bool(module.fields)
    return is_wanted and bool(metadata.lacking(module))


def _mapping_counts(sync: ZohoSync, modules: list[ModuleSync]) -> list[tuple[ModuleSync, int]]:
    active = sync.mappings.filter(is_active=True).order_by().values_list("module", flat=True)
    names = list(active)
    return [(one, names.count(one.module)) for one in modules if one.takes_part]


def _tax_rows(sync: ZohoSync) -> list[TaxRow]:
    rows, codes = list(sync.taxes.all()), taxes.codes_of(sync.division)
    guesses = taxes.guesses(rows, codes, sync.division)
    found = []
    for tax in rows:
        guess = guesses.get(tax.label)
        code = guess.code if guess else tax.vat_code
        found.append(TaxRow(tax, code, guess.reason if guess else ""))
    return found


def _scopes(connection: ZohoConnection | None) -> list[tuple[str, bool]]:
    """Return what we ask for, and whether it was granted."""
    granted = connection.scopes.split(",") if connection else []
    return [(scope, scope in granted) for scope in SCOPES]
