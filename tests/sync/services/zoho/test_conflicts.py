"""A conflict from its opening to its end: shown, decided by a person, written, closed."""

from __future__ import annotations

from datetime import datetime

import pytest

from sync.models import Conflict, FieldMapping, Pair, ZohoRecord, ZohoSync
from sync.services.zoho.merging import conflicts, merging
from sync.services.zoho.reading import reading_zoho
from sync.services.zoho.writing import writing_zoho
from tests.build import an_operator
from tests.sync.services.zoho.pairs import a_pair, an_exact, give_our_field
from zoho_client.client import ZohoClient
from zoho_client.sandbox import ZohoSandbox


@pytest.fixture
def conflict(
    sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> Conflict:
    """Both sides changed the city of an account, each to another one."""
    give_our_field(sync, zoho, zoho_sandbox)
    FieldMapping.objects.exclude(exact_field="City").delete()
    FieldMapping.objects.update(winner="ask")
    reading_zoho.read(sync, zoho, now=now, module="Accounts")
    copy = ZohoRecord.objects.exclude(values__Billing_City=None).filter(module="Accounts")[0]
    exact = an_exact(sync, City="Namur")
    a_pair(exact, copy, base={"City = Billing_City": "Elsewhere"})
    merging.merge(sync, now=now)
    return Conflict.objects.get()


def city(stand_in: ZohoSandbox, conflict: Conflict) -> object:
    row = stand_in.store.get("Accounts", conflict.pair.zoho.key)
    assert row is not None
    return row["Billing_City"]


def test_while_nobody_decides_neither_side_is_written(
    sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime, conflict: Conflict
) -> None:
    writing_zoho.write(sync, zoho, now=now)

    assert city(zoho_sandbox, conflict) == conflict.zoho_value
    assert Pair.objects.get().state == "conflict"


def test_a_choice_says_who_made_it_and_waits_for_the_next_run(
    conflict: Conflict, now: datetime
) -> None:
    person = an_operator()

    conflicts.choose(conflict, "exact", by=person, now=now)

    conflict.refresh_from_db()
    assert (conflict.choice, conflict.chosen_by, conflict.closed_at) == ("exact", person, None)
    assert Pair.objects.get().is_dirty


def test_the_value_that_was_chosen_is_written_and_the_conflict_closes(
    sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime, conflict: Conflict
) -> None:
    conflicts.choose(conflict, "exact", by=None, now=now)
    merging.merge(sync, now=now)

    writing_zoho.write(sync, zoho, now=now)

    assert city(zoho_sandbox, conflict) == "Namur"
    conflict.refresh_from_db()
    assert (conflict.closed_at, Pair.objects.get().state) == (now, "equal")


def test_a_new_disagreement_after_a_closed_one_is_a_conflict_of_its_own(
    sync: ZohoSync, zoho: ZohoClient, now: datetime, conflict: Conflict
) -> None:
    conflicts.choose(conflict, "exact", by=None, now=now)
    merging.merge(sync, now=now)
    writing_zoho.write(sync, zoho, now=now)
    pair = Pair.objects.select_related("exact", "zoho").get()
    for record, field in ((pair.exact, "City"), (pair.zoho, "Billing_City")):
        record.values |= {field: f"{field} once more"}
        record.save()
    Pair.objects.update(is_dirty=True)

    merging.merge(sync, now=now)

    assert Conflict.objects.filter(closed_at=None).count() == 1
    assert Conflict.objects.count() == 2
