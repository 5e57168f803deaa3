"""What is still to map: how many documents wait for it, and the button to the very cell."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from exact_client.models import Division
from sync.models import (
    BookingSettings,
    GLMapping,
    InvoiceLine,
    JournalMapping,
    PaymentCondition,
    PaymentConditionMapping,
    VATMapping,
)
from sync.services.delivery import prepare
from sync.services.ledger import unmapped
from sync.services.ledger.books import books_of
from sync.views.fields import id_of, name_of
from tests.build import a_division, a_link, an_invoice
from tests.sync.books import mapped_books
from tests.sync.pages import a_browser, queries, text_of

pytestmark = pytest.mark.django_db

PAGE = "/exact/setup/unmapped/"


@pytest.fixture
def division() -> Division:
    made = mapped_books()
    an_invoice(customer=a_link().customer, invoice_date=date(2026, 9, 1), total_incl=121)
    an_invoice(customer=a_link().customer, invoice_date=date(2026, 9, 8))
    prepare.refresh(made)
    return made


@pytest.fixture
def browser(division: Division) -> Client:
    return a_browser()


def test_with_everything_mapped_nothing_is_missing(browser: Client) -> None:
    assert "Nothing is missing" in text_of(browser, PAGE)


def test_a_missing_account_says_who_waits_and_since_when(browser: Client) -> None:
    GLMapping.objects.all().delete()
    name = name_of("gl", ["BRU-1", "desk", "FLEX"])

    page = text_of(browser, PAGE)

    assert "G/L account for Desk FLEX · BRU-1" in page
    assert "€ 200.00" in page
    assert "1 Sep 2026" in page
    assert f"#{id_of(name)}" in page


def test_what_is_missing_is_found_for_journals_vat_codes_and_terms_too(
    browser: Client, division: Division
) -> None:
    gone = PaymentCondition.objects.create(division=division, code="14", is_gone=True)
    PaymentConditionMapping.objects.create(division=division, payment_condition=gone)
    division.invoices.update(payment_terms="30 days")
    JournalMapping.objects.all().delete()
    VATMapping.objects.all().delete()

    rows = unmapped.waiting(division, books_of(division))

    assert sorted((str(row.key[0]), row.demand.documents) for row in rows) == [
        ("journal", 2),
        ("payment_condition", 2),
        ("vat", 2),
    ]
    page = text_of(browser, PAGE)
    for words in ("Journal for invoices · BRU-1", "VAT code for 21\N{NO-BREAK SPACE}%"):
        assert words in page


def test_a_code_that_fits_no_longer_is_missing_as_well(browser: Client, division: Division) -> None:
    division.vat_codes.update(is_blocked=True)

    assert "VAT code 4 is blocked in Exact." in text_of(browser, PAGE)


def test_documents_without_a_division_are_told_apart(browser: Client, division: Division) -> None:
    a_division(code=2, name="Events NV")
    prepare.refresh(division)

    page = text_of(browser, PAGE)

    assert "2 documents</b> have no division yet" in page


def test_the_report_is_handed_out_as_csv(browser: Client) -> None:
    GLMapping.objects.all().delete()

    response = browser.get("/exact/setup/unmapped.csv")

    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]  # a streamed answer
    assert lines[0] == "what;where;why;documents;amount;oldest"
    assert lines[1].startswith("G/L account for Desk FLEX;BRU-1;No G/L account is chosen")
    assert lines[1].endswith(";2;200,00;2026-09-01")


def test_the_report_takes_the_same_queries_for_two_cells_and_for_sixty(browser: Client) -> None:
    GLMapping.objects.all().delete()
    few = queries(browser, PAGE)
    for n in range(60):
        an_invoice(customer=a_link().customer, location=f"L-{n}")
    prepare.refresh(Division.objects.get())

    assert queries(browser, PAGE) == few


def test_who_may_see_documents_may_see_what_they_wait_for(division: Division) -> None:
    GLMapping.objects.all().delete()

    page = text_of(a_browser("view_invoice"), PAGE)
    assert "Choose it" not in page
    assert ">Look<" in page
    assert a_browser("view_exactaccount").get(PAGE).status_code == 403
    assert a_browser("view_exactaccount").get("/exact/setup/unmapped.csv").status_code == 403


@pytest.mark.parametrize(
    ("policy", "title"),
    [
        ("net", ""),
        ("account", "G/L account for Discount · BRU-1"),
        ("product", "Product for discounts · All locations"),
    ],
)
def test_a_discount_that_is_booked_apart_misses_its_account(
    browser: Client, division: Division, policy: str, title: str
) -> None:
    BookingSettings.objects.create(division=division, discount_policy=policy)
    division.invoices.update(total_incl=None)
    InvoiceLine.objects.update(discount_percent=10)
    prepare.refresh(division)

    page = text_of(browser, PAGE)

    assert title in page
    assert ("Nothing is missing" in page) == (policy == "net")
    states = set(division.invoices.values_list("state", flat=True))
    assert states == {"ready" if policy == "net" else "needs_mapping"}


def test_a_cost_centre_that_an_account_can_not_do_without_is_missing(
    browser: Client, division: Division
) -> None:
    division.gl_accounts.update(use_cost_centre=1)
    prepare.refresh(division)

    page = text_of(browser, PAGE)

    assert "Cost centre · BRU-1" in page
    assert "G/L account 700000 needs a cost centre" in page
