"""The stage of a crash run: a stand-in with faults on a port, a database, and the driver."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from exact_client.sandbox import ExactSandbox, run_on_port

ROOT = Path(__file__).resolve().parents[2]
ACCOUNTS = ROOT / "exact_client" / "sandbox" / "company" / "accounts.json"
FEW = 60
SETTLE = 1.5  # seconds; longer than anything the stand-in still does with a lost call
TIME_OUTS = {
    "EXACT_CONNECT_TIMEOUT": "1",
    "EXACT_READ_TIMEOUT": "0.3",
    "EXACT_TOTAL_TIMEOUT": "0.6",
    "EXACT_SETTLE_SECONDS": str(SETTLE),
}

# Three calls of ten go wrong, before or after the work is done; each kind as (share, plan).
FAULTS: list[tuple[str, float, dict[str, Any]]] = [
    ("lose_answer_after", 0.06, {}),
    ("lose_answer_before", 0.05, {}),
    ("reset", 0.03, {"after": True}),
    ("reset", 0.02, {}),
    ("timeout", 0.03, {"after": True}),
    ("truncate", 0.04, {}),
    ("html", 0.03, {"after": True}),
    ("status", 0.02, {"status": 503}),
    ("late_commit", 0.03, {"method": "POST", "seconds": 0.6}),
]


@dataclass
class Stage:
    """Where a run happens: the stand-in, and the environment of the processes."""

    sandbox: ExactSandbox
    environment: dict[str, str]

    def drive(self, *, module: str = "tests.crash.driver", **wanted: Any) -> dict[str, Any]:
        """Let the driver run to its end; return what it tells. Leaves no process behind."""
        process = subprocess.Popen(  # noqa: S603 - our own driver, no shell
            [sys.executable, "-m", module, json.dumps(wanted)],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
        try:
            out, _ = process.communicate(timeout=wanted["seconds"] + 60)
        finally:
            kill_group(process.pid)
        assert process.returncode == 0, "the driver itself must not fail"
        told: dict[str, Any] = json.loads(out.splitlines()[-1])
        return told

    def ledger(self) -> dict[str, Any]:
        """Return the stand-in's side, with the documents of deleted entries as well."""
        files = {name: self.sandbox.records(name) for name in ("documents", "attachments")}
        return self.sandbox.state() | files


def kill_group(pid: int) -> None:
    """End a process and all that it started."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


@contextmanager
def staged(folder: Path, database_url: str) -> Iterator[Stage]:
    """Set the stage in `folder`; the stand-in has its faults, and no limits."""
    sandbox = ExactSandbox(accounts=few_accounts(folder), limits=False)
    with run_on_port(sandbox, free_port()) as url:
        environment = {
            **os.environ,
            **TIME_OUTS,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATA_DIR": str(folder),
            "DATABASE_URL": database_url,
            "EXACT_URL": url.replace("127.0.0.1", "localhost"),
            "ENV_FILE": os.devnull,
            "LOG_LEVEL": "CRITICAL",
        }
        environment.pop("EXACTLINK_TEST_DATA_DIR", None)
        yield Stage(sandbox, environment)


def few_accounts(folder: Path) -> Path:
    """Return a file with some accounts of the stand-in's company: enough, and quick to mirror."""
    file = folder / "accounts.json"
    file.write_text(json.dumps(json.loads(ACCOUNTS.read_text())[:FEW]))
    return file


def free_port() -> int:
    """Return a port outside the range that this machine gives to outgoing connections."""
    return 20_000 + os.getpid() % 10_000


def go_wrong(sandbox: ExactSandbox, seed: int) -> None:
    """Switch the faults on, for all calls that change something and all that look up."""
    for path in ("/salesentry/", "/crm/Accounts", "/documents/"):
        for kind, share, plan in FAULTS:
            seed += 1
            sandbox.fault(kind, path=path, share=share, seed=seed, **plan)


@contextmanager
def postgres_database(server: str) -> Iterator[str]:
    """Make a database on this server for the length of the block; gives its address."""
    name = f"crash_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
