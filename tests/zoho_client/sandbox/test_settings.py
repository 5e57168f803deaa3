"""Settings of the stand-in: modules that may be off, fields that can be made, users and taxes."""

from pathlib import Path

import pytest

from tests.zoho_client.sandbox.calling import Zoho
from zoho_client.sandbox import ZohoSandbox

UNIQUE = {"casesensitive": "false"}
EXACT_ID = {"field_label": "Exact ID", "data_type": "text", "length": 36, "unique": UNIQUE}


@pytest.fixture
def zoho() -> Zoho:
    return Zoho()


def test_the_modules_that_invoices_need_are_there(zoho: Zoho) -> None:
    rows = {row["api_name"]: row for row in zoho.get("settings/modules")["modules"]}

    for name in ("Products", "Invoices", "Sales_Orders"):
        told = rows[name]
        assert (told["status"], told["visibility"], told["api_supported"]) == ("visible", 1, True)
        assert told["creatable"] is told["editable"] is told["show_as_tab"] is True
    lines = rows["Invoiced_Items"]
    assert (lines["generated_type"], lines["visibility"], lines["creatable"]) == (
        "subform",
        2,
        False,
    )
    assert lines["parent_module"] == {"api_name": "Invoices", "id": rows["Invoices"]["id"]}
    assert rows["Sales_Orders"]["module_name"] == "SalesOrders"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("user_hidden", {"status": "user_hidden", "visibility": 0}),
        ("system_hidden", {"status": "system_hidden", "visibility": -1}),
        ("not_supported", {"api_supported": False}),
        ("no_rights", {"creatable": False, "viewable": False, "profiles": []}),
    ],
)
def test_a_module_can_be_kept_from_us_in_each_way(
    zoho: Zoho, state: str, expected: dict[str, object]
) -> None:
    zoho.sandbox.switches.set(module_states={"Invoices": state})
    (told,) = zoho.get("settings/modules/Invoices")["modules"]
    proof = zoho.call("GET", "Invoices", fields="id", per_page=1)

    assert {name: told[name] for name in expected} == expected
    code, status = ("NO_PERMISSION", 403) if state == "no_rights" else ("INVALID_MODULE", 400)
    assert zoho.refused(proof, status)[0] == code


def test_a_module_may_not_be_in_the_edition_at_all(zoho: Zoho) -> None:
    zoho.sandbox.switches.set(module_states={"Invoices": "absent"})
    names = {row["api_name"] for row in zoho.get("settings/modules")["modules"]}

    assert "Invoices" not in names
    assert "Products" in names
    for path in ("settings/modules/Invoices", "settings/fields?module=Invoices"):
        assert zoho.refused(zoho.call("GET", path))[0] == "INVALID_MODULE"


def test_modules_are_chosen_by_status(zoho: Zoho) -> None:
    zoho.sandbox.switches.set(module_states={"Invoices": "user_hidden"})
    hidden = zoho.get("settings/modules", status="user_hidden,system_hidden")["modules"]
    nothing = zoho.call("GET", "settings/modules", status="scheduled_for_deletion")
    wrong = zoho.call("GET", "settings/modules", status="visible,invisible")

    assert [row["api_name"] for row in hidden] == ["Invoices"]
    assert nothing.status_code == 204
    code, details = zoho.refused(wrong)
    assert (code, details["index"], details["param_name"]) == ("INVALID_DATA", 1, "status")


def test_fields_tell_their_type_and_who_may_write_them(zoho: Zoho) -> None:
    told = {
        row["api_name"]: row for row in zoho.get("settings/fields", module="Invoices")["fields"]
    }

    assert told["Subject"]["system_mandatory"] is True
    assert (told["Grand_Total"]["read_only"], told["Grand_Total"]["data_type"]) == (
        True,
        "currency",
    )
    assert told["Invoiced_Items"]["operation_type"]["api_create"] is True
    assert told["Invoiced_Items"]["associated_module"]["module"] == "Invoiced_Items"
    assert told["Account_Name"]["lookup"]["module"]["api_name"] == "Accounts"
    assert "no sync" in {one["actual_value"] for one in told["Status"]["pick_list_values"]}
    assert zoho.call("GET", "settings/fields", module="Invoices", type="unused").status_code == 204


def test_fields_need_a_module_that_is_there(zoho: Zoho) -> None:
    assert zoho.refused(zoho.call("GET", "settings/fields"))[0] == "REQUIRED_PARAM_MISSING"
    unknown = zoho.call("GET", "settings/fields", module="invoices")
    assert zoho.refused(unknown)[0] == "INVALID_MODULE"


def test_a_field_for_exacts_ids_can_be_made_and_is_unique_from_then_on(zoho: Zoho) -> None:
    made = zoho.post("settings/fields", {"fields": [EXACT_ID]}, module="Accounts")["fields"][0]
    told = {
        row["api_name"]: row for row in zoho.get("settings/fields", module="Accounts")["fields"]
    }
    record = {"Account_Name": "Fresh Bakery", "Exact_ID": "9f1d"}
    first = zoho.post("Accounts", {"data": [record]})["data"][0]["details"]["id"]
    again = zoho.post("Accounts", {"data": [record]}, status=400)["data"][0]

    assert made["details"]["id"] == told["Exact_ID"]["id"]
    assert told["Exact_ID"]["unique"] == UNIQUE
    assert (told["Exact_ID"]["custom_field"], told["Exact_ID"]["length"]) == (True, 36)
    assert (again["code"], again["details"]["id"]) == ("DUPLICATE_DATA", first)
    assert zoho.select("select Exact_ID from Accounts where Exact_ID = '9f1d'") == (
        [{"id": first, "Exact_ID": "9f1d"}]
    )


def test_a_field_that_can_not_be_is_refused(zoho: Zoho) -> None:
    wishes = [
        EXACT_ID,
        {"field_label": "Account Name", "data_type": "text"},
        {"field_label": "Odd", "data_type": "profileimage"},
        {"field_label": "Odd", "data_type": "textarea", "unique": UNIQUE},
        {"data_type": "text"},
    ]
    told = zoho.post("settings/fields", {"fields": wishes}, status=207, module="Accounts")
    too_many = zoho.call("POST", "settings/fields", {"fields": [EXACT_ID] * 6}, module="Accounts")

    assert [one["code"] for one in told["fields"]] == [
        "SUCCESS", "DUPLICATE_DATA", "INVALID_DATA", "INVALID_DATA", "MANDATORY_NOT_FOUND",
    ]  # fmt: skip
    assert zoho.refused(too_many)[0] == "INVALID_DATA"


def test_a_field_outlives_a_restart(tmp_path: Path) -> None:
    zoho = Zoho(ZohoSandbox(state=tmp_path / "state"))
    zoho.post("settings/fields", {"fields": [EXACT_ID]}, module="Accounts")
    zoho.sandbox.close()
    again = Zoho(ZohoSandbox(state=tmp_path / "state"))

    names = {row["api_name"] for row in again.get("settings/fields", module="Accounts")["fields"]}
    again.sandbox.close()

    assert "Exact_ID" in names


def test_a_layout_may_ask_for_more_than_the_module_does(zoho: Zoho) -> None:
    (layout,) = zoho.get("settings/layouts", module="Invoices")["layouts"]
    required = {
        row["api_name"]
        for section in layout["sections"]
        for row in section["fields"]
        if row["required"]
    }

    assert required == {"Subject", "Invoiced_Items", "Account_Name"}


def test_the_organisation_and_the_current_user_are_told(zoho: Zoho) -> None:
    (org,) = zoho.get("org")["org"]
    (me,) = zoho.get("users", type="CurrentUser")["users"]

    assert (org["type"], org["iso_code"], org["mc_status"]) == ("production", "EUR", False)
    assert org["license_details"]["paid_type"] == "enterprise"
    assert (me["full_name"], me["time_zone"]) == ("Integration User", "Europe/Brussels")
    assert len(zoho.get("users", type="ActiveUsers")["users"]) == 3
    assert zoho.call("GET", "users", type="DeletedUsers").status_code == 204
    assert zoho.refused(zoho.call("GET", "users", type="Ghosts"))[0] == "INVALID_DATA"


def test_taxes_are_labels_with_a_percentage(zoho: Zoho) -> None:
    told = zoho.get("org/taxes")["org_taxes"]

    assert [(tax["display_label"], tax["value"]) for tax in told["taxes"]] == [
        ("BTW 21 - 21.0 %", 21.0), ("BTW 12 - 12.0 %", 12.0), ("BTW 6 - 6.0 %", 6.0),
        ("BTW 0 - 0.0 %", 0.0),
    ]  # fmt: skip
    assert told["preference"] == {"auto_populate_tax": False, "modify_tax_rates": False}


def test_currencies_are_told_once_there_are_several(zoho: Zoho) -> None:
    off = zoho.call("GET", "org/currencies")
    zoho.sandbox.company.org["mc_status"] = True
    told = zoho.get("org/currencies")["currencies"]

    assert zoho.refused(off)[0] == "CURRENCIES_NOT_ENABLED"
    assert [(one["iso_code"], one["is_base"], one["exchange_rate"]) for one in told] == [
        ("EUR", True, "1.000000000"), ("USD", False, "1.085000000"),
    ]  # fmt: skip
