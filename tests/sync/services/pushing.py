"""What tests of the push say often."""

from __future__ import annotations

from typing import Any

from accounts_link.models import Customer, ExactAccount
from sync.models import Invoice, OutboxEntry
from sync.services.delivery import release
from sync.services.delivery.deliver import Delivered, drain
from sync.services.delivery.office import Office
from tests.build import NOW, a_customer, a_link, a_standing, an_invoice
from tests.clock import ManualClock

ENTRIES = "salesentry/SalesEntries"
BLOCKED = "Ongeldig: Klant (Type)"
Plan = dict[str, Any]


def a_queued(office: Office, customer: Customer, **values: object) -> OutboxEntry:
    """Make a released invoice of this customer and put it in the outbox."""
    return entry_of(queued(office, an_invoice(customer=customer, released_at=NOW, **values)))


def queued(office: Office, invoice: Invoice) -> Invoice:
    """Put everything that can go in the outbox, this invoice among it; nobody typed it in Exact."""
    now = office.clock.now()
    release.enqueue(office.division, now=now, with_accounts=True)
    OutboxEntry.objects.filter(kind="sales_entry", checked_at=None).update(checked_at=now)
    return invoice


def entry_of(invoice: Invoice) -> OutboxEntry:
    """Return the newest outbox row of an invoice."""
    return invoice.outbox.latest("pk")


def account_entry_of(customer: Customer) -> OutboxEntry:
    """Return the newest row that creates this customer's account."""
    return customer.outbox.filter(kind="account").latest("pk")


def a_newcomer(office: Office, **values: object) -> Customer:
    """Make a customer that nothing in Exact comes near."""
    number = f"NEW-{Customer.objects.count()}"  # no search code of the stand-in's company
    named = {"number": number, "name": "Qwx Zzyzx Ltd", "city": "Zzyzx"}
    customer = a_customer(**named | values)
    a_standing(customer=customer, division=office.division, outcome="create")
    return customer


def clock_of(office: Office) -> ManualClock:
    """Return the office's clock as the one that a test moves."""
    assert isinstance(office.clock, ManualClock)
    return office.clock


def work(office: Office, *, rounds: int = 1, seconds: float = 30) -> Delivered:
    """Drain, and again each time so many seconds have passed."""
    delivered = drain(office)
    for _ in range(rounds - 1):
        clock_of(office).advance(seconds)
        delivered = drain(office)
    return delivered


def a_fault(kind: str, **plan: Any) -> Plan:
    return {"kind": kind, "path": ENTRIES, "method": "POST", "times": 1, **plan}


def another(customer: Customer) -> Customer:
    """Link another customer, to an account of its own."""
    free = ExactAccount.objects.unlinked().order_by("pk")[0]
    return a_link(account=free).customer


def states(*entries: OutboxEntry) -> list[str]:
    found = OutboxEntry.objects.in_bulk([entry.pk for entry in entries])
    return [found[entry.pk].state for entry in entries]
