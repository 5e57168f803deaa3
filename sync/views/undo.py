"""Taking the last change of the mappings back, as long as the person who made it is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts_link.division import the_division
from sync.services.ledger import mapping
from sync.views.common import may_set_up, way_back
from sync.views.fields import choices_of, fields_of

if TYPE_CHECKING:
    from exact_client.models import Division
    from sync.services.ledger.mapping import Choices

KEY = "mapping_before"  # in the session


def remember(request: HttpRequest, division: Division, words: str, before: Choices) -> None:
    """Keep what was mapped before a change; `words` say what the change did."""
    request.session[KEY] = {"division": division.pk, "words": words, "fields": fields_of(before)}


def remembered(request: HttpRequest, division: Division | None) -> dict[str, Any] | None:
    """Return the last change, as the template shows it."""
    kept: dict[str, Any] | None = request.session.get(KEY)
    return kept if kept and division and kept["division"] == division.pk else None


@require_POST
@may_set_up
def undo(request: HttpRequest) -> HttpResponse:
    """Map again what was mapped before the last change."""
    division = the_division(request)
    if kept := remembered(request, division):
        faults = mapping.save(division, choices_of(kept["fields"]))
        for sentence in faults.values():
            messages.error(request, sentence)
        if not faults:
            del request.session[KEY]
            messages.success(request, "Taken back: everything is mapped as before.")
    return redirect(way_back(request, "sync:setup"))
