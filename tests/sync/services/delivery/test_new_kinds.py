"""What comes of Zoho is made in Exact once, whatever gets lost, and is paired when it is there."""

from __future__ import annotations

from typing import Any

import pytest

from exact_client.models import Division
from exact_client.sandbox import ExactSandbox
from sync.models import (
    FieldMapping,
    ModuleSync,
    OutboxEntry,
    Pair,
    TaxMapping,
    ZohoRecord,
    ZohoSync,
)
from sync.services.delivery import look_up, push
from sync.services.delivery.office import Office
from sync.services.zoho.mapping.mappings import rules_of
from sync.services.zoho.writing import writing_exact
from tests.build import NOW, an_invoice
from tests.sync.services.pushing import a_newcomer, clock_of, work
from tests.sync.services.zoho.build import a_sync
from tests.sync.services.zoho.newcomers import (
    a_contact,
    a_product,
    an_account,
    an_invoice_of_zoho,
)
from tests.sync.services.zoho.pairs import a_pair, a_zoho, an_exact

PATHS = {
    "Accounts": "crm/Accounts",
    "Contacts": "crm/Contacts",
    "Products": "logistics/Items",
}
TABLES = {"Accounts": "accounts", "Contacts": "contacts", "Products": "items"}


@pytest.fixture
def tie(office: Office) -> ZohoSync:
    """A running tie with the office's division, whose taxes and units are mapped."""
    sync = a_sync(division=office.division)
    Division.objects.exclude(pk=office.division.pk).delete()  # or no route would lead anywhere
    TaxMapping.objects.create(sync=sync, label="BTW 21", percentage=21, vat_code="4")
    units = FieldMapping.objects.filter(sync=sync, exact_field="Unit")
    units.update(options={"table": {"pc": "Each"}})
    return sync


def enqueued(office: Office, record: ZohoRecord) -> OutboxEntry:
    """Put what crosses of this record's module in the outbox; return the record's newest row."""
    module = ModuleSync.objects.get(sync=record.sync, module=record.module)
    writing_exact.enqueue(module, office, now=office.clock.now())
    return record.outbox.latest("pk")


def made(tie: ZohoSync, sandbox: ExactSandbox, kind: str) -> ZohoRecord:
    makers = {
        "Accounts": lambda: an_account(tie),
        "Contacts": lambda: a_contact(tie, sandbox),
        "Products": lambda: a_product(tie),
    }
    return makers[kind]()


def lose_an_answer(sandbox: ExactSandbox, kind: str, *, after: bool = True) -> None:
    fault = "lose_answer_after" if after else "lose_answer_before"
    sandbox.fault(fault, path=PATHS[kind], method="POST", times=1)


@pytest.mark.parametrize("kind", PATHS)
def test_a_record_is_made_in_exact_and_paired_with_what_was_sent_as_base(
    office: Office, tie: ZohoSync, sandbox: ExactSandbox, kind: str
) -> None:
    record = made(tie, sandbox, kind)
    before = sandbox.count(TABLES[kind])

    entry = enqueued(office, record)
    work(office)

    pair = Pair.objects.get(zoho=record)
    entry.refresh_from_db()
    assert (entry.state, sandbox.count(TABLES[kind])) == ("done", before + 1)
    assert (pair.rule, pair.exact.key) == ("created", str(entry.remote_id))
    assert (pair.exact.standing, pair.zoho.standing) == ("paired", "paired")
    rules = {rule.name for rule in rules_of(tie.modules.get(module=kind))}
    assert pair.base
    assert set(pair.base) <= rules


@pytest.mark.parametrize("kind", PATHS)
def test_a_lost_answer_is_looked_up_and_makes_no_twin(
    office: Office, tie: ZohoSync, sandbox: ExactSandbox, kind: str
) -> None:
    record = made(tie, sandbox, kind)
    before = sandbox.count(TABLES[kind])
    lose_an_answer(sandbox, kind)

    entry = enqueued(office, record)
    work(office, rounds=5, seconds=31)

    entry.refresh_from_db()
    assert (entry.state, entry.was_unknown) == ("done", True)
    assert sandbox.count(TABLES[kind]) == before + 1
    assert Pair.objects.filter(zoho=record).exists()


@pytest.mark.parametrize("fault", ["", "lose_answer_after", "lose_answer_before"])
def test_an_invoice_is_made_once_with_its_total_and_found_by_our_reference(
    office: Office, tie: ZohoSync, sandbox: ExactSandbox, fault: str
) -> None:
    record = an_invoice_of_zoho(tie, office, sandbox)
    if fault:
        sandbox.fault(fault, path="salesinvoice/SalesInvoices", method="POST", times=1)

    entry = enqueued(office, record)
    work(office, rounds=6, seconds=31)

    entry.refresh_from_db()
    made = office.exact.sales_invoices_with_reference(entry.reference)
    assert (entry.state, len(made), str(entry.amount)) == ("done", 1, "121.00")
    assert made[0].amount_fc == entry.amount
    assert Pair.objects.get(zoho=record).exact.key == str(made[0].invoice_id)


@pytest.mark.parametrize("kind", PATHS)
def test_what_is_proven_absent_is_sent_again(
    office: Office, tie: ZohoSync, sandbox: ExactSandbox, kind: str
) -> None:
    record = made(tie, sandbox, kind)
    before = sandbox.count(TABLES[kind])
    lose_an_answer(sandbox, kind, after=False)

    entry = enqueued(office, record)
    work(office, rounds=6, seconds=31)

    entry.refresh_from_db()
    assert (entry.state, entry.reposts, sandbox.count(TABLES[kind])) == ("done", 1, before + 1)


def test_an_account_is_known_by_our_reference_in_its_search_code(
    office: Office, tie: ZohoSync
) -> None:
    entry = enqueued(office, an_account(tie))

    assert entry.identity.startswith("zoho:Accounts:57257")
    assert entry.payload["SearchCode"] == entry.reference
    assert len(entry.reference) <= 30
    assert entry.customer is None


def test_the_same_record_asked_for_again_is_one_row(office: Office, tie: ZohoSync) -> None:
    record = an_account(tie)

    rows = {enqueued(office, record).pk for _ in range(3)}

    assert len(rows) == 1


def test_a_contact_waits_until_its_account_is_paired(
    office: Office, tie: ZohoSync, sandbox: ExactSandbox
) -> None:
    record = a_contact(tie, sandbox)
    Pair.objects.all().delete()

    with pytest.raises(OutboxEntry.DoesNotExist):
        enqueued(office, record)


def test_an_item_that_somebody_made_meanwhile_is_adopted_when_it_is_the_same(
    office: Office, tie: ZohoSync, sandbox: ExactSandbox
) -> None:
    office.exact.create_item({"Code": "QWX", "Description": "Quiet box"})
    record = a_product(tie)

    entry = enqueued(office, record)
    work(office, rounds=5, seconds=31)

    entry.refresh_from_db()
    assert entry.state == "done"
    assert Pair.objects.get(zoho=record).exact.key == str(entry.remote_id)


def test_an_item_of_another_name_under_its_code_is_left_to_a_person(
    office: Office, tie: ZohoSync, sandbox: ExactSandbox
) -> None:
    office.exact.create_item({"Code": "QWX", "Description": "Noisy box"})
    record = a_product(tie)

    entry = enqueued(office, record)
    work(office, rounds=5, seconds=31)

    entry.refresh_from_db()
    record.refresh_from_db()
    assert (entry.state, record.standing) == ("conflict", "refused")
    assert "Noisy box" in record.reason
    assert not Pair.objects.exists()


def test_a_refusal_is_shown_on_the_record_with_exacts_words(
    office: Office, tie: ZohoSync, sandbox: ExactSandbox
) -> None:
    record = a_contact(tie, sandbox, Email="nobody at all")

    entry = enqueued(office, record)
    work(office)

    entry.refresh_from_db()
    record.refresh_from_db()
    assert (entry.state, record.standing) == ("refused", "refused")
    assert entry.reason in record.reason
    assert "Mend in Zoho" in record.reason


def test_what_was_refused_goes_again_once_it_was_mended(
    office: Office, tie: ZohoSync, sandbox: ExactSandbox
) -> None:
    record = a_contact(tie, sandbox, Email="nobody at all")
    first = enqueued(office, record)
    work(office)
    mended = record.values | {"Email": "lotte@qwx.be"}
    ZohoRecord.objects.filter(pk=record.pk).update(values=mended, standing="crosses")

    enqueued(office, record)
    work(office, rounds=5, seconds=31)
    second = enqueued(office, record)
    work(office)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state, second.mended_from) == ("cancelled", "done", first)
    assert Pair.objects.filter(zoho=record).exists()


def test_what_changes_before_it_is_sent_goes_as_it_is_now(
    office: Office, tie: ZohoSync, sandbox: ExactSandbox
) -> None:
    record = an_account(tie)
    enqueued(office, record)
    named = record.values | {"Account_Name": "Other"}
    ZohoRecord.objects.filter(pk=record.pk).update(values=named)

    entry = enqueued(office, record)

    assert (entry.payload["Name"], entry.identity[-2:]) == ("Other", "v2")
    assert OutboxEntry.objects.filter(state="cancelled").count() == 1


@pytest.mark.parametrize("change", [{"standing": "stays"}, {"gone_at": NOW}], ids=str)
def test_what_should_not_cross_any_more_is_withdrawn(
    office: Office, tie: ZohoSync, sandbox: ExactSandbox, change: dict[str, Any]
) -> None:
    record = an_account(tie)
    entry = enqueued(office, record)
    ZohoRecord.objects.filter(pk=record.pk).update(**change)
    before = sandbox.count("accounts")

    work(office)

    entry.refresh_from_db()
    assert (entry.state, sandbox.count("accounts")) == ("cancelled", before)


def test_nothing_is_made_for_a_tie_that_was_closed(office: Office, tie: ZohoSync) -> None:
    entry = enqueued(office, an_account(tie))
    ZohoSync.objects.update(state=ZohoSync.State.CLOSED)

    work(office)

    entry.refresh_from_db()
    assert (entry.state, "not kept equal" in entry.reason) == ("cancelled", True)


def test_a_copy_that_was_read_before_the_answer_came_is_the_one_that_is_paired(
    office: Office, tie: ZohoSync, sandbox: ExactSandbox
) -> None:
    record = an_account(tie)
    lose_an_answer(sandbox, "Accounts")
    entry = enqueued(office, record)
    work(office)
    there = office.exact.accounts_with_search_code(entry.reference)[0]
    copy = an_exact(tie, key=str(there.id), SearchCode=entry.reference)

    work(office, rounds=4, seconds=31)

    assert Pair.objects.get(zoho=record).exact == copy


def test_what_is_paired_with_something_else_is_left_to_a_person(
    office: Office, tie: ZohoSync, sandbox: ExactSandbox
) -> None:
    record = an_account(tie)
    lose_an_answer(sandbox, "Accounts")
    entry = enqueued(office, record)
    work(office)
    there = office.exact.accounts_with_search_code(entry.reference)[0]
    a_pair(an_exact(tie, key=str(there.id)), a_zoho(tie, name="Somebody else"))

    work(office, rounds=4, seconds=31)

    entry.refresh_from_db()
    assert (entry.state, "Somebody else is paired" in entry.reason) == ("conflict", True)


def test_what_was_parted_again_is_not_made_a_second_time(
    office: Office, tie: ZohoSync, sandbox: ExactSandbox
) -> None:
    record = an_account(tie)
    entry = enqueued(office, record)
    work(office)
    Pair.objects.all().delete()
    ZohoRecord.objects.filter(pk=record.pk).update(standing="crosses")

    assert enqueued(office, record) == entry


def test_a_later_change_of_a_contacts_name_is_no_loss_to_the_audit(
    office: Office, tie: ZohoSync, sandbox: ExactSandbox
) -> None:
    record = a_contact(tie, sandbox)
    lose_an_answer(sandbox, "Contacts")
    entry = enqueued(office, record)
    work(office, rounds=4, seconds=31)
    entry.refresh_from_db()
    assert entry.remote_id is not None
    office.exact.update_contact(entry.remote_id, {"FirstName": "Charlotte"})
    clock_of(office).advance(3600)

    assert look_up.audit(office) == 0


def test_what_waits_for_zoho_hides_no_account_that_somebody_made_for_a_customer(
    office: Office, tie: ZohoSync, sandbox: ExactSandbox
) -> None:
    customer = a_newcomer(office)
    an_invoice(customer=customer, released_at=NOW)
    office.exact.create_account(
        {"Name": customer.name, "Status": "C", "SearchCode": customer.number}
    )
    enqueued(office, an_account(tie, Account_Name="Aurora"))  # a row without a customer
    before = sandbox.count("accounts")

    push.push(office)

    assert sandbox.count("accounts") == before + 1  # Zoho's
    assert customer.links.exists()
