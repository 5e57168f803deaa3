"""The page of payments: what it shows and hands out, to whom, in how many queries."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from sync.models import Invoice, Run
from sync.templatetags.work import invoice_pill
from tests.build import a_customer, a_division
from tests.sync.pages import a_browser, queries, text_of, told
from tests.sync.services.paying import a_booked_invoice, a_payment, a_term, settled

pytestmark = pytest.mark.django_db

LIST = "/exact/payments/"
DAY = timedelta(days=1)
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def browser() -> Client:
    a_division()
    return a_browser()


def an_open_invoice(*, late: int = 0, amount: str = "121.00", **values: Any) -> Invoice:
    """Make a document that has been due for `late` days."""
    made = a_booked_invoice(amount, **values)
    a_term(made, amount, due_date=timezone.localdate() - late * DAY)
    return settled(made, timezone.now())


def a_paid_invoice(*, days_ago: int = 0, **values: Any) -> Invoice:
    made = a_booked_invoice(**values)
    day = timezone.localdate() - days_ago * DAY
    a_payment(made, "121.00", day, due_date=day)
    return settled(made, timezone.now())


def numbers(browser: Client, query: str) -> set[str]:
    page = text_of(browser, LIST + query)
    return {one.number for one in Invoice.objects.all() if f">{one.number}<" in page}


def test_each_state_shows_its_own(browser: Client) -> None:
    fresh, late = an_open_invoice(), an_open_invoice(late=40)
    part = a_booked_invoice()
    a_term(part, "21.00", due_date=timezone.localdate() + DAY)
    a_payment(part, "100.00")
    settled(part, timezone.now())
    bouncy, paid, old = (a_paid_invoice(days_ago=days) for days in (0, 10, 60))
    untold = a_booked_invoice()

    assert numbers(browser, "") == {fresh.number, late.number, part.number}
    assert numbers(browser, "?state=overdue") == {late.number}
    assert numbers(browser, "?state=part") == {part.number}
    assert numbers(browser, "?state=bounce") == {bouncy.number}
    assert numbers(browser, "?state=paid") == {bouncy.number, paid.number}
    assert numbers(browser, "?state=untold") == {untold.number}
    assert len(numbers(browser, "?state=all")) == 7
    assert old.number in numbers(browser, "?state=all")


def test_each_age_has_a_tile_and_a_list(browser: Client) -> None:
    made = {
        late: an_open_invoice(late=late, amount=f"{late + 1}.00") for late in (0, 7, 45, 75, 200)
    }

    page = text_of(browser, LIST)

    for amount in ("332.00", "1.00", "8.00", "46.00", "76.00", "201.00"):
        assert f"<b>€ {amount}</b>" in page
    assert numbers(browser, "?age=not_due") == {made[0].number}
    assert numbers(browser, "?age=31-60") == {made[45].number}
    assert numbers(browser, "?age=over-90") == {made[200].number}


def test_other_currencies_are_counted_and_not_added(browser: Client) -> None:
    an_open_invoice()
    an_open_invoice(currency="USD")

    page = text_of(browser, LIST)

    assert "<b>€ 121.00</b>" in page
    assert "in 2 documents, 1 in other currencies not added" in page
    assert "USD 121.00" in page


def test_a_row_says_how_late_how_much_and_until_when_it_may_bounce(browser: Client) -> None:
    an_open_invoice(late=12)
    a_paid_invoice()

    rows = text_of(browser, f"{LIST}?state=all")

    assert "12 days late" in rows
    assert "Overdue" in rows
    until = timezone.localdate() + 3 * DAY
    assert f"May still bounce until {until:%-d %b}." in rows


def test_a_credit_note_is_settled_and_not_paid(browser: Client) -> None:
    note = a_booked_invoice("-121.00", kind="credit_note")
    a_payment(note, "-121.00", timezone.localdate())
    settled(note, timezone.now())

    assert ">Settled<" in text_of(browser, f"{LIST}?state=paid")


def test_a_name_is_shown_as_text(browser: Client) -> None:
    an_open_invoice(customer=a_customer(name=EVIL))

    assert EVIL not in browser.get(LIST).content.decode()


def test_the_list_takes_the_same_queries_for_five_and_for_sixty(browser: Client) -> None:
    addresses = [LIST + query for query in ("", "?state=bounce", "?q=customer", "?age=1-30")]
    for _ in range(5):
        an_open_invoice(late=3)
        a_paid_invoice()
    few = [queries(browser, address) for address in addresses]
    for _ in range(55):
        an_open_invoice(late=3)
        a_paid_invoice()

    assert [queries(browser, address) for address in addresses] == few
    assert max(few) <= 17  # two of them for the rights of somebody who is no superuser
    assert queries(browser, LIST, **{"HX-Request": "true"}) <= 14


def test_htmx_gets_the_list_with_its_tiles_tabs_and_files(browser: Client) -> None:
    an_open_invoice()

    part = text_of(browser, f"{LIST}?state=overdue", **{"HX-Request": "true"})

    assert "<html" not in part
    assert 'id="ages" aria-label="How long it is open" hx-swap-oob="true"' in part
    assert "/exact/payments.csv?state=overdue" in part


def test_what_the_address_asks_that_is_nonsense_is_ignored(browser: Client) -> None:
    an_open_invoice()

    assert numbers(browser, "?state=eaten&age=young&sort=colour&page=x")


def test_the_file_holds_what_the_list_shows_on_all_its_pages(browser: Client) -> None:
    for _ in range(45):
        an_open_invoice(late=3)
    a_paid_invoice(customer=a_customer(name="=1+1"))

    late = browser.get("/exact/payments.csv?state=overdue").getvalue().decode()
    paid = browser.get("/exact/payments.csv?state=paid").getvalue().decode()

    assert late.count("\n") == 46
    assert late.startswith("\ufeffInvoice;Kind;Customer number;")
    assert ";3;EUR;121,00;0,00;121,00;Open;" in late
    assert "'=1+1" in paid
    assert "Paid, may bounce" in paid


def test_the_workbook_holds_numbers_and_days(browser: Client) -> None:
    made = an_open_invoice(late=3)

    answer = browser.get("/exact/payments.xlsx")

    sheet = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active
    assert sheet is not None
    heads, row = list(sheet.iter_rows(values_only=True))
    cells = dict(zip(heads, row, strict=True))
    assert cells["Invoice"] == made.number
    assert Decimal(str(cells["Open"])) == Decimal(121)
    assert cells["Days late"] == 3
    assert browser.get("/exact/payments.pdf").status_code == 404


def test_pressing_twice_starts_one_reading(browser: Client) -> None:
    told(browser, "/exact/runs/payments/", {})
    told(browser, "/exact/runs/payments/", {})

    assert Run.objects.get().job == Run.Job.PAYMENTS


def test_who_may_only_look_reads_nothing_and_others_do_not_look() -> None:
    a_division()
    auditor, stranger = a_browser("view_invoice"), a_browser("view_exactaccount")

    assert "Read payments now" not in text_of(auditor, LIST)
    assert auditor.post("/exact/runs/payments/").status_code == 403
    assert auditor.get("/exact/payments.csv").status_code == 200
    assert stranger.get(LIST).status_code == 403
    assert stranger.get("/exact/payments.csv").status_code == 403


# --- Beside the document ------------------------------------------------------------------------


def test_a_document_shows_its_payments_and_until_when_they_may_bounce(browser: Client) -> None:
    invoice = a_booked_invoice()
    a_payment(invoice, "100.00")
    a_payment(invoice, "21.00", timezone.localdate())
    settled(invoice, timezone.now())

    page = text_of(browser, f"/exact/invoices/{invoice.number}/")

    until = timezone.localdate() + 3 * DAY
    assert f"may still bounce until {until:%-d %B %Y}" in page
    assert "€ 121.00 paid" in page
    assert page.count("<td>Paid</td>") == 2


def test_a_document_that_is_not_in_the_books_shows_no_payments(browser: Client) -> None:
    waiting = a_booked_invoice(state="ready", entry_id=None)

    assert 'id="payments"' not in text_of(browser, f"/exact/invoices/{waiting.number}/")


@pytest.mark.parametrize(
    ("kind", "state", "words"),
    [
        ("invoice", "paid", 'class="pill good">Paid<'),
        ("invoice", "part_paid", 'class="pill warn">Part-paid<'),
        ("credit_note", "paid", 'class="pill good">Settled<'),
        ("credit_note", "part_paid", 'class="pill warn">Part-settled<'),
    ],
)
def test_a_credit_note_is_settled_and_half_a_payment_is_no_good_news(
    kind: str, state: str, words: str
) -> None:
    assert words in invoice_pill(Invoice(kind=kind, state=state))


def test_a_document_is_found_by_its_number_as_it_is_written(browser: Client) -> None:
    made, other = an_open_invoice(), an_open_invoice()

    page = text_of(browser, f"{LIST}?state=all&q={made.number}")

    assert made.number in page
    assert other.number not in page
