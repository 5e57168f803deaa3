"""The pages about reconciliation: every month with a tick or its difference, and one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Sum
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts_link.division import the_division
from exact_client.models import Division
from sync import tasks
from sync.forms import MONTH
from sync.models import ComparedMonth, Invoice, Journal, MirrorCursor, Run, VATCode
from sync.models.documents import IN_THE_BOOKS
from sync.rules.reconciliation import Both, Group, Reconciliation
from sync.services.reading_back import reconcile_files
from sync.services.reading_back.read_back import LINES
from sync.services.reading_back.reconcile import following, reconcile
from sync.views.common import may_change, may_see, start, way_back

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OVER = [Run.State.DONE, Run.State.FAILED]
SHOWN, WAITING_SHOWN = 200, 20  # differences, and documents that wait; the files have all


@dataclass(frozen=True, slots=True)
class Month:
    """A line of the list of months."""

    first: date
    compared: ComparedMonth | None  # none while nothing of it was booked
    waiting: int = 0  # documents that are not in the books
    waiting_amount: Decimal = Decimal(0)


@require_safe
@may_see
def months(request: HttpRequest) -> HttpResponse:
    """Show every month in which there are documents: whether it closes, and what is missing."""
    division = the_division(request)
    context = {
        "months": _months(division),
        "drifted": _drifted(division),
        "read_at": _read_at(division),
        "run": Run.objects.filter(job=Run.Job.BOOKED).exclude(state__in=OVER).first(),
    }
    return render(request, "sync/reconciliation.html", context)


def _months(division: Division) -> list[Month]:
    compared = {row.month: row for row in ComparedMonth.objects.filter(division=division)}
    waiting = {first: (number, amount) for first, number, amount in _waiting(division)}
    return [
        Month(first, compared.get(first), *waiting.get(first, ()))
        for first in sorted(compared.keys() | waiting.keys(), reverse=True)
    ]


def _waiting(division: Division) -> list[tuple[date, int, Decimal]]:
    """Return the months with documents that are not in the books: how many, and for how much."""
    rows = Invoice.objects.around(division).exclude(state__in=IN_THE_BOOKS).order_by()
    by_day = rows.values_list(Coalesce("book_on", "invoice_date")).annotate(
        Count("pk"), Sum("amount")
    )
    months: dict[date, list[tuple[int, Decimal]]] = {}
    for day, number, amount in by_day:  # added up here: SQLite has no function for months
        months.setdefault(day.replace(day=1), []).append((number, amount))
    return [
        (first, sum(number for number, _ in days), sum((sums for _, sums in days), Decimal(0)))
        for first, days in months.items()
    ]


def _drifted(division: Division) -> int:
    return Invoice.objects.filter(division=division, state="drifted").count()


def _read_at(division: Division) -> datetime | None:
    cursors = MirrorCursor.objects.filter(division=division, feed=LINES)
    return cursors.values_list("read_at", flat=True).first()


@require_safe
@may_see
def month(request: HttpRequest, month: str) -> HttpResponse:
    """Show one month: both sides by journal, location and VAT code, and every difference."""
    division, first = the_division(request), _first_day(month)
    found = reconcile(division, first)
    context = {
        "found": found,
        "journals": _journals(division, found),
        "totals": list(found.totals.items()),
        "differences": found.differences[:SHOWN],
        "accepted": len(found.differences) - len(found.open),
        "waiting": found.waiting[:WAITING_SHOWN],
        "waiting_amount": sum(one.amount for one in found.waiting),
        "before": (first - timedelta(days=1)).replace(day=1),
        "after": following(first),
        "read_at": _read_at(division),
        "shown": SHOWN,
    }
    return render(request, "sync/reconciliation_month.html", context)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table of a month; `level` is how deep it stands: journal, location, code."""

    level: int
    word: str
    detail: str
    sums: Both
    currency: str


def _journals(division: Division, found: Reconciliation) -> list[list[Line]]:
    """Return for each journal its line, those of its locations, and those of their VAT codes."""
    names = dict(Journal.objects.filter(division=division).values_list("code", "description"))
    rates = dict(VATCode.objects.filter(division=division).values_list("code", "description"))
    tables = []
    for (code, currency), sums in found.journals.items():
        lines = [Line(0, code, names.get(code, ""), sums, currency)]
        for group in found.groups:
            if (group.place.journal, group.place.currency) == (code, currency):
                lines += _lines(group, rates)
        tables.append(lines)
    return tables


def _lines(group: Group, rates: Mapping[str, str]) -> Iterator[Line]:
    place = group.place
    where = "Not ours" if place.location is None else place.location or "No location"
    yield Line(1, where, "", group.sums, place.currency)
    for code, sums in group.vat_codes.items():
        yield Line(2, f"VAT {code or 'none'}", rates.get(code, ""), sums, place.currency)


@require_safe
@may_see
def month_file(request: HttpRequest, month: str, form: str) -> HttpResponse | StreamingHttpResponse:
    """Hand out a month for the accountant, with all differences and all that waits."""
    found = reconcile(the_division(request), _first_day(month))
    response: HttpResponse | StreamingHttpResponse
    if form == "csv":
        response = StreamingHttpResponse(reconcile_files.csv_of(found), content_type="text/csv")
    elif form == "xlsx":
        response = HttpResponse(reconcile_files.xlsx_of(found), content_type=XLSX)
    else:
        raise Http404
    name = f"reconciliation-{found.month:%Y-%m}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
@may_change
def read_back(request: HttpRequest) -> HttpResponse:
    """Read back what is booked; a reading that goes on already is shown instead."""
    start(request, Run.Job.BOOKED, tasks.read_back)
    return redirect(way_back(request, "sync:reconciliation"))


def _first_day(month: str) -> date:
    found = MONTH.fullmatch(month)
    if found is None:
        raise Http404("There is no such month.")
    return date(int(found[1]), int(found[2]), 1)
