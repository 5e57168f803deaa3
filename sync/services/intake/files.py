"""The files that come with documents: each kept once, beside the document it belongs to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.core.files.base import ContentFile

from accounts_link.imports.documents import FileRow
from accounts_link.imports.ubl_files import safe_name
from sync.models import Invoice, InvoiceFile


@dataclass(frozen=True, slots=True)
class Brought:
    """The files that came with one document."""

    number: str
    files: tuple[FileRow, ...]
    replace: bool  # whether they take the place of those that came before


def keep_files(brought: Iterable[Brought], now: datetime) -> None:
    """Keep these files; one that is kept already stays as it is.

    Call it after the documents are committed: writing files takes time that a transaction should
    not, and what was interrupted is mended when the same documents come again.
    """
    with_files = {one.number: one for one in brought if one.files}
    if not with_files:
        return
    invoices = Invoice.objects.prefetch_related("files").in_bulk(with_files, field_name="number")
    new = [
        row
        for number, invoice in invoices.items()
        for row in _kept(invoice, with_files[number], now)
    ]
    InvoiceFile.objects.bulk_create(new, ignore_conflicts=True)
    known = InvoiceFile.objects.filter(invoice__in=invoices.values())
    names = set(known.values_list("file", flat=True))
    for row in new:
        if row.file.name not in names:  # somebody brought the same file at this very moment
            row.file.delete(save=False)


def _kept(invoice: Invoice, brought: Brought, now: datetime) -> Iterator[InvoiceFile]:
    """Write the files that are new, and yield their rows; remove those of a former version."""
    wanted = {hashlib.sha256(file.content).hexdigest(): file for file in brought.files}
    known = {file.sha256: file for file in invoice.files.all()}
    for digest, file in wanted.items():
        if digest not in known:
            yield _written(invoice, digest, file, now)
    if brought.replace:
        for digest in known.keys() - wanted.keys():
            _throw_away(known[digest])


def _written(invoice: Invoice, digest: str, file: FileRow, now: datetime) -> InvoiceFile:
    stem, _, ending = file.name.rpartition(".")
    name = safe_name(stem or invoice.number, f".{ending}")
    row = InvoiceFile(
        invoice=invoice,
        kind=file.kind,
        name=name,
        size=len(file.content),
        sha256=digest,
        added_at=now,
    )
    row.file.save(name, ContentFile(file.content), save=False)
    return row


def _throw_away(file: InvoiceFile) -> None:
    """Remove a file of a former version, unless it is on its way to Exact."""
    gone, _ = InvoiceFile.objects.filter(pk=file.pk, outbox=None).delete()
    if gone:
        file.file.delete(save=False)
