"""One process that is kept running, with its log and its pause between two tries."""

import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

TETHER = Path(__file__).with_name("tether.py")
LONGEST_PAUSE = 30.0  # seconds between two tries
STEADY = 30.0  # seconds after which a process counts as well again
WORRYING = 3  # deaths in a row after which a person should look
LOG_BYTES, LOG_FILES = 5_000_000, 3
BEGINS_WITH_TIME = re.compile(r"^\[?\d{4}-\d\d-\d\d[ T]")
IS_LOUD = re.compile(r"^.{0,40}\b(WARNING|ERROR|CRITICAL)\b")


class Child:
    """A process of ours; `say` writes a line for the person at the terminal."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        folder: Path,
        say: Callable[[str], None],
        verbose: bool = False,
    ) -> None:
        self.name = name
        self.command = command
        self.started_at = 0.0  # on the monotonic clock
        self._log_file = folder / f"{name}.log"
        self._say = say
        self._verbose = verbose
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._log = RotatingFileHandler(self._log_file, maxBytes=LOG_BYTES, backupCount=LOG_FILES)
        self._process: subprocess.Popen[str] | None = None
        self._pump: threading.Thread | None = None
        self._deaths = 0
        self._next_try = 0.0

    @property
    def pid(self) -> int | None:
        """The process's number while it lives."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def exit_status(self) -> int | None:
        """How it ended; None while it runs, and before it was started."""
        return self._process.poll() if self._process else None

    def start(self) -> None:
        """Start the process in a group of its own: a Ctrl-C reaches the supervisor alone."""
        self.started_at = time.monotonic()
        self._process = subprocess.Popen(  # noqa: S603 - our own commands, no shell
            [sys.executable, "-I", str(TETHER), str(os.getpid()), *self.command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self._pump = threading.Thread(target=self._keep_log, args=(self._process,), daemon=True)
        self._pump.start()

    def tend(self) -> bool:
        """Start the process again if it died and its pause is over; say whether it was started."""
        if self.pid:
            return False
        if self._process and self._next_try == 0.0:
            self._mourn()
        if time.monotonic() < self._next_try:
            return False
        self._next_try = 0.0
        self.start()
        return True

    def _mourn(self) -> None:
        self.kill()  # whatever it left behind in its group
        lived = time.monotonic() - self.started_at
        self._deaths = 1 if lived > STEADY else self._deaths + 1
        pause = min(0.5 * 2 ** (self._deaths - 1), LONGEST_PAUSE)
        self._next_try = time.monotonic() + pause
        ending = _ending(self.exit_status)
        self._say(f"{self.name} {ending}; starting it again in {pause:.1f} s.")
        if self._deaths == WORRYING:
            self._say(f"{self.name} keeps stopping: {self._log_file} says why.")

    def ask_to_stop(self) -> None:
        """Ask the process to finish what it is at and go."""
        if self.pid:
            os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End the process and all that it started, at once."""
        if self._process is None:
            return
        with suppress(ProcessLookupError, PermissionError):  # macOS says the latter of a dead group
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._pump:
            self._pump.join(timeout=1)

    def restart(self) -> None:
        """End it and start it anew."""
        self.kill()
        self.start()

    def _keep_log(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout, "every child's output is a pipe"  # noqa: S101 - for the type
        is_loud = False
        with process.stdout as lines:
            for line in map(str.rstrip, lines):
                self._log.handle(logging.makeLogRecord({"msg": line}))
                is_loud = _is_loud(line, before=is_loud)
                if is_loud or self._verbose:
                    with suppress(OSError, ValueError):  # the terminal is gone; the log remains
                        self._say(f"{self.name} | {line}")
        self._log.close()


def _is_loud(line: str, *, before: bool) -> bool:
    """Whether a person should see `line`; one without a time goes with the one before."""
    if BEGINS_WITH_TIME.match(line):
        return IS_LOUD.match(line) is not None
    return line.startswith("Traceback") or (before and line != "")


def _ending(status: int | None) -> str:
    if status is not None and status < 0:
        return f"was killed ({signal.Signals(-status).name})"
    return f"stopped with exit status {status}"
