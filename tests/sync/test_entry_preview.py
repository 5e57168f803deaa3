"""An entry before it goes and after: all that Exact will do with it can be seen."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from exact_client.models import Division
from sync.models import Invoice, InvoiceLine, JournalMapping, PaymentConditionMapping
from sync.services.delivery import prepare, release
from sync.templatetags.work import as_printed
from tests.build import NOW, a_link, an_invoice
from tests.sync.books import mapped_books
from tests.sync.pages import a_browser, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def division() -> Division:
    division = mapped_books()
    JournalMapping.objects.update(
        cost_centre=division.cost_centres.get(), cost_unit=division.cost_units.get()
    )
    PaymentConditionMapping.objects.create(
        division=division,
        payment_terms="30 dagen",
        payment_condition=division.payment_conditions.get(code="30"),
    )
    return division


@pytest.fixture
def lease(division: Division) -> Invoice:
    """A quarter's rent in three lines of which one takes the odd cent."""
    made = an_invoice(
        customer=a_link().customer, unit_price=Decimal("100.01"), payment_terms="30 dagen"
    )
    line = made.lines.get()
    InvoiceLine.objects.update(period_from=date(2026, 10, 1), period_to=date(2026, 12, 31))
    for position in (2, 3):
        line.pk, line.position = None, position
        line.save()
    prepare.refresh(division)
    made.refresh_from_db()
    return made


def page_of(made: Invoice) -> str:
    words = text_of(a_browser(), reverse("sync:invoice", args=[made.number]))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", words))


def test_the_preview_shows_months_cost_unit_condition_and_the_odd_cent(lease: Invoice) -> None:
    page = page_of(lease)

    assert "Deferred over 3 months, Oct 2026 \N{EN DASH} Dec 2026" in page
    assert "Oct 2026 33.33 Nov 2026 33.34 Dec 2026 33.34" in page
    assert "Cost centre BRU · Cost unit DESK" in page
    assert "Payment condition 30 30 days" in page
    assert page.count("odd cent 0.01") == 1
    assert "Total EUR 363.04" in page


def test_what_was_sent_shows_the_same(lease: Invoice, division: Division) -> None:
    before = page_of(lease)
    release.release(Invoice.objects.all(), now=NOW)
    release.enqueue(division, now=NOW)

    after = page_of(lease)

    for words in (
        "Deferred over 3 months, Oct 2026 \N{EN DASH} Dec 2026",
        "Cost centre BRU · Cost unit DESK",
        "Payment condition 30 30 days",
        "4 · 21 %",
        "Total EUR 363.04",
    ):
        assert words in before
        assert words in after


def test_a_warning_stands_before_the_lines(division: Division) -> None:
    made = an_invoice(customer=a_link().customer, credited_invoice="INV-GONE", kind="credit_note")
    prepare.refresh(division)

    page = page_of(made)

    assert page.index("INV-GONE, which") < page.index("VAT code Net VAT")


@pytest.mark.usefixtures("division")
def test_without_terms_the_condition_of_the_account_holds() -> None:
    made = an_invoice(customer=a_link().customer)
    prepare.refresh(Division.objects.get())

    assert "Payment condition the account's own" in page_of(made).replace("&#x27;", "'")


def test_the_panel_of_the_list_shows_the_months_too(lease: Invoice) -> None:
    address = reverse("sync:invoice", args=[lease.number])

    assert "Deferred over 3 months" in text_of(a_browser(), address, **{"HX-Request": "true"})


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("090933755493", "+++090/9337/55493+++"),
        ("+++090/9337/55493+++", "+++090/9337/55493+++"),
        ("RF18539007547034", "RF18539007547034"),
        ("090933755492", "090933755492"),
        ("ORDER 7", "ORDER 7"),
        ("", ""),
    ],
)
def test_a_payment_reference_is_shown_as_invoices_print_it(kept: str, shown: str) -> None:
    assert as_printed(kept) == shown
