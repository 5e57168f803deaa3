"""Who may call the intake API, what for, and how often."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, override_settings

from sync.models import ApiClient
from sync.services import api_clients
from tests.accounts_link.imports.ubl_build import a_document
from tests.build import NOW, an_invoice, an_operator
from tests.sync.api.calling import ALL, Program, customer, invoice

pytestmark = pytest.mark.django_db

ENDPOINTS: list[tuple[str, str, Any, str]] = [
    ("PUT", "customers/10001", customer(), "customers:write"),
    ("POST", "customers", {"customers": [customer()]}, "customers:write"),
    ("POST", "invoices", {"invoices": [invoice()]}, "invoices:write"),
    ("POST", "documents", a_document(), "invoices:write"),
    ("GET", "invoices", None, "invoices:read"),
    ("GET", "invoices/INV-7", None, "invoices:read"),
    ("GET", "payments", None, "payments:read"),
]


@pytest.mark.parametrize("held", ALL)
@pytest.mark.parametrize(("method", "path", "content", "needed"), ENDPOINTS)
def test_each_address_opens_to_its_scope_and_to_no_other(
    method: str, path: str, content: Any, needed: str, held: str
) -> None:
    an_invoice(number="INV-7")

    response = Program([held]).send(method, path, content, kind_of(content))

    if held == needed:
        assert response.status_code in {200, 201}, response.content
    else:
        assert response.status_code == 403
        assert response.json()["code"] == "not_allowed"
        assert needed in response.json()["detail"]


def kind_of(content: Any) -> str:
    return "application/xml" if isinstance(content, bytes) else "application/json"


def test_the_table_above_names_every_address_with_a_scope() -> None:
    described = Client().get("/api/v1/openapi.json").json()

    scopes = [
        operation["x-scope"]
        for methods in described["paths"].values()
        for operation in methods.values()
        if operation["x-scope"]
    ]
    assert sorted(scopes) == sorted(needed for *_, needed in ENDPOINTS)


@pytest.mark.parametrize("scope", ALL)
def test_the_status_opens_to_every_key(scope: str) -> None:
    assert Program([scope]).get("status").json()["scopes"] == [scope]


@pytest.mark.parametrize(("method", "path", "content", "needed"), ENDPOINTS)
def test_nobody_comes_in_without_a_key(method: str, path: str, content: Any, needed: str) -> None:
    response = Program().send(method, path, content, Authorization="")

    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response["Content-Type"] == "application/problem+json"


WRONG_KEYS = [
    "Bearer",
    "Bearer ",
    "Bearer exl_00000000_nothing",
    "Bearer " + "x" * 5000,
    "Bearer \u00e9\u00e9",
    "Basic dXNlcjpwYXNz",
    "exl_00000000",
]


@pytest.mark.parametrize("value", WRONG_KEYS)
def test_a_wrong_key_is_refused(value: str) -> None:
    assert Program().get("status", Authorization=value).status_code == 401


def test_a_key_with_the_right_beginning_and_another_end_is_refused() -> None:
    program = Program()
    last = "A" if program.key[-1] != "A" else "B"

    response = program.get("status", Authorization=f"Bearer {program.key[:-1]}{last}")

    assert response.status_code == 401


def test_a_revoked_key_opens_nothing() -> None:
    program = Program()
    api_clients.revoke(program.client)

    assert program.get("status").status_code == 401


def test_a_session_is_no_key_and_no_log_in_is_asked_for() -> None:
    browser = Client()
    browser.force_login(an_operator("view_invoice"))

    assert browser.get("/api/v1/invoices").status_code == 401
    assert Client().get("/api/v1/docs").status_code == 200


def test_of_a_key_its_hash_alone_is_kept() -> None:
    program = Program()

    kept = ApiClient.objects.values().get(pk=program.client.pk)

    assert program.key not in str(kept)
    assert program.key.startswith(kept["prefix"])
    assert len(kept["key_hash"]) == 64
    assert program.key not in repr(api_clients.make("other", ALL, now=NOW))


@override_settings(DEBUG=True)
def test_a_key_is_never_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    program = Program()

    program.get("status")
    program.get("status", Authorization=f"Basic {program.key}")
    program.post("invoices", b"{")

    assert caplog.records
    assert program.key not in caplog.text


def test_a_client_that_calls_too_often_is_told_when_to_come_back() -> None:
    program = Program(calls_per_minute=3)
    at = NOW.replace(second=20)

    waits = [api_clients.count_call(program.client, now=at) for _ in range(4)]
    later = api_clients.count_call(program.client, now=at + timedelta(seconds=40))

    assert waits == [0, 0, 0, 41]
    assert later == 0


def test_too_many_calls_are_answered_with_retry_after() -> None:
    program = Program(calls_per_minute=1)
    answers = [program.get("status") for _ in range(4)]  # two minutes may pass by, four may not

    limited = [answer for answer in answers if answer.status_code == 429]

    assert limited
    assert 1 <= int(limited[0]["Retry-After"]) <= 61
    assert limited[0].json()["code"] == "too_many_calls"


def test_the_last_use_is_written_once_a_minute() -> None:
    program = Program()
    at = NOW.replace(second=1)

    for seconds in (0, 10, 30, 70):
        api_clients.count_call(program.client, now=at + timedelta(seconds=seconds))
        program.client.refresh_from_db()
        assert program.client.last_used_at == at + timedelta(seconds=70 if seconds == 70 else 0)


def test_a_minute_that_began_by_another_clock_counts_on() -> None:
    program = Program(calls_per_minute=2)
    ahead = NOW.replace(second=0) + timedelta(seconds=60)

    assert api_clients.count_call(program.client, now=ahead) == 0
    assert api_clients.count_call(program.client, now=ahead - timedelta(seconds=1)) == 0
    assert api_clients.count_call(program.client, now=ahead - timedelta(seconds=1)) > 0


@pytest.mark.parametrize(
    ("name", "scopes", "calls"),
    [("", ALL, 10), ("x" * 81, ALL, 10), ("a", [], 10), ("a", ["all"], 10), ("a", ALL, 0)],
)
def test_a_client_that_can_not_be_is_not_made(name: str, scopes: list[str], calls: int) -> None:
    with pytest.raises(api_clients.ApiClientError):
        api_clients.make(name, scopes, now=NOW, calls_per_minute=calls)


def test_a_name_is_given_once() -> None:
    api_clients.make("portal", ALL, now=NOW)

    with pytest.raises(api_clients.ApiClientError, match="has a key already"):
        api_clients.make("portal", ALL, now=NOW)
