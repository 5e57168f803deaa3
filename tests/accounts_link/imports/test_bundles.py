"""A table, a UBL document, or a ZIP of either: known by content, read one by one, bombs refused."""

from __future__ import annotations

import io
import zipfile

import pytest

from accounts_link.imports import archives
from accounts_link.imports.bundles import open_bundle
from accounts_link.imports.documents import InvoiceRow
from accounts_link.imports.shapes import FileError, RowError
from tests.accounts_link.imports.build import INVOICE, csv_of, xlsx_of
from tests.accounts_link.imports.ubl_build import PDF, a_document

CSV = csv_of([INVOICE]).encode()
WITH_PDF = csv_of([{**INVOICE, "pdf_file": "scans/INV-1.PDF"}]).encode()


def a_zip(*members: tuple[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def read(content: bytes, name: str = "invoices") -> list[InvoiceRow | RowError]:
    return list(open_bundle(io.BytesIO(content), name).rows())


def told(found: list[InvoiceRow | RowError]) -> list[str]:
    return [one.number if isinstance(one, InvoiceRow) else one.file for one in found]


@pytest.mark.parametrize(
    "content", [CSV, xlsx_of([list(INVOICE), list(INVOICE.values())]), a_document()]
)
def test_a_file_is_known_by_its_content_and_not_its_name(content: bytes) -> None:
    assert told(read(content, "anything.txt")) == ["INV-1"]


def test_a_byte_order_mark_hides_no_xml() -> None:
    assert told(read(b"\xef\xbb\xbf" + a_document())) == ["INV-1"]
    assert told(read(a_document().decode().replace("UTF-8", "UTF-16").encode("utf-16"))) == [
        "INV-1"
    ]


def test_a_zip_is_read_file_by_file_and_a_bad_one_keeps_none_of_the_others_out() -> None:
    content = a_zip(
        ("a/one.xml", a_document(number="A")),
        ("a/bad.xml", b"<Invoice"),
        ("wrong.xml", a_document(number="W").replace(b"2026-09-23", b"today")),
        ("two.csv", CSV),
        ("a/three.xml", a_document(number="C")),
        ("__MACOSX/a/._one.xml", b"junk"),
        ("a/.DS_Store", b"junk"),
    )

    found = read(content)

    assert told(found) == ["A", "a/bad.xml", "wrong.xml", "INV-1", "C"]
    assert [one.file for one in found] == [
        "a/one.xml",
        "a/bad.xml",
        "wrong.xml",
        "two.csv",
        "a/three.xml",
    ]


def test_a_table_names_the_pdf_that_came_along() -> None:
    (row,) = read(a_zip(("invoices.csv", WITH_PDF), ("inv-1.pdf", PDF)))

    assert isinstance(row, InvoiceRow)
    assert [(file.kind, file.name, file.content) for file in row.files] == [
        ("pdf", "INV-1.pdf", PDF)
    ]


@pytest.mark.parametrize(
    "content",
    [WITH_PDF, a_zip(("i.csv", WITH_PDF)), a_zip(("i.csv", WITH_PDF), ("INV-1.PDF", b"MZ"))],
)
def test_a_pdf_that_did_not_come_along_is_noted(content: bytes) -> None:
    row = read(content)[0]

    assert isinstance(row, InvoiceRow)
    assert row.files == ()
    assert "did not come along" in row.notes[0].message


@pytest.mark.parametrize(
    "name", ["../../etc/cron.d/evil.xml", "/etc/evil.xml", "C:\\evil.xml", "a\nb.xml", "x" * 500]
)
def test_a_dangerous_name_is_only_a_name(name: str) -> None:
    (row,) = read(a_zip((name, a_document())))

    assert isinstance(row, InvoiceRow)
    assert row.files[-1].name == "INV-1.xml"
    assert len(row.file) <= 120
    assert row.file.isprintable()


def test_a_zip_in_a_zip_is_refused_by_itself() -> None:
    inner = a_zip(("x.xml", a_document(number="X")))

    found = read(a_zip(("inner.zip", inner), ("good.xml", a_document())))

    assert told(found) == ["inner.zip", "INV-1"]
    assert isinstance(found[0], RowError)
    assert "ZIP inside the ZIP" in found[0].message


def test_what_unpacks_beyond_all_measure_is_refused() -> None:
    with pytest.raises(FileError, match="200 times its size"):
        read(a_zip(("bomb.xml", b"<a>" + b" " * 5_000_000)))


def test_a_zip_has_a_largest_number_and_size(monkeypatch: pytest.MonkeyPatch) -> None:
    content = a_zip(*((f"{n}.xml", a_document(number=f"{n}")) for n in range(4)))
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    with pytest.raises(FileError, match="more than 3 files"):
        read(content)

    monkeypatch.setattr(archives, "MAX_MEMBERS", 4)
    monkeypatch.setattr(archives, "MAX_UNPACKED", 1000)
    with pytest.raises(FileError, match="unpacks to more"):
        read(content)


def test_a_zip_that_is_empty_broken_or_locked_says_so() -> None:
    whole = a_zip(("a.xml", a_document()), packing=zipfile.ZIP_STORED)
    with pytest.raises(FileError, match="empty ZIP"):
        read(a_zip(("folder/", b"")))
    with pytest.raises(FileError, match="damaged"):
        read(whole[: len(whole) // 2])

    (damaged,) = read(whole.replace(b"INV-1", b"INV-2"))
    assert isinstance(damaged, RowError)
    assert "damaged inside the ZIP" in damaged.message

    entry = bytearray(whole)
    entry[6] |= 1
    entry[entry.rindex(b"PK\x01\x02") + 8] |= 1
    (locked,) = read(bytes(entry))
    assert isinstance(locked, RowError)
    assert "password" in locked.message
