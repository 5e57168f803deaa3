"""The callbacks of open channels: what they say, and how they leave; lost ones stay lost."""

import json
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import requests

from zoho_client.sandbox.messages import Record
from zoho_client.sandbox.store import Change, person_of

if TYPE_CHECKING:
    from zoho_client.sandbox.app import ZohoSandbox

Post = Callable[[str, bytes], None]

CHANNELS = "_channels"
MOST_IDS = 100  # records in one callback
KEPT = 10_000  # callbacks that are remembered for whoever looks
_TIMEOUT = 2.0  # seconds for the one attempt at a callback
_REST = 0.05  # seconds between two looks at what is waiting
_NOT_TOLD = {"Modified_Time", "Modified_By", "Last_Activity_Time"}
_WORDS = {"insert": "create", "update": "edit", "delete": "delete"}


@dataclass
class Callback:
    """One callback on its way: where to, and what it says."""

    url: str
    body: Record
    outcome: str = "waiting"  # or sent, dropped, or what went wrong


def post_by_network(url: str, body: bytes) -> None:
    """Send a callback. Raises requests.RequestException; there is no second attempt."""
    headers = {"Content-Type": "application/json;charset=UTF-8"}
    requests.post(url, data=body, headers=headers, timeout=_TIMEOUT).raise_for_status()


class Deliveries:
    """What changes set off: callbacks wait until `deliver_now`, or until the thread takes them."""

    def __init__(self, sandbox: "ZohoSandbox") -> None:
        self._sandbox = sandbox
        self._waiting: deque[Callback] = deque()
        self._count = 0
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self.sent: deque[Callback] = deque(maxlen=KEPT)
        sandbox.store.on_change.append(self.note)

    @property
    def waiting(self) -> list[Callback]:
        """The callbacks that have not left yet, oldest first."""
        with self._lock:
            return list(self._waiting)

    def note(self, change: Change) -> None:
        """Let every open channel that asked for it know of a change, our own writes included."""
        now = self._sandbox.clock.now()
        for channel in list(self._sandbox.store.rows(CHANNELS)):
            if is_live(channel, now) and _wants(channel, change):
                self._add(channel["notify_url"], _body(channel, change, now))
            elif is_live(channel, now):
                self._note_related(channel, change, now)

    def _note_related(self, channel: Record, change: Change, now: float) -> None:
        """A note tells the channel of its record, too, unless that was switched off."""
        parent = (change.after or change.before or {}).get("Parent_Id") or {}
        module = str((parent.get("module") or {}).get("api_name", ""))
        if channel["notify_on_related_action"] and {f"{module}.edit", f"{module}.all"} & set(
            channel["events"]
        ):
            related = Change(module, "update", None, {"id": parent["id"]}, (), change.by)
            self._add(channel["notify_url"], _body(channel, related, now))

    def _add(self, url: str, body: Record) -> None:
        with self._lock:
            last = self._waiting[-1] if self._waiting else None
            if last and last.url == url and _joins(last.body, body):
                _join(last.body, body)
            else:
                self._waiting.append(Callback(url, body))

    def forget(self) -> None:
        """Send nothing of what is waiting."""
        with self._lock:
            self._waiting.clear()
            self.sent.clear()

    def deliver_now(self, post: Post = post_by_network) -> int:
        """Send what is waiting, each callback once; returns how many were tried.

        `post` takes an address and a body; whatever it raises is remembered and ends nothing.
        """
        with self._lock:
            taken = list(self._waiting)
            self._waiting.clear()
        switches = self._sandbox.switches
        for callback in reversed(taken) if switches.watch_reorder else taken:
            if threading.current_thread() is self._thread and self._ended.is_set():
                break  # the stand-in is ending: whoever hears nothing must look by itself
            self._count += 1
            if switches.watch_drop and self._count % switches.watch_drop == 0:
                callback.outcome = "dropped"
            else:
                twice = switches.watch_duplicate and self._count % switches.watch_duplicate == 0
                for _ in range(2 if twice else 1):
                    _send(callback, post)
            self.sent.append(callback)
        return len(taken)

    def start(self) -> None:
        """Deliver from now on, from a thread of its own."""
        self._ended.clear()
        self._thread = threading.Thread(target=self._run, name="zoho-callbacks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; what is waiting stays."""
        self._ended.set()
        if self._thread:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while not self._ended.wait(_REST):
            self.deliver_now()


def is_live(channel: Record, now: float) -> bool:
    """Whether a channel is open; one that expired just says nothing any more."""
    return bool(channel["expiry"] > now)


def _wants(channel: Record, change: Change) -> bool:
    wanted = {f"{change.module}.{_WORDS[change.operation]}", f"{change.module}.all"}
    if not wanted & set(channel["events"]):
        return False
    conditions = channel["notification_condition"] or []
    if change.operation != "update" or not conditions:
        return True
    return any(_selected(one, change) for one in conditions)


def _selected(condition: Record, change: Change) -> bool:
    module = (condition.get("module") or {}).get("api_name")
    chosen = condition.get("field_selection") or {}
    return module in (None, change.module) and _holds(chosen, set(change.fields))


def _holds(chosen: Record, changed: set[str]) -> bool:
    """Whether the fields of a condition are among those that changed."""
    if "group" not in chosen:
        return (chosen.get("field") or {}).get("api_name") in changed
    kind = all if chosen.get("group_operator", "and").lower() == "and" else any
    return kind(_holds(one, changed) for one in chosen["group"])


def _body(channel: Record, change: Change, now: float) -> Record:
    body: dict[str, Any] = {
        "server_time": int(now * 1000),
        "query_params": dict(parse_qsl(urlsplit(channel["notify_url"]).query)),
        "module": change.module,
        "resource_uri": f"{channel['host']}/crm/v2/{change.module}",
        "ids": [change.id],
        "affected_fields": [],
        "operation": change.operation,
        "channel_id": channel["channel_id"],
        "token": channel["token"],
    }
    values = _values(change)
    if values:
        body["affected_fields"] = [{change.id: list(values)}]
        if channel["return_affected_field_values"]:
            body["affected_values"] = [{"record_id": change.id, "values": values}]
    return body


def _values(change: Change) -> Record:
    """What a callback tells of a record: never what an insert wrote."""
    if change.operation == "delete":
        return {"Modified_By": person_of(change.by), "Record_Status__s": 0}
    if change.operation == "insert":
        return {}
    names = [name for name in change.fields if name not in _NOT_TOLD]
    return {name: (change.after or {}).get(name) for name in names}


def _joins(before: Record, body: Record) -> bool:
    """Whether two changes of one channel leave as one callback, as those of a bulk edit do."""
    same = all(before[name] == body[name] for name in ("module", "operation", "channel_id"))
    fresh = body["ids"][0] not in before["ids"]
    return same and fresh and len(before["ids"]) < MOST_IDS


def _join(before: Record, body: Record) -> None:
    before["ids"] += body["ids"]
    before["affected_fields"] += body["affected_fields"]
    if "affected_values" in body:
        before["affected_values"] = before.get("affected_values", []) + body["affected_values"]


def _send(callback: Callback, post: Post) -> None:
    try:
        post(callback.url, json.dumps(callback.body, ensure_ascii=False).encode())
        callback.outcome = "sent"
    except Exception as error:
        callback.outcome = f"failed: {error}"
