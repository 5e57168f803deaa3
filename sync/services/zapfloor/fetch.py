"""Fetch customers, invoices and credit notes from zapfloor: what changed, as often as one likes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction

from accounts_link.imports.customers import CustomerRow
from accounts_link.imports.documents import InvoiceRow
from accounts_link.imports.shapes import RowError
from sync.models import Invoice, ZapfloorSource
from sync.services.intake import Report, take_in_customers, take_in_invoices
from sync.services.zapfloor.source import customers_of, documents_of, reads_the_same
from sync.zapfloor.client import ZapfloorClient
from sync.zapfloor.json_api import Page, Resource
from sync.zapfloor.reading import read_customer, read_document

logger = logging.getLogger(__name__)

OVERLAP = timedelta(hours=1)  # for clocks that differ, and for what was saved while we read
MOST_REFUSED = 500  # records that are remembered with their errors
Row = TypeVar("Row", CustomerRow, InvoiceRow)
Shown = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to fetch: what changed since the last time, unless it says otherwise."""

    since: datetime | None = None  # changed since then
    full: bool = False  # everything
    dry_run: bool = False  # look and tell; save nothing
    most: int | None = None  # records of each list, for a preview


SINCE_THE_LAST = Wanted()


@dataclass(slots=True)
class Fetched:
    """What a fetch brought, or would bring when dry."""

    since: datetime | None
    customers: Report = field(default_factory=Report)
    documents: Report = field(default_factory=Report)
    read: int = 0
    not_final: int = 0  # documents that are drafts over there
    refused: list[dict[str, Any]] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)  # type and id

    @property
    def changed(self) -> int:
        """How many customers and documents are new or changed."""
        return sum(one.new + one.changed for one in (self.customers, self.documents))


def fetch(
    source: ZapfloorSource,
    client: ZapfloorClient,
    wanted: Wanted = SINCE_THE_LAST,
    *,
    now: datetime,
    progress: Shown = lambda read: None,
) -> Fetched:
    """Take in what changed since the last fetch, or what is wanted.

    A record that can't be read is told in `refused` and keeps no other out. Where the last fetch
    ended is noted when all was read: after an error, simply fetch again.

    Raises any ZapfloorError; what was taken in before it stays.
    """
    begin = None if wanted.full else wanted.since or _last(source)
    work = _Fetch(client, Fetched(begin), wanted.most, progress)
    work.take_customers(source, now, dry_run=wanted.dry_run)
    work.take_documents(source, now, dry_run=wanted.dry_run)
    if not wanted.dry_run and wanted.most is None:
        _remember(source, work.fetched, now)
    return work.fetched


def _last(source: ZapfloorSource) -> datetime | None:
    return source.fetched_at - OVERLAP if source.fetched_at else None


@dataclass(slots=True)
class _Fetch:
    """One fetch while it goes on."""

    client: ZapfloorClient
    fetched: Fetched
    most: int | None
    progress: Shown
    names: dict[int, Resource] = field(default_factory=dict)  # of this list, by place

    def take_customers(self, source: ZapfloorSource, now: datetime, *, dry_run: bool) -> None:
        """Take the customers in, or tell what that would do."""
        paths = customers_of(source)
        rows = self.customers(
            source.customers_path, lambda record, place: read_customer(paths, record, place)
        )
        self.fetched.customers = take_in_customers(rows, now=now, dry_run=dry_run)
        self.refuse(self.fetched.customers)

    def take_documents(self, source: ZapfloorSource, now: datetime, *, dry_run: bool) -> None:
        """Take invoices and credit notes in, or tell what that would do."""
        paths, origin = documents_of(source), Invoice.Source.ZAPFLOOR
        rows = self.rows(
            source.invoices_path, lambda record, place: read_document(paths, record, place)
        )
        self.fetched.documents = take_in_invoices(rows, source=origin, now=now, dry_run=dry_run)
        self.refuse(self.fetched.documents)

    def rows(
        self, paths: str, read: Callable[[Resource, int], Row | list[RowError] | None]
    ) -> Iterator[Row | RowError]:
        """Yield what each record of some lists becomes, in their order."""
        self.names = {}
        for path in paths.split():
            for record in self._records(self.client.pages(path, self.fetched.since)):
                place = len(self.names) + 1
                self.names[place] = Resource({"type": record.type, "id": record.id})
                found = read(record, place)
                if found is None:
                    self.fetched.not_final += 1
                elif isinstance(found, list):
                    yield from found
                else:
                    yield found

    def customers(
        self, paths: str, read: Callable[[Resource, int], CustomerRow | list[RowError]]
    ) -> Iterator[CustomerRow | RowError]:
        """Yield customers, each number once: a number is one customer."""
        owners: dict[str, str] = {}
        for row in self.rows(paths, read):
            if isinstance(row, RowError):
                yield row
                continue
            name = self.names[row.line].name
            owner = owners.setdefault(row.number.casefold(), name)
            if owner == name:
                yield row
            else:
                said = f"{name}: “Customer number” “{row.number}” is that of {owner} as well."
                yield RowError(row.line, "Customer number", row.number, said, name)

    def _records(self, pages: Iterable[Page]) -> Iterator[Resource]:
        """Yield each record once: a list that moves on while it is read repeats some."""
        count = 0
        for page in pages:
            for record in page.records:
                key = (record.type, record.id)
                if key in self.fetched.seen:
                    continue
                self.fetched.seen.add(key)
                self.fetched.read += 1
                count += 1
                yield record
                if count == self.most:
                    return
            self.progress(self.fetched.read)

    def refuse(self, report: Report) -> None:
        """Note what was refused of the list that was just read."""
        for taken in report.records():
            if taken.outcome == "refused":
                name = self.names[taken.line]
                self.fetched.refused.append(
                    {
                        "type": name.type,
                        "id": name.id,
                        "number": taken.number if taken.number != name.name else "",
                        "said": [error.message for error in taken.errors],
                    }
                )


def _remember(source: ZapfloorSource, fetched: Fetched, now: datetime) -> None:
    """Note where this fetch ended, and what is refused now.

    Who changed the paths meanwhile wants everything read anew, so the next fetch does that.
    """
    told = [{**one, "at": now.isoformat()} for one in fetched.refused]
    with transaction.atomic():
        row = ZapfloorSource.objects.select_for_update().get(pk=source.pk)
        if fetched.since is not None:
            told += [one for one in row.refused if (one["type"], one["id"]) not in fetched.seen]
        row.refused = told[:MOST_REFUSED]
        is_gapless = fetched.since is None or (
            source.fetched_at is not None and fetched.since <= source.fetched_at
        )
        if reads_the_same(row, source) and row.fetched_at == source.fetched_at and is_gapless:
            row.fetched_at = now
        row.problem = ""
        row.save(update_fields=["refused", "fetched_at", "problem"])
    logger.info("fetched source=%s read=%s refused=%s", row.pk, fetched.read, len(told))


def forget_refused(source: ZapfloorSource) -> int:
    """Take what was refused off the list; return how many. It comes back if it changes there."""
    count = len(source.refused)
    ZapfloorSource.objects.filter(pk=source.pk).update(refused=[])
    return count
