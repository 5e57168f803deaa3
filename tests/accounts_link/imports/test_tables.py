"""Files as people bring them: every encoding, separator and accident."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts_link.imports import customers, invoice_columns, tables
from accounts_link.imports.customers import read_customers
from accounts_link.imports.export import write_csv
from accounts_link.imports.headings import Column, plain
from accounts_link.imports.invoices import read_invoices
from accounts_link.imports.shapes import FileError, Row
from tests.accounts_link.imports.build import CUSTOMER, INVOICE, a_table, csv_of, no_vat_problem

PLAIN = "name;city\r\nCafé;Liège\r\n"
READ = [["Café", "Liège"]]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


def cells(content: str | bytes) -> list[list[object]]:
    """Read all cells below the heading."""
    return [list(row.cells) for row in a_table(content).rows()]


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        codecs.BOM_UTF8 + PLAIN.encode(),
        codecs.BOM_UTF16_LE + PLAIN.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"),
        PLAIN.encode("cp1252"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16 little", "utf-16 big", "cp1252"],
)
def test_every_usual_encoding_is_read(content: bytes) -> None:
    table = a_table(content)

    assert table.columns == ("name", "city")
    assert [row.cells for row in table.rows()] == READ


def test_reading_as_windows_1252_is_said_and_never_done_in_silence() -> None:
    assert a_table(PLAIN.encode("cp1252")).notes == [
        "The file is not UTF-8; it was read as Windows-1252 (Western Europe)."
    ]
    assert a_table(PLAIN.encode()).notes == []


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_usual_separator_is_found(separator: str) -> None:
    assert cells(PLAIN.replace(";", separator)) == READ


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a;b\n1,5;2,5\n3,5;4,5\n", [["1,5", "2,5"], ["3,5", "4,5"]]),
        ("a (x, y, z);b;c;d;e\n1;2;3;4;5\n", [["1", "2", "3", "4", "5"]]),
        ("sep=;\r\na;b\r\n1;2\r\n", [["1", "2"]]),
        ("a,b\r1,2\r", [["1", "2"]]),
        ("a,b\n1,2\r\n3,4\r5,6", [["1", "2"], ["3", "4"], ["5", "6"]]),
        ('a,b\n"x, ""y"" z",2\n', [['x, "y" z', "2"]]),
        ('a,b\n"x\ny",2\n', [["x\ny", "2"]]),
        ('a,b\nCafé "Ster" x,2\n', [['Café "Ster" x', "2"]]),
        ("\n\na,b\n\n1,2\n,\n\n", [["1", "2"]]),
        ("a,b,c\n1\n1,2,3,,,\n", [["1", "", ""], ["1", "2", "3"]]),
        ("a,b\n\u2028x,\x85y\nx\x0by,2\n", [["\u2028x", "\x85y"], ["x\x0by", "2"]]),
        ("a\n1\n", [["1"]]),
        (" \n\na;b,c;d\n1;2;3\n", [["1", "2", "3"]]),
        ("a,b\n🦊,<script>alert(1)</script>\n", [["🦊", "<script>alert(1)</script>"]]),
        ("a,b\n=1+1,@SUM(A1)\n", [["=1+1", "@SUM(A1)"]]),
    ],
    ids=[
        "decimal commas",
        "commas in the heading",
        "a sep line",
        "old mac line ends",
        "mixed line ends",
        "quotes",
        "a line break",
        "a bare quote within",
        "blank lines",
        "short and long rows",
        "odd line ends",
        "one column",
        "spaces above the heading",
        "emoji and tags",
        "formulas in a text",
    ],
)
def test_odd_but_clear_files_are_read(content: str, expected: list[list[str]]) -> None:
    assert cells(content) == expected


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\r\n \r\n\t\r\n", "empty"),
        (codecs.BOM_UTF8, "empty"),
        (b"a;b\r\n", "no rows"),
        (b"a;b\r\n;\r\n\r\n", "no rows"),
        (b"a;b\r\n1;\x002\r\n", "line 2 holds a NUL"),
        (PLAIN.encode("utf-16-le"), "NUL"),
        (b"a;b\r\n\x81;\x8d\r\n", "line 2"),
        ("a;b\r\né;1\r\n".encode() + b"\xe9;2\r\n", "line 3"),
        (codecs.BOM_UTF16_LE + b"a\x00;\x00\x00\xd8", "do not fit"),
        (b"  <!DOCTYPE html><table><tr><td>a</td></tr></table>", "web page"),
        (b"<?xml version='1.0'?><Invoice/>", "web page or XML"),
        (b"%PDF-1.7\nstuff", "PDF"),
        (b"\x89PNG\r\n\x1a\nxxxx", "picture"),
        (b"\x1f\x8b\x08\x00aaaa", "compressed"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (OLE + "Workbook".encode("utf-16-le"), "Excel 97"),
        (b'a;b\r\n"1;2\r\n3;4\r\n', "opens on line 2 is never closed"),
        (b'a;b\r\n"' + b"x;y\r\n" * 40_000, "opens on line 2 is never closed"),
        (b"a;b\r\n" + b"x" * 2_000_000, "Line 2 is longer"),
        (b'"a"x;b\r\n1;2\r\n', "heading on line 1"),
        (b";".join(b"c%d" % n for n in range(300)) + b"\r\n1\r\n", "more than 200 columns"),
        (b"PK\x03\x04 and then nothing of use", "damaged"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_what_to_do(content: bytes, words: str) -> None:
    with pytest.raises(FileError, match=words):
        list(a_table(content).rows())


def test_a_file_over_the_limit_is_refused_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tables, "MAX_BYTES", 10)

    with pytest.raises(FileError, match="split it"):
        a_table(PLAIN)


def test_each_row_bears_the_line_on_which_it_begins() -> None:
    table = a_table('\na,b\n1,2\n"x\ny",2\n\n3,4\n')

    assert [row.line for row in table.rows()] == [3, 4, 7]


def test_line_numbers_count_the_sep_line_too() -> None:
    assert [row.line for row in a_table("sep=,\na,b\n1,2\n").rows()] == [3]


def test_a_broken_quote_spoils_its_own_row_alone() -> None:
    first, broken, last = a_table('a,b\n1,2\n"x" y,2\n3,4\n').rows()

    assert (first.problem, last) == ("", Row(4, ["3", "4"]))
    assert broken.line == 3
    assert "a double quote inside a quoted text must be written twice" in broken.problem


def test_a_row_wider_than_the_heading_is_not_pressed_into_it() -> None:
    (row,) = a_table("a,b\n47,50,2\n").rows()

    assert "3 cells and the heading 2" in row.problem


def test_a_table_can_be_read_again_and_after_being_left_half_way() -> None:
    table = a_table("a,b\n1,2\n3,4\n")
    next(table.rows())

    assert [row.line for row in table.rows()] == [row.line for row in table.rows()] == [2, 3]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_whatever_crash_the_reading(content: bytes) -> None:
    for start in (b"", b"a;b\r\n", b"PK\x03\x04", codecs.BOM_UTF16_LE):
        try:
            table = a_table(start + content)
            widths = {len(row.cells) for row in table.rows()}
        except FileError as error:
            assert str(error)  # noqa: PT017 - either answer is right, a crash is not
        else:
            assert widths == {len(table.columns)}


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 400), st.integers(0, 60))
def test_no_damage_to_a_good_file_crashes_the_reading(junk: bytes, at: int, gone: int) -> None:
    good = csv_of([CUSTOMER, CUSTOMER | {"Customer Number": "10002"}]).encode()
    damaged = good[:at] + junk + good[at + gone :]

    try:
        table = a_table(damaged)
        found = list(read_customers(table, vat_problem=no_vat_problem))
    except FileError as error:
        assert str(error)  # noqa: PT017 - either answer is right, a crash is not
    else:
        assert found


TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=20)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5), st.booleans())
def test_what_we_write_we_read_again(rows: list[tuple[str, str]], for_excel: bool) -> None:  # noqa: FBT001 - drawn by Hypothesis
    filled = [(f"x{a}", f"x{b}") for a, b in rows]
    content = b"".join(write_csv([("first", "second"), *filled], for_excel=for_excel))

    table = a_table(content)

    assert table.columns == ("first", "second")
    assert [tuple(row.cells) for row in table.rows()] == filled


def test_missing_columns_are_all_named_beside_what_was_found() -> None:
    with pytest.raises(FileError) as caught:
        read_customers(a_table("naam;zip\nx;1\n"), vat_problem=no_vat_problem)

    assert "column “Customer Number”, column “Business type”" in str(caught.value)
    assert "“Company name”" not in str(caught.value)
    assert "The first row holds “naam”, “zip”." in str(caught.value)


def test_a_strange_separator_is_explained() -> None:
    with pytest.raises(FileError, match="separated by a semicolon, comma, tab or vertical bar"):
        read_invoices(a_table("invoice_number^type\n1^2\n"))


def test_a_double_column_is_refused_whatever_its_spelling() -> None:
    doubled = csv_of([CUSTOMER | {"ZIP-CODE": "2000"}])

    with pytest.raises(FileError, match="keep one of them: “Zip code” and “ZIP-CODE”"):
        read_customers(a_table(doubled), vat_problem=no_vat_problem)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Customer Number", "customer_number (REF)"),
        ("Customer type", "Customer type (member, guest, external)"),
        ("Customer Number", "Klantnummer"),
        ("VAT number", "Numéro de TVA"),
        ("VAT number", "btw-nummer"),
        ("Zip code", "  ZIPCODE "),
        ("Address line 1", "Straße"),
        ("Business type", "Business type (vat, no_vat, private)"),
    ],
)
def test_headings_are_known_however_they_are_spelt(old: str, new: str) -> None:
    table = a_table(csv_of([CUSTOMER]).replace(f'"{old}"', f'"{new}"'))

    read_customers(table, vat_problem=no_vat_problem)

    assert table.unknown_columns == ()


def test_unknown_columns_are_told_and_change_nothing() -> None:
    table = a_table(csv_of([{"": "x"} | CUSTOMER | {"Shoe size": "44"}]))

    (found,) = read_customers(table, vat_problem=no_vat_problem)

    assert table.unknown_columns == ("column 1, which has no title", "Shoe size")
    assert found.line == 2


@pytest.mark.parametrize("columns", [customers.COLUMNS, invoice_columns.COLUMNS])
def test_no_title_could_mean_two_columns(columns: tuple[Column, ...]) -> None:
    spellings = [{plain(name) for name in (c.title, *c.aliases)} for c in columns]
    names = [name for spelt in spellings for name in spelt]

    assert len(names) == len(set(names))
    assert all(names)


@pytest.mark.parametrize("title", ["Price (incl. VAT)", "Prijs incl. btw", "unit price $"])
def test_a_title_that_says_more_than_ours_is_not_taken_for_it(title: str) -> None:
    table = a_table(csv_of([INVOICE]).replace("unit_price", title))

    with pytest.raises(FileError, match="column “unit_price”"):
        read_invoices(table)


@pytest.mark.parametrize("title", ["Discount (EUR)", "korting €", "remise totale"])
def test_a_discount_that_is_no_percentage_is_never_passed_over(title: str) -> None:
    table = a_table(csv_of([INVOICE]).replace('"discount"', f'"{title}"'))

    with pytest.raises(FileError, match="must be a percentage of its line"):
        read_invoices(table)
