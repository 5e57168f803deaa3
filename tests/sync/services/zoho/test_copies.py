"""A copy follows its side: what is newer is saved, and a pair is soiled by another value alone."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from sync.models import ExactRecord, ModuleSync, Pair, ZohoRecord
from sync.services.zoho.reading.copies import Seen, clean, mark_gone, save
from tests.build import NOW
from tests.sync.services.zoho.build import a_pair, a_sync, a_zoho_record, an_exact_record

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def accounts() -> ModuleSync:
    return a_sync().modules.get(module="Accounts")


def seen(record: ExactRecord | ZohoRecord, **values: Any) -> Seen:
    held = {"values": dict(record.values), "modified_at": record.modified_at}
    return Seen(key=record.key, name="Seen", **held | values)


def a_clean_pair() -> Pair:
    pair = a_pair(zoho=a_zoho_record(values={"Phone": "1"}))
    Pair.objects.update(is_dirty=False, state="refused", due_at=NOW)
    return pair


def is_dirty() -> bool:
    return Pair.objects.get().is_dirty


@pytest.mark.parametrize(
    ("age", "phone", "changed", "dirty"),
    [
        (SECOND, "2", 1, True),
        (SECOND, "1", 1, False),
        (-SECOND, "2", 0, False),
        (timedelta(0), "2", 1, True),
        (timedelta(0), "1", 0, False),
    ],
)
def test_a_record_of_zoho_is_newer_by_its_time_or_within_a_second_by_its_values(
    accounts: ModuleSync,
    age: timedelta,
    phone: str,
    changed: int,
    dirty: bool,  # noqa: FBT001 - a row of the table
) -> None:
    zoho = a_clean_pair().zoho
    told = seen(zoho, values={"Phone": phone}, modified_at=NOW + age)

    assert save(ZohoRecord, accounts, [told], NOW) == changed

    assert is_dirty() is dirty


def test_a_touch_is_no_change_of_a_value(accounts: ModuleSync) -> None:
    zoho = a_clean_pair().zoho
    by_els = seen(zoho, values={"Phone": "2"}, modified_at=NOW, modified_by="Els")
    by_us = seen(zoho, values={"Phone": "2"}, modified_at=NOW + SECOND, modified_by="Exactlink")

    save(ZohoRecord, accounts, [by_els], NOW)
    save(ZohoRecord, accounts, [by_us], NOW)

    zoho.refresh_from_db()
    assert (zoho.modified_at, zoho.modified_by) == (NOW + SECOND, "Exactlink")
    assert (zoho.changed_at, zoho.changed_by) == (NOW, "Els")


def test_a_stale_row_of_exact_does_not_undo_what_we_wrote(accounts: ModuleSync) -> None:
    exact = an_exact_record(version=7, values={"Name": "Ours"})

    stale = seen(exact, values={"Name": "Before"}, version=7)

    assert save(ExactRecord, accounts, [stale], NOW) == 0
    exact.refresh_from_db()
    assert exact.values == {"Name": "Ours"}


def test_of_one_record_seen_twice_the_newest_is_kept(accounts: ModuleSync) -> None:
    exact = an_exact_record(version=1)
    rows = [seen(exact, values={"Name": str(n)}, version=n) for n in (2, 9, 5)]

    save(ExactRecord, accounts, rows, NOW)

    exact.refresh_from_db()
    assert (exact.version, exact.values) == (9, {"Name": "9"})


def test_a_change_has_a_refused_pair_tried_at_once(accounts: ModuleSync) -> None:
    pair = a_clean_pair()

    save(ZohoRecord, accounts, [seen(pair.zoho, values={"Phone": "2"})], NOW)

    pair.refresh_from_db()
    assert (pair.is_dirty, pair.due_at) == (True, None)


def test_a_change_has_a_refused_record_tried_again(accounts: ModuleSync) -> None:
    refused = a_zoho_record(standing="refused", reason="Exact said no.", due_at=NOW)

    save(ZohoRecord, accounts, [seen(refused, values={"Phone": "2"})], NOW)

    refused.refresh_from_db()
    assert (refused.standing, refused.reason, refused.due_at) == ("new", "", None)


def test_a_pair_stays_gone_until_both_sides_are_back(accounts: ModuleSync) -> None:
    pair = a_pair()
    mark_gone(ZohoRecord, {pair.zoho.pk: NOW})
    mark_gone(ExactRecord, {pair.exact.pk: NOW})

    save(ZohoRecord, accounts, [seen(pair.zoho)], NOW)
    assert Pair.objects.get().state == "gone"
    save(ExactRecord, accounts, [seen(pair.exact, version=pair.exact.version + 1)], NOW)

    assert Pair.objects.get().state == "due"
    assert is_dirty()
    assert {row.standing for row in (ExactRecord.objects.get(), ZohoRecord.objects.get())} == {
        "paired"
    }


def test_a_text_that_is_too_long_or_holds_a_nul_is_kept_as_far_as_it_goes(
    accounts: ModuleSync,
) -> None:
    values = clean({"Description": "a\0b", "Rows": [{"Text": "\0"}]})

    save(ZohoRecord, accounts, [Seen(key="1", name="x" * 999, values=values)], NOW)

    made = ZohoRecord.objects.get()
    assert made.name == "x" * 255
    assert made.values == {"Description": "ab", "Rows": [{"Text": ""}]}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (Decimal("19.990"), "19.99"),
        (19.99, "19.99"),
        (Decimal("20.00"), 20),
        (20, 20),
        (Decimal("1E+3"), 1000),
        (Decimal("0.00000001"), "0.00000001"),
        (True, True),
        (None, None),
    ],
)
def test_a_number_is_kept_in_one_form_however_it_was_written(written: object, kept: object) -> None:
    assert clean(written) == kept
    assert type(clean(written)) is type(kept)
