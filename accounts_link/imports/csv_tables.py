"""CSV: finding out its encoding and its separator, and reading its rows one by one."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import BinaryIO

from accounts_link.imports.shapes import FileError, Row, Table

MAX_LINE = 2**20  # characters
SAMPLE_LINES = 20
SEPARATORS = ";,\t|"
CHUNK = 2**18  # bytes
SAVE_ANEW = "In Excel, choose “Save as” and “CSV UTF-8”."
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)  # Excel's own first line


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the text was written down."""

    encoding: str
    separator: str = ","
    skipped: int = 0  # lines before the heading's that belong to Excel


def open_csv(file: BinaryIO, name: str) -> Table:
    """Return the table in a text file. Raises FileError when it is no text, or no table."""
    encoding = _encoding(file, name)
    sample = _sample(file, encoding)
    if "".join(sample).lstrip().startswith("<"):
        raise FileError(
            f"“{name}” holds a web page or XML, whatever its name says; open it in Excel and save"
            " it as .xlsx or CSV."
        )
    dialect = _dialect(encoding, sample)
    notes = []
    if encoding == "cp1252":
        notes.append("The file is not UTF-8; it was read as Windows-1252 (Western Europe).")
    return Table(partial(_records, file, dialect), notes)


# Encoding


@dataclass(frozen=True, slots=True)
class _Failure:
    line: int
    after_accents: bool  # whether characters beyond ASCII were read well before it


def _encoding(file: BinaryIO, name: str) -> str:
    """Return the one encoding that reads the whole file; the marks at its start decide first."""
    file.seek(0)
    start = file.read(3)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding, fallback = "utf-16", ""
    elif start == codecs.BOM_UTF8:
        encoding, fallback = "utf-8-sig", ""
    else:
        encoding, fallback = "utf-8", "cp1252"
    failure = _failure(file, encoding, name)
    if failure and fallback and not failure.after_accents:
        encoding, failure = fallback, _failure(file, fallback, name)
    if failure:
        raise FileError(
            f"“{name}” holds characters on line {failure.line} that do not fit the rest of the"
            f" file. {SAVE_ANEW}"
        )
    return encoding


def _failure(file: BinaryIO, encoding: str, name: str) -> _Failure | None:
    """Read the whole file in `encoding`; tell where that fails. Raises FileError on a NUL."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    line, accents, ended = 1, False, False
    while not ended:
        chunk = file.read(CHUNK)
        ended = not chunk
        try:
            text, failed = decoder.decode(chunk, final=ended), False
        except UnicodeDecodeError as error:
            text = error.object[: error.start].decode(encoding, "replace")
            failed = True
        if "\0" in text:
            line += text[: text.index("\0")].count("\n")
            raise FileError(f"“{name}” is not a text: line {line} holds a NUL. {SAVE_ANEW}")
        line += text.count("\n")
        accents = accents or not text.isascii()
        if failed:
            return _Failure(line, accents)
    return None


# Separator


def _sample(file: BinaryIO, encoding: str) -> list[str]:
    with _text(file, encoding) as text:
        return list(islice(_lines(text), SAMPLE_LINES))


def _dialect(encoding: str, sample: list[str]) -> Dialect:
    """Return the separator that gives the widest heading; where two do, the more even rows."""
    if sample and (named := SEPARATOR_LINE.fullmatch(sample[0])):
        return Dialect(encoding, named[1], skipped=1)
    return Dialect(encoding, max(SEPARATORS, key=partial(_fit, sample)))


def _fit(sample: list[str], separator: str) -> tuple[int, int]:
    widths = []
    with contextlib.suppress(csv.Error):
        for cells in csv.reader(sample, delimiter=separator):
            if any(cell.strip() for cell in cells):
                widths.append(len(cells))  # noqa: PERF401 - what came before an error counts
    return (widths[0], widths.count(widths[0])) if widths else (0, 0)


# Rows


@contextlib.contextmanager
def _text(file: BinaryIO, encoding: str) -> Iterator[io.TextIOWrapper]:
    """Lend the file out as text, from its start; it stays open afterwards."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, newline="")
    try:
        yield text
    finally:
        with contextlib.suppress(ValueError):  # its owner may have closed it by now
            text.detach()


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    number = 0
    while line := text.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise FileError(f"Line {number} is longer than {MAX_LINE:,} characters.")
        yield line


def _records(file: BinaryIO, dialect: Dialect) -> Iterator[Row]:
    """Yield every row with the number of its first line; one that can't be read bears a problem."""
    with _text(file, dialect.encoding) as text:
        lines = islice(_lines(text), dialect.skipped, None)
        reader = csv.reader(lines, delimiter=dialect.separator, strict=True)
        while True:
            line = dialect.skipped + reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(line, [], _about(error, line, dialect.skipped + reader.line_num))
            else:
                yield Row(line, list(cells))


def _about(error: csv.Error, first: int, last: int) -> str:
    """Say in plain words what csv stumbled over. Raises FileError when it can't go on."""
    if "limit" in str(error) or "end of data" in str(error):
        raise FileError(
            f"A double quote that opens on line {first} is never closed; close or remove it."
        ) from error
    where = f"Line {first}" if first == last else f"Lines {first} to {last}"
    return f"{where}: a double quote inside a quoted text must be written twice."
