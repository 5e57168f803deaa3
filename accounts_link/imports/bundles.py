"""Opening what a person brings for invoices: a table, a UBL document, or a ZIP of either."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import BinaryIO

from accounts_link.imports.archives import Archive, Member, is_zip_of_files
from accounts_link.imports.documents import FileRow, InvoiceRow
from accounts_link.imports.invoices import read_invoices
from accounts_link.imports.shapes import FileError, RowError, RowNote, Table
from accounts_link.imports.tables import open_table
from accounts_link.imports.ubl import UblOptions, looks_like_xml, read_ubl
from accounts_link.imports.ubl_files import known_kind, safe_name
from accounts_link.imports.xml_tree import MAX_BYTES

Rows = Iterator[InvoiceRow | RowError]
START = 512  # bytes that tell what a file is
MAX_TABLE = 100 * 2**20  # bytes, of a table inside a ZIP
MAX_PDF = 10 * 2**20


@dataclass
class Bundle:
    """Invoices in whatever form; `rows` reads the file anew at each call, one call at a time."""

    rows: Callable[[], Rows]
    table: Table | None = None  # where it is one
    notes: list[str] = field(default_factory=list)

    @property
    def unknown_columns(self) -> list[str]:
        """Return the columns of a table that are left out."""
        return list(self.table.unknown_columns) if self.table else []


def open_bundle(file: BinaryIO, name: str, options: UblOptions | None = None) -> Bundle:
    """Return the invoices in `file`, by its content; its `name` is for messages alone.

    The file must stay open, and be read by nobody else, while the bundle is in use.
    Raises FileError when there is nothing to read in it.
    """
    file.seek(0)
    start = file.read(START)
    file.seek(0)
    if looks_like_xml(start):
        return Bundle(partial(_one_document, file, name, options or UblOptions()))
    if start.startswith(b"PK") and is_zip_of_files(file):
        archive = Archive(file, name)
        return Bundle(partial(_archived, archive, options or UblOptions()))
    table = open_table(file, name)
    return Bundle(partial(_tabled, table), table, table.notes)


def _one_document(file: BinaryIO, name: str, options: UblOptions) -> Rows:
    file.seek(0)
    return read_ubl(file.read(MAX_BYTES + 1), name, options)


def _tabled(table: Table) -> Rows:
    """Yield the rows of a table that came alone: no PDF came with it."""
    return (_with_pdf(row, {}) for row in read_invoices(table))


def _archived(archive: Archive, options: UblOptions) -> Rows:
    """Yield the invoices of every file in a ZIP; one that can't be read is an error of its own."""
    pdfs = {_last(member.name).casefold(): member for member in archive.members}
    for member in archive.members:
        try:
            for row in _of_member(archive, member, options):
                yield _with_pdf(_of_file(row, member.name), pdfs, archive)
        except FileError as error:
            yield RowError(1, "", "", str(error), record=member.name, file=member.name)


def _of_member(archive: Archive, member: Member, options: UblOptions) -> Rows:
    """Read one member by its content. Raises FileError."""
    content = archive.read(member, max(MAX_BYTES, MAX_TABLE))
    if looks_like_xml(content[:START]):
        return read_ubl(content, member.name, options)
    if known_kind(content):  # a PDF or picture: looked up by the invoice that names it
        return iter(())
    file = io.BytesIO(content)
    if content.startswith(b"PK") and is_zip_of_files(file):
        raise FileError(f"“{member.name}” is a ZIP inside the ZIP; unpack it first.")
    return read_invoices(open_table(file, member.name))


def _of_file(row: InvoiceRow | RowError, name: str) -> InvoiceRow | RowError:
    """Say in which file of several a row stands."""
    if isinstance(row, RowError):
        return replace(row, file=name, record=row.record or name)
    return replace(row, file=name, notes=tuple(replace(note, file=name) for note in row.notes))


def _with_pdf(
    row: InvoiceRow | RowError, members: dict[str, Member], archive: Archive | None = None
) -> InvoiceRow | RowError:
    """Give an invoice the PDF that it names, or a note that it did not come along."""
    if isinstance(row, RowError) or not row.pdf_file:
        return row
    content = b""
    if archive and (member := members.get(_last(row.pdf_file).casefold())):
        with suppress(FileError):
            content = archive.read(member, MAX_PDF)
    if known := known_kind(content):
        kind, ending = known
        stem = _last(row.pdf_file).rpartition(".")[0]
        file = FileRow(kind, safe_name(stem or row.number, ending), content)
        return replace(row, files=(*row.files, file))
    said = f"{row.number}: “{row.pdf_file}” did not come along as a PDF; bring both in one ZIP."
    return replace(row, notes=(*row.notes, RowNote(row.line, "pdf_file", said)))


def _last(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]
