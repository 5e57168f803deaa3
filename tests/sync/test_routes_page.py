"""The routes: what each division gets, what finds none, and who may change it."""

from __future__ import annotations

import pytest
from django.test import Client

from exact_client.models import Division
from sync.models import Invoice, OutboxEntry, Route
from sync.services.delivery import prepare
from sync.views.fields import id_of, name_of
from tests.build import NOW, a_customer, a_division, a_link, an_invoice
from tests.sync.books import mapped_books
from tests.sync.pages import a_browser, queries, text_of, told

pytestmark = pytest.mark.django_db

ROUTES = "/exact/setup/routes/"
SAVE = "/exact/setup/routes/save/"
BRU = name_of("route", ["", "BRU-1"])
EVENTS = name_of("route", ["Events NV", ""])


@pytest.fixture
def first() -> Division:
    return mapped_books()


@pytest.fixture
def second(first: Division) -> Division:
    return mapped_books(a_division(code=2, name="Events NV"))


@pytest.fixture
def browser(first: Division) -> Client:
    return a_browser()


def row(page: str, name: str) -> str:
    _, _, after = page.partition(f'id="{id_of(name)}"')
    assert after
    return after.partition("</tr>")[0]


def booked_in() -> dict[str, str]:
    return {
        one.number: str(one.division or "") for one in Invoice.objects.select_related("division")
    }


def test_with_one_division_everything_goes_there(browser: Client, first: Division) -> None:
    an_invoice()
    prepare.refresh(first)

    page = text_of(browser, ROUTES)

    assert "All documents go to Cowork BV (124132)" in page
    assert '<td class="num">1 <small>' in row(page, name_of("route", ["", ""]))


def test_what_no_route_leads_anywhere_is_counted_and_marked(
    browser: Client, first: Division, second: Division
) -> None:
    an_invoice(total_incl=121)
    prepare.refresh(first)

    page = text_of(browser, ROUTES)

    assert "1 document</b>, € 121.00 with VAT, have no division yet" in page
    assert "Waiting" in row(page, BRU)


def test_a_route_leads_waiting_documents_to_its_division(
    browser: Client, first: Division, second: Division
) -> None:
    by_place, by_entity = an_invoice(), an_invoice(billing_entity="Events NV")
    prepare.refresh(first)

    page = told(browser, SAVE, {BRU: first.pk, EVENTS: second.pk})

    assert booked_in() == {by_place.number: str(first), by_entity.number: str(second)}
    assert "Routes saved." in page
    assert "1 <small>" in row(page, BRU)
    assert "1 <small>" in row(page, EVENTS)


def test_an_emptied_route_is_kept_and_not_used(
    browser: Client, first: Division, second: Division
) -> None:
    an_invoice()
    told(browser, SAVE, {BRU: second.pk})

    told(browser, SAVE, {BRU: ""})

    assert Route.objects.get().is_active is False
    assert set(booked_in().values()) == {""}


def test_a_route_for_both_is_added_by_hand(
    browser: Client, first: Division, second: Division
) -> None:
    added = {"billing_entity": "Events NV", "location": "BRU-1", "division": second.pk}

    page = told(browser, SAVE, added)

    assert str(Route.objects.get()) == "Events NV · BRU-1: Events NV (2)"
    assert "Events NV at BRU-1" in page


def test_a_division_that_is_not_chosen_can_not_be_led_to(browser: Client, first: Division) -> None:
    other = a_division(code=3, is_chosen=False)

    told(browser, SAVE, {BRU: other.pk})

    assert not Route.objects.exists()


def test_a_route_to_a_division_that_is_no_longer_chosen_is_told(
    browser: Client, first: Division
) -> None:
    other = a_division(code=3, name="Old BV", is_chosen=False)
    Route.objects.create(location="BRU-1", division=other)

    assert "Old BV (3) is not chosen in the set-up: nothing goes there." in row(
        text_of(browser, ROUTES), BRU
    )


def test_the_page_takes_the_same_queries_for_one_location_and_for_sixty(
    browser: Client, first: Division, second: Division
) -> None:
    an_invoice()
    few = queries(browser, ROUTES)
    for n in range(60):
        an_invoice(location=f"L-{n}", billing_entity=f"E-{n % 7}", customer=a_customer())

    assert queries(browser, ROUTES) == few


def test_who_may_not_set_up_sees_the_routes_and_changes_none(first: Division) -> None:
    browser = a_browser("view_invoice")

    assert "disabled" in text_of(browser, ROUTES)
    assert "Save routes" not in text_of(browser, ROUTES)
    assert browser.post(SAVE, {BRU: first.pk}).status_code == 403
    assert a_browser("view_exactaccount").get(ROUTES).status_code == 403


def test_several_divisions_are_chosen_and_dropped(browser: Client, first: Division) -> None:
    other = a_division(code=2, name="Events NV", is_chosen=False)

    page = told(browser, "/exact/setup/division/", {"division": [first.pk, other.pk]})
    assert "Working with Cowork BV (124132) and Events NV (2) from now on." in page
    assert Division.objects.filter(is_chosen=True).count() == 2

    told(browser, "/exact/setup/division/", {"division": other.pk})
    assert Division.objects.get(is_chosen=True) == other


def test_at_least_one_division_stays_chosen(browser: Client, first: Division) -> None:
    page = told(browser, "/exact/setup/division/", {})

    assert "Choose at least one division." in page
    assert Division.objects.get(is_chosen=True) == first


def test_a_division_with_something_on_its_way_is_not_dropped(
    browser: Client, first: Division, second: Division
) -> None:
    OutboxEntry.objects.create(
        division=first, kind="account", identity="account:1:v1", reference="R1",
        customer=a_link().customer, payload={"Name": "x"}, due_at=NOW, made_at=NOW,
    )  # fmt: skip

    page = told(browser, "/exact/setup/division/", {"division": second.pk})

    assert "Something of Cowork BV (124132) is on its way to Exact (1)." in page
    assert Division.objects.filter(is_chosen=True).count() == 2
