"""Whether both sides tell us of changes: kept so while a tie runs, ended when it is closed."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from exact_client.budget import Lane
from exact_client.client import ExactClient
from exact_client.errors import ExactError
from exact_client.models import ExactConnection
from sync.models import ZohoSync
from sync.services.zoho import job
from sync.services.zoho.telling import channels, notices, subscriptions, telling
from zoho_client.errors import ZohoError
from zoho_client.models import ZohoChannel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync.models import ModuleSync

logger = logging.getLogger(__name__)

TOPICS: Mapping[str, str] = {module: topic for topic, module in notices.MODULES.items()}


@dataclass(frozen=True, slots=True)
class Freshness:
    """How fresh our copies of one module are, and whether its sides tell us of changes."""

    module: ModuleSync  # with zoho_read_at, zoho_told_at, exact_read_at and exact_told_at
    zoho_tells_until: datetime | None  # None: it does not
    exact_tells: bool


def keep(now: datetime) -> None:
    """Ask both sides of running ties to tell us, and those of others not to any more."""
    running = {tie.pk: tie for tie in job.running_ties()}
    for tie in running.values():
        _keep(tie, now)
    ties = ZohoSync.objects.select_related("connection", "division__connection")
    for tie in ties.filter(state=ZohoSync.State.CLOSED):
        channels.stop(tie)
        telling.hush(tie, now)
        if tie.subscriptions.exists():
            subscriptions.stop(tie, _exact_of(tie))
    notices.prune(now)


def freshness(tie: ZohoSync) -> list[Freshness]:
    """Return how fresh each module that takes part is; 3 queries."""
    until = {
        one.module: one.expires_at
        for one in ZohoChannel.objects.filter(connection=tie.connection_id)
        if one.state == ZohoChannel.State.OPEN
    }
    topics = set(tie.subscriptions.values_list("topic", flat=True))
    return [
        Freshness(one, until.get(one.module), TOPICS.get(one.module) in topics)
        for one in tie.modules.filter(takes_part=True)
    ]


def why_polling_alone() -> list[str]:
    """Say which side can't tell us of changes as things are set, and what to do."""
    return [words for words in (subscriptions.why_not(), channels.why_not()) if words]


def _keep(tie: ZohoSync, now: datetime) -> None:
    try:
        channels.keep(tie, now)
    except ZohoError as error:
        logger.warning("not told by zoho sync=%s: %s", tie.pk, type(error).__name__)
    exact = _exact_of(tie)
    try:
        if exact is not None:
            subscriptions.keep(tie, exact, now)
    except ExactError as error:
        logger.warning("not told by exact sync=%s: %s", tie.pk, type(error).__name__)


def _exact_of(tie: ZohoSync) -> ExactClient | None:
    division = tie.division
    if division is None or division.connection.state != ExactConnection.State.CONNECTED:
        return None
    return ExactClient.connected(division, lane=Lane.MIRROR)
