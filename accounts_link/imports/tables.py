"""Opening a file that a person brings: what it is, by its content, and its rows."""

from __future__ import annotations

import os
from typing import BinaryIO

from accounts_link.imports.csv_tables import open_csv
from accounts_link.imports.shapes import FileError, Table
from accounts_link.imports.xlsx_tables import open_xlsx

MAX_BYTES = 200 * 2**20
TAIL = 64  # bytes kept between two pieces, so that a word across their border is found

OLE = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of old Office files, and of locked new ones
)
LOCKED = "EncryptedPackage".encode("utf-16-le")
WHAT_IT_IS = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x1f\x8b": "a compressed file",
    b"Rar!": "a compressed file",
    b"7z\xbc\xaf": "a compressed file",
}


def open_table(file: BinaryIO, name: str) -> Table:
    """Return the table in `file`, CSV or XLSX by its content; its `name` is for messages alone.

    The file must stay open, and be read by nobody else, while the table is in use.
    Raises FileError when it is neither, or holds no rows.
    """
    size = file.seek(0, os.SEEK_END)
    if size > MAX_BYTES:
        raise FileError(
            f"“{name}” is {size // 2**20} MB, more than {MAX_BYTES // 2**20} MB; split it."
        )
    file.seek(0)
    start = file.read(8)
    if start.startswith(b"PK"):
        return open_xlsx(file, name)
    if start == OLE:
        raise FileError(_about_ole(file, name))
    for mark, what in WHAT_IT_IS.items():
        if start.startswith(mark):
            raise FileError(f"“{name}” is {what}; choose a CSV or XLSX file.")
    return open_csv(file, name)


def _about_ole(file: BinaryIO, name: str) -> str:
    """Tell a workbook with a password from one of Excel 97: both come in the same container."""
    if _holds(file, LOCKED):
        return (
            f"“{name}” is protected by a password; save it without one in Excel and choose it anew."
        )
    return f"“{name}” is in the format of Excel 97 (.xls); save it in Excel as .xlsx or CSV."


def _holds(file: BinaryIO, word: bytes) -> bool:
    file.seek(0)
    tail = b""
    while piece := file.read(2**20):
        if word in tail + piece:
            return True
        tail = piece[-TAIL:]
    return False
