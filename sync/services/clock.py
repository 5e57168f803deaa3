"""Time as services take it: the hour for people, and a steady clock for what must not be fooled."""

import time
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Protocol

from django.db import connection
from django.utils import timezone


@dataclass(frozen=True, slots=True)
class Tick:
    """A moment on a clock that nobody sets. Two moments compare only when their source is one."""

    source: str
    seconds: float


class Clock(Protocol):
    """What a service needs to know about time."""

    def now(self) -> datetime:
        """Return the hour, in UTC: for people and for schedules."""
        ...

    def tick(self) -> Tick:
        """Return a moment of the steady clock: for deciding that enough time has passed."""
        ...


class SystemClock:
    """The real one.

    On PostgreSQL several machines share the work, so the server's clock is the steady one; on
    SQLite there is one machine, and its clock since boot cannot be set (measured: workers with
    wall clocks an hour apart doubled entries, on this clock none did).
    """

    def now(self) -> datetime:
        """Return the hour, in UTC."""
        return timezone.now()

    def tick(self) -> Tick:
        """Return a moment of the steady clock."""
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
                return Tick("postgresql", float(cursor.fetchone()[0]))
        return Tick(_boot_id(), time.clock_gettime(_STEADY))


_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


@cache
def _boot_id() -> str:
    """Name this boot of this machine; another boot is another clock."""
    path = Path("/proc/sys/kernel/random/boot_id")
    if path.exists():
        return path.read_text().strip()
    return f"boot-{time.time() - time.clock_gettime(_STEADY):.0f}"
