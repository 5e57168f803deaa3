"""Being told by Exact: a subscription for each topic that takes part, as long as the tie runs."""

from __future__ import annotations

import logging
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

from exact_client.errors import ExactDisconnectedError, ExactError, ExactRefusedError
from sync.models import MirrorCursor, Subscription, ZohoSync
from sync.services import feeds, signals
from sync.services.zoho.mapping.mappings import modules_of
from sync.services.zoho.telling.notices import MODULES

if TYPE_CHECKING:
    from exact_client.client import ExactClient
    from exact_client.trade_records import WebhookSubscriptionRecord as Record

logger = logging.getLogger(__name__)

LOOK_EVERY = timedelta(hours=1)  # that nobody took them away
AGAIN = timedelta(minutes=15)  # after a refusal: each counts among the ten that Exact bears an hour
SECRET_BYTES = 32
FEED = "zoho subscriptions"  # where it is kept when we looked
UNPROVEN = (
    "Exact's calls can't be proven without EXACT_WEBHOOK_SECRET, which your app in Exact's App"
    " Center shows. Until it is set, changes are found by looking every five minutes."
)
NEEDS_HTTPS = (
    "Exact calls https addresses alone, and PUBLIC_URL is not one. Until it is, changes are found"
    " by looking every five minutes."
)


def why_not() -> str:
    """Say why Exact can't tell us of anything; "" when it can."""
    if not settings.EXACT_WEBHOOK_SECRET:
        return UNPROVEN
    return "" if settings.HTTPS or settings.STAND_IN else NEEDS_HTTPS


def address(tie: ZohoSync) -> str:
    """Return where Exact is to call; its secret part is made the first time."""
    if not tie.hook_path:
        made = secrets.token_urlsafe(SECRET_BYTES)
        ZohoSync.objects.filter(pk=tie.pk, hook_path="").update(hook_path=made)
        tie.refresh_from_db(fields=["hook_path"])
    return f"{_base()}/{tie.hook_path}/"


def keep(tie: ZohoSync, exact: ExactClient, now: datetime) -> int:
    """Have a subscription for each topic that takes part; look once an hour that they are there.

    Takes one call, and one for each that is to be made. When Exact refuses, a signal says so, and
    polling goes on alone until the next try. Returns how many there are now.
    """
    wanted = [topic for topic, module in MODULES.items() if module in _taking_part(tie)]
    if why_not() or not _is_due(tie, wanted, now):
        return tie.subscriptions.count()
    MirrorCursor.objects.filter(pk=_cursor(tie).pk).update(read_at=now)
    try:
        _keep(tie, exact, wanted, now)
    except (ExactRefusedError, ExactDisconnectedError) as error:
        _tell(tie, str(error), now)
    else:
        signals.close_signal(_key(tie), now=now)
    return tie.subscriptions.count()


def stop(tie: ZohoSync, exact: ExactClient | None) -> int:
    """Ask Exact not to tell us any more; without a client it is only noted. Return how many."""
    rows = list(tie.subscriptions.all())
    for row in rows:
        try:
            if exact is not None and row.remote_id is not None:
                exact.unsubscribe(row.remote_id)
        except ExactError as error:  # it is not told of any more: a closed tie keeps nothing
            logger.warning("not unsubscribed topic=%s: %s", row.topic, type(error).__name__)
        row.delete()
    MirrorCursor.objects.filter(division=tie.division_id, feed=FEED).update(read_at=None)
    return len(rows)


def _taking_part(tie: ZohoSync) -> set[str]:
    return {module.module for module in modules_of(tie)}


def _is_due(tie: ZohoSync, wanted: list[str], now: datetime) -> bool:
    known = dict(tie.subscriptions.values_list("topic", "callback_url"))
    is_complete = known == dict.fromkeys(wanted, address(tie))
    read_at = _cursor(tie).read_at
    return read_at is None or read_at <= now - (LOOK_EVERY if is_complete else AGAIN)


def _cursor(tie: ZohoSync) -> MirrorCursor:
    assert tie.division is not None  # noqa: S101 - for the type checker; a running tie has one
    return feeds.cursor_of(tie.division, FEED)


def _keep(tie: ZohoSync, exact: ExactClient, wanted: list[str], now: datetime) -> None:
    there = {one.topic: one for one in exact.webhook_subscriptions()}
    for row in tie.subscriptions.exclude(topic__in=wanted):
        if row.topic in there and there[row.topic].callback_url == row.callback_url:
            exact.unsubscribe(there[row.topic].id)
        row.delete()
    for topic in wanted:
        found = there.get(topic)
        if found is not None and found.callback_url != address(tie):
            _let_go(tie, found, exact)
            found = None
        _note(tie, found or _subscribe(tie, topic, exact), now)


def _subscribe(tie: ZohoSync, topic: str, exact: ExactClient) -> Record:
    """Ask for a topic; one that is there by now is as good if it leads to us."""
    try:
        return exact.subscribe(topic, address(tie))
    except ExactRefusedError as error:
        if error.kind != "taken":
            raise
    found = next((one for one in exact.webhook_subscriptions() if one.topic == topic), None)
    if found is None or found.callback_url != address(tie):
        raise _taken(topic)
    return found


def _let_go(tie: ZohoSync, found: Record, exact: ExactClient) -> None:
    """End a subscription to an earlier address of ours. Raises ExactRefusedError for another's."""
    is_ours = tie.subscriptions.filter(topic=found.topic, remote_id=found.id).exists()
    if not is_ours and not (found.callback_url or "").startswith(f"{_base()}/"):
        raise _taken(found.topic)
    exact.unsubscribe(found.id)


def _taken(topic: str) -> ExactRefusedError:
    return ExactRefusedError(
        f"Exact tells another installation of {topic}: it has one address for each app and"
        " division. Use an app of your own, or end the other's subscription.",
        "taken",
    )


def _note(tie: ZohoSync, record: Record, now: datetime) -> None:
    Subscription.objects.update_or_create(
        sync=tie,
        topic=record.topic,
        defaults={"remote_id": record.id, "callback_url": address(tie)},
        create_defaults={"remote_id": record.id, "callback_url": address(tie), "made_at": now},
    )


def _tell(tie: ZohoSync, words: str, now: datetime) -> None:
    logger.warning("not told by exact sync=%s", tie.pk)
    signals.raise_signal(
        _key(tie),
        "Exact does not tell us of changes: they are found by looking every five minutes",
        advice=words,
        url=reverse("sync:zoho-setup"),
        now=now,
    )


def _key(tie: ZohoSync) -> str:
    return f"zoho:{tie.pk}:webhooks"


def _base() -> str:
    return f"{settings.PUBLIC_URL}/hooks/exact"
