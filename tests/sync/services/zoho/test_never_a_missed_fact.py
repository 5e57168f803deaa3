"""What Exact says once is not missed: deletions while a module is off, and who pays an invoice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from exact_client.client import ExactClient
from exact_client.sandbox import ExactSandbox
from sync.models import ModuleSync, OutboxEntry, ZohoRecord, ZohoSync
from sync.rules.references import our_reference
from sync.services.delivery.office import Office
from sync.services.ledger import books
from sync.services.zoho.pairing import deciding
from sync.services.zoho.reading import reading_exact, reading_zoho
from sync.services.zoho.writing import writing_exact
from tests.sync.services.pushing import work
from tests.sync.services.zoho.build import a_pair, a_sync, a_zoho_record, an_exact_record
from tests.sync.services.zoho.newcomers import an_account
from tests.sync.services.zoho.test_reading_exact import HOUR, read_everything, the, the_division
from zoho_client.client import ZohoClient
from zoho_client.sandbox import ZohoSandbox


def test_a_contact_that_was_deleted_while_contacts_took_no_part_is_gone(
    sync: ZohoSync, exact: ExactClient, sandbox: ExactSandbox, now: datetime
) -> None:
    reading_exact.read(sync, exact, now=now)
    contact = the("Contacts")[0]
    contacts = ModuleSync.objects.filter(sync=sync, module="Contacts")
    contacts.update(takes_part=False)
    sandbox.erase("Contacts", contact.key)
    reading_exact.read(sync, exact, now=now + HOUR)
    contacts.update(takes_part=True)

    for hours in (2, 3):
        reading_exact.read(sync, exact, now=now + hours * HOUR)

    contact.refresh_from_db()
    assert contact.gone_at is not None


def test_an_invoice_that_another_account_pays_is_one_document_with_its_entry(
    sync: ZohoSync, exact: ExactClient, sandbox: ExactSandbox, now: datetime
) -> None:
    books.read(the_division(sync), exact)
    orders, pays = [row["ID"] for row in sandbox.records("accounts") if row["Status"] == "C"][:2]
    item = next(row for row in sandbox.records("items") if row["IsSalesItem"])
    line = {"Item": item["ID"], "Quantity": 2, "NetPrice": 50}
    told: dict[str, Any] = {"OrderedBy": orders, "InvoiceTo": pays, "SalesInvoiceLines": [line]}
    made = sandbox.make("SalesInvoices", told)
    reading_exact.read(sync, exact, now=now)
    sandbox.print_invoice(made["InvoiceID"])

    read_everything(sync, exact, now + HOUR)
    read_everything(sync, exact, now + 2 * HOUR)

    assert [copy.key for copy in the("Invoices")] == [made["InvoiceID"]]
    assert the("Invoices").get().values["Open"]


def test_an_invoice_that_we_booked_and_somebody_made_in_zoho_is_found_by_its_number(
    db: None,
) -> None:
    tie = a_sync()
    account = a_pair(base={})
    reference = our_reference(b"key", "1", "entry", "ZF-2026-17")
    exact = an_exact_record(
        "Invoices",
        account_key=account.exact.key,
        values={"InvoiceNumber": 26700012, "YourRef": reference, "AmountFC": "121.00"},
    )
    zoho = a_zoho_record(
        "Invoices",
        name="Rent",
        account_key=account.zoho.key,
        values={"Invoice_Number": "ZF-2026-17", "Grand_Total": "121.00"},
    )

    found = deciding.decisions(tie, ModuleSync.objects.get(sync=tie, module="Invoices"))

    assert found[zoho.key].exact == exact.key


def test_a_deletion_in_zoho_is_not_missed_when_our_clock_goes_before(
    sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    ahead = timedelta(minutes=5)
    reading_zoho.read(sync, zoho, now=now + ahead, module="Accounts")
    copy = ZohoRecord.objects.filter(module="Accounts")[0]
    zoho_sandbox.advance(60)
    zoho_sandbox.delete("Accounts", copy.key)

    reading_zoho.read(sync, zoho, now=now + timedelta(minutes=5) + ahead, module="Accounts")

    copy.refresh_from_db()
    assert copy.gone_at is not None


@pytest.mark.parametrize("stop", ["terms", "module"])
def test_nothing_is_sent_to_exact_once_nobody_agrees_or_the_module_is_off(
    office: Office, stop: str
) -> None:
    tie = a_sync(division=office.division)
    an_account(tie)
    module = ModuleSync.objects.get(sync=tie, module="Accounts")
    writing_exact.enqueue(module, office, now=office.clock.now())
    if stop == "terms":
        ZohoSync.objects.update(terms_version="an older one")
    else:
        ModuleSync.objects.update(takes_part=False)

    work(office)

    entry = OutboxEntry.objects.get()
    assert (entry.state, entry.attempts) == ("cancelled", 0)
    assert entry.reason
