"""One record of Zoho or Exact: both sides, what is to be done, and its buttons."""

from __future__ import annotations

import pytest
from django.test import Client

from sync.models import Pair, PairEvent
from sync.services.signals import raise_signal
from sync.views.zoho_places import in_exact, in_zoho, record_url
from tests.build import NOW
from tests.sync.pages import a_browser, queries, text_of, told
from tests.sync.services.zoho.build import (
    a_candidate,
    a_pair,
    a_sync,
    a_zoho_record,
    an_exact_record,
)
from tests.sync.zoho_rows import HTMX, a_conflict, connected

pytestmark = pytest.mark.django_db

HOME = "/zoho/"
INVOICES = "/zoho/invoices/"


@pytest.fixture
def browser() -> Client:
    a_sync()
    return a_browser()


# --- One record -------------------------------------------------------------------------------


def test_a_pair_stands_field_by_field_and_says_what_differs(browser: Client) -> None:
    exact = an_exact_record(values={"Name": "Jansen", "Phone": "02 111", "Code": "1"})
    zoho = a_zoho_record(values={"Account_Name": "Jansen", "Phone": "02 222", "Owner": "Sam"})
    a_pair(exact, zoho, state="due")

    page = text_of(browser, record_url(zoho))

    assert "Both sides · 1 differs" in page.replace("differs,", "differs")
    assert page.count('class="equal"') == 1
    assert page.count('class="unlike"') == 1
    assert "02 111" in page
    assert "Zoho · Owner" in page


def test_a_record_without_a_pair_shows_what_it_would_become(browser: Client) -> None:
    zoho = a_zoho_record(standing="crosses", values={"Account_Name": "Jansen", "Phone": "02 222"})

    page = text_of(browser, record_url(zoho))

    assert "In Zoho, and what it would be in Exact" in page
    assert page.count("02 222") == 2


def test_a_pairs_page_is_reached_from_either_side(browser: Client) -> None:
    held = a_pair(an_exact_record(name="Theirs"), a_zoho_record(name="Ours"), state="equal")

    assert text_of(browser, record_url(held.exact)).count("Ours") >= 1
    assert "Part them" in text_of(browser, record_url(held.exact))


def test_htmx_gets_the_panel_alone(browser: Client) -> None:
    held = a_pair(state="equal")

    assert "<html" not in text_of(browser, record_url(held.zoho), **HTMX)


def test_a_record_takes_the_same_queries_whatever_hangs_on_it(browser: Client) -> None:
    held = a_pair(state="conflict")
    few = queries(browser, record_url(held.zoho))
    for n in range(5):
        a_conflict(held, zoho_field=f"Field_{n}")
        a_candidate(held.exact)
        PairEvent.objects.create(
            sync=held.sync, module=held.module, exact_key=held.exact.key, what="paired", at=NOW
        )

    assert queries(browser, record_url(held.zoho)) <= few + 1


def test_the_history_names_pairs_conflicts_and_who(browser: Client) -> None:
    held = a_pair(state="equal")
    names = {"exact_key": held.exact.key, "zoho_key": held.zoho.key, "zoho_name": "Jansen"}
    PairEvent.objects.create(
        sync=held.sync, module=held.module, what="paired", rule="vat", at=NOW, **names
    )
    a_conflict(held, choice="zoho", closed_at=NOW)

    page = text_of(browser, record_url(held.exact))

    assert "Jansen, Same VAT number" in page
    assert "zoho's value holds, settled" in page


def test_what_a_record_refers_to_is_called_by_its_name(browser: Client) -> None:
    account = a_pair(zoho=a_zoho_record(name="Jansen NV"), state="equal").zoho
    values = {"Last_Name": "Peeters", "Account_Name": {"id": account.key}}
    made = a_zoho_record("Contacts", standing="crosses", values=values, account_key=account.key)

    page = text_of(browser, record_url(made))

    assert "<td>Jansen NV</td>" in page


def test_what_needs_something_says_what_and_where_to_fill_it_in(browser: Client) -> None:
    connected(a_sync())
    why = "This contact was not synchronised: Exact demands a first name."
    made = a_zoho_record("Contacts", standing="blocked", reason=why, problem="First_Name")

    page = text_of(browser, record_url(made))

    assert why in page
    assert f"https://crm.zoho.eu/crm/org20098765432/tab/Contacts/{made.key}/edit" in page
    assert "Fill in “First Name” in Zoho" in page


def test_a_missing_vat_code_is_chosen_here(browser: Client) -> None:
    why = "Its tax “BTW 9” has no VAT code of Exact. Choose one under Taxes."
    made = a_zoho_record("Products", standing="blocked", reason=why, problem="Tax")

    assert 'href="/zoho/setup/#taxes"' in text_of(browser, record_url(made))


def test_a_signal_about_a_record_stands_on_its_page_until_it_is_closed(browser: Client) -> None:
    made = a_zoho_record("Contacts", standing="blocked")
    raise_signal("k", "No first name", now=NOW, advice="Fill it in.", url=record_url(made))

    assert "Fill it in." in text_of(browser, record_url(made))


def test_an_invoice_shows_lines_totals_and_why_it_is_kept_out(browser: Client) -> None:
    product = {"id": "1", "name": "Flexible desk"}
    line = {"Product_Name": product, "Quantity": 2, "List_Price": "19.99"}
    values = {"Status": "Delivered", "Grand_Total": "48.38", "Sub_Total": "39.98",
              "Invoiced_Items": [line]}  # fmt: skip
    why = "Kept out by its status “Delivered”."
    made = a_zoho_record("Invoices", name="A-1", standing="stays", reason=why, values=values)

    assert why in text_of(browser, INVOICES)
    assert "48.38" in text_of(browser, INVOICES)
    page = text_of(browser, record_url(made))
    assert "Flexible desk" in page
    assert "39.98" in page
    assert "It is new" not in page  # its status keeps it out whoever says what


def test_totals_that_differ_are_marked(browser: Client) -> None:
    exact = an_exact_record("Invoices", values={"AmountFC": "121", "Lines": []})
    zoho = a_zoho_record("Invoices", values={"Grand_Total": "121.01", "Invoiced_Items": []})
    a_pair(exact, zoho, state="equal")

    page = text_of(browser, record_url(zoho))

    assert '121.01 <span class="off-screen">differs</span>' in page


def test_addresses_in_zoho_and_exact_are_only_given_where_they_are_known() -> None:
    sync = a_sync()
    held = a_pair()
    assert (in_zoho(sync, held.zoho), in_exact(sync, held.exact)) == ("", "")

    connected(sync)
    assert sync.division
    sync.division.connection.url = "https://start.exactonline.be"
    order = a_zoho_record("Sales_Orders", key="57257")

    assert in_zoho(sync, order) == "https://crm.zoho.eu/crm/org20098765432/tab/SalesOrders/57257"
    assert in_exact(sync, held.exact).endswith(f"AccountID=%7b{held.exact.key}%7d")
    assert in_exact(sync, an_exact_record("Products")) == ""
    held.zoho.gone_at = NOW
    assert in_zoho(sync, held.zoho) == ""


# --- Its buttons ------------------------------------------------------------------------------


def test_two_records_are_paired_by_hand(browser: Client) -> None:
    exact, zoho = an_exact_record(name="Jansen BV"), a_zoho_record(name="Jansen", standing="new")
    found = text_of(browser, f"{record_url(zoho)}?find=jansen", **HTMX, **{"HX-Target": "found"})
    assert "Jansen BV" in found

    address = {"exact": exact.pk, "zoho": zoho.pk, "next": record_url(zoho)}
    page = told(browser, "/zoho/pair/", address)

    assert Pair.objects.get().paired_by is not None
    assert "are a pair now" in page
    assert "Part them" in page


def test_a_pair_that_cannot_be_says_why(browser: Client) -> None:
    held, other = a_pair(), a_zoho_record(name="Late")

    page = told(browser, "/zoho/pair/", {"exact": held.exact.pk, "zoho": other.pk, "next": HOME})

    assert "Part them first" in page
    assert Pair.objects.count() == 1


def test_a_parted_pair_waits_for_a_persons_word(browser: Client) -> None:
    held = a_pair(state="equal")

    page = told(browser, "/zoho/part/", {"pair": held.pk, "next": record_url(held.zoho)})

    assert not Pair.objects.exists()
    assert "It was parted from" in page
    assert "It is new: make it in Exact" in page


def test_what_stays_is_let_across_by_a_persons_word(browser: Client) -> None:
    made = a_zoho_record(standing="stays")

    told(browser, "/zoho/new/", {"side": "zoho", "record": made.pk, "next": HOME})

    made.refresh_from_db()
    assert made.called_new_at
