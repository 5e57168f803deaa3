"""Exact is read by four feeds and one list of deletions; a booked invoice is one document."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from exact_client.client import ExactClient
from exact_client.models import Division
from exact_client.sandbox import ExactSandbox
from sync.models import (
    ExactRecord,
    FieldMapping,
    LedgerLine,
    ModuleSync,
    Pair,
    ZohoSync,
)
from sync.services.ledger import books
from sync.services.payments import terms
from sync.services.reading_back import read_back
from sync.services.zoho.reading import reading_exact
from sync.services.zoho.reading.copies import Read
from tests.sync.services.zoho.build import a_pair, a_zoho_record

HOUR = timedelta(hours=1)


def calls(stand_in: ExactSandbox, part: str = "/sync/") -> int:
    return sum(part in call.path for call in stand_in.calls)


def the_division(sync: ZohoSync) -> Division:
    assert sync.division is not None
    return sync.division


def the(module: str) -> Any:
    return ExactRecord.objects.filter(module=module)


@pytest.fixture
def read_once(sync: ZohoSync, exact: ExactClient, now: datetime) -> Read:
    return reading_exact.read(sync, exact, now=now)


def test_the_first_reading_copies_every_module(read_once: Read, sandbox: ExactSandbox) -> None:
    assert the("Accounts").count() == 60
    assert the("Contacts").exists()
    assert the("Products").exists()
    assert read_once.modules == ["Accounts", "Contacts", "Products", "Invoices", "Sales_Orders"]
    assert calls(sandbox, "sync/CRM/Accounts") == 1
    assert calls(sandbox, "sync/Deleted") == 0
    account = the("Accounts").exclude(values__VATNumber=None).first()
    assert account.name == account.values["Name"]
    assert account.values["Code"] == account.values["Code"].strip()
    assert account.version > 0
    assert account.modified_at is not None


def test_nothing_changed_costs_a_call_for_each_feed_and_one_for_deletions(
    read_once: Read, sync: ZohoSync, exact: ExactClient, sandbox: ExactSandbox, now: datetime
) -> None:
    before = calls(sandbox)

    done = reading_exact.read(sync, exact, now=now + HOUR)

    assert calls(sandbox) - before == 4 + 2 + 1 + 1  # feeds, those of orders, prices, deletions
    assert (done.changed, done.gone) == (0, 0)


def test_a_change_soils_the_pair_and_nothing_else(
    read_once: Read, sync: ZohoSync, exact: ExactClient, sandbox: ExactSandbox, now: datetime
) -> None:
    first, second = the("Accounts").order_by("pk")[:2]
    pairs = [a_pair(one, a_zoho_record(sync=sync)) for one in (first, second)]
    Pair.objects.update(is_dirty=False)
    sandbox.edit("Accounts", first.key, {"Name": "Renamed"})

    done = reading_exact.read(sync, exact, now=now + HOUR)

    assert done.changed == 1
    for pair in pairs:
        pair.refresh_from_db()
    assert [pair.is_dirty for pair in pairs] == [True, False]
    first.refresh_from_db()
    assert (first.name, first.standing) == ("Renamed", "paired")


def test_what_comes_back_as_we_wrote_it_is_no_change(
    read_once: Read, sync: ZohoSync, exact: ExactClient, sandbox: ExactSandbox, now: datetime
) -> None:
    account = the("Accounts").first()
    a_pair(account, a_zoho_record(sync=sync))
    Pair.objects.update(is_dirty=False)
    exact.update("Accounts", UUID(account.key), {"Name": "Ours"})
    account.refresh_from_db()
    account.name = account.values["Name"] = "Ours"
    account.save()

    reading_exact.read(sync, exact, now=now + HOUR)

    assert not Pair.objects.get().is_dirty


def test_a_deletion_is_flagged_on_both_and_removes_nothing(
    read_once: Read, sync: ZohoSync, exact: ExactClient, sandbox: ExactSandbox, now: datetime
) -> None:
    kept = ExactRecord.objects.count()
    contact = the("Contacts").first()
    pair = a_pair(contact, a_zoho_record("Contacts", sync=sync))
    sandbox.erase("Contacts", contact.key)

    done = reading_exact.read(sync, exact, now=now + HOUR)

    contact.refresh_from_db()
    pair.refresh_from_db()
    assert done.gone == 1
    assert (contact.gone_at, contact.standing) == (now + HOUR, "gone")
    assert (pair.state, pair.is_dirty) == ("gone", False)
    assert pair.zoho.standing == "paired"
    assert ExactRecord.objects.count() == kept


def test_a_new_mapping_has_its_module_read_anew(
    read_once: Read, sync: ZohoSync, exact: ExactClient, sandbox: ExactSandbox, now: datetime
) -> None:
    assert "Remarks" not in the("Accounts").first().values
    FieldMapping.objects.create(
        sync=sync, module="Accounts", exact_field="Remarks", zoho_field="Description"
    )

    done = reading_exact.read(sync, exact, now=now + HOUR)

    assert not the("Accounts").exclude(values__has_key="Remarks").exists()
    assert done.gone == 0
    assert "Remarks" in ModuleSync.objects.get(module="Accounts").properties


def test_an_item_has_the_price_that_holds_today(
    read_once: Read, sync: ZohoSync, exact: ExactClient, sandbox: ExactSandbox, now: datetime
) -> None:
    item = the("Products").get(values__Code="FLEX")
    assert item.values["StandardSalesPrice"] == "19.99"
    a_pair(item, a_zoho_record("Products", sync=sync))
    Pair.objects.update(is_dirty=False)
    exact.set_sales_price(UUID(item.key), Decimal("21.50"), start=now.date())

    reading_exact.read(sync, exact, now=now + HOUR)

    item.refresh_from_db()
    assert item.values["StandardSalesPrice"] == "21.5"
    assert Pair.objects.get().is_dirty


# --- Invoices ----------------------------------------------------------------------------------


@pytest.fixture
def invoice(read_once: Read, sandbox: ExactSandbox) -> dict[str, Any]:
    """An invoice of two lines that a colleague is making in Exact."""
    items = the("Products").filter(values__Code__in=["FLEX", "COFFEE"]).order_by("name")
    lines = [{"Item": item.key, "Quantity": 2, "NetPrice": 10} for item in items]
    customer = the("Accounts").filter(values__Status="C").first().key
    made = {"OrderedBy": customer, "YourRef": "PO 7", "SalesInvoiceLines": lines}
    return sandbox.make("SalesInvoices", made)


def test_an_invoice_is_one_copy_with_its_lines(
    invoice: dict[str, Any], sync: ZohoSync, exact: ExactClient, now: datetime
) -> None:
    reading_exact.read(sync, exact, now=now + HOUR)

    copy = the("Invoices").get(key=invoice["InvoiceID"])
    assert (copy.name, copy.account_key) == ("PO 7", invoice["OrderedBy"])
    assert copy.values["AmountFCExclVat"] == 40
    assert [line["AmountFC"] for line in copy.values["Lines"]] == [20, 20]
    assert [line["LineNumber"] for line in copy.values["Lines"]] == [1, 2]


def test_a_line_that_was_taken_away_leaves_the_copy(
    invoice: dict[str, Any],
    sync: ZohoSync,
    exact: ExactClient,
    sandbox: ExactSandbox,
    now: datetime,
) -> None:
    reading_exact.read(sync, exact, now=now + HOUR)
    first, second = (line["ID"] for line in the("Invoices").get().values["Lines"])
    sandbox.erase("SalesInvoiceLines", first)

    reading_exact.read(sync, exact, now=now + 2 * HOUR)

    copy = the("Invoices").get()
    assert [line["ID"] for line in copy.values["Lines"]] == [second]
    assert copy.gone_at is None


def test_a_printed_invoice_and_its_entry_are_one_document(
    invoice: dict[str, Any],
    sync: ZohoSync,
    exact: ExactClient,
    sandbox: ExactSandbox,
    now: datetime,
) -> None:
    books.read(the_division(sync), exact)
    printed = sandbox.print_invoice(invoice["InvoiceID"])
    read_everything(sync, exact, now + HOUR)

    copy = the("Invoices").get()
    assert copy.key == invoice["InvoiceID"]
    assert copy.name == str(printed["InvoiceNumber"])
    assert copy.values["Paid"] == 0
    sandbox.pay(copy.values["EntryID"])

    read_everything(sync, exact, now + 2 * HOUR)

    copy = the("Invoices").get()
    assert copy.values["Paid"] == copy.values["AmountFC"]
    assert copy.values["Open"] == 0


def test_an_invoice_that_is_printed_while_we_read_is_still_one_document(
    invoice: dict[str, Any],
    sync: ZohoSync,
    exact: ExactClient,
    sandbox: ExactSandbox,
    now: datetime,
) -> None:
    books.read(the_division(sync), exact)
    is_first = True

    def print_meanwhile(done: Read) -> None:
        """Be the worker who copies the books, just after the invoices were read."""
        nonlocal is_first
        if is_first and the("Invoices").exists():
            is_first = False
            sandbox.print_invoice(invoice["InvoiceID"])
            read_back.read(the_division(sync), exact, now=now + HOUR)

    reading_exact.read(sync, exact, now=now + HOUR, progress=print_meanwhile)
    read_everything(sync, exact, now + 2 * HOUR)

    assert not is_first
    assert the("Invoices").get().key == invoice["InvoiceID"]


def read_everything(sync: ZohoSync, exact: ExactClient, now: datetime) -> Read:
    read_back.read(the_division(sync), exact, now=now)
    terms.read(the_division(sync), exact, now=lambda: now)
    return reading_exact.read(sync, exact, now=now)


@pytest.fixture
def entry(read_once: Read, sync: ZohoSync, exact: ExactClient, sandbox: ExactSandbox) -> str:
    """An entry that was booked without an invoice in Exact."""
    books.read(the_division(sync), exact)
    return sandbox.generate_entries(1)[0]


def test_an_entry_that_was_booked_is_an_invoice_too(
    entry: str, sync: ZohoSync, exact: ExactClient, now: datetime
) -> None:
    read_everything(sync, exact, now + HOUR)

    copy = the("Invoices").get(key=entry)
    header = LedgerLine.objects.get(entry_id=entry, line_number=0)
    values = copy.values
    assert copy.name == header.entry_number
    assert copy.account_key == str(header.account_id)
    assert Decimal(values["AmountFC"]) == header.amount
    net = sum(Decimal(line["AmountFC"]) for line in values["Lines"])
    assert net == Decimal(values["AmountFCExclVat"])
    assert net + Decimal(values["VATAmountFC"]) == header.amount
    assert all(line["VATPercentage"] is not None for line in values["Lines"])
    assert values["Status"] == 50


def test_a_payment_soils_the_pair_of_an_entry_and_a_second_look_does_not(
    entry: str, sync: ZohoSync, exact: ExactClient, sandbox: ExactSandbox, now: datetime
) -> None:
    read_everything(sync, exact, now + HOUR)
    a_pair(the("Invoices").get(key=entry), a_zoho_record("Invoices", sync=sync))
    Pair.objects.update(is_dirty=False)
    assert read_everything(sync, exact, now + 2 * HOUR).changed == 0
    assert not Pair.objects.get().is_dirty

    sandbox.pay(entry, 10)
    read_everything(sync, exact, now + 3 * HOUR)

    assert the("Invoices").get(key=entry).values["Paid"] == 10
    assert Pair.objects.get().is_dirty


def test_an_entry_that_was_removed_from_the_books_is_flagged(
    entry: str, sync: ZohoSync, exact: ExactClient, sandbox: ExactSandbox, now: datetime
) -> None:
    read_everything(sync, exact, now + HOUR)
    sandbox.remove(entry)

    done = read_everything(sync, exact, now + 2 * HOUR)

    assert done.gone == 1
    assert the("Invoices").get(key=entry).standing == "gone"


def test_a_reading_anew_leaves_entries_alone(
    entry: str, sync: ZohoSync, exact: ExactClient, now: datetime
) -> None:
    read_everything(sync, exact, now + HOUR)
    FieldMapping.objects.create(
        sync=sync, module="Invoices", exact_field="Remarks", zoho_field="Description"
    )

    reading_exact.read(sync, exact, now=now + 2 * HOUR)

    assert the("Invoices").get(key=entry).gone_at is None
