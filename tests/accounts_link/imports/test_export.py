"""What leaves for a spreadsheet: nothing in it may become a formula."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts_link.imports.export import Value, defused, write_csv


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_a_spreadsheet_would_run_gets_a_quote_in_front(start: str) -> None:
    assert defused(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("value", ["", "plain", "a=b", "12", "'=x", "é"])
def test_other_texts_stay_as_they_are(value: str) -> None:
    assert defused(value) == value


@given(st.text())
def test_no_text_ever_begins_as_a_formula(value: str) -> None:
    assert not defused(value).startswith(("=", "+", "-", "@", "\t", "\r"))


ROW: list[Value] = ["=1+1", 'a "b", c;d', Decimal("-12.50"), 7, date(2026, 9, 23), True, None]


def test_texts_are_defused_and_numbers_stay_numbers() -> None:
    assert b"".join(write_csv([ROW])).decode() == (
        '\'=1+1,"a ""b"", c;d",-12.50,7,2026-09-23,TRUE,\r\n'
    )


def test_excel_gets_its_mark_its_semicolons_and_its_decimal_commas() -> None:
    assert b"".join(write_csv([ROW, ["é"]], for_excel=True)) == (
        '\ufeff\'=1+1;"a ""b"", c;d";-12,50;7;2026-09-23;TRUE;\r\né\r\n'.encode()
    )


def test_rows_are_written_as_they_come() -> None:
    endless = ([number] for number in iter(int, 1))

    assert next(write_csv(endless)) == b"0\r\n"
