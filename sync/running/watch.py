"""Notices what a process's exit does not tell: a broker that went away, a worker gone deaf."""

import socket
import time
from collections.abc import Callable
from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.db.models import Max
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from sync.models import Heartbeat
from sync.running.preparation import first_line

LOOK_EVERY = 5.0  # seconds
BROKER_ERRORS = (OSError, OperationalError, RedisError)
PATIENCE = 3  # intervals without a heartbeat, and looks in a row that find none


class BrokerWatch:
    """Asks the broker of REDIS_URL from time to time; we don't run it, so we can't see it die."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._next_look = 0.0
        self._was_there = True

    def has_come_back(self) -> bool:
        """Whether the broker answers again after it did not."""
        if not settings.REDIS_URL or time.monotonic() < self._next_look:
            return False
        self._next_look = time.monotonic() + LOOK_EVERY
        is_there = broker_answers() is None
        came_back = is_there and not self._was_there
        if self._was_there and not is_there:
            self._say("The broker (REDIS_URL) does not answer. Nothing is lost; work waits for it.")
        self._was_there = is_there
        return came_back


class WorkerWatch:
    """Looks at the heartbeat that a task writes; `name` is the worker's, before its @."""

    def __init__(self, name: str, *, look_every: float = LOOK_EVERY) -> None:
        self.name = name
        self._look_every = look_every
        self._next_look = 0.0
        self._silent_looks = 0

    def is_deaf(self, *, since: float) -> bool:
        """Whether a worker that runs since then (monotonic clock) has stopped taking messages.

        It has when no heartbeat was written for three intervals, seen three times in a row, and
        not because all its hands are full of long work.
        """
        if time.monotonic() < self._next_look:
            return False
        self._next_look = time.monotonic() + self._look_every
        self._silent_looks = self._silent_looks + 1 if _is_silent(since) else 0
        if self._silent_looks < PATIENCE or self._hands_are_full():
            return False
        self._silent_looks = 0
        return True

    def _hands_are_full(self) -> bool:
        worker = f"{self.name}@{socket.gethostname()}"
        try:
            with current_app.connection_for_read() as broker:
                # Without this look the question would wait for a dead broker for ever.
                broker.ensure_connection(max_retries=1, interval_start=0, timeout=3)
                inspect = current_app.control.inspect(
                    [worker], timeout=6.0, limit=1, connection=broker
                )
                stats, active = inspect.stats() or {}, inspect.active() or {}
        except BROKER_ERRORS:
            return False
        hands = sum(int(one["pool"]["max-concurrency"]) for one in stats.values())
        return 0 < hands <= sum(map(len, active.values()))


def heartbeat_interval() -> timedelta:
    """Return how often a heartbeat should come."""
    entries = settings.CELERY_BEAT_SCHEDULE.values()
    ours = (entry for entry in entries if entry["task"] == "sync.tasks.heartbeat")
    return timedelta(seconds=next(ours)["schedule"])


def silence() -> timedelta | None:
    """Return how long ago the last heartbeat was written; None when there was none yet."""
    last = Heartbeat.objects.aggregate(last=Max("beat_at"))["last"]
    return timezone.now() - last if last else None


def _is_silent(since: float) -> bool:
    longest = PATIENCE * heartbeat_interval()
    if time.monotonic() - since < longest.total_seconds():
        return False
    close_old_connections()  # the database may have been restarted since the last look
    try:
        quiet_for = silence()
    except DatabaseError:  # then the worker is not to blame
        return False
    return quiet_for is None or quiet_for > longest


def broker_answers() -> str | None:
    """Return None when the broker answers, otherwise the first line of what went wrong."""
    with current_app.connection_for_read() as broker:
        try:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=3)
        except BROKER_ERRORS as error:
            return first_line(error)
    return None
