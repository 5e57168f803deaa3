"""What a person does with many documents at once: of this division alone, where it is offered."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from exact_client.models import Division
from sync.models import BookingSettings, ClosedPeriod, Invoice, Journal, Period, Route
from sync.services.delivery import prepare
from tests.build import NOW, a_division, a_link, an_account, an_invoice
from tests.sync.books import mapped_books
from tests.sync.pages import a_browser, text_of, told

pytestmark = pytest.mark.django_db

LIST = "/exact/invoices/"
SEPTEMBER = date(2026, 9, 23)


@pytest.fixture
def division() -> Division:
    return mapped_books()


@pytest.fixture
def browser(division: Division) -> Client:
    return a_browser()


def an_invoice_in(division: Division, **values: object) -> Invoice:
    """Make a document that this division will book."""
    return an_invoice(customer=a_link(account=an_account(division=division)).customer, **values)


def close_september(division: Division) -> None:
    for month, last in ((9, 30), (10, 31)):
        Period.objects.create(
            division=division,
            year=2026,
            number=month,
            first_day=date(2026, month, 1),
            last_day=date(2026, month, last),
        )
    ClosedPeriod.objects.create(division=division, journal_code="70", year=2026, number=9)
    prepare.refresh(division)


def the_other_division() -> Division:
    """Make a second division that books what comes from GNT-1."""
    other = mapped_books(a_division(code=124133, name="Events"))
    Route.objects.create(location="", division=Division.objects.get(code=124132))
    Route.objects.create(location="GNT-1", division=other)
    return other


def refresh_all() -> None:
    for one in Division.objects.chosen():
        prepare.refresh(one)


def test_all_that_a_closed_period_holds_is_moved_at_once_with_a_reason(
    browser: Client, division: Division
) -> None:
    Journal.objects.update(when_closed="move")
    for _ in range(3):
        an_invoice_in(division, invoice_date=SEPTEMBER)
    close_september(division)
    assert "Move all out of closed periods" in text_of(browser, f"{LIST}?state=kept")

    page = told(browser, "/exact/move/", {"all": "1", "reason": "The return is filed"})

    assert "3 moved to the next open period." in page
    assert set(Invoice.objects.values_list("state", "book_on")) == {("ready", date(2026, 10, 1))}


def test_where_no_journal_lets_it_move_it_is_not_offered(
    browser: Client, division: Division
) -> None:
    an_invoice_in(division, invoice_date=SEPTEMBER)
    close_september(division)

    assert "Move all out" not in text_of(browser, f"{LIST}?state=kept")


def test_approving_is_offered_where_the_policy_waits_for_it(
    browser: Client, division: Division
) -> None:
    an_invoice_in(division)
    prepare.refresh(division)
    assert ">Approve<" not in text_of(browser, f"{LIST}?state=ready")
    BookingSettings.objects.update_or_create(
        division=division, defaults={"push_policy": "reviewed"}
    )

    assert ">Approve<" in text_of(browser, f"{LIST}?state=ready")


def test_a_push_of_all_lets_go_what_the_division_looked_at_books_and_nothing_else(
    browser: Client, division: Division
) -> None:
    other = the_other_division()
    here, there = an_invoice_in(division), an_invoice_in(other, location="GNT-1")
    refresh_all()

    told(browser, "/exact/push/", {"all": "1"})

    assert Invoice.objects.get(pk=here.pk).released_at
    assert not Invoice.objects.get(pk=there.pk).released_at


def test_what_another_division_books_is_taken_up_by_that_one(
    browser: Client, division: Division
) -> None:
    made = an_invoice_in(the_other_division(), location="GNT-1")
    refresh_all()
    Invoice.objects.filter(pk=made.pk).update(state="held", reason="A person said so.")

    told(browser, "/exact/include/", {"invoice": [made.pk]})

    assert Invoice.objects.get(pk=made.pk).state == "ready"


def test_the_navigation_counts_what_waits_in_the_division_looked_at(
    browser: Client, division: Division
) -> None:
    other = the_other_division()
    for _ in range(2):
        an_invoice_in(other, location="GNT-1")
    Invoice.objects.update(state="needs_you", division=other, imported_at=NOW)
    browser.post("/exact/division/", {"division": division.pk})
    assert browser.get("/").context["shell"].counts["invoices"] == 0

    browser.post("/exact/division/", {"division": other.pk})

    assert browser.get("/").context["shell"].counts["invoices"] == 2
    page = text_of(browser, f"{LIST}?state=waiting")
    assert page.count("Needs you</span>") >= 2


def test_with_several_divisions_the_checklist_asks_for_routes(
    browser: Client, division: Division
) -> None:
    mapped_books(a_division(code=124133, name="Events"))
    an_invoice_in(division)
    refresh_all()

    page = text_of(browser, "/exact/setup/")

    assert "Say which division books what" in page
    assert "Documents without a division: 1" in page
