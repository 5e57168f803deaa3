"""Keep documents out of the books at a person's word, and take them up again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from sync.models import Invoice, InvoiceState
from sync.models.documents import BEFORE_THE_OUTBOX, KEPT
from sync.services import diary
from sync.services.ledger import routes

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from sync.models.documents import InvoiceQuerySet


MAY_BE_TAKEN_UP = [*KEPT, InvoiceState.UNDONE]
_BY_A_PERSON = {"is_kept_by_rule": False}
_LET_GO: dict[str, Any] = {"released_at": None, "approved_at": None, "approved_by": None}


def hold(invoices: InvoiceQuerySet, *, by: User, reason: str = "") -> int:
    """Hold documents back, also from a push that goes by itself; return how many.

    What is on its way or booked stays as it is.
    """
    held = reason.strip() or f"Held back by {by.get_username()}."
    return _keep(invoices.before_the_outbox(), InvoiceState.HELD, held, by=by)


def exclude(invoices: InvoiceQuerySet, *, by: User, reason: str) -> int:
    """Leave documents out of the books for good, with the reason; return how many.

    Raises ValueError without a reason. What is on its way or booked stays as it is.
    """
    if not reason.strip():
        raise ValueError("Say why: the accountant will want to know.")
    chosen = invoices.filter(state__in=[*BEFORE_THE_OUTBOX, InvoiceState.HELD, InvoiceState.UNDONE])
    return _keep(chosen, InvoiceState.EXCLUDED, reason.strip(), by=by)


def include(invoices: InvoiceQuerySet, *, by: User) -> int:
    """Take up again what was held, excluded or undone; return how many.

    They wait for a person to push them, whoever had let them go before.
    """
    with transaction.atomic():
        chosen = _fixed(invoices.filter(state__in=MAY_BE_TAKEN_UP))
        diary.note(chosen, "Taken up again", by=by)
        taken = chosen.update(state=InvoiceState.DRAFT, reason="", **_LET_GO, **_BY_A_PERSON)
        routes.follow(chosen)
    return taken


def _keep(invoices: InvoiceQuerySet, state: InvoiceState, reason: str, *, by: User) -> int:
    with transaction.atomic():
        chosen = _fixed(invoices)
        diary.note(chosen, f"{state.label}: {reason}", by=by)
        return chosen.update(state=state, reason=reason, released_at=None, **_BY_A_PERSON)


def _fixed(invoices: InvoiceQuerySet) -> InvoiceQuerySet:
    """Lock the documents and return the same ones, whatever becomes of what chose them."""
    return Invoice.objects.filter(pk__in=invoices.locked())
