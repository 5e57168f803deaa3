"""The pages about reconciliation and drift: what they show, who may, and their constant queries."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts_link.models import Customer
from exact_client.sandbox import ExactSandbox
from sync.models import Invoice, Run
from sync.services.delivery.office import Office
from sync.services.reading_back import closing
from tests.build import NOW, an_invoice, an_operator
from tests.sync.pages import a_browser, queries, text_of, told
from tests.sync.services.booking import booked, compares, invoice_of, key_of
from tests.sync.services.conftest import (
    clock,
    connection,
    customer,
    division,
    exact,
    few_accounts,
    office,
    sandbox,
)

__all__ = [
    "clock",
    "connection",
    "customer",
    "division",
    "exact",
    "few_accounts",
    "office",
    "sandbox",
]

pytestmark = pytest.mark.django_db

MONTHS, SEPTEMBER, DRIFT = (
    "/exact/reconciliation/",
    "/exact/reconciliation/2026-09/",
    "/exact/drift/",
)


@pytest.fixture
def browser() -> Client:
    return a_browser()


def compared(office: Office) -> None:
    """Read back, compare, and remember."""
    compares(office)
    closing.compare_touched(office.division, touched=None, since=None, now=NOW)


def test_before_anything_is_booked_the_page_says_what_will_come(
    office: Office, browser: Client
) -> None:
    page = text_of(browser, MONTHS)

    assert "No month to compare yet" in page
    assert "Nothing was read back yet" in page


def test_a_month_that_closes_has_its_tick(
    office: Office, customer: Customer, browser: Client
) -> None:
    booked(office, customer)
    compared(office)

    page = text_of(browser, MONTHS)

    assert "September 2026" in page
    assert ">Closes<" in page
    assert "€ 121.00" in page


def test_a_month_that_does_not_close_shows_its_difference_and_leads_to_the_entry(
    office: Office, customer: Customer, sandbox: ExactSandbox, browser: Client
) -> None:
    entry = booked(office, customer)
    sandbox.alter(key_of(entry), {"AmountFC": 90})
    compared(office)
    number = Invoice.objects.get().number

    months, month = text_of(browser, MONTHS), text_of(browser, SEPTEMBER)

    assert "1 difference" in months
    assert "€ \N{MINUS SIGN}12.10" in months
    assert "1 entry does not agree" in month
    assert f'href="/exact/drift/{number}/"' in month
    assert "total 108.90 instead of 121.00" in month


def test_a_month_shows_journals_locations_and_vat_codes(
    office: Office, customer: Customer, browser: Client
) -> None:
    booked(office, customer)
    compared(office)

    page = text_of(browser, SEPTEMBER)

    assert "closes to the cent" in page
    for words in ("Journal 70", "BRU-1", "VAT 4", "Verkoop 21 %"):
        assert words in page


def test_what_waits_is_listed_apart(office: Office, customer: Customer, browser: Client) -> None:
    waiting = an_invoice(customer=customer, state="held", reason="Asked.", amount=50)

    assert waiting.number in text_of(browser, SEPTEMBER)
    assert "Not compared" in text_of(browser, MONTHS)


def test_the_accountant_gets_a_workbook_and_a_csv(
    office: Office, customer: Customer, browser: Client
) -> None:
    booked(office, customer, location="=HYPERLINK(1)")
    compared(office)

    answer = browser.get("/exact/reconciliation/2026-09.xlsx")
    lines = b"".join(browser.get("/exact/reconciliation/2026-09.csv"))

    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Totals", "Differences", "Not in the books"]
    sheet = book["Totals"]
    assert (sheet["B2"].value, sheet["B2"].data_type != "f") == ("'=HYPERLINK(1)", True)
    assert sheet["L2"].value == 121
    assert b";'=HYPERLINK(1);" in lines
    assert lines.startswith("\ufeffpart;journal;".encode())


@pytest.mark.parametrize("address", ["2026-13/", "never/", "2026-09.pdf"])
def test_what_is_no_month_or_no_file_is_not_found(
    office: Office, browser: Client, address: str
) -> None:
    assert browser.get(MONTHS + address).status_code == 404


def test_reading_back_is_asked_for_and_shown(office: Office, browser: Client) -> None:
    page = told(browser, f"{MONTHS}read-back/", {})

    assert "Read back what is booked" in page
    assert Run.objects.get().job == Run.Job.BOOKED


# Drift


def drifted(office: Office, customer: Customer, sandbox: ExactSandbox) -> Invoice:
    entry = booked(office, customer)
    sandbox.alter(key_of(entry), {"AmountFC": 90})
    compared(office)
    return invoice_of(entry)


def test_both_versions_stand_side_by_side_with_what_differs_marked(
    office: Office, customer: Customer, sandbox: ExactSandbox, browser: Client
) -> None:
    invoice = drifted(office, customer, sandbox)

    assert invoice.number in text_of(browser, DRIFT)
    document = text_of(browser, f"/exact/invoices/{invoice.number}/")
    assert f'href="/exact/drift/{invoice.number}/">Look at both versions' in document
    page = text_of(browser, f"{DRIFT}{invoice.number}/")

    assert '<span class="otherwise">100.00</span> net' in page
    assert '<span class="otherwise">90.00</span> net' in page
    assert page.count('class="differs"') == 2  # the total and the line
    assert "Post it again" not in page


def test_an_accepted_version_leaves_the_list_and_lets_the_month_close(
    office: Office, customer: Customer, sandbox: ExactSandbox, browser: Client
) -> None:
    invoice = drifted(office, customer, sandbox)

    page = told(browser, f"{DRIFT}{invoice.number}/accept/", {})

    assert "Exact's version is taken for right" in page
    assert "Everything is as we booked it" in page
    assert "Closes, with accepted ones" in text_of(browser, MONTHS)


def test_what_was_removed_in_exact_is_posted_again(
    office: Office, customer: Customer, sandbox: ExactSandbox, browser: Client
) -> None:
    entry = booked(office, customer)
    compared(office)
    sandbox.remove(key_of(entry))
    compared(office)
    number = Invoice.objects.get().number
    assert "Post it again" in text_of(browser, f"{DRIFT}{number}/")

    page = told(browser, f"{DRIFT}{number}/post-again/", {})

    assert f"{number} goes to Exact once more." in page
    invoice = Invoice.objects.get()
    assert (invoice.state, invoice.entry_id) == ("ready", None)
    assert invoice.released_at is not None


def test_a_document_that_is_not_booked_has_no_versions(
    office: Office, customer: Customer, browser: Client
) -> None:
    invoice = an_invoice(customer=customer)

    answer = browser.get(f"{DRIFT}{invoice.number}/", follow=True)

    assert answer.redirect_chain == [(f"/exact/invoices/{invoice.number}/", 302)]
    assert "is not in the books" in answer.content.decode()


# Who may


def test_an_auditor_sees_everything_and_changes_nothing(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    invoice = drifted(office, customer, sandbox)
    auditor, person = Client(), an_operator("view_run")
    person.groups.add(Group.objects.get(name="Auditors"))
    auditor.force_login(person)

    for address in (MONTHS, SEPTEMBER, DRIFT, f"{DRIFT}{invoice.number}/"):
        assert auditor.get(address).status_code == 200
    assert auditor.get("/exact/reconciliation/2026-09.csv").status_code == 200
    assert "Accept Exact's version" not in text_of(auditor, f"{DRIFT}{invoice.number}/")
    for address in (f"{MONTHS}read-back/", f"{DRIFT}{invoice.number}/accept/"):
        assert auditor.post(address).status_code == 403


def test_who_may_not_see_invoices_sees_no_reconciliation(office: Office) -> None:
    stranger = a_browser("view_customer")

    for address in (MONTHS, SEPTEMBER, DRIFT):
        assert stranger.get(address).status_code == 403


def test_the_pages_take_as_many_queries_for_many_documents_as_for_one(
    office: Office, customer: Customer, sandbox: ExactSandbox, browser: Client
) -> None:
    drifted(office, customer, sandbox)
    an_invoice(customer=customer, state="held")
    pages = (MONTHS, SEPTEMBER, DRIFT)
    few = [queries(browser, address) for address in pages]
    for day in (1, 2, 3):
        entry = booked(office, customer, invoice_date=date(2026, 9, day))
        booked(office, customer, invoice_date=date(2026, 8 - day, day))
        sandbox.alter(key_of(entry), {"AmountFC": 90})
        an_invoice(customer=customer, state="held")
    compared(office)

    assert [queries(browser, address) for address in pages] == few
