"""Noticing a worker that lives and no longer works, and leaving a busy one alone."""

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings
from django.utils import timezone

from sync.models import Heartbeat
from sync.running import broker, watch
from tests.running import slow
from tests.running.installation import ROOT, eventually

pytestmark = pytest.mark.django_db(transaction=True)  # connections are closed between two looks
LONG_AGO = 1000.0  # seconds


@pytest.fixture
def nobody() -> watch.WorkerWatch:
    """A watch that looks whenever it is asked, at a worker that does not answer."""
    return watch.WorkerWatch("nobody", look_every=0)


@pytest.fixture
def one_handed() -> Iterator[watch.WorkerWatch]:
    """A watch over a real worker with one hand, at a real broker."""
    server = broker.find_server()
    assert server
    name = "one-handed"
    command = broker.command(server, settings.BROKER_SOCKET, settings.DATA_DIR)
    options = ["--include", "tests.running.slow", "-c", "1", "-n", f"{name}@%h", "-l", "error"]
    worker = [sys.executable, "-m", "celery", "-A", "config", "worker", *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as the_broker:  # noqa: S603 - ours
        eventually(lambda: broker.is_alive(settings.BROKER_SOCKET))
        with subprocess.Popen(worker, cwd=ROOT, stdout=subprocess.DEVNULL) as the_worker:  # noqa: S603 - ours
            eventually(lambda: current_app.control.ping(timeout=0.3))
            yield watch.WorkerWatch(name, look_every=0)
            the_worker.kill()
        the_broker.kill()


def looks(worker_watch: watch.WorkerWatch, times: int, ran_for: float = LONG_AGO) -> list[bool]:
    return [worker_watch.is_deaf(since=time.monotonic() - ran_for) for _ in range(times)]


def a_heartbeat(ago: timedelta) -> None:
    Heartbeat.objects.create(name="worker", beat_at=timezone.now() - ago)


def test_a_worker_whose_heart_beats_is_left_alone(nobody: watch.WorkerWatch) -> None:
    a_heartbeat(timedelta(seconds=1))

    assert looks(nobody, 4) == [False, False, False, False]


def test_three_silent_looks_make_a_worker_deaf(nobody: watch.WorkerWatch) -> None:
    a_heartbeat(4 * watch.heartbeat_interval())

    assert looks(nobody, 4) == [False, False, True, False]


def test_a_worker_that_has_just_begun_gets_time(nobody: watch.WorkerWatch) -> None:
    assert looks(nobody, 4, ran_for=5) == [False, False, False, False]


def test_a_silent_worker_is_deaf_unless_its_hands_are_full(one_handed: watch.WorkerWatch) -> None:
    slow.sleep.delay(60)
    eventually(lambda: any((current_app.control.inspect(timeout=0.3).active() or {}).values()))
    assert looks(one_handed, 4) == [False, False, False, False]

    current_app.control.revoke(the_task_at_hand(), terminate=True, signal="SIGKILL")
    eventually(lambda: not any((current_app.control.inspect(timeout=0.3).active() or {}).values()))
    assert looks(one_handed, 1) == [True]


def the_task_at_hand() -> str:
    """Return the id of what the worker is doing."""
    (tasks,) = (current_app.control.inspect(timeout=1).active() or {}).values()
    return str(tasks[0]["id"])
