"""An installation that a browser visits: pages, worker, and the stand-in of Exact on its port."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from tests.running.installation import ROOT, Installation, a_free_port, eventually

PATIENCE = {
    "EXACT_SETTLE_SECONDS": "3",  # how long a lost answer is looked up before it counts as absent
    "EXACT_READ_TIMEOUT": "5",
    "EXACT_TOTAL_TIMEOUT": "8",
}
SECONDS = 10  # for one call to the stand-in's knobs


class StandIn:
    """Exact's stand-in, as a person with its address sees and turns it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def state(self) -> dict[str, Any]:
        """Return its counts, its accounts and its entries."""
        state: dict[str, Any] = self._ask("GET", "state")
        return state

    def entries(self, reference: str = "") -> list[dict[str, Any]]:
        """Return its entries, or those under one reference of ours."""
        found = self.state()["entries"]
        return [one for one in found if not reference or one["YourRef"] == reference]

    def of(self, division: int) -> list[dict[str, Any]]:
        """Return the entries of one of its divisions."""
        found: list[dict[str, Any]] = self._ask("GET", f"state?division={division}")["entries"]
        return found

    def turn(self, knob: str, **content: Any) -> Any:
        """Do what the accountant does in Exact: pay, bounce, alter, process, close a period."""
        return self._ask("POST", knob, content)

    def fault(self, kind: str, **plan: Any) -> None:
        """Let something go wrong from now on."""
        self._ask("POST", "faults", {"kind": kind, **plan})

    def mend(self) -> None:
        """Let everything go well again."""
        self._ask("DELETE", "faults")

    def _ask(self, method: str, knob: str, content: dict[str, Any] | None = None) -> Any:
        answer = requests.request(
            method, f"{self.url}/_sandbox/{knob}", json=content, timeout=SECONDS
        )
        assert answer.ok, answer.text
        return answer.json()


class Site:
    """A running installation and the log-in that it made."""

    def __init__(self, installation: Installation, stand_in: StandIn) -> None:
        self.installation = installation
        self.stand_in = stand_in
        self.url = f"http://localhost:{installation.port}"

    @property
    def password(self) -> str:
        """Return the password that `up` printed."""
        found = re.search(r"Sign in as admin with the password (\S+)", self.installation.said())
        assert found, self.installation.said()
        return found[1]

    def manage(self, *arguments: str | Path) -> str:
        """Run a command that must not fail outright; return what it printed."""
        done = self.installation.manage(*map(str, arguments))
        assert done.returncode in {0, 1}, done.stderr
        return done.stdout


@contextmanager
def a_site(folder: Path) -> Iterator[Site]:
    """Run everything on ports of its own, with an empty database and a stand-in that counts no
    calls, until the block ends.
    """
    port = a_free_port()
    url = f"http://localhost:{port}"
    exact = {"EXACT_URL": url, "EXACT_CLIENT_ID": "exactlink", "EXACT_CLIENT_SECRET": "a secret"}
    installation = Installation(folder, settings={**exact, **PATIENCE})
    with _stand_in(installation, port) as stand_in, installation.up():
        yield Site(installation, stand_in)


@contextmanager
def _stand_in(installation: Installation, port: int) -> Iterator[StandIn]:
    """Run `manage.py sandbox` ourselves: the one that `up` starts counts Exact's sixty calls."""
    with subprocess.Popen(  # noqa: S603 - our own command
        [
            *(sys.executable, "manage.py", "sandbox", "--no-limits"),
            *("--exact-port", str(port), "--zoho-port", "0"),
        ],
        cwd=ROOT,
        env=installation.environment,
        stdout=subprocess.DEVNULL,
    ) as process:
        try:
            stand_in = StandIn(f"http://localhost:{port}")
            eventually(lambda: _answers(stand_in))
            yield stand_in
        finally:
            process.terminate()


def _answers(stand_in: StandIn) -> bool:
    try:
        return bool(stand_in.state())
    except requests.ConnectionError:
        return False
