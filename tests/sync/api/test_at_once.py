"""Several requests at the same moment, from several threads of a server that runs."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from django.db import connections
from pytest_django.live_server_helper import LiveServer

from sync.models import ApiAnswer, Invoice
from sync.services import api_clients
from tests.build import NOW
from tests.sync.api.calling import ALL, invoice

AT_ONCE = 6
SECONDS = 30
pytestmark = pytest.mark.django_db(transaction=True)


def asked_at_once(url: str, key: str, method: str, path: str, **request: Any) -> list[Any]:
    """Send the same request from several threads; return the answers."""

    def ask(_: int) -> Any:
        headers = {"Authorization": f"Bearer {key}", **request.get("headers", {})}
        return requests.request(
            method,
            f"{url}/api/v1/{path}",
            json=request.get("json"),
            headers=headers,
            timeout=SECONDS,
        )

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(ask, range(AT_ONCE)))


@pytest.fixture(autouse=True)
def closed_connections() -> Iterator[None]:
    yield
    connections.close_all()


def test_one_key_sent_at_once_is_worked_on_once(live_server: LiveServer) -> None:
    key = api_clients.make("program", ALL, now=NOW).key
    headers = {"Idempotency-Key": "1f0a"}

    answers = asked_at_once(
        live_server.url, key, "POST", "invoices", json={"invoices": [invoice()]}, headers=headers
    )

    done = [answer for answer in answers if answer.status_code == 200]
    waiting = [answer for answer in answers if answer.status_code == 409]
    assert done
    assert len(done) + len(waiting) == AT_ONCE
    assert all(answer.json()["new"] == 1 for answer in done)
    assert sum("Idempotency-Replayed" not in answer.headers for answer in done) == 1
    assert Invoice.objects.count() == ApiAnswer.objects.count() == 1


def test_one_document_sent_at_once_without_a_key_is_taken_in_once(live_server: LiveServer) -> None:
    key = api_clients.make("program", ALL, now=NOW).key

    answers = asked_at_once(
        live_server.url, key, "POST", "invoices", json={"invoices": [invoice()]}
    )

    assert [answer.status_code for answer in answers] == [200] * AT_ONCE
    assert sum(answer.json()["new"] for answer in answers) == 1
    assert Invoice.objects.count() == 1
    assert Invoice.objects.get().lines.count() == 1


def test_the_limit_holds_for_all_threads_together(live_server: LiveServer) -> None:
    key = api_clients.make("program", ALL, now=NOW, calls_per_minute=2).key

    answers = asked_at_once(live_server.url, key, "GET", "status")

    told = [answer.status_code for answer in answers]
    assert set(told) == {200, 429}
    assert told.count(200) in {2, 3, 4}  # more than two when a minute ends between them
