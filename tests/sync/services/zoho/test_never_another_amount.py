"""An invoice has the same amount in the same currency on both sides, or does not cross."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import pytest

from exact_client.models import Division
from exact_client.sandbox import ExactSandbox
from sync.models import OutboxEntry, Pair, TaxMapping, ZohoRecord, ZohoSync
from sync.services.delivery.office import Office
from sync.services.zoho.merging import merging
from sync.services.zoho.reading import reading_zoho
from sync.services.zoho.writing import writing_exact, writing_zoho
from tests.sync.services.zoho.newcomers import an_invoice_of_zoho
from tests.sync.services.zoho.pairs import a_pair, a_zoho, an_exact, give_our_field
from tests.sync.services.zoho.test_never_a_doubled_line import DESK, ONE
from zoho_client.client import ZohoClient
from zoho_client.sandbox import ZohoSandbox


@pytest.fixture
def ready(office: Office, sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox) -> ZohoSync:
    give_our_field(sync, zoho, zoho_sandbox)
    TaxMapping.objects.create(sync=sync, label="BTW 21", percentage=21, vat_code="4")
    return sync


@pytest.mark.parametrize(("own", "told"), [({}, "EUR"), ({"Currency": "USD"}, "USD")])
def test_an_invoice_of_zoho_goes_to_exact_in_its_currency(
    ready: ZohoSync, office: Office, sandbox: ExactSandbox, own: dict[str, str], told: str
) -> None:
    record = an_invoice_of_zoho(ready, office, sandbox)
    record.values |= own
    record.save()

    writing_exact.enqueue(ready.modules.get(module="Invoices"), office, now=office.clock.now())

    assert OutboxEntry.objects.get(zoho_record=record).payload["Currency"] == told


def test_an_invoice_of_exact_in_a_currency_that_zoho_lacks_needs_a_person(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    reading_zoho.read(ready, zoho, now=now, module="Accounts")
    there = ZohoRecord.objects.filter(module="Accounts")[0]
    account = a_pair(an_exact(ready), there, base={}).exact
    values = {"Description": "Rent", "OrderedBy": account.key, "Status": 20, "Currency": "USD"}
    record = an_exact(ready, "Invoices", account_key=account.key, Lines=[DESK], **values, **ONE)

    writing_zoho.write(ready, zoho, now=now)

    record.refresh_from_db()
    assert record.standing == "blocked"
    assert "USD" in record.reason
    assert not Pair.objects.filter(exact=record).exists()


def a_priced_pair(sync: ZohoSync, office: Office, now: datetime, **zoho: str | None) -> Pair:
    """An item that costs 12.50 on both sides, and then what Zoho says."""
    item = office.exact.create_item({"Code": "QWX", "Description": "Quiet box"})
    pair = a_pair(
        an_exact(sync, "Products", key=str(item.id), StandardSalesPrice="12.5"),
        a_zoho(sync, "Products", **zoho),
        base={"StandardSalesPrice = Unit_Price": "12.50"},
    )
    merging.merge(sync, now=now)
    return pair


def test_a_price_is_in_the_currency_of_the_division(
    ready: ZohoSync, office: Office, now: datetime
) -> None:
    Division.objects.filter(pk=office.division.pk).update(currency="USD")
    ready.refresh_from_db()
    pair = a_priced_pair(ready, office, now, Unit_Price="14")

    writing_exact.write(ready, office, now=now)

    prices = office.exact.prices_of(UUID(pair.exact.key))
    assert [(row.price, row.currency) for row in prices] == [(Decimal(14), "USD")]


def test_a_price_that_was_emptied_in_zoho_is_not_taken_for_told(
    ready: ZohoSync, office: Office, now: datetime
) -> None:
    pair = a_priced_pair(ready, office, now, Unit_Price=None)

    writing_exact.write(ready, office, now=now)

    pair.refresh_from_db()
    assert (pair.state, pair.exact.values["StandardSalesPrice"]) == ("refused", "12.5")
    assert "price" in pair.reason
