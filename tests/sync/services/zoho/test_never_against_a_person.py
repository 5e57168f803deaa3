"""What a person decides or types while we write holds, and breaks nothing of what we write."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from sync.models import ExactRecord, FieldMapping, Pair, ZohoSync
from sync.services.zoho.merging import merging
from sync.services.zoho.merging.weighing import Scales
from sync.services.zoho.pairing import people
from sync.services.zoho.reading import reading_zoho
from sync.services.zoho.writing import writing, writing_zoho
from tests.sync.services.zoho.pairs import a_pair, a_zoho, an_exact
from tests.sync.services.zoho.test_never_a_doubled_line import ONE, change
from tests.sync.services.zoho.test_never_a_doubled_line import ready as ready_for_invoices
from tests.sync.services.zoho.test_never_a_doubled_line import told as told_invoice
from zoho_client.client import ZohoClient
from zoho_client.records import Outcome
from zoho_client.sandbox import ZohoSandbox

ready, told = ready_for_invoices, told_invoice


def test_what_a_person_pairs_while_it_is_made_stays_that_pair(
    ready: ZohoSync, zoho: ZohoClient, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = an_exact(ready, Name="Aurora"), an_exact(ready, Name="Borealis")
    there = a_zoho(ready, Account_Name="Aurora of Zoho")
    save = writing.Writing._save_new  # noqa: SLF001 - the moment between the call and the save

    def pair_meanwhile(self: writing.Writing, batch: Any, outcomes: list[Outcome]) -> None:
        people.pair_by_hand(ExactRecord.objects.get(pk=mine.pk), there, None, now)
        save(self, batch, outcomes)

    monkeypatch.setattr(writing.Writing, "_save_new", pair_meanwhile)
    writing_zoho.write(ready, zoho, now=now)

    mine.refresh_from_db()
    assert (Pair.objects.get(exact=mine).zoho, mine.standing) == (there, "paired")
    assert Pair.objects.get(exact=other).rule == "created"


def test_a_pair_that_is_parted_while_it_is_weighed_leaves_nothing_behind(
    ready: ZohoSync, now: datetime
) -> None:
    FieldMapping.objects.filter(sync=ready, exact_field="City").update(winner="ask")
    exact, there = an_exact(ready, City="Gent"), a_zoho(ready, Billing_City="Aalst")
    pair = a_pair(exact, there, base={})
    page = [Pair.objects.select_related("exact", "zoho").get(pk=pair.pk)]
    people.part(pair, None, now)

    merging.settle(Scales.of(ready.modules.get(module="Accounts")), page, now)

    assert not Pair.objects.filter(exact=exact).exists()


def test_a_status_of_zohos_own_stays_whatever_happens_to_the_invoice(
    ready: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime, told: Pair
) -> None:
    zoho_sandbox.change("Invoices", told.zoho.key, Status="Cancelled")
    later = now + timedelta(minutes=5)
    reading_zoho.read(ready, zoho, now=later, module="Invoices")
    change(told.exact, later)

    change(told.exact, later, Description="Rent of July", Paid=ONE["AmountFC"])
    for _ in range(2):
        writing_zoho.write(ready, zoho, now=later)
        change(told.exact, later)

    assert zoho_sandbox.store.need("Invoices", told.zoho.key)["Subject"] == "Rent of July"
    assert zoho_sandbox.store.need("Invoices", told.zoho.key)["Status"] == "Cancelled"
