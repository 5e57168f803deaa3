"""An Exactlink of its own for a test: a folder, free ports, and real processes."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
NOT_PASSED_ON = {"DATA_DIR", "DATABASE_URL", "REDIS_URL", "EXACTLINK_TEST_DATA_DIR"}
# Its address alone keeps the stand-in from being started; nothing is connected to it.
REAL_EXACT = {
    "EXACT_URL": "https://start.exactonline.nl",
    "EXACT_CLIENT_ID": "an app",
    "EXACT_CLIENT_SECRET": "a secret",
}


class Installation:
    """A folder and a port in which `manage.py` runs as it would for a person."""

    def __init__(
        self,
        folder: Path,
        *,
        with_stand_in: bool = False,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.port = a_free_port()
        self.output = folder.parent / f"{folder.name}.out"
        inherited = {k: v for k, v in os.environ.items() if k not in NOT_PASSED_ON}
        ports = ("EXACT_SANDBOX_PORT", "ZOHO_SANDBOX_PORT")
        exact = {name: str(a_free_port()) for name in ports} if with_stand_in else REAL_EXACT
        ours = {"DATA_DIR": str(folder), "PORT": str(self.port)}
        self.environment = {**inherited, **ours, **exact, **(settings or {})}

    def manage(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end."""
        return subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @contextmanager
    def up(self) -> Iterator[psutil.Popen]:
        """Run everything until the block ends; whatever then lives is killed."""
        with self.output.open("w") as output:
            process = psutil.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        family = Family(process)
        try:
            eventually(lambda: "Exactlink runs at" in self.said(), self.said, seconds=90)
            yield process
        finally:
            family.look()
            if process.is_running():
                process.send_signal(signal.SIGTERM)
                process.wait(30)
            family.end()

    def said(self) -> str:
        """Return what `up` has printed so far."""
        return self.output.read_text()


class Family:
    """A process and all that it started, remembered so that orphans can be found."""

    def __init__(self, parent: psutil.Process) -> None:
        self.parent = parent
        self.members: set[psutil.Process] = set()

    def look(self) -> None:
        """Remember those that live now."""
        if self.parent.is_running():
            self.members |= {self.parent, *self.parent.children(recursive=True)}

    def alive(self) -> list[psutil.Process]:
        """Return those that still live."""
        return [one for one in self.members if is_alive(one)]

    def end(self) -> None:
        """Kill those that still live."""
        for one in self.alive():
            one.kill()


def is_alive(process: psutil.Process) -> bool:
    """Whether it runs; one that only waits to be noticed as dead does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def child_of(parent: psutil.Process, part: str) -> psutil.Process | None:
    """Return the child of `parent` whose command line holds `part`."""
    for child in parent.children():
        try:
            if part in " ".join(child.cmdline()):
                return child
        except psutil.NoSuchProcess:
            continue
    return None


def eventually(
    is_true: Callable[[], object], otherwise: Callable[[], str] = str, *, seconds: float = 30
) -> None:
    """Wait until something is true; fail with what `otherwise` says when it never is."""
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, otherwise() or "it never came true"
        time.sleep(0.05)


def a_free_port() -> int:
    """Return a port that nobody uses, below those that the system hands out by itself."""
    for _ in range(100):
        port = random.randint(11000, 29000)  # noqa: S311 - no secret
        with socket.socket() as taker:
            try:
                taker.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError("no free port was found in a hundred tries")
