"""Credits of a day and calls in flight: when Zoho says 429, and how late it warns."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.zoho_client.sandbox.calling import Zoho
from zoho_client.sandbox import ZohoSandbox, run_on_port
from zoho_client.sandbox.clock import DAY
from zoho_client.sandbox.messages import Problem

REMAINING = "X-API-CREDITS-REMAINING"


@pytest.fixture
def zoho() -> Zoho:
    return Zoho()


def cost(zoho: Zoho, method: str, path: str, body: Any = None, **query: Any) -> int:
    before = zoho.sandbox.limits.used
    zoho.call(method, path, body, **query)
    return zoho.sandbox.limits.used - before


@pytest.mark.parametrize(
    ("edition", "users", "credits_"),
    [
        ("free", 10, 5_000),
        ("standard", 10, 52_500),
        ("standard", 1_000, 100_000),
        ("professional", 10, 55_000),
        ("enterprise", 10, 60_000),
        ("ultimate", 10, 70_000),
    ],
)
def test_credits_follow_edition_and_users(
    zoho: Zoho, edition: str, users: int, credits_: int
) -> None:
    zoho.sandbox.switches.set(edition=edition, users=users)

    licence = zoho.get("org")["org"][0]["license_details"]
    assert zoho.sandbox.limits.allowed == credits_
    assert (licence["paid_type"], licence["users_license_purchased"]) == (edition, users)


def test_writes_cost_a_credit_for_each_ten_records(zoho: Zoho) -> None:
    def records(count: int) -> Any:
        return {"data": [{"Account_Name": f"A{n}"} for n in range(count)]}

    assert cost(zoho, "POST", "Accounts", records(10)) == 1
    assert cost(zoho, "POST", "Accounts", records(11)) == 2
    assert cost(zoho, "POST", "Accounts/upsert", records(100)) == 10
    assert cost(zoho, "GET", "Accounts", fields="id") == 1
    assert cost(zoho, "GET", "Accounts", fields="id", cvid="1") == 3


def test_what_remains_is_told_from_half_of_the_day_on(zoho: Zoho) -> None:
    zoho.sandbox.switches.set(edition="free")
    zoho.sandbox.limits.spend(2_498)
    early = zoho.call("GET", "Accounts", fields="id")
    late = zoho.call("GET", "Accounts", fields="id")

    assert REMAINING not in early.headers
    assert late.headers[REMAINING] == "2500"


def test_spent_credits_come_back_after_24_hours(zoho: Zoho) -> None:
    zoho.sandbox.limits.spend(zoho.sandbox.limits.allowed)
    answer = zoho.call("GET", "Accounts", fields="id")
    code, _ = zoho.refused(answer, 429)
    zoho.sandbox.advance(DAY + 1)

    assert code == "TOO_MANY_REQUESTS"
    assert "Retry-After" not in answer.headers
    assert Zoho(zoho.sandbox).get("Accounts", fields="id")


def test_the_other_name_of_too_many_requests(zoho: Zoho) -> None:
    zoho.sandbox.switches.set(too_many="RATE_LIMIT_EXCEEDED")
    zoho.sandbox.fault("rate_limit", times=1)

    answer = zoho.call("GET", "Accounts", fields="id")
    assert zoho.refused(answer, 429)[0] == "RATE_LIMIT_EXCEEDED"
    assert zoho.get("Accounts", fields="id")


def test_ten_heavy_calls_may_be_in_flight_whatever_the_edition(zoho: Zoho) -> None:
    zoho.sandbox.switches.set(edition="ultimate")
    limits = zoho.sandbox.limits
    for _ in range(10):
        limits.take_off("app", heavy=True)

    with pytest.raises(Problem, match="TOO_MANY_REQUESTS"):
        limits.take_off("app", heavy=True)
    limits.take_off("app", heavy=False)
    limits.take_off("another app", heavy=True)
    limits.land("app", heavy=True)
    limits.take_off("app", heavy=True)


def test_a_heavy_call_is_a_query_or_a_write_of_more_than_ten(zoho: Zoho) -> None:
    for _ in range(10):
        zoho.sandbox.limits.take_off("test", heavy=True)
    many = {"data": [{"Account_Name": "A"}] * 11}
    query = {"select_query": "select id from Accounts where id is not null limit 1"}

    assert zoho.call("POST", "Accounts", many).status_code == 429
    assert zoho.call("POST", "coql", query).status_code == 429
    assert zoho.call("POST", "Accounts", {"data": many["data"][:10]}).status_code == 201
    assert [call.status for call in zoho.sandbox.calls] == [429, 429, 201]


def test_calls_that_hang_are_in_flight_until_they_end() -> None:
    sandbox = ZohoSandbox()
    sandbox.switches.set(edition="free")
    token = sandbox.issue_tokens()["access_token"]
    headers = {"Authorization": f"Zoho-oauthtoken {token}"}
    sandbox.fault("timeout", times=5, seconds=30)
    ended = threading.Barrier(6, timeout=10)

    with run_on_port(sandbox) as url, ThreadPoolExecutor(5) as callers:
        where = f"{url}/crm/v8/Accounts?fields=id"

        def hang() -> None:
            with requests.Session() as session, pytest.raises(requests.Timeout):
                session.get(where, headers=headers, timeout=0.6)
            ended.wait()

        for _ in range(5):
            callers.submit(hang)
        while len(sandbox.calls) < 5:
            time.sleep(0.01)
        crowded = requests.get(where, headers=headers, timeout=5)
        ended.wait()
        free = [requests.get(where, headers=headers, timeout=5).status_code for _ in range(20)]

    assert crowded.status_code == 429
    assert free[-1] == 200


def test_without_limits_nothing_is_refused() -> None:
    zoho = Zoho(ZohoSandbox(limits=False))
    zoho.sandbox.limits.spend(10_000_000)

    assert zoho.get("Accounts", fields="id")
