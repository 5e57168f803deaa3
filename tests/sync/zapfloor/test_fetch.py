"""Fetching from zapfloor: what changed comes in once, and a bad record keeps no other out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts_link.models import Customer
from sync.models import Invoice, Run, Signal, ZapfloorSource
from sync.services import runs
from sync.services.locks import process_lock
from sync.services.zapfloor import job as zapfloor_job
from sync.services.zapfloor import source as zapfloor_source
from sync.services.zapfloor.fetch import Fetched, Wanted, fetch
from sync.zapfloor.client import ZapfloorClient
from sync.zapfloor.errors import ZapfloorTemporaryError
from sync.zapfloor.sandbox.faults import Fault
from tests.build import NOW, an_operator
from tests.sync.zapfloor.conftest import Standing

pytestmark = pytest.mark.django_db


def again(source: ZapfloorSource, client: ZapfloorClient, **wanted: Any) -> Fetched:
    source.refresh_from_db()
    return fetch(source, client, Wanted(**wanted), now=NOW + timedelta(days=60))


def change(zapfloor: Standing, kind: str, key: str, **attributes: Any) -> None:
    """Change a record as a person over there would."""
    record = zapfloor.sandbox.company.records[kind][key]
    record["attributes"] |= {"updated_at": "2026-12-04T10:00:00Z", **attributes}


def test_everything_comes_in_once(
    source: ZapfloorSource, client: ZapfloorClient, zapfloor: Standing
) -> None:
    first = fetch(source, client, now=NOW)
    second = again(source, client, full=True)

    assert (first.customers.new, first.documents.new) == (50, Invoice.objects.count())
    assert Invoice.objects.filter(kind="credit_note").exists()
    assert not Invoice.objects.exclude(source="zapfloor").exists()
    assert Invoice.objects.exclude(customer=None).count() == Invoice.objects.count() > 20
    assert first.refused == []
    assert (second.changed, second.customers.same, second.documents.same) == (
        0,
        50,
        first.documents.new,
    )


def test_only_what_changed_is_asked_for_the_next_time(
    source: ZapfloorSource, client: ZapfloorClient, zapfloor: Standing
) -> None:
    fetch(source, client, now=NOW + timedelta(days=30))
    change(zapfloor, "customers", "7", name="Renamed BV")

    found = again(source, client)

    assert (found.read, found.customers.changed) == (1, 1)
    assert Customer.objects.get(number="10007").name == "Renamed BV"
    assert "updated_since%5D=2026-11-04T08:30:00Z" in zapfloor.asked("/v1/customers")[-1]


def test_a_dry_run_and_a_preview_save_nothing(
    source: ZapfloorSource, client: ZapfloorClient
) -> None:
    whole = fetch(source, client, Wanted(dry_run=True), now=NOW)
    part = fetch(source, client, Wanted(dry_run=True, most=5), now=NOW)

    source.refresh_from_db()
    assert (whole.customers.new, part.customers.new) == (50, 5)
    assert not Customer.objects.exists()
    assert not Invoice.objects.exists()
    assert source.fetched_at is None


def test_a_bad_record_is_told_with_its_id_and_field_and_the_others_come_in(
    source: ZapfloorSource, client: ZapfloorClient, zapfloor: Standing
) -> None:
    change(zapfloor, "customers", "3", country="Belgiumm")
    zapfloor.sandbox.company.records["invoice_lines"]["1-1"]["attributes"]["vat_rate"] = "abc"

    found = fetch(source, client, now=NOW)

    assert found.customers.new == 49
    customer, document = found.refused
    assert (customer["type"], customer["id"], customer["number"]) == ("customers", "3", "10003")
    assert customer["said"][0].startswith("customers 3: “Country” (attributes.country): “Belgiumm”")
    assert (document["id"], document["number"]) == ("1", "INV-2026-000001")
    assert "invoices 1, line 1: “VAT in %” (attributes.vat_rate): “abc”" in document["said"][0]


def test_what_is_mended_over_there_leaves_the_list_and_its_signal(
    source: ZapfloorSource, zapfloor: Standing
) -> None:
    change(zapfloor, "customers", "3", country="Belgiumm")
    zapfloor_job.fetch_now(runs.ask(Run.Job.SOURCE, by=None, now=NOW))
    assert Signal.objects.open().get().title.startswith("1 record of zapfloor")

    change(zapfloor, "customers", "3", country="BE", updated_at="2999-01-01T00:00:00Z")
    zapfloor_job.fetch_now(runs.ask(Run.Job.SOURCE, by=None, now=NOW))

    source.refresh_from_db()
    assert source.refused == []
    assert not Signal.objects.open().exists()
    assert Customer.objects.filter(number="10003").exists()


def test_a_draft_waits_until_it_is_final(
    source: ZapfloorSource, client: ZapfloorClient, zapfloor: Standing
) -> None:
    change(zapfloor, "invoices", "1", status="draft")
    first = fetch(source, client, now=NOW)
    assert not Invoice.objects.filter(number="INV-2026-000001").exists()

    change(zapfloor, "invoices", "1", status="sent")
    second = again(source, client)

    assert (first.not_final, second.not_final) == (1, 0)
    assert Invoice.objects.filter(number="INV-2026-000001").exists()


def test_a_customer_number_that_two_records_have_is_refused_once(
    source: ZapfloorSource, client: ZapfloorClient, zapfloor: Standing
) -> None:
    change(zapfloor, "customers", "4", ref="10003")

    found = fetch(source, client, now=NOW)

    assert [one["id"] for one in found.refused] == ["4"]
    assert "is that of customers 3 as well" in found.refused[0]["said"][0]


def test_a_record_that_comes_on_two_pages_counts_once(
    source: ZapfloorSource, client: ZapfloorClient, zapfloor: Standing
) -> None:
    source.customers_path = "/v1/customers?page[size]=10 /v1/customers?page[size]=20"
    source.customer_fields = {"location": ""}

    assert fetch(source, client, now=NOW).customers.new == 50


def test_after_an_error_the_next_fetch_begins_where_this_one_did(
    source: ZapfloorSource, client: ZapfloorClient, zapfloor: Standing
) -> None:
    zapfloor.sandbox.faults.append(Fault("status", path="/v1/invoices", status=503, times=1))

    with pytest.raises(ZapfloorTemporaryError):
        fetch(source, client, now=NOW)

    source.refresh_from_db()
    assert source.fetched_at is None
    assert Customer.objects.count() == 50
    assert again(source, client).documents.new > 20


def test_paths_changed_during_a_fetch_have_everything_read_anew(
    source: ZapfloorSource, client: ZapfloorClient
) -> None:
    paths = {"customer_fields": {"city": "attributes.state"}}

    def meanwhile(read: int) -> None:
        zapfloor_source.save_paths(source, paths, by=person)

    person = an_operator()
    fetch(source, client, now=NOW, progress=meanwhile)

    source.refresh_from_db()
    assert source.fetched_at is None


def test_what_was_sent_already_and_changes_over_there_is_refused(
    source: ZapfloorSource, client: ZapfloorClient, zapfloor: Standing
) -> None:
    fetch(source, client, now=NOW)
    Invoice.objects.filter(number="INV-2026-000001").update(state="booked")
    change(zapfloor, "invoices", "1", reference="another")

    found = again(source, client)

    assert [one["number"] for one in found.refused] == ["INV-2026-000001"]
    assert "differs from what was sent" in found.refused[0]["said"][0]


def test_who_finds_another_at_work_leaves_its_run_alone(source: ZapfloorSource) -> None:
    run = runs.ask(Run.Job.SOURCE, by=None, now=NOW)

    with process_lock("zapfloor", source.pk):
        assert zapfloor_job.fetch_now(run) is None

    run.refresh_from_db()
    assert run.state == Run.State.WAITING
    assert not Customer.objects.exists()


def test_the_job_pauses_for_what_time_mends_and_fails_for_what_a_person_must(
    source: ZapfloorSource, zapfloor: Standing
) -> None:
    zapfloor.sandbox.faults.append(Fault("status", path="/v1", status=429, retry_after=90, times=1))
    run = runs.ask(Run.Job.SOURCE, by=None, now=NOW)
    zapfloor_job.fetch_now(run)
    assert (run.state, run.resumes_at is not None) == ("paused", True)
    assert not Signal.objects.open().exists()

    zapfloor.sandbox.faults.append(Fault("status", path="/v1", status=403, times=1))
    zapfloor_job.fetch_now(run)

    assert run.state == "failed"
    assert "ask zapfloor for the scope" in Signal.objects.open().get().advice
