"""Bring our copies of Exact's accounts, and of what its books offer, up to date."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from accounts_link.models import ExactAccount
from accounts_link.statistics import refresh_statistics
from exact_client.records import DeletedRecord, SyncedAccountRecord
from sync.models import MirrorCursor
from sync.services.copies import save_copies
from sync.services.streams import batches

if TYPE_CHECKING:
    from exact_client.client import ExactClient
    from exact_client.models import Division
    from exact_client.reading import OddRecord

ACCOUNTS, DELETED = "accounts", "deleted"
BATCH = 1000  # rows saved at once; also Exact's page

# A row version is given when a record is written and seen when it is committed, so one that is
# lower than the highest seen may still turn up: begin where we stood this long ago.
OVERLAP = timedelta(minutes=10)
OVERLAP_VERSIONS = 500  # or, when nothing is that old yet, this many versions back
DELETED_LOG = timedelta(days=45)  # Exact keeps its list of deletions for two months
ENDS_KEPT = 50  # of earlier mirrors; with fewer, the next one begins a little further back


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
    odd: Sequence[OddRecord] = (),
    progress: Callable[[Mirrored], None] = lambda mirrored: None,
) -> Mirrored:
    """Copy every account that changed since the last mirror, or all of them when `full`.

    `odd` is where `exact` puts the records that it can't read: while there are any, an account
    that is missing from the whole list need not be gone. Raises ExactError when Exact can't be
    read further; what was copied stays, and the next mirror goes on from there.
    """
    mirrored = Mirrored()
    accounts = _cursor(division, ACCOUNTS)
    is_first = accounts.read_at is None
    full = full or _must_begin_anew(accounts, division, now)
    newest = _copy_changed(accounts, exact, now, mirrored, full=full, progress=progress)
    _finish(accounts, newest, now, anew=full)
    if full:
        _begin_anew(_cursor(division, DELETED))
    if full and not odd:
        mirrored.gone = _mark_unseen(division, now)
    elif not is_first:  # nothing of ours can be gone before there is anything
        mirrored.gone = _mark_deleted(division, exact, now)
    refresh_statistics()
    return mirrored


def _copy_changed(
    cursor: MirrorCursor,
    exact: ExactClient,
    now: datetime,
    mirrored: Mirrored,
    *,
    full: bool,
    progress: Callable[[Mirrored], None],
) -> int:
    """Copy page by page, noting after each where a restart may begin; return the last version."""
    since = 1 if full else _start(cursor, now)
    is_ordered, seen = True, since
    for batch in batches(exact.accounts_changed_since(since), BATCH):
        versions = [record.timestamp for record in batch]
        is_ordered = is_ordered and versions == sorted(versions) and versions[0] >= seen
        seen = max(seen, *versions)
        with transaction.atomic():
            mirrored.changed += _save(cursor.division, batch, now, full=full)
            # Only in order do we know that nothing lower is still to come.
            restart = seen if is_ordered else since
            MirrorCursor.objects.filter(pk=cursor.pk).update(version=restart)
        mirrored.read += len(batch)
        progress(mirrored)
    return seen if full else max(seen, cursor.version)


def _must_begin_anew(cursor: MirrorCursor, division: Division, now: datetime) -> bool:
    """Whether what we know can no longer be brought up to date by what changed since."""
    has_moved = cursor.epoch != division.epoch  # all row versions began anew
    return has_moved or (cursor.read_at is not None and cursor.read_at < now - DELETED_LOG)


def _save(
    division: Division, batch: list[SyncedAccountRecord], now: datetime, *, full: bool
) -> int:
    """Save those of the batch that are newer than our copies; the overlap brings known ones."""
    ours = ExactAccount.objects.filter(
        division=division, exact_id__in=[record.id for record in batch]
    )
    comparable = ours.filter(mirrored_at=now) if full else ours
    newest: dict[UUID, SyncedAccountRecord] = {}
    known = dict(comparable.select_for_update().values_list("exact_id", "version"))
    for record in batch:
        if record.timestamp > known.get(record.id, -1):
            known[record.id] = record.timestamp
            newest[record.id] = record
    return save_copies(division, newest.values(), now)


def _mark_unseen(division: Division, now: datetime) -> int:
    unseen = ExactAccount.objects.filter(division=division, is_gone=False, mirrored_at__lt=now)
    return unseen.update(is_gone=True)


def _mark_deleted(division: Division, exact: ExactClient, now: datetime) -> int:
    cursor = _cursor(division, DELETED)
    gone, seen = 0, cursor.version
    for batch in batches(exact.deletions_since(_start(cursor, now)), BATCH):
        deleted_at = {
            row.entity_key: row.timestamp
            for row in batch
            if row.entity_type == DeletedRecord.ACCOUNT
        }
        seen = max(seen, *(row.timestamp for row in batch))
        gone += _mark_gone(division, deleted_at, now)
    _finish(cursor, seen, now)
    return gone


def _mark_gone(division: Division, deleted_at: Mapping[UUID, int], now: datetime) -> int:
    """Mark what was deleted after we copied it; the row versions of a division are one series."""
    copies = ExactAccount.objects.filter(
        division=division, exact_id__in=deleted_at, is_gone=False
    ).values_list("pk", "exact_id", "version")
    gone = [pk for pk, exact_id, version in copies if version < deleted_at[exact_id]]
    return ExactAccount.objects.filter(pk__in=gone).update(is_gone=True, mirrored_at=now)


def _cursor(division: Division, feed: str) -> MirrorCursor:
    cursor, _ = MirrorCursor.objects.get_or_create(
        division=division, feed=feed, defaults={"epoch": division.epoch}
    )
    cursor.division = division
    return cursor


def _start(cursor: MirrorCursor, now: datetime) -> int:
    """Return where we stood so long ago that nothing lower can turn up any more."""
    limit = (now - OVERLAP).timestamp()
    settled = [version for version, at in cursor.history if at <= limit]
    start: int = settled[-1] if settled else max(cursor.version - OVERLAP_VERSIONS, 1)
    return start


def _begin_anew(cursor: MirrorCursor) -> None:
    MirrorCursor.objects.filter(pk=cursor.pk).update(version=1, history=[])


def _finish(cursor: MirrorCursor, version: int, now: datetime, *, anew: bool = False) -> None:
    """Note that the feed was read to its end; `anew`, that no earlier end means anything now."""
    limit = (now - OVERLAP).timestamp()
    ends = [] if anew else cursor.history
    old = [end for end in ends if end[1] <= limit][-1:]
    recent = [end for end in ends if end[1] > limit][-ENDS_KEPT:]
    MirrorCursor.objects.filter(pk=cursor.pk).update(
        version=version,
        history=[*old, *recent, [version, now.timestamp()]],
        read_at=now,
        epoch=cursor.division.epoch,
    )
