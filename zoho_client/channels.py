"""Being told of changes: a channel for each module, renewed in time, and calls that are proven.

Zoho signs nothing and sends nothing twice, and a channel that ends says nothing. So each has a
secret in its address and another that Zoho repeats, and what counts is the end that Zoho names.
"""

from __future__ import annotations

import logging
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from django.utils.crypto import constant_time_compare

from zoho_client import vault
from zoho_client.budget import Lane
from zoho_client.client import ZohoClient
from zoho_client.errors import ZohoDisconnectedError, ZohoError
from zoho_client.models import ZohoChannel, ZohoConnection
from zoho_client.records import WatchRecord

logger = logging.getLogger(__name__)

LIFE = timedelta(days=7) - timedelta(minutes=10)  # a week and a second would be made an hour
UNTOLD_LIFE = timedelta(hours=1)  # what Zoho gives when it does not say
AGAIN = timedelta(minutes=15)  # after a refusal
ID_BITS, SECRET_BYTES = 62, 32  # Zoho takes an int64, and tokens of 50 characters


class Notice(NamedTuple):
    """What Zoho told us: that something happened to these records, and nothing of their values."""

    channel: ZohoChannel
    module: str
    operation: str  # insert, update or delete
    ids: tuple[str, ...]
    server_time: int  # in milliseconds, by Zoho's clock: only good for telling doubles apart


class _Callback(msgspec.Struct):
    module: str = ""
    operation: str = ""
    ids: list[str | int] = []
    channel_id: str | int = ""
    token: str | None = None
    server_time: int = 0


def watch(connection: ZohoConnection, module: str, base: str, now: datetime) -> ZohoChannel:
    """Ask to be told of every change in a module, at a secret address below `base`.

    May be repeated; an open channel is renewed. Raises any ZohoError.
    """
    channel = _channel(connection, module, base)
    zoho = ZohoClient.connected(connection, lane=Lane.PUSH)
    _ask(channel, zoho, now, is_open=channel.state == ZohoChannel.State.OPEN)
    return channel


def renew_due(connection: ZohoConnection, now: datetime) -> int:
    """Renew the channels that are half-way to their end, and open again what is gone.

    Return how many are open now. One that Zoho refuses is noted on it, and asked for later.
    """
    due = list(connection.channels.due(now))
    if not due:
        return 0
    zoho = ZohoClient.connected(connection, lane=Lane.PUSH)
    living = {record.channel_id for record in zoho.channels()}
    opened = 0
    for channel in due:
        try:
            _ask(channel, zoho, now, is_open=str(channel.channel_id) in living)
        except ZohoDisconnectedError:
            raise
        except ZohoError as error:
            logger.warning("zoho channel=%s: %s", channel.pk, type(error).__name__)
        else:
            opened += 1
    return opened


def stop(channel: ZohoChannel) -> None:
    """Ask Zoho not to tell us any more. Raises any ZohoError."""
    zoho = ZohoClient.connected(channel.connection, lane=Lane.PUSH)
    zoho.unwatch([str(channel.channel_id)])
    _note(channel, state=ZohoChannel.State.STOPPED, expires_at=None, renew_at=None)


def recognised(path: str, body: bytes, now: datetime) -> Notice | None:
    """Return what Zoho says in a call to this secret path; None for anybody else's call.

    Calls come late, twice, out of order or never: read the records, and look by yourself as well.
    """
    channel = ZohoChannel.objects.filter(path=path).select_related("connection").first()
    if channel is None or channel.state == ZohoChannel.State.STOPPED:
        return None
    try:
        told = msgspec.json.decode(body, type=_Callback)
    except msgspec.DecodeError:
        return None
    if not constant_time_compare(told.token or "", _token(channel)):
        return None
    if str(told.channel_id) != str(channel.channel_id) or told.module != channel.module:
        return None
    _note(channel, heard_at=now)
    return Notice(channel, told.module, told.operation, tuple(map(str, told.ids)), told.server_time)


def _channel(connection: ZohoConnection, module: str, base: str) -> ZohoChannel:
    """Return the channel of a module, with secrets of its own and the address as it is now."""
    path = secrets.token_urlsafe(SECRET_BYTES)
    channel, is_new = ZohoChannel.objects.get_or_create(
        connection=connection,
        module=module,
        defaults={
            "channel_id": secrets.randbits(ID_BITS) + 1,
            "events": [f"{module}.all"],
            "path": path,
            "url": base,
        },
    )
    changes: dict[str, Any] = {"url": f"{base.rstrip('/')}/{channel.path}/"}
    if is_new:
        secret = secrets.token_urlsafe(SECRET_BYTES)
        changes["token_sealed"] = vault.seal("channel", channel.pk, secret)
    _note(channel, **changes)
    return channel


def _ask(channel: ZohoChannel, zoho: ZohoClient, now: datetime, *, is_open: bool) -> None:
    wanted = {
        "channel_id": str(channel.channel_id),
        "events": channel.events,
        "notify_url": channel.url,
        "token": _token(channel),
        "channel_expiry": now + LIFE,
        "return_affected_field_values": False,
        "notify_on_related_action": False,  # otherwise a note on a record tells of the record
    }
    _note(channel, asked_at=now)
    try:
        given = zoho.renew(wanted) if is_open else zoho.watch(wanted)
    except ZohoError as error:
        state = channel.state if is_open else ZohoChannel.State.LAPSED
        _note(channel, state=state, state_reason=str(error), renew_at=now + AGAIN)
        raise
    _opened(channel, given, now)


def _opened(channel: ZohoChannel, given: WatchRecord, now: datetime) -> None:
    ends = given.channel_expiry.astimezone(UTC) if given.channel_expiry else now + UNTOLD_LIFE
    _note(
        channel,
        state=ZohoChannel.State.OPEN,
        state_reason="",
        expires_at=ends,
        renew_at=now + (ends - now) / 2,
    )


def _token(channel: ZohoChannel) -> str:
    try:
        return vault.unseal(channel.token_sealed, "channel", channel.pk)
    except vault.UnreadableSecretError as error:
        raise ZohoDisconnectedError(str(error)) from None


def _note(channel: ZohoChannel, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(channel, name, value)
    channel.save(update_fields=list(changes))
