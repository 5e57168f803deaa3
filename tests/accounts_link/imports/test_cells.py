"""Texts, dates, truths, countries, addresses and references, cell by cell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts_link.imports import cells
from accounts_link.imports.countries import country
from accounts_link.imports.shapes import Cell, CellError

text = partial(cells.text, most=20)
paragraph = partial(cells.paragraph, most=20)
identifier = partial(cells.identifier, most=20)
emails = partial(cells.emails, most=60)
after_month_first = partial(cells.day, month_first_on=7)
SEPTEMBER = date(2026, 9, 23)


@pytest.mark.parametrize(
    ("parse", "cell", "expected"),
    [
        (text, "  Bakkerij   De\u00a0Ster ", "Bakkerij De Ster"),
        (text, "=1+1", "=1+1"),
        (text, "@SUM(A1)", "@SUM(A1)"),
        (text, "<script>x</script>", "<script>x</script>"),
        (text, 'O\'Brien "x" 🦊', 'O\'Brien "x" 🦊'),
        (text, "👩\u200d💻", "👩\u200d💻"),
        (text, Decimal("12"), "12"),
        (text, Decimal("1E+3"), "1000"),
        (text, True, "TRUE"),
        (paragraph, "two\r\nlines\there", "two lines here"),
        (identifier, "0012", "0012"),
        (identifier, "7E12", "7E12"),
        (cells.boolean, "WAAR", True),
        (cells.boolean, "vrai", True),
        (cells.boolean, "Wahr", True),
        (cells.boolean, "ja", True),
        (cells.boolean, " oui ", True),
        (cells.boolean, Decimal(1), True),
        (cells.boolean, "ONWAAR", False),
        (cells.boolean, "FAUX", False),
        (cells.boolean, "FALSCH", False),
        (cells.boolean, "nee", False),
        (cells.boolean, "0", False),
        (cells.boolean, False, False),
        (cells.day, "2026-09-23", SEPTEMBER),
        (cells.day, "2026/09/23", SEPTEMBER),
        (cells.day, "2026-09-23 00:00:00", SEPTEMBER),
        (cells.day, "2026-09-23T10:30", SEPTEMBER),
        (cells.day, "23/09/2026", SEPTEMBER),
        (cells.day, "23-9-2026", SEPTEMBER),
        (cells.day, "23.09.2026", SEPTEMBER),
        (cells.day, "03/04/2026", date(2026, 4, 3)),
        (cells.day, datetime(2026, 9, 23, 10, 30), SEPTEMBER),  # noqa: DTZ001 - Excel knows no zones
        (cells.day, "46288", SEPTEMBER),
        (cells.day, Decimal(46288), SEPTEMBER),
        (after_month_first, "23/09/2026", SEPTEMBER),
        (after_month_first, "04/04/2026", date(2026, 4, 4)),
        (country, "be", "BE"),
        (country, "EL", "GR"),
        (country, "UK", "GB"),
        (country, "België", "BE"),
        (country, "Pays-Bas", "NL"),
        (country, "the netherlands", "NL"),
        (country, "DEUTSCHLAND", "DE"),
        (country, "Frankrijk", "FR"),
        (country, "Österreich", "AT"),
        (cells.email, "Jan.de-Wit+x@sub.example.be", "Jan.de-Wit+x@sub.example.be"),
        (cells.email, "jan@bücher.example", "jan@bücher.example"),
        (emails, "a@x.be; b@x.be,c@x.be;", ("a@x.be", "b@x.be", "c@x.be")),
        (emails, "a@x.be\na@x.be", None),
        (emails, "a@x.be;a@x.be", ("a@x.be",)),
        (cells.currency, " eur ", "EUR"),
        (cells.position, "3", 3),
        (cells.position, Decimal(3), 3),
        (cells.structured_reference, "000000000101", "000000000101"),
        (cells.structured_reference, "+++090/9337/55493+++", "090933755493"),
        (cells.structured_reference, "***202/6000/45763***", "202600045763"),
        (cells.structured_reference, "+++ 202/6000/45763 +++", "202600045763"),
        (cells.structured_reference, "000000000097", "000000000097"),
        (cells.structured_reference, "RF18 5390 0754 7034", "RF18539007547034"),
        (cells.structured_reference, "rf18539007547034", "RF18539007547034"),
    ],
)
def test_a_clear_cell_is_read(
    parse: Callable[[Cell], object], cell: Cell, expected: object
) -> None:
    if expected is None:
        with pytest.raises(CellError):
            parse(cell)
    else:
        assert parse(cell) == expected


@pytest.mark.parametrize(
    ("parse", "cell", "why"),
    [
        (text, "x" * 21, "has 21 characters; at most 20 fit"),
        (text, "bell\x07", "holds the control character U\\+0007"),
        (text, "two\nlines", "holds a line break"),
        (text, datetime(2026, 2, 14), "was turned into a date by Excel"),  # noqa: DTZ001 - as above
        (identifier, "1,23457E+11", "was shortened by Excel"),
        (identifier, Decimal(10) ** 16, "was shortened by Excel"),
        (cells.boolean, "maybe", "“maybe” is neither TRUE nor FALSE"),
        (cells.boolean, Decimal(2), "neither"),
        (cells.day, "09/23/2026", "has its month first"),
        (cells.day, "23/09/26", "has a year of two digits"),
        (cells.day, "31/02/2026", "is not in the calendar"),
        (cells.day, "2026-13-01", "is not in the calendar"),
        (cells.day, "45/45/2026", "is not in the calendar"),
        (cells.day, "0026-09-23", "is not a day of this age"),
        (cells.day, "19999", "is not a day of this age"),
        (cells.day, "80001", "is not a day of this age"),
        (cells.day, "23-09/2026", "is not a date"),
        (cells.day, "2026-09-23T23:30:00Z", "is not a date"),
        (cells.day, "23 sept 2026", "is not a date"),
        (cells.day, "20260923", "is not a date"),
        (cells.day, True, "is not a date"),
        (cells.day, Decimal("46288.5"), "is not a date"),
        (after_month_first, "03/04/2026", "ambiguous: line 7 has its month first"),
        (country, "XX", "“XX” is not a country we know"),
        (country, "Atlantis", "use its two letters"),
        (cells.email, "jan", "“jan” is not an e-mail address"),
        (cells.email, "jan@localhost", "is not an e-mail address"),
        (cells.email, "a@x.be b@x.be", "is not an e-mail address"),
        (cells.email, "Jan <jan@x.be>", "is not an e-mail address"),
        (emails, "a@x.be; nobody", "“nobody” is not an e-mail address"),
        (cells.currency, "€", "use its three letters, such as EUR"),
        (cells.position, "0", "is not a line number"),
        (cells.position, "1.5", "is not a line number"),
        (cells.structured_reference, "000000000102", "fails its check"),
        (cells.structured_reference, "000000000000", "fails its check"),
        (cells.structured_reference, "+++090/9337/55493", "is not a structured reference"),
        (cells.structured_reference, "101", "Excel has dropped zeros"),
        (cells.structured_reference, "RF19539007547034", "fails its check"),
        (cells.structured_reference, "1,01E+09", "was shortened by Excel"),
    ],
)
def test_an_unclear_cell_is_refused_with_the_reason(
    parse: Callable[[Cell], object], cell: Cell, why: str
) -> None:
    with pytest.raises(CellError, match=why):
        parse(cell)


def test_a_choice_names_what_may_be_chosen() -> None:
    words = {"invoice": "invoice", "creditnote": "credit_note"}

    assert cells.choice("Credit-Note", words) == "credit_note"
    with pytest.raises(CellError, match="“quote” is unknown; use invoice or credit_note"):
        cells.choice("quote", words)


@given(st.integers(1, 10**10 - 1))
def test_every_reference_with_its_right_check_is_read_and_no_other(base: int) -> None:
    check = base % 97 or 97
    right, wrong = f"{base:010}{check:02}", f"{base:010}{check % 97 + 1:02}"

    assert cells.structured_reference(right) == right
    with pytest.raises(CellError):
        cells.structured_reference(wrong)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.sampled_from(["%Y-%m-%d", "%d/%m/%Y"]))
def test_every_day_comes_back_equal(day: date, form: str) -> None:
    written = f"{day:%Y-%m-%d}" if form == "%Y-%m-%d" else f"{day:%d/%m/%Y}"

    assert cells.day(written) == day
    assert cells.day(str((day - date(1899, 12, 30)).days)) == day


PARSERS = [text, identifier, cells.boolean, cells.day, country, cells.email, emails]
PARSERS += [cells.currency, cells.position, cells.structured_reference]


@given(st.text(max_size=30), st.sampled_from(PARSERS))
def test_any_text_is_read_or_refused_in_words(cell: str, parse: Callable[[Cell], object]) -> None:
    try:
        parse(cell)
    except CellError as error:
        assert str(error).endswith((".", ";"))  # noqa: PT017 - either answer is right, a crash is not
