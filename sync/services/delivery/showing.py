"""Let a document say where its entry stands, in the transaction that moves the entry."""

from __future__ import annotations

from typing import Any

from sync.models import Invoice, InvoiceState, OutboxEntry

State = OutboxEntry.State

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
