"""Home: where the work stands, and the one thing to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts_link.models import AccountLink, Customer, ExactAccount, Standing
from exact_client.models import Division
from sync.context import Shell, ask_at_once, documents_of
from sync.models import JournalMapping, Run, Signal
from sync.models.documents import InvoiceQuerySet

RUNS_SHOWN = 6
SIGNALS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the checklist, from nothing to the first entry in the books."""

    word: str
    hint: str
    page: str
    is_done: bool


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what is linked, what waits, what ran, and what to do next."""
    shell = Shell(request)
    steps = list(_steps(shell))
    context = {
        "shell": shell,
        "steps": steps,
        "todo": next((step for step in steps if not step.is_done), None),
        "runs": Run.objects.select_related("asked_by")[:RUNS_SHOWN],
        "signals": Signal.objects.open()[:SIGNALS_SHOWN],
    }
    return render(request, "sync/home.html", context)


def _steps(shell: Shell) -> list[Step]:
    there = _what_is_there(shell.division, documents_of(shell.request))
    matched = there["matched"] or there["linked"]
    return [
        Step("Connect Exact Online", "Sign in at Exact once.", "sync:setup", shell.is_connected),
        Step("Copy the accounts", "The first mirror.", "sync:setup", there["accounts"]),
        Step("Choose journals", "And VAT codes.", "sync:setup", there["journals"]),
        Step("Import customers", "From zapfloor's file.", "sync:import", there["customers"]),
        Step("Match them", "By VAT and number.", "accounts_link:overview", matched),
        Step("Import invoices", "From zapfloor's file.", "sync:import", there["invoices"]),
        Step("Push the first one", "Preview it first.", "sync:invoices", there["booked"]),
    ]


def _what_is_there(division: Division | None, documents: InvoiceQuerySet) -> dict[str, Any]:
    """Return which kinds of rows exist, in one query."""
    ours = Q(division=division)
    rows: dict[str, QuerySet[Any]] = {
        "accounts": ExactAccount.objects.filter(ours),
        "journals": JournalMapping.objects.filter(ours, is_active=True),
        "customers": Customer.objects.all(),
        "matched": Standing.objects.filter(ours),
        "linked": AccountLink.objects.filter(ours),
        "invoices": documents,
        "booked": documents.exclude(booked_at=None),
    }
    if division is None:
        return dict.fromkeys(rows, False) | {"customers": Customer.objects.exists()}
    return ask_at_once(division, {name: Exists(found) for name, found in rows.items()})
