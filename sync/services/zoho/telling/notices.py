"""What both sides post to us about changes: kept at once, gathered, worked on a moment later."""

from __future__ import annotations

import hashlib
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import F

from exact_client.errors import ExactError
from exact_client.webhooks import Content, verified_content
from sync.models import ExactRecord, Module, ModuleSync, Notice, ZohoRecord, ZohoSync
from sync.services.locks import process_lock
from sync.services.zoho import job
from sync.services.zoho.reading import reading_exact, reading_zoho
from zoho_client import channels
from zoho_client.errors import ZohoError

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from sync.services.clock import Clock
    from zoho_client.channels import Notice as Told

logger = logging.getLogger(__name__)

MODULES = {
    "Accounts": Module.ACCOUNTS,
    "Contacts": Module.CONTACTS,
    "Items": Module.PRODUCTS,
    "SalesInvoices": Module.INVOICES,
    "SalesOrders": Module.ORDERS,
}  # by Exact's topic
DELETE = "delete"
LONGEST_ID = 20  # digits of Zoho's ids
MOST = 500  # notices of one round
ROUNDS = 5  # of one task, before another one goes on
# Our own writes come back as notices: a moment later they are gathered into one round.
REST = timedelta(seconds=1)
# Exact allows 5,000 calls a day: whoever tells us without end is listened to less often.
BUSY, BUSY_ROUNDS, BUSY_REST = timedelta(hours=1), 150, timedelta(seconds=30)
KEPT = timedelta(days=7)  # Exact tells a thing again for 34 hours


class Answer(Enum):
    """What becomes of a call to one of our addresses."""

    KEPT = auto()  # it is new, and is worked on
    NOTHING = auto()  # it is Exact's or Zoho's, but there is nothing to do
    FORGED = auto()
    UNKNOWN = auto()  # there is no such address


# Taking notices.


def from_exact(path: str, raw: bytes, now: datetime) -> Answer:
    """Keep what Exact signed; an empty body is Exact trying whether the address answers."""
    tie = ZohoSync.objects.filter(hook_path=path).select_related("division").first()
    if tie is None:
        return Answer.UNKNOWN
    if not raw:
        return Answer.NOTHING
    content = verified_content(raw, settings.EXACT_WEBHOOK_SECRET)
    if content is None:
        ZohoSync.objects.filter(pk=tie.pk).update(hooks_refused=F("hooks_refused") + 1)
        logger.warning("refused a call as of exact sync=%s", tie.pk)
        return Answer.FORGED
    module = MODULES.get(content.topic)
    if module is None or tie.division is None or content.division != tie.division.code:
        return Answer.NOTHING
    about = [content.topic, content.division, content.key, content.action, content.event_created_on]
    return _keep(tie, _exact_notice(module, content), about, now)


def from_zoho(path: str, raw: bytes, now: datetime) -> Answer:
    """Keep what Zoho says when it repeats the channel's token: nothing else proves it."""
    told = channels.recognised(path, raw, now)
    if told is None:
        ties = ZohoSync.objects.filter(connection__channels__path=path)
        known = ties.update(hooks_refused=F("hooks_refused") + 1)
        if known:
            logger.warning("refused a call as of zoho")
        return Answer.FORGED if known else Answer.UNKNOWN
    tie = ZohoSync.objects.filter(connection=told.channel.connection_id).first()
    if tie is None:
        return Answer.NOTHING
    about = [told.channel.pk, told.server_time, told.operation, *sorted(told.ids)]
    return _keep(tie, _zoho_notice(told), about, now)


def _exact_notice(module: Module, content: Content) -> Notice:
    return Notice(
        side=Notice.Side.EXACT,
        module=module,
        action=content.action.lower()[:10],
        keys=[str(content.key)],
    )


def _zoho_notice(told: Told) -> Notice:
    keys = [one for one in told.ids if one.isdecimal() and len(one) <= LONGEST_ID]
    return Notice(
        side=Notice.Side.ZOHO, module=told.module[:40], action=told.operation[:10], keys=keys
    )


def _keep(tie: ZohoSync, notice: Notice, about: Iterable[object], now: datetime) -> Answer:
    """Save a notice once, however often it comes."""
    if tie.state != ZohoSync.State.RUNNING:
        return Answer.NOTHING
    said = "\0".join(map(str, [notice.side, *about]))
    values = {"side": notice.side, "module": notice.module, "action": notice.action}
    _, is_new = Notice.objects.get_or_create(
        sync=tie,
        digest=hashlib.sha256(said.encode()).hexdigest(),
        defaults={**values, "keys": notice.keys, "received_at": now},
    )
    told_at = {f"{notice.side}_told_at": now}
    ModuleSync.objects.filter(sync=tie, module=notice.module).update(**told_at)
    return Answer.KEPT if is_new else Answer.NOTHING


# Working on them.


@dataclass(slots=True)
class Gathered:
    """What was told and is not known yet: Zoho's records by module, Exact's modules."""

    zoho: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    exact: set[str] = field(default_factory=set)
    has_deletions: bool = False  # in Exact

    def __bool__(self) -> bool:
        return bool(self.zoho or self.exact)


def work_on_all(clock: Clock) -> bool:
    """Work on what every running tie was told; return whether something is to be made in Exact.

    Whoever finds another worker at a tie leaves it: that one looks again when it is through.
    """
    done = False
    for tie in job.running_ties():
        for _ in range(ROUNDS):
            if not is_due(tie, clock.now()):
                break
            with process_lock(job.LOCK, tie.pk) as held:
                if not held:
                    break
                done |= work(tie, now=clock.now())
    return done and job.something_is_queued(job.running_ties())


def is_due(tie: ZohoSync, now: datetime) -> bool:
    """Whether there is something to work on, and the last round is long enough ago."""
    if not _waiting(tie).exists():
        return False
    rounds = Notice.objects.filter(sync=tie, worked_at__gt=now - BUSY).order_by("-worked_at")
    ends = list(rounds.values_list("worked_at", flat=True).distinct()[:BUSY_ROUNDS])
    rest = BUSY_REST if len(ends) == BUSY_ROUNDS else REST
    return not ends or ends[0] is None or ends[0] <= now - rest


def work(tie: ZohoSync, *, now: datetime) -> bool:
    """Read what was told and bring it across, for all notices that wait; call it under the lock.

    Takes a call for 100 records of Zoho and one for who its users are, and one for each module of
    Exact. What fails is left to the poll, with the reason. Returns whether anything was brought
    across.
    """
    batch = list(_waiting(tie).order_by("pk")[:MOST])
    found, problem = gather(tie, batch), ""
    try:
        if found:
            _bring(tie, found, now)
    except (ExactError, ZohoError) as error:
        logger.warning("not worked on notices sync=%s: %s", tie.pk, type(error).__name__)
        problem = str(error)[:500]
    rows = Notice.objects.filter(pk__in=[one.pk for one in batch])
    rows.update(worked_at=now, problem=problem)
    return bool(found) and not problem


def gather(tie: ZohoSync, batch: Sequence[Notice]) -> Gathered:
    """Put notices together; what a reading brought since it was told is not asked for again."""
    modules = {one.module: one for one in ModuleSync.objects.filter(sync=tie)}
    found = Gathered()
    for notice in batch:
        module = modules.get(notice.module)
        if module is None or not module.takes_part or module.unavailable:
            continue
        if notice.side == Notice.Side.EXACT:
            if not _is_read(module.exact_read_at, notice):
                found.exact.add(notice.module)
                found.has_deletions |= notice.action == DELETE
        elif not _is_read(module.zoho_read_at, notice):
            known = found.zoho[notice.module]
            known += [key for key in notice.keys if key not in known]
    return found


def prune(now: datetime) -> int:
    """Forget what was worked on long ago; return how many."""
    return Notice.objects.filter(worked_at__lt=now - KEPT).delete()[0]


def _waiting(tie: ZohoSync) -> QuerySet[Notice]:
    return Notice.objects.filter(sync=tie, worked_at=None)


def _is_read(read_at: datetime | None, notice: Notice) -> bool:
    return read_at is not None and read_at > notice.received_at


def _bring(tie: ZohoSync, found: Gathered, now: datetime) -> None:
    """Read what was told, and nothing else; then pair, merge and write as every run does."""
    sides = job.Sides.of(tie)
    for module, keys in found.zoho.items():
        reading_zoho.read_some(tie, sides.zoho, module, keys, now=now)
    if found.exact:
        reading_exact.read_some(
            tie, sides.reader, found.exact, now=now, deletions=found.has_deletions
        )
    job.bring_across(tie, sides, now=now, has_new=_has_new(tie, now))


def _has_new(tie: ZohoSync, now: datetime) -> bool:
    """Whether something that was read just now has no pair yet."""
    just_read = {"sync": tie, "pair": None, "read_at__gte": now}
    return any(copies.objects.filter(**just_read).exists() for copies in (ZohoRecord, ExactRecord))
