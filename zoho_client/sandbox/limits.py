"""Zoho's limits: credits of a rolling day, calls in flight, and ten heavy calls in flight."""

import threading
from collections import Counter, deque

from zoho_client.sandbox.clock import DAY, Clock
from zoho_client.sandbox.messages import Problem
from zoho_client.sandbox.switches import Switches

# For each edition: credits of a day, more for each user, the ceiling, and calls in flight.
EDITIONS = {
    "free": (5_000, 0, 5_000, 5),
    "standard": (50_000, 250, 100_000, 10),
    "professional": (50_000, 500, 3_000_000, 15),
    "enterprise": (50_000, 1_000, 5_000_000, 20),
    "ultimate": (50_000, 2_000, 1_000_000_000, 25),
}
HEAVY_IN_FLIGHT = 10
TOLD_FROM = 0.5  # the share of a day's credits after which what remains is told
Flight = tuple[str, bool]  # an app, and whether it is its heavy calls that are counted


class Limits:
    """What the company's apps used; calls in flight are counted for each app."""

    def __init__(self, clock: Clock, switches: Switches, *, counted: bool) -> None:
        self._clock = clock
        self._switches = switches
        self._counted = counted
        self._spent: deque[tuple[float, int]] = deque()
        self._used = 0
        self._flying: Counter[Flight] = Counter()
        self._lock = threading.Lock()  # calls take off before they hold the stand-in's lock

    @property
    def allowed(self) -> int:
        """The credits of 24 hours in this edition."""
        base, for_each_user, ceiling, _ = EDITIONS[self._switches.edition]
        return min(ceiling, base + for_each_user * self._switches.users)

    @property
    def used(self) -> int:
        """The credits spent in the last 24 hours."""
        while self._spent and self._spent[0][0] <= self._clock.now() - DAY:
            self._used -= self._spent.popleft()[1]
        return self._used

    def check(self) -> None:
        """Refuse a call when the credits are spent. Raises Problem."""
        if self._counted and self.used >= self.allowed:
            raise self.too_many()

    def spend(self, credits_: int) -> list[tuple[str, str]]:
        """Count a call; from half of the day's credits on, the headers say what remains."""
        self._spent.append((self._clock.now(), credits_))
        self._used += credits_
        if not self._counted or self.used < self.allowed * TOLD_FROM:
            return []
        return [("X-API-CREDITS-REMAINING", str(max(0, self.allowed - self.used)))]

    def take_off(self, client: str, *, heavy: bool) -> None:
        """Count a call in flight. Raises Problem when too many are."""
        most = EDITIONS[self._switches.edition][3]
        with self._lock:
            full = self._flying[client, False] >= most
            if self._counted and (full or (heavy and self._is_full_of_heavy(client))):
                raise self.too_many()
            self._flying.update({(client, False): 1, (client, True): int(heavy)})

    def land(self, client: str, *, heavy: bool) -> None:
        """The answer of a call in flight was sent."""
        with self._lock:
            self._flying.subtract({(client, False): 1, (client, True): int(heavy)})

    def _is_full_of_heavy(self, client: str) -> bool:
        return self._flying[client, True] >= HEAVY_IN_FLIGHT

    def too_many(self) -> Problem:
        """The refusal for both kinds of limit."""
        text = "too many requests. please try again after some time"
        return Problem(self._switches.too_many, text, status=429)
