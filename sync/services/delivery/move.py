"""Move documents out of a closed period, at a person's word."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from sync.models import Invoice
from sync.rules.periods import CLOSED_PERIOD
from sync.services import diary
from sync.services.delivery import prepare
from sync.services.ledger.books import books_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from exact_client.models import Division
    from sync.models.documents import InvoiceQuerySet
    from sync.services.ledger.books import Books


class MoveError(Exception):
    """These documents can't be moved; the message tells a person why."""


def move(invoices: InvoiceQuerySet, division: Division, *, by: User, reason: str) -> int:
    """Book these documents on the first day of the next open period; return how many moved.

    Moving changes the VAT return that they count for, hence the reason, which is kept. What is not
    held for a closed period stays. Raises MoveError without a reason.
    """
    if not reason.strip():
        raise MoveError("Say why: the VAT return that it counts for changes with its date.")
    books = books_of(division)
    with transaction.atomic():
        held = invoices.before_the_outbox().of(division).filter(is_kept_by_rule=True)
        days = {one.invoice.pk: way_out(one, books) for one in prepare.previews(division, held)}
        for day in set(days.values()) - {None}:
            these = Invoice.objects.filter(pk__in=[pk for pk, to in days.items() if to == day])
            diary.note(these, f"Moved to {day:%d-%m-%Y}: {reason.strip()}", by=by)
            these.update(book_on=day)
        prepare.refresh(division, Invoice.objects.filter(pk__in=days))
    return sum(day is not None for day in days.values())


def way_out(shown: prepare.Preview, books: Books) -> date | None:
    """Return the day to book on instead, when a closed period that may be left is in the way."""
    if shown.entry is None or [problem.key for problem in shown.problems] != [CLOSED_PERIOD]:
        return None
    return books.calendar.way_out(
        shown.entry.entry_date, shown.entry.journal, books.when_closed.get(shown.entry.journal)
    )
