"""The two limits on calls, their headers, and the block after too many errors."""

from collections.abc import Iterator

import pytest
import requests

from exact_client.sandbox import ExactSandbox
from tests.exact_client.sandbox.caller import Caller

MINUTELY = [f"X-RateLimit-Minutely-{name}" for name in ("Limit", "Remaining", "Reset")]
DAILY = [f"X-RateLimit-{name}" for name in ("Limit", "Remaining", "Reset")]


@pytest.fixture
def limited() -> ExactSandbox:
    sandbox = ExactSandbox()
    sandbox.advance(86_400 + 43_201 - sandbox.clock.now() % 86_400)  # noon: no window ends soon
    return sandbox


@pytest.fixture
def caller(limited: ExactSandbox) -> Iterator[Caller]:
    caller = Caller(limited)
    yield caller
    caller.session.close()


def test_a_call_tells_both_limits_in_milliseconds(caller: Caller, limited: ExactSandbox) -> None:
    answer = caller.get("financial/Journals", top=1)
    now = limited.clock.now()

    assert [answer.headers[name] for name in MINUTELY[:2]] == ["60", "59"]
    assert [answer.headers[name] for name in DAILY[:2]] == ["5000", "4999"]
    assert int(answer.headers[MINUTELY[2]]) == (now // 60 + 1) * 60_000
    assert int(answer.headers[DAILY[2]]) == (now // 86_400 + 1) * 86_400_000


def test_the_sixty_first_call_of_a_minute_is_refused_without_the_daily_headers(
    caller: Caller,
) -> None:
    statuses = [caller.get("financial/Journals", top=1).status_code for _ in range(60)]
    refused = caller.get("financial/Journals", top=1)

    assert set(statuses) == {200}
    assert (refused.status_code, refused.content) == (429, b"")
    assert refused.headers[MINUTELY[1]] == "0"
    assert not set(DAILY) & refused.headers.keys()
    assert "Retry-After" not in refused.headers


def test_the_next_minute_begins_with_sixty_calls(caller: Caller, limited: ExactSandbox) -> None:
    limited.fault("rate_limit_minute", times=1)
    assert caller.get("financial/Journals", top=1).status_code == 429
    assert caller.get("financial/Journals", top=1).status_code == 429

    limited.advance(60)

    assert caller.get("financial/Journals", top=1).headers[MINUTELY[1]] == "59"


def test_a_used_up_day_is_told_without_the_minutes_headers(
    caller: Caller, limited: ExactSandbox
) -> None:
    limited.fault("rate_limit_day", times=1)
    refused = caller.get("financial/Journals", top=1)

    assert refused.status_code == 429
    assert refused.headers[DAILY[1]] == "0"
    assert not set(MINUTELY) & refused.headers.keys()
    limited.advance(3600 - 1)
    caller.renew()
    still = caller.get("financial/Journals", top=1).status_code
    limited.advance(86_400)
    caller.renew()
    assert (still, caller.get("financial/Journals", top=1).status_code) == (429, 200)


def test_who_am_i_belongs_to_no_division_and_counts_nowhere(caller: Caller) -> None:
    answer = caller.get("/api/v1/current/Me")

    assert not {*MINUTELY, *DAILY} & answer.headers.keys()
    assert caller.get("financial/Journals", top=1).headers[MINUTELY[1]] == "59"


def test_divisions_are_counted_apart(caller: Caller) -> None:
    caller.get("financial/Journals", top=1)
    other = caller.get("/api/v1/124133/financial/Journals", top=1)

    assert other.headers[MINUTELY[1]] == "59"


def test_without_limits_the_headers_come_with_huge_numbers(exact: Caller) -> None:
    statuses = {exact.get("financial/Journals", top=1).status_code for _ in range(61)}
    answer = exact.get("financial/Journals", top=1)

    assert statuses == {200}
    assert int(answer.headers[MINUTELY[1]]) > 1_000_000
    assert int(answer.headers[DAILY[1]]) > 1_000_000


@pytest.mark.parametrize("path", ["crm/Nothing", "vat/VATCodes(guid'0')"])
def test_more_than_ten_errors_of_an_endpoint_in_an_hour_block_the_key(
    caller: Caller, limited: ExactSandbox, path: str
) -> None:
    errors = [caller.get(path).status_code for _ in range(11)]
    blocked = caller.get("financial/Journals", top=1)

    assert set(errors) <= {400, 404}
    assert (blocked.status_code, blocked.content) == (429, b"")
    assert not {*MINUTELY, *DAILY} & blocked.headers.keys()
    limited.advance(3601)
    caller.renew()
    assert caller.get("financial/Journals", top=1).status_code == 200


def test_ten_errors_are_forgiven_and_those_of_an_hour_ago_forgotten(
    caller: Caller, limited: ExactSandbox
) -> None:
    for _ in range(10):
        caller.get("crm/Nothing")
    limited.advance(3601)
    caller.renew()
    for _ in range(10):
        caller.get("crm/Nothing")

    assert caller.get("financial/Journals", top=1).status_code == 200


@pytest.mark.parametrize(("count_500", "status"), [(False, 200), (True, 429)])
def test_refusals_count_as_errors_only_when_switched(
    caller: Caller, limited: ExactSandbox, *, count_500: bool, status: int
) -> None:
    limited.switches.set(count_500=count_500)
    for _ in range(11):
        assert caller.send("POST", "crm/Accounts", {}).status_code == 500

    assert caller.get("financial/Journals", top=1).status_code == status


def test_early_refreshes_count_as_errors_too(limited: ExactSandbox, caller: Caller) -> None:
    pair = limited.issue_tokens("app", "s")
    form = {
        "grant_type": "refresh_token",
        "refresh_token": pair["refresh_token"],
        "client_id": "app",
        "client_secret": "s",
    }
    url = caller.url("/api/oauth2/token")
    del caller.session.headers["Authorization"]

    statuses = [caller.session.post(url, data=form).status_code for _ in range(12)]

    assert statuses == [400] * 11 + [429]


@pytest.mark.parametrize(("counted", "status"), [(True, 429), (False, 200)])
def test_a_client_may_call_for_tokens_two_hundred_times_a_day(
    *, counted: bool, status: int
) -> None:
    sandbox = ExactSandbox(limits=counted)
    sandbox.switches.set(refresh_window=0)
    caller = Caller(sandbox)
    del caller.session.headers["Authorization"]
    refresh = sandbox.issue_tokens("app", "s")["refresh_token"]

    def refreshed() -> requests.Response:
        form = {"grant_type": "refresh_token", "client_id": "app", "client_secret": "s"}
        url = caller.url("/api/oauth2/token")
        return caller.session.post(url, data={**form, "refresh_token": refresh})

    for _ in range(200):
        refresh = refreshed().json()["refresh_token"]

    assert refreshed().status_code == status
