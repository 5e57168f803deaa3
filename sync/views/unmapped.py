"""The cells that documents wait for, each with the button to it, and as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts_link.division import the_division
from accounts_link.imports.export import Value, write_csv
from sync.rules.ledger import DocumentKind, GLCell, JournalCell, TermsCell, VatCell
from sync.services.ledger.books import books_of
from sync.services.ledger.demand import Demand, added
from sync.services.ledger.routes import unrouted
from sync.services.ledger.unmapped import Waiting, waiting
from sync.views.common import may_see
from sync.views.gl_grid import where
from sync.views.slots import in_place
from sync.views.told import said

if TYPE_CHECKING:
    from sync.rules.ledger import Key, Problem

HEADING: list[Value] = ["what", "where", "why", "documents", "amount", "oldest"]


CHOICES = {
    "cost_centre": "Cost centre",
    "cost_unit": "Cost unit",
    "discount_product": "Product for discounts",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One cell that is missing, in words."""

    what: str
    where: str
    why: str
    demand: Demand
    problem: Problem

    @property
    def title(self) -> str:
        """What is missing, and where."""
        return f"{self.what} · {self.where}"


@require_safe
@may_see
def unmapped(request: HttpRequest) -> HttpResponse:
    """Show what is still to be mapped, by how many documents wait for it."""
    context = {"rows": list(_rows(request)), "unrouted": added(unrouted().values())}
    return render(request, "sync/unmapped.html", context)


@require_safe
@may_see
def unmapped_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Hand the same out as CSV."""
    lines = [_written(row) for row in _rows(request)]
    content = write_csv([HEADING, *lines], for_excel=True)
    response = StreamingHttpResponse(content, content_type="text/csv")
    response["Content-Disposition"] = 'attachment; filename="still to map.csv"'
    return response


def _written(row: Row) -> list[Value]:
    demand = row.demand
    return [row.what, row.where, row.why, demand.documents, demand.amount, demand.oldest]


def _rows(request: HttpRequest) -> Iterator[Row]:
    division = the_division(request)
    for one in waiting(division, books_of(division)):
        what, place = _said(one)
        yield Row(what, place, in_place(one.sentence), one.demand, one.problem)


def _said(one: Waiting) -> tuple[str, str]:
    """Return what is missing and where, by the key of the problem."""
    kind, parts = str(one.key[0]), one.key[1:]
    if kind in CHOICES:
        return CHOICES[kind], where(str(parts[0])) if parts else "All locations"
    what, place = said("", _cell(kind, parts))
    words = {"gl": f"G/L account for {what}", "vat": f"VAT code for {what}"}
    return words.get(kind, what), place


def _cell(kind: str, parts: Key) -> GLCell | VatCell | JournalCell | TermsCell:
    texts = map(str, parts)
    if kind == "gl":
        return GLCell(*texts)
    if kind == "vat":
        return VatCell(*parts)  # type: ignore[arg-type]  # the parts of a key that begins with vat
    if kind == "payment_condition":
        return TermsCell(*texts)
    is_credit = kind == "credit_journal"
    return JournalCell(next(texts), DocumentKind.CREDIT_NOTE if is_credit else DocumentKind.INVOICE)
