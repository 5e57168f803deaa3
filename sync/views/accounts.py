"""The buttons that change an account in Exact: create it, or make it a customer."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts_link.division import the_division
from accounts_link.models import Customer, ExactAccount
from exact_client.budget import Lane
from exact_client.errors import ExactError
from sync.models import Run
from sync.services import jobs
from sync.services.delivery import release
from sync.services.parties import link, promote
from sync.tasks import push
from sync.views.common import person, start, way_back
from sync.views.links import may_link


@require_POST
@may_link
def create(request: HttpRequest) -> HttpResponse:
    """Have an account made in Exact for a customer that nothing comes near."""
    customer = get_object_or_404(Customer, pk=request.POST.get("customer"))
    try:
        release.want_account(the_division(request), customer, now=timezone.now())
    except release.AccountNotWantedError as error:
        messages.error(request, str(error))
    else:
        start(request, Run.Job.PUSH, push)
        messages.success(request, f"{customer.name} is being created in Exact.")
    return redirect(way_back(request, "accounts_link:customers"))


@require_POST
@may_link
def make_customer(request: HttpRequest) -> HttpResponse:
    """Give an account status C in Exact, and link it to the customer it was shown for."""
    account = get_object_or_404(
        ExactAccount, pk=request.POST.get("account"), division=the_division(request)
    )
    customer = _customer_shown(request)
    now = timezone.now()
    try:
        promote.make_customer(account, jobs.office_of(account.division, Lane.PERSON).exact, now=now)
        if customer is not None:
            link.assign(customer, account, link.Author(by=person(request), at=now))
    except (ExactError, link.LinkError) as error:
        messages.error(request, str(error))
    else:
        linked = f" and linked to {customer}" if customer else ""
        messages.success(request, f"{account} is a customer in Exact now{linked}.")
    return redirect(way_back(request, "accounts_link:overview"))


def _customer_shown(request: HttpRequest) -> Customer | None:
    """Return the customer beside whom the account was shown, if there was one."""
    number = request.POST.get("customer", "")
    return Customer.objects.filter(pk=number).first() if number.isdecimal() else None
