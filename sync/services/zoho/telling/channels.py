"""Being told by Zoho: a channel for each module that takes part, as long as the tie runs."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings

from sync.services.zoho.mapping.mappings import modules_of
from zoho_client import channels
from zoho_client.errors import ZohoDisconnectedError, ZohoError, ZohoRefusedError
from zoho_client.models import ZohoChannel, ZohoConnection

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from sync.models import ZohoSync

logger = logging.getLogger(__name__)

State = ZohoChannel.State


def base() -> str:
    """Return the address below which each channel has one of its own."""
    return f"{settings.PUBLIC_URL}/hooks/zoho"


def why_not() -> str:
    """Say why Zoho can't tell us of anything; "" when it can."""
    if settings.HTTPS or settings.ZOHO_STAND_IN:
        return ""
    return (
        "Zoho calls https addresses alone, and PUBLIC_URL is not one. Until it is, changes are"
        " found by looking every five minutes."
    )


def keep(tie: ZohoSync, now: datetime) -> int:
    """Open the channels that are missing, renew what is due, end what nobody wants.

    Takes no call when there is nothing to do. A module that Zoho refuses is asked for again later,
    and the others go on. Returns how many calls were made for. Raises ZohoDisconnectedError and
    ZohoTemporaryError.
    """
    connection = tie.connection
    if connection is None or why_not():
        return 0
    wanted = {module.module for module in modules_of(tie)}
    done = end(connection.channels.exclude(module__in=wanted), connection)
    there = {one.module: one for one in connection.channels.exclude(state=State.STOPPED)}
    for name in sorted(wanted):
        if name not in there or not there[name].url.startswith(f"{base()}/"):
            done += _open(connection, name, now)
    return done + channels.renew_due(connection, now)


def stop(tie: ZohoSync) -> int:
    """End all channels of a tie that does not run any more; return how many."""
    return end(tie.connection.channels.all(), tie.connection) if tie.connection else 0


def end(found: QuerySet[ZohoChannel], connection: ZohoConnection) -> int:
    """End these channels. What can't be said to Zoho is over here at once, and there in a week."""
    ended = list(found.exclude(state=State.STOPPED))
    for channel in ended:
        try:
            if connection.state == ZohoConnection.State.CONNECTED:
                channels.stop(channel)
        except ZohoError as error:
            logger.warning("not stopped zoho channel=%s: %s", channel.pk, type(error).__name__)
        ZohoChannel.objects.filter(pk=channel.pk).update(
            state=State.STOPPED, expires_at=None, renew_at=None
        )
    return len(ended)


def _open(connection: ZohoConnection, module: str, now: datetime) -> int:
    try:
        channels.watch(connection, module, base(), now)
    except ZohoDisconnectedError:
        raise
    except ZohoRefusedError as error:  # noted on the channel, which is asked for again later
        logger.warning("not told by zoho of module=%s: %s", module, error.code)
        return 0
    return 1
