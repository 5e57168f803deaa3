"""Hang the files of a document on its entry in Exact: a document first, then each file in it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from exact_client.records import DocumentRecord
from sync.models import BookingSettings, Invoice, InvoiceFile, OutboxEntry
from sync.services.delivery import outbox
from sync.services.delivery.errands import find

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet

    from exact_client.models import Division
    from sync.services.delivery.office import Office

Kind, State = OutboxEntry.Kind, OutboxEntry.State

MISSING = "It is not in Exact any more."


def follow(row: OutboxEntry, *, now: datetime) -> int:
    """Make what comes after a settled sales entry or document; return how many rows.

    Call it in the transaction that settles `row`. Nothing is made twice, and nothing that was
    given up is made again.
    """
    if row.invoice is None or not _wants_files(row.division):
        return 0
    files = list(row.invoice.files.all())
    entry = entry_of(row.invoice) if files else None
    return _make_missing(entry, files, now) if entry else 0


def enqueue(division: Division, *, now: datetime, limit: int = 500) -> int:
    """Make what is missing for files that came after their entry was booked; return how many rows.

    At most `limit` files are looked at; the next round goes on.
    """
    if not _wants_files(division):
        return 0
    rows = OutboxEntry.objects.filter(
        file=OuterRef("pk"), made_at__gte=OuterRef("invoice__booked_at")
    )
    given_up = OutboxEntry.objects.filter(
        invoice=OuterRef("invoice"),
        kind=Kind.DOCUMENT,
        made_at__gte=OuterRef("invoice__booked_at"),
    ).exclude(state=State.DONE)
    booked = Invoice.objects.in_the_books().of(division)
    late = InvoiceFile.objects.filter(~Exists(rows), ~Exists(given_up), invoice__in=booked)
    made = 0
    for file in late.select_related("invoice")[:limit]:
        with transaction.atomic():
            entry = entry_of(file.invoice)
            made += _make_missing(entry, [file], now) if entry else 0
    return made


def drop(undoing: OutboxEntry, *, now: datetime) -> None:
    """Withdraw the files that still wait to be hung on an entry which is undone by now.

    What is in Exact already stays there: it shows what the customer was sent.
    """
    waiting = [State.QUEUED, *OutboxEntry.FOR_A_PERSON]
    rows = OutboxEntry.objects.filter(
        invoice=undoing.invoice, kind__in=OutboxEntry.FILES, state__in=waiting
    )
    outbox.call_back(rows, now=now, reason="Its entry was undone.")


def why_not_to_send(row: OutboxEntry) -> str:
    """Say why a file or its document should not go any more, or nothing when it should."""
    assert row.invoice is not None  # noqa: S101 - for the type checker; its order named one
    entry = entry_of(row.invoice)
    on_it = entry is not None and _hangs_on(row, entry)
    if not on_it:
        return "Its entry does not stand in Exact any more."
    if row.file is None:
        return ""
    if not row.file.file.storage.exists(row.file.file.name):
        return f"The file {row.file.name} is no longer kept here: import it again."
    return ""


def again(office: Office, invoice: Invoice, *, by: User | None) -> int:
    """Look which files Exact does not hold for a booked document, and send those again.

    Returns how many rows were made. Raises ExactError when Exact can't be asked.
    """
    now, entry = office.clock.now(), entry_of(invoice)
    if entry is None:
        return 0
    rows = [row for row in files_of(invoice) if _hangs_on(row, entry)]
    lost = [row for row in rows if _is_lost(office, row)]
    with transaction.atomic():
        for row in lost:
            _give_up(office, row, by)
        before = invoice.outbox.count()
        _make_all(entry, now, by)
        return invoice.outbox.count() - before


def files_of(invoice: Invoice) -> QuerySet[OutboxEntry]:
    """Return the newest row of each file of a document, and of the document in Exact itself."""
    rows = invoice.outbox.filter(kind__in=OutboxEntry.FILES, mended_by=None)
    return rows.select_related("file", "division", "customer", "invoice").order_by("pk")


def entry_of(invoice: Invoice) -> OutboxEntry | None:
    """Return the sales entry that stands in Exact for this document now."""
    booked = invoice.outbox.filter(kind=Kind.SALES_ENTRY, state=State.DONE)
    last = booked.select_related("division", "customer", "invoice").order_by("pk").last()
    return None if last is None or outbox.is_undone(last) else last


def _wants_files(division: Division) -> bool:
    return not BookingSettings.objects.filter(division=division, attach_files=False).exists()


def _make_missing(entry: OutboxEntry, files: list[InvoiceFile], now: datetime) -> int:
    """Make the document, or, once that is there, a row for each file that has none yet."""
    rows = list(OutboxEntry.objects.filter(invoice=entry.invoice, kind__in=OutboxEntry.FILES))
    document = _document(rows, entry)
    if document is None:
        outbox.make(_document_order(entry), now=now)
        return 1
    if document.state != State.DONE:
        return 0
    there = {row.file_id for row in rows if _is_in(row, document)}
    missing = [file for file in files if file.pk not in there]
    for file in missing:
        outbox.make(_attachment_order(entry, document, file), now=now)
    return len(missing)


def _make_all(entry: OutboxEntry, now: datetime, by: User | None) -> None:
    """Make whatever does not stand in Exact, also what was given up."""
    assert entry.invoice is not None  # noqa: S101 - for the type checker; it is a sales entry
    document = outbox.make(_document_order(entry), now=now, by=by)
    if document.state == State.DONE:
        for file in entry.invoice.files.all():
            outbox.make(_attachment_order(entry, document, file), now=now, by=by)


def _document(rows: list[OutboxEntry], entry: OutboxEntry) -> OutboxEntry | None:
    """Return the newest document that hangs on this entry."""
    own = [row for row in rows if row.kind == Kind.DOCUMENT and _names(row, entry)]
    return max(own, key=lambda row: row.pk, default=None)


def _names(row: OutboxEntry, holder: OutboxEntry) -> bool:
    return outbox.hangs_on(row.payload) == str(holder.remote_id)


def _is_in(row: OutboxEntry, document: OutboxEntry) -> bool:
    return row.kind == Kind.ATTACHMENT and _names(row, document)


def _hangs_on(row: OutboxEntry, entry: OutboxEntry) -> bool:
    """Whether a document, or the document of a file, hangs on this entry."""
    if row.kind == Kind.DOCUMENT:
        return _names(row, entry)
    documents = OutboxEntry.objects.filter(invoice=row.invoice, kind=Kind.DOCUMENT)
    return any(_names(document, entry) and _names(row, document) for document in documents)


def _document_order(entry: OutboxEntry) -> outbox.Order:
    """Return the order for the document that the files of an entry will be in."""
    invoice = entry.invoice
    assert invoice is not None  # noqa: S101 - for the type checker; it is a sales entry

    def payload(reference: str) -> dict[str, Any]:
        subject = reference if invoice.number in reference else f"{invoice.number} {reference}"
        return {
            "Subject": subject,
            "Type": DocumentRecord.SALES_INVOICE,
            "Account": entry.payload["Customer"],
            "DocumentDate": entry.payload["EntryDate"],
            "FinancialTransactionEntryID": str(entry.remote_id),
        }

    return outbox.Order(entry.division, Kind.DOCUMENT, outbox.customer_of(entry), payload, invoice)


def _attachment_order(entry: OutboxEntry, document: OutboxEntry, file: InvoiceFile) -> outbox.Order:
    """Return the order for one file. Its content is read when it is sent."""
    body = {
        "Document": str(document.remote_id),
        "FileName": file.name,
        "Size": file.size,
        "SHA256": file.sha256,
    }
    return outbox.Order(
        entry.division,
        Kind.ATTACHMENT,
        outbox.customer_of(entry),
        lambda reference: body,
        entry.invoice,
        file=file,
    )


def _is_lost(office: Office, row: OutboxEntry) -> bool:
    """Whether Exact held it, long enough ago to be sure, and does not any more."""
    if row.state != State.DONE or row.settled_at is None:
        return False
    is_settled = office.clock.now() - row.settled_at >= office.settle
    return is_settled and not find(office.exact, row)


def _give_up(office: Office, row: OutboxEntry, by: User | None) -> None:
    now = office.clock.now()
    outbox.move(row, State.CANCELLED, reason=MISSING, settled_at=now)
    outbox.note(row, outbox.Step.LOOK_UP, office.clock, MISSING, state=State.CANCELLED, by=by)
