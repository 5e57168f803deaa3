"""One module while Zoho is told of it: what is made, what is changed, what came of each row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from sync.models import ExactRecord, Pair, PairEvent, ZohoRecord
from sync.rules.zoho.mapping import to_zoho
from sync.services.delivery import born
from sync.services.streams import batches
from sync.services.upsert import rewrite
from sync.services.zoho.merging import merging
from sync.services.zoho.merging.weighing import Scales, Ties, weigh
from sync.services.zoho.pairing.pairing import a_pair, an_event
from sync.services.zoho.reading.copies import clean
from sync.services.zoho.reading.reading_zoho import EXACT_ID
from sync.services.zoho.writing import refusals
from zoho_client.errors import ZohoUncertainError

if TYPE_CHECKING:
    from sync.models import Conflict, RemoteRecord
    from zoho_client.client import ZohoClient
    from zoho_client.records import Outcome

Standing = ExactRecord.Standing
Row = dict[str, Any]

BATCH = 100  # rows of one call
TRIES = 2  # of a call whose answer was lost: what is unique may be said twice
CHANGED = "ALREADY_MODIFIED"  # by somebody, since we read it
NOTED = ["standing", "reason", "problem", "due_at"]


@dataclass(slots=True)
class Written:
    """What was told to Zoho."""

    made: int = 0
    changed: int = 0
    refused: int = 0

    @property
    def done(self) -> int:
        """How many records were told, whatever came of it."""
        return self.made + self.changed + self.refused


class Writing:
    """One module while Zoho is told of it."""

    tries = TRIES  # of telling Zoho what changed

    def __init__(self, zoho: ZohoClient, scales: Scales, now: datetime, written: Written) -> None:
        self.zoho, self.scales, self.now, self.written = zoho, scales, now, written
        self.module = scales.module
        self.totals: dict[str, Row] = {}  # of what was just written, as Zoho computed them

    # What documents with lines do besides.

    def ties_among(self, records: Iterable[RemoteRecord]) -> Ties:
        """Look up what these records refer to."""
        return Ties.among(self.scales, records)

    def look_ahead(self, page: Sequence[Pair]) -> None:
        """Read what must be known before pairs are told."""

    def look_after(self, outcomes: Sequence[Outcome]) -> dict[str, Row]:
        """Return what Zoho computed of what was written, by id."""
        return {}

    def noted(self, row: Row) -> Row:
        """Return what our copy keeps of what was written."""
        return row

    def note_made(self, pair: Pair) -> None:
        """Note on a new pair, unsaved, what Zoho was told beside the mapped fields."""

    # New records.

    def make(self) -> Iterator[None]:
        """Make what crosses, batch by batch."""
        for batch in batches(self._new(), BATCH):
            outcomes = said(self.send_new, [row for _, row in batch])
            self._save_new(batch, outcomes)
            yield

    def send_new(self, rows: Sequence[Row]) -> list[Outcome]:
        """Make these in Zoho, each once: Zoho refuses a second one with our unique field.

        An upsert would write over whatever record somebody typed that id on, or, as it looks at
        all unique fields, over a stranger with the same VAT number.
        """
        return self.zoho.insert(self.module.module, rows)

    def row_of_new(self, record: ExactRecord, ties: Ties) -> Row | None:
        """Return a record of Exact as Zoho is told it; None while it must wait."""
        if record.account_key and record.account_key not in ties.to_zoho:
            return None
        values = ties.exact_values(self.scales, record)
        filled = to_zoho(values, self.scales.new).values
        return {**ties.sendable(self.scales, filled), EXACT_ID: record.key}

    def _new(self) -> Iterator[tuple[ExactRecord, Row]]:
        due = Q(standing=Standing.CROSSES) & (Q(due_at=None) | Q(due_at__lte=self.now))
        due |= Q(standing=Standing.REFUSED, due_at__lte=self.now)
        new = ExactRecord.objects.filter(
            due, sync=self.module.sync_id, module=self.module.module, pair=None, gone_at=None
        )
        ours = born.on_their_way(self.module)
        for page in merging.pages(new):
            ties = self.ties_among(page)
            for record in page:
                if born.known_by(record.module, record.values) in ours:
                    continue  # it came of Zoho, and Exact's answer is not here yet
                row = self.row_of_new(record, ties)
                if row is not None:
                    yield record, row

    def _save_new(
        self, batch: Sequence[tuple[ExactRecord, Row]], outcomes: Sequence[Outcome]
    ) -> None:
        made, refused = [], []
        self.totals = self.look_after(outcomes)
        with transaction.atomic():
            paired = Pair.objects.filter(exact__in=[record for record, _ in batch])
            by_hand = set(paired.values_list("exact_id", flat=True))  # while Zoho was told
            for (record, row), outcome in zip(batch, outcomes, strict=True):
                if record.pk in by_hand:
                    continue  # the next reading shows what was made, and that it is a double
                if outcome.ok:
                    made.append((record, row, outcome))
                else:
                    refused.append(record)
                    refusals.settle_new(record, outcome, self.now)
            self._pair(made)
            rewrite([*(record for record, _, _ in made), *refused], NOTED)
        self.written.made += len(made)
        self.written.refused += len(refused)

    def _pair(self, made: Sequence[tuple[ExactRecord, Row, Outcome]]) -> None:
        """Pair each record with what it has become in Zoho, as it was written."""
        copies = self._copies(made)
        ties = Ties.among(self.scales, [*copies.values(), *(record for record, _, _ in made)])
        pairs, events = [], []
        for record, _, outcome in made:
            copy = copies[outcome.id]
            if hasattr(copy, "pair"):  # a person paired it with another one meanwhile
                refusals.note(record, outcome, self.now)
                record.reason = f"Zoho has it as {copy}, which is paired with {copy.pair.exact}."
                continue
            record.standing, record.reason, record.problem, record.due_at = _paired()
            pair = a_pair(record, copy, Pair.Rule.CREATED, self.now)
            self.note_made(pair)
            merging.note(pair, self.scales, weigh(pair, self.scales, ties))
            pairs.append(pair)
            events.append(an_event(record, copy, PairEvent.What.PAIRED, self.now, pair.rule))
        Pair.objects.bulk_create(pairs)
        PairEvent.objects.bulk_create(events)

    def _copies(self, made: Sequence[tuple[ExactRecord, Row, Outcome]]) -> dict[str, ZohoRecord]:
        """Return our copies of what was made, by id, saved as it was written."""
        ours = ZohoRecord.objects.filter(sync=self.module.sync_id, module=self.module.module)
        wanted = [outcome.id for _, _, outcome in made]
        known = {copy.key: copy for copy in ours.filter(key__in=wanted).select_related("pair")}
        new = []
        for record, row, outcome in made:
            copy = known.get(outcome.id)
            if copy is None:
                copy = known[outcome.id] = ZohoRecord(
                    sync_id=self.module.sync_id, module=self.module.module, key=outcome.id
                )
                copy.created_at = outcome.modified_time
                new.append(copy)
            self._note_written(copy, row, outcome)
            copy.name = copy.name or record.name
            copy.standing, copy.reason, copy.problem, copy.due_at = _paired()
        ZohoRecord.objects.bulk_create(new)
        rewrite([one for one in known.values() if one not in new], [*WRITTEN, *NOTED])
        return known

    # Pairs.

    def tell(self) -> Iterator[None]:
        """Tell Zoho what changed in Exact, batch by batch."""
        for batch in batches(self._due(), BATCH):
            self._save_told(batch, self._changed(batch))
            yield

    def _changed(self, batch: Sequence[tuple[Pair, Row]]) -> list[Outcome]:
        """Tell Zoho, but for what somebody changed there since we read it."""
        seen = [pair.zoho.modified_at for pair, _ in batch if pair.zoho.modified_at]
        since = max([self.now, *seen])  # what we wrote ourselves is no change of somebody's

        def send(rows: Sequence[Row]) -> list[Outcome]:
            return self.zoho.update(self.module.module, rows, unless_changed_since=since)

        return said(send, [row for _, row in batch], tries=self.tries)

    def row_of_pair(self, pair: Pair, ties: Ties, held: Sequence[Conflict]) -> Row:
        """Return what Zoho must be told of a pair; nothing when it knows all."""
        row = ties.sendable(self.scales, weigh(pair, self.scales, ties, held).to_zoho)
        return row | ({EXACT_ID: pair.exact.key} if self.scales.lacks_our_id(pair) else {})

    def _due(self) -> Iterator[tuple[Pair, Row]]:
        for page in merging.pages(merging.due(self.module, self.now)):
            ties = self.ties_among(merging.records_of(page))
            self.look_ahead(page)
            held = merging.open_conflicts(page)
            for pair in page:
                if row := self.row_of_pair(pair, ties, held[pair.pk]):
                    yield pair, {"id": pair.zoho.key, **row}

    def _save_told(self, batch: Sequence[tuple[Pair, Row]], outcomes: Sequence[Outcome]) -> None:
        told, refused = [], []
        self.totals = self.look_after(outcomes)
        for (pair, row), outcome in zip(batch, outcomes, strict=True):
            if outcome.ok:
                self._note_written(pair.zoho, row, outcome)
                told.append(pair)
            elif outcome.code != CHANGED:  # what was changed is read, and weighed, by the next run
                refusals.note(pair, outcome, self.now)
                refused.append(pair)
        with transaction.atomic():
            rewrite([pair.zoho for pair in told], WRITTEN)
            rewrite(refused, ["state", "reason", "problem", "due_at"])
            merging.settle(self.scales, told, self.now)
        self.written.changed += len(told)
        self.written.refused += len(refused)

    def _note_written(self, copy: ZohoRecord, row: Row, outcome: Outcome) -> None:
        """Note on a copy, unsaved, what Zoho holds now: so our echo is known as what it is."""
        facts = self.scales.facts
        known = clean({name: value for name, value in self.noted(row).items() if name != "id"})
        copy.values = {**copy.values, **known, **self.totals.get(copy.key, {})}
        copy.name = str(copy.values.get(facts.zoho_name) or copy.name)[:255]
        account = copy.values.get(facts.zoho_account)
        copy.account_key = str(account["id"]) if isinstance(account, dict) else copy.account_key
        copy.modified_at, copy.read_at = outcome.modified_time or copy.modified_at, self.now
        copy.changed_at = copy.changed_at or copy.modified_at


WRITTEN = ["values", "name", "account_key", "modified_at", "changed_at", "read_at"]


def said(
    call: Callable[[Sequence[Row]], list[Outcome]], rows: Sequence[Row], tries: int = TRIES
) -> list[Outcome]:
    """Make a call that may be repeated; once more when its answer was lost."""
    for _ in range(tries - 1):
        try:
            return call(rows)
        except ZohoUncertainError:
            continue
    return call(rows)


def _paired() -> tuple[ExactRecord.Standing, str, str, None]:
    return Standing.PAIRED, "", "", None
