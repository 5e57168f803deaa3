"""Writing rows: each has its outcome, in order, and what was lost is known by its place."""

from datetime import UTC, datetime, timedelta

import pytest

from zoho_client.budget import Lane, purse
from zoho_client.client import ZohoClient
from zoho_client.errors import (
    ZohoDisconnectedError,
    ZohoRefusedError,
    ZohoTemporaryError,
    ZohoUncertainError,
)
from zoho_client.meter import calls_made
from zoho_client.models import ZohoConnection, ZohoCredits
from zoho_client.sandbox import ZohoSandbox

FIELD = {
    "field_label": "Exact ID", "data_type": "text", "length": 50,
    "unique": {"casesensitive": False},
}  # fmt: skip


@pytest.fixture
def zoho(zoho: ZohoClient) -> ZohoClient:
    """Return the client of an organisation with our field in its accounts."""
    assert zoho.create_fields("Accounts", [FIELD])[0].ok
    return zoho


def rows(count: int, prefix: str = "") -> list[dict[str, object]]:
    return [{"Exact_ID": f"{prefix}{n}", "Account_Name": "All of one name"} for n in range(count)]


def ours(sandbox: ZohoSandbox) -> list[str]:
    return sorted(row["Exact_ID"] for row in sandbox.records("Accounts") if row.get("Exact_ID"))


def test_rows_go_100_in_a_call_and_come_back_in_order(
    zoho: ZohoClient, sandbox: ZohoSandbox
) -> None:
    before = calls_made()

    outcomes = zoho.upsert("Accounts", rows(230), on="Exact_ID")

    assert calls_made() - before == 3
    assert [outcome.action for outcome in outcomes] == ["insert"] * 230
    for place in (0, 99, 100, 229):
        assert sandbox.record("Accounts", outcomes[place].id)["Exact_ID"] == str(place)
    assert outcomes[0].modified_time is not None


def test_an_upsert_knows_records_by_our_field_and_not_by_their_name(
    zoho: ZohoClient, sandbox: ZohoSandbox
) -> None:
    first = zoho.upsert("Accounts", rows(3), on="Exact_ID")
    again = zoho.upsert("Accounts", rows(3), on="Exact_ID")

    assert [outcome.id for outcome in again] == [outcome.id for outcome in first]
    assert [outcome.action for outcome in again] == ["update"] * 3
    assert ours(sandbox) == ["0", "1", "2"]


@pytest.mark.parametrize("row", [{"Account_Name": "Zed"}, {"Exact_ID": "", "Account_Name": "Zed"}])
def test_an_upsert_without_its_key_is_never_sent(
    zoho: ZohoClient, sandbox: ZohoSandbox, row: dict[str, object]
) -> None:
    before = len(sandbox.calls)

    with pytest.raises(ValueError, match="Exact_ID"):
        zoho.upsert("Accounts", [row], on="Exact_ID")

    assert len(sandbox.calls) == before


@pytest.mark.parametrize("status", [207, 200])
def test_a_failed_row_among_good_ones_is_told_whatever_the_status(
    zoho: ZohoClient, sandbox: ZohoSandbox, status: int
) -> None:
    sandbox.switches.set(mixed_status=status)
    given = [
        {"Exact_ID": "a", "Account_Name": "A"},
        {"Exact_ID": "b"},
        {"Exact_ID": "c", "Account_Name": "C"},
    ]

    outcomes = zoho.upsert("Accounts", given, on="Exact_ID")

    assert [outcome.ok for outcome in outcomes] == [True, False, True]
    assert (outcomes[1].code, outcomes[1].api_name) == ("MANDATORY_NOT_FOUND", "Account_Name")
    assert ours(sandbox) == ["a", "c"]


@pytest.mark.parametrize("status", [400, 200, 202])
def test_a_batch_that_failed_altogether_tells_of_each_row(
    zoho: ZohoClient, sandbox: ZohoSandbox, status: int
) -> None:
    sandbox.switches.set(failed_status=status)

    outcomes = zoho.insert("Accounts", [{"Phone": "1"}, {"Phone": "2"}])

    assert [outcome.code for outcome in outcomes] == ["MANDATORY_NOT_FOUND"] * 2


def test_a_value_that_is_taken_names_the_record_that_has_it(zoho: ZohoClient) -> None:
    first = zoho.insert("Accounts", [{"Account_Name": "A", "Exact_ID": "x"}])[0]

    second = zoho.insert("Accounts", [{"Account_Name": "B", "Exact_ID": "x"}])[0]

    assert (second.ok, second.code, second.duplicate_id) == (False, "DUPLICATE_DATA", first.id)


def test_a_telephone_that_zoho_refuses_is_told_by_its_field(zoho: ZohoClient) -> None:
    outcome = zoho.insert("Accounts", [{"Account_Name": "A", "Phone": "call <me> @ home!"}])[0]

    assert (outcome.ok, outcome.code, outcome.api_name) == (False, "INVALID_DATA", "Phone")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("record_locked", "RECORD_LOCKED"),
        ("not_approved", "NOT_APPROVED"),
        ("in_blueprint", "RECORD_IN_BLUEPRINT"),
    ],
)
def test_a_record_that_is_shut_is_told_and_the_others_are_written(
    zoho: ZohoClient, sandbox: ZohoSandbox, fault: str, code: str
) -> None:
    made = zoho.insert("Accounts", rows(2))
    sandbox.fault(fault, ids=[made[0].id])

    outcomes = zoho.update("Accounts", [{"id": one.id, "Phone": "0123"} for one in made])

    assert [(one.ok, one.code) for one in outcomes] == [(False, code), (True, "SUCCESS")]


def test_nobodys_automation_is_set_off(zoho: ZohoClient, sandbox: ZohoSandbox) -> None:
    made = zoho.upsert("Accounts", rows(2), on="Exact_ID")
    zoho.update("Accounts", [{"id": made[0].id, "Phone": "1"}])
    zoho.insert("Accounts", [{"Account_Name": "B"}])

    assert sandbox.automation == 0


def test_a_record_that_somebody_changed_meanwhile_is_left_alone(
    zoho: ZohoClient, sandbox: ZohoSandbox
) -> None:
    made = zoho.insert("Accounts", rows(1))[0]
    sandbox.advance(10)
    sandbox.change("Accounts", made.id, Phone="099")
    change = [{"id": made.id, "Phone": "2"}]

    kept = zoho.update("Accounts", change, unless_changed_since=made.modified_time)
    later = datetime.now(UTC) + timedelta(hours=1)
    written = zoho.update("Accounts", change, unless_changed_since=later)

    assert (kept[0].ok, kept[0].code) == (False, "ALREADY_MODIFIED")
    assert written[0].ok


def test_a_change_leaves_other_fields_and_null_empties_one(
    zoho: ZohoClient, sandbox: ZohoSandbox
) -> None:
    made = zoho.insert("Accounts", [{"Account_Name": "A", "Phone": "1", "Website": "a.example"}])[0]

    zoho.update("Accounts", [{"id": made.id, "Phone": None}])

    kept = sandbox.record("Accounts", made.id)
    assert (kept["Phone"], kept["Website"]) == (None, "a.example")


def test_lines_are_changed_by_their_id_deleted_by_name_and_otherwise_added(
    zoho: ZohoClient, sandbox: ZohoSandbox
) -> None:
    key = str(sandbox.records("Invoices")[0]["id"])
    whole = zoho.record("Invoices", key)
    assert whole is not None
    first = whole.values["Invoiced_Items"][0]
    line = {"Product_Name": {"id": first["Product_Name"]["id"]}, "Quantity": 2, "List_Price": 10}

    zoho.update("Invoices", [{"id": key, "Invoiced_Items": [line]}])
    zoho.update("Invoices", [{"id": key, "Invoiced_Items": [{"id": first["id"], "_delete": None}]}])

    lines = [dict(row.values) for row in zoho.subform_rows("Invoiced_Items", [key], ["Quantity"])]
    kept = len(whole.values["Invoiced_Items"])
    assert len(lines) == kept
    assert first["id"] not in {row["id"] for row in lines}


@pytest.mark.parametrize(
    "fault", ["lose_answer_after", "lose_answer_before", "timeout", "truncate", "html"]
)
def test_a_lost_answer_tells_which_rows_are_unsettled_and_which_are_done(
    zoho: ZohoClient, sandbox: ZohoSandbox, fault: str
) -> None:
    sandbox.fault(fault, method="POST", path="Accounts", every=2, times=1)

    with pytest.raises(ZohoUncertainError, match="may or may not") as raised:
        zoho.upsert("Accounts", rows(250), on="Exact_ID")

    error = raised.value
    assert error.unsettled == tuple(range(100, 200))
    assert [outcome.ok for outcome in error.done] == [True] * 100
    done = len(ours(sandbox))
    assert done == (200 if fault in {"lose_answer_after", "truncate"} else 100)

    zoho.upsert("Accounts", rows(250)[100:], on="Exact_ID")  # once more is once
    assert len(ours(sandbox)) == 250


def test_a_change_is_sent_once_and_never_again_by_itself(
    zoho: ZohoClient, sandbox: ZohoSandbox
) -> None:
    sandbox.fault("lose_answer_after", method="POST", path="Accounts")

    with pytest.raises(ZohoUncertainError):
        zoho.insert("Accounts", [{"Account_Name": "Only one", "Exact_ID": "one"}])

    assert ours(sandbox) == ["one"]
    assert [row.values["Exact_ID"] for row in zoho.find_by("Accounts", "Exact_ID", ["one"])] == [
        "one"
    ]


def test_a_limit_in_the_middle_keeps_what_was_done(
    zoho: ZohoClient, connection: ZohoConnection, sandbox: ZohoSandbox
) -> None:
    sandbox.fault("rate_limit", method="POST", path="Accounts", every=2, times=1)
    urgent = ZohoClient.connected(connection, lane=Lane.PERSON)  # nobody sleeps for a page

    with pytest.raises(ZohoTemporaryError) as raised:
        urgent.upsert("Accounts", rows(150), on="Exact_ID")

    assert len(raised.value.done) == 100
    assert raised.value.retry_at is not None
    assert raised.value.retry_at > datetime.now(UTC)


def test_a_right_that_is_missing_is_refused_by_its_name(
    zoho: ZohoClient, sandbox: ZohoSandbox
) -> None:
    sandbox.fault(
        "status", path="Accounts", status=403, code="NO_PERMISSION", body="permission denied"
    )

    with pytest.raises(ZohoRefusedError) as raised:
        zoho.insert("Accounts", rows(1))

    assert (raised.value.code, raised.value.status) == ("NO_PERMISSION", 403)


def test_a_missing_scope_asks_for_a_new_consent(
    connection: ZohoConnection, sandbox: ZohoSandbox
) -> None:
    sandbox.fault("status", path="/crm/", status=401, code="OAUTH_SCOPE_MISMATCH", body="no scope")

    with pytest.raises(ZohoDisconnectedError, match="allow everything"):
        ZohoClient.connected(connection, lane=Lane.PUSH).org()

    assert ZohoConnection.objects.get().state == ZohoConnection.State.CONNECTED


def test_writing_costs_a_credit_for_ten_rows(
    zoho: ZohoClient, connection: ZohoConnection, sandbox: ZohoSandbox
) -> None:
    used = sandbox.limits.used

    def spent() -> int:
        return sum(ZohoCredits.objects.get().count["spent"].values())

    before = spent()
    zoho.upsert("Accounts", rows(95), on="Exact_ID")

    assert sandbox.limits.used - used == spent() - before == 10
    assert purse(connection.pk).in_flight == 0
