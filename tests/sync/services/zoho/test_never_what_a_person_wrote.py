"""What a person wrote in Zoho is never overwritten by an echo, or by somebody else's record."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from exact_client.client import ExactClient
from exact_client.sandbox import ExactSandbox
from sync.models import Pair, PairCandidate, ZohoRecord, ZohoSync
from sync.services.delivery.office import Office
from sync.services.zoho.merging import merging
from sync.services.zoho.reading import reading_zoho
from sync.services.zoho.writing import writing_exact, writing_zoho
from tests.clock import ManualClock
from tests.sync.services.zoho.pairs import a_pair, a_zoho, an_exact, give_our_field
from zoho_client.client import ZohoClient
from zoho_client.sandbox import ZohoSandbox


@pytest.fixture
def ready(sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox) -> ZohoSync:
    """A tie whose modules can all be written to."""
    give_our_field(sync, zoho, zoho_sandbox)
    return sync


def account(stand_in: ZohoSandbox, key: str) -> dict[str, Any]:
    return stand_in.store.need("Accounts", key)


def by_hand(stand_in: ZohoSandbox, module: str, key: str, **values: Any) -> None:
    stand_in.change(module, key, **values)


def test_an_id_of_exact_that_was_typed_on_another_pairs_record_overwrites_nothing(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    reading_zoho.read(ready, zoho, now=now, module="Accounts")
    copy = ZohoRecord.objects.filter(module="Accounts")[0]
    name = copy.name
    a_pair(an_exact(ready, Name=name), copy, base={})
    stranger = an_exact(ready, Name="Stranger", City="Elsewhere")
    by_hand(zoho_sandbox, "Accounts", copy.key, Exact_ID=stranger.key)

    for hours in (1, 2, 3):
        later = now + timedelta(hours=hours)
        reading_zoho.read(ready, zoho, now=later, module="Accounts")
        writing_zoho.write(ready, zoho, now=later)

    assert account(zoho_sandbox, copy.key)["Account_Name"] == name
    names = [row["Account_Name"] for row in zoho_sandbox.store.rows("Accounts")]
    assert names.count("Stranger") == 1


def test_what_a_person_called_another_one_is_not_overwritten_by_its_typed_id(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    record = an_exact(ready, Name="Stranger", City="Elsewhere", called_new_at=now)
    reading_zoho.read(ready, zoho, now=now, module="Accounts")
    copy = ZohoRecord.objects.filter(module="Accounts")[0]
    by_hand(zoho_sandbox, "Accounts", copy.key, Exact_ID=record.key)
    PairCandidate.objects.create(exact=record, zoho=copy, score=1, is_rejected=True)

    writing_zoho.write(ready, zoho, now=now)

    assert account(zoho_sandbox, copy.key)["Account_Name"] == copy.name
    record.refresh_from_db()
    assert record.standing == "review"
    assert record.reason


def test_a_value_that_a_person_changed_after_we_read_is_not_overwritten(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    reading_zoho.read(ready, zoho, now=now, module="Accounts")
    copy = ZohoRecord.objects.filter(module="Accounts").exclude(values__Phone=None)[0]
    exact = an_exact(ready, Phone="+32 9 111 22 33", changed_at=now)
    a_pair(exact, copy, base={"Phone = Phone": "".join(str(copy.values["Phone"]).split())})
    zoho_sandbox.advance(5)
    by_hand(zoho_sandbox, "Accounts", copy.key, Phone="+32 2 999 99 99")

    writing_zoho.write(ready, zoho, now=now)

    assert account(zoho_sandbox, copy.key)["Phone"] == "+32 2 999 99 99"
    assert Pair.objects.get().state == "due"


def test_exact_is_told_by_what_was_read_a_moment_ago_alone(
    ready: ZohoSync, exact: ExactClient, sandbox: ExactSandbox, now: datetime
) -> None:
    for row in sandbox.records("accounts")[:2]:
        copy = a_zoho(ready, Billing_City="Aalst", Exact_ID=row["ID"])
        a_pair(an_exact(ready, key=row["ID"], City=None), copy, base={})
    merging.merge(ready, now=now)
    assert ready.division is not None
    office = Office(ready.division, exact, ManualClock())

    told = writing_exact.write(ready, office, now=now, is_fresh=lambda: False)

    assert told.changed == 1
    assert Pair.objects.filter(state="due").count() == 1
