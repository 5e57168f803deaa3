"""The cells that documents wait for, each with the button to it, and as a file."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts_link.division import the_division
from accounts_link.imports.export import Value, write_csv
from sync.services.books import books_of
from sync.services.demand import added
from sync.services.routes import unrouted
from sync.services.unmapped import Waiting, waiting
from sync.views.common import may_see

HEADING: list[Value] = ["what", "where", "why", "documents", "amount", "oldest"]
KINDS = {
    "journal": "Journal",
    "credit_journal": "Journal for credit notes",
    "gl": "G/L account",
    "vat": "VAT code",
    "payment_condition": "Payment condition",
}


@require_safe
@may_see
def unmapped(request: HttpRequest) -> HttpResponse:
    """Show what is still to be mapped, by how many documents wait for it."""
    division = the_division(request)
    context = {
        "rows": [(KINDS[str(row.key[0])], row) for row in waiting(division, books_of(division))],
        "unrouted": added(unrouted().values()),
    }
    return render(request, "sync/unmapped.html", context)


@require_safe
@may_see
def unmapped_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Hand the same out as CSV."""
    division = the_division(request)
    rows = waiting(division, books_of(division))
    response = StreamingHttpResponse(
        write_csv([HEADING, *_written(rows)], for_excel=True), content_type="text/csv"
    )
    response["Content-Disposition"] = 'attachment; filename="unmapped.csv"'
    return response


def _written(rows: list[Waiting]) -> Iterator[list[Value]]:
    for row in rows:
        what, *where = map(str, row.key)
        demand = row.demand
        yield [
            KINDS[what], " ".join(filter(None, where)), row.sentence,
            demand.documents, demand.amount, demand.oldest,
        ]  # fmt: skip
