"""Amounts: every way to write one, and none that is guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts_link.imports.amounts import decimal, decimal_mark
from accounts_link.imports.shapes import Broken, CellError, Percent


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1234.5", "1234.5"),
        ("1234,5", "1234.5"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u00a0234,56", "1234.56"),
        ("1\u202f234.56", "1234.56"),
        ("1'234.56", "1234.56"),
        ("1\u2019234,56", "1234.56"),
        ("1.234.567", "1234567"),
        ("1,234,567.8", "1234567.8"),
        ("1 234,567", "1234.567"),
        ("1234.567", "1234.567"),
        ("0.123", "0.123"),
        ("0,500", "0.5"),
        (",5", "0.5"),
        ("012.345", "12.345"),
        ("12", "12"),
        ("1 234", "1234"),
        ("-12,50", "-12.5"),
        ("\u221212,50", "-12.5"),
        ("12,50-", "-12.5"),
        ("(12,50)", "-12.5"),
        ("- 12.50", "-12.5"),
        ("+7", "7"),
        (" 19.99 ", "19.99"),
        ("12.340000", "12.34"),
        ("0", "0"),
    ],
)
def test_one_meaning_is_read(written: str, meant: str) -> None:
    assert decimal(written) == Decimal(meant)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("1.234", "can mean 1.234 or 1234, and no other cell of this column tells"),
        ("1,234", "can mean 1.234 or 1234, and no other cell of this column tells"),
        ("-12.000", "can mean -12.000 or -12000"),
        ("12.34.56", "is not an amount"),
        ("1.23,45,6", "is not an amount"),
        ("1 23,5", "is not an amount"),
        ("12,34.567,8", "is not an amount"),
        ("1E+3", "is not an amount"),
        ("€ 12,50", "is not an amount"),
        ("twelve", "is not an amount"),
        ("٣", "is not an amount"),
        ("--5", "is not an amount"),
        ("-(5)", "is not an amount"),
        ("(5", "is not an amount"),
        ("-5-", "is not an amount"),
        ("12.", "is not an amount"),
        ("-", "is not an amount"),
        ("21%", "is not an amount"),
        ("NaN", "is not an amount"),
        ("Infinity", "is not an amount"),
        ("9" * 500, "is not an amount"),
        ("12.34567", "has more than 4 decimals"),
        ("12345678901", "is too large"),
    ],
)
def test_no_meaning_or_two_is_refused_with_the_reason(written: str, why: str) -> None:
    with pytest.raises(CellError, match=why):
        decimal(written)


@pytest.mark.parametrize(("marks", "meant"), [(".", "1.234"), (",", "1234")])
def test_the_other_cells_of_the_column_settle_what_is_ambiguous(marks: str, meant: str) -> None:
    assert decimal("1.234", marks=marks) == Decimal(meant)


def test_a_column_that_uses_both_marks_settles_nothing() -> None:
    with pytest.raises(CellError, match="other cells of this column use both"):
        decimal("1.234", marks=",.")


@pytest.mark.parametrize(
    ("cell", "mark"),
    [
        ("12,50", ","),
        ("1.234,5", ","),
        ("1.234.567", ","),
        ("12.5", "."),
        ("21,5%", ","),
        ("12", ""),
        ("1.234", ""),
        ("junk", ""),
        (Decimal("1.5"), ""),
        ("", ""),
    ],
)
def test_a_cell_proves_its_decimal_mark_or_nothing(cell: str | Decimal, mark: str) -> None:
    assert decimal_mark(cell) == mark


def test_percentages_are_read_only_where_one_is_meant() -> None:
    assert decimal("21 %", percent=True) == 21
    assert decimal(Percent(Decimal(21)), percent=True) == 21
    with pytest.raises(CellError, match="“21%” is not an amount"):
        decimal(Percent(Decimal(21)))


@pytest.mark.parametrize("cell", [True, Broken("=1", "x")])
def test_what_is_no_number_in_excel_is_no_amount(cell: bool | Broken) -> None:  # noqa: FBT001 - a cell
    with pytest.raises(CellError, match="bare number"):
        decimal(cell)


AMOUNTS = st.decimals(-(10**9), 10**9, places=2) | st.decimals(-(10**6), 10**6, places=4)


@given(AMOUNTS, st.sampled_from([",", ".", " ", "'", "\u00a0", ""]), st.sampled_from(",."))
def test_an_amount_in_any_form_comes_back_equal_or_is_refused(
    amount: Decimal, group: str, mark: str
) -> None:
    written = f"{amount:,f}".replace(",", "G").replace(".", mark)
    written = written.replace("G", "" if group == mark else group)

    assert decimal(written, marks=mark) == amount
    try:
        alone = decimal(written)
    except CellError as error:
        assert "ambiguous" in str(error)  # noqa: PT017 - the other right answer
    else:
        assert alone == amount


@given(AMOUNTS.filter(lambda amount: amount == round(amount, 2)), st.sampled_from(",."))
def test_two_decimals_are_never_ambiguous(amount: Decimal, mark: str) -> None:
    written = f"{amount:.2f}".replace(".", mark)

    assert decimal(written) == amount
    assert decimal_mark(written) == mark


@given(st.text(st.sampled_from("0123456789.,-+ '()%E"), max_size=12))
def test_any_text_is_an_amount_or_a_clear_refusal(written: str) -> None:
    try:
        assert isinstance(decimal(written), Decimal)
    except CellError as error:
        assert written in str(error)  # noqa: PT017 - either answer is right, a crash is not
