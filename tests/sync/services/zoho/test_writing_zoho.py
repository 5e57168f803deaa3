"""Zoho is told a hundred at a time; nothing is made twice, and each row's outcome is its own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from sync.models import ExactRecord, ModuleSync, Pair, PairCandidate, ZohoRecord, ZohoSync
from sync.services.zoho.merging import merging
from sync.services.zoho.pairing import pairing
from sync.services.zoho.reading import reading_zoho
from sync.services.zoho.writing import writing_zoho
from sync.services.zoho.writing.writing import Written
from tests.sync.services.zoho.pairs import (
    a_pair,
    a_zoho,
    an_exact,
    give_our_field,
    spend_all_credits,
)
from zoho_client.client import ZohoClient
from zoho_client.errors import ZohoTemporaryError, ZohoUncertainError
from zoho_client.sandbox import ZohoSandbox

ACCOUNTS = "/crm/v8/Accounts"


@pytest.fixture
def ready(sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox) -> ZohoSync:
    """A tie whose modules have our field in Zoho."""
    give_our_field(sync, zoho, zoho_sandbox)
    return sync


def writes(stand_in: ZohoSandbox) -> int:
    """Count the calls that made or changed accounts and contacts."""
    paths = {f"/crm/v8/{module}" for module in ("Accounts", "Contacts")}
    return sum(call.path in paths and call.method != "GET" for call in stand_in.calls)


def keep_unique(sync: ZohoSync, stand_in: ZohoSandbox, name: str) -> None:
    """Let the organisation keep another field of accounts unique."""
    fields = stand_in.company.fields["Accounts"]
    next(one for one in fields if one["api_name"] == name)["unique"] = {"casesensitive": False}
    ModuleSync.objects.filter(sync=sync, module="Accounts").update(fields=fields)


def held(stand_in: ZohoSandbox, key: str, module: str = "Accounts") -> dict[str, Any]:
    found = stand_in.store.get(module, key)
    assert found is not None
    return found


def read_and_pair(sync: ZohoSync, zoho: ZohoClient, now: datetime) -> None:
    """Do what the next run begins with."""
    later = now + timedelta(minutes=5)
    reading_zoho.read(sync, zoho, now=later, module="Accounts")
    pairing.pair(sync, now=later)


def named(stand_in: ZohoSandbox, name: str) -> list[dict[str, Any]]:
    return [row for row in stand_in.store.rows("Accounts") if row["Account_Name"] == name]


def a_known_pair(sync: ZohoSync, zoho: ZohoClient, now: datetime) -> Pair:
    """Pair an account that both stand-ins have with a copy of Exact's that says something else."""
    reading_zoho.read(sync, zoho, now=now, module="Accounts")
    copy = ZohoRecord.objects.filter(module="Accounts").order_by("key")[0]
    exact = an_exact(sync, Name="Elsewhere", City="Elsewhere")
    return a_pair(exact, copy, base=None)


def test_new_records_are_made_a_hundred_in_a_call_and_paired(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    for number in range(101):
        an_exact(ready, Name=f"Aurora {number}", City="Gent")

    written = writing_zoho.write(ready, zoho, now=now)

    assert (written.made, writes(zoho_sandbox)) == (101, 2)
    pair = Pair.objects.get(exact__name="Aurora 7")
    row = held(zoho_sandbox, pair.zoho.key)
    assert (row["Account_Name"], row["Billing_City"]) == ("Aurora 7", "Gent")
    assert row["Exact_ID"] == pair.exact.key
    assert (pair.rule, pair.exact.standing, pair.zoho.standing) == ("created", "paired", "paired")
    assert (pair.base or {})["Name = Account_Name"] == "Aurora 7"


def test_what_was_written_is_not_written_again(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    an_exact(ready, Name="Aurora", City="Gent", Country="BE", Phone="+32 9 123")
    writing_zoho.write(ready, zoho, now=now)

    later = now + timedelta(minutes=5)
    reading_zoho.read(ready, zoho, now=later, module="Accounts")
    merging.merge(ready, now=later)
    written = writing_zoho.write(ready, zoho, now=later)

    assert (written.done, writes(zoho_sandbox)) == (0, 1)
    assert Pair.objects.get().state == "equal"


def test_a_paired_record_is_changed_by_its_id_in_the_fields_that_differ_alone(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    pair = a_known_pair(ready, zoho, now)
    street = held(zoho_sandbox, pair.zoho.key)["Billing_Street"]
    merging.merge(ready, now=now)

    written = writing_zoho.write(ready, zoho, now=now)

    row = held(zoho_sandbox, pair.zoho.key)
    assert (row["Account_Name"], row["Billing_City"]) == ("Elsewhere", "Elsewhere")
    assert (row["Billing_Street"], row["Exact_ID"]) == (street, pair.exact.key)
    assert (written.changed, Pair.objects.get().state) == (1, "equal")


def test_our_id_is_written_to_a_record_that_was_paired_by_other_means(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    reading_zoho.read(ready, zoho, now=now, module="Accounts")
    copy = ZohoRecord.objects.filter(module="Accounts")[0]
    exact = an_exact(ready)  # which says nothing of its own
    a_pair(exact, copy, base={})
    merging.merge(ready, now=now)

    writing_zoho.write(ready, zoho, now=now)

    assert held(zoho_sandbox, copy.key)["Exact_ID"] == exact.key
    assert writing_zoho.write(ready, zoho, now=now).done == 0


def test_a_contact_waits_for_its_account_and_then_names_it(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    account = an_exact(ready, Name="Aurora", standing="stays")
    an_exact(ready, "Contacts", LastName="Peeters", Account=account.key, account_key=account.key)
    assert writing_zoho.write(ready, zoho, now=now).made == 0

    ExactRecord.objects.filter(pk=account.pk).update(standing="crosses")
    assert writing_zoho.write(ready, zoho, now=now).made == 2

    contact = Pair.objects.get(module="Contacts")
    account_id = Pair.objects.get(module="Accounts").zoho.key
    row = held(zoho_sandbox, contact.zoho.key, "Contacts")
    assert (row["Last_Name"], row["Account_Name"]["id"]) == ("Peeters", account_id)
    assert contact.zoho.account_key == account_id


def test_a_refused_row_says_why_in_plain_words_and_the_others_go_on(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    an_exact(ready, Name="Aurora")
    odd = an_exact(ready, City="Nowhere")  # without a name

    written = writing_zoho.write(ready, zoho, now=now)

    odd.refresh_from_db()
    assert (written.made, written.refused) == (1, 1)
    assert (odd.standing, odd.problem) == ("refused", "MANDATORY_NOT_FOUND")
    assert "“Account Name”" in odd.reason
    assert odd.due_at is not None
    assert writing_zoho.write(ready, zoho, now=now).done == 0  # not before it is due


def test_a_refused_change_is_tried_again_when_it_is_due(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    pair = a_known_pair(ready, zoho, now)
    merging.merge(ready, now=now)
    zoho_sandbox.fault("record_locked", ids=(pair.zoho.key,), times=1)

    writing_zoho.write(ready, zoho, now=now)
    locked = Pair.objects.get()
    writing_zoho.write(ready, zoho, now=now + timedelta(hours=2))

    assert (locked.state, locked.reason) == ("refused", "The record is locked in Zoho.")
    assert Pair.objects.get().state == "equal"


def test_a_lost_answer_is_said_again_and_makes_no_twin(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    an_exact(ready, Name="Aurora")
    zoho_sandbox.fault("lose_answer_after", path=ACCOUNTS, times=1)

    writing_zoho.write(ready, zoho, now=now)
    read_and_pair(ready, zoho, now)

    assert len(named(zoho_sandbox, "Aurora")) == 1
    assert Pair.objects.get().exact.name == "Aurora"


def test_what_was_made_before_a_crash_is_found_again_and_not_made_twice(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    an_exact(ready, Name="Aurora")
    zoho_sandbox.fault("lose_answer_after", path=ACCOUNTS, method="POST", times=2)
    with pytest.raises(ZohoUncertainError):
        writing_zoho.write(ready, zoho, now=now)
    assert not Pair.objects.exists()

    writing_zoho.write(ready, zoho, now=now)
    read_and_pair(ready, zoho, now)

    assert len(named(zoho_sandbox, "Aurora")) == 1
    assert Pair.objects.get().exact.standing == "paired"


def test_what_zoho_calls_a_double_is_offered_to_a_person(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    keep_unique(ready, zoho_sandbox, "VAT_Number")
    reading_zoho.read(ready, zoho, now=now, module="Accounts")
    there = ZohoRecord.objects.exclude(values__VAT_Number=None).filter(module="Accounts")[0]
    record = an_exact(ready, Name="Twin", VATNumber=there.values["VAT_Number"])

    writing_zoho.write(ready, zoho, now=now)

    record.refresh_from_db()
    assert (record.standing, named(zoho_sandbox, "Twin")) == ("review", [])
    assert PairCandidate.objects.get().zoho == there


def test_where_other_fields_are_unique_a_lost_answer_leaves_it_to_the_next_reading(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    keep_unique(ready, zoho_sandbox, "VAT_Number")
    record = an_exact(ready, Name="Aurora")
    zoho_sandbox.fault("lose_answer_after", path="/crm/v8/Accounts", method="POST", times=1)

    writing_zoho.write(ready, zoho, now=now)

    record.refresh_from_db()
    assert (record.standing, len(named(zoho_sandbox, "Aurora"))) == ("crosses", 1)


def test_a_limit_stops_the_writing_and_keeps_what_was_done(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    for number in range(150):
        an_exact(ready, Name=f"Aurora {number}")

    def spend_the_rest(written: Written) -> None:
        spend_all_credits(ready)

    with pytest.raises(ZohoTemporaryError):
        writing_zoho.write(ready, zoho, now=now, progress=spend_the_rest)

    assert Pair.objects.count() == 100


def test_nothing_is_made_in_a_module_that_lacks_our_field(
    sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    an_exact(sync, Name="Aurora")

    assert writing_zoho.write(sync, zoho, now=now).done == 0
    assert named(zoho_sandbox, "Aurora") == []


def test_writing_triggers_no_automation_in_zoho(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    a_zoho(ready, Account_Name="Other")
    an_exact(ready, Name="Aurora")

    writing_zoho.write(ready, zoho, now=now)

    assert zoho_sandbox.automation == 0
