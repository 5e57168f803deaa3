"""An entry of ours beside one that stands in Exact: header and lines, with what differs marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts_link.models import ExactAccount
from sync.models import GLAccount, Journal
from sync.rules import drift
from sync.rules.bookings import Booking, folded, from_payload

if TYPE_CHECKING:
    from uuid import UUID

    from sync.models import OutboxEntry
    from sync.services.delivery.in_exact import Standing


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing of the header, on both sides."""

    word: str
    ours: str
    theirs: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """Ours and theirs, ready for a page."""

    id: UUID
    number: str
    facts: list[Fact]
    pairs: list[drift.LinePair]
    differing: list[str]  # in a word each; the reference is a person's own
    is_ours: bool  # it carries the very reference

    @property
    def difference_text(self) -> str:
        """What differs, as a list in words."""
        return f"Differs in {', '.join(self.differing)}" if self.differing else ""


def beside(entry: OutboxEntry, found: Sequence[Standing]) -> list[Beside]:
    """Return each of these entries in Exact beside ours, in a few queries for all."""
    bodies = [entry.payload, *(there.body for there in found)]
    names = _names(entry.division_id, [from_payload(body) for body in bodies])
    ours = from_payload(entry.payload, names)
    return [_beside(ours, there, names) for there in found]


def _beside(ours: Booking, there: Standing, names: dict[str, str]) -> Beside:
    theirs = from_payload(there.body, names)
    differing = drift.differences(ours, theirs)
    headers = {one.what for one in differing if not one.line}
    facts = [
        Fact(word, mine, other, word in headers)
        for word, mine, other in _facts(ours, theirs, names)
    ]
    return Beside(
        id=there.record.entry_id,
        number=str(there.record.entry_number or ""),
        facts=facts,
        pairs=drift.pairs(ours.lines, theirs.lines),
        differing=list(dict.fromkeys(one.what for one in differing if one.what != "reference")),
        is_ours=folded(ours.reference) == folded(theirs.reference),
    )


def _facts(ours: Booking, theirs: Booking, names: dict[str, str]) -> list[tuple[str, str, str]]:
    def journal(of: Booking) -> str:
        return names.get(f"journal {of.journal}", of.journal)

    return [
        ("customer", names.get(ours.customer, ours.customer),
         names.get(theirs.customer, theirs.customer)),
        ("journal", journal(ours), journal(theirs)),
        ("date", drift.day(ours.booked_on), drift.day(theirs.booked_on)),
        ("reference", ours.reference, theirs.reference),
        ("description", ours.description, theirs.description),
        ("total", f"{ours.currency} {drift.money(ours.total)}",
         f"{theirs.currency} {drift.money(theirs.total)}"),
    ]  # fmt: skip


def _names(division_id: int, bookings: list[Booking]) -> dict[str, str]:
    """Return what IDs and codes in these entries are called."""
    lines = [line for booking in bookings for line in booking.lines]
    accounts = GLAccount.objects.filter(
        division=division_id, exact_id__in={line.gl_account for line in lines}
    )
    customers = ExactAccount.objects.filter(
        division=division_id, exact_id__in={booking.customer for booking in bookings}
    )
    journals = Journal.objects.filter(
        division=division_id, code__in={booking.journal for booking in bookings}
    )
    return {
        **{str(row.exact_id): str(row) for row in accounts},
        **{str(row.exact_id): str(row) for row in customers},
        **{f"journal {row.code}": str(row) for row in journals},
    }
