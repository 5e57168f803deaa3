"""How far Exact's clock is from ours, as tightly as its answers tell."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime

from exact_client.counting import MINUTE, Span
from exact_client.wire import Answer

UNKNOWN = (-30_000.0, 30_000.0)  # milliseconds: before the first answer
A_GOOD_CLOCK = (-1_000.0, 1_000.0)
SLACK = 250  # the front that writes Date need not be the machine that counts
DRIFT = 0.0001  # of two good clocks, in milliseconds per millisecond


def header_number(answer: Answer, name: str) -> int | None:
    """Return a header that holds a whole number, or None."""
    value = answer.headers.get(name, "")
    return int(value) if value.isascii() and value.isdigit() else None


def server_time(answer: Answer) -> int | None:
    """Return the answer's Date in milliseconds since 1970, or None."""
    try:
        written = parsedate_to_datetime(answer.headers.get("Date", ""))
    except ValueError:
        return None
    return int(written.replace(tzinfo=written.tzinfo or UTC).timestamp()) * 1000


class ServerClock:
    """Bounds of Exact's clock minus ours, in milliseconds. One for each process."""

    def __init__(self, bounds: tuple[float, float] | None = None) -> None:
        self.bounds = bounds
        self._learnt_at = 0.0

    def span(self, now: float, default: tuple[float, float] | None = None) -> Span:
        """Return `now`, ours in milliseconds, as Exact's clock; `default` until we know more."""
        low, high = self.bounds or default or UNKNOWN
        return Span(int(now + low), int(now + high) + 1)

    def learn(self, answer: Answer, sent: float, got: float) -> None:
        """Learn from an answer to a call that left at `sent` and was back at `got`."""
        low, high = A_GOOD_CLOCK  # in case there is no Date
        if (date := server_time(answer)) is not None:
            low, high = date - got - SLACK, date + 1000 - sent + SLACK
        if (reset := header_number(answer, "X-RateLimit-Minutely-Reset")) is not None:
            this_minute = reset - MINUTE - got, reset - sent
            both = max(low, this_minute[0]), min(high, this_minute[1])
            low, high = both if both[0] <= both[1] else this_minute
        self.bounds = self._narrowed(low, high, got)
        self._learnt_at = got

    def _narrowed(self, low: float, high: float, now: float) -> tuple[float, float]:
        if self.bounds is None:
            return low, high
        drift = max(now - self._learnt_at, 0) * DRIFT
        both = max(low, self.bounds[0] - drift), min(high, self.bounds[1] + drift)
        return both if both[0] <= both[1] else (low, high)  # a clock was set: believe the newest
