"""A whole installation for a benchmark: its data folder, its stand-in, the real commands."""

from __future__ import annotations

import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(slots=True)
class Installation:
    """A data folder and a stand-in's port, and how to run a command there."""

    folder: Path
    port: int
    environment: dict[str, str] = field(default_factory=dict)

    def manage(self, *words: str) -> dict[str, Any]:
        """Run a command with --json and return what it says; exit status 1 is no failure."""
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "manage.py", *words, "--json"],
            cwd=ROOT,
            env=self._env(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in {0, 1}:
            raise RuntimeError(f"{' '.join(words)}: {done.stderr[-2000:]}")
        said: dict[str, Any] = json.loads(done.stdout)
        return said

    def migrate(self) -> None:
        """Make the tables."""
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=self._env(), check=True
        )

    def calls(self, method: str = "", path: str = "") -> list[dict[str, Any]]:
        """Return the calls that the stand-in saw, of a method and with a piece of a path."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_sandbox/calls") as answer:
            said = json.load(answer)
        calls = said["calls"] if isinstance(said, dict) else said
        return [call for call in calls if method in call["method"] and path in call["path"]]

    def _env(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATA_DIR": str(self.folder),
            "EXACT_SANDBOX_PORT": str(self.port),
            "EXACT_URL": f"http://127.0.0.1:{self.port}",
            "LOG_LEVEL": "WARNING",
            **self.environment,
        }


@contextmanager
def installation(*sandbox_options: str) -> Iterator[Installation]:
    """Start a stand-in and make the tables beside it; both are gone after the block."""
    with tempfile.TemporaryDirectory(prefix="exactlink-bench-") as folder:
        place = Installation(Path(folder), _free_port())
        server = subprocess.Popen(  # noqa: S603 - our own command
            [
                *(sys.executable, "manage.py", "sandbox"),
                *("--exact-port", str(place.port), "--zoho-port", "0", *sandbox_options),
            ],
            cwd=ROOT,
            env=place._env(),  # noqa: SLF001 - its own maker
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(place.port)
            place.migrate()
            yield place
        finally:
            server.terminate()
            server.wait(20)


def peak_of_children() -> float:
    """Return the largest memory that any ended child process had, in MB."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return
