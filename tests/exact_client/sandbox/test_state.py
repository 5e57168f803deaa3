"""A state that survives a restart, and `manage.py sandbox` as a process of its own."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
import requests

from exact_client.sandbox import ExactSandbox, run_on_port
from tests.exact_client.sandbox.caller import CALLBACK, CLIENT, Caller, an_entry

ENTRIES = "salesentry/SalesEntries"
Opened = Callable[[], ExactSandbox]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "exact.state"


@pytest.fixture
def opened(file: Path) -> Iterator[Opened]:
    """Open a stand-in on the file; all are closed in the end."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(closing(ExactSandbox(limits=False, state=file)))


def test_what_was_answered_survives_a_restart(opened: Opened) -> None:
    before = opened()
    exact = Caller(before)
    exact.send("POST", "crm/Accounts", {"Name": "Kept", "Status": "C"})
    gone = exact.send("POST", ENTRIES, an_entry(before)).json()["d"]["EntryID"]
    exact.send("POST", ENTRIES, an_entry(before, 10))
    exact.send("DELETE", f"{ENTRIES}(guid'{gone}')")
    document = exact.send("POST", "documents/Documents", {"Subject": "x", "Type": 10}).json()["d"]
    file = {"Document": document["ID"], "FileName": "x.pdf", "Attachment": "JVBERg=="}
    exact.send("POST", "documents/DocumentAttachments", file)
    before.pay(26700002, 5)
    before.year(2030)
    before.close()

    after = opened()

    assert len(after.entries) == 1
    for table in (
        *("accounts", "entries", "lines", "transactions", "receivables", "deleted", "terms"),
        *("payments", "documents", "attachments", "periods"),
    ):
        assert after.records(table) == before.records(table), table


def test_timestamps_go_on_rising_after_a_restart(opened: Opened) -> None:
    before = opened()
    Caller(before).send("POST", ENTRIES, an_entry(before))
    told = max(row["Timestamp"] for row in before.records("transactions"))
    before.close()

    after = opened()
    made = Caller(after).send("POST", "crm/Accounts", {"Name": "Later"}).json()["d"]["ID"]

    assert next(row["Timestamp"] for row in after.accounts if row["ID"] == made) > told


def test_tokens_survive_a_reset_and_a_restart(opened: Opened) -> None:
    before = opened()
    token = before.issue_tokens("app", "secret")["access_token"]
    before.reset()
    before.close()

    exact = Caller(opened())  # its token is another app's
    exact.session.headers["Authorization"] = f"Bearer {token}"

    assert exact.get("financial/Journals", top=1).status_code == 200


def test_a_line_that_a_crash_cut_is_left_out(opened: Opened, file: Path) -> None:
    before = opened()
    Caller(before).send("POST", ENTRIES, an_entry(before))
    before.close()
    file.write_bytes(file.read_bytes() + b'[{"division":124132,"table":"entr')

    after = opened()
    assert len(after.entries) == 1
    assert Caller(after).send("POST", ENTRIES, an_entry(after)).status_code == 201
    after.close()
    assert len(opened().entries) == 2


@contextmanager
def served(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `manage.py sandbox` and read its address; it must end by itself when told to."""
    command = [sys.executable, "manage.py", "sandbox", "--exact-port", "0", "--zoho-port", "0"]
    command += options
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().split()[-1]
        finally:
            process.terminate()
            process.wait(timeout=10)


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command that ends by itself."""
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours


def connected(url: str) -> Caller:
    """A caller with a token that it got by way of the consent page."""
    caller = Caller(ExactSandbox(limits=False), host=url)
    asked = {"response_type": "code", "redirect_uri": CALLBACK, "client_id": CLIENT["client_id"]}
    consent = caller.session.post(
        f"{url}/api/oauth2/auth", params=asked, data={"decision": "allow"}, allow_redirects=False
    )
    code = consent.headers["Location"].partition("code=")[2].replace("%21", "!")
    form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code": code, **CLIENT}
    del caller.session.headers["Authorization"]
    answer = caller.session.post(f"{url}/api/oauth2/token", data=form)
    caller.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return caller


def test_entries_and_tokens_survive_kill_9(file: Path) -> None:
    options = ("--state", str(file), "--no-limits")
    with served(*options) as (process, url):
        exact = connected(url)
        posted = [exact.send("POST", ENTRIES, an_entry(exact.sandbox)) for _ in range(20)]
        process.kill()
    with served(*options) as (process, url):
        exact.host = url
        entries = exact.get("/_sandbox/state").json()["entries"]
        rows = exact.rows(ENTRIES, select="EntryNumber")
        process.terminate()
        status = process.wait(timeout=10)

    numbers = {answer.json()["d"]["EntryNumber"] for answer in posted}
    assert {entry["EntryNumber"] for entry in entries} == numbers
    assert {row["EntryNumber"] for row in rows} == numbers
    assert len(numbers) == 20
    assert status == 0


def test_a_port_in_use_is_named(file: Path) -> None:
    with served() as (_, url):
        port = url.rpartition(":")[2]
        command = [sys.executable, "manage.py", "sandbox", "--exact-port", port]
        ended = run(command)

    assert ended.returncode == 2
    assert f"Port {port} is in use" in ended.stderr


@pytest.mark.parametrize("content", ["{}", '[{"Code": "1"}]', "nonsense"])
def test_the_command_says_what_is_wrong_with_a_file_of_accounts(
    tmp_path: Path, content: str
) -> None:
    accounts = tmp_path / "accounts.json"
    accounts.write_text(content)
    command = [sys.executable, "manage.py", "sandbox", "--exact-accounts", str(accounts)]
    ended = run(command)

    assert ended.returncode == 2
    assert "can't be read" in ended.stderr


def test_eight_callers_at_once_get_numbers_of_their_own(opened: Opened) -> None:
    sandbox = opened()
    token = sandbox.issue_tokens()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    entry = an_entry(sandbox)
    with run_on_port(sandbox) as url, ThreadPoolExecutor(8) as callers:
        where = f"{url}/api/v1/124132/{ENTRIES}"

        def post(_: int) -> int:
            answer = requests.post(where, json=entry, headers=headers, timeout=10)
            return int(answer.json()["d"]["EntryNumber"])

        numbers = sorted(callers.map(post, range(80)))
    sandbox.close()

    assert numbers == list(range(26700001, 26700081))
    assert sorted(row["EntryNumber"] for row in opened().entries) == numbers
