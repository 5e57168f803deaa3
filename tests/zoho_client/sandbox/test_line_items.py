"""Lines of invoices and orders: a write appends, and what they come to is Zoho's own sum."""

from decimal import Decimal
from typing import Any

import pytest

from tests.zoho_client.sandbox.calling import Zoho
from zoho_client.sandbox import ZohoSandbox
from zoho_client.sandbox.totals import completed, completed_line


@pytest.fixture
def zoho() -> Zoho:
    return Zoho()


def product(zoho: Zoho, number: int = 0) -> Any:
    return zoho.sandbox.records("Products")[number]


def line(zoho: Zoho, **values: Any) -> Any:
    return {"Product_Name": {"id": product(zoho)["id"]}, "Quantity": 2, "List_Price": 10, **values}


def invoice(zoho: Zoho, *lines: Any, **values: Any) -> Any:
    """The whole of a new invoice."""
    data = {"Subject": "August", "Invoiced_Items": list(lines), **values}
    key = zoho.post("Invoices", {"data": [data]})["data"][0]["details"]["id"]
    return zoho.get(f"Invoices/{key}")["data"][0]


def written(zoho: Zoho, key: str, rows: Any) -> Any:
    """The invoice after a PUT of rows, or the refusal."""
    answer = zoho.call("PUT", f"Invoices/{key}", {"data": [{"Invoiced_Items": rows}]})
    item = answer.json()["data"][0]
    return item if item["status"] == "error" else zoho.get(f"Invoices/{key}")["data"][0]


def quantities(record: Any) -> list[float]:
    return [row["Quantity"] for row in record["Invoiced_Items"]]


def test_a_row_without_an_id_is_appended(zoho: Zoho) -> None:
    made = invoice(zoho, line(zoho, Quantity=1))
    after = written(zoho, made["id"], [line(zoho, Quantity=1)])

    assert quantities(after) == [1, 1]
    assert after["Grand_Total"] == 20
    assert [row["Sequence_Number"] for row in after["Invoiced_Items"]] == [1, 2]


def test_a_row_with_its_id_is_changed_and_the_others_are_kept(zoho: Zoho) -> None:
    made = invoice(zoho, line(zoho, Quantity=1), line(zoho, Quantity=2))
    first, second = made["Invoiced_Items"]
    after = written(zoho, made["id"], [{"id": second["id"], "Quantity": 5}])

    assert quantities(after) == [1, 5]
    assert [row["id"] for row in after["Invoiced_Items"]] == [first["id"], second["id"]]


def test_a_row_goes_with_delete_alone(zoho: Zoho) -> None:
    made = invoice(zoho, line(zoho, Quantity=1), line(zoho, Quantity=2))
    first = made["Invoiced_Items"][0]["id"]
    after = written(zoho, made["id"], [{"id": first, "_delete": None}])

    assert quantities(after) == [2]
    assert after["Sub_Total"] == 20


@pytest.mark.parametrize("rows", [[], None])
def test_an_invoice_can_not_lose_every_row(zoho: Zoho, rows: Any) -> None:
    made = invoice(zoho, line(zoho))

    assert written(zoho, made["id"], rows)["code"] == "MANDATORY_NOT_FOUND"
    only = [{"id": made["Invoiced_Items"][0]["id"], "_delete": None}]
    assert written(zoho, made["id"], only)["code"] == "MANDATORY_NOT_FOUND"


def test_a_row_that_is_not_there_is_refused(zoho: Zoho) -> None:
    made = invoice(zoho, line(zoho))
    item = written(zoho, made["id"], [{"id": "5725769999999999999", "Quantity": 2}])

    assert item["code"] == "INVALID_DATA"
    assert item["details"]["json_path"] == "$.data[0].Invoiced_Items[0].id"


def test_a_line_without_a_product_is_refused(zoho: Zoho) -> None:
    data = {"Subject": "August", "Invoiced_Items": [{"Quantity": 1, "List_Price": 10}]}
    item = zoho.post("Invoices", {"data": [data]}, 400)["data"][0]

    assert item["code"] == "MANDATORY_NOT_FOUND"
    assert item["details"]["json_path"] == "$.data[0].Invoiced_Items[0].Product_Name"


@pytest.mark.parametrize("missing", ["Subject", "Invoiced_Items"])
def test_an_invoice_needs_a_subject_and_lines(zoho: Zoho, missing: str) -> None:
    data = {"Subject": "August", "Invoiced_Items": [line(zoho)]}
    del data[missing]
    item = zoho.post("Invoices", {"data": [data]}, 400)["data"][0]

    assert (item["code"], item["details"]["api_name"]) == ("MANDATORY_NOT_FOUND", missing)


def test_what_only_the_layout_asks_for_counts_when_the_layout_is_named(zoho: Zoho) -> None:
    layout = zoho.get("settings/layouts", module="Invoices")["layouts"][0]["id"]
    data = {"Subject": "August", "Invoiced_Items": [line(zoho)], "Layout": {"id": layout}}
    item = zoho.post("Invoices", {"data": [data]}, 400)["data"][0]

    assert item["details"]["api_name"] == "Account_Name"
    assert invoice(zoho, line(zoho))["Account_Name"] is None


def test_quantity_and_price_come_from_nothing_and_the_product(zoho: Zoho) -> None:
    made = invoice(zoho, {"Product_Name": {"id": product(zoho)["id"]}})
    row = made["Invoiced_Items"][0]

    assert (row["Quantity"], row["List_Price"]) == (1, product(zoho)["Unit_Price"])
    zoho.sandbox.switches.set(list_price_fallback=False)
    other = invoice(zoho, {"Product_Name": {"id": product(zoho)["id"]}})
    assert other["Grand_Total"] == 0


def test_totals_follow_from_lines_discounts_taxes_and_adjustment(zoho: Zoho) -> None:
    made = invoice(
        zoho,
        line(zoho, Quantity=3, List_Price=33.33, Discount="9.99", Line_Tax=[{"name": "BTW 21"}]),
        line(zoho, Quantity=1, List_Price=100, Line_Tax=[{"name": "BTW 6"}]),
        Discount=10,
        Adjustment=-0.05,
        Grand_Total=1,
    )
    first = made["Invoiced_Items"][0]

    assert (first["Total"], first["Total_After_Discount"]) == (99.99, 90.0)
    assert (first["Tax"], first["Net_Total"]) == (18.9, 108.9)
    assert first["Line_Tax"][0]["value"] == 18.9
    assert made["Sub_Total"] == 214.9
    assert made["Grand_Total"] == 204.85


def test_a_tax_on_the_whole_comes_after_the_discount(zoho: Zoho) -> None:
    taxes = {"$line_tax": [{"name": "BTW 21", "percentage": 21}]}
    made = invoice(zoho, line(zoho, Quantity=1, List_Price=110), Discount=10, **taxes)

    assert (made["Tax"], made["Grand_Total"]) == (21, 121)
    assert made["$line_tax"][0]["value"] == 21


def test_a_tax_that_the_company_does_not_have_is_refused(zoho: Zoho) -> None:
    data = {
        "Subject": "August",
        "Invoiced_Items": [line(zoho, Line_Tax=[{"name": "Exotic", "percentage": 3}])],
    }
    item = zoho.post("Invoices", {"data": [data]}, 400)["data"][0]

    assert (item["code"], item["details"]["api_name"]) == ("INVALID_DATA", "Line_Tax")


def test_the_companys_rate_counts_unless_rates_may_be_changed(zoho: Zoho) -> None:
    odd = line(zoho, Quantity=1, List_Price=100, Line_Tax=[{"name": "BTW 21", "percentage": 3}])

    assert invoice(zoho, odd)["Grand_Total"] == 121
    zoho.sandbox.company.preference["modify_tax_rates"] = True
    assert invoice(zoho, odd)["Grand_Total"] == 103


def test_invoices_are_numbered_by_zoho_and_no_number_comes_twice(zoho: Zoho) -> None:
    first = invoice(zoho, line(zoho), Invoice_Number="MINE")
    zoho.delete("Invoices", first["id"])
    second = invoice(zoho, line(zoho))

    assert int(second["Invoice_Number"]) == int(first["Invoice_Number"]) + 1


def test_orders_add_up_as_invoices_do(zoho: Zoho) -> None:
    data = {"Subject": "Order", "Ordered_Items": [line(zoho, Line_Tax=[{"name": "BTW 21"}])]}
    key = zoho.post("Sales_Orders", {"data": [data]})["data"][0]["details"]["id"]

    assert zoho.get(f"Sales_Orders/{key}")["data"][0]["Grand_Total"] == 24.2


def test_the_companys_own_invoices_add_up() -> None:
    for row in ZohoSandbox().records("Invoices"):
        nets = sum(Decimal(str(one["Net_Total"])) for one in row["Invoiced_Items"])
        assert Decimal(str(row["Sub_Total"])) == nets
        assert row["Invoiced_Items"]


def test_halves_of_a_cent_are_rounded_up() -> None:
    row = completed_line(
        {"Quantity": 1, "List_Price": "0.50", "Line_Tax": [{"name": "x", "percentage": 21}]}
    )

    assert (row["Tax"], row["Net_Total"]) == (0.11, 0.61)
    assert completed({"rows": [row]}, "rows")["Grand_Total"] == 0.61
