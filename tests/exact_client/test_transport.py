"""The way there and back: what breaks on it, what is never followed, and what it costs."""

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
import responses
from django.conf import LazySettings, settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from exact_client.client import ExactClient
from exact_client.connections import connect_through_sandbox
from exact_client.counting import Lane
from exact_client.errors import (
    ExactError,
    ExactOutOfBudgetError,
    ExactRefusedError,
    ExactTemporaryError,
    ExactUncertainError,
    ExactUnexpectedError,
)
from exact_client.models import CallBreaker, Division
from exact_client.sandbox import ExactSandbox, run_on_port
from exact_client.wire import (
    POOL_SIZE,
    Limits,
    LostError,
    NotSentError,
    Request,
    Wire,
    pooled_session,
)

JOURNALS = "http://localhost:8100/api/v1/124132/financial/Journals"
QUICK = Limits(connect=1, read=1, total=1)
LOST = ["lose_answer_after", "lose_answer_before", "truncate", "reset", "html"]


@pytest.fixture(name="patched")
def patched_settings(settings: LazySettings) -> LazySettings:
    """Return the settings, to be changed for one test."""
    return settings


@pytest.fixture
def server(exact: ExactClient) -> Iterator[responses.RequestsMock]:
    """Answer in the stand-in's place, by what each test scripts."""
    adapters = pooled_session().adapters
    stand_in = adapters.pop(settings.EXACT_URL)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock
    adapters[settings.EXACT_URL] = stand_in


def division_calls(sandbox: ExactSandbox, method: str = "") -> list[str]:
    return [
        call.path
        for call in sandbox.calls
        if call.kind == "division" and call.method.startswith(method)
    ]


@pytest.mark.parametrize("fault", LOST)
def test_a_create_leaves_once_whatever_becomes_of_its_answer(
    exact: ExactClient, sandbox: ExactSandbox, fault: str
) -> None:
    sandbox.fault(fault, method="POST", path="Accounts")

    with pytest.raises(ExactUncertainError):
        exact.create_account({"Name": "Once"})

    assert len(division_calls(sandbox, "POST")) == 1


@pytest.mark.parametrize("fault", ["lose_answer_after", "html"])
def test_a_question_is_asked_three_times_and_then_waits(
    exact: ExactClient, sandbox: ExactSandbox, fault: str
) -> None:
    before = len(division_calls(sandbox, "GET"))
    sandbox.fault(fault, method="GET", path="Journals")

    with pytest.raises(ExactTemporaryError):
        list(exact.journals())

    assert len(division_calls(sandbox, "GET")) - before == 3


def test_a_long_list_arrives_whole_although_every_third_answer_is_cut(
    exact: ExactClient, sandbox: ExactSandbox
) -> None:
    sandbox.fault("lose_answer_before", method="GET", every=3)

    assert len(list(exact.gl_accounts())) == sandbox.count("glaccounts")


def test_out_of_budget_says_until_when_and_makes_no_call(
    exact: ExactClient, sandbox: ExactSandbox
) -> None:
    sandbox.fault("rate_limit_minute", times=1)
    with pytest.raises(ExactTemporaryError) as limited:
        list(exact.journals())
    calls = len(sandbox.calls)

    with pytest.raises(ExactOutOfBudgetError) as stopped:
        list(exact.journals())

    assert len(sandbox.calls) == calls
    assert limited.value.retry_at is not None
    assert stopped.value.retry_at is not None
    assert abs((stopped.value.retry_at - limited.value.retry_at).total_seconds()) < 3


def test_six_errors_in_an_hour_rest_the_endpoint_before_exact_blocks_it(
    exact: ExactClient, sandbox: ExactSandbox
) -> None:
    sandbox.fault("status", path="Journals", status=400, body="Not supported")
    for _ in range(6):
        with pytest.raises(ExactRefusedError):
            list(exact.journals())
    calls = len(sandbox.calls)

    with pytest.raises(ExactTemporaryError, match="rests") as resting:
        list(exact.journals())

    assert resting.value.retry_at is not None
    assert len(sandbox.calls) == calls
    assert list(exact.vat_codes())  # the others go on


def test_one_call_tries_whether_a_resting_endpoint_works_again(
    exact: ExactClient, sandbox: ExactSandbox, division: Division
) -> None:
    sandbox.fault("status", path="Journals", status=400, body="Not supported", times=6)
    for _ in range(6):
        with pytest.raises(ExactRefusedError):
            list(exact.journals())
    breaker = CallBreaker.objects.get(division=division)
    breaker.closed_until = breaker.closed_until and breaker.closed_until.replace(year=2020)
    breaker.save()

    assert list(exact.journals())
    assert list(exact.journals())


@pytest.mark.django_db(transaction=True)
def test_nothing_is_asked_inside_a_transaction(sandbox: ExactSandbox) -> None:
    connection = connect_through_sandbox(connected_by="test")
    exact = ExactClient.connected(connection.divisions.chosen().get(), lane=Lane.PUSH)
    calls = len(sandbox.calls)

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        next(exact.journals())

    assert len(sandbox.calls) == calls


@pytest.mark.parametrize(
    "link",
    [
        "https://elsewhere.example/api/v1/124132/financial/Journals?$skiptoken=1",
        "http://localhost:9999/api/v1/124132/financial/Journals?$skiptoken=1",
        "http://localhost:8100/api/v1/999/financial/Journals?$skiptoken=1",
        "http://localhost:8100/api/v1/124132/../999/financial/Journals?$skiptoken=1",
        JOURNALS + "?$skiptoken=again",
    ],
)
def test_a_next_page_elsewhere_or_without_an_end_is_not_followed(
    exact: ExactClient, server: responses.RequestsMock, link: str
) -> None:
    server.get(JOURNALS, json={"d": {"results": [], "__next": link}})

    with pytest.raises(ExactUnexpectedError):
        list(exact.journals())

    assert all(str(call.request.url).startswith(JOURNALS) for call in server.calls)
    assert len(server.calls) <= 2


def test_a_redirect_is_not_followed(exact: ExactClient, server: responses.RequestsMock) -> None:
    server.post(
        JOURNALS.replace("financial/Journals", "crm/Accounts"),
        status=307,
        headers={"Location": "https://elsewhere.example/"},
    )

    with pytest.raises(ExactUncertainError):
        exact.create_account({"Name": "Once"})

    assert len(server.calls) == 1


@pytest.mark.parametrize("body", [{"d": []}, {"d": {"results": []}}])
def test_both_shapes_of_an_empty_list_mean_absent(
    exact: ExactClient, server: responses.RequestsMock, body: dict[str, object]
) -> None:
    server.get(JOURNALS.replace("financial/Journals", "salesentry/SalesEntries"), json=body)

    assert exact.sales_entries_with_reference("x") == []


@pytest.mark.parametrize("body", [{"d": None}, {"d": {}}, {"d": {"EntryID": "1"}}, {}, []])
def test_any_other_shape_never_means_absent(
    exact: ExactClient, server: responses.RequestsMock, body: object
) -> None:
    server.get(JOURNALS.replace("financial/Journals", "salesentry/SalesEntries"), json=body)

    with pytest.raises(ExactError):
        exact.sales_entries_with_reference("x")


def test_entries_of_another_reference_never_mean_found(
    exact: ExactClient, server: responses.RequestsMock
) -> None:
    row = {"EntryID": "2e1e1503-5e79-41d5-b801-5bbc78272132", "YourRef": "y"}
    server.get(JOURNALS.replace("financial/Journals", "salesentry/SalesEntries"), json={"d": [row]})

    with pytest.raises(ExactUnexpectedError):
        exact.sales_entries_with_reference("x")


@pytest.mark.parametrize("url", ["https://evil.example", "http://start.exactonline.nl"])
def test_tokens_go_nowhere_but_to_exact(division: Division, url: str) -> None:
    division.connection.url = url

    with pytest.raises(ImproperlyConfigured):
        ExactClient.connected(division, lane=Lane.PUSH)


class Listener:
    """A server on a port that answers each connection by a given script."""

    def __init__(self, *parts: bytes, pause: float = 0.0) -> None:
        self._parts, self._pause = parts, pause
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._over = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        caller, _ = self._socket.accept()
        caller.recv(65536)
        for part in self._parts:
            if self._over.wait(self._pause):
                break
            try:
                caller.sendall(part)
            except OSError:
                break
        else:
            self._over.wait(5)
        caller.close()

    def close(self) -> None:
        self._over.set()
        self._socket.close()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n"


@pytest.fixture(
    params={
        "nothing at all": Listener,
        "a body that drips": lambda: Listener(HEAD, *[b" "] * 400, pause=0.05),
        "a head that drips": lambda: Listener(*[b"H"] * 400, pause=0.05),
    }.items(),
    ids=lambda item: item[0],
)
def sluggish(request: pytest.FixtureRequest) -> Iterator[str]:
    listener = request.param[1]()
    yield listener.url
    listener.close()


def test_a_call_ends_in_time_however_slowly_it_is_answered(sluggish: str) -> None:
    started = time.monotonic()

    with pytest.raises(LostError):
        Wire(QUICK).send(Request("GET", sluggish))

    assert time.monotonic() - started < QUICK.connect + QUICK.total + 2


def test_an_answer_too_long_is_cut_off() -> None:
    listener = Listener(HEAD, b"x" * 400)

    with pytest.raises(LostError):
        Wire(replace(QUICK, body=100)).send(Request("GET", listener.url))

    listener.close()


def test_what_was_refused_at_the_door_was_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]

    with pytest.raises(NotSentError):
        Wire(QUICK).send(Request("POST", f"http://127.0.0.1:{port}"))


def test_no_name_and_no_tls_mean_that_nothing_was_sent() -> None:
    listener = Listener(b"this is not TLS")

    with pytest.raises(NotSentError):
        Wire(QUICK).send(Request("POST", listener.url.replace("http:", "https:")))

    listener.close()


@pytest.mark.parametrize("fault", ["reset", "truncate", "lose_answer_after", "timeout"])
def test_on_a_real_socket_a_lost_answer_is_uncertain(
    transactional_db: None, patched: LazySettings, fault: str
) -> None:
    patched.EXACT_READ_TIMEOUT = patched.EXACT_TOTAL_TIMEOUT = 1.0
    sandbox = ExactSandbox()
    with run_on_port(sandbox) as url:
        patched.EXACT_URL = url
        connection = connect_through_sandbox(connected_by="test")
        exact = ExactClient.connected(connection.divisions.chosen().get(), lane=Lane.PUSH)
        list(exact.journals())  # from here on a connection is open
        sandbox.fault(fault, method="POST", path="Accounts", times=1)

        with pytest.raises(ExactUncertainError):
            exact.create_account({"Name": "Once"})

        assert exact.create_account({"Name": "Twice"}).name == "Twice"


def test_many_calls_share_a_few_connections(transactional_db: None, patched: LazySettings) -> None:
    sandbox = ExactSandbox()
    opened: list[object] = []
    with run_on_port(sandbox) as url:
        patched.EXACT_URL = url
        connection = connect_through_sandbox(connected_by="test")
        exact = ExactClient.connected(connection.divisions.chosen().get(), lane=Lane.PUSH)
        before = _connections_opened(url)
        for _ in range(12):
            list(exact.journals())
        opened.append(_connections_opened(url) - before)

    assert opened == [0]
    assert _connections_opened(url) <= POOL_SIZE


def _connections_opened(url: str) -> int:
    adapter = pooled_session().get_adapter(url)
    return int(adapter.poolmanager.connection_from_url(url).num_connections)  # type: ignore[attr-defined]  # ours is an HTTPAdapter
