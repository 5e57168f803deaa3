"""Documents in the books and the terms that Exact keeps of them, for tests of payments."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from sync.models import Invoice, PaymentTerm
from sync.services.payments.settle import Settled, settle
from tests.build import NOW, a_division, an_invoice

TODAY = NOW.date()
DUE = date(2026, 10, 23)
_ids = count(1)


def a_booked_invoice(amount: str = "121.00", **values: Any) -> Invoice:
    """Make a document whose entry stands in Exact."""
    defaults = {
        "state": "booked",
        "amount": Decimal(amount),
        "entry_id": UUID(int=2**64 + next(_ids)),
        "entry_number": "26700001",
        "booked_at": NOW,
        "due_date": DUE,
    }
    if "division" not in values:
        values["division"] = a_division()
    return an_invoice(**defaults | values)


def a_term(invoice: Invoice, amount: str, **values: Any) -> PaymentTerm:
    """Make our copy of a term of a document's entry, open unless a test says otherwise."""
    number = next(_ids)
    defaults: dict[str, Any] = {
        "division": invoice.division,
        "exact_id": UUID(int=number),
        "version": number,
        "entry_id": invoice.entry_id,
        "amount": Decimal(amount),
        "amount_dc": Decimal(amount),
        "currency": invoice.currency,
        "status": 20,
        "due_date": DUE,
    }
    return PaymentTerm.objects.create(**defaults | values)


def a_payment(invoice: Invoice, amount: str, day: date = TODAY, **values: Any) -> PaymentTerm:
    """Make a term that was paid on `day`."""
    defaults = {"status": 50, "is_fully_paid": True, "last_payment_on": day}
    return a_term(invoice, amount, **defaults | values)


def settled(invoice: Invoice, now: datetime = NOW) -> Invoice:
    """Bring a document up to date with its terms, as a reading of payments does."""
    assert invoice.entry_id
    settle([invoice.entry_id], Settled(), now=now)
    invoice.refresh_from_db()
    return invoice


def bounced(invoice: Invoice) -> None:
    """Let Exact take back every payment of a document."""
    PaymentTerm.objects.filter(entry_id=invoice.entry_id).update(
        status=20, is_fully_paid=False, last_payment_on=None
    )
