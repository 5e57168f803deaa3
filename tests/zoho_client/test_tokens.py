"""One token for all, renewed in time and once, and a permission that is never lost by accident."""

import logging
import multiprocessing
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from tests.zoho_client import spawned
from tests.zoho_client.spawned import tokens_of
from zoho_client.client import ZohoClient
from zoho_client.connections import connect_through_sandbox
from zoho_client.errors import ZohoDisconnectedError, ZohoError, ZohoTemporaryError
from zoho_client.models import ZohoConnection
from zoho_client.sandbox import ZohoSandbox, run_on_port
from zoho_client.tokens import TokenKeeper

PROCESSES, ROUNDS = 8, 6
LOST_CONNECTION = ZohoConnection.State.RECONNECT


class Later:
    """Our clock, and the stand-in's with it, moved forward together."""

    def __init__(self, sandbox: ZohoSandbox) -> None:
        self._sandbox = sandbox
        self._ahead = timedelta()

    def pass_by(self, **time: float) -> None:
        self._ahead += timedelta(**time)
        self._sandbox.advance(timedelta(**time).total_seconds())

    def now(self) -> datetime:
        return timezone.now() + self._ahead


@pytest.fixture
def later(sandbox: ZohoSandbox) -> Later:
    return Later(sandbox)


@pytest.fixture
def keeper(connection: ZohoConnection, later: Later) -> TokenKeeper:
    return TokenKeeper(connection.pk, now=later.now)


def token_calls(sandbox: ZohoSandbox) -> list[int]:
    return [call.status for call in sandbox.calls if call.kind == "token"]


def test_a_token_is_used_until_its_last_five_minutes(
    keeper: TokenKeeper, sandbox: ZohoSandbox, later: Later
) -> None:
    first = keeper.access_token()
    later.pass_by(minutes=54)
    assert keeper.access_token() == first

    later.pass_by(minutes=2)

    assert keeper.access_token() != first
    assert len(token_calls(sandbox)) == 2


def test_the_refresh_token_outlives_every_renewal(keeper: TokenKeeper, later: Later) -> None:
    before, _ = tokens_of(ZohoConnection.objects.get())
    for _ in range(3):
        later.pass_by(hours=1)
        keeper.access_token()

    assert tokens_of(ZohoConnection.objects.get())[0] == before


def test_a_life_in_milliseconds_is_an_hour_all_the_same(
    keeper: TokenKeeper, sandbox: ZohoSandbox, later: Later
) -> None:
    sandbox.switches.set(expires_in_milliseconds=True)
    later.pass_by(hours=1)
    keeper.access_token()

    left = ZohoConnection.objects.get().expires_at
    assert left is not None
    assert timedelta(minutes=59) < left - later.now() <= timedelta(hours=1)


def test_a_revoked_permission_asks_for_a_person_and_for_nothing_more(
    keeper: TokenKeeper, sandbox: ZohoSandbox, later: Later
) -> None:
    sandbox.tokens.revoke()
    sealed = ZohoConnection.objects.get().refresh_token_sealed
    later.pass_by(hours=1)
    before = len(token_calls(sandbox))

    for _ in range(3):
        with pytest.raises(ZohoDisconnectedError, match="Connect to Zoho again"):
            keeper.access_token()

    assert len(token_calls(sandbox)) == before + 1
    row = ZohoConnection.objects.get()
    assert row.state == LOST_CONNECTION
    assert "invalid_code" in row.state_reason
    assert row.refresh_token_sealed == sealed


@pytest.mark.parametrize("status", [200, 400])
def test_a_throttled_renewal_rests_for_minutes_and_asks_nobody(
    keeper: TokenKeeper, sandbox: ZohoSandbox, later: Later, status: int
) -> None:
    sandbox.switches.set(throttle_status=status)
    later.pass_by(hours=1)
    row = ZohoConnection.objects.get()
    for _ in range(10):  # somebody else's ten tokens in ten minutes
        sandbox_refresh(sandbox, row)
    before = len(token_calls(sandbox))

    for _ in range(3):
        with pytest.raises(ZohoTemporaryError, match="goes on by itself") as raised:
            keeper.access_token()
    assert raised.value.retry_at is not None
    assert raised.value.retry_at > later.now() + timedelta(minutes=9)
    assert len(token_calls(sandbox)) == before + 1

    later.pass_by(minutes=11)
    assert keeper.access_token()
    assert ZohoConnection.objects.get().state == ZohoConnection.State.CONNECTED


def sandbox_refresh(sandbox: ZohoSandbox, row: ZohoConnection) -> None:
    """Take one more token for the same permission."""
    other = TokenKeeper(row.pk)
    other._renew(ZohoConnection.objects.get())  # noqa: SLF001 - what no keeper would do so often


def test_a_lost_answer_leaves_the_old_token_in_use_while_it_lives(
    keeper: TokenKeeper, sandbox: ZohoSandbox, later: Later
) -> None:
    first = keeper.access_token()
    sandbox.fault("lose_answer_after", path="oauth/v2/token", times=1)
    later.pass_by(minutes=56)

    assert keeper.access_token() == first
    assert keeper.access_token() == first  # it does not ask again at once
    assert len(token_calls(sandbox)) == 2

    later.pass_by(minutes=2)
    assert keeper.access_token() != first


def test_nobody_waits_for_a_renewal_while_the_old_token_is_good(
    keeper: TokenKeeper, sandbox: ZohoSandbox, later: Later
) -> None:
    first = keeper.access_token()
    later.pass_by(minutes=56)
    ZohoConnection.objects.update(lease_until=later.now() + timedelta(seconds=50))  # by another

    assert keeper.access_token() == first
    assert len(token_calls(sandbox)) == 1

    later.pass_by(seconds=51)  # he died, and his lease ended
    assert keeper.access_token() != first


def test_a_lost_answer_is_tried_again_after_a_while(
    keeper: TokenKeeper, sandbox: ZohoSandbox, later: Later
) -> None:
    sandbox.fault("html", path="oauth/v2/token", times=1)
    later.pass_by(hours=1)

    with pytest.raises(ZohoTemporaryError) as raised:
        keeper.access_token()
    assert raised.value.retry_at is not None

    later.pass_by(seconds=61)
    assert keeper.access_token()


def test_a_token_that_zoho_refuses_is_renewed_once(zoho: ZohoClient, sandbox: ZohoSandbox) -> None:
    sandbox.advance(3601)  # our own clock does not know that the token is over

    assert zoho.me().full_name

    assert [call.status for call in sandbox.calls][-3:] == [401, 200, 200]


def test_a_second_401_asks_for_a_person_and_names_the_data_centre(
    zoho: ZohoClient, sandbox: ZohoSandbox
) -> None:
    before = len(token_calls(sandbox))
    sandbox.fault("status", path="/crm/", status=401, code="INVALID_TOKEN", body="invalid")

    for _ in range(2):
        with pytest.raises(ZohoDisconnectedError, match="Connect to Zoho again"):
            zoho.me()

    assert ZohoConnection.objects.get().state == LOST_CONNECTION
    assert "data centre" in ZohoConnection.objects.get().state_reason
    assert len(token_calls(sandbox)) == before + 1  # and no endless renewing


def test_a_token_is_not_sent_to_an_address_that_is_not_zohos(
    keeper: TokenKeeper, sandbox: ZohoSandbox, later: Later
) -> None:
    sandbox.switches.set(api_domain="https://evil.example")
    later.pass_by(hours=1)

    with pytest.raises(ZohoDisconnectedError, match="no address of Zoho"):
        keeper.access_token()

    assert "evil" not in ZohoConnection.objects.get().api_domain


def test_a_new_consent_repairs_what_was_lost(keeper: TokenKeeper) -> None:
    keeper.lose()

    connect_through_sandbox(connected_by="somebody")

    assert keeper.access_token()
    assert ZohoConnection.objects.get().connected_by == "somebody"


def test_another_app_in_the_settings_asks_for_a_new_consent(
    keeper: TokenKeeper, settings: LazySettings
) -> None:
    settings.ZOHO_CLIENT_ID = "1000.OTHER"

    with pytest.raises(ZohoDisconnectedError, match="another app"):
        keeper.access_token()


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_no_token_is_asked_for(sandbox: ZohoSandbox, later: Later) -> None:
    row = connect_through_sandbox(connected_by="test")
    keeper = TokenKeeper(row.pk, now=later.now)
    later.pass_by(hours=1)

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        keeper.access_token()

    assert len(token_calls(sandbox)) == 1
    assert keeper.access_token()


@pytest.fixture
def port(settings: LazySettings, transactional_db: None) -> Iterator[tuple[ZohoSandbox, str]]:
    """Serve the stand-in where other processes reach it."""
    sandbox = ZohoSandbox()
    with run_on_port(sandbox) as url:
        settings.ZOHO_ACCOUNTS_URL = url
        yield sandbox, url


def test_eight_processes_renew_a_token_once(port: tuple[ZohoSandbox, str]) -> None:
    sandbox, url = port
    connect_through_sandbox(connected_by="test")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.zoho_client.spawned"])  # Django is set up once
    name = str(database.settings_dict["NAME"])
    setup = (name, url, context.Barrier(PROCESSES))

    with context.Pool(PROCESSES, spawned.begin, setup) as pool:
        for _ in range(ROUNDS):
            ZohoConnection.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
            tokens = pool.map(spawned.take_a_token, range(PROCESSES), chunksize=1)
            assert len(tokens) == PROCESSES
            assert len(set(tokens)) == 1
        sandbox.tokens.expire()
        names = pool.map(spawned.ask_who_we_are, range(PROCESSES), chunksize=1)

    assert names == [names[0]] * PROCESSES
    assert len(token_calls(sandbox)) == 1 + ROUNDS + 1


def test_no_secret_is_ever_logged_or_shown(
    zoho: ZohoClient, sandbox: ZohoSandbox, later: Later, keeper: TokenKeeper,
    settings: LazySettings, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    shown: list[Any] = []
    secrets = {settings.ZOHO_CLIENT_SECRET, settings.TOKEN_KEYS[0]}
    for fault in ("lose_answer_after", "html", "status", "revoke_tokens"):
        secrets |= set(tokens_of(ZohoConnection.objects.get()))
        sandbox.fault(fault, method="POST", times=1)
        later.pass_by(hours=2)
        with suppress(ZohoError):
            keeper.access_token()
        for act in (zoho.me, lambda: zoho.insert("Accounts", [{"Account_Name": "Zed"}])):
            try:
                shown.append(act())
            except ZohoError as error:
                shown += [error, repr(error)]
        sandbox.clear_faults()
    shown += [keeper, ZohoConnection.objects.get(), caplog.text]

    told = " ".join(f"{thing!s} {thing!r}" for thing in shown)
    assert len(caplog.records) > 5
    assert not [secret for secret in secrets if secret in told]
