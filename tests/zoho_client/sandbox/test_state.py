"""A state that survives a restart, made-up accounts, and both stand-ins as one process."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.zoho_client.sandbox.calling import API, Zoho
from zoho_client.sandbox import SandboxAdapter, ZohoSandbox, run_on_port
from zoho_client.sandbox.store import Change

CLIENT = {"client_id": "1000.APP", "client_secret": "a secret"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "zoho.json"


@contextmanager
def opened(file: Path) -> Iterator[Zoho]:
    """A stand-in with this file, and a caller of it."""
    sandbox = ZohoSandbox(state=file)
    try:
        yield Zoho(sandbox)
    finally:
        sandbox.close()


def test_records_deletions_tokens_and_numbers_survive_a_restart(file: Path) -> None:
    with opened(file) as zoho:
        made = zoho.post("Accounts", {"data": [{"Account_Name": "A"}]})["data"][0]["details"]
        gone = zoho.sandbox.records("Accounts")[0]["id"]
        zoho.call("DELETE", f"Accounts/{gone}")
        old = zoho.session.headers["Authorization"]
    with opened(file) as zoho:
        zoho.session.headers["Authorization"] = old
        again = zoho.post("Accounts", {"data": [{"Account_Name": "B"}]})["data"][0]["details"]

        assert zoho.sandbox.record("Accounts", made["id"])["Account_Name"] == "A"
        assert zoho.sandbox.record("Accounts", gone) == {}
        assert [row["id"] for row in zoho.get("Accounts/deleted")["data"]] == [gone]
        assert int(again["id"]) > int(made["id"])


def test_a_line_that_a_crash_cut_off_is_left_out(file: Path) -> None:
    with opened(file) as zoho:
        zoho.post("Accounts", {"data": [{"Account_Name": "A"}]})
        count = zoho.sandbox.store.count("Accounts")
    with file.open("a") as journal:
        journal.write('[{"table":"Accounts","key":"57257')
    with opened(file) as zoho:
        assert zoho.sandbox.store.count("Accounts") == count


def test_a_reset_is_remembered_too(file: Path) -> None:
    with opened(file) as zoho:
        before = zoho.sandbox.store.count("Accounts")
        zoho.post("Accounts", {"data": [{"Account_Name": "A"}]})
        zoho.sandbox.reset()
    with opened(file) as zoho:
        assert zoho.sandbox.store.count("Accounts") == before


def test_listeners_hear_what_changed_and_by_whom() -> None:
    zoho = Zoho()
    heard: list[Change] = []
    zoho.sandbox.store.on_change.append(heard.append)
    key = zoho.post("Accounts", {"data": [{"Account_Name": "A"}]})["data"][0]["details"]["id"]
    zoho.call("PUT", f"Accounts/{key}", {"data": [{"Account_Name": "A", "Phone": "+32 1"}]})
    zoho.call("DELETE", f"Accounts/{key}")

    assert [change.operation for change in heard] == ["insert", "update", "delete"]
    assert heard[1].fields == ("Phone",)
    assert {change.id for change in heard} == {key}
    assert heard[2].by["id"] == zoho.sandbox.company.users[-1]["id"]


def test_made_up_accounts_are_found_changed_and_deleted() -> None:
    zoho = Zoho(ZohoSandbox(generate=500))
    whole = zoho.sandbox.store.count("Accounts")
    page = zoho.get("Accounts", fields="VAT_Number", sort_by="Modified_Time", per_page=3)
    made_up = [f"{5725767301000000000 + n}" for n in range(500)]
    zoho.call("PUT", f"Accounts/{made_up[0]}", {"data": [{"Phone": "+32 1"}]})
    zoho.call("DELETE", f"Accounts/{made_up[1]}")
    first = zoho.get("Accounts", fields="Phone", sort_by="Modified_Time", per_page=1)["data"]

    assert page["info"]["count"] == 3
    assert first == [{"Phone": "+32 1", "id": made_up[0]}]
    assert (
        zoho.sandbox.store.count("Accounts") == whole - 1 == len(zoho.sandbox.records("Accounts"))
    )
    vat = zoho.sandbox.record("Accounts", made_up[7])["VAT_Number"]
    assert zoho.sandbox.store.find("Accounts", "VAT_Number", vat.lower()) == [made_up[7]]


def test_many_callers_at_once_get_ids_of_their_own() -> None:
    sandbox = ZohoSandbox(limits=False)
    token = sandbox.issue_tokens()["access_token"]
    headers = {"Authorization": f"Zoho-oauthtoken {token}"}
    with run_on_port(sandbox) as url, ThreadPoolExecutor(8) as callers:

        def make(number: int) -> Any:
            body = {"data": [{"Account_Name": f"A{number}"}]}
            answer = requests.post(f"{url}/crm/v8/Accounts", json=body, headers=headers, timeout=10)
            return answer.json()["data"][0]["details"]["id"]

        ids = list(callers.map(make, range(40)))

    assert len(set(ids)) == 40


def test_a_port_mistreats_answers_as_the_adapter_does() -> None:
    sandbox = ZohoSandbox()
    token = sandbox.issue_tokens()["access_token"]
    headers = {"Authorization": f"Zoho-oauthtoken {token}"}
    with run_on_port(sandbox) as url, requests.Session() as session:
        where = f"{url}/crm/v8/Accounts?fields=id&per_page=1"
        for kind in ("lose_answer_after", "reset", "truncate"):
            sandbox.fault(kind, times=1)
            with pytest.raises(requests.RequestException):
                session.get(where, headers=headers, timeout=5)
        sandbox.fault("slow", times=1, seconds=0)
        assert session.get(where, headers=headers, timeout=5).status_code == 200
        empty = session.get(f"{url}/crm/v8/Leads?fields=id", headers=headers, timeout=5)
        again = session.get(where, headers=headers, timeout=5)

    assert (empty.status_code, empty.content) == (204, b"")
    assert again.status_code == 200  # the connection lived on after an answer without a body


def test_one_command_serves_both_and_what_was_written_survives_a_kill(file: Path) -> None:
    def served() -> "subprocess.Popen[str]":
        command = [sys.executable, "manage.py", "sandbox", "--exact-port", "0", "--zoho-port", "0"]
        command += ["--zoho-state", str(file), "--zoho-generate", "10", "--no-limits"]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)  # noqa: S603 - ours

    def addresses(process: "subprocess.Popen[str]") -> list[str]:
        assert process.stdout is not None
        return [process.stdout.readline().split()[-1] for _ in range(2)]

    with served() as process, requests.Session() as session:
        exact, zoho = addresses(process)
        assert session.get(f"{exact}/_sandbox/state", timeout=10).status_code == 200
        pair = session.post(f"{zoho}/_sandbox/tokens", json=CLIENT, timeout=10).json()
        session.headers["Authorization"] = f"Zoho-oauthtoken {pair['access_token']}"
        body = {"data": [{"Account_Name": "Survivor"}]}
        made = session.post(f"{zoho}/crm/v8/Accounts", json=body, timeout=10).json()
        process.kill()
    with served() as process, requests.Session() as session:
        _, zoho = addresses(process)
        session.headers["Authorization"] = f"Zoho-oauthtoken {pair['access_token']}"
        key = made["data"][0]["details"]["id"]
        row = session.get(f"{zoho}/crm/v8/Accounts/{key}", timeout=10).json()["data"][0]
        process.terminate()
        assert process.wait(timeout=10) == 0

    assert row["Account_Name"] == "Survivor"


def test_two_sandboxes_know_nothing_of_each_other() -> None:
    first, second = Zoho(), ZohoSandbox()
    with requests.Session() as session:
        session.mount(API, SandboxAdapter(second))
        session.headers["Authorization"] = first.session.headers["Authorization"]
        answer = session.get(f"{API}/crm/v8/Accounts?fields=id")

    assert first.refused(answer, 401)[0] == "INVALID_TOKEN"
