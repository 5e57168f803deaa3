"""What is told on of payments: to zapfloor by file and by API, and what may still bounce."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone

from exact_client.models import Division
from sync.models import Invoice, InvoiceState
from sync.models.documents import IN_THE_BOOKS, InvoiceQuerySet
from sync.rules.payments import Payment, days_late
from sync.services.payments.settle import BOUNCE_DAYS, bounce_days

OVERLAP = timedelta(minutes=10)  # what was being written when somebody asked last is told again
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)  # before anything that Exact can tell
ZERO = Decimal("0.00")
CHUNK = 1000  # rows fetched at once
# What was told before its entry was undone is taken back: it is open again.
TOLD = [*IN_THE_BOOKS, InvoiceState.UNDONE]
NOT_TOLD = [state for state in InvoiceState if state not in TOLD]


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """What is told of one document. Amounts are in its currency, negative for a credit note.

    `status` is what to act on: open, part_paid, paid, or settled for a credit note. A payment
    that may still bounce leaves it at open, and `told` at provisional; the amounts are Exact's.
    """

    invoice_number: str
    customer_number: str
    status: str
    open_amount: Decimal
    paid_amount: Decimal
    currency: str
    last_payment_date: date | None
    paid_date: date | None
    days_late: int  # 0 when in time
    told: str  # final or provisional
    changed_at: datetime | None


def payments_to_tell(since: datetime | None, now: datetime) -> Iterator[PaymentRow]:
    """Yield what changed since `since` in what is told of payments, or all of it; oldest first.

    Pass the moment of the last question as `since`: what was being written then comes again, so
    that nothing is missed. Payments whose days for a bounce are over by `now` count from here on.
    """
    tell_on(now)
    # Said by the states that they are not in, so that the index on the change gives their order.
    known = Q(open_amount__isnull=False) | Q(state=InvoiceState.UNDONE)
    told = Invoice.objects.exclude(state__in=NOT_TOLD).filter(known)
    rows = told.filter(payment_changed_at__gte=since - OVERLAP if since else BEGINNING)
    today = timezone.localdate(now)
    for invoice in _first_then_rest(rows.order_by("payment_changed_at", "pk")):
        yield _row(invoice, today)


def _first_then_rest(rows: InvoiceQuerySet) -> Iterator[Invoice]:
    """Yield the first rows by themselves: who wants one page need not wait for all to be read."""
    first = list(rows[:CHUNK])
    yield from first
    if len(first) < CHUNK:
        return
    known = {(invoice.pk, invoice.payment_changed_at) for invoice in first}
    rest = rows.filter(payment_changed_at__gte=first[-1].payment_changed_at)
    for invoice in rest.iterator(CHUNK):
        if (invoice.pk, invoice.payment_changed_at) not in known:
            yield invoice


def tell_on(now: datetime) -> int:
    """Let payments count whose days for a bounce are over; return how many."""
    days, told = bounce_days(), 0
    for division in Division.objects.chosen():
        last = timezone.localdate(now) - timedelta(days=days.get(division.pk, BOUNCE_DAYS))
        over = _waiting().filter(division=division, paid_on__lte=last)
        told += over.update(paid_told_at=now, payment_changed_at=now)
    return told


def _waiting() -> InvoiceQuerySet:
    """Documents that are paid here, and not yet where we tell it."""
    return Invoice.objects.in_the_books().filter(paid_seen_at__isnull=False, paid_told_at=None)


def _row(invoice: Invoice, today: date) -> PaymentRow:
    late = days_late(invoice.falls_due_on, paid_on=invoice.paid_on, today=today)
    left = invoice.amount if invoice.open_amount is None else invoice.open_amount
    return PaymentRow(
        invoice_number=invoice.number,
        customer_number=invoice.customer_ref,
        status=_status(invoice),
        open_amount=left,
        paid_amount=paid_amount(invoice),
        currency=invoice.currency,
        last_payment_date=invoice.last_payment_on,
        paid_date=invoice.paid_on if invoice.paid_told_at else None,
        days_late=max(late or 0, 0),
        told="provisional" if _is_provisional(invoice) else "final",
        changed_at=invoice.payment_changed_at,
    )


def _is_provisional(invoice: Invoice) -> bool:
    """Whether it may bounce, or a person has yet to say which amount is right."""
    may_bounce = invoice.paid_seen_at is not None and invoice.paid_told_at is None
    return may_bounce or invoice.state == InvoiceState.DRIFTED


def paid_amount(invoice: Invoice) -> Decimal:
    """Return what was paid of a document, in its own currency."""
    was_paid = invoice.paid_seen_at is not None or is_part_paid(invoice)
    return invoice.amount - (invoice.open_amount or ZERO) if was_paid else ZERO


def _status(invoice: Invoice) -> str:
    if invoice.paid_told_at:
        return "settled" if invoice.kind == Invoice.Kind.CREDIT_NOTE else Payment.PAID
    return Payment.PART_PAID if is_part_paid(invoice) else Payment.OPEN


def is_part_paid(invoice: Invoice) -> bool:
    """Whether something was paid of a document, and not all."""
    if invoice.open_amount is None or invoice.paid_seen_at is not None:
        return False
    if invoice.state == InvoiceState.DRIFTED and invoice.last_payment_on is None:
        return False  # Exact asks another amount than we booked: changed there, not paid
    return abs(invoice.open_amount) < abs(invoice.amount)


def paid_in_words(invoice: Invoice) -> str:
    """Return how far a document is paid, as pages and spreadsheets say it."""
    is_credit = invoice.kind == Invoice.Kind.CREDIT_NOTE
    if invoice.open_amount is None:
        return "Not told yet"
    if invoice.paid_seen_at is None:
        part = "Part-settled" if is_credit else "Part-paid"
        return part if is_part_paid(invoice) else "Open"
    if invoice.open_amount * invoice.amount < 0:
        return "Overpaid"
    return "Settled" if is_credit else "Paid" if invoice.paid_told_at else "Paid, may bounce"
