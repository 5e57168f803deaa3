"""The stand-in's own clock: real time, moved forward by whoever tests what happens later."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

# Exact writes times as they hang on the wall in its own country, whatever the reader's zone.
WALL = ZoneInfo("Europe/Amsterdam")

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


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

    def wall(self) -> datetime:
        """The wall clock at Exact, without a zone."""
        return datetime.fromtimestamp(self.now(), WALL).replace(tzinfo=None)

    def wall_ms(self) -> int:
        """The wall clock as Exact stores it: milliseconds, as if it were UTC."""
        return ms_of(self.wall())

    def today_ms(self) -> int:
        """Midnight of today on the wall clock, in the same milliseconds."""
        return self.wall_ms() // (DAY * 1000) * (DAY * 1000)


def ms_of(wall: datetime) -> int:
    """Milliseconds of a wall-clock time, read as if it were UTC."""
    return int(wall.replace(tzinfo=UTC).timestamp() * 1000)


def wall_of(ms: int) -> datetime:
    """The wall-clock time of Exact's milliseconds, without a zone."""
    return datetime(1970, 1, 1) + timedelta(milliseconds=ms)  # noqa: DTZ001 - a wall clock has none
