"""The function that tells from which row version on to read."""

import pytest

from exact_client.sandbox import ExactSandbox
from tests.exact_client.sandbox.caller import Caller, an_entry

WHERE = "read/sync/Sync/SyncTimestamp"


def asked(exact: Caller, modified: str, name: str = "TransactionLines") -> list[dict[str, object]]:
    answer = exact.get(f"{WHERE}?modified=datetime'{modified}'&endPoint='{name}'")
    return list(answer.json()["d"]["results"])


def test_it_tells_the_first_change_since_a_moment(exact: Caller, sandbox: ExactSandbox) -> None:
    exact.send("POST", "salesentry/SalesEntries", an_entry(sandbox))
    sandbox.advance(60)
    moment = sandbox.clock.wall().isoformat(timespec="seconds")
    exact.send("POST", "salesentry/SalesEntries", an_entry(sandbox))
    first, later = asked(exact, "2020-01-01")[0], asked(exact, moment)[0]
    lines = exact.rows("sync/Financial/TransactionLines", filter="Timestamp gt 1L")

    assert first["TimeStampAsBigInt"] == lines[0]["Timestamp"]
    assert later["TimeStampAsBigInt"] == lines[2]["Timestamp"]
    assert first["API"] == "TransactionLines"
    assert asked(exact, "2099-01-01") == []


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?modified=datetime'2026-01-01'",
        "?endPoint='TransactionLines'",
        "?modified=2026-01-01&endPoint='TransactionLines'",
        "?modified=datetime'soon'&endPoint='TransactionLines'",
        "?modified=datetime'2026-01-01'&endPoint='VATCodes'",
    ],
)
def test_it_wants_both_arguments(exact: Caller, query: str) -> None:
    assert exact.get(WHERE + query).status_code == 400
