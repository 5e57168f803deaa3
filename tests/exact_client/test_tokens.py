"""One refresh at a time, never too early, and never a pair lost."""

import logging
import multiprocessing
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from exact_client.client import ExactClient
from exact_client.connections import connect_through_sandbox
from exact_client.errors import ExactDisconnectedError, ExactTemporaryError
from exact_client.models import ExactConnection
from exact_client.sandbox import ExactSandbox, run_on_port
from exact_client.tokens import TokenKeeper
from tests.exact_client import spawned
from tests.exact_client.spawned import tokens_of

PROCESSES, ROUNDS = 8, 10


class Later:
    """Our clock, and the stand-in's with it, moved forward together."""

    def __init__(self, sandbox: ExactSandbox) -> None:
        self._sandbox = sandbox
        self._ahead = timedelta()

    def pass_by(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)
        self._sandbox.advance(seconds)

    def now(self) -> datetime:
        return timezone.now() + self._ahead


@pytest.fixture
def later(sandbox: ExactSandbox) -> Later:
    return Later(sandbox)


@pytest.fixture
def keeper(connection: ExactConnection, later: Later) -> TokenKeeper:
    return TokenKeeper(connection.pk, now=later.now)


def token_calls(sandbox: ExactSandbox) -> list[int]:
    return [call.status for call in sandbox.calls if call.kind == "token"]


def test_a_token_is_used_until_its_last_half_minute(
    keeper: TokenKeeper, sandbox: ExactSandbox, later: Later
) -> None:
    first = keeper.access_token()
    later.pass_by(565)
    assert keeper.access_token() == first

    later.pass_by(10)

    assert keeper.access_token() != first
    assert token_calls(sandbox) == [200, 200]


def test_three_lives_pass_without_a_refresh_that_is_too_early(
    keeper: TokenKeeper, sandbox: ExactSandbox, later: Later
) -> None:
    seen = set()
    for _ in range(185):
        seen.add(keeper.access_token())
        later.pass_by(10)

    assert len(seen) == 4
    assert set(token_calls(sandbox)) == {200}


def test_not_expired_is_no_misfortune(
    keeper: TokenKeeper, sandbox: ExactSandbox, later: Later, connection: ExactConnection
) -> None:
    sandbox.switches.set(refresh_window=600)
    first = keeper.access_token()
    later.pass_by(575)

    assert keeper.access_token() == first
    assert keeper.access_token() == first  # it does not ask again at once
    assert token_calls(sandbox) == [200, 400]

    later.pass_by(30)
    assert keeper.access_token() != first


@pytest.mark.parametrize(("status", "text"), [(400, "chain"), (401, "old")])
def test_a_spent_token_asks_for_a_person_and_for_nothing_more(
    keeper: TokenKeeper, sandbox: ExactSandbox, later: Later, connection: ExactConnection,
    status: int, text: str,
) -> None:  # fmt: skip
    sandbox.switches.set(reuse_status=status, reuse_text=text)
    before = ExactConnection.objects.get().tokens
    sandbox.fault("revoke_tokens", times=1)
    later.pass_by(601)

    for _ in range(3):
        with pytest.raises(ExactDisconnectedError, match="Connect to Exact again"):
            keeper.access_token()

    assert token_calls(sandbox) == [200, status]
    row = ExactConnection.objects.get()
    assert row.state == ExactConnection.State.RECONNECT
    assert row.tokens == before != ""


def test_a_new_consent_repairs_what_was_lost(
    keeper: TokenKeeper, sandbox: ExactSandbox, later: Later
) -> None:
    keeper.lose()

    connect_through_sandbox(connected_by="somebody")

    assert keeper.access_token()
    assert ExactConnection.objects.get().connected_by == "somebody"


def test_a_lost_answer_to_a_refresh_is_tried_once_more_after_a_while(
    keeper: TokenKeeper, sandbox: ExactSandbox, later: Later
) -> None:
    sandbox.fault("lose_answer_before", path="oauth2/token", times=1)
    later.pass_by(601)

    with pytest.raises(ExactTemporaryError) as raised:
        keeper.access_token()
    assert raised.value.retry_at is not None
    assert raised.value.retry_at > later.now()

    later.pass_by(61)
    assert keeper.access_token()


def test_an_unused_permission_is_kept_alive_once_a_week(
    keeper: TokenKeeper, sandbox: ExactSandbox, later: Later
) -> None:
    assert not keeper.keep_alive()
    later.pass_by(7.1 * 86_400)

    assert keeper.keep_alive()
    assert not keeper.keep_alive()


def test_a_token_that_exact_refuses_is_renewed_once(
    exact: ExactClient, sandbox: ExactSandbox, connection: ExactConnection
) -> None:
    sandbox.advance(601)  # our own clock does not know that the token is over

    assert exact.me().full_name

    assert [call.status for call in sandbox.calls if call.kind != "page"][-3:] == [401, 200, 200]


def test_a_second_401_asks_for_a_person(
    exact: ExactClient, sandbox: ExactSandbox, connection: ExactConnection
) -> None:
    sandbox.fault("status", path="current/Me", status=401)
    sandbox.advance(601)

    with pytest.raises(ExactDisconnectedError):
        exact.me()

    assert ExactConnection.objects.get().state == ExactConnection.State.RECONNECT


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_no_token_is_spent(sandbox: ExactSandbox, later: Later) -> None:
    connection = connect_through_sandbox(connected_by="test")
    keeper = TokenKeeper(connection.pk, now=later.now)
    later.pass_by(601)

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        keeper.access_token()

    assert token_calls(sandbox) == [200]
    assert keeper.access_token()


@pytest.mark.django_db(transaction=True)
def test_a_roll_back_after_a_refresh_loses_nothing(sandbox: ExactSandbox, later: Later) -> None:
    connection = connect_through_sandbox(connected_by="test")
    keeper = TokenKeeper(connection.pk, now=later.now)
    later.pass_by(601)
    renewed = keeper.access_token()

    with transaction.atomic():
        assert keeper.access_token() == renewed
        ExactConnection.objects.update(connected_by="never")
        transaction.set_rollback(True)

    row = ExactConnection.objects.get()
    assert tokens_of(row).access_token == renewed
    assert row.connected_by == "test"


@pytest.fixture
def port(settings: LazySettings, transactional_db: None) -> Iterator[tuple[ExactSandbox, str]]:
    """Serve the stand-in where other processes reach it."""
    sandbox = ExactSandbox()
    with run_on_port(sandbox) as url:
        settings.EXACT_URL = url
        yield sandbox, url


def _expire(sandbox: ExactSandbox) -> None:
    sandbox.advance(601)
    past = timezone.now() - timedelta(seconds=1)
    ExactConnection.objects.update(expires_at=past, refresh_not_before=past)
    row = ExactConnection.objects.get()
    given = tokens_of(row)
    TokenKeeper(row.pk).store(
        type(given)(given.access_token, given.refresh_token, past, past), state=row.state
    )


def test_eight_processes_with_an_expired_token_refresh_it_once(
    port: tuple[ExactSandbox, str],
) -> None:
    sandbox, url = port
    connect_through_sandbox(connected_by="test")
    context = multiprocessing.get_context("spawn")
    name = str(database.settings_dict["NAME"])
    setup = (name, url, context.Barrier(PROCESSES))

    with context.Pool(PROCESSES, spawned.begin, setup) as pool:
        for _ in range(ROUNDS):
            _expire(sandbox)
            served = pool.map(spawned.ask_who_we_are, range(PROCESSES), chunksize=1)
            assert all(served)
            assert len(served) == PROCESSES

    assert token_calls(sandbox) == [200] * (ROUNDS + 1)
    assert {call.status for call in sandbox.calls if call.kind == "user"} == {200}


def test_a_process_killed_before_it_stored_the_pair_loses_nothing(
    port: tuple[ExactSandbox, str],
) -> None:
    sandbox, url = port
    row = connect_through_sandbox(connected_by="test")
    _expire(sandbox)
    process = multiprocessing.get_context("spawn").Process(
        target=spawned.refresh_and_die, args=(str(database.settings_dict["NAME"]), url)
    )
    process.start()
    process.join(60)
    assert process.exitcode == -9
    spent = tokens_of(ExactConnection.objects.get())

    after_the_lease = TokenKeeper(row.pk, now=lambda: timezone.now() + timedelta(seconds=61))
    token = after_the_lease.access_token()

    assert token != spent.access_token
    assert token_calls(sandbox) == [200, 200]
    _expire(sandbox)
    assert TokenKeeper(row.pk).access_token() != token  # the chain lives on


def test_no_secret_is_ever_logged_or_shown(
    exact: ExactClient, sandbox: ExactSandbox, later: Later, keeper: TokenKeeper,
    settings: LazySettings, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    shown: list[Any] = []
    secrets = {settings.EXACT_CLIENT_SECRET, settings.TOKEN_KEYS[0]}
    for fault in ("lose_answer_after", "html", "status", "revoke_tokens"):
        given = tokens_of(ExactConnection.objects.get())
        secrets |= {given.access_token, given.refresh_token}
        sandbox.fault(fault, method="POST", times=1)
        later.pass_by(700)
        for act in (keeper.access_token, exact.me, lambda: exact.create_account({"Name": "Zed"})):
            try:
                shown.append(act() if act is not keeper.access_token else act() and None)
            except Exception as error:
                shown += [error, repr(error)]
        sandbox.clear_faults()
    shown += [keeper, given, ExactConnection.objects.get(), caplog.text]

    told = " ".join(f"{thing!s} {thing!r}" for thing in shown)
    assert len(caplog.records) > 5
    assert not [secret for secret in secrets if secret in told]
