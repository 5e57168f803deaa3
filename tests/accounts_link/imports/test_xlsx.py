"""Workbooks: what Excel keeps in its cells, and what it must not do to us."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from itertools import pairwise

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from accounts_link.imports import xlsx_tables
from accounts_link.imports.documents import InvoiceRow
from accounts_link.imports.invoices import read_invoices
from accounts_link.imports.shapes import Broken, Cell, FileError, Percent, RowError
from tests.accounts_link.imports.build import (
    CUSTOMER,
    INVOICE,
    a_table,
    customers,
    messages,
    saved,
    xlsx_of,
)

HEADING = ["a", "b", "c", "d"]
SHEET = "xl/worksheets/sheet1.xml"


def cells(content: bytes) -> list[list[Cell]]:
    """Read all cells below the heading."""
    return [row.cells for row in a_table(content, "file.xlsx").rows()]


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """Replace one part of a workbook."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for each in old.namelist():
            if each != name:
                new.writestr(each, old.read(each))
        new.writestr(name, part)
    return file.getvalue()


def test_cells_come_as_excel_shows_them() -> None:
    content = xlsx_of(
        [HEADING, ["x", 19.99, datetime(2026, 9, 23), True], [0.1 + 0.2, 10001, None, "é🦊"]],  # noqa: DTZ001 - Excel knows no zones
    )

    assert cells(content) == [
        ["x", Decimal("19.99"), datetime(2026, 9, 23), True],  # noqa: DTZ001 - as above
        [Decimal("0.3"), Decimal("10001"), "", "é🦊"],
    ]


def test_leading_zeros_and_percentages_mean_what_is_shown() -> None:
    content = xlsx_of(
        [HEADING, [1234, 0.21, 101, 0.125]], A2="00000", B2="0%", C2="0" * 12, D2="0.0%"
    )

    assert cells(content) == [
        ["01234", Percent(Decimal("21")), "0" * 9 + "101", Percent(Decimal("12.5"))]
    ]


def test_a_percent_sign_that_is_mere_decoration_changes_nothing() -> None:
    content = xlsx_of([HEADING, [21, 21, 1, 1]], A2='0"%"', B2=r"0\%")

    assert cells(content)[0][:2] == [Decimal(21), Decimal(21)]


def test_a_formula_is_neither_run_nor_believed() -> None:
    ((formula, error, when, fine),) = cells(
        xlsx_of([HEADING, ['=HYPERLINK("http://x")', "#N/A", time(9, 30), "=not"[1:]]])
    )

    assert isinstance(formula, Broken)
    assert formula.reason == "holds a formula; paste the value instead."
    assert isinstance(error, Broken)
    assert isinstance(when, Broken)
    assert fine == "not"


def test_a_formula_is_an_error_at_its_row_and_column() -> None:
    rows = [list(CUSTOMER), list(CUSTOMER.values()), [*CUSTOMER.values()]]
    rows[2][0], rows[2][8] = "10002", "=1000+1000"

    found = customers(a_table(xlsx_of(rows)))

    assert found[1:] == [
        RowError(
            3,
            "Zip code",
            "=1000+1000",
            "Column “Zip code” holds a formula; paste the value instead.",
            "10002",
        )
    ]


def test_rows_keep_their_numbers_across_gaps() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for place in ("B2", "B5", "B9"):
        sheet[place] = place

    table = a_table(saved(book))

    assert table.columns == ("", "B2")
    assert [row.line for row in table.rows()] == [5, 9]


def test_the_first_visible_sheet_is_read_and_that_is_said() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_of([["hidden"], [1]])))
    book.worksheets[0].sheet_state = "hidden"
    shown = book.create_sheet("Klanten")
    for row in (["seen"], ["x"]):
        shown.append(row)
    book.create_sheet("Blad3")

    table = a_table(saved(book))

    assert table.columns == ("seen",)
    assert table.notes == ["Only the sheet “Klanten” was read; there are 2."]


def test_invoices_are_read_from_typed_cells() -> None:
    row: dict[str, object] = {
        **INVOICE,
        "invoice_date": datetime(2026, 9, 23),  # noqa: DTZ001 - Excel knows no zones
        "due_date": 46318,
        "line_no": 1,
        "quantity": 12,
        "unit_price": 19.99,
        "discount": 0.1,
        "vat_rate": 21,
    }

    (found,) = read_invoices(a_table(xlsx_of([list(row), list(row.values())], O2="0%")))

    assert isinstance(found, InvoiceRow)
    assert (found.invoice_date, found.due_date) == (date(2026, 9, 23), date(2026, 10, 23))
    assert found.lines[0].unit_price == Decimal("19.99")
    assert found.lines[0].discount_percent == 10


def test_what_excel_made_of_a_code_is_not_believed() -> None:
    row: dict[str, object] = {**INVOICE, "structured_reference": 101, "customer_ref": 10**17}
    row["resource_code"] = datetime(2026, 2, 14)  # noqa: DTZ001 - Excel knows no zones

    found = list(read_invoices(a_table(xlsx_of([list(row), list(row.values())]))))

    told = " ".join(messages(found))
    assert "Excel has dropped zeros" in told
    assert "was shortened by Excel" in told
    assert "was turned into a date by Excel" in told


@pytest.mark.parametrize("part", ["xl/workbook.xml", SHEET])
def test_entities_in_a_workbook_are_never_expanded(part: str) -> None:
    laughs = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise("abcdefghij"))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">{laughs}]><x>&j;</x>'

    with pytest.raises(FileError, match="damaged"):
        list(a_table(with_part(xlsx_of([HEADING, HEADING]), part, bomb.encode())).rows())


@pytest.mark.parametrize(
    "sheet",
    [
        b"<worksheet>" + b"<c/>" * 300_000,
        b"<worksheet><sheetData><row r='1'><c t='inlineStr'><is><t>" + b"x" * 1_000_000,
    ],
    ids=["endless row", "endless text"],
)
def test_a_cell_or_row_of_no_human_size_is_refused_unparsed(sheet: bytes) -> None:
    with pytest.raises(FileError, match="no human size"):
        a_table(with_part(xlsx_of([HEADING, HEADING]), SHEET, sheet))


def test_an_archive_that_unpacks_beyond_measure_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bomb = with_part(xlsx_of([HEADING, HEADING]), "xl/media/image1.bin", bytes(5_000_000))
    monkeypatch.setattr(xlsx_tables, "MAX_UNPACKED", 1_000_000)

    with pytest.raises(FileError, match="unpacks to more"):
        a_table(bomb)


def test_a_row_number_beyond_all_sheets_does_not_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="99999999999"><c r="A9999999"><v>2</v></c></row></sheetData></worksheet>'
    )
    monkeypatch.setattr(xlsx_tables, "LAST_ROW", 1000)

    with pytest.raises(FileError, match="more than 1,000 rows"):
        a_table(with_part(xlsx_of([HEADING, HEADING]), SHEET, sheet))


def test_another_archive_is_no_workbook() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")

    with pytest.raises(FileError, match="no workbook"):
        a_table(file.getvalue())


def test_a_workbook_that_counts_from_1904_is_refused() -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904

    with pytest.raises(FileError, match="1904"):
        a_table(saved(book))


GOOD = xlsx_of([HEADING, ["x", 1, 2.5, "y"]])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(GOOD)), st.binary(max_size=20), st.integers(0, 200))
def test_no_damage_to_a_workbook_crashes_the_reading(at: int, junk: bytes, gone: int) -> None:
    try:
        table = a_table(GOOD[:at] + junk + GOOD[at + gone :])
        assert all(len(row.cells) == len(table.columns) for row in table.rows())
    except FileError as error:
        assert str(error)  # noqa: PT017 - either answer is right, a crash is not


with zipfile.ZipFile(io.BytesIO(GOOD)) as _archive:
    PARTS = {name: _archive.read(name) for name in (SHEET, "xl/workbook.xml", "xl/styles.xml")}
MARKUP = [
    b"<",
    b">",
    b'"',
    b"<row>",
    b"<c>",
    b' s="99"',
    b' t="s"',
    b' t="d"',
    b"<f>1</f>",
    b"&j;",
    b"9",
]


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(sorted(PARTS)), st.integers(0, 3000), st.sampled_from(MARKUP), st.integers(0, 9)
)
def test_no_damage_inside_a_workbook_crashes_the_reading(
    part: str, at: int, junk: bytes, gone: int
) -> None:
    at %= len(PARTS[part])
    damaged = PARTS[part][:at] + junk + PARTS[part][at + gone :]

    try:
        table = a_table(with_part(GOOD, part, damaged))
        assert all(len(row.cells) == len(table.columns) for row in table.rows())
    except FileError as error:
        assert str(error)  # noqa: PT017 - either answer is right, a crash is not
