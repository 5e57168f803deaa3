"""Let a document say where its entry stands, in the transaction that moves the entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sync.models import Invoice, InvoiceState, OutboxEntry, ZohoRecord

if TYPE_CHECKING:
    from django.db.models import QuerySet

State, Standing = OutboxEntry.State, ZohoRecord.Standing

SHOWN_AS = {
    State.QUEUED: InvoiceState.QUEUED,
    State.SENDING: InvoiceState.SENDING,
    State.UNKNOWN: InvoiceState.UNKNOWN,
    State.DONE: InvoiceState.BOOKED,
    State.REFUSED: InvoiceState.NEEDS_YOU,
    State.CONFLICT: InvoiceState.NEEDS_YOU,
    State.UNCLEAR: InvoiceState.NEEDS_YOU,
}

NOT_BOOKED: dict[str, Any] = {  # what a document loses with its entry
    "entry_id": None,
    "entry_number": "",
    "booked_at": None,
    "booked_content": "",
    "open_amount": None,
    "last_payment_on": None,
    "paid_on": None,
    "paid_seen_at": None,
    "paid_told_at": None,
    "falls_due_on": None,
}


def show(entry: OutboxEntry, reason: str) -> None:
    """Let the document say where its entry stands, and what becomes of an entry to be undone."""
    if entry.zoho_record is not None:
        _show_on_copy(entry, ZohoRecord.objects.filter(pk=entry.zoho_record.pk), reason)
    if entry.invoice_id is None or entry.kind in OutboxEntry.FILES:
        return
    if entry.kind in OutboxEntry.UNDOING:
        changes = _undoing(entry, reason)
    elif entry.state == State.CANCELLED or OutboxEntry.objects.filter(mended_from=entry).exists():
        return  # what a later version says holds
    else:
        changes = _booking(entry, reason)
    documents = Invoice.objects.filter(pk=entry.invoice_id)
    if entry.undoes is not None:  # what was booked again meanwhile stands there all the same
        documents = documents.filter(entry_id=entry.undoes.remote_id)
    documents.update(**changes)


def _show_on_copy(entry: OutboxEntry, copy: QuerySet[ZohoRecord], reason: str) -> None:
    """Let our copy of Zoho's record say why it is not in Exact yet; `born` says when it is."""
    if entry.state in OutboxEntry.FOR_A_PERSON:
        copy.update(standing=Standing.REFUSED, reason=reason, problem=entry.problem)
    elif entry.state in {State.QUEUED, State.SENDING, State.UNKNOWN}:
        copy.update(standing=Standing.CROSSES, reason=reason or "On its way to Exact.", problem="")


def _booking(entry: OutboxEntry, reason: str) -> dict[str, Any]:
    state = SHOWN_AS[State(entry.state)]
    if entry.state == State.QUEUED and entry.attempts:
        state = InvoiceState.RETRY
    changes: dict[str, Any] = {"state": state, "reason": reason}
    if entry.state == State.DONE:
        changes |= {
            "entry_id": entry.remote_id,
            "entry_number": entry.remote_number,
            "booked_at": entry.settled_at,
        }
    return changes


def _undoing(entry: OutboxEntry, reason: str) -> dict[str, Any]:
    """An entry stands in the books until it is surely undone."""
    if entry.state == State.CANCELLED:
        return {"reason": ""}
    if entry.state != State.DONE:
        told = f"{entry.get_kind_display()}: {State(entry.state).label.lower()}."
        return {"reason": f"{told} {reason}".strip()}
    gone = entry.kind == OutboxEntry.Kind.REMOVAL
    how = "removed from Exact" if gone else f"reversed by entry {entry.remote_number}"
    number = entry.undoes.remote_number if entry.undoes else ""
    taken_back = {"payment_changed_at": entry.settled_at}
    reason = f"Entry {number} was {how}."
    return {"state": InvoiceState.UNDONE, "reason": reason, **NOT_BOOKED, **taken_back}
