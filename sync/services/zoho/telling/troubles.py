"""What needs a person before it crosses: of which record, in what words, and where to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from sync.models import ExactRecord, OutboxEntry, Pair, RemoteRecord, ZohoRecord
from sync.services.signals import Words

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from sync.models import ZohoSync

NEEDS_YOU, REFUSED = "Needs you", "Refused"
STANDINGS: dict[str, str] = {
    RemoteRecord.Standing.BLOCKED: NEEDS_YOU,
    RemoteRecord.Standing.REFUSED: REFUSED,
}
STATES: dict[str, str] = {Pair.State.BLOCKED: NEEDS_YOU, Pair.State.REFUSED: REFUSED}
_LIGHT = ("module", "key", "name", "reason", "problem")


@dataclass(frozen=True, slots=True)
class Trouble:
    """One record that does not cross, or one pair that is not equal."""

    record: RemoteRecord  # where it is mended
    status: str
    reason: str
    zoho_id: int | None = None  # of our copy of the record that it is told at in Zoho
    is_shown: bool = False  # elsewhere in the inbox already

    def words(self) -> Words:
        """Return it as a signal."""
        what = f"{self.record.get_module_display()}: {self.record}"
        side = "exact" if isinstance(self.record, ExactRecord) else "zoho"
        page = reverse("sync:zoho-record", args=[side, self.record.pk])
        place = f"{page}#{self.record.problem}" if self.record.problem else page
        return Words(f"{what} · {self.status.lower()}", self.reason, place)


def troubles(tie: ZohoSync) -> Iterator[Trouble]:
    """Yield all of a tie, in four questions; what Exact refused to make once, not twice."""
    for copies in (ZohoRecord, ExactRecord):
        rows = copies.objects.filter(sync=tie, gone_at=None, pair=None, standing__in=STANDINGS)
        if copies is ZohoRecord:
            rows = rows.exclude(pk__in=_to_settle(tie).values("zoho_record"))
        for row in rows.only(*_LIGHT, "standing").order_by("pk"):
            yield Trouble(row, STANDINGS[row.standing], row.reason, _zoho_id(row))
    yield from _of_pairs(tie)
    yield from _of_the_outbox(tie)


def _zoho_id(row: RemoteRecord) -> int | None:
    return row.pk if isinstance(row, ZohoRecord) else None


def _of_pairs(tie: ZohoSync) -> Iterator[Trouble]:
    pairs = Pair.objects.filter(sync=tie, state__in=STATES, zoho__gone_at=None)
    own = ("state", "reason", "problem", *(f"zoho__{name}" for name in _LIGHT))
    for pair in pairs.select_related("zoho").only(*own).order_by("pk"):
        pair.zoho.problem = pair.problem
        yield Trouble(pair.zoho, STATES[pair.state], pair.reason, pair.zoho_id)


def _of_the_outbox(tie: ZohoSync) -> Iterator[Trouble]:
    """Yield what Exact refused to make: the inbox shows it already, among what is to settle."""
    own = ("state", "reason", "advice", *(f"zoho_record__{name}" for name in _LIGHT))
    for entry in _to_settle(tie).select_related("zoho_record").only(*own).order_by("pk"):
        if entry.zoho_record is not None:
            status = REFUSED if entry.state == OutboxEntry.State.REFUSED else NEEDS_YOU
            reason = f"{entry.reason} {entry.advice}".strip()
            yield Trouble(entry.zoho_record, status, reason, entry.zoho_record_id, is_shown=True)


def _to_settle(tie: ZohoSync) -> QuerySet[OutboxEntry]:
    return OutboxEntry.objects.filter(
        zoho_record__sync=tie, zoho_record__gone_at=None, state__in=OutboxEntry.FOR_A_PERSON
    )
