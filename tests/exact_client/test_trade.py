"""Contacts, items, prices, invoices and subscriptions, against the stand-in."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from exact_client.client import ExactClient
from exact_client.errors import (
    ExactDisconnectedError,
    ExactRefusedError,
    ExactUncertainError,
)
from exact_client.records import DeletedRecord
from exact_client.sandbox import ExactSandbox
from exact_client.trade_records import (
    SalesInvoiceRecord,
    SalesOrderRecord,
    SyncedSalesInvoiceLineRecord,
    SyncedSalesInvoiceRecord,
)


def a_customer(exact: ExactClient) -> UUID:
    return next(row.id for row in exact.accounts_changed_since(1) if row.status == "C")


def an_invoice(exact: ExactClient, your_ref: str = "SO-1") -> dict[str, Any]:
    item = exact.items_with_code("FLEX")[0]
    return {
        "OrderedBy": a_customer(exact),
        "YourRef": your_ref,
        "InvoiceDate": date(2026, 10, 5),
        "SalesInvoiceLines": [
            {"Item": item.id, "Quantity": Decimal(10), "NetPrice": Decimal("19.99")}
        ],
    }


def test_a_contact_is_made_changed_and_found_at_its_account(exact: ExactClient) -> None:
    account = a_customer(exact)
    newest = max(row.timestamp for row in exact.contacts_changed_since(1))
    made = exact.create_contact({"Account": account, "FirstName": "Zoë", "LastName": "O'Hara"})

    exact.update_contact(made.id, {"Email": "zoe@ohara.example"})

    assert made.full_name == "Zoë O'Hara"
    assert made.id in [row.id for row in exact.contacts_of(account)]
    (changed,) = exact.contacts_changed_since(newest)
    assert (changed.id, changed.email) == (made.id, "zoe@ohara.example")
    assert exact.contact(made.id) is not None
    assert exact.contact(uuid4()) is None


def test_every_contact_arrives_once_in_one_page(exact: ExactClient, sandbox: ExactSandbox) -> None:
    before = len(sandbox.calls)

    contacts = list(exact.contacts_changed_since(1))

    assert len({row.id for row in contacts}) == sandbox.count("contacts")
    assert len(sandbox.calls) - before == 1


def test_a_lost_contact_is_looked_for_at_its_account(
    exact: ExactClient, sandbox: ExactSandbox
) -> None:
    account = a_customer(exact)
    before = len(exact.contacts_of(account))
    sandbox.fault("lose_answer_after", method="POST", path="Contacts")

    with pytest.raises(ExactUncertainError):
        exact.create_contact({"Account": account, "LastName": "Lost"})

    assert [row.last_name for row in exact.contacts_of(account)].count("Lost") == 1
    assert len(exact.contacts_of(account)) == before + 1


def test_an_item_is_made_changed_and_found_by_its_code(exact: ExactClient) -> None:
    newest = max(row.timestamp for row in exact.items_changed_since(1))
    made = exact.create_item({"Code": "NEW 1", "Description": "New", "Unit": "hour"})

    exact.update_item(made.id, {"Description": "Newer"})

    assert (made.unit, made.is_sales_item, made.standard_sales_price) == ("hour", False, None)
    assert [row.description for row in exact.items_with_code("NEW 1")] == ["Newer"]
    assert [row.id for row in exact.items_changed_since(newest)] == [made.id]
    assert exact.items_with_code("never used") == []
    with pytest.raises(ValueError, match="Code"):
        exact.update_item(made.id, {"Code": "NEW 1"})
    with pytest.raises(ExactRefusedError):
        exact.create_item({"Code": "new 1", "Description": "Twin"})


def test_a_price_is_set_once_for_a_day(exact: ExactClient) -> None:
    made = exact.create_item({"Code": "NEW", "Description": "New"})
    newest = max(row.timestamp for row in exact.item_prices_changed_since(1))

    for price in ("10.00", "12.50", "12.50"):
        exact.set_sales_price(made.id, Decimal(price), start=date(2026, 1, 1))

    assert [row.price for row in exact.prices_of(made.id)] == [Decimal("12.50")]
    (synced,) = exact.item_prices_changed_since(newest)
    assert (synced.item, synced.price) == (made.id, Decimal("12.50"))
    item = exact.item(made.id)
    assert item is not None
    assert item.standard_sales_price == Decimal("12.50")


def test_a_later_price_stands_beside_the_earlier_one(exact: ExactClient) -> None:
    made = exact.create_item({"Code": "NEW", "Description": "New"})

    exact.set_sales_price(made.id, Decimal(10), start=date(2025, 1, 1))
    exact.set_sales_price(made.id, Decimal(11), start=date(2026, 1, 1))

    assert sorted(row.price or 0 for row in exact.prices_of(made.id)) == [10, 11]


def test_groups_and_units_are_read(exact: ExactClient) -> None:
    assert [row.code for row in exact.item_groups() if row.is_default] == ["GENERAL"]
    assert [row.code for row in exact.units() if row.main] == ["pc"]
    assert [row.code for row in exact.units() if not row.active] == ["box"]


def test_an_invoice_is_made_found_printed_and_read(exact: ExactClient) -> None:
    made = exact.create_sales_invoice(an_invoice(exact, "ZF'1 & é"))
    assert (made.invoice_number, made.status) == (None, SalesInvoiceRecord.OPEN)
    exact.update_sales_invoice(made.invoice_id, {"Description": "October"})

    outcome = exact.print_sales_invoice(made.invoice_id, {"SendEmailToCustomer": False})

    assert outcome.document is not None
    (found,) = exact.sales_invoices_with_reference("ZF'1 & é")
    assert found == exact.sales_invoice(made.invoice_id)
    assert (found.invoice_number, found.status) == (26700001, SalesInvoiceRecord.PROCESSED)
    assert (found.invoice_date, found.description) == (date(2026, 10, 5), "October")
    assert (found.amount_fc_excl_vat, found.amount_fc) == (Decimal("199.9"), Decimal("241.88"))
    (line,) = exact.sales_invoice_lines(made.invoice_id)
    assert (line.item_code, line.quantity, line.net_price) == (
        "FLEX",
        Decimal(10),
        Decimal("19.99"),
    )
    (entry,) = exact.sales_entries_with_reference("ZF'1 & é")
    assert entry.entry_number == found.invoice_number


def test_what_is_printed_can_not_be_changed(exact: ExactClient) -> None:
    made = exact.create_sales_invoice(an_invoice(exact))
    exact.print_sales_invoice(made.invoice_id)

    with pytest.raises(ExactRefusedError):
        exact.update_sales_invoice(made.invoice_id, {"YourRef": "x"})
    with pytest.raises(ValueError, match="lines"):
        exact.update_sales_invoice(made.invoice_id, {"SalesInvoiceLines": []})


def test_a_lost_print_is_seen_by_the_status(exact: ExactClient, sandbox: ExactSandbox) -> None:
    made = exact.create_sales_invoice(an_invoice(exact))
    sandbox.fault("lose_answer_after", method="POST", path="PrintedSalesInvoices")

    with pytest.raises(ExactUncertainError):
        exact.print_sales_invoice(made.invoice_id)

    after = exact.sales_invoice(made.invoice_id)
    assert after is not None
    assert after.status == SalesInvoiceRecord.PROCESSED


def an_order(exact: ExactClient, your_ref: str = "PO-1") -> dict[str, Any]:
    item = exact.items_with_code("FLEX")[0]
    return {
        "OrderedBy": a_customer(exact),
        "YourRef": your_ref,
        "DeliveryDate": date(2026, 10, 5),
        "SalesOrderLines": [
            {"Item": item.id, "Quantity": Decimal(10), "NetPrice": Decimal("19.99")}
        ],
    }


def test_an_order_is_made_found_changed_and_followed(exact: ExactClient) -> None:
    made = exact.create_sales_order(an_order(exact, "ZF'1 & é"))
    exact.update_sales_order(made.order_id, {"Description": "Autumn"})

    (found,) = exact.sales_orders_with_reference("ZF'1 & é")

    assert found == exact.sales_order(made.order_id)
    assert (found.order_number, found.status) == (1, SalesOrderRecord.OPEN)
    assert (found.delivery_date, found.description) == (date(2026, 10, 5), "Autumn")
    assert (found.amount_fc_excl_vat, found.amount_fc) == (Decimal("199.9"), Decimal("241.88"))
    (header,) = exact.raw_changes("SalesOrders", ["AmountFC"], 1)
    (line,) = exact.raw_changes("SalesOrderLines", ["OrderID", "VATAmount"], 1)
    assert header["OrderID"] == line["OrderID"] == made.order_id
    assert isinstance(header["ID"], UUID)
    assert (header["AmountFC"], line["VATAmount"]) == (Decimal("241.88"), Decimal("41.98"))
    assert list(exact.raw_changes("SalesOrders", [], header["Timestamp"])) == []


def test_what_is_settled_of_an_order_is_refused_before_the_call(
    exact: ExactClient, sandbox: ExactSandbox
) -> None:
    before = len(sandbox.calls)

    with pytest.raises(ValueError, match="OrderedBy"):
        exact.update_sales_order(uuid4(), {"OrderedBy": uuid4()})
    with pytest.raises(ValueError, match="lines"):
        exact.update_sales_order(uuid4(), {"SalesOrderLines": []})

    assert len(sandbox.calls) == before


def test_a_lost_order_is_looked_up_by_its_reference(
    exact: ExactClient, sandbox: ExactSandbox
) -> None:
    sandbox.fault("lose_answer_after", method="POST", path="SalesOrders")

    with pytest.raises(ExactUncertainError):
        exact.create_sales_order(an_order(exact, "ZF2"))

    assert len(exact.sales_orders_with_reference("ZF2")) == 1
    assert exact.sales_orders_with_reference("ZF3") == []


def test_headers_and_lines_of_changed_invoices_come_as_what_they_are(exact: ExactClient) -> None:
    made = exact.create_sales_invoice(an_invoice(exact))

    header, line = exact.sales_invoices_changed_since(1)

    assert isinstance(header, SyncedSalesInvoiceRecord)
    assert isinstance(line, SyncedSalesInvoiceLineRecord)
    assert header.invoice_id == line.invoice_id == made.invoice_id
    assert (header.amount_fc, line.amount_fc) == (Decimal("241.88"), Decimal("199.9"))
    assert list(exact.sales_invoices_changed_since(max(header.timestamp, line.timestamp))) == []
    rows = list(exact.raw_changes("SalesInvoices", ["YourRef", "AmountFC"], 1))
    assert [(row["LineNumber"], row["AmountFC"]) for row in rows] == [
        (0, Decimal("241.88")),
        (1, Decimal("199.9")),
    ]


def test_all_deletions_come_in_one_list(exact: ExactClient, sandbox: ExactSandbox) -> None:
    contact = exact.create_contact({"Account": a_customer(exact), "LastName": "Short"})
    item = exact.create_item({"Code": "SHORT", "Description": "Short"})
    sandbox.erase("Contacts", str(contact.id))
    sandbox.erase("Items", str(item.id))

    gone = [(row.entity_key, row.entity_type) for row in exact.deletions_since(1, None)]

    assert gone == [(contact.id, DeletedRecord.CONTACT), (item.id, DeletedRecord.ITEM)]
    assert list(exact.deletions_since(1)) == []


def test_changes_are_subscribed_to_once(exact: ExactClient, sandbox: ExactSandbox) -> None:
    sandbox.webhooks.post = lambda _url, _body: 200
    hook = "http://localhost:8000/exact/webhook/"

    made = exact.subscribe("Accounts", hook)

    assert [(row.id, row.callback_url) for row in exact.webhook_subscriptions()] == [
        (made.id, hook)
    ]
    with pytest.raises(ExactRefusedError):
        exact.subscribe("Accounts", hook)
    exact.unsubscribe(made.id)
    assert list(exact.webhook_subscriptions()) == []


def test_a_callback_that_does_not_answer_is_a_refusal(
    exact: ExactClient, sandbox: ExactSandbox
) -> None:
    sandbox.webhooks.post = lambda _url, _body: 404

    with pytest.raises(ExactRefusedError) as refused:
        exact.subscribe("Accounts", "http://localhost:8000/exact/webhook/")

    assert refused.value.kind == "webhook_callback"


def test_without_the_scope_nobody_is_told(exact: ExactClient, sandbox: ExactSandbox) -> None:
    sandbox.switches.set(scopes={"organization.administration": "none"})

    with pytest.raises(ExactDisconnectedError, match=r"organization\.administration"):
        list(exact.webhook_subscriptions())
