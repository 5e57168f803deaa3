"""Inserts and updates: each record is judged alone, and what Zoho takes silently is taken here."""

from typing import Any

import pytest

from tests.zoho_client.sandbox.calling import Zoho
from zoho_client.sandbox.clock import moment_of, time_text

NOBODY = "5725769999999999999"


@pytest.fixture
def zoho() -> Zoho:
    return Zoho()


def account(zoho: Zoho, number: int = 0) -> Any:
    return zoho.sandbox.records("Accounts")[number]


def insert(zoho: Zoho, module: str, *records: Any, status: int = 201, **more: Any) -> list[Any]:
    answer = zoho.post(module, {"data": list(records), **more}, status)
    return list(answer["data"])


def update(zoho: Zoho, path: str, *records: Any, status: int = 200, **more: Any) -> list[Any]:
    answer = zoho.call("PUT", path, {"data": list(records), **more})
    assert answer.status_code == status, answer.text
    return list(answer.json()["data"])


def refusal(zoho: Zoho, module: str, **values: Any) -> tuple[str, Any]:
    item = insert(zoho, module, values, status=400)[0]
    assert item["status"] == "error"
    return item["code"], item["details"]


def test_an_insert_tells_the_id_and_the_stamps(zoho: Zoho) -> None:
    item = insert(zoho, "Accounts", {"Account_Name": "Fresh"})[0]
    details = item["details"]

    assert (item["code"], item["message"], item["status"]) == (
        "SUCCESS",
        "record added",
        "success",
    )
    assert details["$approval_state"] == "approved"
    assert details["Created_Time"] == details["Modified_Time"]
    assert zoho.sandbox.record("Accounts", details["id"])["Account_Name"] == "Fresh"


def test_a_repeated_insert_makes_a_second_record(zoho: Zoho) -> None:
    twice = [insert(zoho, "Accounts", {"Account_Name": "Fresh"}) for _ in range(2)]

    assert twice[0][0]["details"]["id"] < twice[1][0]["details"]["id"]


def test_a_batch_that_fails_in_part_keeps_its_order(zoho: Zoho) -> None:
    good, bad = {"Last_Name": "Good"}, {"First_Name": "Bad"}
    items = insert(zoho, "Contacts", good, bad, good, status=207)

    assert [item["status"] for item in items] == ["success", "error", "success"]
    assert items[1]["details"] == {"api_name": "Last_Name", "json_path": "$.data[1].Last_Name"}
    assert insert(zoho, "Contacts", bad, bad, status=400)[1]["code"] == "MANDATORY_NOT_FOUND"


def test_older_versions_answered_other_statuses(zoho: Zoho) -> None:
    zoho.sandbox.switches.set(mixed_status=200, failed_status=202)

    insert(zoho, "Contacts", {"Last_Name": "Good"}, {}, status=200)
    insert(zoho, "Contacts", {}, status=202)


@pytest.mark.parametrize(
    ("count", "bound"), [(0, {"minimum_length": 1}), (101, {"maximum_length": 100})]
)
def test_a_batch_holds_one_to_a_hundred_records(
    zoho: Zoho, count: int, bound: dict[str, int]
) -> None:
    answer = zoho.call("POST", "Accounts", {"data": [{"Account_Name": "x"}] * count})
    code, details = zoho.refused(answer)

    assert code == "INVALID_DATA"
    assert bound.items() <= details.items()


def test_a_body_that_is_no_json_object_is_refused(zoho: Zoho) -> None:
    url = "https://www.zohoapis.eu/crm/v8/Accounts"
    answer = zoho.session.post(url, data=b"data=[]")

    assert zoho.refused(answer)[0] == "UNABLE_TO_PARSE_DATA_TYPE"
    assert zoho.refused(zoho.call("POST", "Accounts", {}))[0] == "MANDATORY_NOT_FOUND"


@pytest.mark.parametrize(
    ("module", "field", "value", "told"),
    [
        ("Accounts", "Account_Name", "x" * 201, {"maximum_length": 200}),
        ("Accounts", "Account_Name", 7, {"expected_data_type": "text"}),
        ("Accounts", "Phone", "call me", {"expected_data_type": "phone"}),
        ("Accounts", "Website", "not a site", {"expected_data_type": "website"}),
        ("Accounts", "Employees", 1_234_567_890, {"expected_data_type": "integer"}),
        ("Accounts", "Annual_Revenue", "much", {"expected_data_type": "currency"}),
        ("Accounts", "Annual_Revenue", 1.5e17, {"expected_data_type": "currency"}),
        ("Accounts", "Parent_Account", {"name": "By name"}, {"expected_data_type": "jsonobject"}),
        ("Accounts", "Parent_Account", {"id": NOBODY}, {"api_name": "Parent_Account"}),
        ("Accounts", "Owner", {"id": NOBODY}, {"api_name": "Owner"}),
        ("Contacts", "Email", "a@b", {"expected_data_type": "email"}),
        ("Contacts", "Email_Opt_Out", "yes", {"expected_data_type": "boolean"}),
        ("Contacts", "Date_of_Birth", "2026-02-30", {"expected_data_type": "date"}),
        ("Contacts", "Date_of_Birth", "30-01-2026", {"expected_data_type": "date"}),
    ],
)
def test_a_value_of_another_kind_refuses_the_record(
    zoho: Zoho, module: str, field: str, value: Any, told: dict[str, Any]
) -> None:
    base = {"Account_Name": "A"} if module == "Accounts" else {"Last_Name": "B"}
    code, details = refusal(zoho, module, **{**base, field: value})

    assert code == "INVALID_DATA"
    assert details["json_path"].startswith(f"$.data[0].{field}")
    assert told.items() <= details.items()


def test_an_unknown_choice_is_taken_silently(zoho: Zoho) -> None:
    key = insert(zoho, "Accounts", {"Account_Name": "A", "Account_Type": "Invented"})[0]

    assert zoho.sandbox.record("Accounts", key["details"]["id"])["Account_Type"] == "Invented"


def test_unknown_and_computed_fields_are_left_aside_silently(zoho: Zoho) -> None:
    values = {"Account_Name": "A", "Nonsense": 1, "Modified_Time": "x", "id": "1", "$state": "y"}
    key = insert(zoho, "Accounts", values)[0]["details"]["id"]

    assert key != "1"
    assert "Nonsense" not in zoho.sandbox.record("Accounts", key)


def test_several_refusals_of_a_record_may_come_together(zoho: Zoho) -> None:
    zoho.sandbox.switches.set(many_errors=True)
    code, details = refusal(zoho, "Accounts", Phone="call me", Website="not a site")

    assert code == "MULTIPLE_OR_MULTI_ERRORS"
    assert [error["details"]["api_name"] for error in details["errors"]] == [
        "Phone",
        "Website",
        "Account_Name",
    ]


def test_an_update_leaves_what_it_does_not_name_and_null_empties(zoho: Zoho) -> None:
    key = account(zoho)["id"]
    zoho.sandbox.change("Accounts", key, Phone="+32 1", Website="www.a.example")
    update(zoho, f"Accounts/{key}", {"Phone": None})
    row = zoho.sandbox.record("Accounts", key)

    assert (row["Phone"], row["Website"]) == (None, "www.a.example")


def test_a_mandatory_field_can_not_be_emptied(zoho: Zoho) -> None:
    item = update(zoho, f"Accounts/{account(zoho)['id']}", {"Account_Name": None}, status=400)[0]

    assert item["code"] == "MANDATORY_NOT_FOUND"


def test_modified_time_moves_even_when_nothing_else_does(zoho: Zoho) -> None:
    row = account(zoho)
    details = update(zoho, "Accounts", {"id": row["id"], "Account_Name": row["Account_Name"]})[0]

    assert moment_of(details["details"]["Modified_Time"]) > moment_of(row["Modified_Time"])
    assert "$approval_state" not in details["details"]


def test_an_update_needs_an_id_that_is_there(zoho: Zoho) -> None:
    items = update(zoho, "Accounts", {"Phone": "+32 1"}, {"id": NOBODY}, {"id": 7}, status=400)

    assert [item["code"] for item in items] == [
        "MANDATORY_NOT_FOUND",
        "INVALID_DATA",
        "INVALID_DATA",
    ]
    assert items[1]["message"] == "the id given seems to be invalid"


def test_a_record_that_changed_meanwhile_is_refused_with_412(zoho: Zoho) -> None:
    row = account(zoho)
    path = f"Accounts/{row['id']}"
    zoho.session.headers["If-Unmodified-Since"] = row["Modified_Time"]
    update(zoho, path, {"Phone": "+32 1"})

    item = update(zoho, path, {"Phone": "+32 2"}, status=412)[0]
    assert item["code"] == "ALREADY_MODIFIED"
    assert item["details"]["id"] == row["id"]
    assert zoho.sandbox.record("Accounts", row["id"])["Phone"] == "+32 1"


def test_a_header_of_later_or_equal_time_lets_an_update_through(zoho: Zoho) -> None:
    zoho.session.headers["If-Unmodified-Since"] = time_text(zoho.sandbox.clock.now() + 5)

    assert update(zoho, f"Accounts/{account(zoho)['id']}", {"Phone": "+32 1"})


def unique(zoho: Zoho, module: str, name: str) -> None:
    """Mark a field as unique, as an administrator does in Zoho's pages."""
    fields = zoho.sandbox.company.fields[module]
    next(one for one in fields if one["api_name"] == name)["unique"] = {"casesensitive": False}


def test_a_value_that_must_be_unique_is_refused_with_the_id_that_has_it(zoho: Zoho) -> None:
    unique(zoho, "Products", "Product_Code")
    owner = zoho.sandbox.records("Products")[0]
    code = owner["Product_Code"].lower()
    problem, details = refusal(zoho, "Products", Product_Name="Twin", Product_Code=code)

    assert problem == "DUPLICATE_DATA"
    assert details["id"] == details["duplicate_record"]["id"] == owner["id"]
    assert details["json_path"] == "$.data[0].Product_Code"
    assert update(zoho, "Products", {"id": owner["id"], "Product_Code": code})


def test_a_batch_can_not_bring_the_same_unique_value_twice(zoho: Zoho) -> None:
    unique(zoho, "Products", "Product_Code")
    twin = {"Product_Name": "Twin", "Product_Code": "NEW"}

    assert insert(zoho, "Products", twin, twin, status=207)[1]["code"] == "DUPLICATE_DATA"


@pytest.mark.parametrize(
    ("more", "records"), [({}, 2), ({"trigger": ["workflow"]}, 2), ({"trigger": []}, 0)]
)
def test_automation_runs_unless_the_trigger_is_empty(
    zoho: Zoho, more: dict[str, Any], records: int
) -> None:
    insert(zoho, "Accounts", {"Account_Name": "A"}, {"Account_Name": "B"}, **more)

    assert zoho.sandbox.automation == records
    assert zoho.sandbox.calls[-1].automation == records


def test_an_unknown_trigger_is_refused(zoho: Zoho) -> None:
    body = {"data": [{"Account_Name": "A"}], "trigger": ["emails"]}

    assert zoho.refused(zoho.call("POST", "Accounts", body))[0] == "INVALID_DATA"


def test_choices_are_replaced_or_appended(zoho: Zoho) -> None:
    key = zoho.sandbox.records("Products")[0]["id"]
    name = "Colours"
    zoho.post(
        "settings/fields",
        {"fields": [{"field_label": name, "data_type": "multiselectpicklist"}]},
        module="Products",
    )
    update(zoho, "Products", {"id": key, name: ["red"]})
    update(zoho, "Products", {"id": key, name: ["blue"], "$append_values": {name: True}})
    assert zoho.sandbox.record("Products", key)[name] == ["red", "blue"]

    update(zoho, "Products", {"id": key, name: ["green"]})
    assert zoho.sandbox.record("Products", key)[name] == ["green"]


def test_the_full_name_follows_its_parts(zoho: Zoho) -> None:
    key = insert(zoho, "Contacts", {"Last_Name": "Bos"})[0]["details"]["id"]
    assert zoho.sandbox.record("Contacts", key)["Full_Name"] == "Bos"
    update(zoho, "Contacts", {"id": key, "First_Name": "Bram"})
    assert zoho.sandbox.record("Contacts", key)["Full_Name"] == "Bram Bos"


def test_rows_of_subforms_are_not_written_on_their_own(zoho: Zoho) -> None:
    answer = zoho.call("POST", "Invoiced_Items", {"data": [{"Quantity": 1}]})

    assert zoho.refused(answer, 403)[0] == "NOT_SUPPORTED"


# Upsert.


def upsert(zoho: Zoho, module: str, record: Any, *compared: str, status: int = 200) -> Any:
    body = {"data": [record], **({"duplicate_check_fields": list(compared)} if compared else {})}
    answer = zoho.call("POST", f"{module}/upsert", body)
    assert answer.status_code == status, answer.text
    return answer.json()["data"][0] if "data" in answer.json() else answer.json()


def told(item: Any) -> tuple[str, str | None]:
    return item["action"], item["duplicate_field"]


def test_an_upsert_changes_whoever_has_the_same_name(zoho: Zoho) -> None:
    row = account(zoho)
    item = upsert(zoho, "Accounts", {"Account_Name": row["Account_Name"].upper(), "Phone": "+32 1"})

    assert told(item) == ("update", "Account_Name")
    assert item["details"]["id"] == row["id"]
    assert item["message"] == "record updated"


def test_an_upsert_of_a_stranger_inserts(zoho: Zoho) -> None:
    item = upsert(zoho, "Accounts", {"Account_Name": "A stranger"})

    assert told(item) == ("insert", None)
    assert item["message"] == "record added"


def test_unique_fields_alone_leave_the_name_out(zoho: Zoho) -> None:
    unique(zoho, "Products", "Product_Code")
    row = zoho.sandbox.records("Products")[0]
    same_name = {"Product_Name": row["Product_Name"], "Product_Code": "OTHER"}

    assert told(upsert(zoho, "Products", same_name, "Product_Code")) == ("insert", None)
    same_code = {"Product_Name": "Renamed", "Product_Code": row["Product_Code"]}
    assert told(upsert(zoho, "Products", same_code)) == ("update", "Product_Code")


def test_the_name_goes_first_and_unique_fields_follow(zoho: Zoho) -> None:
    unique(zoho, "Products", "Product_Code")
    first, second = zoho.sandbox.records("Products")[:2]
    both = {"Product_Name": first["Product_Name"], "Product_Code": second["Product_Code"]}
    item = upsert(zoho, "Products", both, "Product_Name", status=400)

    assert (item["code"], item["details"]["id"]) == ("DUPLICATE_DATA", second["id"])


def test_a_field_that_is_neither_the_systems_nor_unique_can_not_be_compared(zoho: Zoho) -> None:
    item = upsert(zoho, "Accounts", {"Account_Name": "A"}, "Phone", status=400)

    assert (item["code"], item["details"]["api_name"]) == (
        "INVALID_DATA",
        "duplicate_check_fields",
    )


def test_fields_to_compare_in_a_header_are_ignored(zoho: Zoho) -> None:
    unique(zoho, "Products", "Product_Code")
    row = zoho.sandbox.records("Products")[0]
    zoho.session.headers["duplicate_check_fields"] = "Product_Code"
    same_name = {"Product_Name": row["Product_Name"], "Product_Code": "OTHER"}

    assert told(upsert(zoho, "Products", same_name)) == ("update", "Product_Name")
