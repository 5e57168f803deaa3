"""A new location in three clicks: it takes over what another one has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts_link.division import the_division
from sync.services.ledger import grid as cells
from sync.services.ledger import setup
from sync.services.ledger.books import books_of
from sync.views.common import may_set_up
from sync.views.told import said_changes
from sync.views.undo import remember

if TYPE_CHECKING:
    from sync.rules.ledger import Mappings
    from sync.services.ledger.books import Books

LONGEST = 30  # characters of a location


@require_http_methods(["GET", "HEAD", "POST"])
@may_set_up
def copy(request: HttpRequest) -> HttpResponse:
    """Show what copying one location to another would change, or do it."""
    division = the_division(request)
    books = books_of(division)
    mappings = books.mappings
    asked = request.POST if request.method == "POST" else request.GET
    source, target = (asked.get(name, "").strip()[:LONGEST] for name in ("source", "target"))
    context: dict[str, Any] = {
        "source": source,
        "target": target,
        "sources": _with_own(mappings),
        "places": setup.sold(division).locations,
        "problem": "",
    }
    if source and target:
        context |= _plan(books, source, target)
    if request.method != "POST" or context["problem"] or "chosen" not in context:
        status = 422 if context["problem"] and request.method == "POST" else 200
        return render(request, "sync/copy_location.html", context, status=status)
    chosen = context["chosen" if request.POST.get("over") else "free"]
    before = cells.as_mapped(chosen, mappings)
    for sentence in (faults := cells.save(division, chosen)).values():
        messages.error(request, sentence)
    if not faults:
        words = f"{target} takes over {len(cells.changes(chosen, mappings))} choices of {source}."
        remember(request, division, words, before)
        messages.success(request, words)
    return redirect("sync:grid", "gl")


def _plan(books: Books, source: str, target: str) -> dict[str, Any]:
    """Return what would change, and of that what goes over nothing."""
    if source.casefold() == target.casefold():
        return {"problem": "Choose two different locations."}
    chosen = cells.of_location(books.mappings, source, target)
    free = cells.keeping(chosen, books.mappings)
    found = cells.changes(chosen, books.mappings)
    return {
        "chosen": chosen,
        "free": free,
        "changes": said_changes(found, books.ledger),
        "free_count": len(cells.changes(free, books.mappings)),
        "over_count": sum(one.replaces for one in found),
    }


def _with_own(mappings: Mappings) -> list[str]:
    """Return the locations that have a choice of their own."""
    booked = {cell.location for cell in mappings.journals}
    return sorted((booked | {cell.location for cell in mappings.gl_accounts}) - {""})
