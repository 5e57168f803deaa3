"""The addresses under /_sandbox/, and the pages for people."""

from typing import Any

import pytest

from exact_client.sandbox import ExactSandbox
from tests.exact_client.sandbox.caller import Caller, an_entry

ENTRIES = "salesentry/SalesEntries"


def test_the_state_counts_and_shows_what_is_in_the_books(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    exact.send("POST", ENTRIES, an_entry(sandbox, 100, -10))
    state = exact.get("/_sandbox/state").json()

    assert state["counts"]["accounts"] == len(state["accounts"]) == 1447
    assert state["counts"]["entries"] == 1
    entry = state["entries"][0]
    assert (entry["YourRef"], entry["AmountDC"], entry["VATAmountDC"]) == (
        "INV-2026-000001",
        108.9,
        18.9,
    )
    assert (entry["CustomerName"], entry["Journal"]) == ("Desmnet Partners", "70")
    assert [line["AmountFC"] for line in entry["lines"]] == [100, -10]


def test_the_knobs_are_turned_by_http(exact: Caller, sandbox: ExactSandbox) -> None:
    before = sandbox.clock.now()
    exact.send("POST", "/_sandbox/faults", {"kind": "status", "path": "Journals", "every": 2})
    exact.send("POST", "/_sandbox/switches", {"language": "fr"})
    exact.send("POST", "/_sandbox/clock", {"advance": 3600})

    assert exact.get("/_sandbox/faults").json()[0]["every"] == 2
    assert exact.get("/_sandbox/switches").json()["language"] == "fr"
    assert sandbox.clock.now() - before >= 3600
    assert exact.send("DELETE", "/_sandbox/faults").json() == []
    assert sandbox.faults == []


@pytest.mark.parametrize("wrong", [{"langauge": "fr"}, {"language": 1}, [1]])
def test_a_switch_that_is_none_is_refused(exact: Caller, wrong: Any) -> None:
    assert exact.send("POST", "/_sandbox/switches", wrong).status_code == 400


def test_a_reset_brings_the_company_back_and_keeps_the_connection(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    exact.send("POST", ENTRIES, an_entry(sandbox))
    sandbox.fault("reset", path="nothing")
    sandbox.switches.set(language="fr")

    assert exact.send("POST", "/_sandbox/reset").json() == {"reset": True}

    assert (sandbox.entries, sandbox.faults, sandbox.switches.language) == ([], [], "nl")
    assert len(sandbox.accounts) == 1447
    assert exact.send("POST", ENTRIES, an_entry(sandbox)).json()["d"]["EntryNumber"] == 26700001


def test_strangers_find_no_knobs(sandbox: ExactSandbox) -> None:
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/_sandbox/state",
        "SERVER_NAME": "10.0.0.1",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "10.0.0.7",
        "wsgi.url_scheme": "http",
        "wsgi.input": None,
    }
    statuses: list[str] = []

    list(sandbox(environ, lambda status, _headers: statuses.append(status)))

    assert statuses == ["404 Not Found"]


def test_a_person_sees_the_company_and_each_entry(exact: Caller, sandbox: ExactSandbox) -> None:
    entry = an_entry(sandbox, YourRef="<script>alert(1)</script>")
    made = exact.send("POST", ENTRIES, entry).json()["d"]
    exact.send("POST", ENTRIES, an_entry(sandbox, -50, Journal="79"))
    home = exact.get("/").text
    one = exact.get(f"/entries/{made['EntryID']}").text

    assert "Flexhub Brussels" in home
    assert "60.50" in home  # 121.00 less 60.50
    assert f"/entries/{made['EntryID']}" in home
    assert "&lt;script&gt;" in home
    assert "<script>" not in home + one
    assert "700100 Omzet flexdesks" in one
    assert exact.get("/entries/nothing").status_code == 404


def test_a_person_can_search(exact: Caller, sandbox: ExactSandbox) -> None:
    exact.send("POST", ENTRIES, an_entry(sandbox, YourRef="FIND-ME"))
    exact.send("POST", ENTRIES, an_entry(sandbox, YourRef="OTHER"))
    found = exact.session.get(exact.url("/"), params={"q": "find-me"}).text
    accounts = exact.session.get(exact.url("/"), params={"q": "Recer & Buijs"}).text

    assert "FIND-ME" in found
    assert "OTHER" not in found
    assert "NL2156.163.64.B01" in accounts
