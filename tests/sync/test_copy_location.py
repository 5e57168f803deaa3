"""Copying a location: shown first, never over another choice unless told, and taken back."""

from __future__ import annotations

import pytest
from django.test import Client

from exact_client.models import Division
from sync.models import CostUnit, GLMapping, JournalMapping
from tests.sync.books import mapped_books
from tests.sync.pages import a_browser, queries, text_of, told

pytestmark = pytest.mark.django_db

COPY = "/exact/setup/location/"
TO_GNT = {"source": "BRU-1", "target": "GNT-2"}


@pytest.fixture
def division() -> Division:
    """Books in which BRU-1 has a journal, a cost centre and unit, and two accounts of its own."""
    made = mapped_books()
    journals, accounts = made.journals, made.gl_accounts
    JournalMapping.objects.create(
        division=made,
        location="BRU-1",
        journal=journals.get(code="79"),
        credit_journal=journals.get(code="70"),
        cost_centre=made.cost_centres.get(),
        cost_unit=CostUnit.objects.create(division=made, code="EVT", description="Events"),
    )
    for kind, code in (("desk", "700100"), ("product", "700000")):
        GLMapping.objects.create(
            division=made,
            location="BRU-1",
            resource_type=kind,
            gl_account=accounts.get(code=code),
        )
    return made


@pytest.fixture
def browser(division: Division) -> Client:
    return a_browser()


def of(location: str) -> dict[str, str]:
    rows = GLMapping.objects.filter(location=location, is_active=True)
    return {row.resource_type: row.gl_account.code for row in rows}


def test_what_would_be_copied_is_shown_and_nothing_is_saved(browser: Client) -> None:
    page = text_of(browser, f"{COPY}?source=BRU-1&target=GNT-2")

    for words in ("Journal for invoices", "79 Credit notes", "Cost centre", "Cost unit", "Desk"):
        assert words in page
    assert "Copy 6<" in page
    assert not JournalMapping.objects.filter(location="GNT-2").exists()


def test_a_new_location_takes_over_all_that_the_other_has(browser: Client) -> None:
    page = told(browser, COPY, TO_GNT)

    row = JournalMapping.objects.get(location="GNT-2")
    assert "GNT-2 takes over 6 choices of BRU-1." in page
    assert row.credit_journal
    assert row.cost_centre
    assert row.cost_unit
    assert (row.journal.code, row.credit_journal.code) == ("79", "70")
    assert (row.cost_centre.code, row.cost_unit.code) == ("BRU", "EVT")
    assert of("GNT-2") == {"desk": "700100", "product": "700000"}


def test_what_the_location_has_already_stays_unless_it_is_told_otherwise(
    browser: Client, division: Division
) -> None:
    GLMapping.objects.create(
        division=division,
        location="GNT-2",
        resource_type="desk",
        gl_account=division.gl_accounts.get(code="700000"),
    )
    page = text_of(browser, f"{COPY}?source=BRU-1&target=GNT-2")
    assert "1 would be replaced" in page
    assert "Copy all 6, replace 1" in page
    assert "Copy 5, keep what is there" in page

    told(browser, COPY, TO_GNT)
    assert of("GNT-2") == {"desk": "700000", "product": "700000"}

    told(browser, COPY, {**TO_GNT, "over": "yes"})
    assert of("GNT-2") == {"desk": "700100", "product": "700000"}


def test_a_location_with_a_journal_of_its_own_keeps_its_cost_centre_too(
    browser: Client, division: Division
) -> None:
    JournalMapping.objects.create(
        division=division, location="GNT-2", journal=division.journals.get(code="70")
    )

    told(browser, COPY, TO_GNT)

    row = JournalMapping.objects.get(location="GNT-2")
    assert (row.journal.code, row.cost_centre, row.cost_unit) == ("70", None, None)


def test_a_copy_can_be_taken_back(browser: Client) -> None:
    told(browser, COPY, TO_GNT)

    told(browser, "/exact/setup/undo/", {})

    assert of("GNT-2") == {}
    assert JournalMapping.objects.get(location="GNT-2").is_active is False
    assert of("BRU-1") == {"desk": "700100", "product": "700000"}


def test_taking_a_replacing_copy_back_restores_what_was_there(
    browser: Client, division: Division
) -> None:
    JournalMapping.objects.create(
        division=division, location="GNT-2", journal=division.journals.get(code="70")
    )
    told(browser, COPY, {**TO_GNT, "over": "yes"})
    assert JournalMapping.objects.get(location="GNT-2").journal.code == "79"

    told(browser, "/exact/setup/undo/", {})

    row = JournalMapping.objects.get(location="GNT-2")
    assert (row.is_active, row.journal.code, row.cost_centre) == (True, "70", None)


def test_a_location_is_not_copied_to_itself(browser: Client) -> None:
    response = browser.post(COPY, {"source": "BRU-1", "target": "bru-1"})

    assert response.status_code == 422
    assert "Choose two different locations." in response.content.decode()


def test_a_second_copy_has_nothing_left_to_do(browser: Client) -> None:
    told(browser, COPY, TO_GNT)

    page = text_of(browser, f"{COPY}?source=BRU-1&target=GNT-2")

    assert "GNT-2 has everything that BRU-1 has already." in page


def test_the_page_takes_the_same_queries_for_two_accounts_and_for_sixty(
    browser: Client, division: Division
) -> None:
    few = queries(browser, f"{COPY}?source=BRU-1&target=GNT-2")
    account = division.gl_accounts.get(code="700000")
    GLMapping.objects.bulk_create(
        GLMapping(division=division, location="BRU-1", resource_code=f"R-{n}", gl_account=account)
        for n in range(60)
    )

    assert queries(browser, f"{COPY}?source=BRU-1&target=GNT-2") == few


def test_who_may_not_set_up_copies_nothing(division: Division) -> None:
    browser = a_browser("view_invoice")

    assert browser.get(COPY).status_code == 403
    assert browser.post(COPY, TO_GNT).status_code == 403
    assert "Copy a location" not in text_of(browser, "/exact/setup/gl/")
