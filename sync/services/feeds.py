"""Follow one of Exact's feeds by row version: in pages, to be stopped anywhere, nothing missed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar
from uuid import UUID

from django.db import transaction

from sync.models import MirrorCursor
from sync.services.streams import batches

if TYPE_CHECKING:
    from exact_client.client import ExactClient
    from exact_client.models import Division

BATCH = 1000  # rows saved at once; also Exact's page

# A row version is given when a record is written and seen when it is committed, so one that is
# lower than the highest seen may still turn up: begin where we stood this long ago.
OVERLAP = timedelta(minutes=10)
OVERLAP_VERSIONS = 500  # or, when nothing is that old yet, this many versions back
DELETED_LOG = timedelta(days=45)  # Exact keeps its list of deletions for two months
ENDS_KEPT = 50  # of earlier readings; with fewer, the next one begins a little further back


class Versioned(Protocol):
    """A record of a feed."""

    @property
    def timestamp(self) -> int:
        """Exact's row version: a number that only grows."""
        ...


class Keyed(Versioned, Protocol):
    """A record of a feed that is copied under its ID."""

    @property
    def id(self) -> UUID:
        """Exact's ID of the record."""
        ...


RowT = TypeVar("RowT", bound=Versioned)
KeyedT = TypeVar("KeyedT", bound=Keyed)


def cursor_of(division: Division, feed: str) -> MirrorCursor:
    """Return where we stand in a feed: at its beginning when it was never read."""
    cursor, _ = MirrorCursor.objects.get_or_create(
        division=division, feed=feed, defaults={"epoch": division.epoch}
    )
    cursor.division = division
    return cursor


def must_begin_anew(cursor: MirrorCursor, now: datetime) -> bool:
    """Whether what we know can no longer be brought up to date by what changed since."""
    has_moved = cursor.epoch != cursor.division.epoch  # all row versions began anew
    return has_moved or (cursor.read_at is not None and cursor.read_at < now - DELETED_LOG)


def follow(
    cursor: MirrorCursor,
    ask: Callable[[int], Iterable[RowT]],
    save: Callable[[list[RowT]], None],
    *,
    now: datetime,
    anew: bool = False,
    progress: Callable[[int], None] = lambda rows: None,
) -> int:
    """Hand what `ask` yields to `save` page by page, noting after each where a restart may begin.

    `save` runs in one transaction with that note; `progress` hears of each page once it is saved.
    Returns the last version, for `finish`. What `ask` raises passes, and what was saved stays.
    """
    since = 1 if anew else start(cursor, now)
    is_ordered, seen = True, since
    for batch in batches(ask(since), BATCH):
        versions = [record.timestamp for record in batch]
        is_ordered = is_ordered and versions == sorted(versions) and versions[0] >= seen
        seen = max(seen, *versions)
        with transaction.atomic():
            save(batch)
            # Only in order do we know that nothing lower is still to come.
            restart = seen if is_ordered else since
            MirrorCursor.objects.filter(pk=cursor.pk).update(version=restart)
        progress(len(batch))
    return seen if anew else max(seen, cursor.version)


def follow_deletions(
    cursor: MirrorCursor,
    exact: ExactClient,
    entity_type: int,
    mark_gone: Callable[[Mapping[UUID, int]], int],
    *,
    now: datetime,
) -> int:
    """Hand what was deleted to `mark_gone`, page by page; return how many it marked.

    It gets the row version of each deletion: the versions of a division are one series, so what
    was copied under a higher one was made again.
    """
    gone, seen = 0, cursor.version
    for batch in batches(exact.deletions_since(start(cursor, now), entity_type), BATCH):
        rows = {row.entity_key: row.timestamp for row in batch if row.entity_type == entity_type}
        seen = max(seen, *(row.timestamp for row in batch))
        with transaction.atomic():
            gone += mark_gone(rows)
    finish(cursor, seen, now)
    return gone


def start(cursor: MirrorCursor, now: datetime) -> int:
    """Return where we stood so long ago that nothing lower can turn up any more."""
    limit = (now - OVERLAP).timestamp()
    settled = [version for version, at in cursor.history if at <= limit]
    begin: int = settled[-1] if settled else max(cursor.version - OVERLAP_VERSIONS, 1)
    return begin


def begin_anew(cursor: MirrorCursor) -> None:
    """Forget where we stood."""
    cursor.version, cursor.history = 1, []
    cursor.save(update_fields=["version", "history"])


def finish(cursor: MirrorCursor, version: int, now: datetime, *, anew: bool = False) -> None:
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


def newer(batch: Iterable[KeyedT], known: Mapping[UUID, int]) -> list[KeyedT]:
    """Return, once each, the records newer than our copies: the overlap brings known ones too."""
    newest: dict[UUID, KeyedT] = {}
    seen = dict(known)
    for record in batch:
        if record.timestamp > seen.get(record.id, -1):
            seen[record.id] = record.timestamp
            newest[record.id] = record
    return list(newest.values())
