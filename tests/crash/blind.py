"""The control: a push that retries when it hears nothing, and looks up nothing. It must double."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from exact_client.errors import ExactError
from sync.models import Invoice, InvoiceState, OutboxEntry
from sync.services.delivery import release
from sync.services.locks import process_lock

if TYPE_CHECKING:
    from sync.services.delivery.office import Office

State = OutboxEntry.State


def push(office: Office, saved: Callable[[], None]) -> None:
    """Send whatever is not done, again and again, until Exact answers."""
    with process_lock("division", office.division.pk) as held:
        if not held:
            return
        release.enqueue(office.division, now=office.clock.now())
        waiting = OutboxEntry.objects.filter(kind=OutboxEntry.Kind.SALES_ENTRY).exclude(
            state=State.DONE
        )
        for entry in waiting.order_by("pk"):
            OutboxEntry.objects.filter(pk=entry.pk).update(state=State.SENDING)
            _send(office, entry)
            saved()


def _send(office: Office, entry: OutboxEntry) -> None:
    for _ in range(5):
        try:
            answer = office.exact.create_sales_entry(entry.payload)
        except ExactError:
            continue
        OutboxEntry.objects.filter(pk=entry.pk).update(state=State.DONE, remote_id=answer.entry_id)
        Invoice.objects.filter(outbox=entry).update(state=InvoiceState.BOOKED)
        return
