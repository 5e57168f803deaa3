"""The pages about invoices: the list, one of them beside its entry, and what a push would do."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts_link.division import find_division, the_division
from accounts_link.models import AccountLink
from accounts_link.paging import page_of, page_of_found
from exact_client.models import Division
from sync.context import documents_of
from sync.forms import STATES_OF, WAITING, InvoiceFilter
from sync.models import (
    BookingSettings,
    Invoice,
    InvoiceState,
    Journal,
    OutboxEntry,
    Run,
    WhenClosed,
)
from sync.models.documents import BEFORE_THE_OUTBOX, InvoiceQuerySet
from sync.services.delivery import forecast as forecasting
from sync.services.delivery import prepare
from sync.services.delivery.auto_push import needs_approval
from sync.services.delivery.exclude import MAY_BE_TAKEN_UP
from sync.services.delivery.move import way_out
from sync.services.diary import notes_about
from sync.services.ledger.books import books_of
from sync.views import entries
from sync.views.common import Tab, asks_a_part, may_see

WARNINGS_SHOWN = 20
ACCOUNTS_SHOWN = 20
WAITING_SHOWN = 50
FORECAST = 1_000  # documents of which a page works out what they will be


@require_safe
@may_see
@vary_on_headers("HX-Request")
def invoices(request: HttpRequest) -> HttpResponse:
    """Show the documents with their states, and push those that are ready."""
    filters = InvoiceFilter.of(request.GET)
    among = documents_of(request)
    found = filters.documents(among)
    figures = _figures(found)
    page = page_of_found if filters.text else page_of
    context = {
        "filters": filters,
        "page": page(filters.narrowed(found), request.GET.get("page"), _with_customers),
        "tabs": _tabs(filters, figures),
        "locations": sorted({where for where, _ in figures if where}),
        "months": _months(among),
        "ready": _ready(among, filters, figures),
        "run": Run.objects.filter(job=Run.Job.PUSH).exclude(state__in=_OVER).first(),
        **_offers(find_division(request), filters.state_asked),
    }
    template = "sync/_invoice_list.html" if asks_a_part(request) else "sync/invoices.html"
    return render(request, template, context)


def _offers(division: Division | None, state: str) -> dict[str, bool]:
    """Return what may be done with many documents at once, where the set-up speaks of it."""
    if state == "kept":
        movable = Journal.objects.filter(division=division, when_closed=WhenClosed.MOVE)
        return {"may_move": movable.exists()}
    asks = Q(push_policy=BookingSettings.PushPolicy.REVIEWED) | Q(push_up_to__isnull=False)
    policies = BookingSettings.objects.filter(asks, division=division)
    return {"may_approve": state == "ready" and policies.exists()}


def _with_customers(rows: QuerySet[Invoice]) -> QuerySet[Invoice]:
    return rows.select_related("customer")


_OVER = [Run.State.DONE, Run.State.FAILED]
Figures = dict[tuple[str, str], tuple[int, Decimal]]  # by location and state: number, euros


def _figures(documents: InvoiceQuerySet) -> Figures:
    groups = documents.order_by().values_list("location", "state")
    counted = groups.annotate(Count("pk"), Sum("amount"))
    return {(where, state): (number, total) for where, state, number, total in counted}


def _tabs(filters: InvoiceFilter, figures: Figures) -> list[Tab]:
    place, asked = filters.asked("location"), filters.state_asked
    counts: Counter[str] = Counter()
    for (where, state), (number, _) in figures.items():
        counts[state] += number if place in {"", where} else 0
    tabs = []
    for key, words in filters.STATES:
        number = sum(counts[state] for state in STATES_OF.get(key, counts))
        if key == asked or (number and key != WAITING) or key in {"all", "ready"}:
            tabs.append(Tab(key, words, number, key == asked))
    return tabs


def _ready(among: InvoiceQuerySet, filters: InvoiceFilter, figures: Figures) -> dict[str, Any]:
    """Return how many documents are ready, and their euros, whatever is shown."""
    if filters.is_narrow:
        figures = _figures(among.filter(state=InvoiceState.READY))
    ready = [pair for (_, state), pair in figures.items() if state == InvoiceState.READY]
    return {"count": sum(number for number, _ in ready), "amount": sum(total for _, total in ready)}


def _months(among: InvoiceQuerySet) -> list[date]:
    """Return the first day of each month from the newest document to the oldest."""
    ends = among.aggregate(first=Min("invoice_date"), last=Max("invoice_date"))
    if ends["first"] is None:
        return []
    numbers = range(_ordinal(ends["last"]), _ordinal(ends["first"]) - 1, -1)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def _ordinal(day: date) -> int:
    return day.year * 12 + day.month - 1


@require_safe
@may_see
@vary_on_headers("HX-Request")
def invoice(request: HttpRequest, number: str) -> HttpResponse:
    """Show one document as zapfloor gave it, the entry it becomes, and what happened to it."""
    rows = Invoice.objects.select_related("customer", "division__connection").prefetch_related(
        "lines"
    )
    row = get_object_or_404(rows, number=number)
    history = list(entries.history_of(row))
    current = entries.current(history, row)
    context = {
        "invoice": row,
        "lines": row.lines.all(),
        "history": history,
        "current": current,
        "diary": notes_about(row),
        "is_free": current is None and (row.state in BEFORE_THE_OUTBOX or row.is_kept_by_rule),
        "may_take_up": row.state in MAY_BE_TAKEN_UP and not row.is_kept_by_rule,
        "in_panel": asks_a_part(request),
        "undoing": entries.undoing(history, current),
        "files": entries.files(history, row),
        "file_troubles": entries.file_troubles(history),
        **_beside(row, row.division or find_division(request), current),
    }
    template = "sync/_invoice_panel.html" if asks_a_part(request) else "sync/invoice.html"
    return render(request, template, context)


def _beside(row: Invoice, division: Division | None, sent: OutboxEntry | None) -> dict[str, Any]:
    """Return the entry beside the document: as sent, or as planned with all that is in its way."""
    if division is None:
        return {}
    if sent is not None:
        return {"entry": entries.as_sent(sent), "link": _link(row, division)}
    books = books_of(division)
    shown = prepare.preview(row, division, books)
    return {
        "entry": entries.planned(shown.entry, books.ledger) if shown.entry else None,
        "way_out": way_out(shown, books),
        "needs_approval": needs_approval(row, division),
        "problems": shown.problems,
        "link": shown.link,
        "standing": shown.standing,
        "creates_account": shown.creates_account,
    }


def _link(row: Invoice, division: Division) -> AccountLink | None:
    links = AccountLink.objects.filter(division=division, customer=row.customer_id)
    return links.select_related("account").first()


@require_safe
@may_see
def dry_run(request: HttpRequest) -> HttpResponse:
    """Show what a push of everything would do: entries, euros, accounts, and what stays and why.

    Of very many documents only the oldest are worked out: the page can't wait for all of them.
    """
    division = the_division(request)
    found = forecasting.forecast(division, most=FORECAST)
    ledger = books_of(division).ledger
    context = {
        "forecast": found,
        "worked_out": FORECAST,
        "journals": [
            (ledger.journals[code], total) for code, total in sorted(found.journals.items())
        ],
        "vat_codes": [
            (ledger.vat_codes[code], total) for code, total in sorted(found.vat_codes.items())
        ],
        "accounts": list(found.accounts.values())[:ACCOUNTS_SHOWN],
        "waiting": found.waiting.most_common(WAITING_SHOWN),
        "waiting_count": found.waiting.total(),
        "warnings": found.warnings[:WARNINGS_SHOWN],
        "is_paused": BookingSettings.objects.filter(division=division, is_paused=True).exists(),
    }
    return render(request, "sync/dry_run.html", context)
