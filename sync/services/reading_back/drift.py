"""Find what was changed or removed in Exact after we booked it; a person accepts or posts again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from sync.models import Attempt, Invoice, InvoiceState, OutboxEntry
from sync.models.documents import IN_THE_BOOKS
from sync.rules.bookings import Booking, fingerprint
from sync.rules.drift import differences, in_words
from sync.services import diary, feeds
from sync.services.clock import SystemClock
from sync.services.delivery import attach, outbox
from sync.services.delivery.showing import NOT_BOOKED
from sync.services.payments.settle import Settled, settle
from sync.services.reading_back import bookings
from sync.services.reading_back.read_back import LINES
from sync.services.streams import batches

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet

    from exact_client.models import Division
    from sync.services.clock import Clock
    from sync.services.delivery.office import Office

Kind, State, Step = OutboxEntry.Kind, OutboxEntry.State, Attempt.Step

CHECKED = "drift"  # the feed under which is noted when all was compared
BATCH = 500  # entries compared at once
REMOVED = "Somebody removed it in Exact."
ADOPTED = "Adopted"  # how the history begins to say that a person took an entry of Exact for ours
IN_HAND = (State.QUEUED, State.SENDING, State.UNKNOWN, State.DONE)  # an undoing that goes its way


class DriftError(Exception):
    """This can't be decided about the document as it stands; the message tells a person why."""


@dataclass(slots=True)
class Compared:
    """What one comparison found: how many drifted now, and how many are as booked again."""

    checked: int = 0
    drifted: int = 0
    mended: int = 0


@dataclass(frozen=True, slots=True)
class Versions:
    """An entry as we booked it and as Exact shows it, or None when it is gone from there."""

    entry: OutboxEntry
    ours: Booking
    theirs: Booking | None
    is_gone: bool

    @property
    def reason(self) -> str:
        """What is otherwise in Exact, in plain words; nothing when it is as booked or accepted."""
        if self.theirs is None:
            return REMOVED if self.is_gone else ""
        accepted = self.entry.invoice.booked_content if self.entry.invoice else ""
        if accepted and accepted == fingerprint(self.theirs):
            return ""
        return in_words(differences(self.ours, self.theirs))


def check(
    division: Division,
    *,
    touched: Collection[UUID] | None = None,
    since: datetime | None = None,
) -> Compared:
    """Compare what we booked with our copy of Exact, and let the documents say what drifted.

    With `touched`, only those entries, what drifted before, and what was booked after `since`.
    Call it after a reading: an entry that the copy can't know of yet is left alone.
    """
    compared = Compared()
    for keys in batches(sorted(_keys(division, touched, since)), BATCH):
        entries = _current(division).filter(pk__in=keys).select_related("invoice", "customer")
        for found in versions(division, entries):
            compared.checked += 1
            _write(found, compared)
    return compared


def versions(division: Division, entries: QuerySet[OutboxEntry]) -> list[Versions]:
    """Return these entries of ours with what our copy of Exact has of them."""
    rows = list(entries)
    keys = {row.remote_id for row in rows if row.remote_id}
    ours, theirs = bookings.as_booked(division, rows), bookings.shown_by_exact(division, keys)
    away = bookings.gone(division, keys - theirs.keys())
    read_at = feeds.cursor_of(division, LINES).read_at
    known_by = read_at - feeds.OVERLAP if read_at else None  # by then, the copy shows all
    return [
        Versions(
            row,
            ours[row.remote_id],
            theirs.get(row.remote_id),
            row.remote_id in away or _must_be_there(row, known_by),
        )
        for row in rows
        if row.remote_id
    ]


def _must_be_there(entry: OutboxEntry, known_by: datetime | None) -> bool:
    return bool(known_by and entry.settled_at and entry.settled_at <= known_by)


def _current(division: Division) -> QuerySet[OutboxEntry]:
    """Return the entries that stand for documents in the books, and that nobody is undoing."""
    undoing = OutboxEntry.objects.filter(undoes__isnull=False, state__in=IN_HAND)
    return OutboxEntry.objects.filter(
        division=division,
        kind=Kind.SALES_ENTRY,
        state=State.DONE,
        invoice__state__in=IN_THE_BOOKS,
        remote_id=F("invoice__entry_id"),
    ).exclude(pk__in=undoing.values("undoes"))


def _keys(division: Division, touched: Collection[UUID] | None, since: datetime | None) -> set[int]:
    current = _current(division)
    if touched is None:
        return set(current.values_list("pk", flat=True))
    late = Q(invoice__state=InvoiceState.DRIFTED)
    if since is not None:
        late |= Q(settled_at__gte=since)
    keys = set(current.filter(late).values_list("pk", flat=True))
    for some in batches(touched, BATCH):
        keys.update(current.filter(remote_id__in=some).values_list("pk", flat=True))
    return keys


def _write(found: Versions, compared: Compared) -> None:
    """Let the document say whether it drifted; what a person adopted is as it was adopted."""
    invoice = found.entry.invoice
    assert invoice is not None  # noqa: S101 - for the type checker; chosen by its invoice
    reason = found.reason
    changes: dict[str, Any] = {}
    if reason and found.theirs and not invoice.booked_content and _is_adopted(found.entry):
        changes = {"booked_content": fingerprint(found.theirs)}
    elif reason and (invoice.state, invoice.reason) != (InvoiceState.DRIFTED, reason):
        changes = {"state": InvoiceState.DRIFTED, "reason": reason}
        compared.drifted += 1
    elif not reason and found.theirs and invoice.state == InvoiceState.DRIFTED:
        changes = {"state": _standing(invoice), "reason": ""}
        compared.mended += 1
    if changes:
        same = Invoice.objects.in_the_books().filter(pk=invoice.pk, entry_id=invoice.entry_id)
        same.update(**changes)
    if found.theirs and not reason:
        _follow(found.entry, found.theirs)


def _follow(entry: OutboxEntry, theirs: Booking) -> None:
    """Let a document be for what stands in Exact, now that this is right: that is what is paid."""
    invoice = entry.invoice
    assert invoice is not None  # noqa: S101 - for the type checker; chosen by its invoice
    if invoice.currency == theirs.currency and invoice.amount != theirs.total and entry.remote_id:
        Invoice.objects.filter(pk=invoice.pk).update(amount=theirs.total)
        with transaction.atomic():
            settle([entry.remote_id], Settled(), now=timezone.now())


def _is_adopted(entry: OutboxEntry) -> bool:
    decided = entry.history.filter(step=Step.DECIDE, outcome__startswith=ADOPTED)
    return decided.exists()


def _standing(invoice: Invoice) -> InvoiceState:
    """Return how a document stands in the books, apart from drift."""
    left = invoice.open_amount
    if invoice.paid_seen_at is not None:
        return InvoiceState.PAID
    is_part = left is not None and abs(left) < abs(invoice.amount)
    return InvoiceState.PART_PAID if is_part else InvoiceState.BOOKED


def versions_of(invoice: Invoice) -> Versions:
    """Return both versions of one document. Raises DriftError when nothing of it is booked."""
    division = invoice.division
    entries = OutboxEntry.objects.filter(
        invoice=invoice, kind=Kind.SALES_ENTRY, state=State.DONE, remote_id=invoice.entry_id
    ).select_related("invoice", "customer")
    if division is None or not entries.exists():
        raise DriftError(f"{invoice.number} is not in the books.")
    return versions(division, entries)[0]


def accept(invoice: Invoice, *, by: User) -> str:
    """Take Exact's version for right: the document drifts again only when that changes again.

    What is gone from Exact stays out of the books. Returns what was done, in words; raises
    DriftError when the document did not drift.
    """
    with transaction.atomic():
        invoice = Invoice.objects.select_for_update(of=("self",)).get(pk=invoice.pk)
        found = _drifted(invoice)
        same = Invoice.objects.filter(pk=invoice.pk)
        if found.theirs is None:
            told = "Stays out of the books."
            reason = f"{REMOVED} {by.get_username()} accepted that."
            _let_go(found.entry, SystemClock(), "Gone from Exact, and accepted", by=by)
            taken_back = {"payment_changed_at": timezone.now()}
            same.update(state=InvoiceState.UNDONE, reason=reason, **NOT_BOOKED, **taken_back)
        else:
            told = "Exact's version is taken for right."
            content = fingerprint(found.theirs)
            same.update(state=_standing(invoice), reason="", booked_content=content)
            _follow(found.entry, found.theirs)
        diary.note(same, f"Accepted as it is in Exact: {found.reason}", by=by)
    return f"{invoice.number}: {told}"


def post_again(office: Office, invoice: Invoice, *, by: User) -> str:
    """Let a document whose entry is gone from Exact go once more, as a next version.

    Asks Exact first. Raises DriftError while Exact has it, ExactError when it can't be asked.
    """
    found = _drifted(invoice)
    if found.theirs is not None:
        raise DriftError("Exact still has it, changed. Delete it there first, or accept it.")
    still_there = office.exact.sales_entries_with_reference(found.entry.reference)
    if still_there or office.exact.sales_entry(_remote_id(found.entry)) is not None:
        raise DriftError("Exact has it all the same: read back what is booked, and look again.")
    with transaction.atomic():
        found = _drifted(Invoice.objects.select_for_update(of=("self",)).get(pk=invoice.pk))
        _let_go(found.entry, office.clock, "Gone from Exact: posted again", by=by)
        same = Invoice.objects.filter(pk=invoice.pk)
        same.update(released_at=office.clock.now(), **NOT_BOOKED)
        diary.note(same, "Posted again: it was gone from Exact", by=by)
    return f"{invoice.number} goes to Exact once more."


def _let_go(entry: OutboxEntry, clock: Clock, said: str, *, by: User) -> None:
    """Cancel an entry that is gone from Exact, so that a next version may be made of it."""
    outbox.withdraw(entry, now=clock.now(), reason=f"{said}.")
    outbox.note(entry, Step.DECIDE, clock, said, state=State.CANCELLED, by=by)
    attach.drop(entry, now=clock.now())


def _remote_id(entry: OutboxEntry) -> UUID:
    assert entry.remote_id is not None  # noqa: S101 - for the type checker; it is booked
    return entry.remote_id


def _drifted(invoice: Invoice) -> Versions:
    if invoice.state != InvoiceState.DRIFTED:
        raise DriftError(f"{invoice.number} is as we booked it, or was settled meanwhile.")
    found = versions_of(invoice)
    if found.entry.undone_by.filter(state__in=IN_HAND).exists():
        raise DriftError(f"{invoice.number} is being undone: wait until that is over.")
    return found
