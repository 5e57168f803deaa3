"""/actions/watch: who asked to be told of which changes; `deliveries.py` tells them."""

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from zoho_client.sandbox.clock import HOUR, WEEK, moment_of, time_text
from zoho_client.sandbox.deliveries import CHANNELS, Deliveries, is_live
from zoho_client.sandbox.messages import Problem, Record, Reply, Request
from zoho_client.sandbox.paging import number_of
from zoho_client.sandbox.several import missing, reply, rows_of, success, wrong

if TYPE_CHECKING:
    from zoho_client.sandbox.app import ZohoSandbox

ADDRESS = "/crm/v8/actions/watch"
MOST = 50  # channels in one call, and events of one channel
LONGEST_URL = 255
LONGEST_ID = 64  # bits
_EVENT = re.compile(r"(?P<module>[A-Za-z_0-9]+)\.(?P<operation>create|edit|delete|all)")
_PAGE = 200
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Watch(Deliveries):
    """The channels of a company."""

    def subscribe(self, request: Request) -> Reply:
        """Open channels; one that is open under the same id is replaced."""
        return self._each(request, lambda entry: self._open(request, entry), done=201)

    def replace(self, request: Request) -> Reply:
        """Give open channels other details, and another hour or week."""

        def one(entry: Record) -> Record:
            self._need(request, _channel_id(entry))
            return self._open(request, entry)

        return self._each(request, one)

    def change(self, request: Request) -> Reply:
        """Change what is sent, keep the rest; the expiry falls back to an hour when it is not."""
        return self._each(request, lambda entry: self._patch(request, entry))

    def unsubscribe(self, request: Request) -> Reply:
        """Close channels."""
        ids = [one for one in request.query.get("channel_ids", "").split(",") if one]
        if not ids:
            details = {"param_name": "channel_ids"}
            raise Problem(
                "REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", details
            )
        return reply(request, "watch", (partial(self._close, request, key) for key in ids))

    def details(self, request: Request) -> Reply:
        """The open channels of the token's user; those that expired are not told any more."""
        shown = [
            entry
            for channel in self._open_channels(request)
            for entry in _shown(channel, request)
            if request.query.get("module", entry["resource_name"]) == entry["resource_name"]
        ]
        page = number_of(request.query, "page", 1)
        size = number_of(request.query, "per_page", _PAGE, most=_PAGE)
        found = shown[(page - 1) * size : page * size]
        if not found:
            return Reply(204)
        more = len(shown) > page * size
        info = {"per_page": size, "count": len(found), "page": page, "more_records": more}
        return Reply(200, {"watch": found, "info": info})

    def _open_channels(self, request: Request) -> list[Record]:
        wanted = request.query.get("channel_id")
        return [
            channel
            for channel in self._sandbox.store.rows(CHANNELS)
            if channel["user"] == request.user["id"]
            and wanted in (None, channel["channel_id"])
            and is_live(channel, self._sandbox.clock.now())
        ]

    def _each(self, request: Request, work: Callable[[Record], Record], done: int = 200) -> Reply:
        bare = request.json().get("watch")
        takes = request.method == "PATCH" and request.sandbox.switches.watch_patch_object
        entries = [bare] if takes and isinstance(bare, dict) else rows_of(request, "watch", MOST)
        return reply(request, "watch", (partial(work, entry) for entry in entries), done)

    def _need(self, request: Request, channel_id: str) -> Record:
        """The open channel with this id. Raises Problem when it is another user's, or over."""
        found = self._sandbox.store.get(CHANNELS, _key(request, channel_id))
        if found is None or not is_live(found, self._sandbox.clock.now()):
            details = {"channel_id": channel_id}
            raise Problem("NOT_SUBSCRIBED", "Not subscribed to actions-watch", details)
        return found

    def _open(self, request: Request, entry: Record) -> Record:
        channel = {
            "user": request.user["id"],
            "host": request.host,
            "channel_id": _channel_id(entry),
            "events": self._events(entry),
            "notify_url": self._url(entry),
            "token": self._token(entry),
            "expiry": self._expiry(entry),
            "return_affected_field_values": bool(entry.get("return_affected_field_values")),
            "notify_on_related_action": entry.get("notify_on_related_action", True),
            "notification_condition": entry.get("notification_condition"),
        }
        self._sandbox.store.keep(CHANNELS, _key(request, channel["channel_id"]), channel)
        return success(
            "Successfully subscribed for actions-watch of the given module",
            _events_told(channel, request),
        )

    def _patch(self, request: Request, entry: Record) -> Record:
        before = self._need(request, _channel_id(entry))
        if not entry.get("_delete_events"):
            return self._open(request, {**before, "channel_expiry": None, **entry})
        gone = self._events(entry)
        left = [event for event in before["events"] if event not in gone]
        key = _key(request, before["channel_id"])
        if left:
            self._sandbox.store.keep(CHANNELS, key, {**before, "events": left})
        else:
            self._sandbox.store.drop(CHANNELS, key)
        told = _events_told({**before, "events": gone}, request)
        return success("Successfully removed the subscribe details", told)

    def _close(self, request: Request, channel_id: str) -> Record:
        channel = self._need(request, channel_id)
        self._sandbox.store.drop(CHANNELS, _key(request, channel_id))
        events = _events_told(channel, request)["events"]
        details = {"events": [{**one, "channel_expiry": None} for one in events]}
        return success("Successfully un-subscribed from actions-watch", details)

    def _events(self, entry: Record) -> list[str]:
        events = entry.get("events")
        if not events:
            raise missing("events")
        if not isinstance(events, list) or len(events) > MOST:
            raise wrong("events", maximum_length=MOST)
        for event in events:
            found = _EVENT.fullmatch(str(event))
            known = found and found["module"] in self._sandbox.company.fields
            if not known and event != "users.all":
                raise wrong("events", event=event)
        return [str(event) for event in events]

    def _url(self, entry: Record) -> str:
        url = entry.get("notify_url")
        if not url:
            raise missing("notify_url")
        parts = urlsplit(str(url))
        near = self._sandbox.switches.watch_loopback and parts.hostname in _LOOPBACK
        if len(str(url)) > LONGEST_URL or not (parts.scheme == "https" or near):
            raise wrong("notify_url", maximum_length=LONGEST_URL)
        return str(url)

    def _token(self, entry: Record) -> str | None:
        token, most = entry.get("token"), self._sandbox.switches.watch_token
        if token is not None and len(str(token)) > most:
            raise wrong("token", maximum_length=most)
        return None if token is None else str(token)

    def _expiry(self, entry: Record) -> float:
        """When a channel ends; a wish for more than a week is not refused, it becomes an hour."""
        now, wished = self._sandbox.clock.now(), entry.get("channel_expiry")
        try:
            found = now + HOUR if wished is None else moment_of(str(wished))
        except ValueError:
            raise wrong("channel_expiry", expected_data_type="datetime") from None
        if found <= now:
            raise wrong("channel_expiry")
        return now + HOUR if found > now + WEEK else found


def register(sandbox: "ZohoSandbox") -> None:
    """Put this chapter's addresses into the table."""
    watch = sandbox.watch
    for method, handler, operation in (
        ("POST", watch.subscribe, "CREATE"),
        ("PUT", watch.replace, "UPDATE"),
        ("PATCH", watch.change, "UPDATE"),
        ("DELETE", watch.unsubscribe, "DELETE"),
        ("GET", watch.details, "READ"),
    ):
        scopes = (f"ZohoCRM.notifications.{operation}",)
        sandbox.routes.add(method, ADDRESS, handler, scopes=scopes)


def _key(request: Request, channel_id: str) -> str:
    return f"{request.user['id']}/{channel_id}"


def _channel_id(entry: Record) -> str:
    """The id as text: a number of 64 bits, which may be negative."""
    wished = entry.get("channel_id")
    if wished in (None, ""):
        raise missing("channel_id")
    try:
        number = int(str(wished))
    except ValueError:
        number = 2**LONGEST_ID
    if not -(2 ** (LONGEST_ID - 1)) <= number < 2 ** (LONGEST_ID - 1):
        raise wrong("channel_id", expected_data_type="long")
    return str(number)


def _resources(channel: Record, request: Request) -> list[Record]:
    """The modules of a channel, once each."""
    names = dict.fromkeys(event.partition(".")[0] for event in channel["events"])
    modules = {row["api_name"]: row["id"] for row in request.sandbox.company.modules}
    return [
        {
            "resource_uri": f"{channel['host']}/crm/v2/{name}",  # v2, whatever version was called
            "resource_id": modules.get(name),
            "resource_name": name,
            "channel_id": channel["channel_id"],
        }
        for name in names
    ]


def _events_told(channel: Record, request: Request) -> dict[str, Any]:
    expiry = {"channel_expiry": time_text(channel["expiry"], request.zone)}
    return {"events": [{**expiry, **one} for one in _resources(channel, request)]}


def _shown(channel: Record, request: Request) -> list[Record]:
    told = (
        "notify_on_related_action", "return_affected_field_values", "notify_url",
        "notification_condition", "token",
    )  # fmt: skip
    expiry = {"channel_expiry": time_text(channel["expiry"], request.zone), "fields": None}
    return [
        {
            **{name: channel[name] for name in told},
            **expiry,
            **one,
            "events": [e for e in channel["events"] if e.startswith(f"{one['resource_name']}.")],
        }
        for one in _resources(channel, request)
    ]
