"""Find what a person typed in Exact under an invoice's number, before we book it a second time."""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from exact_client.errors import ExactRefusedError
from sync.models import OutboxEntry
from sync.rules.references import MARK
from sync.services.delivery import outbox
from sync.services.delivery.errands import Answer

if TYPE_CHECKING:
    from exact_client.records import SalesEntryRecord
    from sync.services.delivery.office import Office

logger = logging.getLogger(__name__)

State = OutboxEntry.State
GOOD_FOR = timedelta(hours=1)  # after which somebody may have typed what still waits
MOST = 600  # entries of people that are read for one batch: ten pages


def must_be_asked_about(entry: OutboxEntry, now: datetime) -> bool:
    """Whether nobody asked lately if somebody typed this entry in Exact."""
    is_fresh = entry.checked_at is not None and entry.checked_at > now - GOOD_FOR
    return entry.kind == OutboxEntry.Kind.SALES_ENTRY and not is_fresh


def leave_to_a_person(office: Office) -> int:
    """Hold each entry that waits and whose number somebody typed in Exact; return how many.

    What waits longer than an hour is asked about again. One question for a whole batch: what did
    people book on these days? What we made ourselves is known by its reference and its ID, so that
    what a person typed as the very user of our connection is found as well. Raises ExactError when
    Exact can't be asked; a question that Exact does not take is noted and left.
    """
    now = office.clock.now()
    unchecked = OutboxEntry.objects.filter(
        Q(checked_at=None) | Q(checked_at__lte=now - GOOD_FOR),
        division=office.division,
        kind=OutboxEntry.Kind.SALES_ENTRY,
        state=State.QUEUED,
    )
    entries = list(unchecked.select_related("invoice", "division", "customer"))
    if not entries:
        return 0
    typed = _by_number(_typed(office, entries))
    found = [(entry, record) for entry in entries if (record := _typed_for(entry, typed))]
    for entry, record in found:
        _hold(office, entry, record)
    _mark(unchecked, entries, office)
    return len(found)


def _typed_for(
    entry: OutboxEntry, typed: Mapping[str, list[SalesEntryRecord]]
) -> SalesEntryRecord | None:
    """Return what carries an entry's number, but for what a person said is not it."""
    alike = typed.get(_plain(entry.invoice.number), []) if entry.invoice else []
    passed_over = outbox.rejected(entry) if alike else set()
    return next((record for record in alike if record.entry_id not in passed_over), None)


def _typed(office: Office, entries: list[OutboxEntry]) -> list[SalesEntryRecord]:
    """Return what people booked on the days of these entries, in one question."""
    try:
        found = _asked(office, entries, mark=MARK)
    except ExactRefusedError as error:  # no reference is searched for a mark where this happens
        logger.warning(
            "entries of our user not looked at division=%s: %s", office.division.pk, error
        )
        found = _of_others(office, entries)
    known = outbox.known(office.division.pk, (record.entry_id for record in found))
    return [record for record in found if record.entry_id not in known]


def _of_others(office: Office, entries: list[OutboxEntry]) -> list[SalesEntryRecord]:
    if office.division.connection.user_id is None:
        return []
    try:
        return _asked(office, entries)
    except ExactRefusedError as error:
        logger.warning("typed entries not looked for division=%s: %s", office.division.pk, error)
        return []


def _asked(office: Office, entries: list[OutboxEntry], *, mark: str = "") -> list[SalesEntryRecord]:
    days = [date.fromisoformat(entry.payload["EntryDate"]) for entry in entries]
    us = office.division.connection.user_id
    found = office.exact.sales_entries_typed(min(days), max(days), user_id=us, mark=mark)
    return list(islice(found, MOST))


def _by_number(records: Iterable[SalesEntryRecord]) -> dict[str, list[SalesEntryRecord]]:
    """Return the records by every word of their reference and description."""
    found = defaultdict(list)
    for record in records:
        words = re.split(r"[\s,;]+", f"{record.your_ref or ''} {record.description or ''}")
        for word in {_plain(word) for word in words}:
            found[word].append(record)
    return found


def _plain(number: str) -> str:
    return number.strip().casefold()


def _hold(office: Office, entry: OutboxEntry, record: SalesEntryRecord) -> None:
    found = Answer.of(record)
    is_equal = found.amount is None or found.amount == entry.amount
    differs = "" if is_equal else f", for {found.amount:.2f} and not {entry.amount:.2f}"
    outbox.move(
        entry,
        State.CONFLICT,
        remote_number=found.number,
        offered_id=found.id,
        reason=f"Somebody booked it in Exact already, as entry {found.number}{differs}.",
        advice="Compare the two: adopt that entry if it is this invoice.",
        settled_at=office.clock.now(),
    )


def _mark(unchecked: QuerySet[OutboxEntry], entries: list[OutboxEntry], office: Office) -> None:
    keys = [entry.pk for entry in entries]
    for first in range(0, len(keys), 500):
        unchecked.filter(pk__in=keys[first : first + 500]).update(checked_at=office.clock.now())
