"""Invoices cross with their lines, to the cent, and no line is ever added twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from sync.models import ExactRecord, ModuleSync, Pair, TaxMapping, ZohoRecord, ZohoSync
from sync.services.zoho.merging import merging
from sync.services.zoho.merging.weighing import Scales
from sync.services.zoho.reading import reading_zoho
from sync.services.zoho.writing import writing_zoho
from sync.services.zoho.writing.making import Making
from tests.sync.services.zoho.pairs import a_pair, an_exact, give_our_field
from zoho_client.client import ZohoClient
from zoho_client.sandbox import ZohoSandbox

DESK = {
    "ID": "1",
    "LineNumber": 1,
    "Item": None,
    "Description": "Desk",
    "Quantity": "2",
    "UnitPrice": "50",
    "AmountFC": "100.00",
    "VATPercentage": "0.21",
}
COFFEE = {**DESK, "ID": "2", "LineNumber": 2, "Description": "Coffee", "Quantity": "3"}
COFFEE |= {"UnitPrice": "3.35", "AmountFC": "10.05"}
BOTH = {"AmountFC": "133.16", "AmountFCExclVat": "110.05", "VATAmountFC": "23.11"}


@pytest.fixture
def ready(sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime) -> ZohoSync:
    """A tie with our field in Zoho, mapped taxes, and Zoho's accounts and products copied."""
    give_our_field(sync, zoho, zoho_sandbox)
    TaxMapping.objects.create(sync=sync, label="BTW 21", percentage=21, vat_code="4")
    reading_zoho.read(sync, zoho, now=now)
    return sync


def an_account_pair(sync: ZohoSync) -> Pair:
    return a_pair(an_exact(sync), ZohoRecord.objects.filter(module="Accounts")[0], base={})


def an_invoice(sync: ZohoSync, lines: list[dict[str, Any]], **values: Any) -> ExactRecord:
    account = an_account_pair(sync).exact
    told = {"Description": "Rent", "OrderedBy": account.key, "Status": 20, **BOTH, **values}
    return an_exact(sync, "Invoices", account_key=account.key, Lines=lines, **told)


def row_of(stand_in: ZohoSandbox, record: ExactRecord) -> dict[str, Any]:
    pair = Pair.objects.get(exact=record)
    found = stand_in.store.get("Invoices", pair.zoho.key)
    assert found is not None
    return found


def lines_of(stand_in: ZohoSandbox, record: ExactRecord) -> list[tuple[str, float]]:
    rows = row_of(stand_in, record)["Invoiced_Items"]
    return [(row["Description"], float(row["Total"])) for row in rows]


def test_an_invoice_of_exact_has_the_same_lines_total_and_status_in_zoho(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    record = an_invoice(ready, [DESK, COFFEE])

    writing_zoho.write(ready, zoho, now=now)

    row = row_of(zoho_sandbox, record)
    assert lines_of(zoho_sandbox, record) == [("Desk", 100.0), ("Coffee", 10.05)]
    assert (float(row["Grand_Total"]), row["Status"]) == (133.16, "Open")
    assert Pair.objects.get(exact=record).state == "equal"


def test_lines_without_a_product_go_to_one_catch_all_that_is_made_once(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    record = an_invoice(ready, [DESK, COFFEE])

    writing_zoho.write(ready, zoho, now=now)

    ready.refresh_from_db()
    rows = row_of(zoho_sandbox, record)["Invoiced_Items"]
    assert {row["Product_Name"]["id"] for row in rows} == {ready.catch_all_product}
    names = [row["Product_Name"] for row in zoho_sandbox.store.rows("Products")]
    assert names.count("Exactlink: other lines") == 1


def test_a_line_names_the_product_of_its_item(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    item = a_pair(
        an_exact(ready, "Products"), ZohoRecord.objects.filter(module="Products")[0], base={}
    )
    record = an_invoice(ready, [{**DESK, "Item": item.exact.key}], AmountFC="121.00",
                        AmountFCExclVat="100.00", VATAmountFC="21.00")  # fmt: skip

    writing_zoho.write(ready, zoho, now=now)

    (row,) = row_of(zoho_sandbox, record)["Invoiced_Items"]
    assert row["Product_Name"]["id"] == item.zoho.key


@pytest.mark.parametrize("times", [1, 2])
def test_a_lost_answer_adds_no_line_twice(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime, times: int
) -> None:
    record = an_invoice(ready, [DESK, COFFEE])
    path = "/crm/v8/Invoices"
    zoho_sandbox.fault("lose_answer_after", path=path, method="POST", times=1)

    for _ in range(times):
        writing_zoho.write(ready, zoho, now=now)

    record.refresh_from_db()
    made = [row for row in zoho_sandbox.store.rows("Invoices") if row["Subject"] == "Rent"]
    assert (len(made), len(made[0]["Invoiced_Items"])) == (1, 2)
    assert record.standing == "crosses"  # the next reading pairs the two


def test_changed_lines_are_changed_where_they_are(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    record = an_invoice(ready, [DESK, COFFEE])
    writing_zoho.write(ready, zoho, now=now)
    before = [row["id"] for row in row_of(zoho_sandbox, record)["Invoiced_Items"]]
    desk = {**DESK, "UnitPrice": "60", "AmountFC": "120.00"}
    told = {"Lines": [desk, COFFEE], "AmountFC": "157.36", "AmountFCExclVat": "130.05",
            "VATAmountFC": "27.31"}  # fmt: skip
    record.values |= told
    record.save()
    Pair.objects.update(is_dirty=True)
    merging.merge(ready, now=now)

    writing_zoho.write(ready, zoho, now=now)

    rows = row_of(zoho_sandbox, record)["Invoiced_Items"]
    assert [row["id"] for row in rows] == before
    assert lines_of(zoho_sandbox, record) == [("Desk", 120.0), ("Coffee", 10.05)]
    assert Pair.objects.get(exact=record).state == "equal"


def test_a_second_writing_tells_nothing(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    an_invoice(ready, [DESK, COFFEE])
    writing_zoho.write(ready, zoho, now=now)
    merging.merge(ready, now=now)
    settled = writing_zoho.write(ready, zoho, now=now)  # our id, on the account
    before = len(zoho_sandbox.calls)

    assert settled.made == 0
    assert writing_zoho.write(ready, zoho, now=now).done == 0
    assert len(zoho_sandbox.calls) == before


def test_a_payment_in_exact_changes_the_status_in_zoho(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    record = an_invoice(ready, [DESK, COFFEE], Status=50)
    writing_zoho.write(ready, zoho, now=now)
    assert row_of(zoho_sandbox, record)["Status"] == "Printed"
    record.values |= {"Paid": "133.16"}
    record.save()
    Pair.objects.update(is_dirty=True)
    merging.merge(ready, now=now)

    writing_zoho.write(ready, zoho, now=now)

    assert row_of(zoho_sandbox, record)["Status"] == "Paid"


def test_an_invoice_whose_lines_do_not_add_up_needs_a_person(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    record = an_invoice(ready, [DESK], AmountFCExclVat="99.00")

    writing_zoho.write(ready, zoho, now=now)

    record.refresh_from_db()
    assert (record.standing, record.problem) == ("blocked", "lines")
    assert "99.00" in record.reason
    assert not Pair.objects.filter(exact=record).exists()


def test_a_total_that_somebody_changed_in_zoho_is_told(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    record = an_invoice(ready, [DESK, COFFEE])
    writing_zoho.write(ready, zoho, now=now)
    copy = Pair.objects.get(exact=record).zoho
    copy.values |= {"Grand_Total": "140.00"}
    copy.save()
    Pair.objects.update(is_dirty=True)

    merging.merge(ready, now=now)

    pair = Pair.objects.get(exact=record)
    assert (pair.state, pair.problem) == ("blocked", "totals")
    assert "133.16" in pair.reason
    assert "140.00" in pair.reason


# --- From Zoho to Exact.


def zohos(sync: ZohoSync) -> ZohoRecord:
    """Return an invoice of Zoho whose account and products are all paired."""
    record = ZohoRecord.objects.filter(module="Invoices").exclude(values__Invoiced_Items=[])[0]
    account = ZohoRecord.objects.get(key=record.account_key)
    a_pair(an_exact(sync), account, base={})
    products = {row["Product_Name"]["id"] for row in record.values["Invoiced_Items"]}
    for product in ZohoRecord.objects.filter(key__in=products):
        a_pair(an_exact(sync, "Products"), product, base={})
    for label in {
        tax["name"]: tax for row in record.values["Invoiced_Items"] for tax in row["Line_Tax"] or ()
    }.values():
        TaxMapping.objects.get_or_create(
            sync=sync,
            label=label["name"],
            defaults={"percentage": label["percentage"], "vat_code": "4"},
        )
    return record


def order_of(sync: ZohoSync, record: ZohoRecord) -> Any:
    division = sync.division
    assert division is not None
    making = Making(division, Scales.of(ModuleSync.objects.get(sync=sync, module="Invoices")))
    return making.order(record, making.ties_among([record]))


def test_an_invoice_of_zoho_becomes_a_sales_invoice_of_the_same_total(ready: ZohoSync) -> None:
    record = zohos(ready)

    order = order_of(ready, record)

    payload = order.payload("ZF123")
    assert str(order.amount) == f"{float(record.values['Grand_Total']):.2f}"
    assert payload["YourRef"] == "ZF123"
    assert len(payload["SalesInvoiceLines"]) == len(record.values["Invoiced_Items"])
    assert payload["OrderedBy"] == Pair.objects.get(zoho__key=record.account_key).exact.key


def test_a_line_whose_product_is_not_paired_keeps_the_invoice_back_and_says_so(
    ready: ZohoSync,
) -> None:
    record = zohos(ready)
    Pair.objects.filter(module="Products").delete()

    assert order_of(ready, record) is None

    record.refresh_from_db()
    assert (record.standing, record.problem) == ("blocked", "lines")
    assert "pair it" in record.reason
