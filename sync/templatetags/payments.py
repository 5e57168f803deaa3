"""How payments are written: how far a document is paid, how late it is, and its terms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts_link.templatetags.exactlink import pill
from sync.models import Invoice, PaymentTerm
from sync.rules.payments import IN_COLLECTION, days_late, is_settled
from sync.services.payments import telling
from sync.services.payments.settle import bounce_days, counts_on
from sync.services.payments.telling import paid_in_words

register = template.Library()

TONES = {
    "Paid": "good",
    "Settled": "good",
    "Overpaid": "good",
    "Paid, may bounce": "ready",
    "Part-paid": "warn",
    "Part-settled": "warn",
}
VERY_LATE = 30  # days


@register.simple_tag
def payment_pill(invoice: Invoice) -> SafeString:
    """Return how far a document is paid."""
    words, late = paid_in_words(invoice), _late(invoice)
    if words == "Open" and invoice.kind == Invoice.Kind.CREDIT_NOTE:
        return pill("To settle")
    if words == "Open" and late > 0:
        return pill("Overdue", "bad" if late > VERY_LATE else "warn")
    return pill(words.partition(",")[0], TONES.get(words, ""))


@register.filter
def lateness(invoice: Invoice) -> SafeString | str:
    """Return how late a document is or was, or how long it has, in words."""
    if invoice.falls_due_on is None or invoice.kind == Invoice.Kind.CREDIT_NOTE:
        return ""  # nobody is late with what we owe him
    late, is_paid = _late(invoice), invoice.paid_on is not None
    if is_paid:
        return f"{_days(late)} late" if late > 0 else "in time"
    if late > 0:
        tone = "bad-ink" if late > VERY_LATE else "warn-ink"
        return format_html('<span class="{}">{} late</span>', tone, _days(late))
    return f"in {_days(-late)}" if late else "today"


@register.filter
def paid_amount(invoice: Invoice) -> Any:
    """Return what was paid of a document, in its own currency."""
    return None if invoice.open_amount is None else telling.paid_amount(invoice)


@register.filter
def term_in_words(term: PaymentTerm) -> str:
    """Return how a term stands."""
    if is_settled(term.status, is_fully_paid=term.is_fully_paid):
        return "Paid" if term.last_payment_on else "Matched"
    return "Being collected" if term.status in IN_COLLECTION else "Open"


@register.inclusion_tag("sync/_invoice_payments.html")
def invoice_payments(invoice: Invoice) -> dict[str, Any]:
    """Show what was paid of a document; nothing before it is in the books."""
    if invoice.entry_id is None:
        return {"invoice": invoice, "terms": None}
    terms = PaymentTerm.objects.filter(entry_id=invoice.entry_id, is_gone=False)
    return {
        "invoice": invoice,
        "terms": list(terms.order_by("due_date", "last_payment_on", "pk")),
        "bounces_until": bounces_until(invoice, bounce_days()),
    }


@register.filter
def bounces_until(invoice: Invoice, days: Mapping[int | None, int]) -> date | None:
    """Return until when a payment may bounce, by each division's days; None when it can't."""
    if invoice.paid_seen_at is None or invoice.paid_told_at is not None:
        return None
    return counts_on(invoice, days)


def _late(invoice: Invoice) -> int:
    today = timezone.localdate()
    return days_late(invoice.falls_due_on, paid_on=invoice.paid_on, today=today) or 0


def _days(number: int) -> str:
    return f"{number} day" if number == 1 else f"{number} days"
