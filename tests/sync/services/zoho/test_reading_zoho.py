"""Zoho is read whole once and afterwards by what changed; deletions are flagged, never followed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil
from typing import Any

import pytest

from sync.models import FieldMapping, ModuleSync, Pair, ZohoRecord, ZohoSync
from sync.rules.zoho.modules import Module
from sync.services.zoho.reading import reading_zoho
from sync.services.zoho.reading.copies import Read
from tests.sync.services.zoho.build import a_pair, an_exact_record
from zoho_client.client import ZohoClient
from zoho_client.errors import ZohoError
from zoho_client.sandbox import ZohoSandbox

WHILE, DAY = 300.0, 86_400.0  # seconds of the stand-in's clock; a token lives an hour
LATER = timedelta(hours=1)
Again = Callable[..., Read]


def calls(stand_in: ZohoSandbox, part: str = "/crm/") -> int:
    return sum(part in call.path for call in stand_in.calls)


def some(stand_in: ZohoSandbox, module: str = "Accounts") -> dict[str, Any]:
    return min(stand_in.store.rows(module), key=lambda row: row["id"])


def copies(module: str = "Accounts") -> Any:
    return ZohoRecord.objects.filter(module=module)


def read_up_to() -> datetime:
    held = ModuleSync.objects.get(module="Accounts").zoho_after
    assert held is not None
    return held


def a_clean_pair(zoho_record: ZohoRecord) -> Pair:
    """Return a pair that nothing is to be done about."""
    pair = a_pair(an_exact_record(zoho_record.module, sync=zoho_record.sync), zoho_record)
    Pair.objects.update(is_dirty=False, state="equal")
    pair.refresh_from_db()
    return pair


@pytest.fixture
def first(sync: ZohoSync, zoho: ZohoClient, now: datetime) -> Read:
    """What the first reading did."""
    return reading_zoho.read(sync, zoho, now=now)


@pytest.fixture
def again(first: Read, sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox) -> Again:
    """Return what reads once more, by the stand-in's clock."""
    zoho_sandbox.advance(WHILE)

    def read(module: str | None = None) -> Read:
        at = datetime.fromisoformat(zoho_sandbox.clock.text())
        return reading_zoho.read(sync, zoho, now=at, module=module)

    return read


def test_the_first_reading_copies_everything_page_by_page(
    first: Read, zoho_sandbox: ZohoSandbox
) -> None:
    for module in Module:
        assert copies(module).count() == zoho_sandbox.store.count(module)
        pages = max(ceil(zoho_sandbox.store.count(module) / 200), 1)
        assert calls(zoho_sandbox, f"/crm/v8/{module}") == pages
    assert first.read == first.changed == ZohoRecord.objects.count()
    assert first.modules == list(Module)


def test_a_copy_holds_what_matching_needs_and_says_who_changed_it(
    first: Read, zoho_sandbox: ZohoSandbox
) -> None:
    contact = some(zoho_sandbox, "Contacts")

    copy = copies("Contacts").get(key=contact["id"])
    assert copy.name == contact["Full_Name"]
    assert copy.account_key == contact["Account_Name"]["id"]
    assert copy.values["Email"] == contact["Email"]
    assert copy.modified_at == datetime.fromisoformat(contact["Modified_Time"])
    assert copy.modified_by == contact["Modified_By"]["name"]


def test_nothing_changed_costs_two_calls_a_module(again: Again, zoho_sandbox: ZohoSandbox) -> None:
    before = calls(zoho_sandbox)

    done = again()

    assert calls(zoho_sandbox) - before == 2 * len(Module)
    assert (done.changed, done.gone) == (0, 0)


def test_a_change_soils_its_pair_alone(again: Again, zoho_sandbox: ZohoSandbox) -> None:
    one, other = (a_clean_pair(copy) for copy in copies()[:2])
    zoho_sandbox.change("Accounts", one.zoho.key, Phone="+32 2 123 45 67")

    done = again()

    assert done.changed == 1
    copy = copies().get(key=one.zoho.key)
    assert copy.values["Phone"] == "+32 2 123 45 67"
    assert copy.modified_by == zoho_sandbox.company.users[0]["full_name"]
    assert copy.standing == "paired"
    assert set(Pair.objects.filter(is_dirty=True)) == {one}
    assert not Pair.objects.get(pk=other.pk).is_dirty


def test_a_record_that_was_touched_and_says_the_same_soils_nothing(
    again: Again, zoho_sandbox: ZohoSandbox
) -> None:
    pair = a_clean_pair(copies().first())
    zoho_sandbox.change("Accounts", pair.zoho.key, Account_Name=pair.zoho.name)

    assert again().changed == 1

    assert not Pair.objects.get().is_dirty


def test_what_our_own_write_was_answered_is_no_change(
    again: Again, zoho_sandbox: ZohoSandbox
) -> None:
    pair = a_clean_pair(copies().first())
    row = zoho_sandbox.change("Accounts", pair.zoho.key, Phone="+32 2 123 45 67")
    told = datetime.fromisoformat(row["Modified_Time"])
    values = pair.zoho.values | {"Phone": "+32 2 123 45 67"}
    copies().filter(pk=pair.zoho.pk).update(values=values, modified_at=told)

    assert again().changed == 0

    assert not Pair.objects.get().is_dirty


def test_a_second_change_within_one_second_is_not_missed(
    again: Again, zoho_sandbox: ZohoSandbox
) -> None:
    account = some(zoho_sandbox)
    zoho_sandbox.change("Accounts", account["id"], Phone="1111111")
    again()
    zoho_sandbox.change("Accounts", account["id"], Phone="2222222")

    again()

    assert copies().get(key=account["id"]).values["Phone"] == "2222222"


def test_invoices_come_with_their_lines_and_a_hundred_cost_one_call(
    first: Read, zoho_sandbox: ZohoSandbox
) -> None:
    invoice = some(zoho_sandbox, "Invoices")

    lines = copies("Invoices").get(key=invoice["id"]).values["Invoiced_Items"]

    held = invoice["Invoiced_Items"]
    assert [line["id"] for line in lines] == [row["id"] for row in held]
    assert lines[0]["Product_Name"] == {"id": held[0]["Product_Name"]["id"]}
    assert all(copy.values["Invoiced_Items"] for copy in copies("Invoices"))
    asked = calls(zoho_sandbox, "/coql")
    assert asked == sum(
        ceil(zoho_sandbox.store.count(module) / 100) for module in ("Invoices", "Sales_Orders")
    )


def test_lines_of_invoices_that_did_not_change_are_not_asked_again(
    again: Again, zoho_sandbox: ZohoSandbox
) -> None:
    before = calls(zoho_sandbox, "/coql")

    again("Invoices")

    assert calls(zoho_sandbox, "/coql") - before == 1


def test_a_deletion_is_flagged_on_both_and_removes_nothing(
    again: Again, zoho_sandbox: ZohoSandbox
) -> None:
    kept, pair = ZohoRecord.objects.count(), a_clean_pair(copies().first())
    zoho_sandbox.delete("Accounts", pair.zoho.key)

    done = again()

    pair.refresh_from_db()
    assert done.gone == 1
    assert pair.state == "gone"
    assert pair.reason == ("It was deleted in Zoho. Nothing is deleted on the other side.")
    assert pair.zoho.gone_at is not None
    assert pair.zoho.standing == "gone"
    assert pair.exact.standing == "paired"
    assert ZohoRecord.objects.count() == kept


def test_what_was_restored_from_the_bin_comes_back(
    again: Again, sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    pair = a_clean_pair(copies().first())
    row = zoho_sandbox.record("Accounts", pair.zoho.key)
    zoho_sandbox.delete("Accounts", pair.zoho.key)
    again()
    zoho_sandbox.store.load("Accounts", [row])  # as it was, under the same id

    reading_zoho.read_some(sync, zoho, "Accounts", [pair.zoho.key], now=now + LATER)

    pair.refresh_from_db()
    assert pair.zoho.gone_at is None
    assert pair.zoho.standing == "paired"
    assert (pair.state, pair.is_dirty) == ("due", True)


def test_a_notification_reads_just_its_records(
    first: Read, sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    made = zoho_sandbox.add("Accounts", Account_Name="Newcomer")
    before = calls(zoho_sandbox)

    done = reading_zoho.read_some(sync, zoho, "Accounts", [made["id"]], now=now + LATER)

    assert (done.read, done.changed) == (1, 1)
    assert copies().get(key=made["id"]).name == "Newcomer"
    assert calls(zoho_sandbox) - before <= 2  # the record, and who its author is


def test_a_notification_of_a_deletion_flags_it(
    first: Read, sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    account = some(zoho_sandbox)
    zoho_sandbox.delete("Accounts", account["id"])

    done = reading_zoho.read_some(sync, zoho, "Accounts", [account["id"]], now=now + LATER)

    assert done.gone == 1


def test_a_new_mapping_has_its_module_read_anew(again: Again, sync: ZohoSync) -> None:
    pair = a_clean_pair(copies().first())
    FieldMapping.objects.create(
        sync=sync, module="Accounts", exact_field="Remarks", zoho_field="Description"
    )

    done = again("Accounts")

    assert not copies().exclude(values__has_key="Description").exists()
    assert done.gone == 0
    assert Pair.objects.get(pk=pair.pk).is_dirty


def test_after_a_long_sleep_what_is_missing_from_the_list_is_gone(
    again: Again, zoho_sandbox: ZohoSandbox
) -> None:
    account = some(zoho_sandbox)
    zoho_sandbox.delete("Accounts", account["id"])
    zoho_sandbox.advance(130 * DAY)  # Zoho has forgotten the deletion by then

    done = again("Accounts")

    assert done.gone == 1
    assert copies().get(key=account["id"]).gone_at is not None


def test_a_long_text_is_read_whole_though_lists_cut_it(
    sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    text = "Desk by the window. " * 80
    product = some(zoho_sandbox, "Products")
    zoho_sandbox.change("Products", product["id"], Description=text)

    reading_zoho.read(sync, zoho, now=now, module="Products")

    assert copies("Products").get(key=product["id"]).values["Description"] == text.strip()


def test_a_reading_that_breaks_off_keeps_the_cursor_where_it_was(
    again: Again, zoho_sandbox: ZohoSandbox
) -> None:
    zoho_sandbox.change("Accounts", some(zoho_sandbox)["id"], Phone="1234567")
    held = read_up_to()
    zoho_sandbox.fault("status", status=403, path="/deleted")

    with pytest.raises(ZohoError):
        again("Accounts")

    assert read_up_to() == held
    zoho_sandbox.clear_faults()
    assert again("Accounts").gone == 0
    assert read_up_to() > held


def test_a_module_that_takes_no_part_is_not_read(
    sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    ModuleSync.objects.exclude(module="Products").update(takes_part=False)

    assert reading_zoho.read(sync, zoho, now=now).modules == ["Products"]

    assert calls(zoho_sandbox) == 1
