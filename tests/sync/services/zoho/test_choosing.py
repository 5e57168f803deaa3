"""Who crosses: the truth table of the switches, what is missing, and what comes later."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sync.models import ExactRecord, FieldMapping, ModuleSync, TaxMapping, ZohoRecord
from sync.rules.zoho.field_rules import Side
from sync.services.zoho.pairing import choosing
from tests.build import NOW
from tests.sync.services.zoho.build import (
    a_candidate,
    a_pair,
    a_sync,
    a_zoho_record,
    an_exact_record,
)

pytestmark = pytest.mark.django_db
Record = ExactRecord | ZohoRecord

PRODUCT = {
    "Product_Code": "FLEX",
    "Product_Name": "Desk",
    "Unit_Price": "19.99",
    "Usage_Unit": "Each",
    "Tax": [{"id": "1", "value": "BTW 21 - 21.0 %"}],
}


def switched_off(*modules: str) -> None:
    a_sync()
    rows = ModuleSync.objects.filter(module__in=modules) if modules else ModuleSync.objects.all()
    rows.update(is_on=False)


def chosen(record: Record) -> tuple[str, str]:
    choosing.choose(a_sync(), now=NOW)
    record.refresh_from_db()
    return record.standing, record.reason


def a_zoho_account(**values: Any) -> ZohoRecord:
    return a_zoho_record(values={"Account_Name": "Moerman"}, **values)


def a_zoho_contact(account: str = "", **values: Any) -> ZohoRecord:
    held = {"First_Name": "Lotte", "Last_Name": "Bos", "Account_Name": {"id": account}, **values}
    return a_zoho_record("Contacts", account_key=account, values=held)


def a_zoho_invoice(account: str, **values: Any) -> ZohoRecord:
    held = {
        "Subject": "October",
        "Status": "Open",
        "Due_Date": "2026-11-30",
        "Account_Name": {"id": account},
        "Invoiced_Items": [{"id": "1", "Product_Name": {"id": "77"}, "Quantity": 1}],
        **values,
    }
    return a_zoho_record("Invoices", account_key=account, values=held)


def test_a_new_record_crosses_when_its_module_is_switched_on() -> None:
    assert chosen(a_zoho_account()) == ("crosses", "The switch is on: every new account crosses.")


def test_an_account_without_documents_stays_while_the_switch_is_off() -> None:
    switched_off()

    standing, reason = chosen(a_zoho_account())

    assert standing == "stays"
    assert reason == "The switch is off, and this account has no related invoice or order."


def test_an_account_crosses_with_an_invoice_that_crosses_by_itself() -> None:
    switched_off("Accounts")
    account = a_zoho_account()
    invoice = a_zoho_invoice(account.key)

    assert chosen(account)[0] == "crosses"
    assert chosen(invoice)[0] == "crosses"


def test_an_invoice_that_is_kept_out_brings_no_account_with_it() -> None:
    switched_off("Accounts")
    account = a_zoho_account()
    a_zoho_invoice(account.key, Status="no sync")

    assert chosen(account)[0] == "stays"


def test_what_stays_crosses_once_its_related_record_came() -> None:
    switched_off()
    account = a_pair().zoho.key
    contact = a_zoho_contact(account)
    assert chosen(contact)[0] == "stays"

    a_zoho_invoice(account)

    assert chosen(contact)[0] == "crosses"


@pytest.mark.parametrize(
    ("is_on", "account", "expected"),
    [
        (True, "paired", "crosses"),
        (True, "alone", "stays"),
        (True, "", "blocked"),
        (False, "paired", "stays"),
        (False, "invoiced", "crosses"),
        (False, "alone", "stays"),
        (False, "", "stays"),
    ],
)
def test_a_contact_follows_its_account(is_on: bool, account: str, expected: str) -> None:  # noqa: FBT001 - a row of the table
    switched_off("Accounts", *([] if is_on else ["Contacts"]))
    invoiced = a_pair().zoho.key
    a_zoho_invoice(invoiced)
    keys = {
        "paired": a_pair().zoho.key,
        "invoiced": invoiced,
        "alone": a_zoho_account().key,
        "": "",
    }

    assert chosen(a_zoho_contact(keys[account]))[0] == expected


@pytest.mark.parametrize(("status", "expected"), [("C", "crosses"), ("S", "stays")])
def test_a_contact_of_exact_waits_for_its_account(status: str, expected: str) -> None:
    account = an_exact_record(values={"Name": "Moerman", "Status": status})
    values = {"LastName": "Bos", "Account": account.key}

    contact = an_exact_record("Contacts", account_key=account.key, values=values)

    assert chosen(contact)[0] == expected


def test_a_contact_without_a_first_name_needs_a_person() -> None:
    contact = a_zoho_contact(a_pair().zoho.key, First_Name=None)

    standing, reason = chosen(contact)

    assert standing == "blocked"
    assert "Exact demands a first name" in reason
    assert "Fill “First Name” in Zoho" in reason
    assert contact.problem == "First_Name"


def test_a_default_of_a_mapping_lets_it_cross() -> None:
    contact = a_zoho_contact(a_pair().zoho.key, First_Name=None)
    FieldMapping.objects.filter(exact_field="FirstName").update(default="-")

    assert chosen(contact)[0] == "crosses"


@pytest.mark.parametrize("status", ["no sync", "Paid", ""])
def test_an_invoice_is_kept_out_by_its_status(status: str) -> None:
    standing, reason = chosen(a_zoho_invoice(a_pair().zoho.key, Status=status))

    assert standing == "stays"
    assert reason.startswith("Kept out")
    assert status in reason


def test_a_product_needs_a_vat_code_of_exact_for_its_tax() -> None:
    product = a_zoho_record("Products", values=PRODUCT)
    standing, reason = chosen(product)
    assert standing == "blocked"
    assert reason == ("Its tax “BTW 21 - 21.0 %” has no VAT code of Exact. Choose one under Taxes.")

    TaxMapping.objects.create(sync=a_sync(), label="BTW 21", percentage=21, vat_code="4")

    assert chosen(product)[0] == "crosses"


def test_a_product_lacks_several_things_at_once() -> None:
    product = a_zoho_record("Products", values={"Product_Name": "Desk"})

    _, reason = chosen(product)

    assert len(reason.splitlines()) == 4  # code, price, unit, tax


def test_a_product_crosses_with_an_invoice_that_sells_it() -> None:
    switched_off("Products")
    TaxMapping.objects.create(sync=a_sync(), label="BTW 21", percentage=21, vat_code="4")
    product = a_zoho_record("Products", key="77", values=PRODUCT)
    assert chosen(product)[0] == "stays"

    a_zoho_invoice(a_pair().zoho.key)

    assert chosen(product)[0] == "crosses"


@pytest.mark.parametrize(
    ("status", "word"), [("S", "a suspect"), ("P", "a prospect"), ("A", "without a status")]
)
def test_an_account_of_exact_that_is_no_customer_stays(status: str, word: str) -> None:
    standing, reason = chosen(an_exact_record(values={"Name": "Moerman", "Status": status}))

    assert standing == "stays"
    assert word in reason


def test_a_supplier_stays_until_an_invoice_of_it_crosses() -> None:
    values = {"Name": "Moerman", "Status": "A", "IsSupplier": True}
    supplier = an_exact_record(values=values)
    assert chosen(supplier) == (
        "stays",
        "It is a supplier in Exact, not a customer. Make it one there, or map its status,"
        " and it crosses.",
    )

    an_exact_record("Invoices", account_key=supplier.key, values={"Lines": [{"ID": "1"}]})

    assert chosen(supplier)[0] == "crosses"


def test_a_person_may_call_a_record_new_and_the_switch_no_longer_counts() -> None:
    switched_off()
    account = a_zoho_account(called_new_at=NOW)

    assert chosen(account) == ("crosses", "Somebody said that the other side does not have it.")


def test_what_waits_for_a_person_or_was_refused_is_left_alone() -> None:
    candidate = a_candidate()
    refused = a_zoho_account(standing="refused", reason="Exact said no.")

    assert chosen(candidate.zoho)[0] == "review"
    assert chosen(refused) == ("refused", "Exact said no.")
    assert chosen(a_pair().zoho)[0] == "paired"


def test_the_page_tells_who_falls_in_and_out_before_the_switch_is_turned() -> None:
    switched_off()
    for _ in range(25):
        a_zoho_account()
    with_orders = a_zoho_account()
    a_pair(
        an_exact_record("Sales_Orders"),
        a_zoho_record("Sales_Orders", account_key=with_orders.key),
    )
    an_exact_record(values={"Name": "Suspect", "Status": "S"})

    off = choosing.who_falls(a_sync(), "Accounts", is_on=False)
    on = choosing.who_falls(a_sync(), "Accounts", is_on=True)

    assert (off[Side.ZOHO].comes_in, off[Side.ZOHO].stays_out, off[Side.ZOHO].changes) == (1, 25, 0)
    assert (on[Side.ZOHO].comes_in, on[Side.ZOHO].stays_out, on[Side.ZOHO].changes) == (26, 0, 25)
    assert on[Side.EXACT].stays_out == 1
    assert len(off[Side.ZOHO].samples_out) == 20
    assert off[Side.ZOHO].samples_in == [
        (str(with_orders), "The switch is off, but a related order is synchronised.")
    ]
    assert not ZohoRecord.objects.exclude(standing__in=["new", "paired"]).exists()


def test_the_queries_do_not_grow_with_the_records() -> None:
    def queries(records: int) -> tuple[int, int]:
        for _ in range(records):
            account = a_zoho_account()
            a_zoho_contact(account.key)
            a_zoho_invoice(account.key)
        with CaptureQueriesContext(connection) as looking:
            choosing.who_falls(a_sync(), "Accounts", is_on=False)
        with CaptureQueriesContext(connection) as choosing_:
            choosing.choose(a_sync(), now=NOW)
        return len(looking), len(choosing_)

    assert queries(2) == queries(20)
