"""What is asked of Zoho and what comes back, against the stand-in with its company."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from zoho_client.client import ZohoClient
from zoho_client.errors import ZohoRefusedError
from zoho_client.meter import calls_made
from zoho_client.records import Row
from zoho_client.sandbox import ZohoSandbox

NEVER = "5725767999999999999"


def accounts(sandbox: ZohoSandbox) -> set[str]:
    return {str(row["id"]) for row in sandbox.records("Accounts")}


def columns(zoho: ZohoClient, module: str) -> list[str]:
    odd = {"subform", "multiselectlookup"}
    return [field.api_name for field in zoho.fields(module) if field.data_type not in odd]


def imported(zoho: ZohoClient, count: int) -> None:
    """Make many accounts at once."""
    zoho.insert("Accounts", [{"Account_Name": f"Imported {place}"} for place in range(count)])


def test_a_list_is_read_to_its_end_200_at_a_time(zoho: ZohoClient, sandbox: ZohoSandbox) -> None:
    before = calls_made()

    found = [row.id for row in zoho.records("Accounts", ["Account_Name"])]

    assert len(found) == len(set(found))
    assert set(found) == accounts(sandbox)
    assert calls_made() - before == -(-len(found) // 200)


def test_a_list_goes_on_beyond_2000_records(zoho: ZohoClient, sandbox: ZohoSandbox) -> None:
    imported(zoho, 2_010 - len(accounts(sandbox)))

    assert {row.id for row in zoho.records("Accounts", ["Account_Name"])} == accounts(sandbox)


def test_more_than_50_fields_of_a_list_are_asked_in_passes_and_joined(zoho: ZohoClient) -> None:
    more = [{"field_label": f"More {place}", "data_type": "text"} for place in range(30)]
    assert all(made.ok for made in zoho.create_fields("Products", more))
    names = columns(zoho, "Products")
    made = zoho.insert("Products", [{"Product_Name": "p", "More_0": "a", "More_29": "z"}])[0]

    rows = {row.id: row.values for row in zoho.records("Products", [*names[1:], names[0]])}

    assert len(names) > 50
    assert all(set(values) >= set(names) for values in rows.values())
    assert [rows[made.id][name] for name in ("Product_Name", "More_0", "More_29")] == [
        "p",
        "a",
        "z",
    ]


def test_a_list_without_changes_is_empty_although_its_answer_has_no_body(
    zoho: ZohoClient, sandbox: ZohoSandbox
) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)

    assert list(zoho.records("Accounts", ["Account_Name"], since=later)) == []
    assert sandbox.calls[-1].status == 304


def test_a_list_of_changes_holds_the_second_that_was_asked_for(
    zoho: ZohoClient, sandbox: ZohoSandbox
) -> None:
    changed = sandbox.change("Accounts", min(accounts(sandbox)), Phone="012 34 56 78")
    row = zoho.record("Accounts", str(changed["id"]))
    assert row is not None
    assert row.modified_time is not None

    found = list(zoho.records("Accounts", ["Phone"], since=row.modified_time))

    assert [one.id for one in found] == [row.id]


def test_changes_come_oldest_first_2000_in_a_call_with_all_their_fields(
    zoho: ZohoClient, sandbox: ZohoSandbox
) -> None:
    names, before = columns(zoho, "Accounts"), calls_made()

    rows = list(zoho.changed("Accounts", names))

    assert calls_made() - before == 1
    assert {row.id for row in rows} == accounts(sandbox)
    places = [(row.modified_time, int(row.id)) for row in rows]
    assert places == sorted(places)
    assert set(rows[0].values) >= set(names)


def test_changes_go_on_behind_any_row_and_none_is_missed(
    zoho: ZohoClient, sandbox: ZohoSandbox
) -> None:
    rows = list(zoho.changed("Accounts", ["Account_Name"]))
    middle = rows[len(rows) // 2]
    assert middle.modified_time is not None

    rest = list(zoho.changed("Accounts", [], after=(middle.modified_time, middle.id)))

    assert [row.id for row in rest] == [row.id for row in rows[len(rows) // 2 + 1 :]]


def test_a_second_in_which_thousands_changed_is_read_over_several_calls(
    zoho: ZohoClient, sandbox: ZohoSandbox
) -> None:
    imported(zoho, 1_300)

    rows = list(zoho.changed("Accounts", ["Account_Name"]))

    assert len(rows) == len({row.id for row in rows}) == len(accounts(sandbox)) > 2_000


def test_a_record_comes_whole_and_a_list_does_not_hold_its_lines(
    zoho: ZohoClient, sandbox: ZohoSandbox
) -> None:
    listed = next(zoho.records("Invoices", ["Subject", "Invoiced_Items"]))

    whole = zoho.record("Invoices", listed.id)

    assert not listed.values.get("Invoiced_Items")
    assert whole is not None
    lines = whole.values["Invoiced_Items"]
    assert lines
    assert isinstance(lines[0]["List_Price"], Decimal)
    assert lines[0]["id"]


@pytest.mark.parametrize("is_refused", [False, True])
def test_a_record_that_is_gone_is_none(
    zoho: ZohoClient, sandbox: ZohoSandbox, *, is_refused: bool
) -> None:
    sandbox.switches.set(unknown_id_refused=is_refused)

    assert zoho.record("Accounts", NEVER) is None


def test_lines_of_many_invoices_come_in_one_call(zoho: ZohoClient, sandbox: ZohoSandbox) -> None:
    invoices = [str(row["id"]) for row in sandbox.records("Invoices")][:90]
    before = calls_made()

    lines = list(
        zoho.subform_rows("Invoiced_Items", invoices, ["Quantity", "Product_Name.Product_Code"])
    )

    assert calls_made() - before == 1
    assert {line.values["Parent_Id"]["id"] for line in lines} == set(invoices)
    expected = sum(len(sandbox.record("Invoices", key)["Invoiced_Items"]) for key in invoices)
    assert len({line.id for line in lines}) == len(lines) == expected
    assert lines[0].values["Product_Name.Product_Code"]


def test_records_are_found_by_ids_100_in_a_call(zoho: ZohoClient, sandbox: ZohoSandbox) -> None:
    wanted, before = sorted(accounts(sandbox))[:150], calls_made()

    rows = zoho.by_ids("Accounts", [*wanted, NEVER, wanted[0]], ["Account_Name"])

    assert sorted(row.id for row in rows) == wanted
    assert calls_made() - before == 2


def test_a_value_that_was_written_a_moment_ago_is_found(zoho: ZohoClient) -> None:
    made = zoho.insert("Accounts", [{"Account_Name": "O'Neill & Söhne (Gent), 50%"}])[0]

    found = zoho.find_by("Accounts", "Account_Name", ["O'Neill & Söhne (Gent), 50%", "nobody"])

    assert [row.id for row in found] == [made.id]


@pytest.mark.parametrize("text", ["'", "''", "a'b", "\\", "50%_", '"', "(a),[b];", "é€", "a\\'b"])
def test_any_text_finds_its_own_record_and_no_other(zoho: ZohoClient, text: str) -> None:
    made = zoho.insert("Products", [{"Product_Name": "p", "Product_Code": text}])[0]

    assert [row.id for row in zoho.find_by("Products", "Product_Code", [text])] == [made.id]


def test_what_was_deleted_is_told_with_its_day(zoho: ZohoClient, sandbox: ZohoSandbox) -> None:
    first, second = sorted(accounts(sandbox))[:2]
    sandbox.delete("Accounts", first)
    sandbox.delete("Accounts", second, permanent=True)

    gone = {record.id: record for record in zoho.deleted("Accounts")}

    assert set(gone) == {first, second}
    assert (gone[first].type, gone[second].type) == ("recycle", "permanent")
    assert gone[second].display_name is None
    assert gone[first].deleted_time.tzinfo is not None
    later = datetime.now(UTC) + timedelta(hours=1)
    assert list(zoho.deleted("Accounts", since=later)) == []


def test_a_hidden_module_is_refused_by_name_and_still_listed(
    zoho: ZohoClient, sandbox: ZohoSandbox
) -> None:
    sandbox.hide_module("Invoices")

    with pytest.raises(ZohoRefusedError) as raised:
        list(zoho.records("Invoices", ["Subject"]))

    assert raised.value.code == "INVALID_MODULE"
    states = {module.api_name: module.status for module in zoho.modules()}
    assert (states["Invoices"], states["Products"]) == ("user_hidden", "visible")


def test_a_field_of_ours_is_made_and_unique(zoho: ZohoClient) -> None:
    unique = {"casesensitive": False}
    wanted = {"field_label": "Exact ID", "data_type": "text", "length": 50, "unique": unique}

    made = zoho.create_fields("Accounts", [wanted])[0]

    fields = {field.api_name: field for field in zoho.fields("Accounts")}
    assert made.ok
    assert fields["Exact_ID"].is_unique
    assert fields["Exact_ID"].is_writable
    assert fields["Parent_Account"].looks_up == "Accounts"
    assert fields["Account_Name"].system_mandatory


def test_the_organisation_its_people_and_its_taxes_are_known(
    zoho: ZohoClient, sandbox: ZohoSandbox
) -> None:
    assert zoho.org().zgid == str(sandbox.company.org["zgid"])
    assert zoho.me().id in {user.id for user in zoho.users()}
    assert {tax.value for tax in zoho.taxes()} >= {Decimal(21), Decimal(0)}
    assert zoho.layouts("Accounts")


def test_a_note_tags_and_a_task_are_put_on_a_record(zoho: ZohoClient, sandbox: ZohoSandbox) -> None:
    key = min(accounts(sandbox))

    assert zoho.add_note("Accounts", key, "Exact", "First name is empty.").ok
    assert [note.values["Note_Content"] for note in zoho.notes("Accounts", key)] == [
        "First name is empty."
    ]
    assert zoho.add_tags("Accounts", [key], ["Exact: not synced"])[0].ok
    tagged = zoho.record("Accounts", key)
    assert tagged is not None
    assert [tag["name"] for tag in tagged.values["Tag"]] == ["Exact: not synced"]
    assert zoho.remove_tags("Accounts", [key], ["Exact: not synced"])[0].ok
    task = {"Subject": "Call", "What_Id": {"id": key}, "$se_module": "Accounts"}
    assert zoho.create_task(task).ok


def test_a_signal_is_shown_where_an_extension_brings_its_kind(
    zoho: ZohoClient, sandbox: ZohoSandbox
) -> None:
    contact = str(sandbox.records("Contacts")[0]["id"])
    kind = zoho.signals()[0].namespace

    shown = zoho.raise_signal(
        kind, module="Contacts", record_id=contact, subject="s" * 200, message="m" * 2000
    )
    refused = zoho.raise_signal(
        "nobody.knows", module="Contacts", record_id=contact, subject="s", message="m"
    )

    assert shown.ok
    assert (refused.ok, refused.code) == (False, "INVALID_DATA")


@pytest.mark.parametrize("odd", ["../org", "1/2", "", "a b", "1?x=1"])
def test_an_id_is_nothing_but_an_id(zoho: ZohoClient, odd: str) -> None:
    with pytest.raises(ValueError, match="no id"):
        zoho.record("Accounts", odd)


def test_rows_of_a_list_and_of_a_query_agree(zoho: ZohoClient) -> None:
    names = ["Account_Name", "Phone", "Billing_City"]

    def read(rows: list[Row]) -> dict[str, tuple[object, ...]]:
        return {row.id: tuple(row.values.get(name) for name in names) for row in rows}

    assert read(list(zoho.records("Accounts", names))) == read(
        list(zoho.changed("Accounts", names))
    )
