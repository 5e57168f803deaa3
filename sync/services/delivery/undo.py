"""Take an entry back from the books: delete it while it is open, else post one that reverses it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
from django.db import transaction
from django.utils import timezone

from sync.models import Attempt, Invoice, InvoiceState, OutboxEntry, PaymentTerm
from sync.rules.reversal import reversal_payload, total
from sync.services import diary
from sync.services.delivery import outbox
from sync.services.delivery.decide import DecisionError
from sync.services.delivery.errands import find
from sync.services.delivery.in_exact import Standing, read, same_lines
from sync.services.ledger.periods import calendar_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from exact_client.client import ExactClient
    from exact_client.models import Division
    from exact_client.records import SalesEntryRecord
    from sync.services.delivery.office import Office

Kind, State = OutboxEntry.Kind, OutboxEntry.State

OPEN = 20  # Exact's status of a sales entry; 50 is processed
MATCHED = 40  # of a payment term: processed, and above that matched with a payment
PAID = (InvoiceState.PART_PAID, InvoiceState.PAID)
GONE = "It is not in Exact any more: undoing it needs no call."
CHANGED = "It changed in Exact while you looked. Here it is as it is now."


@dataclass(frozen=True, slots=True)
class Undoing:
    """An entry as Exact has it now, and the ways to take it back."""

    entry: OutboxEntry
    record: SalesEntryRecord | None  # None: somebody deleted it in Exact
    original: dict[str, Any]  # the body that would make it as it stands in Exact
    why_not_removed: str  # empty: it can be deleted
    day: date  # on which its reversal would be booked

    @property
    def may_be_removed(self) -> bool:
        """Whether it is open, unpaid, and in an open period; or gone already."""
        return not self.why_not_removed

    @property
    def why_not_reversed(self) -> str:
        """Why nothing can be booked on the day of the reversal; empty: it can."""
        return _why_closed(self.entry.division, self.original["Journal"], self.day)

    @property
    def reversal(self) -> dict[str, Any]:
        """The body of the reversing entry, but for its reference."""
        number = self.entry.remote_number
        return reversal_payload(self.original, number=number, day=self.day, reference="")

    @property
    def seen(self) -> str:
        """What a person saw, in short: it must not have changed when they decide."""
        return hashlib.sha256(msgspec.json.encode([self.record, self.original])).hexdigest()[:16]


def look(office: Office, entry: OutboxEntry, *, day: date | None = None) -> Undoing:
    """Ask Exact how an entry stands, and work out how it can be taken back.

    `day` is wished for the reversal; by default today, or the first day after it that is open.
    Raises DecisionError when there is nothing to undo, ExactError when Exact can't be asked.
    """
    _require_undoable(entry)
    assert entry.remote_id is not None  # noqa: S101 - for the type checker; it is done
    there = read(office.exact, entry.remote_id)
    record, original = there.record if there else None, _original(entry, there)
    today = timezone.localdate(office.clock.now())
    return Undoing(
        entry,
        record,
        original,
        _why_not_removed(entry, record),
        day or _first_open_day(entry.division, original["Journal"], today),
    )


def ask(  # noqa: PLR0913 - what was looked at, and what a person says about it
    office: Office,
    entry: OutboxEntry,
    kind: str,
    *,
    seen: str,
    reason: str,
    by: User,
    day: date | None = None,
) -> OutboxEntry:
    """Put what undoes an entry in the outbox, at a person's word, and return its row.

    Raises DecisionError without a reason, when that way is not open, or when Exact does not hold
    any more what the person saw; ExactError when Exact can't be asked.
    """
    if not reason.strip():
        raise DecisionError("Say why: the accountant will want to know.")
    undoing = look(office, entry, day=day)
    if undoing.seen != seen:
        raise DecisionError(CHANGED)
    order = _removal(undoing) if kind == Kind.REMOVAL else _reversal(undoing)
    with transaction.atomic():
        _clear_the_way(office, entry, kind, by)
        row = outbox.make(order, now=office.clock.now(), by=by)
        said = f"{row.get_kind_display()} asked for: {reason.strip()}"
        outbox.note(row, Attempt.Step.DECIDE, office.clock, said, state=State.QUEUED, by=by)
        diary.note(Invoice.objects.filter(outbox=row), said, by=by)
    return row


def why_not_to_send(row: OutboxEntry) -> str:
    """Say why a removal or reversal should not go any more, or nothing when it should."""
    if not outbox.is_intact(row):
        return "Its content was changed after it was made: ask for it again."
    undone = row.undoes
    if undone is None or undone.state != State.DONE or outbox.is_undone(undone):
        return "What it undoes does not stand in the books any more."
    return ""


def why_to_ask_first(exact: ExactClient, row: OutboxEntry) -> tuple[str, str] | None:
    """Say why a person must look again before it goes, and what to do: the entry is not as seen.

    Raises ExactError when Exact can't be asked.
    """
    assert row.undoes is not None  # noqa: S101 - for the type checker; its order named it
    assert row.undoes.remote_id is not None  # noqa: S101 - the same; it was done
    record = exact.sales_entry(row.undoes.remote_id)
    if row.kind == Kind.REVERSAL:
        return _why_not_reverse(row, record)
    if left := _left_by_reversals(exact, row.undoes):
        return (
            f"A reversal of it that was given up is in Exact as {left}.",
            "Give this up, and undo the document with a reversing entry: that one is then offered.",
        )
    # What is gone by now is asked for all the same, and a look then shows that it is gone.
    return _why_not_remove(row, record) if record else None


def _why_not_remove(row: OutboxEntry, record: SalesEntryRecord) -> tuple[str, str] | None:
    if record.status != OPEN:
        return "Exact processed the entry meanwhile.", "Undo it with a reversing entry instead."
    if record.amount_fc is not None and record.amount_fc != Decimal(row.payload["AmountFC"]):
        return f"The entry is for {record.amount_fc:.2f} by now.", "Look at it, then undo it again."
    return None


def _why_not_reverse(row: OutboxEntry, record: SalesEntryRecord | None) -> tuple[str, str] | None:
    again = "Give this up, and undo the document again."
    if record is None:
        return "The entry that it reverses was deleted in Exact.", again
    left = (record.amount_fc or Decimal(0)) + (row.amount or Decimal(0))
    if record.amount_fc is not None and left:
        return f"The entry that it reverses is for {record.amount_fc:.2f} by now.", again
    return None


def _left_by_reversals(exact: ExactClient, entry: OutboxEntry) -> str:
    """Return the numbers under which Exact holds reversals that were sent, then given up."""
    given_up = entry.undone_by.filter(kind=Kind.REVERSAL, state=State.CANCELLED, attempts__gt=0)
    found = [answer for row in given_up for answer in find(exact, row)]
    return ", ".join(answer.number for answer in found)


def _require_undoable(entry: OutboxEntry) -> None:
    if entry.kind != Kind.SALES_ENTRY or entry.state != State.DONE or entry.remote_id is None:
        raise DecisionError("Only what is booked can be undone.")
    if outbox.is_undone(entry):
        raise DecisionError("It is undone already.")
    on_their_way = entry.undone_by.exclude(state__in=[*OutboxEntry.OVER, *OutboxEntry.FOR_A_PERSON])
    if on_their_way.exists():
        raise DecisionError("It is being undone at this moment.")


def _why_not_removed(entry: OutboxEntry, record: SalesEntryRecord | None) -> str:
    if record is None:
        return ""
    if record.status != OPEN:
        return "Exact has processed it."
    if _is_paid(entry):
        return "A payment is matched with it."
    journal, day = record.journal or entry.payload["Journal"], record.entry_date
    return _why_closed(entry.division, journal, day) if day else ""


def _first_open_day(division: Division, journal: str, day: date) -> date:
    """Return this day, or the first after it on which the journal may book."""
    if not _why_closed(division, journal, day):
        return day
    following = calendar_of(division).next_open(day, journal)
    return following.first_day if following else day


def _why_closed(division: Division, journal: str, day: date) -> str:
    """Say why a journal books nothing on this day, or nothing when it does."""
    calendar = calendar_of(division)
    period = calendar.period_of(day)
    if period is None:
        unknown = f"Exact has no financial year for {day:%d-%m-%Y}."
        return unknown if calendar.periods else ""
    is_closed = calendar.is_closed(period, journal)
    return f"Period {period} of journal {journal} is closed in Exact." if is_closed else ""


def _is_paid(entry: OutboxEntry) -> bool:
    terms = PaymentTerm.objects.filter(
        division=entry.division_id, entry_id=entry.remote_id, is_gone=False
    )
    touched = terms.filter(status__gte=MATCHED) | terms.filter(is_fully_paid=True)
    return (entry.invoice is not None and entry.invoice.state in PAID) or touched.exists()


def _original(entry: OutboxEntry, there: Standing | None) -> dict[str, Any]:
    """Return the body of the entry as Exact has it: with our lines, unless they were changed there.

    Ours also know the periods over which revenue is spread.
    """
    ours: dict[str, Any] = entry.payload
    if there is None:
        return ours
    body = {**ours, **there.body}
    is_ours = same_lines(there.body, ours)
    return {**body, "SalesEntryLines": ours["SalesEntryLines"]} if is_ours else body


def _removal(undoing: Undoing) -> outbox.Order:
    if not undoing.may_be_removed:
        raise DecisionError(f"It can't be deleted: {undoing.why_not_removed}")
    entry, record = undoing.entry, undoing.record
    amount = record.amount_fc if record else entry.amount
    body = {
        "EntryID": str(entry.remote_id),
        "EntryNumber": entry.remote_number,
        "AmountFC": f"{amount or Decimal(0):.2f}",
    }
    return _order(undoing, Kind.REMOVAL, body, entry.amount)


def _reversal(undoing: Undoing) -> outbox.Order:
    if undoing.record is None:
        raise DecisionError(GONE)
    body = undoing.reversal
    if undoing.why_not_reversed:
        raise DecisionError(f"{undoing.why_not_reversed} Choose another day.")
    return _order(undoing, Kind.REVERSAL, body, total(body["SalesEntryLines"]))


def _order(
    undoing: Undoing, kind: str, body: dict[str, Any], amount: Decimal | None
) -> outbox.Order:
    entry = undoing.entry

    def payload(reference: str) -> dict[str, Any]:
        return {**body, "YourRef": reference} if kind == Kind.REVERSAL else body

    customer = outbox.customer_of(entry)
    return outbox.Order(
        entry.division, kind, customer, payload, entry.invoice, amount, undoes=entry
    )


def _clear_the_way(office: Office, entry: OutboxEntry, kind: str, by: User) -> None:
    """Give up what was tried before and needs a person: this takes its place."""
    for row in entry.undone_by.filter(state__in=OutboxEntry.FOR_A_PERSON):
        if row.kind == Kind.REVERSAL:
            raise DecisionError("Its reversal needs you first: settle or give it up.")
        said = f"Given up for a {Kind(kind).label.lower()}."
        outbox.move(row, State.CANCELLED, reason=said, settled_at=office.clock.now())
        outbox.note(row, Attempt.Step.DECIDE, office.clock, said, state=State.CANCELLED, by=by)
