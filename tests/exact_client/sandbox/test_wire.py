"""Values as they stand on the wire."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from exact_client.sandbox import ExactSandbox
from exact_client.sandbox.facts import Entity, entities
from tests.exact_client.sandbox.caller import Caller, an_account, an_entry

MIDNIGHT = 1790812800000  # 2026-10-01, as if it were UTC
TYPES: dict[str, tuple[type, ...]] = {
    "String": (str,),
    "Guid": (str,),
    "Binary": (str,),
    "DateTime": (str,),
    "Int64": (str,),
    "Boolean": (bool,),
    "Byte": (int,),
    "Int16": (int,),
    "Int32": (int,),
    "Double": (float, int),
}


def test_dates_are_the_wall_clock_written_as_if_it_were_utc(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    made = exact.send("POST", "crm/Accounts", {"Name": "Today"}).json()["d"]
    row = exact.get(made["__metadata"]["uri"]).json()["d"]
    shown = int(row["Created"][6:-2]) / 1000
    wall = datetime.fromtimestamp(sandbox.clock.now(), ZoneInfo("Europe/Amsterdam"))
    offset = wall.utcoffset()
    assert offset is not None

    assert shown - sandbox.clock.now() == pytest.approx(offset.total_seconds(), abs=5)
    assert row["StartDate"] == f"/Date({int(shown) // 86_400 * 86_400_000})/"


def test_the_slashes_of_dates_are_escaped_and_no_others(exact: Caller) -> None:
    text = exact.get("crm/Accounts", top=1, select="Modified").text

    assert '"Modified":"\\/Date(1735810200000)\\/"' in text
    assert '"uri":"http://exact.test/api' in text


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("crm/Accounts", "Code", "             20099"),
        ("crm/Accounts", "Country", "BE "),
        ("financial/Journals", "Code", "70"),
        ("cashflow/PaymentConditions", "Code", "00"),
        ("vat/VATCodes", "Code", "4  "),
        ("system/Divisions", "Legislation", "BE "),
        ("system/Divisions", "Hid", "1"),
        ("current/Me", "DivisionCustomerCode", "                 1"),
        ("current/Me", "Legislation", "32"),
    ],
)
def test_texts_are_padded_and_long_numbers_are_texts(
    exact: Caller, path: str, name: str, value: str
) -> None:
    address = f"/api/v1/{path}" if path == "current/Me" else path
    rows, _ = exact.all_rows(address, select=name)

    assert value in {row[name] for row in rows}


def test_a_language_is_padded_to_ten(exact: Caller) -> None:
    made = exact.send(
        "POST", "crm/Accounts", {"Name": "x", "Language": "FR"}, Prefer="return=representation"
    )

    assert made.json()["d"]["Language"] == "FR        "


def test_flags_are_numbers_or_booleans_and_never_null(exact: Caller) -> None:
    row = exact.get("crm/Accounts", top=1).json()["d"][0]

    assert (row["IsMailing"], row["Source"], row["Blocked"], row["CanDropShip"]) == (
        0,
        2,
        False,
        False,
    )
    assert row["GlnNumber"] == row["OINNumber"] == ""
    assert row["Language"] is None


def test_who_am_i_comes_as_a_list_of_one(exact: Caller, sandbox: ExactSandbox) -> None:
    content = exact.get("/api/v1/current/Me").json()["d"]
    me = content["results"][0]

    assert len(content["results"]) == 1
    assert me["CurrentDivision"] == 124132
    assert me["ServerUtcOffset"] in {3600, 7200}
    assert datetime.fromisoformat(me["ServerTime"]).minute == sandbox.clock.wall().minute


def test_the_two_lists_of_divisions_mean_different_things_by_status(exact: Caller) -> None:
    system = exact.rows("system/Divisions", select="Code,Status")
    hrm = exact.rows("hrm/Divisions", select="Code,Status")

    assert {row["Status"] for row in system} == {1}
    assert {row["Status"] for row in hrm} == {0}


def filled(exact: Caller, sandbox: ExactSandbox) -> None:
    """Put something into every table."""
    entry = an_entry(sandbox, 10, -5, PaymentCondition="30", Description="x")
    made = exact.send("POST", "salesentry/SalesEntries", entry).json()["d"]["EntryID"]
    exact.send("POST", "salesentry/SalesEntries", {**entry, "YourRef": "2"})
    exact.send("DELETE", f"salesentry/SalesEntries(guid'{made}')")
    exact.send("PUT", f"crm/Accounts(guid'{an_account(sandbox)}')", {"Language": "NL"})
    document = {"Subject": "x", "Type": 10, "Account": an_account(sandbox)}
    kept = exact.send("POST", "documents/Documents", document).json()["d"]["ID"]
    file = {"Document": kept, "FileName": "x.pdf", "Attachment": "JVBERg=="}
    exact.send("POST", "documents/DocumentAttachments", file)
    item = sandbox.records("items")[0]["ID"]
    invoice = {"OrderedBy": an_account(sandbox), "SalesInvoiceLines": [{"Item": item}]}
    key = exact.send("POST", "salesinvoice/SalesInvoices", invoice).json()["d"]["InvoiceID"]
    exact.send("POST", "salesinvoice/PrintedSalesInvoices", {"InvoiceID": key})
    order = {"OrderedBy": an_account(sandbox), "SalesOrderLines": [{"Item": item}]}
    exact.send("POST", "salesorder/SalesOrders", order)
    sandbox.webhooks.post = lambda _url, _body: 200
    wanted = {"Topic": "Items", "CallbackURL": "https://app.example/hook"}
    exact.send("POST", "webhooks/WebhookSubscriptions", wanted)


def readable() -> list[Entity]:
    """The endpoints that can be read at all."""
    return [entity for entity in entities().values() if "GET" in entity.methods]


def address(entity: Entity) -> str:
    """Where an endpoint is asked."""
    if entity.path == "read/sync/Sync/SyncTimestamp":
        return f"{entity.path}?modified=datetime'2026-01-01'&endPoint='TransactionLines'"
    return entity.path if entity.path != "current/Me" else "/api/v1/current/Me"


def shown(exact: Caller, entity: Entity) -> dict[str, object]:
    """A row of an endpoint with every property."""
    top: dict[str, str | int] = {"top": 1}
    if entity.select_mandatory:
        top = {"select": ",".join(entity.properties)}
    if entity.path in {"current/Me", "read/sync/Sync/SyncTimestamp"}:
        top = {}
    return dict(exact.rows(address(entity), **top)[0])


def test_every_endpoint_shows_every_documented_property_in_its_type_and_no_other(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    filled(exact, sandbox)

    for entity in readable():
        row = shown(exact, entity)
        assert set(row) - {"__metadata"} == set(entity.properties), entity.path
        for name, prop in entity.properties.items():
            value = row[name]
            if value is None or prop.collection:
                assert not prop.collection or isinstance(value, dict)
                continue
            assert isinstance(value, TYPES[prop.type]), (entity.path, name, value)
            assert isinstance(value, bool) == (prop.type == "Boolean"), (entity.path, name)
            assert (prop.type == "DateTime") == str(value).startswith("/Date("), (name, value)


def test_every_property_can_be_selected(exact: Caller, sandbox: ExactSandbox) -> None:
    filled(exact, sandbox)

    for entity in readable():
        answer = exact.get(address(entity), select=",".join(entity.properties))
        assert answer.status_code == 200, entity.path


@pytest.mark.parametrize(
    ("name", "value", "type_"),
    [
        ("Customer", "20099", "Guid"),
        ("Customer", 20099, "Guid"),
        ("EntryDate", "01/10/2026", "DateTime"),
        ("EntryDate", 5, "DateTime"),
        ("EntryNumber", "many", "Int32"),
        ("EntryNumber", 1.5, "Int32"),
        ("EntryNumber", 2**31, "Int32"),
        ("ReportingYear", 70_000, "Int16"),
        ("IsExtraDuty", "perhaps", "Boolean"),
        ("IsExtraDuty", 1, "Boolean"),
        ("Rate", "1,5", "Double"),
        ("Rate", True, "Double"),
        ("Rate", 1e300, "Double"),
        ("DueDate", "/Date(99999999999999999)/", "DateTime"),
        ("DueDate", "9999-12-31", "DateTime"),
        ("Description", 5, "String"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_in_exacts_words(
    exact: Caller, sandbox: ExactSandbox, name: str, value: object, type_: str
) -> None:
    answer = exact.send("POST", "salesentry/SalesEntries", {**an_entry(sandbox), name: value})

    assert answer.status_code == 400
    assert exact.text_of(answer).startswith(
        "Error processing request stream. Error encountered in converting the value from request "
        f"payload for property '{name}' to type '{type_}'"
    )
    assert sandbox.entries == []


@pytest.mark.parametrize(
    "date",
    ["2026-10-01", "2026-10-01T00:00:00", "2026-10-01T00:00:00Z", f"/Date({MIDNIGHT})/"],
)
def test_dates_are_taken_in_every_usual_spelling(
    exact: Caller, sandbox: ExactSandbox, date: str
) -> None:
    exact.send("POST", "salesentry/SalesEntries", an_entry(sandbox, EntryDate=date))

    assert sandbox.entries[0]["EntryDate"] == MIDNIGHT


def test_amounts_may_be_texts(exact: Caller, sandbox: ExactSandbox) -> None:
    entry = an_entry(sandbox)
    entry["SalesEntryLines"][0]["AmountFC"] = "19.99"

    assert exact.send("POST", "salesentry/SalesEntries", entry).status_code == 201
    assert sandbox.entries[0]["AmountFC"] == 24.19


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', '{"Name": "é'.encode("latin-1")])
def test_a_body_that_is_no_object_is_refused(exact: Caller, body: bytes) -> None:
    answer = exact.session.post(
        exact.url("crm/Accounts"), data=body, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 400
    assert json.loads(answer.text)["error"]["message"]["lang"] == ""


def test_a_body_must_say_that_it_is_json(exact: Caller) -> None:
    answer = exact.session.post(exact.url("crm/Accounts"), data='{"Name": "x"}')

    assert answer.status_code == 415


def test_a_property_that_exact_does_not_know_is_refused(exact: Caller) -> None:
    answer = exact.send("POST", "crm/Accounts", {"Name": "x", "Nmae": "y"})

    assert answer.status_code == 400
    assert "'Nmae'" in exact.text_of(answer)
