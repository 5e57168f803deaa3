"""Files inside a ZIP: listed and read one by one, never written to disk under their own names."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import BinaryIO

from accounts_link.imports.shapes import FileError

MAX_MEMBERS = 20_000
MAX_UNPACKED = 2**30  # bytes, of all together
MAX_RATIO = 200  # unpacked to packed, of a member that is larger than SMALL
SMALL = 2**20  # bytes
LONGEST_NAME = 120  # characters that messages show
WORKBOOK, OFFICE = "xl/workbook.xml", "[Content_Types].xml"
OF_THE_SYSTEM = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Member:
    """One file in a ZIP."""

    name: str  # with its folder, fit to be shown
    size: int  # bytes, unpacked
    info: zipfile.ZipInfo


class Archive:
    """A ZIP of documents. Raises FileError when it is none, or would unpack beyond all measure."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._name = name
        try:
            self._zip = zipfile.ZipFile(file)
        except Exception as error:  # zipfile, and zlib below it, fail in a dozen ways
            raise FileError(f"“{name}” is damaged, or no ZIP; make it anew.") from error
        self.members = [_member(info) for info in self._zip.infolist() if _is_file(info)]
        self._refuse_bombs()

    def read(self, member: Member, most: int) -> bytes:
        """Return a member's bytes. Raises FileError when damaged, or more than `most` bytes."""
        if member.size > most:
            raise FileError(f"“{member.name}” is larger than {most // 2**20} MB.")
        if member.info.flag_bits & 1:
            raise FileError(f"“{member.name}” has a password; make the ZIP without one.")
        try:
            with self._zip.open(member.info) as stream:
                content = stream.read(most + 1)
        except Exception as error:  # as above
            raise FileError(f"“{member.name}” is damaged inside the ZIP; make it anew.") from error
        if len(content) > most:
            raise FileError(f"“{member.name}” is larger than the ZIP says it is.")
        return content

    def _refuse_bombs(self) -> None:
        if not self.members:
            raise FileError(f"“{self._name}” is an empty ZIP.")
        if len(self.members) > MAX_MEMBERS:
            raise FileError(f"“{self._name}” holds more than {MAX_MEMBERS:,} files; split it.")
        if sum(member.size for member in self.members) > MAX_UNPACKED:
            raise FileError(f"“{self._name}” unpacks to more than {MAX_UNPACKED // 2**20} MB.")
        for member in self.members:
            if member.size > max(SMALL, MAX_RATIO * member.info.compress_size):
                raise FileError(
                    f"“{self._name}” holds “{member.name}”, which unpacks to {MAX_RATIO} times its"
                    " size and more; no document does that."
                )


def is_zip_of_files(file: BinaryIO) -> bool:
    """Whether the file is a ZIP of its own, not a workbook or another document of Office."""
    try:
        with zipfile.ZipFile(file) as archive:
            return not {WORKBOOK, OFFICE} & set(archive.namelist())
    except Exception:
        return False
    finally:
        file.seek(0)


def unpacked_size(file: BinaryIO) -> int:
    """Return how many bytes a ZIP says that it unpacks to; 0 for what is none."""
    try:
        with zipfile.ZipFile(file) as archive:
            return sum(info.file_size for info in archive.infolist())
    except Exception:  # whoever opens it next says what is wrong with it
        return 0
    finally:
        file.seek(0)


def _member(info: zipfile.ZipInfo) -> Member:
    shown = "".join(c if c.isprintable() else "_" for c in info.filename)
    return Member(shown[-LONGEST_NAME:], info.file_size, info)


def _is_file(info: zipfile.ZipInfo) -> bool:
    last = info.filename.rpartition("/")[2]
    return not (info.is_dir() or info.filename.startswith(OF_THE_SYSTEM) or last in OF_THE_SYSTEM)
