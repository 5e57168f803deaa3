"""Exact is told by name what changed, within its budget, and never a code."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from exact_client.client import ExactClient
from exact_client.errors import ExactTemporaryError
from exact_client.models import Division
from exact_client.sandbox import ExactSandbox
from sync.models import Conflict, FieldMapping, Pair, ZohoSync
from sync.services.delivery.office import Office
from sync.services.zoho.merging import conflicts, merging
from sync.services.zoho.writing import writing_exact
from tests.clock import ManualClock
from tests.sync.services.zoho.pairs import a_pair, a_zoho, an_exact


@pytest.fixture
def desk(division: Division, exact: ExactClient) -> Office:
    """An office without anything mapped or mirrored: enough to tell Exact what changed."""
    return Office(division, exact, ManualClock(), timedelta(seconds=90))


def a_due_pair(sync: ZohoSync, sandbox: ExactSandbox, now: datetime, **zoho: Any) -> Pair:
    """Pair an account of the stand-in with a copy of Zoho's that agreed, and then changed."""
    row = next(one for one in sandbox.records("accounts") if one["City"] and one["Phone"])
    exact = an_exact(sync, key=row["ID"], City=row["City"], Phone=row["Phone"])
    pair = a_pair(exact, a_zoho(sync, Billing_City=row["City"], Phone=row["Phone"]))
    merging.merge(sync, now=now)
    pair.zoho.values |= zoho
    pair.zoho.save()
    Pair.objects.update(is_dirty=True)
    merging.merge(sync, now=now)
    return pair


def puts(sandbox: ExactSandbox, part: str = "") -> int:
    return sum(call.method == "PUT" and part in call.path for call in sandbox.calls)


def there(sandbox: ExactSandbox, pair: Pair) -> dict[str, Any]:
    return sandbox.record("accounts", pair.exact.key)


def test_a_change_in_zoho_is_told_in_one_call_and_the_pair_is_equal(
    sync: ZohoSync, desk: Office, sandbox: ExactSandbox, now: datetime
) -> None:
    pair = a_due_pair(sync, sandbox, now, Phone="+32 9 111 22 33")
    name = there(sandbox, pair)["Name"]

    told = writing_exact.write(sync, desk, now=now)

    assert (told.changed, puts(sandbox)) == (1, 1)
    assert there(sandbox, pair)["Phone"] == "+32 9 111 22 33"
    assert there(sandbox, pair)["Name"] == name
    assert Pair.objects.get().state == "equal"


def test_what_was_told_is_not_told_again(
    sync: ZohoSync, desk: Office, sandbox: ExactSandbox, now: datetime
) -> None:
    a_due_pair(sync, sandbox, now, Phone="+32 9 111 22 33")
    writing_exact.write(sync, desk, now=now)
    Pair.objects.update(is_dirty=True)
    merging.merge(sync, now=now)

    assert writing_exact.write(sync, desk, now=now).changed == 0
    assert puts(sandbox) == 1


def test_a_code_is_never_sent(
    sync: ZohoSync, desk: Office, sandbox: ExactSandbox, now: datetime
) -> None:
    FieldMapping.objects.create(
        sync=sync, module="Accounts", exact_field="Code", zoho_field="Account_Number"
    )
    pair = a_due_pair(sync, sandbox, now)
    for record, field in ((pair.exact, "Code"), (pair.zoho, "Account_Number")):
        record.values |= {field: "1" if record is pair.exact else "2"}
        record.save()
    Pair.objects.update(is_dirty=True)
    merging.merge(sync, now=now)

    assert writing_exact.write(sync, desk, now=now).changed == 0
    assert puts(sandbox) == 0


def test_a_refusal_is_shown_on_the_pair_and_tried_again_a_day_later(
    sync: ZohoSync, desk: Office, sandbox: ExactSandbox, now: datetime
) -> None:
    FieldMapping.objects.create(
        sync=sync, module="Accounts", exact_field="Status", zoho_field="Account_Type"
    )
    pair = a_due_pair(sync, sandbox, now, Account_Type="nonsense")
    pair.exact.values |= {"Status": None}
    pair.exact.save()
    Pair.objects.update(is_dirty=True)
    merging.merge(sync, now=now)

    told = writing_exact.write(sync, desk, now=now)
    again = writing_exact.write(sync, desk, now=now)

    pair.refresh_from_db()
    assert (told.refused, again.refused, pair.state) == (1, 0, "refused")
    assert pair.reason
    assert pair.due_at == now + timedelta(days=1)


def test_a_limit_of_exact_stops_leaves_the_rest_due_and_knows_when_to_go_on(
    sync: ZohoSync, desk: Office, sandbox: ExactSandbox, now: datetime
) -> None:
    a_due_pair(sync, sandbox, now, Phone="+32 9 111 22 33")
    sandbox.fault("rate_limit_minute", path="crm/Accounts", times=1)

    with pytest.raises(ExactTemporaryError) as caught:
        writing_exact.write(sync, desk, now=now)

    assert caught.value.retry_at is not None
    assert Pair.objects.get().state == "due"


def test_a_lost_answer_is_told_again_by_the_next_run(
    sync: ZohoSync, desk: Office, sandbox: ExactSandbox, now: datetime
) -> None:
    pair = a_due_pair(sync, sandbox, now, Phone="+32 9 111 22 33")
    sandbox.fault("lose_answer_before", path="crm/Accounts", method="PUT", times=1)

    first = _told(sync, desk, now)
    writing_exact.write(sync, desk, now=now)

    assert first == 0
    assert there(sandbox, pair)["Phone"] == "+32 9 111 22 33"
    assert Pair.objects.get().state == "equal"


def _told(sync: ZohoSync, desk: Office, now: datetime) -> int:
    try:
        return writing_exact.write(sync, desk, now=now).changed
    except ExactTemporaryError:
        return 0


def test_what_a_person_chose_is_written_and_closes_the_conflict(
    sync: ZohoSync, desk: Office, sandbox: ExactSandbox, now: datetime
) -> None:
    FieldMapping.objects.filter(exact_field="City").update(winner="ask")
    pair = a_due_pair(sync, sandbox, now, Billing_City="Aalst")
    pair.refresh_from_db()
    pair.base = {"City = Billing_City": "Elsewhere"}
    pair.is_dirty = True
    pair.save()
    merging.merge(sync, now=now)
    assert Pair.objects.get().state == "conflict"

    conflicts.choose(Conflict.objects.get(), "zoho", by=None, now=now)
    merging.merge(sync, now=now)
    writing_exact.write(sync, desk, now=now)

    assert there(sandbox, pair)["City"] == "Aalst"
    assert Conflict.objects.get().closed_at == now
    assert Pair.objects.get().state == "equal"


def test_a_price_is_written_to_its_own_list(
    sync: ZohoSync, desk: Office, sandbox: ExactSandbox, now: datetime
) -> None:
    item = desk.exact.create_item({"Code": "QWX", "Description": "Quiet box"})
    pair = a_pair(
        an_exact(sync, "Products", key=str(item.id), StandardSalesPrice=None),
        a_zoho(sync, "Products", Unit_Price="12.50"),
        base={},
    )
    merging.merge(sync, now=now)

    writing_exact.write(sync, desk, now=now)

    prices = desk.exact.prices_of(UUID(pair.exact.key))
    assert [row.price for row in prices] == [Decimal("12.5")]
    assert puts(sandbox, "Items") == 0
