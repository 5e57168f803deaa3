"""What is made again, parted, or typed twice never becomes a twin, and a person is told why."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from exact_client.models import Division
from exact_client.sandbox import ExactSandbox
from sync.models import ExactRecord, ModuleSync, OutboxEntry, Pair, ZohoRecord, ZohoSync
from sync.services.delivery import decide, release
from sync.services.delivery.office import Office
from sync.services.zoho.pairing import choosing, pairing, people
from sync.services.zoho.reading import reading_exact
from sync.services.zoho.reading.copies import mark_gone
from sync.services.zoho.reading.reading_zoho import CATCH_ALL_ID
from sync.services.zoho.writing import writing_exact, writing_zoho
from sync.services.zoho.writing.writing_invoices import CATCH_ALL
from tests.build import NOW, an_invoice
from tests.sync.services.pushing import a_newcomer, work
from tests.sync.services.zoho.build import a_pair, a_sync, a_zoho_record, an_exact_record
from tests.sync.services.zoho.newcomers import an_account
from tests.sync.services.zoho.pairs import an_exact, give_our_field
from zoho_client.client import ZohoClient
from zoho_client.sandbox import ZohoSandbox

VAT = {"VATNumber": "BE0403019261", "Country": "BE", "Status": "C", "Name": "Aurora"}


def test_an_account_that_was_deleted_in_exact_and_made_again_is_shown_to_a_person(
    db: None,
) -> None:
    tie = a_sync()
    zoho = a_zoho_record(
        name="Aurora", values={"VAT_Number": "BE0403019261", "Billing_Country": "Belgium"}
    )
    old = an_exact_record(name="Aurora", values={**VAT, "Code": "1"})
    a_pair(old, zoho, base={})
    mark_gone(ExactRecord, {old.pk: NOW})
    new = an_exact_record(name="Aurora", values={**VAT, "Code": "2"})

    pairing.pair(tie, now=NOW)
    choosing.choose(tie, now=NOW)

    new.refresh_from_db()
    assert new.standing == "review"
    assert "Aurora" in new.reason


def test_an_account_that_was_deleted_in_zoho_and_made_again_is_shown_to_a_person(
    db: None,
) -> None:
    tie = a_sync()
    values = {"VAT_Number": "BE0403019261", "Billing_Country": "Belgium"}
    old = a_zoho_record(name="Aurora", values=values)
    exact = an_exact_record(name="Aurora", values={**VAT, "Code": "1"})
    a_pair(exact, old, base={})
    mark_gone(ZohoRecord, {old.pk: NOW})
    new = a_zoho_record(name="Aurora", values=values)

    pairing.pair(tie, now=NOW)
    choosing.choose(tie, now=NOW)

    new.refresh_from_db()
    assert new.standing == "review"
    assert new.reason


def test_what_was_made_and_parted_is_not_made_again_and_says_so(
    office: Office,
) -> None:
    tie = a_sync(division=office.division)
    record = an_account(tie, Billing_City="Gent")
    module = ModuleSync.objects.get(sync=tie, module="Accounts")
    writing_exact.enqueue(module, office, now=office.clock.now())
    work(office)
    people.part(Pair.objects.get(zoho=record), None, NOW)
    record.refresh_from_db()
    people.create_anyway(record, None, NOW)

    choosing.choose(tie, now=NOW)
    writing_exact.enqueue(module, office, now=office.clock.now())

    record.refresh_from_db()
    assert OutboxEntry.objects.count() == 1
    assert record.standing == "blocked"
    assert "made in Exact before" in record.reason


def test_what_a_person_cancelled_is_not_queued_again(office: Office) -> None:
    tie = a_sync(division=office.division)
    record = an_account(tie, Billing_City="Gent")
    module = ModuleSync.objects.get(sync=tie, module="Accounts")
    writing_exact.enqueue(module, office, now=office.clock.now())
    entry = OutboxEntry.objects.get()
    decide.cancel(entry, office.clock, by=None, reason="Not in Exact.")

    choosing.choose(tie, now=NOW)
    writing_exact.enqueue(module, office, now=office.clock.now())

    record.refresh_from_db()
    assert OutboxEntry.objects.count() == 1
    assert record.standing == "blocked"
    assert "Not in Exact." in record.reason


def test_our_product_for_other_lines_stays_in_zoho_and_asks_nobody(db: None) -> None:
    tie = a_sync()
    values = {"Product_Name": CATCH_ALL, "Exact_ID": CATCH_ALL_ID, "Product_Code": "OTHER"}
    product = a_zoho_record("Products", name=CATCH_ALL, values=values)
    tie.catch_all_product = product.key
    tie.save()

    pairing.pair(tie, now=NOW)
    choosing.choose(tie, now=NOW)

    product.refresh_from_db()
    assert product.standing == "stays"
    assert product.reason


@pytest.mark.parametrize("comes_first", ["customer", "zoho"])
def test_a_company_that_is_new_in_zapfloor_and_in_zoho_gets_one_account(
    office: Office, sandbox: ExactSandbox, comes_first: str
) -> None:
    tie = a_sync(division=office.division)
    Division.objects.exclude(pk=office.division.pk).delete()
    module = ModuleSync.objects.get(sync=tie, module="Accounts")
    customer = a_newcomer(office)
    record = an_account(tie, Account_Name=customer.name)
    before = sandbox.count("accounts")

    if comes_first == "zoho":
        writing_exact.enqueue(module, office, now=office.clock.now())
    an_invoice(customer=customer, released_at=NOW)
    release.enqueue(office.division, now=office.clock.now(), with_accounts=True)
    writing_exact.enqueue(module, office, now=office.clock.now())
    work(office)
    writing_exact.enqueue(module, office, now=office.clock.now())
    work(office)

    assert sandbox.count("accounts") == before + 1
    assert not record.outbox.filter(state="done").exists()
    reading_exact.read(tie, office.exact, now=NOW)
    pairing.pair(tie, now=NOW)
    record.refresh_from_db()
    assert record.standing in {"paired", "review"}


def test_a_double_of_our_id_that_no_reading_shows_is_told_to_a_person(
    sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    give_our_field(sync, zoho, zoho_sandbox)
    record = an_exact(sync, Name="Aurora")
    row = zoho_sandbox.records("Accounts")[0]
    zoho_sandbox.change("Accounts", row["id"], Exact_ID=record.key)

    for hours in range(3):
        writing_zoho.write(sync, zoho, now=now + timedelta(hours=hours))

    record.refresh_from_db()
    assert record.standing == "refused"
    assert "Exact ID" in record.reason
