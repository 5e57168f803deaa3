"""Talking to zapfloor: pages, tokens, limits, and everything that it may answer instead."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from exact_client.wire import Limits, Wire
from sync.models import ZapfloorSource
from sync.services.zapfloor import source as zapfloor_source
from sync.services.zapfloor.tokens import SourceTokens
from sync.zapfloor.addresses import address, followed
from sync.zapfloor.client import ZapfloorClient
from sync.zapfloor.errors import (
    ZapfloorDisconnectedError,
    ZapfloorError,
    ZapfloorTemporaryError,
    ZapfloorUnexpectedError,
)
from sync.zapfloor.json_api import read_page
from sync.zapfloor.sandbox.app import CLIENT
from sync.zapfloor.sandbox.faults import Fault
from tests.build import NOW, an_operator
from tests.sync.zapfloor.conftest import Standing, typed

CUSTOMERS = "/v1/customers?page[size]=20"
SITE = "https://api.zapfloorhq.com"


class Fixed:
    """Tokens for a test that is about something else."""

    def token(self) -> str:
        return "one"

    def after_401(self, refused: str) -> str:
        return "another"


@pytest.mark.django_db
def test_pages_are_followed_to_the_last(client: ZapfloorClient, zapfloor: Standing) -> None:
    pages = list(client.pages(CUSTOMERS))

    assert [len(page.records) for page in pages] == [20, 20, 10]
    assert len(zapfloor.asked("/oauth/token")) == 1


@pytest.mark.django_db
def test_a_token_that_is_refused_is_replaced_once(
    client: ZapfloorClient, zapfloor: Standing
) -> None:
    list(client.pages(CUSTOMERS))
    zapfloor.sandbox.tokens.clear()

    assert len(list(client.pages(CUSTOMERS))) == 3
    assert len(zapfloor.asked("/oauth/token")) == 2

    zapfloor.sandbox.faults.append(Fault("status", path="/v1", status=401))
    with pytest.raises(ZapfloorDisconnectedError, match="refuses the token it just gave"):
        list(client.pages(CUSTOMERS))
    assert len(zapfloor.asked("/oauth/token")) == 3


@pytest.mark.django_db
def test_a_token_is_renewed_before_it_ends(source: ZapfloorSource, zapfloor: Standing) -> None:
    moment = [NOW]
    tokens = SourceTokens(source.pk, now=lambda: moment[0])
    first = tokens.token()

    moment[0] += timedelta(minutes=58)
    assert tokens.token() == first
    moment[0] += timedelta(minutes=1, seconds=30)
    assert tokens.token() != first


@pytest.mark.django_db(transaction=True)
def test_many_at_once_ask_for_one_token(zapfloor: Standing) -> None:
    source = zapfloor_source.save(typed(zapfloor.url), by=an_operator())
    zapfloor.sandbox.faults.append(Fault("slow", path="/oauth", seconds=0.3, times=1))
    given: list[str] = []

    def ask() -> None:
        from django.db import connection  # noqa: PLC0415 - this thread's own

        given.append(SourceTokens(source.pk).token())
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(given) == 4
    assert len(set(given)) == 1
    assert len(zapfloor.asked("/oauth/token")) == 1


@pytest.mark.django_db
def test_a_token_for_credentials_that_were_replaced_meanwhile_is_not_kept(
    source: ZapfloorSource, zapfloor: Standing
) -> None:
    class Replacing(Wire):
        def send(self, *args: Any, **more: Any) -> Any:
            ZapfloorSource.objects.update(password_sealed="another")  # noqa: S106 - no password
            return super().send(*args, **more)

    SourceTokens(source.pk, Replacing()).token()

    source.refresh_from_db()
    assert source.token_sealed == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        (Fault("status", status=403), ZapfloorDisconnectedError, "ask zapfloor for the scope"),
        (Fault("status", status=404), ZapfloorUnexpectedError, "knows no /v1/customers"),
        (Fault("status", status=400), ZapfloorUnexpectedError, "check its filters"),
        (Fault("status", status=500), ZapfloorTemporaryError, "out of order"),
        (Fault("status", status=429), ZapfloorTemporaryError, "enough calls"),
        (Fault("html"), ZapfloorUnexpectedError, "did not answer in JSON"),
        (Fault("redirect"), ZapfloorUnexpectedError, "that is not followed"),
        (Fault("next_elsewhere"), ZapfloorUnexpectedError, "another host"),
        (Fault("circle"), ZapfloorUnexpectedError, "round in a circle"),
    ],
    ids=lambda value: f"{value.kind}-{value.status}" if isinstance(value, Fault) else "",
)
def test_whatever_it_answers_becomes_an_error_in_plain_words(
    client: ZapfloorClient, zapfloor: Standing, fault: Fault, error: type[ZapfloorError], said: str
) -> None:
    list(client.pages(CUSTOMERS))  # a token is there
    fault.path, fault.fired = "/v1/customers", 0
    zapfloor.sandbox.faults.append(fault)

    with pytest.raises(error, match=said):
        list(client.pages(CUSTOMERS))


@pytest.mark.django_db
def test_a_limit_tells_when_to_come_back(client: ZapfloorClient, zapfloor: Standing) -> None:
    fault = Fault("status", path="/v1", status=429, retry_after=120)
    zapfloor.sandbox.faults.append(fault)

    with pytest.raises(ZapfloorTemporaryError) as caught:
        list(client.pages(CUSTOMERS))

    assert caught.value.retry_at is not None
    assert caught.value.retry_at > datetime.now(UTC) + timedelta(seconds=100)


def test_a_slow_answer_is_given_up(zapfloor: Standing) -> None:
    zapfloor.sandbox.faults.append(Fault("slow", seconds=1.0))
    hasty = Wire(Limits(connect=0.2, read=0.2, total=0.3))

    with pytest.raises(ZapfloorTemporaryError, match="did not arrive whole"):
        list(ZapfloorClient(zapfloor.url, Fixed(), hasty).pages(CUSTOMERS))


def test_nobody_at_the_address_is_temporary() -> None:
    with pytest.raises(ZapfloorTemporaryError, match="could not be reached"):
        list(ZapfloorClient("http://127.0.0.1:9", Fixed()).pages(CUSTOMERS))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "said"),
    [({"password": "wrong"}, "invalid_grant"), ({"scope": "MINE:READ"}, "invalid_scope")],
)
def test_refused_credentials_are_told_and_never_logged(
    zapfloor: Standing,
    caplog: pytest.LogCaptureFixture,
    changed: Mapping[str, str],
    said: str,
) -> None:
    source = zapfloor_source.save({**typed(zapfloor.url), **changed}, by=an_operator())
    caplog.set_level(logging.DEBUG)

    with pytest.raises(ZapfloorDisconnectedError, match=said) as caught:
        list(zapfloor_source.client_of(source).pages(CUSTOMERS))

    told = f"{caught.value!r} {caplog.text}"
    for secret in (CLIENT["client_secret"], CLIENT["password"], "'wrong'"):
        assert secret not in told


@pytest.mark.django_db
def test_a_token_stays_out_of_the_logs(
    client: ZapfloorClient, zapfloor: Standing, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    list(client.pages(CUSTOMERS))

    assert zapfloor.sandbox.tokens
    assert not any(token in caplog.text for token in zapfloor.sandbox.tokens)


@pytest.mark.django_db
def test_secrets_that_no_key_opens_are_told(source: ZapfloorSource) -> None:
    ZapfloorSource.objects.update(password_sealed="gAAAAAnonsense")  # noqa: S106 - no password

    with pytest.raises(ZapfloorDisconnectedError, match="TOKEN_KEYS"):
        SourceTokens(source.pk).token()


def test_the_filter_of_since_is_left_out_where_there_is_no_moment() -> None:
    path = "/v1/x?include=a,b&filters[updated_since]={since}"

    assert address(SITE, path, None) == f"{SITE}/v1/x?include=a,b"
    assert address(SITE, path, NOW).endswith("&filters%5Bupdated_since%5D=2026-10-05T09:30:00Z")
    assert address(SITE, "/v1/x", NOW) == f"{SITE}/v1/x"


def test_a_next_page_keeps_to_the_host_and_to_https() -> None:
    assert followed(SITE, "http://api.zapfloorhq.com/v1/x?page=2") == f"{SITE}/v1/x?page=2"
    assert followed(SITE, "/v1/x?page=2") == f"{SITE}/v1/x?page=2"
    assert followed(SITE, "https://example.com/v1/x") is None
    assert followed(SITE, "//example.com/v1/x") is None
    assert followed(SITE, "@example.com/v1/x") is None


def test_a_list_that_is_cut_off_without_a_link_is_no_whole_list() -> None:
    content = {"data": [{"type": "x", "id": "1"}], "meta": {"page": {"total": 7}}}
    page = read_page(json.dumps(content).encode())

    assert (page.total, page.next_link) == (7, "")
    with pytest.raises(ZapfloorUnexpectedError, match="7 records, sent 1"):
        ZapfloorClient(SITE, Fixed())._next(page, {SITE}, is_first=True)  # noqa: SLF001 - no stand-in cuts lists off


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"data": 1}', b'{"data": [1]}', b"[" * 100_000, b"{}"]
)
def test_what_is_no_list_is_told(body: bytes) -> None:
    with pytest.raises(ZapfloorUnexpectedError):
        read_page(body)


def test_amounts_keep_their_last_digit_and_absurd_ones_cost_nothing() -> None:
    (record,) = read_page(b'{"data": [{"a": 0.10000000000000000001, "b": 1e999999}]}').records

    assert str(record.content["a"]) == "0.10000000000000000001"
    assert record.content["b"] == "1e999999"
