"""Items and their prices: made, changed, deleted, and what an item costs today."""

from typing import Any

import pytest

from exact_client.sandbox import ExactSandbox
from tests.exact_client.sandbox.caller import DIVISION, Caller, an_account

WHOLE = {"Prefer": "return=representation"}
ITEMS, PRICES = "logistics/Items", "logistics/SalesItemPrices"


def made(exact: Caller, **properties: Any) -> dict[str, Any]:
    item = {"Code": "NEW", "Description": "Something new", **properties}
    answer = exact.send("POST", ITEMS, item, **WHOLE)
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["d"])


def at(key: str) -> str:
    return f"{ITEMS}(guid'{key}')"


def priced(exact: Caller, item: str, price: float, **properties: Any) -> dict[str, Any]:
    asked = {"Item": item, "Price": price, **properties}
    answer = exact.send("POST", PRICES, asked, **WHOLE)
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["d"])


def price(exact: Caller, item: str) -> float | None:
    found: float | None = exact.get(at(item)).json()["d"]["StandardSalesPrice"]
    return found


def test_a_create_tells_the_key_and_hardly_anything_else(exact: Caller) -> None:
    answer = exact.send("POST", ITEMS, {"Code": "X", "Description": "x"}).json()["d"]

    assert answer["Code"] is answer["Unit"] is answer["ItemGroup"] is None
    assert answer["ID"]


def test_an_item_takes_the_usual_unit_group_and_revenue_account(exact: Caller) -> None:
    item = made(exact)

    assert item["Unit"] == "pc      "
    assert (item["ItemGroupCode"], item["GLRevenueCode"]) == ("GENERAL", "700000")
    assert (item["IsStockItem"], item["IsSalesItem"], item["SecurityLevel"]) == (True, False, 10)
    assert item["StandardSalesPrice"] is None


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"Code": None}, "Verplicht: Code"),
        ({"Description": " "}, "Verplicht: Omschrijving"),
        ({"Unit": "furlong"}, "Ongeldige referentie: Eenheid"),
        (
            {"ItemGroup": "00000000-0000-0000-0000-000000000001"},
            "Ongeldige referentie: Artikelgroep",
        ),
        ({"SalesVatCode": "99"}, "Ongeldige referentie: Btw-code"),
        ({"Code": "FLEX"}, "Gegeven bestaat reeds."),
        ({"Code": "flex "}, "Gegeven bestaat reeds."),
    ],
)
def test_what_does_not_fit_is_refused(exact: Caller, changes: dict[str, Any], text: str) -> None:
    answer = exact.send("POST", ITEMS, {"Code": "NEW", "Description": "x", **changes})

    assert (answer.status_code, exact.text_of(answer)) == (500, text)


def test_a_code_in_a_change_is_refused(exact: Caller) -> None:
    item = made(exact)
    answer = exact.send("PUT", at(item["ID"]), {"Code": "NEW"})

    assert (answer.status_code, exact.text_of(answer)) == (500, "Gegeven bestaat reeds.")


def test_a_long_description_is_cut(exact: Caller) -> None:
    assert made(exact, Description="x" * 70)["Description"] == "x" * 60


def test_a_price_is_read_only_on_the_item(exact: Caller) -> None:
    item = made(exact, StandardSalesPrice=5.0)
    exact.send("PUT", at(item["ID"]), {"StandardSalesPrice": 6.0, "Description": "Changed"})

    assert price(exact, item["ID"]) is None


def test_the_newest_price_that_holds_today_is_the_standard_one(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    item = made(exact)["ID"]
    priced(exact, item, 10.0, StartDate="2025-01-01")
    priced(exact, item, 12.0, StartDate="2025-06-01")
    priced(exact, item, 9.0, StartDate="2024-01-01")
    priced(exact, item, 1.0, Account=an_account(sandbox))
    priced(exact, item, 2.0, Quantity=100)
    priced(exact, item, 99.0, StartDate="2035-01-01")

    assert price(exact, item) == 12.0


def test_a_price_that_is_changed_or_taken_back_is_followed(exact: Caller) -> None:
    item = made(exact)["ID"]
    before = priced(exact, item, 10.0, StartDate="2025-01-01")
    row = priced(exact, item, 12.0)
    where = f"{PRICES}(guid'{row['ID']}')"

    assert (row["ItemCode"], row["Unit"], row["Currency"]) == ("NEW", "pc", "EUR")
    assert exact.send("PUT", where, {"Price": 13.0}).status_code == 204
    assert price(exact, item) == 13.0
    exact.send("DELETE", where)
    assert price(exact, item) == 10.0
    gone = exact.rows("sync/Deleted", filter="Timestamp gt 1L and EntityType eq 8")
    assert [entry["EntityKey"] for entry in gone] == [row["ID"]]
    synced = exact.rows("sync/Logistics/SalesItemPrices", filter="Timestamp gt 1L")
    assert [entry["Price"] for entry in synced if entry["ID"] == before["ID"]] == [10.0]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"Item": None}, "Verplicht: Artikel"),
        ({"Item": "00000000-0000-0000-0000-000000000001"}, "Ongeldige referentie: Artikel"),
        ({"Price": None}, "Verplicht: Prijs"),
        ({"Currency": "XXX"}, "Ongeldige referentie: Valuta"),
        ({"Unit": "furlong"}, "Ongeldige referentie: Eenheid"),
        ({"Account": "00000000-0000-0000-0000-000000000001"}, "Ongeldige referentie: Relatie"),
    ],
)
def test_a_price_that_does_not_fit_is_refused(
    exact: Caller, changes: dict[str, Any], text: str
) -> None:
    item = made(exact)["ID"]
    answer = exact.send("POST", PRICES, {"Item": item, "Price": 1.0, **changes})

    assert (answer.status_code, exact.text_of(answer)) == (500, text)


def test_the_feed_of_items_tells_no_price(exact: Caller) -> None:
    wanted = {"filter": "Timestamp gt 1L"}

    assert "StandardSalesPrice" not in exact.rows("sync/Logistics/Items", **wanted)[0]
    for wrong in ("StandardSalesPrice", "*"):
        assert exact.get("sync/Logistics/Items", select=wrong, **wanted).status_code == 400


def test_a_changed_price_does_not_move_its_item_in_the_feed(exact: Caller) -> None:
    item = made(exact)["ID"]
    rows = exact.rows("sync/Logistics/Items", filter="Timestamp gt 1L", select="ID,Timestamp")
    last = max(int(row["Timestamp"]) for row in rows)
    priced(exact, item, 5.0)

    assert exact.rows("sync/Logistics/Items", filter=f"Timestamp gt {last}L", select="ID") == []


def test_an_item_goes_with_its_prices(exact: Caller) -> None:
    item = made(exact)["ID"]
    row = priced(exact, item, 5.0)
    assert exact.send("DELETE", at(item)).status_code == 204

    gone = exact.rows("sync/Deleted", filter="Timestamp gt 1L")
    assert {(entry["EntityKey"], entry["EntityType"]) for entry in gone} == {
        (row["ID"], 8),
        (item, 9),
    }


def test_groups_and_units_are_read_and_never_written(exact: Caller) -> None:
    assert [row["Code"] for row in exact.rows("logistics/Units", filter="Main eq 1")] == ["pc"]
    assert len(exact.rows("logistics/ItemGroups", filter="IsDefault eq 1")) == 1
    for path in ("logistics/Units", "logistics/ItemGroups"):
        assert exact.send("POST", path, {"Code": "x"}).status_code == 405


def test_the_company_sells_what_its_invoices_are_about(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    items = {row["Code"]: row for row in sandbox.records("items", DIVISION)}

    assert len(items) == 36
    assert {"FLEX", "OFFICE-2.14", "MR-ATLAS", "COFFEE", "PARKING", "VIRTUAL"} <= items.keys()
    assert price(exact, items["FLEX"]["ID"]) == 19.99


def test_items_are_behind_a_scope_of_their_own(exact: Caller, sandbox: ExactSandbox) -> None:
    sandbox.switches.set(scopes={"logistics.items": "none"})
    answer = exact.get(ITEMS, top=1)

    assert (answer.status_code, exact.text_of(answer)) == (
        403,
        "Forbidden - Application Scope Violated. Cannot read 'logistics.items' scope.",
    )
