"""An invoice has the same amount in the same currency on both sides, or does not cross."""

from __future__ import annotations

from datetime import datetime

import pytest

from exact_client.sandbox import ExactSandbox
from sync.models import OutboxEntry, Pair, TaxMapping, ZohoRecord, ZohoSync
from sync.services.delivery.office import Office
from sync.services.zoho import reading_zoho, writing_exact, writing_zoho
from tests.sync.services.zoho.newcomers import an_invoice_of_zoho
from tests.sync.services.zoho.pairs import a_pair, an_exact, give_our_field
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
