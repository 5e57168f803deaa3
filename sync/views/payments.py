"""The page about payments: what is open, late, paid and may bounce; and the same as a file."""

from __future__ import annotations

from itertools import chain
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts_link.division import find_division
from accounts_link.imports.export import write_csv
from accounts_link.paging import page_of, page_of_found
from sync.context import documents_of
from sync.models import Invoice, MirrorCursor, Run
from sync.services.payments.settle import BOUNCE_DAYS, bounce_days
from sync.services.payments.sheet import HEADINGS, rows_of, workbook
from sync.services.payments.terms import TERMS
from sync.views.common import Tab, asks_a_part, may_see
from sync.views.payment_lists import PaymentFilter, figures

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OVER = [Run.State.DONE, Run.State.FAILED]
ALWAYS_SHOWN = {"open", "overdue", "paid", "all"}


@require_safe
@may_see
@vary_on_headers("HX-Request")
def payments(request: HttpRequest) -> HttpResponse:
    """Show what customers owe and paid, and since when."""
    filters, today = PaymentFilter.of(request.GET), timezone.localdate()
    found = filters.among(documents_of(request))
    division = find_division(request)
    currency = division.currency if division else "EUR"
    known = figures(filters, found, currency=currency, today=today)
    days = bounce_days()
    page = page_of_found if filters.text else page_of
    context = {
        "filters": filters,
        "page": page(filters.narrowed(found, today), request.GET.get("page"), _with_customers),
        "tabs": _tabs(filters, known.counts),
        "tiles": known.tiles,
        "currency": currency,
        "days": days,
        "bounce_days": days.get(division.pk if division else None, BOUNCE_DAYS),
    }
    if asks_a_part(request):
        return render(request, "sync/_payment_list.html", context)
    return render(request, "sync/payments.html", context | _around(request))


def _with_customers(rows: QuerySet[Invoice]) -> QuerySet[Invoice]:
    return rows.select_related("customer")


def _tabs(filters: PaymentFilter, counts: dict[str, int]) -> list[Tab]:
    asked = filters.state_asked
    return [
        Tab(key, words, counts[key], key == asked)
        for key, words in filters.STATES
        if counts[key] or key in {*ALWAYS_SHOWN, asked}
    ]


def _around(request: HttpRequest) -> dict[str, Any]:
    """Return what stands around the list: places, when payments were read, and for how long."""
    division = find_division(request)
    places = documents_of(request).order_by("location")
    read = MirrorCursor.objects.filter(division=division, feed=TERMS)
    return {
        "locations": [
            place for place in places.values_list("location", flat=True).distinct() if place
        ],
        "run": Run.objects.filter(job=Run.Job.PAYMENTS).exclude(state__in=OVER).first(),
        "read_at": read.values_list("read_at", flat=True).first(),
    }


@require_safe
@may_see
def export(request: HttpRequest, form: str) -> HttpResponse | StreamingHttpResponse:
    """Hand out the list as it is asked for, all pages of it, for a spreadsheet."""
    filters, today = PaymentFilter.of(request.GET), timezone.localdate()
    found = filters.narrowed(filters.among(documents_of(request)), today)
    rows = rows_of(found, today)
    response: HttpResponse | StreamingHttpResponse
    if form == "csv":
        lines = write_csv(chain([HEADINGS], rows), for_excel=True)
        response = StreamingHttpResponse(lines, content_type="text/csv")
    elif form == "xlsx":
        response = HttpResponse(workbook(rows), content_type=XLSX)
    else:
        raise Http404
    response["Content-Disposition"] = f'attachment; filename="payments-{today}.{form}"'
    return response
