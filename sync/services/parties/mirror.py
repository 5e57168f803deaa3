"""Bring our copies of Exact's accounts, and of what its books offer, up to date."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from accounts_link.models import ExactAccount
from accounts_link.statistics import refresh_statistics
from exact_client.records import DeletedRecord, SyncedAccountRecord
from sync.services import feeds
from sync.services.parties.copies import save_copies

if TYPE_CHECKING:
    from exact_client.client import ExactClient
    from exact_client.models import Division
    from exact_client.reading import OddRecord
    from sync.models import MirrorCursor

ACCOUNTS, DELETED = "accounts", "deleted"


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
    accounts = feeds.cursor_of(division, ACCOUNTS)
    deleted = feeds.cursor_of(division, DELETED)
    full = full or feeds.must_begin_anew(accounts, now)

    def save(batch: list[SyncedAccountRecord]) -> None:
        mirrored.changed += _save(division, batch, now, full=full)

    def show(rows: int) -> None:
        mirrored.read += rows
        progress(mirrored)

    newest = feeds.follow(
        accounts, exact.accounts_changed_since, save, now=now, anew=full, progress=show
    )
    feeds.finish(accounts, newest, now, anew=full)
    if full:
        feeds.begin_anew(deleted)
    if full and not odd:
        mirrored.gone = _mark_unseen(division, now)
    elif accounts.read_at is not None:  # nothing of ours can be gone before there is anything
        mirrored.gone = _mark_deleted(deleted, exact, now)
    refresh_statistics()
    return mirrored


def _save(
    division: Division, batch: list[SyncedAccountRecord], now: datetime, *, full: bool
) -> int:
    """Save those of the batch that are newer than our copies."""
    ours = ExactAccount.objects.filter(
        division=division, exact_id__in=[record.id for record in batch]
    )
    comparable = ours.filter(mirrored_at=now) if full else ours
    known = dict(comparable.select_for_update().values_list("exact_id", "version"))
    return save_copies(division, feeds.newer(batch, known), now)


def _mark_unseen(division: Division, now: datetime) -> int:
    unseen = ExactAccount.objects.filter(division=division, is_gone=False, mirrored_at__lt=now)
    return unseen.update(is_gone=True)


def _mark_deleted(cursor: MirrorCursor, exact: ExactClient, now: datetime) -> int:
    def mark(deleted_at: Mapping[UUID, int]) -> int:
        return _mark_gone(cursor.division, deleted_at, now)

    return feeds.follow_deletions(cursor, exact, DeletedRecord.ACCOUNT, mark, now=now)


def _mark_gone(division: Division, deleted_at: Mapping[UUID, int], now: datetime) -> int:
    """Mark what was deleted after we copied it; the row versions of a division are one series."""
    copies = ExactAccount.objects.filter(
        division=division, exact_id__in=deleted_at, is_gone=False
    ).values_list("pk", "exact_id", "version")
    gone = [pk for pk, exact_id, version in copies if version < deleted_at[exact_id]]
    return ExactAccount.objects.filter(pk__in=gone).update(is_gone=True, mirrored_at=now)
