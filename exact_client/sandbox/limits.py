"""Exact's two limits: how many calls a company may get, and how many errors a key may make."""

from collections import deque
from dataclasses import dataclass, field

from exact_client.sandbox.clock import DAY, HOUR, MINUTE, Clock

PER_MINUTE, PER_DAY = 60, 5_000
ENDLESS = 1_000_000_000
ERRORS_PER_HOUR = 10
_NAMES = {MINUTE: "X-RateLimit-Minutely-", DAY: "X-RateLimit-"}

Caller = tuple[str, int]  # an app and a division


@dataclass
class Window:
    """Calls counted until the wall clock's next minute, or midnight in UTC."""

    seconds: int
    limit: int
    began: int = -1
    used: int = 0

    def turn(self, now: float) -> None:
        """Begin again when the minute or the day is over."""
        current = int(now // self.seconds)
        if current != self.began:
            self.began, self.used = current, 0

    def headers(self) -> list[tuple[str, str]]:
        """Limit, what remains, and the end of the window in milliseconds since 1970."""
        values = {
            "Limit": self.limit,
            "Remaining": max(0, self.limit - self.used),
            "Reset": (self.began + 1) * self.seconds * 1000,
        }
        return [(_NAMES[self.seconds] + name, str(value)) for name, value in values.items()]


class CallLimits:
    """60 calls in a minute and 5,000 in a day, for each app and division."""

    def __init__(self, clock: Clock, *, counted: bool) -> None:
        self._clock = clock
        self._minute, self._day = (PER_MINUTE, PER_DAY) if counted else (ENDLESS, ENDLESS)
        self._windows: dict[Caller, dict[int, Window]] = {}

    def refused(self, caller: Caller) -> list[tuple[str, str]] | None:
        """Headers of the window that is used up, or None; only those are sent with a 429."""
        for window in self._of(caller).values():
            if window.used >= window.limit:
                return window.headers()
        return None

    def count(self, caller: Caller) -> list[tuple[str, str]]:
        """Count a call and return the headers of both windows."""
        windows = self._of(caller)
        for window in windows.values():
            window.used += 1
        return [header for window in windows.values() for header in window.headers()]

    def exhaust(self, caller: Caller, seconds: int) -> None:
        """Use up the minute or the day, as others with the same app would."""
        window = self._of(caller)[seconds]
        window.used = window.limit

    def _of(self, caller: Caller) -> dict[int, Window]:
        windows = self._windows.setdefault(
            caller, {DAY: Window(DAY, self._day), MINUTE: Window(MINUTE, self._minute)}
        )
        for window in windows.values():
            window.turn(self._clock.now())
        return windows


@dataclass
class _Errors:
    times: dict[str, deque[float]] = field(default_factory=dict)
    blocks: int = 0
    until: float = 0.0


class ErrorLimits:
    """More than 10 errors of one endpoint in an hour block the key; each time longer."""

    def __init__(self, clock: Clock, *, counted: bool) -> None:
        self._clock = clock
        self._counted = counted
        self._callers: dict[Caller, _Errors] = {}

    def blocked(self, caller: Caller) -> bool:
        """Whether the app may not call this division now."""
        return self._callers.get(caller, _Errors()).until > self._clock.now()

    def count(self, caller: Caller, endpoint: str) -> None:
        """Count an error of this endpoint."""
        if not self._counted:
            return
        errors, now = self._callers.setdefault(caller, _Errors()), self._clock.now()
        times = errors.times.setdefault(endpoint, deque())
        times.append(now)
        while times[0] <= now - HOUR:
            times.popleft()
        if len(times) > ERRORS_PER_HOUR:
            errors.blocks += 1
            errors.until = now + HOUR * errors.blocks
            times.clear()
