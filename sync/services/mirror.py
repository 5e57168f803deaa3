"""Bring our copies of Exact's accounts, and of what its books offer, up to date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from accounts_link.models import ExactAccount
from exact_client.records import DeletedRecord, SyncedAccountRecord
from sync.models import MirrorCursor
from sync.services.copies import save_copies
from sync.services.streams import batches

if TYPE_CHECKING:
    from exact_client.client import ExactClient
    from exact_client.models import Division

ACCOUNTS, DELETED = "accounts", "deleted"
BATCH = 1000  # rows saved at once; also Exact's page

# A row version is given when a record is written and seen when it is committed, so one that is
# lower than the highest seen may still turn up: begin where we stood this long ago.
OVERLAP = timedelta(minutes=10)
OVERLAP_VERSIONS = 500  # or, when nothing is that old yet, this many versions back
DELETED_LOG = timedelta(days=45)  # Exact keeps its list of deletions for two months


@dataclass(slots=True)
class Mirrored:
    """What one mirror did."""

    read: int = 0
    changed: int = 0
    gone: int = 0


def mirror(
    division: Division,
    exact: ExactClient,
    *,
    now: datetime,
    full: bool = False,
    progress: Callable[[Mirrored], None] = lambda mirrored: None,
) -> Mirrored:
    """Copy every account that changed since the last mirror, or all of them when `full`.

    Raises ExactError when Exact can't be read further; what was copied stays, and the next
    mirror goes on from there.
    """
    mirrored = Mirrored()
    accounts = _cursor(division, ACCOUNTS)
    is_first = accounts.read_at is None
    full = full or _must_begin_anew(accounts, division, now)
    since = 1 if full else _start(accounts, now)
    records = exact.accounts_changed_since(since)
    ordered, seen = True, since
    for batch in batches(records, BATCH):
        versions = [record.timestamp for record in batch]
        ordered = ordered and versions == sorted(versions) and versions[0] >= seen
        seen = max(seen, *versions)
        with transaction.atomic():
            mirrored.changed += _save(division, batch, now, full=full)
            if ordered:  # what came before is complete, so a restart may begin here
                MirrorCursor.objects.filter(pk=accounts.pk).update(version=max(seen, 1))
        mirrored.read += len(batch)
        progress(mirrored)
    _finish(accounts, seen if full else max(seen, accounts.version), now)
    if full:
        mirrored.gone = _mark_unseen(division, now)
    elif not is_first:  # nothing of ours can be gone before there is anything
        mirrored.gone = _mark_deleted(division, exact, now)
    return mirrored


def _must_begin_anew(cursor: MirrorCursor, division: Division, now: datetime) -> bool:
    """Whether what we know can no longer be brought up to date by what changed since."""
    if cursor.read_at is None:
        return False
    moved = cursor.epoch != division.epoch  # all row versions began anew
    return moved or cursor.read_at < now - DELETED_LOG


def _save(
    division: Division, batch: list[SyncedAccountRecord], now: datetime, *, full: bool
) -> int:
    """Save those of the batch that are newer than our copies; the overlap brings known ones."""
    ours = ExactAccount.objects.filter(
        division=division, exact_id__in=[record.id for record in batch]
    )
    known = {} if full else dict(ours.values_list("exact_id", "version"))
    newest: dict[object, SyncedAccountRecord] = {}
    for record in batch:
        earlier = newest[record.id].timestamp if record.id in newest else known.get(record.id, -1)
        if record.timestamp > earlier:
            newest[record.id] = record
    return save_copies(division, newest.values(), now)


def _mark_unseen(division: Division, now: datetime) -> int:
    unseen = ExactAccount.objects.filter(division=division, is_gone=False, mirrored_at__lt=now)
    return unseen.update(is_gone=True)


def _mark_deleted(division: Division, exact: ExactClient, now: datetime) -> int:
    cursor = _cursor(division, DELETED)
    gone, seen = 0, cursor.version
    for batch in batches(exact.deletions_since(_start(cursor, now)), BATCH):
        ids = [row.entity_key for row in batch if row.entity_type == DeletedRecord.ACCOUNT]
        seen = max(seen, *(row.timestamp for row in batch))
        gone += ExactAccount.objects.filter(
            division=division, exact_id__in=ids, is_gone=False
        ).update(is_gone=True, mirrored_at=now)
    _finish(cursor, seen, now)
    return gone


def _cursor(division: Division, feed: str) -> MirrorCursor:
    cursor, _ = MirrorCursor.objects.get_or_create(
        division=division, feed=feed, defaults={"epoch": division.epoch}
    )
    return cursor


def _start(cursor: MirrorCursor, now: datetime) -> int:
    limit = (now - OVERLAP).timestamp()
    settled = [version for version, at in cursor.history if at <= limit]
    start: int = max(settled[-1:] or [max(cursor.version - OVERLAP_VERSIONS, 1)])
    return start


def _finish(cursor: MirrorCursor, version: int, now: datetime) -> None:
    limit = (now - OVERLAP).timestamp()
    old = [entry for entry in cursor.history if entry[1] <= limit][-1:]
    recent = [entry for entry in cursor.history if entry[1] > limit]
    MirrorCursor.objects.filter(pk=cursor.pk).update(
        version=version,
        history=[*old, *recent, [version, now.timestamp()]][-50:],
        read_at=now,
        epoch=cursor.division.epoch,
    )
