"""Closing and going on later: every job stops, nothing is lost, and the readings go on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from exact_client.models import ExactConnection
from exact_client.sandbox import ExactSandbox
from sync.models import ExactRecord, ModuleSync, Pair, Run, ZohoRecord, ZohoSync
from sync.services import runs
from sync.services.zoho import job
from sync.services.zoho.set_up import closing, metadata, setup, terms
from sync.services.zoho.set_up.setup import SetupError
from tests.build import NOW, an_operator
from zoho_client import connections
from zoho_client.client import ZohoClient
from zoho_client.models import ZohoConnection
from zoho_client.sandbox import SandboxAdapter, ZohoSandbox
from zoho_client.wire import pooled_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return an_operator("change_bookingsettings", username="ada")


@pytest.fixture
def running(sync: ZohoSync, zoho: ZohoClient, sandbox: ExactSandbox, now: datetime) -> ZohoSync:
    """A tie that was set up whole, with accounts alone so that a run is quick."""
    sync.modules.exclude(module="Accounts").update(takes_part=False)
    metadata.make_fields(sync, zoho, now=now)
    return sync


def run() -> Run:
    asked = runs.ask(Run.Job.ZOHO, by=None, now=timezone.now())
    job.sync_zoho(asked)
    asked.refresh_from_db()
    return asked


def kept() -> list[int]:
    return [model.objects.count() for model in (ExactRecord, ZohoRecord, Pair)]


def test_nothing_is_asked_of_either_side_once_it_is_closed(
    running: ZohoSync, zoho_sandbox: ZohoSandbox, sandbox: ExactSandbox, admin: User
) -> None:
    assert run().state == "done"
    before, calls = kept(), (len(zoho_sandbox.calls), len(sandbox.calls))

    closing.close(running, by=admin, now=NOW)
    after = run()

    assert not job.is_wanted()
    assert (len(zoho_sandbox.calls), len(sandbox.calls)) == calls
    assert (after.state, after.calls) == ("done", 0)
    assert kept() == before
    assert (running.closed_by, running.closed_at) == (admin, NOW)


def test_going_on_reads_what_changed_meanwhile_and_nothing_else(
    running: ZohoSync, zoho_sandbox: ZohoSandbox, admin: User
) -> None:
    run()
    closing.close(running, by=admin, now=timezone.now())
    account = zoho_sandbox.records("Accounts")[0]
    zoho_sandbox.change("Accounts", account["id"], Phone="+32 2 555 00 00")
    before = len(zoho_sandbox.calls)

    setup.start(running, by=admin, now=timezone.now())
    assert run().state == "done"

    assert (running.state, running.closed_at, running.closed_by) == ("running", None, None)
    copy = ZohoRecord.objects.get(key=account["id"])
    assert copy.values["Phone"] == "+32 2 555 00 00"
    lists = [call for call in zoho_sandbox.calls[before:] if call.path.endswith("/Accounts")]
    assert [call for call in lists if call.method == "GET"] == []  # changes come by query


def test_after_a_gap_in_which_deletions_were_forgotten_all_is_read_anew(
    running: ZohoSync, zoho_sandbox: ZohoSandbox, admin: User
) -> None:
    run()
    closing.close(running, by=admin, now=timezone.now())
    ago = timezone.now() - timedelta(days=70)
    ModuleSync.objects.update(zoho_read_at=ago)
    before = len(zoho_sandbox.calls)

    setup.start(running, by=admin, now=timezone.now())
    run()

    paths = [(call.method, call.path) for call in zoho_sandbox.calls[before:]]
    assert ("GET", "/crm/v8/Accounts") in paths
    assert ModuleSync.objects.get(module="Accounts").zoho_read_at > ago  # type: ignore[operator]  # it is set


def test_a_run_ends_where_it_is_closed(
    running: ZohoSync, zoho_sandbox: ZohoSandbox, admin: User
) -> None:
    door = Door(zoho_sandbox, lambda: closing.close(running, by=admin, now=NOW))
    pooled_session().mount(settings.ZOHO_ACCOUNTS_URL, door)

    ended = run()

    assert ended.state == "failed"
    assert "closed or disconnected meanwhile" in ended.message
    assert not Pair.objects.exists()


class Door(SandboxAdapter):
    """Zoho's door, at which something happens while the first call goes through."""

    def __init__(self, sandbox: ZohoSandbox, meanwhile: Callable[[], None]) -> None:
        super().__init__(sandbox)
        self._meanwhile = [meanwhile]

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        """Let it happen once, then answer as ever."""
        if self._meanwhile:
            self._meanwhile.pop()()
        return super().send(*args, **kwargs)


def test_either_side_disconnected_stops_the_jobs_and_connecting_again_goes_on(
    running: ZohoSync, zoho_sandbox: ZohoSandbox
) -> None:
    run()
    before = kept()
    assert running.connection

    connections.disconnect(running.connection, by="ada")
    assert not job.is_wanted()
    assert run().calls == 0
    ZohoConnection.objects.update(org_id=zoho_sandbox.company.org["zgid"])
    connections.connect_through_sandbox(connected_by="ada")
    assert job.is_wanted()
    assert ZohoConnection.objects.count() == 1

    ExactConnection.objects.update(state=ExactConnection.State.RECONNECT)
    assert not job.is_wanted()
    assert kept() == before


def test_going_on_waits_for_what_changed_meanwhile(running: ZohoSync, admin: User) -> None:
    closing.close(running, by=admin, now=NOW)
    ZohoSync.objects.update(terms_version="2020-01-01")
    running.refresh_from_db()

    with pytest.raises(SetupError, match="Agree to the terms"):
        setup.start(running, by=admin, now=NOW)
    setup.agree(running, terms.VERSION, by=admin, now=NOW)
    setup.start(running, by=admin, now=NOW)

    assert job.is_wanted()
