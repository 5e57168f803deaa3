"""The stand-in's own clock: real time, moved forward by whoever tests what happens later."""

import time
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

HOME_ZONE = "Europe/Brussels"  # of the company; records are kept in it
MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY


class Clock:
    """Seconds since 1970, plus what was skipped."""

    def __init__(self) -> None:
        self._skipped = 0.0

    def now(self) -> float:
        """Seconds since 1970 in UTC."""
        return time.time() + self._skipped

    def advance(self, seconds: float) -> None:
        """Skip `seconds`; everything with an age grows older by them."""
        self._skipped += seconds

    def text(self, zone: str = HOME_ZONE) -> str:
        """The present moment as Zoho writes times."""
        return time_text(self.now(), zone)


def time_text(moment: float, zone: str = HOME_ZONE) -> str:
    """Seconds since 1970 as Zoho writes them: whole seconds, with the offset of a user's zone."""
    return datetime.fromtimestamp(int(moment), ZoneInfo(zone)).isoformat()


@lru_cache(maxsize=200_000)
def moment_of(text: str) -> float:
    """Seconds since 1970 of a time with an offset. Raises ValueError for anything else."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC.")
    return found.astimezone(UTC).timestamp()


def in_zone(text: str, zone: str) -> str:
    """The same moment, written with the offset of another zone."""
    return time_text(moment_of(text), zone)
