"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sync.services.clock import Tick
from tests.build import NOW


class ManualClock:
    """The hour and the steady clock, moved together or each alone."""

    def __init__(self, hour: datetime = NOW) -> None:
        self.hour = hour
        self.seconds = 1000.0
        self.boots = 1
        self.boot = "boot 1"

    def now(self) -> datetime:
        """Return the hour."""
        return self.hour

    def tick(self) -> Tick:
        """Return a moment of the steady clock."""
        return Tick(self.boot, self.seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.hour += timedelta(seconds=seconds)
        self.seconds += seconds

    def set_hour(self, hours: float) -> None:
        """Let somebody set the wall clock; the steady one does not notice."""
        self.hour += timedelta(hours=hours)

    def reboot(self) -> None:
        """Start the machine anew: the steady clock begins at zero, under another name."""
        self.boots += 1
        self.boot, self.seconds = f"boot {self.boots}", 0.0
