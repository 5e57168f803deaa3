"""Tells apps of changes: signed, soon, again when they don't answer, and not always properly."""

import hashlib
import hmac
import json
import threading
from collections import deque
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

import requests

from exact_client.sandbox.books import Books, Change
from exact_client.sandbox.clock import MINUTE, WALL
from exact_client.sandbox.facts import Record
from exact_client.sandbox.subscriptions import (
    ACCEPTED,
    TOPICS,
    TRANSACTION_KEYS,
    TRANSACTIONS,
    Post,
)

RETRIES = 10  # the n-th comes 2^n minutes after the last try, so about 34 hours in all
SECRET = "stand-in-webhook-secret"  # noqa: S105 - of a pretended app
TIMEOUT = 5.0  # seconds; how long Exact waits is not told anywhere
KEPT = 1_000  # deliveries that are remembered
MISCHIEF = ("drop", "duplicate", "reorder", "forge")


@dataclass
class Event:
    """Something that one subscriber has to be told."""

    subscription: str
    division: int
    url: str
    content: bytes
    due: float
    tries: int = 0


@dataclass(frozen=True)
class Delivery:
    """One try: what it was about, and what the subscriber answered (0: nothing)."""

    url: str
    topic: str
    action: str
    key: str
    status: int


@dataclass
class _Plan:
    left: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MISCHIEF, 0))

    def take(self, kind: str) -> bool:
        taken = self.left[kind] > 0
        self.left[kind] -= taken
        return taken


class Webhooks:
    """What waits to be told, and how it is delivered.

    `post` is the way to subscribers: tests put their own in its place. `host` is the address under
    which subscribers find the records.
    """

    def __init__(self, books: Books, host: str = "https://start.exactonline.nl") -> None:
        self.post: Post = post
        self.secret = SECRET
        self.host = host
        self.delay = 0.0  # seconds between a change and its first delivery
        self.deliveries: deque[Delivery] = deque(maxlen=KEPT)
        self._books = books
        self._plan = _Plan()
        self._waiting: list[Event] = []
        self._lock = threading.Lock()
        self._delivering = threading.Lock()  # one round at a time

    @property
    def waiting(self) -> list[Event]:
        """What is still to be told, in the order in which it happened."""
        with self._lock:
            return list(self._waiting)

    def set(self, *, delay: float | None = None, **mischief: int) -> None:
        """Let the next events be dropped, duplicated, told in a wrong order, or signed wrongly.

        Raises ValueError for another kind.
        """
        if unknown := mischief.keys() - set(MISCHIEF):
            raise ValueError(f"There is no {sorted(unknown)}. There are: {MISCHIEF}.")
        with self._lock:
            self._plan.left |= {kind: int(times) for kind, times in mischief.items()}
        self.delay = self.delay if delay is None else float(delay)

    def note(self, changes: list[Change]) -> None:
        """Take up what one call changed: each record once, by the first thing that befell it."""
        seen: dict[tuple[int, str, str], tuple[str, str]] = {}
        for change in changes:
            for topic, endpoint, key in _events(change):
                at = (change.division, topic, key)
                is_new = seen.get(at, ("",))[0] == "Create" and change.action == "Update"
                seen[at] = ("Create" if is_new else change.action, endpoint)
        for (division, topic, key), (action, endpoint) in seen.items():
            self._tell(division, topic, action, key, endpoint)

    def deliver_now(self, post: Post | None = None) -> int:
        """Deliver what is due on the stand-in's clock; gives how many deliveries were accepted."""
        way, accepted = post or self.post, 0
        with self._delivering:
            for event in self._due():
                accepted += self._deliver(event, way)
        return accepted

    def run(self, ended: threading.Event, pause: float = 0.05) -> None:
        """Deliver until `ended`: what a thread does behind a stand-in that is served."""
        while not ended.wait(pause):
            self.deliver_now()

    def told(self) -> dict[str, Any]:
        """What waits and what was delivered, as GET /_sandbox/webhooks shows it."""
        return {
            "waiting": [json.loads(event.content) for event in self.waiting],
            "deliveries": [asdict(one) for one in self.deliveries],
            "mischief": self._plan.left,
            "delay": self.delay,
        }

    def forget(self) -> None:
        """Back to nothing waiting and no mischief."""
        with self._lock:
            self._waiting, self._plan = [], _Plan()
        self.deliveries.clear()

    def _tell(self, division: int, topic: str, action: str, key: str, endpoint: str) -> None:
        now = self._books.clock.now()
        for row in self._books.table(division, "subscriptions"):
            if row["Topic"] != topic:
                continue
            content: Record = {
                "Topic": topic,
                "ClientId": row["ClientID"] or row["_client"],
                "Division": division,
                "Action": action,
                "Key": key,
                "ExactOnlineEndpoint": f"{self.host}/api/v1/{division}/{endpoint}(guid'{key}')",
                "EventCreatedOn": datetime.fromtimestamp(now, WALL).isoformat(),
            }
            raw = json.dumps(content, separators=(",", ":")).encode()
            event = Event(row["ID"], division, row["CallbackURL"], raw, now + self.delay)
            self._queue(event)

    def _queue(self, event: Event) -> None:
        with self._lock:
            if self._plan.take("drop"):
                return
            self._waiting.append(event)
            if self._plan.take("duplicate"):
                self._waiting.append(replace(event))
            if len(self._waiting) > 1 and self._plan.take("reorder"):
                self._waiting[-2:] = reversed(self._waiting[-2:])

    def _due(self) -> list[Event]:
        now = self._books.clock.now()
        with self._lock:
            due = [event for event in self._waiting if event.due <= now]
            self._waiting = [event for event in self._waiting if event.due > now]
        return due

    def _deliver(self, event: Event, way: Post) -> bool:
        if self._books.table(event.division, "subscriptions").get(event.subscription) is None:
            return False
        try:
            status = way(event.url, self._signed(event.content))
        except OSError:
            status = 0
        about = json.loads(event.content)
        told = (about["Topic"], about["Action"], about["Key"])
        self.deliveries.append(Delivery(event.url, *told, status))
        if status in ACCEPTED:
            return True
        event.tries += 1
        if event.tries <= RETRIES:
            event.due = self._books.clock.now() + 2**event.tries * MINUTE
            with self._lock:
                self._waiting.append(event)
        return False

    def _signed(self, content: bytes) -> bytes:
        with self._lock:
            forged = self._plan.take("forge")
        secret = "somebody else's" if forged else self.secret
        code = hmac.new(secret.encode(), content, hashlib.sha256).hexdigest().upper()
        return b'{"Content":' + content + b',"HashCode":"' + code.encode() + b'"}'


def _events(change: Change) -> list[tuple[str, str, str]]:
    """The topics that a change of a table belongs to: topic, endpoint and key."""
    found = []
    if change.table in TOPICS:
        topic, endpoint, key = TOPICS[change.table]
        found.append((topic, endpoint, str(change.record[key])))
    if change.table in TRANSACTION_KEYS:
        found.append((*TRANSACTIONS, str(change.record[TRANSACTION_KEYS[change.table]])))
    return found


def post(url: str, body: bytes) -> int:
    """Send it for real; gives the status. Raises OSError when nobody answers in time."""
    headers = {"Content-Type": "application/json"}
    with requests.post(
        url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False, stream=True
    ) as answer:
        return answer.status_code
