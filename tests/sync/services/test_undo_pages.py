"""The pages on which a person undoes an entry, compares it with Exact, and sees its files."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from accounts_link.models import Customer
from exact_client.sandbox import ExactSandbox
from sync.models import Invoice, OutboxEntry, Run
from sync.services.delivery import typed
from sync.services.delivery.deliver import drain
from sync.services.delivery.office import Office
from sync.services.delivery.outbox import customer_of
from tests.build import NOW, a_file, an_invoice
from tests.sync.pages import a_browser, queries, text_of, told
from tests.sync.services.pushing import a_queued, entry_of, queued

LIST = "/exact/invoices/"


@pytest.fixture
def booked(office: Office, customer: Customer) -> OutboxEntry:
    """An entry that stands in Exact."""
    entry = a_queued(office, customer, unit_price=Decimal("123.45"))
    drain(office)
    return OutboxEntry.objects.select_related("invoice").get(pk=entry.pk)


@pytest.fixture
def browser(office: Office) -> Client:
    return a_browser()


def undo_url(entry: OutboxEntry) -> str:
    return f"/exact/outbox/{entry.pk}/undo/"


def page_of(entry: OutboxEntry) -> str:
    assert entry.invoice is not None
    return f"{LIST}{entry.invoice.number}/"


def hidden(page: str, name: str) -> str:
    """Return what a hidden field of a form holds."""
    return page.split(f'name="{name}" value="')[1].partition('"')[0]


def test_the_page_shows_what_will_be_deleted_and_what_would_be_posted(
    browser: Client, booked: OutboxEntry
) -> None:
    page = text_of(browser, undo_url(booked))

    assert booked.remote_number in page
    assert booked.reference in page
    assert "149.37" in page
    assert "\N{MINUS SIGN}149.37" in page
    assert "Delete it in Exact" in page
    assert f"Reversal of {booked.remote_number}" in page


def test_an_entry_is_undone_with_a_reason(
    browser: Client, office: Office, booked: OutboxEntry, sandbox: ExactSandbox
) -> None:
    seen = hidden(text_of(browser, undo_url(booked)), "seen")

    page = told(
        browser, undo_url(booked), {"kind": "removal", "seen": seen, "reason": "Wrong customer."}
    )

    assert "is on its way" in page
    assert "Wrong customer." in page
    assert "Undo…" not in page
    assert Run.objects.get().job == Run.Job.PUSH
    OutboxEntry.objects.filter(kind="removal").update(due_at=NOW)  # pages go by the real clock
    drain(office)
    assert sandbox.entries == []
    page = text_of(browser, page_of(booked))
    assert "Undone" in page
    assert "Take up again" in page
    assert "The entry it will become" in page


def test_what_changed_meanwhile_is_shown_anew_instead_of_undone(
    browser: Client, booked: OutboxEntry, sandbox: ExactSandbox
) -> None:
    seen = hidden(text_of(browser, undo_url(booked)), "seen")
    sandbox.alter(str(booked.remote_id), {"AmountFC": 1.0})

    page = told(browser, undo_url(booked), {"kind": "removal", "seen": seen, "reason": "Wrong."})

    assert "It changed in Exact while you looked" in page
    assert not booked.undone_by.exists()


def test_a_processed_entry_offers_its_reversal_alone(
    browser: Client, booked: OutboxEntry, sandbox: ExactSandbox
) -> None:
    sandbox.process(str(booked.remote_id))

    page = text_of(browser, undo_url(booked))

    assert "Exact has processed it." in page
    assert "Delete it in Exact" not in page
    assert "Post the reversing entry" in page


def test_an_entry_that_is_gone_is_noted_as_such(
    browser: Client, booked: OutboxEntry, sandbox: ExactSandbox
) -> None:
    sandbox.remove(str(booked.remote_id))

    assert "Note that it is gone" in text_of(browser, undo_url(booked))


def test_what_is_not_booked_leads_back_to_its_page(
    browser: Client, office: Office, customer: Customer
) -> None:
    entry = a_queued(office, customer)

    assert "Only what is booked" in browser.get(undo_url(entry), follow=True).content.decode()


def test_only_who_may_change_documents_undoes_them(office: Office, booked: OutboxEntry) -> None:
    reader = a_browser("view_invoice")

    assert reader.get(undo_url(booked)).status_code == 403
    assert reader.get(f"/exact/outbox/{booked.pk}/adopt/").status_code == 403
    assert "Undo…" not in text_of(reader, page_of(booked))


# --- Beside Exact ---------------------------------------------------------------------------------


@pytest.fixture
def offered(office: Office, customer: Customer, sandbox: ExactSandbox) -> OutboxEntry:
    """A row that waits because a person typed its number in Exact, for another amount."""
    connection = office.division.connection
    connection.user_id = office.exact.me().user_id
    connection.save()
    invoice = queued(office, an_invoice(customer=customer, released_at=NOW))
    payload = entry_of(invoice).payload
    line = payload["SalesEntryLines"][0] | {"AmountFC": "90.00", "VATAmountFC": "18.90"}
    office.exact.create_sales_entry(
        payload | {"YourRef": invoice.number, "SalesEntryLines": [line]}
    )
    OutboxEntry.objects.update(checked_at=None)  # nobody asked yet
    assert typed.leave_to_a_person(office) == 1
    return entry_of(invoice)


def test_what_exact_holds_stands_beside_ours_with_what_differs_marked(
    browser: Client, offered: OutboxEntry
) -> None:
    page = text_of(browser, f"/exact/outbox/{offered.pk}/adopt/")

    assert "Differs in total, net, VAT" in page
    assert str(customer_of(offered).links.get().account) in page
    assert '<span class="differs">90.00</span>' in page
    assert "100.00" in page
    assert offered.remote_number in page


def test_the_page_takes_the_same_queries_for_more_lines(
    browser: Client, office: Office, offered: OutboxEntry
) -> None:
    address = f"/exact/outbox/{offered.pk}/adopt/"
    few = queries(browser, address)
    line = offered.payload["SalesEntryLines"][0]
    OutboxEntry.objects.filter(pk=offered.pk).update(
        payload=offered.payload | {"SalesEntryLines": [line] * 30}
    )

    assert queries(browser, address) == few


def test_it_is_adopted(browser: Client, offered: OutboxEntry, sandbox: ExactSandbox) -> None:
    key = hidden(text_of(browser, f"/exact/outbox/{offered.pk}/adopt/"), "remote_id")

    page = told(
        browser, f"/exact/outbox/{offered.pk}/decide/", {"action": "adopt", "remote_id": key}
    )

    assert "is taken for this one" in page
    assert (Invoice.objects.get().state, len(sandbox.entries)) == ("booked", 1)


def test_not_this_one_is_not_offered_again(browser: Client, offered: OutboxEntry) -> None:
    key = hidden(text_of(browser, f"/exact/outbox/{offered.pk}/adopt/"), "remote_id")

    page = told(
        browser, f"/exact/outbox/{offered.pk}/decide/", {"action": "reject", "remote_id": key}
    )

    assert "Nothing else like it is in Exact" in page
    assert "Send ours" in page


# --- Files ----------------------------------------------------------------------------------------


def test_a_document_shows_its_files_and_what_to_do_about_a_refused_one(
    browser: Client, office: Office, customer: Customer
) -> None:
    invoice = an_invoice(customer=customer, released_at=NOW)
    a_file(invoice, "good.pdf")
    a_file(invoice, "bad.exe")
    waiting = text_of(browser, f"{LIST}{invoice.number}/")
    queued(office, invoice)
    drain(office)

    page = text_of(browser, f"{LIST}{invoice.number}/")

    assert "goes along once the entry is booked" in waiting
    assert "In Exact" in page
    assert "The entry is booked. Give this file up" in page
    assert "Booked" in page
    again = told(browser, f"/exact/attach/{invoice.number}/", {})
    assert "Exact holds all of them" in again
