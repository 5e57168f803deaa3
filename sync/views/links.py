"""The buttons about links: assign, unlink, reject, undo, and accept many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts_link import suggestions
from accounts_link.division import the_division
from accounts_link.models import AccountLink, Candidate, Customer, ExactAccount, LinkEvent
from sync.services.parties import link
from sync.services.parties.link import Author, LinkError
from sync.views.common import way_back

LONGEST_KEY = 18  # digits of a BigAutoField

may_link = permission_required("accounts_link.add_accountlink", raise_exception=True)
may_unlink = permission_required("accounts_link.delete_accountlink", raise_exception=True)


@require_POST
@may_link
def assign(request: HttpRequest) -> HttpResponse:
    """Link a customer to an account, as a person chose."""
    customer, account = _pair(request)
    candidate = Candidate.objects.filter(customer=customer, account=account).first()
    evidence = candidate.points if candidate else []
    return _change(
        request,
        customer,
        account,
        lambda author: link.assign(customer, account, author, evidence=evidence),
        f"{customer} is linked to {account}.",
    )


@require_POST
@may_unlink
def unlink(request: HttpRequest) -> HttpResponse:
    """Take a link away; a reason may be given."""
    rows = AccountLink.objects.select_related("customer", "account__division")
    tie = rows.filter(division=the_division(request), pk=_number(request, "link")).first()
    if tie is None:
        messages.error(request, "This link is gone already: somebody else was first.")
        return redirect(way_back(request, "accounts_link:overview"))
    return _change(
        request,
        tie.customer,
        tie.account,
        lambda author: link.unlink(tie, author),
        f"{tie.customer} is no longer linked to {tie.account}.",
    )


@require_POST
@may_link
def reject(request: HttpRequest) -> HttpResponse:
    """Remember that a customer and an account are not the same."""
    customer, account = _pair(request)
    return _change(
        request,
        customer,
        account,
        lambda author: link.reject(customer, account, author),
        f"Noted: {customer} is not {account}.",
    )


@require_POST
@may_link
def undo(request: HttpRequest) -> HttpResponse:
    """Undo one event, or all those that one press of a button made."""
    rows = LinkEvent.objects.select_related("customer", "account__division")
    events = list(
        rows.filter(account__division=the_division(request), pk__in=_numbers(request, "event"))
    )
    if len(events) == 1:
        event = events[0]
        answer = _change(
            request,
            event.customer,
            event.account,
            lambda author: link.undo(event, author),
            f"Undone: {event.customer} and {event.account}.",
        )
        return _to_its_case(request, event.customer) or answer
    done, refused = _each(events, lambda event: link.undo(event, _author(request)))
    _tell_of_many(request, f"{len(done)} undone.", refused)
    return redirect(way_back(request, "accounts_link:overview"))


def _to_its_case(request: HttpRequest, customer: Customer) -> HttpResponse | None:
    """In the review, go back to the case that was undone: the next key is pressed for that one."""
    page = urlsplit(way_back(request, "accounts_link:overview"))
    if page.path != reverse("accounts_link:review"):
        return None
    query = QueryDict(page.query, mutable=True)
    query["customer"] = str(customer.pk)
    return redirect(f"{page.path}?{query.urlencode()}")


@require_POST
@may_link
def accept_many(request: HttpRequest) -> HttpResponse:
    """Accept the ticked suggestions, or all clear ones of a score after their number was shown."""
    chosen = _suggestions(request)
    shown = request.POST.get("count")
    if shown is not None and shown != str(len(chosen)):
        messages.error(
            request,
            f"Nothing was linked: {shown} suggestions were shown, by now there are {len(chosen)}."
            " Look at them again.",
        )
        return redirect(way_back(request, "accounts_link:overview"))
    done, refused = _each(chosen, lambda candidate: _accept(candidate, _author(request)))
    _tell_of_many(request, f"{len(done)} linked.", refused, undo=done)
    return redirect(way_back(request, "accounts_link:overview"))


def _accept(candidate: Candidate, author: Author) -> LinkEvent:
    return link.assign(candidate.customer, candidate.account, author, evidence=candidate.points)


def _suggestions(request: HttpRequest) -> list[Candidate]:
    """Return the ticked candidates, or those that are clear at the score asked for."""
    division, score = the_division(request), request.POST.get("score", "")
    if score.isdecimal():
        return suggestions.clear_suggestions(division, int(score))
    ticked = _numbers(request, "candidate")
    rows = Candidate.objects.open().select_related("customer", "account__division")
    return list(rows.filter(account__division=division, pk__in=ticked)[: suggestions.AT_ONCE])


def _each(
    rows: Iterable[Any], act: Callable[[Any], LinkEvent]
) -> tuple[list[LinkEvent], list[str]]:
    """Do the same with each row, all in one transaction; what is refused holds up no other."""
    done, refused = [], []
    with transaction.atomic():
        for row in rows:
            try:
                done.append(act(row))
            except LinkError as error:
                refused.append(str(error))
    return done, refused


def _change(
    request: HttpRequest,
    customer: Customer,
    account: ExactAccount,
    act: Callable[[Author], LinkEvent],
    told: str,
) -> HttpResponse:
    """Make one change and answer with what it changed, or with why it can't be."""
    try:
        event = act(_author(request))
    except LinkError as error:
        return _answer(request, customer, account, problem=str(error))
    messages.success(request, told, extra_tags=_undoing([event]))
    return _answer(request, customer, account)


def _answer(
    request: HttpRequest, customer: Customer, account: ExactAccount, problem: str = ""
) -> HttpResponse:
    """Answer htmx with the changed row and the toast, a browser with the page it came from."""
    origin = request.POST.get("origin")
    if request.headers.get("HX-Request") != "true" or origin not in {"account", "customer"}:
        if problem:
            messages.error(request, problem)
        return redirect(way_back(request, "accounts_link:overview"))
    rows = {
        "account": ExactAccount.objects.for_overview().filter(pk=account.pk),
        "customer": Customer.objects.with_standing(account.division).filter(pk=customer.pk),
    }
    context = {origin: rows[origin].get(), "problem": problem, "origin": origin, "oob": True}
    response = render(request, f"accounts_link/_{origin}_changed.html", context)
    if not problem:
        response["HX-Trigger"] = "links-changed"
    return response


def _tell_of_many(
    request: HttpRequest, told: str, refused: list[str], undo: Iterable[LinkEvent] = ()
) -> None:
    messages.success(request, told, extra_tags=_undoing(undo))
    if refused:
        messages.error(request, f"{len(refused)} not: {refused[0]}")


def _undoing(events: Iterable[LinkEvent]) -> str:
    """Return the tag by which the toast knows what its Undo is about."""
    return "-".join(["undo", *(str(event.pk) for event in events)])


def _pair(request: HttpRequest) -> tuple[Customer, ExactAccount]:
    accounts = ExactAccount.objects.filter(division=the_division(request))
    return (
        get_object_or_404(Customer, pk=_number(request, "customer")),
        get_object_or_404(accounts.select_related("division"), pk=_number(request, "account")),
    )


def _author(request: HttpRequest) -> Author:
    reason = request.POST.get("reason", "").strip()[:300]
    user = request.user if request.user.is_authenticated else None
    return Author(by=user, at=timezone.now(), reason=reason)


def _numbers(request: HttpRequest, name: str) -> list[int]:
    """Return the keys of rows that were sent under this name; anything else is left out."""
    texts = request.POST.getlist(name)
    return [
        int(text)
        for text in texts
        if text.isascii() and text.isdigit() and len(text) <= LONGEST_KEY
    ]


def _number(request: HttpRequest, name: str) -> int:
    """Return one such key, or 0, which no row has."""
    return next(iter(_numbers(request, name)), 0)
