"""Faults: what a caller sees of each, in-process and on a real socket, and what was done."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from exact_client.sandbox import ExactSandbox, run_on_port
from tests.exact_client.sandbox.caller import HOST, Caller, an_entry

ENTRIES = "salesentry/SalesEntries"
CUT = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)


@pytest.fixture(params=["in-process", "on a port"])
def exact(request: pytest.FixtureRequest, sandbox: ExactSandbox) -> Iterator[Caller]:
    if request.param == "in-process":
        yield Caller(sandbox, host=HOST)
        return
    with run_on_port(sandbox) as url:
        caller = Caller(sandbox, host=url)
        yield caller
        caller.session.close()


def post(exact: Caller, **changes: Any) -> requests.Response:
    return exact.send("POST", ENTRIES, an_entry(exact.sandbox, **changes))


def test_a_lost_answer_leaves_an_entry_behind(exact: Caller, sandbox: ExactSandbox) -> None:
    sandbox.fault("lose_answer_after", path="SalesEntries", method="POST", times=1)

    with pytest.raises(requests.ConnectionError):
        post(exact)

    assert len(sandbox.entries) == 1
    found = exact.rows(ENTRIES, select="EntryID", filter="YourRef eq 'INV-2026-000001'", top=10)
    assert [row["EntryID"] for row in found] == [sandbox.entries[0]["EntryID"]]


@pytest.mark.parametrize("kind", ["lose_answer_before", "reset"])
def test_a_lost_request_leaves_nothing_behind(
    exact: Caller, sandbox: ExactSandbox, kind: str
) -> None:
    fault = sandbox.fault(kind, path="SalesEntries", times=1)

    with pytest.raises(requests.ConnectionError):
        post(exact)

    assert (sandbox.entries, fault.fired) == ([], 1)
    assert post(exact).status_code == 201


def test_a_reset_is_a_reset(exact: Caller, sandbox: ExactSandbox) -> None:
    sandbox.fault("reset", after=True, times=1)

    with pytest.raises(requests.ConnectionError) as cut:
        post(exact)

    assert "reset by peer" in str(cut.value)
    assert len(sandbox.entries) == 1


@pytest.mark.parametrize(("after", "entries"), [(False, 0), (True, 1)])
def test_a_time_out_may_hide_a_booked_entry(
    exact: Caller, sandbox: ExactSandbox, *, after: bool, entries: int
) -> None:
    sandbox.fault("timeout", after=after, times=1)

    with pytest.raises(requests.ReadTimeout):
        exact.session.post(exact.url(ENTRIES), json=an_entry(sandbox), timeout=0.1)

    assert len(sandbox.entries) == entries


@pytest.mark.parametrize(("after", "entries"), [(False, 0), (True, 1)])
def test_any_status_can_be_answered(
    exact: Caller, sandbox: ExactSandbox, *, after: bool, entries: int
) -> None:
    sandbox.fault("status", status=503, after=after, times=1)
    answer = post(exact)

    assert (answer.status_code, answer.content) == (503, b"")
    assert len(sandbox.entries) == entries


def test_a_status_can_carry_exacts_words(exact: Caller, sandbox: ExactSandbox) -> None:
    sandbox.fault("status", body="Gegeven bestaat reeds.", times=1)
    answer = post(exact)

    assert (answer.status_code, exact.text_of(answer)) == (500, "Gegeven bestaat reeds.")


@pytest.mark.parametrize(("status", "seen"), [(None, 502), (200, 200)])
def test_maintenance_answers_html_with_any_status(
    exact: Caller, sandbox: ExactSandbox, status: int | None, seen: int
) -> None:
    sandbox.fault("html", status=status, times=1)
    answer = post(exact)

    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (seen, "text/html")
    assert "<html>" in answer.text
    assert sandbox.entries == []


def test_a_truncated_answer_ends_in_its_middle(exact: Caller, sandbox: ExactSandbox) -> None:
    sandbox.fault("truncate", times=1)

    with pytest.raises(CUT):
        post(exact)

    assert len(sandbox.entries) == 1


def test_a_slow_answer_drips(exact: Caller, sandbox: ExactSandbox) -> None:
    sandbox.fault("slow", seconds=0.002, times=1)
    with exact.session.get(
        exact.url("financial/Journals?$select=Code&$top=1"), stream=True, timeout=5
    ) as answer:
        body = b"".join(answer.iter_content(1))

    assert body.startswith(b'{"d":[')
    assert len(body) == int(answer.headers["Content-Length"])


def test_a_late_commit_books_after_the_caller_gave_up(exact: Caller, sandbox: ExactSandbox) -> None:
    sandbox.fault("late_commit", seconds=600, times=1)

    with pytest.raises(requests.ConnectionError):
        post(exact)

    sandbox.advance(599)
    assert sandbox.entries == []
    sandbox.advance(1)
    assert len(sandbox.entries) == 1


def test_a_new_entry_can_be_hidden_from_searches_for_a_while(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    sandbox.fault("view_lag", path="SalesEntries", method="POST", seconds=60, times=1)
    made = post(exact).json()["d"]
    asked = {"select": "EntryID", "filter": "YourRef eq 'INV-2026-000001'", "top": 10}

    assert exact.rows(ENTRIES, **asked) == []
    assert exact.get(f"{ENTRIES}(guid'{made['EntryID']}')").status_code == 200
    sandbox.advance(60)
    assert len(exact.rows(ENTRIES, **asked)) == 1


def test_a_lag_can_come_together_with_a_lost_answer(exact: Caller, sandbox: ExactSandbox) -> None:
    sandbox.fault("view_lag", seconds=60, times=1)
    sandbox.fault("lose_answer_after", times=1)

    with pytest.raises(requests.ConnectionError):
        post(exact)

    assert exact.rows(ENTRIES, select="EntryID", top=10) == []
    assert len(sandbox.entries) == 1


def test_revoked_tokens_are_answered_401(exact: Caller, sandbox: ExactSandbox) -> None:
    sandbox.fault("revoke_tokens", times=1)

    assert post(exact).status_code == 401
    exact.renew()
    assert post(exact).status_code == 201


def test_limits_can_be_used_up_though_nothing_is_counted(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    sandbox.fault("rate_limit_minute", times=1)

    answers = [exact.get("financial/Journals", top=1).status_code for _ in range(2)]
    sandbox.advance(60)

    assert answers == [429, 429]
    assert exact.get("financial/Journals", top=1).status_code == 200


def test_every_third_call_is_hit_and_never_more_often_than_asked(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    sandbox.fault("status", path="Journals", method="GET", status=500, every=3, times=2)
    exact.get("crm/Accounts", top=1)

    statuses = [exact.get("financial/Journals", top=1).status_code for _ in range(10)]

    assert statuses == [200, 200, 500, 200, 200, 500, 200, 200, 200, 200]


def test_a_random_share_is_the_same_for_the_same_seed(exact: Caller, sandbox: ExactSandbox) -> None:
    def drawn(seed: int) -> list[int]:
        sandbox.clear_faults()
        sandbox.fault("status", status=500, share=0.5, seed=seed)
        return [exact.get("financial/Journals", top=1).status_code for _ in range(12)]

    first = drawn(7)

    assert set(first) == {200, 500}
    assert drawn(7) == first
    assert drawn(8) != first


def test_calls_are_told_with_what_went_wrong(exact: Caller, sandbox: ExactSandbox) -> None:
    sandbox.fault("lose_answer_after", path="SalesEntries", times=1)
    with pytest.raises(requests.ConnectionError):
        post(exact)
    exact.get("/api/v1/current/Me")
    exact.session.post(exact.url("/api/oauth2/token"), data={})

    told = [(c.kind, c.method, c.path, c.status, c.fault) for c in sandbox.calls]
    assert told == [
        ("division", "POST", f"/api/v1/124132/{ENTRIES}", 201, "lose_answer_after"),
        ("user", "GET", "/api/v1/current/Me", 200, ""),
        ("token", "POST", "/api/oauth2/token", 401, ""),
    ]


@pytest.mark.parametrize("plan", [{"kind": "gremlin"}, {"kind": "reset", "evry": 2}, {}])
def test_a_fault_that_is_none_is_refused(exact: Caller, plan: dict[str, object]) -> None:
    answer = exact.send("POST", "/_sandbox/faults", plan)

    assert answer.status_code == 400
    assert exact.sandbox.faults == []
