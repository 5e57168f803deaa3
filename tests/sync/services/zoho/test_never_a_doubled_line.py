"""Lines of an invoice are never doubled, and never taken for told when they were not."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest

from sync.models import ExactRecord, Pair, TaxMapping, ZohoRecord, ZohoSync
from sync.services.zoho.merging import merging
from sync.services.zoho.reading import reading_zoho
from sync.services.zoho.writing import writing_zoho
from tests.sync.services.zoho.pairs import a_pair, an_exact, give_our_field
from zoho_client.client import ZohoClient
from zoho_client.errors import ZohoError
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
ONE = {"AmountFC": "121.00", "AmountFCExclVat": "100.00", "VATAmountFC": "21.00"}
BOTH = {"AmountFC": "133.16", "AmountFCExclVat": "110.05", "VATAmountFC": "23.11"}


@pytest.fixture
def ready(sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime) -> ZohoSync:
    """A tie with our field in Zoho, a mapped tax, and Zoho's accounts and products copied."""
    give_our_field(sync, zoho, zoho_sandbox)
    TaxMapping.objects.create(sync=sync, label="BTW 21", percentage=21, vat_code="4")
    reading_zoho.read(sync, zoho, now=now)
    return sync


@pytest.fixture
def told(ready: ZohoSync, zoho: ZohoClient, now: datetime) -> Pair:
    """An invoice of one line that is equal on both sides."""
    account = a_pair(
        an_exact(ready), ZohoRecord.objects.filter(module="Accounts")[0], base={}
    ).exact
    values = {"Description": "Rent", "OrderedBy": account.key, "Status": 20, **ONE}
    record = an_exact(ready, "Invoices", account_key=account.key, Lines=[DESK], **values)
    writing_zoho.write(ready, zoho, now=now)
    return Pair.objects.select_related("exact", "zoho").get(exact=record)


def change(record: ExactRecord, now: datetime, **values: Any) -> None:
    """Let an invoice be another one in Exact, and merge it."""
    record.values |= values
    record.save()
    Pair.objects.update(is_dirty=True)
    merging.merge(record.sync, now=now)


def lines(stand_in: ZohoSandbox, pair: Pair) -> list[str]:
    row = stand_in.store.need("Invoices", pair.zoho.key)
    return [line["Description"] for line in row["Invoiced_Items"]]


@pytest.mark.parametrize("kind", ["lose_answer_after", "truncate", "lose_answer_before"])
def test_a_line_that_is_added_is_there_once_though_the_answer_was_lost(
    ready: ZohoSync,
    zoho: ZohoClient,
    zoho_sandbox: ZohoSandbox,
    now: datetime,
    told: Pair,
    kind: str,
) -> None:
    change(told.exact, now, Lines=[DESK, COFFEE], **BOTH)
    zoho_sandbox.fault(kind, path="/crm/v8/Invoices", method="PUT", times=1)

    for minutes in range(3):
        later = now + timedelta(minutes=minutes)
        reading_zoho.read(ready, zoho, now=later, module="Invoices")
        merging.merge(ready, now=later)
        with suppress(ZohoError):
            writing_zoho.write(ready, zoho, now=later)

    assert lines(zoho_sandbox, told) == ["Desk", "Coffee"]
    told.refresh_from_db()
    assert told.state == "equal"


def test_lines_that_cannot_cross_are_not_taken_for_told_when_something_else_is(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime, told: Pair
) -> None:
    rare = {**COFFEE, "VATPercentage": "0.06"}  # a tax that Zoho does not have yet
    both = {"AmountFC": "131.65", "AmountFCExclVat": "110.05", "VATAmountFC": "21.60"}
    change(told.exact, now, Lines=[DESK, rare], **both, Description="Rent of July")
    writing_zoho.write(ready, zoho, now=now)

    TaxMapping.objects.create(sync=ready, label="BTW 6", percentage=6, vat_code="2")
    Pair.objects.update(is_dirty=True)
    merging.merge(ready, now=now)
    writing_zoho.write(ready, zoho, now=now)

    assert lines(zoho_sandbox, told) == ["Desk", "Coffee"]
