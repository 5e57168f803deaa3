"""What tests of the books say often: book something, change it in Exact, read it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from accounts_link.models import Customer
from exact_client.sandbox import ExactSandbox
from sync.models import Invoice, OutboxEntry
from sync.services import feeds
from sync.services.delivery.office import Office
from sync.services.reading_back import drift, read_back
from tests.sync.services.pushing import a_queued, work

LATER = feeds.OVERLAP + timedelta(minutes=1)


def booked(office: Office, customer: Customer, **values: object) -> OutboxEntry:
    """Book an invoice of this customer; return its row, done."""
    entry = a_queued(office, customer, **values)
    work(office)
    entry.refresh_from_db()
    assert entry.state == "done", entry.reason
    return entry


def reads_back(office: Office, **options: Any) -> read_back.ReadBack:
    """Read back what is booked, as of the office's clock."""
    return read_back.read(office.division, office.exact, now=office.clock.now(), **options)


def compares(office: Office) -> drift.Compared:
    """Read back, and compare all."""
    reads_back(office)
    return drift.check(office.division)


def id_of(entry: OutboxEntry) -> UUID:
    """Return the ID of an entry in Exact."""
    assert entry.remote_id is not None
    return entry.remote_id


def key_of(entry: OutboxEntry) -> str:
    """Return the same as the stand-in's knobs take it."""
    return str(id_of(entry))


def invoice_of(entry: OutboxEntry) -> Invoice:
    """Return its document, as it is now."""
    assert entry.invoice is not None
    return Invoice.objects.select_related("division").get(pk=entry.invoice.pk)


def typed_in_exact(sandbox: ExactSandbox, like: OutboxEntry, **changes: Any) -> UUID:
    """Book an entry by hand, with the content of one of ours and these changes; return its ID."""
    (key,) = sandbox.book([{**like.payload, **changes}])
    return UUID(key)


def state_of(entry: OutboxEntry) -> tuple[str, str]:
    """Return the state of its document, and why."""
    invoice = invoice_of(entry)
    return invoice.state, invoice.reason
