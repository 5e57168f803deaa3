"""The way to Zoho: broken questions are asked again, limits are told, nothing leads astray."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings

from zoho_client.budget import Budget, Lane, purse
from zoho_client.client import ZohoClient
from zoho_client.connections import connect_through_sandbox
from zoho_client.errors import (
    ZohoDisconnectedError,
    ZohoOutOfCreditsError,
    ZohoTemporaryError,
    ZohoUncertainError,
    ZohoUnexpectedError,
)
from zoho_client.meter import Meter, calls_made
from zoho_client.models import ZohoConnection, ZohoCredits
from zoho_client.sandbox import ZohoSandbox, run_on_port
from zoho_client.tokens import OneToken, TokenKeeper
from zoho_client.transport import Transport
from zoho_client.wire import Answer, Limits, Request, Wire


class Scripted(Wire):
    """Answers the same to whatever is asked, as no stand-in would."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self._body = body

    def send(self, request: Request, *, body_limit: int | None = None) -> Answer:
        return Answer(200, {"Content-Type": "application/json"}, self._body)


BREAKS = ["lose_answer_after", "lose_answer_before", "reset", "timeout", "truncate", "html"]


@pytest.fixture
def zoho(connection: ZohoConnection) -> ZohoClient:
    """Return a client that does not wait between its tries."""
    return ZohoClient(a_way(connection))


def no_sleep(_: float) -> None:
    """Go on at once."""


def a_way(
    connection: ZohoConnection,
    wire: Wire | None = None,
    *,
    patience: float = 0.0,
    sleep: Callable[[float], None] = no_sleep,
) -> Transport:
    return Transport(
        api_domain=connection.api_domain,
        keeper=TokenKeeper(connection.pk),
        wire=wire or Wire(),
        meter=Meter(Budget(connection.pk), Lane.PUSH),
        patience=patience,
        sleep=sleep,
    )


@pytest.mark.parametrize("fault", BREAKS)
def test_a_question_that_broke_is_asked_again(
    zoho: ZohoClient, sandbox: ZohoSandbox, fault: str
) -> None:
    sandbox.fault(fault, path="/crm/", times=2)

    assert zoho.org().zgid
    assert zoho.find_by("Accounts", "Account_Name", ["nobody"]) == []


@pytest.mark.parametrize("fault", BREAKS)
def test_a_query_that_broke_is_asked_again_although_it_is_a_post(
    zoho: ZohoClient, sandbox: ZohoSandbox, fault: str
) -> None:
    sandbox.fault(fault, path="/crm/v8/coql", times=2)

    assert next(zoho.changed("Accounts", ["Account_Name"])).id


def test_after_three_tries_it_is_for_later(zoho: ZohoClient, sandbox: ZohoSandbox) -> None:
    fault = sandbox.fault("html", path="/crm/v8/org")

    with pytest.raises(ZohoTemporaryError, match="a page instead of data"):
        zoho.org()

    assert fault.fired == 3


@pytest.mark.parametrize("name", ["TOO_MANY_REQUESTS", "RATE_LIMIT_EXCEEDED"])
def test_a_limit_is_not_hammered_on_and_all_processes_wait(
    zoho: ZohoClient, sandbox: ZohoSandbox, connection: ZohoConnection, name: str
) -> None:
    sandbox.switches.set(too_many=name)
    fault = sandbox.fault("rate_limit", path="/crm/", times=1)
    now = datetime.now(UTC)

    with pytest.raises(ZohoTemporaryError) as raised:
        zoho.org()
    with pytest.raises(ZohoOutOfCreditsError) as waiting:
        ZohoClient.connected(connection, lane=Lane.PERSON).org()

    assert fault.fired == 1
    assert raised.value.retry_at is not None
    assert now + timedelta(seconds=1) < raised.value.retry_at < now + timedelta(seconds=10)
    assert waiting.value.retry_at == raised.value.retry_at
    assert ZohoCredits.objects.get().paused_until == raised.value.retry_at


def test_work_that_nobody_waits_for_waits_a_little_for_its_turn_and_goes_on(
    connection: ZohoConnection, sandbox: ZohoSandbox
) -> None:
    slept: list[float] = []
    sandbox.fault("rate_limit", path="/crm/", method="POST", times=1)

    def as_if_slept(seconds: float) -> None:
        slept.append(seconds)
        row = ZohoCredits.objects.get()
        row.count["closed_until"] = 0
        row.save()

    way = a_way(connection, patience=20, sleep=as_if_slept)

    assert ZohoClient(way).insert("Accounts", [{"Account_Name": "A"}])[0].ok
    assert len(slept) == 1
    assert 1 < slept[0] < 3


def test_its_patience_ends(connection: ZohoConnection, sandbox: ZohoSandbox) -> None:
    slept: list[float] = []
    fault = sandbox.fault("rate_limit", path="/crm/")

    with pytest.raises(ZohoTemporaryError) as raised:
        ZohoClient(a_way(connection, patience=20, sleep=slept.append)).org()

    assert raised.value.retry_at is not None
    assert 10 < sum(slept) <= 20
    assert fault.fired == 1  # no sleep of this test lasts, so it never came back to the door


def test_what_zoho_says_is_left_is_known_from_half_on(
    zoho: ZohoClient, sandbox: ZohoSandbox, connection: ZohoConnection
) -> None:
    zoho.org()
    unknown = ZohoCredits.objects.get().count["told"]
    limits = sandbox.limits
    limits.spend(limits.allowed - limits.used - 1_001)

    zoho.org()

    assert unknown is None
    assert purse(connection.pk).left == 1_000
    with pytest.raises(ZohoOutOfCreditsError) as raised:
        ZohoClient.connected(connection, lane=Lane.MIRROR).org()
    assert raised.value.retry_at is not None
    assert ZohoClient.connected(connection, lane=Lane.PERSON).org().zgid


def test_each_call_is_counted(zoho: ZohoClient, sandbox: ZohoSandbox) -> None:
    before, seen = calls_made(), len(sandbox.calls)

    zoho.org()
    list(zoho.changed("Accounts", []))

    assert calls_made() - before == len(sandbox.calls) - seen == 2


def test_a_call_that_never_left_costs_nothing_and_is_for_later(
    connection: ZohoConnection, sandbox: ZohoSandbox
) -> None:
    ZohoConnection.objects.update(api_domain="http://127.0.0.1:9")
    connection.refresh_from_db()
    before = ZohoCredits.objects.get().count

    with pytest.raises(ZohoTemporaryError, match="Nothing was sent"):
        ZohoClient(a_way(connection)).insert("Accounts", [{"Account_Name": "A"}])

    assert ZohoCredits.objects.get().count["spent"] == before["spent"]
    assert purse(connection.pk).in_flight == 0


def test_no_token_is_sent_to_an_address_that_is_not_zohos(connection: ZohoConnection) -> None:
    connection.api_domain = "https://www.zohoapis.eu.evil.example"

    with pytest.raises(ZohoDisconnectedError, match="no address of Zoho"):
        ZohoClient.connected(connection, lane=Lane.PUSH)


def test_an_answer_that_is_too_long_is_not_read(
    connection: ZohoConnection, sandbox: ZohoSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zoho_client.transport.LONGEST_ANSWER", 1_000)

    with pytest.raises(ZohoTemporaryError):
        list(ZohoClient(a_way(connection)).records("Accounts", ["Account_Name"]))


@pytest.fixture
def port(settings: LazySettings, db: None) -> Iterator[ZohoSandbox]:
    """Serve the stand-in on a real port."""
    sandbox = ZohoSandbox()
    with run_on_port(sandbox) as url:
        settings.ZOHO_ACCOUNTS_URL = url
        yield sandbox


def test_an_answer_that_drips_is_given_up_in_time(port: ZohoSandbox) -> None:
    connection = connect_through_sandbox(connected_by="test")
    way = a_way(connection, Wire(Limits(connect=1, read=1, total=1)))
    port.fault("slow", path="/crm/v8/Accounts", seconds=0.2)
    started = time.monotonic()

    with pytest.raises(ZohoUncertainError):
        ZohoClient(way).insert("Accounts", [{"Account_Name": "A"}])

    assert time.monotonic() - started < 10  # the whole answer would take half a minute and more


@pytest.mark.parametrize("body", [b'{"info": {}}', b'{"data": {}}', b'{"data": [1]}'])
def test_an_answer_in_an_unknown_shape_is_for_a_developer(
    body: bytes, settings: LazySettings
) -> None:
    way = Transport(
        api_domain=settings.ZOHO_ACCOUNTS_URL,
        keeper=OneToken("1000.a.b"),
        wire=Scripted(body),
        meter=Meter(None, Lane.PUSH),
    )

    with pytest.raises(ZohoUnexpectedError):
        list(ZohoClient(way).records("Accounts", ["Account_Name"]))
    with pytest.raises(ZohoUncertainError) as raised:
        ZohoClient(way).insert("Accounts", [{"Account_Name": "A"}])
    assert raised.value.unsettled == (0,)
