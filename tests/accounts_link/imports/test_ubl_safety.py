"""UBL from anywhere: whatever the bytes, an answer or a clear refusal, and nothing is fetched."""

from __future__ import annotations

import socket

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from accounts_link.imports import ubl_files, xml_tree
from accounts_link.imports.documents import InvoiceRow
from accounts_link.imports.shapes import FileError, RowError
from accounts_link.imports.ubl import read_ubl
from tests.accounts_link.imports.ubl_build import PDF, a_document, a_line, embedded, errors, read

GOOD = a_document(parts=embedded(PDF))


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a socket here fails the test."""

    def refuse(*_: object) -> None:
        raise AssertionError("reading a file went to the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def with_dtd(dtd: str, used: str = "") -> bytes:
    start, _, rest = a_document().partition(b"\n")
    return start + dtd.encode() + rest.replace(b"INV-1", used.encode() or b"INV-1", 1)


@pytest.mark.parametrize(
    "dtd",
    [
        '<!DOCTYPE Invoice SYSTEM "http://127.0.0.1:9/evil.dtd">',
        '<!DOCTYPE Invoice [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE Invoice [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]>',
        '<!DOCTYPE Invoice [<!ENTITY a "ha"><!ENTITY x "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        "<!DOCTYPE Invoice>",
    ],
)
def test_a_dtd_or_an_entity_is_refused_unread(dtd: str) -> None:
    with pytest.raises(FileError, match="DTD or an entity"):
        list(read_ubl(with_dtd(dtd, "&x;" if "ENTITY x" in dtd else ""), "a.xml"))


def test_an_entity_that_nobody_declared_is_no_sound_xml() -> None:
    with pytest.raises(FileError, match="no sound XML"):
        list(read_ubl(with_dtd("", "&x;"), "a.xml"))


def test_depth_number_and_size_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FileError, match="nested deeper"):
        list(read_ubl(b"<a>" * 60 + b"</a>" * 60, "a.xml"))

    monkeypatch.setattr(xml_tree, "MAX_ELEMENTS", 20)
    with pytest.raises(FileError, match="more elements"):
        list(read_ubl(a_document(), "a.xml"))

    monkeypatch.setattr(xml_tree, "MAX_BYTES", 100)
    with pytest.raises(FileError, match="is larger than"):
        list(read_ubl(a_document(), "a.xml"))


def test_an_includes_processing_instruction_is_let_be() -> None:
    include = b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'

    assert read(a_document().replace(b"<cbc:IssueDate>", include + b"<cbc:IssueDate>")).number


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_a_row_or_a_clear_refusal(content: bytes) -> None:
    with pytest.raises(FileError):
        list(read_ubl(content, "a.xml"))


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_a_document_with_anything_changed_gives_a_row_or_clear_errors(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD) - 1))
    end = data.draw(st.integers(start, min(len(GOOD), start + 400)))
    middle = data.draw(st.one_of(st.binary(max_size=30), st.just(GOOD[end : end + 200])))

    try:
        found = list(read_ubl(GOOD[:start] + middle + GOOD[end:], "a.xml"))
    except FileError:
        return  # it is no XML any more, or no invoice

    assert found
    assert all(isinstance(one, InvoiceRow | RowError) for one in found)


WORDS = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        ["-0", "1e999", "NaN", "Infinity", "9" * 30, "0." + "0" * 30 + "1", "-1", "+5"]
    ),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
)


@settings(max_examples=150, deadline=None)
@given(WORDS, WORDS, WORDS, WORDS)
@example("A", "100.00", "999999999999.99999999999999999999", "0.00000000000000000001")
@example("A", "9999999999.99", "0.00000000000000000001", "999999999999")
def test_any_words_in_its_places_give_a_row_or_clear_errors(
    number: str, amount: str, quantity: str, price: str
) -> None:
    content = a_document(number=number, lines=[a_line(amount, quantity, price)])

    try:
        found = list(read_ubl(content, "a.xml"))
    except FileError:
        return  # a control character, which no XML may hold

    for one in found:
        assert isinstance(one, InvoiceRow | RowError)
        if isinstance(one, InvoiceRow):  # and it fits the columns
            assert all(abs(line.quantity) < 10**10 for line in one.lines)
            assert all(abs(line.unit_price) < 10**10 for line in one.lines)
            assert all(line.unit_price == round(line.unit_price, 4) for line in one.lines)


# Files inside


def test_a_pdf_inside_is_taken_out_beside_the_document_itself() -> None:
    row = read(a_document(parts=embedded(PDF, "Invoice 7.pdf")))

    assert [(file.kind, file.name) for file in row.files] == [
        ("pdf", "Invoice_7.pdf"),
        ("ubl", "INV-1.xml"),
    ]
    assert row.files[0].content == PDF


@pytest.mark.parametrize(
    "content", [b"MZ\x90\x00", b"<html>", b"PK\x03\x04", b"", "not base 64!", "%%%"]
)
def test_what_is_no_pdf_or_picture_by_its_content_is_left_out(content: bytes | str) -> None:
    row = read(a_document(parts=embedded(content or "", "invoice.pdf")))

    assert [file.kind for file in row.files] == ["ubl"]
    assert not content or "not a PDF or picture" in row.notes[0].message


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "document.pdf"),
        ("..\\..\\boot.ini", "boot.pdf"),
        ("/abs/olute.pdf", "olute.pdf"),
        (".hidden.pdf", "hidden.pdf"),
        ("a\x20b;c|d.exe", "a_b_c_d.pdf"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
        ("", "INV-1.pdf"),
    ],
)
def test_a_name_from_outside_becomes_a_safe_one(given: str, kept: str) -> None:
    assert read(a_document(parts=embedded(PDF, given))).files[0].name == kept


def test_files_inside_have_a_largest_size_and_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ubl_files, "MAX_BYTES", len(PDF))
    monkeypatch.setattr(ubl_files, "MAX_FILES", 2)

    large = read(a_document(parts=embedded(PDF + b"more")))
    many = read(a_document(parts=embedded(PDF) * 3))

    assert [file.kind for file in large.files] == ["ubl"]
    assert [file.kind for file in many.files] == ["pdf", "pdf", "ubl"]


def test_an_error_names_the_line_where_it_stands() -> None:
    content = a_document().replace(b"><cbc:IssueDate>2026-09-23", b">\n\n<cbc:IssueDate>today")

    (error,) = errors(content)

    assert (error.line, error.column, error.value) == (4, "IssueDate", "today")
