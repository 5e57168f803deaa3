"""Documents that a UBL file carries inside: taken out, known by their content alone."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from accounts_link.imports.documents import FileRow
from accounts_link.imports.ubl_reading import Reading
from accounts_link.imports.xml_tree import Element

MAX_FILES = 20
MAX_BYTES = 10 * 2**20  # of one, unpacked
MAX_TOTAL = 20 * 2**20
LONGEST_NAME = 100  # characters, with the ending

# How a file begins, its kind and the ending of its name. Whatever its sender calls it.
KINDS = {
    b"%PDF-": ("pdf", ".pdf"),
    b"\x89PNG\r\n\x1a\n": ("other", ".png"),
    b"\xff\xd8\xff": ("other", ".jpg"),
}
PATH = ("cac:AdditionalDocumentReference", "cac:Attachment", "cbc:EmbeddedDocumentBinaryObject")


def embedded_files(reading: Reading, number: str) -> Iterator[FileRow]:
    """Yield the PDFs and pictures inside; what is anything else, or too large, is noted."""
    total = 0
    for place, one in enumerate(reading.root.all(*PATH)):
        content = b"" if place >= MAX_FILES else _decoded(one, MAX_TOTAL - total)
        known = known_kind(content)
        if not known:
            shown = safe_name(one.attributes.get("filename", "") or "file", "")
            reading.note(one, f"“{shown}” is not a PDF or picture of a fitting size; left out.")
            continue
        total += len(content)
        kind, ending = known
        stem = one.attributes.get("filename", "").rpartition(".")[0]
        yield FileRow(kind, safe_name(stem or number, ending), content)


def known_kind(content: bytes) -> tuple[str, str] | None:
    """Return the kind and ending of a file that may be kept, by how it begins; None otherwise."""
    return next((kind for mark, kind in KINDS.items() if content.startswith(mark)), None)


def safe_name(stem: str, ending: str) -> str:
    """Return a name that is a name everywhere: letters, digits and `-_.`, no folder, not hidden."""
    plain = re.sub(r"[^\w.-]+", "_", stem.replace("\\", "/").rpartition("/")[2]).strip("._")
    return (plain[: LONGEST_NAME - len(ending)] or "document") + ending


def _decoded(element: Element, most: int) -> bytes:
    """Return the bytes of Base64, or none when it is no such text or more than may be kept."""
    text = "".join(element.text.split())
    if len(text) * 3 // 4 > min(MAX_BYTES, most) + 2:
        return b""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
