"""Lists and single records: what is mandatory, how far pages reach, and what lists leave out."""

from typing import Any

import pytest

from tests.zoho_client.sandbox.calling import Zoho
from zoho_client.sandbox import ZohoSandbox
from zoho_client.sandbox.clock import time_text

PAGES: dict[str, Any] = {"fields": "Account_Name", "per_page": 200}


@pytest.fixture
def zoho() -> Zoho:
    return Zoho()


@pytest.fixture(scope="module")
def many() -> Zoho:
    """More than the 2,000 records that pages by number reach; nothing here writes."""
    return Zoho(ZohoSandbox(generate=1_000))


def refused(zoho: Zoho, path: str, status: int = 400, **query: Any) -> tuple[str, Any]:
    return zoho.refused(zoho.call("GET", path, **query), status)


def modified_since(zoho: Zoho, moment: str, path: str = "Accounts") -> Any:
    zoho.session.headers["If-Modified-Since"] = moment
    try:
        return zoho.call("GET", path, fields="Account_Name")
    finally:
        del zoho.session.headers["If-Modified-Since"]


def test_fields_are_mandatory_and_fifty_at_most(zoho: Zoho) -> None:
    fields = ",".join(f"Field_{n}" for n in range(51))

    assert refused(zoho, "Accounts") == ("REQUIRED_PARAM_MISSING", {"param_name": "fields"})
    assert refused(zoho, "Accounts", fields=fields)[0] == "LIMIT_EXCEEDED"
    assert zoho.call("GET", "Accounts", fields=fields.rpartition(",")[0]).status_code == 200


def test_a_list_holds_what_was_asked_for_and_the_id(zoho: Zoho) -> None:
    row = zoho.get("Accounts", fields="Account_Name,Nonsense", per_page=1)["data"][0]

    assert set(row) == {"Account_Name", "id"}
    assert isinstance(row["id"], str)
    assert len(row["id"]) == 19


@pytest.mark.parametrize("size", ["0", "201", "many"])
def test_a_page_holds_one_to_two_hundred_records(zoho: Zoho, size: str) -> None:
    code, details = refused(zoho, "Accounts", fields="id", per_page=size)

    assert (code, details["param_name"]) == ("INVALID_DATA", "per_page")


def test_names_of_modules_and_fields_keep_their_case(zoho: Zoho) -> None:
    assert refused(zoho, "accounts", fields="id") == ("INVALID_MODULE", {"resource_path_index": 0})
    assert set(zoho.get("Accounts", fields="account_name")["data"][0]) == {"id"}


@pytest.mark.parametrize("state", ["user_hidden", "system_hidden", "absent"])
def test_a_hidden_module_is_none(zoho: Zoho, state: str) -> None:
    zoho.sandbox.hide_module("Invoices", state)
    assert refused(zoho, "Invoices", fields="id")[0] == "INVALID_MODULE"
    zoho.sandbox.hide_module("Invoices", "")
    assert zoho.get("Invoices", fields="id")["data"]


def test_a_module_without_rights_is_forbidden(zoho: Zoho) -> None:
    zoho.sandbox.hide_module("Invoices", "no_rights")
    code, details = refused(zoho, "Invoices", 403, fields="id")

    assert (code, details["permissions"]) == ("NO_PERMISSION", ["Crm_Implied_View_Invoices"])


def test_pages_by_number_end_at_two_thousand(many: Zoho) -> None:
    last = many.get("Accounts", **PAGES, page=10)

    assert last["info"]["more_records"] is True
    assert refused(many, "Accounts", **PAGES, page=11) == (
        "DISCRETE_PAGINATION_LIMIT_EXCEEDED",
        {"limit": 2000},
    )


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("field", ["id", "Modified_Time"])
def test_tokens_reach_every_record_once(many: Zoho, field: str, order: str) -> None:
    asked: dict[str, Any] = {**PAGES, "sort_by": field, "sort_order": order}
    page = many.get("Accounts", **asked)
    rows = page["data"]
    while page["info"]["more_records"]:
        page = many.get("Accounts", **asked, page_token=page["info"]["next_page_token"])
        rows += page["data"]

    ids = [row["id"] for row in rows]
    assert len(ids) == len(set(ids)) == many.sandbox.store.count("Accounts")
    assert page["info"]["next_page_token"] is None
    if field == "id":
        assert ids == sorted(ids, reverse=order == "desc")


def test_a_token_belongs_to_its_parameters_its_user_and_its_day(many: Zoho) -> None:
    token = many.get("Accounts", **PAGES)["info"]["next_page_token"]
    other = Zoho(many.sandbox, user=many.sandbox.company.users[0]["id"])
    changed = {**PAGES, "fields": "Phone", "page_token": token}

    assert refused(many, "Accounts", **changed)[0] == "TOKEN_BOUND_DATA_MISMATCH"
    assert refused(other, "Accounts", **PAGES, page_token=token)[0] == "INVALID_DATA"
    assert refused(many, "Accounts", **PAGES, page_token="x" * 9)[0] == "INVALID_DATA"
    both = refused(many, "Accounts", **PAGES, page_token=token, page=1)
    assert both[0] == "AMBIGUITY_DURING_PROCESSING"


def test_a_token_ends_after_a_day() -> None:
    zoho = Zoho()
    token = zoho.get("Accounts", **PAGES)["info"]["next_page_token"]
    zoho.sandbox.advance(86_401)
    later = Zoho(zoho.sandbox)

    assert refused(later, "Accounts", **PAGES, page_token=token)[0] == "EXPIRED_VALUE"


def test_ids_choose_records(zoho: Zoho) -> None:
    wanted = [row["id"] for row in zoho.get("Accounts", fields="id", per_page=3)["data"]]
    found = zoho.get("Accounts", fields="id", ids=",".join(wanted))

    assert [row["id"] for row in found["data"]] == wanted


@pytest.mark.parametrize("wrong", [{"sort_by": "Account_Name"}, {"sort_order": "up"}])
def test_what_a_list_can_not_be_sorted_by_is_refused(zoho: Zoho, wrong: Any) -> None:
    assert refused(zoho, "Accounts", fields="id", **wrong)[0] == "INVALID_DATA"


def test_the_second_in_if_modified_since_counts(zoho: Zoho) -> None:
    made = zoho.post("Accounts", {"data": [{"Account_Name": "Fresh"}]})["data"][0]["details"]
    moment = zoho.sandbox.store.need("Accounts", made["id"])["Modified_Time"]

    found = modified_since(zoho, moment)
    assert [row["id"] for row in found.json()["data"]] == [made["id"]]


def test_nothing_changed_is_304_and_nothing_there_is_204_both_without_a_body(zoho: Zoho) -> None:
    unchanged = modified_since(zoho, time_text(zoho.sandbox.clock.now() + 60))
    empty = zoho.call("GET", "Leads", fields="id")
    beyond = zoho.call("GET", "Accounts", fields="id", page=10)

    assert [unchanged.status_code, empty.status_code, beyond.status_code] == [304, 204, 204]
    assert unchanged.content == empty.content == beyond.content == b""


def test_a_time_without_an_offset_is_refused(zoho: Zoho) -> None:
    assert zoho.refused(modified_since(zoho, "2026-01-01T10:00:00"))[0] == "INVALID_DATA"


def test_lists_leave_out_line_items_and_one_record_shows_them(zoho: Zoho) -> None:
    fields = "Subject,Invoiced_Items"
    listed = zoho.get("Invoices", fields=fields, per_page=1)["data"][0]
    alone = zoho.get(f"Invoices/{listed['id']}")["data"][0]

    assert set(listed) == {"Subject", "id"}
    assert all(row["id"] for row in alone["Invoiced_Items"])
    assert alone["$has_more"] == {"Invoiced_Items": False}


def test_rows_of_a_subform_can_be_listed_for_all_parents(zoho: Zoho) -> None:
    rows = zoho.get("Invoiced_Items", fields="Parent_Id,Product_Name", per_page=200)["data"]

    assert {"Parent_Id", "Product_Name", "id"} == set(rows[0])
    assert zoho.sandbox.store.get("Invoices", rows[0]["Parent_Id"]["id"])


def test_one_record_that_is_not_there_is_204_or_refused(zoho: Zoho) -> None:
    nowhere = "Accounts/5725769999999999999"

    assert zoho.call("GET", nowhere).status_code == 204
    assert refused(zoho, "Accounts/nonsense")[0] == "INVALID_DATA"
    zoho.sandbox.switches.set(unknown_id_refused=True)
    assert refused(zoho, nowhere)[0] == "INVALID_DATA"


def test_a_lookup_has_the_present_name_of_its_record_until_that_is_deleted(zoho: Zoho) -> None:
    contact = next(row for row in zoho.sandbox.records("Contacts") if row["Account_Name"])
    account = contact["Account_Name"]["id"]
    zoho.sandbox.change("Accounts", account, Account_Name="Renamed")
    path = f"Contacts/{contact['id']}"

    assert zoho.get(path)["data"][0]["Account_Name"] == {"name": "Renamed", "id": account}
    zoho.sandbox.delete("Accounts", account)
    assert zoho.get(path)["data"][0]["Account_Name"] is None


def test_times_have_the_offset_of_the_user() -> None:
    sandbox = ZohoSandbox()
    sandbox.company.users[-1]["time_zone"] = "Asia/Kolkata"
    key = sandbox.records("Accounts")[0]["id"]
    row = Zoho(sandbox).get(f"Accounts/{key}")["data"][0]

    assert row["Modified_Time"].endswith("+05:30")


def test_addresses_and_methods_that_are_none_are_told(zoho: Zoho) -> None:
    assert refused(zoho, "/crm/v8/Accounts/1/2/3", 404)[0] == "INVALID_URL_PATTERN"
    answer = zoho.call("PATCH", "Accounts")
    assert zoho.refused(answer)[0] == "INVALID_REQUEST_METHOD"
