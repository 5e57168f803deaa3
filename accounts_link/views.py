"""The pages about links: the Exact Accounts Overview, its other direction, and their details."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts_link import suggestions
from accounts_link.division import find_division, the_division
from accounts_link.forms import AccountFilter, CustomerFilter, HistoryFilter, ListFilter, as_kept
from accounts_link.models import AccountLink, Customer, ExactAccount, LinkEvent
from accounts_link.paging import Page, page_of, page_of_found
from exact_client.models import Division

FOUND_AT_MOST = 8  # answers of a picker
EVENTS_SHOWN = 10  # in a panel
ORIGINS = {"overview": "account", "customers": "customer"}  # what a row of the list is about

may_see = permission_required("accounts_link.view_exactaccount", raise_exception=True)


@require_safe
@may_see
@vary_on_headers("HX-Request")
def overview(request: HttpRequest) -> HttpResponse:
    """Show every account in Exact beside its customers of zapfloor, and why they are linked."""
    filters = AccountFilter.of(request.GET)
    division = find_division(request)
    if division is None:
        return render(
            request, "accounts_link/not_connected.html", {"title": "Exact Accounts Overview"}
        )
    page = _page(request, filters, filters.accounts(division), lambda rows: rows.for_overview())
    return _list(request, "overview", filters, page)


@require_safe
@may_see
@vary_on_headers("HX-Request")
def customers(request: HttpRequest) -> HttpResponse:
    """Show customers of zapfloor, those without an account first of all."""
    filters = CustomerFilter.of(request.GET)
    division = find_division(request)
    if division is None:
        return render(request, "accounts_link/not_connected.html", {"title": "Customers"})
    page = _page(
        request, filters, filters.customers(division), lambda rows: rows.with_standing(division)
    )
    return _list(request, "customers", filters, page)


@require_safe
@may_see
@vary_on_headers("HX-Request")
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one account: its customers, who else it may be, a picker, and its history."""
    division = the_division(request)
    rows = ExactAccount.objects.filter(division=division).for_overview()
    account = get_object_or_404(rows, pk=pk)
    find = as_kept(request.GET.get("find", ""))
    context = {
        "account": account,
        "find": request.GET.get("find", ""),
        "found": _customers_found(division, find),
        "events": [] if find else _with_names(account.link_events.all())[:EVENTS_SHOWN],
    }
    return _detail(request, "account", context)


@require_safe
@may_see
@vary_on_headers("HX-Request")
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one customer: its account or its candidates, a picker, and its history."""
    division = the_division(request)
    customer = get_object_or_404(Customer.objects.with_standing(division), pk=pk)
    find = as_kept(request.GET.get("find", ""))
    context = {
        "customer": customer,
        "find": request.GET.get("find", ""),
        "found": _accounts_found(division, find),
        "events": [] if find else _with_names(customer.link_events.all())[:EVENTS_SHOWN],
    }
    return _detail(request, "customer", context)


@require_safe
@may_see
def review(request: HttpRequest) -> HttpResponse:
    """Show the customers that a rule would not settle, and one of them beside its candidates."""
    filters = ListFilter.of(request.GET)
    division = find_division(request)
    if division is None:
        return render(request, "accounts_link/not_connected.html", {"title": "Review"})
    queue = Customer.objects.in_review(division).named(filters.text).order_by("number")
    page = _page(request, filters, queue, lambda rows: rows.with_standing(division))
    chosen = _chosen(page, request.GET.get("customer"))
    context = {
        "page": page,
        "filters": filters,
        "chosen": chosen,
        "next_url": _after(request, page, chosen),
    }
    return render(request, "accounts_link/review.html", context)


@require_safe
@may_see
def bulk(request: HttpRequest) -> HttpResponse:
    """Show how many clear suggestions there are at each score, and those that would be linked."""
    division = the_division(request)
    every = suggestions.clear_suggestions(division, suggestions.THRESHOLDS[-1])
    counts = suggestions.counts_by_threshold(every)
    asked = request.GET.get("score", "")
    score = int(asked) if asked in {str(limit) for limit, _ in counts} else counts[0][0]
    clear = [candidate for candidate in every if candidate.score >= score]
    context = {"counts": counts, "score": score, "clear": clear, "at_once": suggestions.AT_ONCE}
    return render(request, "accounts_link/bulk.html", context)


@require_safe
@may_see
@vary_on_headers("HX-Request")
def history(request: HttpRequest) -> HttpResponse:
    """Show every change of a link: who, when, why, by which rule; each can be undone once."""
    filters = HistoryFilter.of(request.GET)
    events = LinkEvent.objects.all()
    if filters.state_asked != "all":
        events = events.filter(by__isnull=filters.state_asked == "rules")
    if filters.text:
        events = events.filter(customer__in=Customer.objects.named(filters.text).values("pk"))
    page = _page(request, filters, filters.ordered(events), _with_names)
    return _list(request, "history", filters, page)


def _page(
    request: HttpRequest, filters: ListFilter, rows: QuerySet[Any], dressed: Callable[[Any], Any]
) -> Page[Any]:
    page = page_of_found if filters.text else page_of
    return page(rows, request.GET.get("page"), dressed)


def _list(request: HttpRequest, name: str, filters: ListFilter, page: Page[Any]) -> HttpResponse:
    """Answer htmx with the list alone, a browser with the whole page."""
    template = (
        f"accounts_link/_{name}_list.html"
        if _asks_a_part(request)
        else f"accounts_link/{name}.html"
    )
    return render(
        request, template, {"filters": filters, "page": page, "origin": ORIGINS.get(name)}
    )


def _detail(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """Answer htmx with the panel, or with what its picker found; a browser with the whole page."""
    template = f"accounts_link/{name}.html"
    if _asks_a_part(request):
        part = "found" if request.headers.get("HX-Target") == "found" else "panel"
        template = f"accounts_link/_{name}_{part}.html"
    return render(request, template, {**context, "in_panel": _asks_a_part(request)})


def _asks_a_part(request: HttpRequest) -> bool:
    restored = request.headers.get("HX-History-Restore-Request") == "true"
    return request.headers.get("HX-Request") == "true" and not restored


def _with_names(events: QuerySet[LinkEvent]) -> QuerySet[LinkEvent]:
    return events.select_related("customer", "account", "by", "undone_by", "undoes")


def _chosen(page: Page[Customer], asked: str | None) -> Customer | None:
    """Return the customer that was asked for, or the first of the page."""
    by_key = {str(customer.pk): customer for customer in page.rows}
    return by_key.get(asked or "") or next(iter(page.rows), None)


def _after(request: HttpRequest, page: Page[Customer], chosen: Customer | None) -> str:
    """Return where to go once `chosen` is settled: to the one after it, or the one before."""
    query = request.GET.copy()
    if chosen is not None:
        place = page.rows.index(chosen)
        others = page.rows[place + 1 : place + 2] or page.rows[max(place - 1, 0) : place]
        query["customer"] = str(others[0].pk) if others else ""
    return f"{request.path}?{query.urlencode()}"


def _customers_found(division: Division, text: str) -> list[Customer] | None:
    if len(text) < 2:  # noqa: PLR2004 - one letter finds everybody
        return None
    links = AccountLink.objects.filter(customer=OuterRef("pk"), division=division)
    found = Customer.objects.active().named(text)
    found = found.annotate(linked_to=Subquery(links.values("account__name")))
    return list(found.order_by("number")[:FOUND_AT_MOST])


def _accounts_found(division: Division, text: str) -> list[ExactAccount] | None:
    if len(text) < 2:  # noqa: PLR2004 - one letter finds everybody
        return None
    found = ExactAccount.objects.filter(division=division, is_gone=False).named(text)
    return list(found.order_by("name", "pk")[:FOUND_AT_MOST])
