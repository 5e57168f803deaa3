"""Sales orders: made, numbered, changed, delivered, invoiced, and followed by two feeds."""

from typing import Any

import pytest

from exact_client.sandbox import ExactSandbox
from tests.exact_client.sandbox.caller import Caller, an_account

ORDERS, LINES = "salesorder/SalesOrders", "salesorder/SalesOrderLines"
HEADERS, SYNCED_LINES = "sync/SalesOrder/SalesOrderHeaders", "sync/SalesOrder/SalesOrderLines"
NOBODY = "00000000-0000-0000-0000-000000000001"


def an_item(sandbox: ExactSandbox, code: str = "FLEX") -> str:
    return next(str(row["ID"]) for row in sandbox.records("items") if row["Code"] == code)


def an_order(sandbox: ExactSandbox, **changes: Any) -> dict[str, Any]:
    lines = [
        {"Item": an_item(sandbox), "Quantity": 10},
        {"Item": an_item(sandbox, "MR-ATLAS"), "Quantity": 2, "UnitPrice": 50.0, "Discount": 0.1},
    ]
    return {
        "OrderedBy": an_account(sandbox),
        "YourRef": "PO-1",
        "OrderDate": "2026-10-05",
        "SalesOrderLines": lines,
        **changes,
    }


def made(exact: Caller, **changes: Any) -> dict[str, Any]:
    answer = exact.send("POST", ORDERS, an_order(exact.sandbox, **changes))
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["d"])


def at(key: str, path: str = ORDERS) -> str:
    return f"{path}(guid'{key}')"


def told(exact: Caller, key: str) -> dict[str, Any]:
    return dict(exact.get(at(key)).json()["d"])


def lines_of(exact: Caller, key: str) -> list[dict[str, Any]]:
    rows = exact.rows(LINES, filter=f"OrderID eq guid'{key}'", select="ID,LineNumber,AmountFC")
    return sorted(rows, key=lambda row: int(row["LineNumber"]))


def since(exact: Caller, path: str, version: int) -> list[dict[str, Any]]:
    return exact.rows(path, filter=f"Timestamp gt {version}L", select="OrderID,ID,Timestamp")


def newest(exact: Caller, path: str) -> int:
    return max(int(row["Timestamp"]) for row in since(exact, path, 1))


def test_an_order_is_priced_and_numbered_at_once(exact: Caller) -> None:
    order = made(exact)
    lines = order["SalesOrderLines"]["results"]

    assert (order["OrderNumber"], order["Status"], order["InvoiceStatus"]) == (1, 12, 12)
    assert [line["AmountFC"] for line in lines] == [199.9, 90.0]
    assert [line["VATAmount"] for line in lines] == [41.98, 18.9]
    assert (order["AmountFCExclVat"], order["AmountFC"]) == (289.9, 350.78)
    assert order["InvoiceTo"] == order["DeliverTo"] == order["OrderedBy"]
    assert order["DeliveryDate"] == order["OrderDate"]
    assert (made(exact)["OrderNumber"], lines[1]["OrderNumber"]) == (2, 1)


def test_a_given_vat_amount_is_kept(exact: Caller) -> None:
    line = {"Item": an_item(exact.sandbox), "Quantity": 1, "NetPrice": 100, "VATAmount": 20.99}

    assert made(exact, SalesOrderLines=[line])["AmountFC"] == 120.99


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"OrderedBy": None}, "Verplicht: Besteld door"),
        ({"DeliverTo": NOBODY}, "Ongeldige referentie: Leveren aan"),
        ({"PaymentCondition": "99"}, "Ongeldige referentie: Betalingsconditie"),
        ({"Currency": "XXX"}, "Ongeldige referentie: Valuta"),
        ({"SalesOrderLines": []}, "Verplicht: Orderregels"),
        ({"SalesOrderLines": [{"Quantity": 1}]}, "Verplicht: Artikel"),
        ({"SalesOrderLines": [{"Item": NOBODY}]}, "Ongeldige referentie: Artikel"),
    ],
)
def test_what_does_not_fit_is_refused(exact: Caller, changes: dict[str, Any], text: str) -> None:
    answer = exact.send("POST", ORDERS, an_order(exact.sandbox, **changes))

    assert answer.status_code == 500
    assert text in exact.text_of(answer)
    assert exact.sandbox.records("salesorders") == []


def test_only_a_customer_orders(exact: Caller, sandbox: ExactSandbox) -> None:
    prospect = an_account(sandbox, Status="P")
    answer = exact.send("POST", ORDERS, an_order(sandbox, OrderedBy=prospect))

    assert exact.text_of(answer) == "Ongeldig: Factuur voor (Type)"


def test_a_change_leaves_who_ordered_and_the_lines(exact: Caller, sandbox: ExactSandbox) -> None:
    order = made(exact)
    customers = [row["ID"] for row in sandbox.accounts if row["Status"] == "C"]
    other = next(key for key in customers if key != order["OrderedBy"])
    changes = {"Description": "Autumn", "OrderedBy": other}

    answer = exact.send("PUT", at(order["OrderID"]), changes)

    assert answer.status_code == 204
    after = told(exact, order["OrderID"])
    assert (after["Description"], after["OrderedBy"]) == ("Autumn", order["OrderedBy"])
    assert len(lines_of(exact, order["OrderID"])) == 2


def test_lines_have_an_address_of_their_own(exact: Caller) -> None:
    key = made(exact)["OrderID"]
    desk, room = lines_of(exact, key)
    new = {"OrderID": key, "Item": an_item(exact.sandbox, "COFFEE"), "Quantity": 2}

    assert exact.send("PUT", at(desk["ID"], LINES), {"Quantity": 5}).status_code == 204
    assert exact.send("DELETE", at(room["ID"], LINES)).status_code == 204
    assert exact.send("POST", LINES, new).status_code == 201

    assert [line["AmountFC"] for line in lines_of(exact, key)] == [99.95, 6.7]
    assert told(exact, key)["AmountFCExclVat"] == 106.65


def test_header_and_lines_are_followed_by_a_feed_each(exact: Caller) -> None:
    first, second = made(exact), made(exact)
    headers, lines = newest(exact, HEADERS), newest(exact, SYNCED_LINES)

    exact.send("PUT", at(first["OrderID"]), {"YourRef": "PO-9"})

    (row,) = since(exact, HEADERS, headers)
    assert row["OrderID"] == first["OrderID"] != row["ID"]
    assert since(exact, SYNCED_LINES, lines) == []
    desk = lines_of(exact, second["OrderID"])[0]
    headers = newest(exact, HEADERS)
    exact.send("PUT", at(desk["ID"], LINES), {"Description": "A desk at the window"})
    assert since(exact, HEADERS, headers) == []
    assert [row["ID"] for row in since(exact, SYNCED_LINES, lines)] == [desk["ID"]]


def test_an_order_that_is_invoiced_in_parts_becomes_partial_and_then_complete(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    order = made(exact)

    first = sandbox.invoice_order(order["OrderID"], 0.5)

    assert told(exact, order["OrderID"])["Status"] == 20
    sandbox.invoice_order(order["OrderID"], 0.5)
    assert told(exact, order["OrderID"])["Status"] == 21
    lines = exact.rows(
        "salesinvoice/SalesInvoiceLines",
        filter=f"InvoiceID eq guid'{first['InvoiceID']}'",
        select="SalesOrder,SalesOrderNumber,Quantity",
    )
    assert {line["SalesOrder"] for line in lines} == {order["OrderID"]}
    assert sorted(line["Quantity"] for line in lines) == [1.0, 5.0]


@pytest.mark.parametrize("how", ["invoice_order", "cancel_order"])
def test_an_order_that_is_done_changes_no_more(exact: Caller, how: str) -> None:
    order = made(exact)
    getattr(exact.sandbox, how)(order["OrderID"])

    assert exact.send("PUT", at(order["OrderID"]), {"YourRef": "x"}).status_code == 500
    line = lines_of(exact, order["OrderID"])[0]
    assert exact.send("PUT", at(line["ID"], LINES), {"Quantity": 1}).status_code == 500


def test_a_deleted_order_is_told_with_its_lines(exact: Caller) -> None:
    order = made(exact)
    (header,) = since(exact, HEADERS, 1)
    lines = {line["ID"] for line in lines_of(exact, order["OrderID"])}

    assert exact.send("DELETE", at(order["OrderID"])).status_code == 204

    gone = {(row["EntityType"], row["EntityKey"]) for row in exact.rows("sync/Deleted")}
    assert gone == {(32, header["ID"]), *((33, key) for key in lines)}
    assert exact.get(at(order["OrderID"])).status_code == 404


def test_who_has_an_order_or_is_on_one_is_not_deleted(exact: Caller) -> None:
    order = made(exact)
    account = exact.send("DELETE", f"crm/Accounts(guid'{order['OrderedBy']}')")
    item = exact.send("DELETE", f"logistics/Items(guid'{an_item(exact.sandbox)}')")

    assert (account.status_code, item.status_code) == (500, 500)


def test_orders_have_a_scope_of_their_own(exact: Caller, sandbox: ExactSandbox) -> None:
    sandbox.switches.set(scopes={"sales.orders": "read"})

    assert exact.get(ORDERS, select="OrderID").status_code == 200
    assert exact.send("POST", ORDERS, an_order(sandbox)).status_code == 403
