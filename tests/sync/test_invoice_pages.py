"""The pages about invoices: what they show, what their buttons do, to whom, in how many queries."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from exact_client.models import Division
from sync.models import BookingSettings, Invoice, OutboxEntry, Run, VATMapping
from sync.services.delivery import prepare, release
from tests.build import NOW, a_customer, a_link, a_standing, an_invoice
from tests.sync.books import mapped_books
from tests.sync.pages import a_browser, queries, text_of, told

pytestmark = pytest.mark.django_db

LIST = "/exact/invoices/"
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def division() -> Division:
    return mapped_books()


@pytest.fixture
def browser(division: Division) -> Client:
    return a_browser()


def a_ready_invoice(**values: object) -> Invoice:
    """Make a document whose customer has an account, ready to go."""
    made = an_invoice(customer=a_link().customer, **values)
    return refreshed(made)


def refreshed(made: Invoice) -> Invoice:
    for division in Division.objects.chosen():
        prepare.refresh(division)
    made.refresh_from_db()
    return made


def an_entry(made: Invoice, **values: object) -> OutboxEntry:
    """Put a ready document in the outbox, and its entry in a state."""
    release.release(Invoice.objects.filter(pk=made.pk), now=NOW)
    release.enqueue(Division.objects.get(), now=NOW)
    entry = OutboxEntry.objects.get(invoice=made)
    OutboxEntry.objects.filter(pk=entry.pk).update(**values)
    if "state" in values:
        Invoice.objects.filter(pk=made.pk).update(state="needs_you")
    entry.refresh_from_db()
    return entry


# --- The list ---------------------------------------------------------------------------------


def test_the_list_takes_the_same_queries_for_five_and_for_sixty(browser: Client) -> None:
    addresses = [LIST + query for query in ("", "?state=ready", "?q=customer", "?month=2026-09")]
    for _ in range(5):
        a_ready_invoice()
    few = [queries(browser, address) for address in addresses]
    for _ in range(55):
        an_invoice(customer=a_link().customer)
    prepare.refresh(Division.objects.get())

    assert [queries(browser, address) for address in addresses] == few
    assert max(few) <= 12  # two of them for the rights of somebody who is no superuser
    assert queries(browser, LIST, **{"HX-Request": "true"}) <= 10


def test_a_row_says_where_it_stands_and_why(browser: Client) -> None:
    waiting = refreshed(an_invoice(customer=a_standing().customer))

    page = text_of(browser, LIST)

    assert waiting.number in page
    assert "Needs link" in page
    assert "the name or the address comes near" in page


def test_tabs_count_each_state_of_what_is_searched(browser: Client) -> None:
    a_ready_invoice(number="A-1")
    a_ready_invoice(number="A-2")
    refreshed(an_invoice(number="B-1", customer=a_standing().customer))

    page = text_of(browser, f"{LIST}?q=A-")

    assert 'Ready <span class="mute">2</span>' in page
    assert "Needs link" not in page
    assert "B-1" not in page


def test_the_push_button_tells_of_all_that_is_ready_whatever_is_searched(browser: Client) -> None:
    a_ready_invoice()
    a_ready_invoice(number="A-2")

    assert "Push 2 ready · € 242.00" in text_of(browser, f"{LIST}?q=A-2")


@pytest.mark.parametrize(
    "query", ["?month=2026-13", "?month=x", "?kind=zebra", "?state=%00", "?page=999999999999"]
)
def test_an_address_that_asks_for_nonsense_shows_the_list(browser: Client, query: str) -> None:
    made = a_ready_invoice()

    assert made.number in text_of(browser, LIST + query)


def test_months_and_kinds_narrow_the_list(browser: Client) -> None:
    a_ready_invoice(number="SEPTEMBER")
    a_ready_invoice(number="CREDIT", kind="credit_note", invoice_date="2026-12-31")

    december = text_of(browser, f"{LIST}?month=2026-12")
    invoices = text_of(browser, f"{LIST}?kind=invoice")

    assert "CREDIT" in december
    assert "SEPTEMBER" not in december
    assert "CREDIT" not in invoices
    assert "SEPTEMBER" in invoices


def test_names_are_shown_as_text_and_never_run(browser: Client) -> None:
    an_invoice(number=EVIL, customer=a_customer(name=EVIL))

    page = browser.get(LIST).content.decode()

    assert EVIL not in page
    assert "&lt;script&gt;" in page


def test_a_list_without_invoices_says_what_to_do(browser: Client) -> None:
    assert "Import invoices" in text_of(browser, LIST)


# --- One invoice ------------------------------------------------------------------------------


def test_an_invoice_stands_beside_the_entry_it_will_become(browser: Client) -> None:
    made = a_ready_invoice(unit_price=Decimal("99.99"))

    page = text_of(browser, f"{LIST}{made.number}/")

    assert "70 Sales" in page
    assert "700000 Revenue" in page
    assert "4 · 21 %" in page
    assert "120.99" in page


def test_a_number_with_a_slash_has_its_page(browser: Client) -> None:
    made = a_ready_invoice(number="2026/001")

    assert "2026/001" in text_of(browser, reverse("sync:invoice", args=[made.number]))


def test_a_problem_leads_to_the_very_cell_that_mends_it(browser: Client) -> None:
    VATMapping.objects.all().delete()
    made = refreshed(an_invoice())

    page = text_of(browser, f"{LIST}{made.number}/")

    assert "No VAT code is chosen" in page
    address = "/exact/setup/vat/?cell=vat%2Fdomestic%2Fvat%2F21"
    assert f"{address}#" in page
    assert text_of(browser, address).count('class="slot wanted"') == 1


def test_what_was_sent_is_shown_as_it_was_sent(browser: Client, division: Division) -> None:
    made = a_ready_invoice()
    entry = an_entry(made)
    division.gl_mappings.update(gl_account=division.gl_accounts.get(code="700100"))

    page = text_of(browser, f"{LIST}{made.number}/")

    assert "700000 Revenue" in page
    assert entry.reference in page
    assert "Sales entry put in the outbox" in page


def test_htmx_gets_the_panel_alone(browser: Client) -> None:
    made = a_ready_invoice()

    part = text_of(browser, f"{LIST}{made.number}/", **{"HX-Request": "true"})

    assert made.number in part
    assert "<html" not in part


# --- Its buttons ------------------------------------------------------------------------------


def test_push_lets_the_ticked_go_and_asks_for_a_run(browser: Client) -> None:
    one, other = a_ready_invoice(), a_ready_invoice()

    page = told(browser, "/exact/push/", {"invoice": [one.pk]})

    one.refresh_from_db()
    other.refresh_from_db()
    assert one.released_at
    assert other.released_at is None
    assert Run.objects.get().job == Run.Job.PUSH
    assert "1 documents are on their way" not in page
    assert "1 document is on its way" in page


def test_push_all_lets_go_what_still_waits_for_a_link_too(browser: Client) -> None:
    a_ready_invoice()
    refreshed(an_invoice(customer=a_standing().customer))

    page = told(browser, "/exact/push/", {"all": "1"})

    assert Invoice.objects.exclude(released_at=None).count() == 2
    assert "1 waits" in page


def test_push_says_so_when_pushing_is_paused(browser: Client, division: Division) -> None:
    BookingSettings.objects.create(division=division, is_paused=True)

    assert "Pushing is paused" in told(browser, "/exact/push/", {"all": "1"})


def test_a_held_document_stays_held_until_it_is_taken_up(browser: Client) -> None:
    made = a_ready_invoice()

    told(browser, "/exact/hold/", {"invoice": [made.pk]})
    told(browser, "/exact/push/", {"all": "1"})
    made.refresh_from_db()
    assert (made.state, made.released_at) == ("held", None)

    told(browser, "/exact/include/", {"invoice": [made.pk]})
    made.refresh_from_db()
    assert made.state == "ready"


def test_an_exclusion_needs_a_reason_and_shows_it_with_its_author(browser: Client) -> None:
    made = a_ready_invoice()

    assert "Say why" in told(browser, "/exact/exclude/", {"invoice": [made.pk], "reason": " "})
    told(browser, "/exact/exclude/", {"invoice": [made.pk], "reason": "booked by hand"})

    made.refresh_from_db()
    assert made.state == "excluded"
    page = text_of(browser, f"{LIST}{made.number}/")
    assert "Excluded: booked by hand" in page
    assert "by operator" in page


def test_what_is_booked_can_neither_be_held_nor_excluded(browser: Client) -> None:
    made = a_ready_invoice()
    Invoice.objects.filter(pk=made.pk).update(state="booked")

    for button in ("hold", "exclude", "include"):
        told(browser, f"/exact/{button}/", {"invoice": [made.pk], "reason": "no"})

    made.refresh_from_db()
    assert made.state == "booked"


def test_a_refused_entry_is_sent_anew_after_a_look(browser: Client) -> None:
    made = a_ready_invoice()
    entry = an_entry(made, state="refused", reason="Exact says: period closed", settled_at=NOW)

    assert "Exact says: period closed" in text_of(browser, f"{LIST}{made.number}/")
    told(browser, f"/exact/outbox/{entry.pk}/decide/", {"action": "send"})

    entry.refresh_from_db()
    assert (entry.state, entry.retry_wanted) == ("unknown", True)


def test_giving_up_needs_a_reason_and_holds_the_document(browser: Client) -> None:
    made = a_ready_invoice()
    entry = an_entry(made, state="unclear", settled_at=NOW)
    address = f"/exact/outbox/{entry.pk}/decide/"

    assert "Say why" in told(browser, address, {"action": "cancel", "reason": ""})
    told(browser, address, {"action": "cancel", "reason": "never happened"})

    entry.refresh_from_db()
    made.refresh_from_db()
    assert (entry.state, made.state) == ("cancelled", "held")


def test_an_entry_that_is_on_its_way_has_nothing_to_decide(browser: Client) -> None:
    entry = an_entry(a_ready_invoice())

    page = told(browser, f"/exact/outbox/{entry.pk}/decide/", {"action": "look"})

    assert "nothing to decide" in page


# --- The preview ------------------------------------------------------------------------------


def test_the_preview_adds_up_what_would_be_booked_and_what_waits(browser: Client) -> None:
    a_ready_invoice()
    a_ready_invoice(kind="credit_note", unit_price=Decimal(10))
    refreshed(an_invoice(customer=a_standing(outcome="create").customer))
    refreshed(an_invoice(customer=a_standing().customer))

    page = text_of(browser, "/exact/dry-run/")

    assert "Push 3 ready · € 229.90" in page
    assert "\N{MINUS SIGN}12.10" in page
    assert "the name or the address comes near" in page
    assert not OutboxEntry.objects.exists()


def test_the_preview_takes_the_same_queries_for_five_and_for_sixty(browser: Client) -> None:
    for _ in range(5):
        an_invoice(customer=a_link().customer)
    few = queries(browser, "/exact/dry-run/")
    for _ in range(55):
        an_invoice(customer=a_link().customer)

    assert queries(browser, "/exact/dry-run/") == few


# --- Who may ----------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [LIST, "/exact/dry-run/", "/inbox/", "/exact/runs/"])
def test_who_may_not_see_invoices_sees_no_page_about_them(address: str) -> None:
    mapped_books()

    assert a_browser("view_exactaccount").get(address).status_code == 403


@pytest.mark.parametrize("button", ["push", "hold", "exclude", "include", "outbox/1/decide"])
def test_who_may_only_look_can_press_nothing(button: str) -> None:
    made = an_invoice(customer=a_link().customer)
    browser = a_browser("view_invoice")

    assert browser.post(f"/exact/{button}/", {"invoice": [made.pk]}).status_code == 403
    assert f'formaction="/exact/{button}/"' not in text_of(browser, LIST)


def test_a_stranger_is_asked_to_sign_in(client: Client) -> None:
    assert client.get(LIST)["Location"].startswith("/login/")


def test_the_panel_names_the_account_and_the_rule(browser: Client) -> None:
    tie = a_link(name="Moerman")

    page = text_of(browser, f"{LIST}{refreshed(an_invoice(customer=tie.customer)).number}/")

    assert str(tie.account) in page
    assert "· VAT number" in page


def test_a_page_leads_back_to_no_other_site(browser: Client) -> None:
    response = browser.post("/exact/push/", {"all": "1", "next": "https://evil.example/"})

    assert response["Location"] == LIST
