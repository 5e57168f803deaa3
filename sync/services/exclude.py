"""Keep documents out of the books at a person's word, and take them up again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from sync.models import InvoiceState
from sync.models.documents import BEFORE_THE_OUTBOX
from sync.services import prepare

if TYPE_CHECKING:
    from exact_client.models import Division
    from sync.models.documents import InvoiceQuerySet

MAY_BE_EXCLUDED = [*BEFORE_THE_OUTBOX, InvoiceState.HELD]
MAY_BE_TAKEN_UP = [InvoiceState.HELD, InvoiceState.EXCLUDED]


def exclude(invoices: InvoiceQuerySet, *, reason: str) -> int:
    """Leave these documents out of the books, with the reason; return how many.

    Raises ValueError without a reason. What was sent, or is on its way, stays as it is.
    """
    if not reason.strip():
        raise ValueError("Say why: the accountant will want to know.")
    return invoices.filter(state__in=MAY_BE_EXCLUDED).update(
        state=InvoiceState.EXCLUDED, reason=reason.strip(), released_at=None
    )


def include(invoices: InvoiceQuerySet, division: Division | None) -> int:
    """Take documents up again that were excluded or held; return how many.

    They wait for a person to push them, whoever had let them go before.
    """
    with transaction.atomic():
        keys = list(invoices.filter(state__in=MAY_BE_TAKEN_UP).values_list("pk", flat=True))
        chosen = invoices.model._default_manager.filter(Q(pk__in=keys))  # noqa: SLF001 - documented API
        chosen.update(state=InvoiceState.DRAFT, reason="", released_at=None)
        if division is not None:
            prepare.refresh(division, chosen)
    return len(keys)
