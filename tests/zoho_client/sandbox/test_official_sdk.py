"""Zoho's own Python SDK, unchanged, against the stand-in on a real port.

It was written against the real Zoho CRM by Zoho, and reads answers strictly by tables of names
and types; so what it can't do here is a fault of the stand-in.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from zohocrmsdk.src.com.zoho.api.authenticator.oauth_token import OAuthToken
from zohocrmsdk.src.com.zoho.api.authenticator.store.file_store import FileStore
from zohocrmsdk.src.com.zoho.api.logger import Logger
from zohocrmsdk.src.com.zoho.crm.api import (
    HeaderMap,
    ParameterMap,
    coql,
    modules,
    notes,
    notifications,
    record,
    signals_notifications,
    tags,
    taxes,
    users,
)
from zohocrmsdk.src.com.zoho.crm.api import fields as sdk_fields
from zohocrmsdk.src.com.zoho.crm.api.dc import DataCenter
from zohocrmsdk.src.com.zoho.crm.api.initializer import Initializer
from zohocrmsdk.src.com.zoho.crm.api.modules.minified_module import MinifiedModule
from zohocrmsdk.src.com.zoho.crm.api.record.record_operations import GetRecordsParam
from zohocrmsdk.src.com.zoho.crm.api.sdk_config import SDKConfig
from zohocrmsdk.src.com.zoho.crm.api.util import Choice

from zoho_client.sandbox import ZohoSandbox
from zoho_client.sandbox.server import run_on_port

CLIENT = "1000.OFFICIALSDK"
ACCOUNT, PERSON, PRODUCT = 5725767101000010001, 5725767102000010001, 5725767103000000000


@pytest.fixture
def sandbox() -> ZohoSandbox:
    return ZohoSandbox()


@pytest.fixture(autouse=True)
def url(sandbox: ZohoSandbox, tmp_path: Path) -> Iterator[str]:
    """Let the SDK in with a self client's code; it gets its token by itself."""
    with run_on_port(sandbox) as address:
        begin(address, tmp_path, grant_token=sandbox.self_client_code(CLIENT))
        yield address
    Initializer.initializer = None


def begin(url: str, folder: Path, **permission: str) -> None:
    """Start the SDK; what it writes stays in the folder."""
    Initializer.initialize(
        environment=DataCenter.Environment(url, f"{url}/oauth/v2/token", url),
        token=OAuthToken(
            client_id=CLIENT,
            client_secret="secret",  # noqa: S106 - of a client that only this test knows
            find_user=False,
            **permission,
        ),
        store=FileStore(str(folder / "tokens.csv")),
        sdk_config=SDKConfig(pick_list_validation=False),
        resource_path=str(folder),
        logger=Logger.get_instance(Logger.Levels.NOTSET),
    )


def an_account(name: str) -> Any:
    found = record.Record()
    found.add_field_value(record.Field.Accounts.account_name(), name)
    return found


def body(*records: Any) -> Any:
    wrapped = record.BodyWrapper()
    wrapped.set_data(list(records))
    wrapped.set_trigger([])
    return wrapped


def options(**values: Any) -> Any:
    """What a list is asked with."""
    found = ParameterMap()
    for name, value in values.items():
        found.add(getattr(GetRecordsParam, name), value)
    return found


def of(answer: Any, status: int) -> Any:
    """The object that the SDK read out of an answer."""
    assert answer.get_status_code() == status, vars(answer)
    return answer.get_object()


def test_it_exchanges_the_code_and_keeps_both_tokens(
    sandbox: ZohoSandbox, tmp_path: Path, url: str
) -> None:
    kept = (tmp_path / "tokens.csv").read_text().splitlines()[1].split(",")

    assert [call.kind for call in sandbox.calls] == ["token"]
    assert sum(1 for part in kept if part.startswith("1000.") and part.count(".") == 2) == 3
    assert kept[-1] == url


def test_it_refreshes_its_token(sandbox: ZohoSandbox, tmp_path: Path, url: str) -> None:
    folder = tmp_path / "again"
    folder.mkdir()
    begin(url, folder, refresh_token=sandbox.issue_tokens(CLIENT, "secret")["refresh_token"])
    listed = record.RecordOperations("Accounts").get_records(options(fields="Account_Name"))

    assert len(of(listed, 200).get_data()) == 200
    assert [call.kind for call in sandbox.calls][:2] == ["token", "token"]


def test_it_reads_every_account_page_by_page() -> None:
    found: list[Any] = []
    for page in range(1, 11):
        wanted = options(fields="Account_Name,Owner,Created_Time,VAT_Number", page=page)
        read = of(record.RecordOperations("Accounts").get_records(wanted), 200)
        assert isinstance(read, record.ResponseWrapper)
        found += read.get_data()
        if not read.get_info().get_more_records():
            break

    assert len({one.get_id() for one in found}) == len(found) == 1_297
    assert all(type(one.get_id()) is int for one in found)
    assert all(isinstance(one.get_created_time(), datetime) for one in found)
    assert {one.get_key_value("Owner").get_name() for one in found} == {
        "Noor Peeters", "Jonas Maes",
    }  # fmt: skip


def test_it_goes_on_with_a_page_token() -> None:
    first = of(record.RecordOperations("Accounts").get_records(options(fields="id")), 200)
    token = first.get_info().get_next_page_token()
    wanted = options(fields="id", page_token=token)
    second = of(record.RecordOperations("Accounts").get_records(wanted), 200)

    ids = {one.get_id() for one in [*first.get_data(), *second.get_data()]}
    assert len(ids) == 400


def test_nothing_found_is_nothing_to_it() -> None:
    missing = record.RecordOperations("Accounts").get_record(1, ParameterMap(), HeaderMap())

    assert of(missing, 204) is None


def test_it_reads_a_refusal() -> None:
    refused = of(record.RecordOperations("Accounts").get_records(ParameterMap()), 400)

    assert isinstance(refused, record.APIException)
    assert refused.get_code().get_value() == "REQUIRED_PARAM_MISSING"
    assert refused.get_details() == {"param_name": "fields"}


def test_its_upsert_inserts_once_and_updates_from_then_on(sandbox: ZohoSandbox) -> None:
    wrapped = body(an_account("Fresh Bakery"), an_account("Second Bakery"))
    wrapped.set_duplicate_check_fields(["Account_Name"])
    upsert = record.RecordOperations("Accounts").upsert_records
    told = [of(upsert(wrapped, HeaderMap()), 200).get_data() for _ in range(2)]

    actions = [[one.get_action().get_value() for one in answer] for answer in told]
    assert actions == [["insert", "insert"], ["update", "update"]]
    ids = [[one.get_details()["id"] for one in answer] for answer in told]
    assert ids[0] == ids[1]
    assert sandbox.store.count("Accounts") == 1_299


def test_it_reads_a_batch_that_failed_in_part() -> None:
    nameless = record.Record()
    nameless.add_key_value("Phone", "02 123 45 67")
    nameless.add_key_value("Account_Name", "x" * 201)
    wrapped = body(an_account("Fresh Bakery"), nameless)
    told = of(record.RecordOperations("Accounts").create_records(wrapped, HeaderMap()), 207)

    assert [type(one).__name__ for one in told.get_data()] == ["SuccessResponse", "APIException"]
    assert told.get_data()[1].get_details()["maximum_length"] == "200"


def test_it_makes_an_invoice_with_lines_and_reads_it_back() -> None:
    made = of(
        record.RecordOperations("Invoices").create_records(body(an_invoice()), HeaderMap()), 201
    )
    key = int(made.get_data()[0].get_details()["id"])
    read = of(record.RecordOperations("Invoices").get_record(key, ParameterMap(), HeaderMap()), 200)
    told = read.get_data()[0]
    (line,) = told.get_key_value("Invoiced_Items")
    (tax,) = line.get_key_value("Line_Tax")

    assert told.get_key_value("Account_Name").get_id() == ACCOUNT
    assert told.get_key_value("Invoice_Date").isoformat() == "2026-10-01"
    assert line.get_key_value("Product_Name").get_product_code() == "FLEX"
    assert line.get_key_value("Discount") == "5.0"  # a text to the SDK
    assert (tax.get_name(), tax.get_percentage(), tax.get_value()) == ("BTW 21", 21.0, 19.95)
    assert line.get_key_value("Total_After_Discount") == 95.0
    assert line.get_key_value("Net_Total") == 114.95
    assert told.get_key_value("Grand_Total") == 114.95


def an_invoice() -> Any:
    account, found, line = record.Record(), record.Record(), record.Record()
    product, tax = record.LineItemProduct(), record.LineTax()
    account.set_id(ACCOUNT)
    product.set_id(PRODUCT)
    tax.set_name("BTW 21")
    tax.set_percentage(21.0)
    for name, value in {
        "Product_Name": product, "Quantity": 2.0, "List_Price": 50.0, "Discount": "5.00",
        "Line_Tax": [tax],
    }.items():  # fmt: skip
        line.add_key_value(name, value)
    for name, value in {
        "Subject": "October",
        "Account_Name": account,
        "Invoice_Date": datetime(2026, 10, 1).date(),  # noqa: DTZ001 - a day has no zone
        "Status": Choice("Open"),
        "Invoiced_Items": [line],
    }.items():
        found.add_key_value(name, value)
    return found


def test_it_asks_by_coql() -> None:
    asked = coql.BodyWrapper()
    asked.set_select_query("select Account_Name from Accounts where VAT_Number = 'BE0676025860'")
    told = of(coql.CoqlOperations().get_records(asked), 200)
    asked.set_select_query("select Account_Name from Accounts")
    refused = of(coql.CoqlOperations().get_records(asked), 400)

    assert [one.get_key_value("Account_Name") for one in told.get_data()] == ["Moerman Media"]
    assert told.get_info().get_more_records() is False
    assert refused.get_code().get_value() == "SYNTAX_ERROR"


def test_it_opens_a_channel_and_reads_its_end() -> None:
    wanted, wrapped = notifications.Notification(), notifications.BodyWrapper()
    wanted.set_channel_id("1000000068001")
    wanted.set_events(["Accounts.all"])
    wanted.set_notify_url("https://exactlink.example/hook")
    wanted.set_channel_expiry(datetime.now().astimezone() + timedelta(days=30))
    wrapped.set_watch([wanted])
    made = of(notifications.NotificationsOperations().enable_notifications(wrapped), 201)
    (event,) = made.get_watch()[0].get_details()["events"]
    told = of(notifications.NotificationsOperations().get_notifications(ParameterMap()), 200)

    assert event.get_channel_expiry() < datetime.now().astimezone() + timedelta(hours=1, minutes=1)
    assert [one.get_channel_id() for one in told.get_watch()] == ["1000000068001"]


def test_it_reads_modules_fields_users_and_taxes() -> None:
    listed = of(modules.ModulesOperations().get_modules(ParameterMap(), HeaderMap()), 200)
    me = ParameterMap()
    me.add(users.users_operations.GetUsersParam.type, "CurrentUser")
    (user,) = of(users.UsersOperations().get_users(me, HeaderMap()), 200).get_users()
    told = of(taxes.TaxesOperations().get_taxes(), 200).get_org_taxes()

    assert {"Products", "Invoices", "Sales_Orders", "Invoiced_Items"} <= {
        one.get_api_name() for one in listed.get_modules()
    }
    assert user.get_full_name() == "Integration User"
    assert [tax.get_value() for tax in told.get_taxes()] == [21.0, 12.0, 6.0, 0.0]


def test_it_makes_a_unique_field() -> None:
    field, unique, wrapped = sdk_fields.Fields(), sdk_fields.Unique(), sdk_fields.BodyWrapper()
    field.set_field_label("Exact ID")
    field.set_data_type("text")
    field.set_length(36)
    unique.set_casesensitive("false")
    field.set_unique(unique)
    wrapped.set_fields([field])
    where = ParameterMap()
    where.add(sdk_fields.fields_operations.CreateFieldParam.module, "Accounts")
    made = of(sdk_fields.FieldsOperations().create_field(wrapped, where), 201)

    assert made.get_fields()[0].get_status().get_value() == "success"


def test_it_pins_a_note(sandbox: ZohoSandbox) -> None:
    module, parent, note = MinifiedModule(), notes.ParentId(), notes.Note()
    module.set_api_name("Accounts")
    parent.set_module(module)
    parent.set_id(ACCOUNT)
    note.set_parent_id(parent)
    note.set_note_content("Called.")
    wrapped = notes.BodyWrapper()
    wrapped.set_data([note])
    of(notes.NotesOperations().create_notes(wrapped), 201)

    (kept,) = sandbox.store.rows("Notes")
    assert (kept["Note_Content"], kept["Parent_Id"]["id"]) == ("Called.", str(ACCOUNT))


def test_it_puts_on_a_tag_and_takes_it_off(sandbox: ZohoSandbox) -> None:
    tag, wrapped = tags.Tag(), tags.NewTagRequestWrapper()
    tag.set_name("VIP")
    wrapped.set_tags([tag])

    def kept() -> list[str]:
        account = sandbox.store.get("Accounts", str(ACCOUNT)) or {}
        return [one["name"] for one in account["Tag"]]

    of(tags.TagsOperations().add_tags("Accounts", ACCOUNT, wrapped, ParameterMap()), 200)
    before = kept()
    off = tags.ExistingTagRequestWrapper()
    old = tags.ExistingTag()
    old.set_name("VIP")
    off.set_tags([old])
    of(tags.TagsOperations().remove_tags("Accounts", ACCOUNT, off), 200)

    assert (before, kept()) == (["VIP"], [])


def test_it_raises_a_signal(sandbox: ZohoSandbox) -> None:
    signal, wrapped = signals_notifications.Signals(), signals_notifications.BodyWrapper()
    signal.set_signal_namespace("exactlink0.not_synchronised")
    signal.set_id(PERSON)
    signal.set_module("Contacts")
    signal.set_subject("Not synchronised")
    signal.set_message("The first name is empty")
    wrapped.set_signals([signal])
    of(signals_notifications.SignalsNotificationsOperations().create_signals(wrapped), 200)

    assert sandbox.store.count("_signals") == 1
