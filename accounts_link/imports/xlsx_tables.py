"""XLSX: refusing what would burst memory, and reading the rows of a sheet; nothing is ever run."""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import partial
from itertools import count
from typing import BinaryIO, cast

import openpyxl
from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from accounts_link.imports.kept_rows import KeptRows
from accounts_link.imports.shapes import Broken, Cell, FileError, Percent, Row, Table

MAX_PARTS = 2_000
MAX_UNPACKED = 600 * 2**20  # bytes, of all parts together
MAX_TEXT = 2**18  # bytes between two tags; Excel's own limit is 32,767 characters
MAX_TAGS_IN_ROW = 200_000
MAX_TAGS_ELSEWHERE = 4_000_000
LAST_ROW = 1_048_576  # of any sheet of Excel's
DIGITS = 15  # that Excel keeps of a number

Cells = tuple[ReadOnlyCell | EmptyCell, ...]

ROW_TAG = re.compile(rb"<(?:\w{1,20}:)?row[\s/>]")
LITERALS = re.compile(r'"[^"]*"|\\.')  # of a number format: shown, without a meaning
LEADING_ZEROS = re.compile(r"0{2,}")


def open_xlsx(file: BinaryIO, name: str) -> Table:
    """Return the table on the first visible sheet. Raises FileError when there is none to read."""
    _refuse_bombs(file, name)
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # a damaged workbook can fail anywhere inside openpyxl
        raise _damaged(name) from error
    every = cast("list[ReadOnlyWorksheet]", book.worksheets)
    sheets = [sheet for sheet in every if sheet.sheet_state == "visible"]
    if not sheets:
        raise FileError(f"“{name}” has no visible sheet.")
    if book.epoch == CALENDAR_MAC_1904:
        raise FileError(f"“{name}” counts its days from 1904, as old Macs did; save it as CSV.")
    notes = []
    if len(sheets) > 1:
        notes.append(f"Only the sheet “{sheets[0].title}” was read; there are {len(sheets)}.")
    return Table(KeptRows(partial(_records, sheets[0], name)), notes)


def _damaged(name: str) -> FileError:
    return FileError(
        f"“{name}” is damaged, or no workbook of Excel; save it anew in Excel as .xlsx."
    )


# Bombs


def _refuse_bombs(file: BinaryIO, name: str) -> None:
    """Raise FileError for an archive that is no workbook, or would unpack beyond all measure."""
    try:
        with zipfile.ZipFile(file) as archive:
            _look_through(archive, name)
    except FileError:
        raise
    except Exception as error:  # zipfile, and zlib below it, fail in a dozen ways
        raise _damaged(name) from error


def _look_through(archive: zipfile.ZipFile, name: str) -> None:
    parts = archive.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise FileError(f"“{name}” unpacks to more than can be read; save it as CSV.")
    if "xl/workbook.xml" not in archive.namelist():
        raise FileError(f"“{name}” is no workbook of Excel; save it as .xlsx or CSV.")
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            _refuse_burst(archive, part, name)


def _refuse_burst(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> None:
    """Look through one part without parsing it: rows and texts must have a human size."""
    in_sheet = part.filename.startswith("xl/worksheets/")
    most = MAX_TAGS_IN_ROW if in_sheet else MAX_TAGS_ELSEWHERE
    tags = 0  # since the last row began
    with archive.open(part) as stream:
        while piece := stream.read(MAX_TEXT):
            rows = ROW_TAG.split(piece) if in_sheet else [piece]
            counts = [row.count(b"<") for row in rows]
            counts[0] += tags
            tags = counts[-1]
            if max(counts) > most or (len(piece) == MAX_TEXT and b"<" not in piece):
                raise FileError(f"“{name}” holds a cell or row of no human size; save it as CSV.")


# Rows


def _records(sheet: ReadOnlyWorksheet, name: str) -> Iterator[Row]:
    """Yield every row with its number, blank ones too."""
    sheet.reset_dimensions()  # what the file claims about its size may be wrong
    rows = (list(map(_cell, cells)) for cells in cast("Iterator[Cells]", sheet.rows))
    for number in count(1):
        try:
            cells = next(rows)
        except StopIteration:
            return
        except Exception as error:  # as above: the rows are parsed while they are read
            raise _damaged(name) from error
        if number > LAST_ROW:
            raise FileError(f"“{name}” has more than {LAST_ROW:,} rows; save it as CSV.")
        yield Row(number, cells)


def _cell(cell: ReadOnlyCell | EmptyCell) -> Cell:
    """Return what the cell holds. A formula is never computed, nor its last result believed."""
    value = cell.value
    if cell.data_type == "f":
        shown = value if isinstance(value, str) else "a formula"
        return Broken(shown, "holds a formula; paste the value instead.")
    if cell.data_type == "e":
        return Broken(str(value), "holds an error of Excel's; mend the cell.")
    if value is None or isinstance(value, str | bool | datetime):
        return "" if value is None else value
    if isinstance(value, int | float):
        return _number(value, cell.number_format)
    return Broken(str(value), "holds a time of day; type the value as text.")


def _number(value: int | float, shown_as: str) -> Cell:
    """Return the number as Excel shows it: 15 digits, with leading zeros or as a percentage."""
    if not math.isfinite(value):
        return Broken(str(value), "holds no number; mend the cell.")
    number = Decimal(format(value, f".{DIGITS}g"))
    if "%" in LITERALS.sub("", shown_as):
        return Percent((number * 100).normalize())
    if LEADING_ZEROS.fullmatch(shown_as) and number == number.to_integral_value():
        return f"{number:f}".zfill(len(shown_as))
    return number
