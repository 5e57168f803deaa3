"""Kills whole Celery workers, with all their children, while they push; tells like driver.py.

Run as `python -m tests.crash.celery_driver` in the environment that `stage.py` makes.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 - Django must be set up first
from django.core.management import call_command  # noqa: E402 - the same

from exact_client.models import Division  # noqa: E402 - the same
from sync import tasks  # noqa: E402 - the same
from sync.running import broker  # noqa: E402 - the same
from tests.crash import work  # noqa: E402 - the same

WORKER = ["-m", "celery", "-A", "config", "worker", "-c", "2", "-l", "CRITICAL"]
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
LIVES = (1.5, 4.0)  # seconds; a worker needs more than one to start
RING = 0.2  # seconds between two rings at the doorbell
FEW = 25


@dataclass
class CeleryDriver:
    """One run: `kills` wanted, `seconds` at most."""

    kills: int
    seconds: float
    seed: int
    killed: int = 0

    def run(self) -> dict[str, Any]:
        """Kill until enough were killed, let the rest be settled, and tell."""
        division = work.prepare()
        chance = random.Random(self.seed)  # noqa: S311 - repeatable on purpose
        server = broker.find_server()
        assert server is not None, "a broker is needed"
        command = broker.command(server, settings.BROKER_SOCKET, settings.DATA_DIR)
        began = time.monotonic()
        with subprocess.Popen(command, **QUIET) as redis:  # type: ignore[call-overload]  # noqa: S603 - two streams; our own broker
            while time.monotonic() - began < self.seconds and not self._is_over():
                self._let_one_live(division, chance, began)
            redis.kill()
        return {
            **work.told(),
            "killed": {"a worker with its children": self.killed},
            "open": work.is_open(),
            "seconds": round(time.monotonic() - began, 1),
        }

    def _is_over(self) -> bool:
        return self.killed >= self.kills and work.is_open() == 0

    def _let_one_live(self, division: Division, chance: random.Random, began: float) -> None:
        """Start a worker, ring for a while, and end it; the last one may finish its work."""
        worker = subprocess.Popen(  # type: ignore[call-overload]  # noqa: S603 - two streams; our own worker
            [sys.executable, *WORKER], start_new_session=True, **QUIET
        )
        dies_at = time.monotonic() + chance.uniform(*LIVES)
        while time.monotonic() - began < self.seconds:
            if self.killed < self.kills:
                if work.is_open() < FEW:
                    work.feed(division, chance)
                work.change_minds(division, chance)
            with suppress(OSError):
                tasks.nudge(tasks.push)
            time.sleep(RING)
            if self._is_over() or (self.killed < self.kills and time.monotonic() > dies_at):
                break
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        self.killed += self.killed < self.kills


if __name__ == "__main__":
    wanted = json.loads(sys.argv[1])
    call_command("migrate", verbosity=0)
    print(json.dumps(CeleryDriver(**wanted).run()))  # noqa: T201 - how it answers
