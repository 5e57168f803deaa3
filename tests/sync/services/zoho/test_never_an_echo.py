"""A record that was made in Zoho is in Exact once, and comes back to Zoho as it was written."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from exact_client.errors import ExactError
from exact_client.sandbox import ExactSandbox
from sync.models import ModuleSync, OutboxEntry, Pair, TaxMapping, ZohoSync
from sync.services.clock import SystemClock
from sync.services.delivery import deliver
from sync.services.delivery.office import Office
from sync.services.zoho import job
from tests.sync.services.zoho.pairs import give_our_field
from zoho_client.client import ZohoClient
from zoho_client.errors import ZohoError
from zoho_client.sandbox import ZohoSandbox

CODES = {"BTW 21": (21, "4"), "BTW 12": (12, "3"), "BTW 6": (6, "2"), "BTW 0": (0, "1")}
LONG = "A desk beside the window on the third floor, with a chair, a lamp and a locker of its own"


@pytest.fixture
def ready(office: Office, sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox) -> ZohoSync:
    """A tie that may write in both directions, with taxes, where only invoices pull others in."""
    give_our_field(sync, zoho, zoho_sandbox)
    for label, (percentage, code) in CODES.items():
        TaxMapping.objects.create(sync=sync, label=label, percentage=percentage, vat_code=code)
    ModuleSync.objects.filter(sync=sync, module="Contacts").update(takes_part=False)
    return sync


def run(tie: ZohoSync, office: Office) -> None:
    """Do what happens in five minutes: one run, and a push of what it left."""
    job.synchronise(tie, now=timezone.now(), show=lambda **counts: None)
    deliver.drain(replace(office, clock=SystemClock()))


def invoice(stand_in: ZohoSandbox, key: str) -> dict[str, Any]:
    return stand_in.store.need("Invoices", key)


def shown(row: dict[str, Any]) -> list[tuple[Any, ...]]:
    names = ("id", "Description", "Quantity", "List_Price", "Discount", "Net_Total")
    lines = [tuple(line[name] for name in names) for line in row["Invoiced_Items"]]
    whole = ("Subject", "Status", "Purchase_Order", "Grand_Total", "Adjustment")
    return [*lines, tuple(row[name] for name in whole)]


def test_an_invoice_of_zoho_keeps_its_texts_discounts_and_prices(
    ready: ZohoSync, zoho_sandbox: ZohoSandbox, sandbox: ExactSandbox, office: Office
) -> None:
    key = next(row["id"] for row in zoho_sandbox.records("Invoices") if row["Status"] == "Open")
    (line,) = invoice(zoho_sandbox, key)["Invoiced_Items"]
    told = {"id": line["id"], "Quantity": 2, "Discount": 3.5, "Description": LONG}
    zoho_sandbox.change("Invoices", key, Invoiced_Items=[told], Purchase_Order="PO 2026/7")
    before = shown(invoice(zoho_sandbox, key))

    for _ in range(3):
        run(ready, office)

    pair = Pair.objects.get(zoho__key=key)
    there = sandbox.record("invoices", pair.exact.key)
    assert float(there["AmountFC"]) == invoice(zoho_sandbox, key)["Grand_Total"]
    assert shown(invoice(zoho_sandbox, key)) == before
    assert pair.state == "equal"


def test_lines_that_were_changed_in_zoho_on_their_way_are_not_overwritten(
    ready: ZohoSync, zoho_sandbox: ZohoSandbox, office: Office
) -> None:
    key = next(row["id"] for row in zoho_sandbox.records("Invoices") if row["Status"] == "Open")
    (line,) = invoice(zoho_sandbox, key)["Invoiced_Items"]
    run(ready, office)  # its account is made first
    job.synchronise(ready, now=timezone.now(), show=lambda **counts: None)
    assert OutboxEntry.objects.get(zoho_record__key=key).state == "queued"
    zoho_sandbox.change("Invoices", key, Invoiced_Items=[{"id": line["id"], "Quantity": 7}])
    deliver.drain(replace(office, clock=SystemClock()))

    run(ready, office)

    assert invoice(zoho_sandbox, key)["Invoiced_Items"][0]["Quantity"] == 7
    pair = Pair.objects.get(zoho__key=key)
    assert (pair.state, pair.problem) == ("blocked", "totals")
    assert pair.reason


def test_lost_answers_on_both_sides_leave_no_twin_and_no_line_twice(
    ready: ZohoSync, zoho_sandbox: ZohoSandbox, sandbox: ExactSandbox, office: Office
) -> None:
    account = next(row["ID"] for row in sandbox.records("accounts") if row["Status"] == "C")
    item = next(row["ID"] for row in sandbox.records("items") if row["IsSalesItem"])
    rows = [{"Item": item, "Quantity": 2, "NetPrice": price} for price in (10.5, 7, 7)]
    sandbox.make("SalesInvoices", {"OrderedBy": account, "SalesInvoiceLines": rows})
    for method in ("POST", "PUT"):
        zoho_sandbox.fault("lose_answer_after", path="/crm/v8/", method=method, every=2, times=6)
        sandbox.fault("lose_answer_after", path="/api/v1/", method=method, every=3, times=6)

    for _ in range(4):
        with suppress(ZohoError, ExactError):
            run(ready, office)
    zoho_sandbox.clear_faults()
    sandbox.clear_faults()
    run(ready, office)

    held = [row["Exact_ID"] for row in zoho_sandbox.records("Accounts") if row.get("Exact_ID")]
    assert len(held) == len(set(held))
    codes = [row["Code"] for row in sandbox.records("items")]
    assert len(codes) == len(set(codes))
    made = [row for row in zoho_sandbox.records("Invoices") if len(row["Invoiced_Items"]) > 2]
    assert [len(row["Invoiced_Items"]) for row in made if row.get("Exact_ID")] == [3]
    assert set(Pair.objects.values_list("state", flat=True)) == {"equal"}
