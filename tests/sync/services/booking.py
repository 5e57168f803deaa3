"""What tests of the books say often: book something, change it in Exact, read it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts_link.models import Customer
from exact_client.sandbox import ExactSandbox
from exact_client.wire import pooled_session
from sync.models import Invoice, OutboxEntry
from sync.services import drift, feeds, read_back
from sync.services.office import Office
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


def changed_in_exact(sandbox: ExactSandbox, entry_id: UUID | None, **changes: Any) -> None:
    """Change the header of an entry, as a person in Exact's own pages would."""
    _ask(sandbox, "PUT", f"salesentry/SalesEntries(guid'{entry_id}')", changes)


def line_changed_in_exact(
    sandbox: ExactSandbox, entry_id: UUID | None, *, line: int = 1, **changes: Any
) -> None:
    """Change one line of an entry, counted from 1."""
    found = [row for row in sandbox.records("lines") if row["EntryID"] == str(entry_id)]
    key = next(row["ID"] for row in found if row["LineNumber"] == line)
    _ask(sandbox, "PUT", f"salesentry/SalesEntryLines(guid'{key}')", changes)


def deleted_in_exact(sandbox: ExactSandbox, entry_id: UUID | None) -> None:
    """Delete an entry."""
    _ask(sandbox, "DELETE", f"salesentry/SalesEntries(guid'{entry_id}')", None)


def typed_in_exact(sandbox: ExactSandbox, like: OutboxEntry, **changes: Any) -> None:
    """Book an entry by hand, with the content of one of ours and these changes."""
    _ask(sandbox, "POST", "salesentry/SalesEntries", {**like.payload, **changes})


def _ask(sandbox: ExactSandbox, method: str, path: str, content: dict[str, Any] | None) -> None:
    token = sandbox.issue_tokens("person")["access_token"]
    answer = pooled_session().request(
        method,
        f"{settings.EXACT_URL}/api/v1/{sandbox.company.divisions[0]}/{path}",
        json=content,
        headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
        timeout=5,
    )
    assert answer.ok, answer.text


def state_of(entry: OutboxEntry) -> tuple[str, str]:
    """Return the state of its document, and why."""
    invoice = Invoice.objects.get(pk=entry.invoice_id)
    return invoice.state, invoice.reason
