"""Pushing: fresh data before accounts are made, and a dry run that leaves no trace."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps

from accounts_link.models import Customer
from exact_client.sandbox import ExactSandbox
from sync.models import BookingSettings, Invoice
from sync.services.delivery import push
from sync.services.delivery.deliver import PAUSED
from sync.services.delivery.forecast import forecast
from sync.services.delivery.office import Office
from tests.build import NOW, a_customer, an_invoice
from tests.sync.services.pushing import a_newcomer


def everything() -> dict[str, list[Any]]:
    """Return every row of our own tables."""
    ours = [apps.get_app_config(name) for name in ("accounts_link", "sync", "exact_client")]
    return {
        model.__name__: list(model._default_manager.order_by("pk").values())  # noqa: SLF001 - documented API
        for app in ours
        for model in app.get_models()
    }


def test_a_push_books_what_can_go_and_counts_what_stays(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    an_invoice(customer=customer, released_at=NOW)
    an_invoice(customer=a_newcomer(office), released_at=NOW)
    Invoice.objects.filter(pk=an_invoice(released_at=NOW).pk).update(customer=None)

    pushed = push.push(office)

    assert (len(sandbox.entries), dict(pushed.waiting)) == (2, {"needs_data": 1})
    assert pushed.delivered.outcomes == {"done": 3}


def test_a_second_push_sends_nothing(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    an_invoice(customer=customer, released_at=NOW)
    push.push(office)
    calls = len(sandbox.calls)

    pushed = push.push(office)

    assert (pushed.queued, pushed.delivered.steps, len(sandbox.calls)) == (0, 0, calls)


def test_an_account_that_somebody_made_meanwhile_is_found_first(
    office: Office, sandbox: ExactSandbox
) -> None:
    customer = a_newcomer(office)
    an_invoice(customer=customer, released_at=NOW)
    theirs = office.exact.create_account(
        {"Name": customer.name, "Status": "C", "SearchCode": customer.number}
    )
    before = sandbox.count("accounts")

    push.push(office)

    assert sandbox.count("accounts") == before
    assert customer.links.get().account.exact_id == theirs.id


def test_where_exact_can_not_be_read_no_account_is_made_and_the_rest_goes_on(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    an_invoice(customer=customer, released_at=NOW)
    an_invoice(customer=a_newcomer(office), released_at=NOW)
    sandbox.fault("html", path="/sync/")
    before = sandbox.count("accounts")

    pushed = push.push(office)

    assert (len(sandbox.entries), sandbox.count("accounts")) == (1, before)
    assert "No account was created" in pushed.delivered.paused_because


def test_one_mirror_serves_the_whole_batch(office: Office, sandbox: ExactSandbox) -> None:
    for name in ("Qwxaa", "Zzbbyx", "Uuccvv", "Iidd oo"):
        customer = a_newcomer(office, name=name, city=name)
        an_invoice(customer=customer, released_at=NOW)
    before = len(sandbox.calls)

    push.push(office)

    calls = sandbox.calls[before:]
    assert sum(call.method == "POST" for call in calls) == 8
    assert sum("/sync/" in call.path for call in calls) <= 2
    assert len(calls) <= 11  # one of them asks whether the new ones were typed by hand


def test_nothing_leaves_while_pushing_is_paused(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    an_invoice(customer=customer, released_at=NOW)
    BookingSettings.objects.update(is_paused=True)

    pushed = push.push(office)

    assert (pushed.delivered.paused_because, sandbox.entries) == (PAUSED, [])


def test_a_forecast_counts_and_writes_nothing(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    newcomer = a_newcomer(office)
    an_invoice(customer=customer)
    an_invoice(customer=newcomer)
    an_invoice(customer=a_customer())
    before, calls = everything(), len(sandbox.calls)

    would = forecast(office.division)

    assert (would.total.entries, would.total.incl) == (2, Decimal(242))
    assert would.accounts == {newcomer.number: newcomer}
    assert dict(would.waiting_by_state) == {"needs_link": 1}
    assert (everything() == before, len(sandbox.calls)) == (True, calls)
    assert Invoice.objects.filter(state="draft").count() == 3


def test_a_forecast_of_some_takes_the_oldest_and_says_how_many_it_left_out(
    office: Office, customer: Customer
) -> None:
    an_invoice(customer=customer, invoice_date=date(2026, 9, 2), unit_price=Decimal(1))
    an_invoice(customer=customer, invoice_date=date(2026, 9, 1))

    would = forecast(office.division, most=1)

    assert (would.total.incl, would.left_out) == (Decimal(121), 1)
    assert forecast(office.division, most=2).left_out == 0
