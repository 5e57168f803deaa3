"""An installation that a browser visits: pages, worker, and the stand-ins on their ports."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.running.installation import ROOT, Installation, a_free_port, eventually

PATIENCE = {
    "EXACT_SETTLE_SECONDS": "3",  # how long a lost answer is looked up before it counts as absent
    "EXACT_READ_TIMEOUT": "5",
    "EXACT_TOTAL_TIMEOUT": "8",
}
SECONDS = 10  # for one call to the stand-in's knobs


class Knobs:
    """What every stand-in offers to a person with its address."""

    def __init__(self, url: str) -> None:
        self.url = url

    def state(self) -> dict[str, Any]:
        """Return what it has, and how much of it."""
        state: dict[str, Any] = self._ask("GET", "state")
        return state

    def calls(self) -> list[dict[str, Any]]:
        """Return what it was asked so far, oldest first."""
        calls: list[dict[str, Any]] = self._ask("GET", "calls")
        return calls

    def turn(self, knob: str, **content: Any) -> Any:
        """Do what somebody does in its own screens: pay, print, alter, add a contact."""
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


class StandIn(Knobs):
    """Exact's stand-in."""

    def entries(self, reference: str = "") -> list[dict[str, Any]]:
        """Return its entries, or those under one reference of ours."""
        found = self.state()["entries"]
        return [one for one in found if not reference or one["YourRef"] == reference]

    def of(self, division: int) -> list[dict[str, Any]]:
        """Return the entries of one of its divisions."""
        found: list[dict[str, Any]] = self._ask("GET", f"state?division={division}")["entries"]
        return found

    def account(self, name: str) -> dict[str, Any]:
        """Return its account of that name."""
        return self.find("accounts", Name=name)[0]

    def find(self, table: str, **values: str) -> list[dict[str, Any]]:
        """Return the accounts, contacts, items … that hold these values."""
        return [row for row in self.state()[table] if values.items() <= row.items()]

    def change(self, account: str, **changes: str) -> None:
        """Change an account as a colleague does."""
        self.turn("edit", entity="Accounts", key=account, changes=changes)


class ZohoStandIn(Knobs):
    """Zoho's stand-in."""

    def records(self, module: str) -> list[dict[str, Any]]:
        """Return all records of a module."""
        found: list[dict[str, Any]] = self._ask("GET", f"records?module={module}")
        return found

    def find(self, module: str, **values: str) -> list[dict[str, Any]]:
        """Return the records of a module that hold these values."""
        return [row for row in self.records(module) if values.items() <= row.items()]

    def change(self, module: str, row: dict[str, Any], **values: str) -> str:
        """Change a record as a colleague does; return the colleague's name."""
        changed = self.turn("change", module=module, id=row["id"], values=values)
        name: str = changed["Modified_By"]["name"]
        return name


class Site:
    """A running installation and the log-in that it made."""

    def __init__(self, installation: Installation, stand_in: StandIn, zoho: ZohoStandIn) -> None:
        self.installation = installation
        self.stand_in = stand_in
        self.zoho = zoho
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
def a_site(folder: Path, stand_in_options: Sequence[str] = ()) -> Iterator[Site]:
    """Run everything on ports of its own, with an empty database and stand-ins that count no
    calls, until the block ends.
    """
    stand_in, zoho = (f"http://localhost:{a_free_port()}" for _ in range(2))
    exact = {"EXACT_URL": stand_in, "EXACT_CLIENT_ID": "exactlink", "EXACT_CLIENT_SECRET": "secret"}
    other = {"ZOHO_ACCOUNTS_URL": zoho, "ZOHO_CLIENT_ID": "1000.US", "ZOHO_CLIENT_SECRET": "secret"}
    installation = Installation(folder, settings={**exact, **other, **PATIENCE})
    site = Site(installation, StandIn(stand_in), ZohoStandIn(zoho))
    with _stand_ins(site, stand_in_options), installation.up():
        yield site


@contextmanager
def _stand_ins(site: Site, options: Sequence[str]) -> Iterator[None]:
    """Run `manage.py sandbox` ourselves: the one that `up` starts counts Exact's sixty calls."""
    ports = [str(urlsplit(one.url).port) for one in (site.stand_in, site.zoho)]
    with subprocess.Popen(  # noqa: S603 - our own command
        [
            *(sys.executable, "manage.py", "sandbox", "--no-limits", *options),
            *("--exact-port", ports[0], "--zoho-port", ports[1]),
        ],
        cwd=ROOT,
        env=site.installation.environment,
        stdout=subprocess.DEVNULL,
    ) as process:
        try:
            eventually(lambda: _answers(site.stand_in) and _answers(site.zoho))
            yield
        finally:
            process.terminate()


def _answers(stand_in: Knobs) -> bool:
    try:
        return bool(stand_in.state())
    except requests.ConnectionError:
        return False
