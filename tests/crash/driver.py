"""Keeps worker processes alive, kills them by plan, and tells as JSON what is left in the end.

Run as `python -m tests.crash.driver` in the environment that `stage.py` makes.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - Django must be set up first
from django.db import connections  # noqa: E402 - the same

from exact_client.errors import ExactError  # noqa: E402 - the same
from exact_client.models import Division  # noqa: E402 - the same
from sync.services.clock import SystemClock  # noqa: E402 - the same
from sync.services.delivery.office import Office  # noqa: E402 - the same
from sync.services.delivery.push import push  # noqa: E402 - the same
from tests.crash import blind, work  # noqa: E402 - the same
from tests.crash.deaths import Moment, Plan, mortal_client  # noqa: E402 - the same

WORKERS = 3
FEW = 12  # open things; when there are no more, more is made
UNDONE = 6  # entries taken back in one run, at least: kills must hit those too
PAUSE = 0.02  # seconds between two looks at the children


@dataclass
class Driver:
    """One run: `kills` wanted, `seconds` at most."""

    kills: int
    seconds: float
    seed: int
    is_blind: bool = False
    killed: Counter[str] = field(default_factory=Counter)
    crashed: int = 0  # workers that ended by themselves, which none should
    children: dict[int, Plan] = field(default_factory=dict)

    def run(self) -> dict[str, Any]:
        """Kill until enough were killed, let the rest be settled, and tell."""
        division = work.prepare()
        self._chance = random.Random(self.seed)  # noqa: S311 - repeatable on purpose
        began = time.monotonic()
        while time.monotonic() - began < self.seconds and not self._is_over(division):
            self._spawn_missing(division)
            self._kill_one_by_chance()
            time.sleep(PAUSE)
            self._reap()
        for pid in self.children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        spent = time.monotonic() - began
        return {
            **work.told(),
            "killed": self.killed,
            "crashed": self.crashed,
            "open": work.is_open(),
            "seconds": round(spent, 1),
        }

    def _is_over(self, division: Division) -> bool:
        is_open = work.is_open()
        if self._was_enough(sum(self.killed.values())):
            return is_open == 0
        if is_open < FEW:
            work.feed(division, self._chance)
        if not self.is_blind:
            work.change_minds(division, self._chance)
        return False

    def _was_enough(self, kills: int) -> bool:
        """Whether enough were killed, and enough entries taken back meanwhile."""
        return kills >= self.kills and (self.is_blind or work.undone() >= UNDONE)

    def _spawn_missing(self, division: Division) -> None:
        while len(self.children) < WORKERS:
            plan = self._plan()
            connections.close_all()  # a child must not share our connections
            pid = os.fork()
            if pid == 0:
                _live(division, plan, is_blind=self.is_blind)
            self.children[pid] = plan

    def _plan(self) -> Plan:
        if self._was_enough(sum(self.killed.values()) + len(self.children) - WORKERS):
            return Plan()
        moment = self._chance.choice(list(Moment))
        return Plan(moment, self._chance.randint(1, 3), self._chance.uniform(0, 0.02))

    def _kill_one_by_chance(self) -> None:
        for pid, plan in self.children.items():
            if plan.moment is Moment.OUTSIDE and self._chance.random() < 5 * PAUSE:
                os.kill(pid, signal.SIGKILL)
                return

    def _reap(self) -> None:
        for pid, plan in list(self.children.items()):
            done, status = os.waitpid(pid, os.WNOHANG)
            if not done:
                continue
            del self.children[pid]
            if os.WIFSIGNALED(status):
                self.killed[plan.moment or "?"] += 1
            else:
                self.crashed += 1


def _live(division: Division, plan: Plan, *, is_blind: bool) -> None:
    """Be a worker until death."""
    office = Office(division, mortal_client(division, plan), SystemClock())
    try:
        while True:
            _push(office, plan, is_blind=is_blind)
            time.sleep(PAUSE)
    except BaseException:  # a child must never run on in code of the driver
        traceback.print_exc()
    finally:
        os._exit(1)


def _push(office: Office, plan: Plan, *, is_blind: bool) -> None:
    def saved(_: Any = None) -> None:
        if plan.reached(Moment.SAVED):
            os.kill(os.getpid(), signal.SIGKILL)

    if is_blind:
        blind.push(office, saved)
        return
    try:
        push(office, steps=40, progress=saved)
    except ExactError:  # what a faulty stand-in does to the mirror; the next round goes on
        return


if __name__ == "__main__":
    wanted = json.loads(sys.argv[1])
    call_command("migrate", verbosity=0)
    print(json.dumps(Driver(**wanted).run()))  # noqa: T201 - how it answers
