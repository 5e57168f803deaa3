"""Where documents stand and what was paid, page by page: what programs may ask."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from exact_client.models import Division, ExactConnection
from sync.api.answers import (
    DivisionOut,
    InvoiceOut,
    InvoicePage,
    PaymentOut,
    PaymentPage,
    StatusOut,
)
from sync.api.problems import FieldError, Problem
from sync.models import ApiClient, Invoice
from sync.services.payments.telling import payments_to_tell

OVERLAP = timedelta(minutes=10)  # what was being saved when somebody asked last is told again


def invoice_page(
    *, state: str | None, changed_since: datetime | None, cursor: str | None, limit: int
) -> InvoicePage:
    """Return documents in the order in which they came.

    What counts as a change is what its source wants to know: it was taken in, booked, or what we
    tell of its payment changed.
    """
    now = timezone.now()
    rows = Invoice.objects.order_by("pk")
    if state:
        rows = rows.filter(state=state)
    if changed_since:
        rows = rows.filter(
            Q(imported_at__gte=changed_since)
            | Q(booked_at__gte=changed_since)
            | Q(payment_changed_at__gte=changed_since)
        )
    if cursor:
        rows = rows.filter(pk__gt=_number_in(cursor))
    found = list(rows[: limit + 1])
    more = len(found) > limit
    return InvoicePage(
        invoices=[InvoiceOut.model_validate(row) for row in found[:limit]],
        next_cursor=_sealed(str(found[limit - 1].pk)) if more else None,
        next_changed_since=now - OVERLAP,
    )


def one_invoice(number: str) -> InvoiceOut:
    """Return one document. Raises Problem when we don't know it."""
    row = Invoice.objects.filter(number=number).first() if number.isprintable() else None
    if row is None:
        raise Problem("not_found", "No invoice or credit note has this number.")
    return InvoiceOut.model_validate(row)


def payment_page(
    *, changed_since: datetime | None, told: str | None, cursor: str | None, limit: int
) -> PaymentPage:
    """Return payments, oldest change first.

    Those that changed at the same moment are never split over two pages, so that the moment of
    the last one is where the next page begins, whatever changes meanwhile.
    """
    now = timezone.now()
    after = _moment_in(cursor) if cursor else None
    found: list[PaymentOut] = []
    next_cursor = None
    for row in payments_to_tell(after or changed_since, now):
        if after and (row.changed_at is None or row.changed_at <= after):
            continue
        if told and row.told != told:
            continue
        last = found[-1].changed_at if found else None
        if len(found) >= limit and last and row.changed_at != last:
            next_cursor = _sealed(last.isoformat())
            break
        found.append(PaymentOut.model_validate(row))
    return PaymentPage(payments=found, next_cursor=next_cursor, next_changed_since=now - OVERLAP)


def status_of(client: ApiClient) -> StatusOut:
    """Return who asks, and how the work stands."""
    divisions = list(Division.objects.chosen().select_related("connection"))
    states = Invoice.objects.order_by().values_list("state").annotate(Count("pk"))
    return StatusOut(
        client=client.name,
        scopes=client.scopes,
        calls_per_minute=client.calls_per_minute,
        divisions=[
            DivisionOut(code=one.code, name=one.name, currency=one.currency) for one in divisions
        ],
        is_connected=bool(divisions)
        and all(one.connection.state == ExactConnection.State.CONNECTED for one in divisions),
        invoices=dict(states),
        now=timezone.now(),
    )


# --- Cursors: opaque to programs, so that what they hold may change ------------------------------


def _sealed(place: str) -> str:
    return urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _opened(cursor: str) -> str:
    try:
        return urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)).decode()
    except (NotBase64, ValueError):
        raise _bad_cursor() from None


def _number_in(cursor: str) -> int:
    place = _opened(cursor)
    if not re.fullmatch("[0-9]{1,18}", place, re.ASCII):
        raise _bad_cursor()
    return int(place)


def _moment_in(cursor: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_opened(cursor))
    except ValueError:
        raise _bad_cursor() from None
    if moment.tzinfo is None:
        raise _bad_cursor()
    return moment


def _bad_cursor() -> Problem:
    error = FieldError("cursor", "is not one that we gave; pass next_cursor as it came.")
    return Problem("invalid", "Correct what `errors` names.", [error])
