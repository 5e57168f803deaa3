"""One run reads both sides, pairs, merges and writes; the next one finds nothing left to do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from exact_client.sandbox import ExactSandbox
from sync.models import ExactRecord, Module, Pair, Run, Signal, ZohoSync
from sync.services import jobs, runs
from sync.services.locks import process_lock
from sync.services.zoho import job
from sync.services.zoho.writing import writing
from tests.sync.services.zoho.pairs import give_our_field, spend_all_credits
from zoho_client.client import ZohoClient
from zoho_client.models import ZohoConnection
from zoho_client.sandbox import ZohoSandbox


@pytest.fixture
def ready(sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox) -> ZohoSync:
    """A tie whose modules can all be written to."""
    give_our_field(sync, zoho, zoho_sandbox)
    return sync


def a_run() -> Run:
    return runs.ask(Run.Job.ZOHO, by=None, now=timezone.now())


def after_a_run() -> Run:
    run = a_run()
    job.sync_zoho(run)
    run.refresh_from_db()
    return run


def zoho_writes(stand_in: ZohoSandbox) -> int:
    paths = {f"/crm/v8/{module}" for module in Module}
    paths |= {f"{path}/upsert" for path in paths}
    return sum(call.path in paths and call.method != "GET" for call in stand_in.calls)


def exact_writes(sandbox: ExactSandbox) -> int:
    division_calls = (call for call in sandbox.calls if call.kind == "division")
    return sum(call.method != "GET" for call in division_calls)


def test_a_run_brings_both_sides_together_and_tells_what_it_did(
    ready: ZohoSync, zoho_sandbox: ZohoSandbox, sandbox: ExactSandbox
) -> None:
    run = after_a_run()

    assert (run.state, run.message) == (Run.State.DONE, "")
    assert run.calls > 0
    assert run.counts["paired"] > 0
    assert run.counts["made"] + run.counts["changed"] > 0
    pair = Pair.objects.filter(module="Accounts", state="equal").first()
    assert pair is not None
    row = zoho_sandbox.store.get("Accounts", pair.zoho.key)
    assert row is not None
    assert (row["Exact_ID"], row["Account_Name"]) == (pair.exact.key, pair.exact.values["Name"])


def test_two_runs_in_a_row_write_nothing_the_second_time_and_cost_at_most_twenty_calls(
    ready: ZohoSync, zoho_sandbox: ZohoSandbox, sandbox: ExactSandbox
) -> None:
    after_a_run()
    settled = after_a_run()  # what Exact made of values that it trims or completes
    before = zoho_writes(zoho_sandbox), exact_writes(sandbox)

    run = after_a_run()

    assert (zoho_writes(zoho_sandbox), exact_writes(sandbox)) == before
    assert run.calls <= 20
    assert settled.state == Run.State.DONE


def test_a_crash_between_the_call_and_the_save_is_made_good_by_the_next_run(
    ready: ZohoSync,
    zoho_sandbox: ZohoSandbox,
    sandbox: ExactSandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class KilledError(Exception):
        pass

    def die(*_: Any) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(writing.Writing, "_save_new", die)
        with pytest.raises(KilledError):
            job.sync_zoho(a_run())
    before = zoho_sandbox.store.count("Accounts")

    run = after_a_run()

    assert run.state == Run.State.DONE
    keys = [row["Exact_ID"] for row in zoho_sandbox.store.rows("Accounts") if row.get("Exact_ID")]
    assert len(keys) == len(set(keys))
    assert (
        zoho_sandbox.store.count("Accounts") - before
        <= ExactRecord.objects.filter(module="Accounts").count() - 1
    )
    assert not ExactRecord.objects.filter(module="Accounts", standing="crosses").exists()


def test_a_tie_that_another_worker_is_at_is_left_alone(ready: ZohoSync) -> None:
    run = a_run()

    with process_lock(job.LOCK, ready.pk):
        assert job.sync_zoho(run) is False

    run.refresh_from_db()
    assert run.state == Run.State.WAITING
    assert job.waiting_run() == run  # by which whoever was at it rings again


def test_a_run_that_is_over_stays_over_when_its_doorbell_rings_again(
    ready: ZohoSync, zoho_sandbox: ZohoSandbox
) -> None:
    run = after_a_run()
    calls = len(zoho_sandbox.calls)

    assert job.sync_zoho(run) is False

    assert len(zoho_sandbox.calls) == calls
    assert job.waiting_run() is None


def test_a_limit_at_zoho_pauses_the_run_until_a_known_time(ready: ZohoSync) -> None:
    spend_all_credits(ready)

    run = after_a_run()

    assert run.state == Run.State.PAUSED
    assert run.message
    assert run.resumes_at is not None


def test_a_refusal_of_everything_fails_the_run_with_zohos_words(
    ready: ZohoSync, zoho_sandbox: ZohoSandbox
) -> None:
    zoho_sandbox.switches.set(module_states={"Accounts": "user_hidden"})

    run = after_a_run()

    assert run.state == Run.State.FAILED
    assert "INVALID_MODULE" in run.message


def test_exact_out_of_reach_pauses_the_run(ready: ZohoSync, sandbox: ExactSandbox) -> None:
    sandbox.fault("html", path="/sync/")

    assert after_a_run().state == Run.State.PAUSED


@pytest.mark.parametrize("state", [ZohoSync.State.CLOSED, ZohoSync.State.SETTING_UP])
def test_nothing_runs_for_a_tie_that_is_not_running(
    ready: ZohoSync, zoho_sandbox: ZohoSandbox, state: str
) -> None:
    ZohoSync.objects.update(state=state)
    before = len(zoho_sandbox.calls)

    assert not job.is_wanted()
    after_a_run()

    assert len(zoho_sandbox.calls) == before


def test_nothing_runs_without_a_connection(ready: ZohoSync) -> None:
    ZohoConnection.objects.update(state=ZohoConnection.State.DISCONNECTED)

    assert not job.is_wanted()


def test_a_change_in_zoho_reaches_exact_and_one_in_exact_reaches_zoho(
    ready: ZohoSync, zoho_sandbox: ZohoSandbox, sandbox: ExactSandbox
) -> None:
    after_a_run()
    pair = Pair.objects.filter(module="Accounts", state="equal").select_related("zoho", "exact")[0]
    by = zoho_sandbox.company.users[0]
    zoho_sandbox.store.update("Accounts", pair.zoho.key, {"Phone": "+32 9 111"}, by=by)
    division = int(sandbox.records("accounts")[0]["Division"])
    sandbox.change(division, "accounts", pair.exact.key, City="Namur")
    zoho_sandbox.advance(timedelta(minutes=2).total_seconds())

    after_a_run()

    there = sandbox.record("accounts", pair.exact.key)
    row = zoho_sandbox.store.get("Accounts", pair.zoho.key)
    assert row is not None
    assert (there["Phone"], row["Billing_City"]) == ("+32 9 111", "Namur")


def test_a_lost_permission_at_zoho_is_told_until_somebody_logs_in_again(sync: ZohoSync) -> None:
    connections = ZohoConnection.objects.all()
    connections.update(state=ZohoConnection.State.RECONNECT, state_reason="It was revoked.")
    jobs.tell_of_connections()
    jobs.tell_of_connections()

    signal = Signal.objects.get(key__startswith="connection to Zoho")
    assert signal.title == "Zoho CRM must be connected again"
    assert "revoked" in signal.advice

    connections.update(state=ZohoConnection.State.CONNECTED, state_reason="")
    jobs.tell_of_connections()
    signal.refresh_from_db()
    assert signal.closed_at is not None
