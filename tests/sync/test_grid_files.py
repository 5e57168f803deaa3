"""The tables of the mappings as files: out, in, and every change shown before it is saved."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exact_client.models import Division
from sync.models import GLMapping, VATMapping
from sync.rules.ledger import GLAccount as Account
from sync.rules.ledger import GLCell, Ledger, Mappings, VatCell
from sync.rules.ledger import VatCode as Code
from sync.services.ledger import mapping_files
from sync.services.ledger.books import Books
from sync.services.ledger.mapping import Choices
from sync.views.fields import fields_of
from tests.sync.books import mapped_books
from tests.sync.pages import a_browser, text_of, told

pytestmark = pytest.mark.django_db

GL = "location;resource_type;resource_code;gl_code;gl_description"
VAT = "country_group;business_type;supply;vat_category;rate;vat_code;vat_description"
ACCOUNTS = {code: Account(code, code, f"Account {code}") for code in ("700000", "700100")}
CODES = {"4": Code("4", Decimal(21), description="Sales 21 %"), "1": Code("1", Decimal(0))}

# What people call locations, and what a spreadsheet would take for a formula or a quote of its own.
names = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=12) | (
    st.sampled_from(["=1+1", "'=1", "''x", "'t Zand", "@home", "-3", "+32", "0012", "a;b", 'a"b'])
)


@pytest.fixture
def division() -> Division:
    return mapped_books()


@pytest.fixture
def browser(division: Division) -> Client:
    return a_browser()


def a_file(*lines: str, name: str = "table.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\r\n".join(lines).encode())


def books(**mapped: object) -> Books:
    ledger = Ledger("BE", "EUR", {}, ACCOUNTS, CODES)
    return Books(ledger, Mappings(**mapped))  # type: ignore[arg-type]  # a table by its name


def read_back(kind: str, known: Books, onto: Books) -> mapping_files.Reading:
    content = b"".join(mapping_files.write(kind, known))
    return mapping_files.read(io.BytesIO(content), "table.csv", kind, onto)


@given(
    st.dictionaries(
        st.builds(GLCell, names, st.sampled_from(["", "desk", "product", "meeting_room"]), names),
        st.sampled_from(list(ACCOUNTS)),
        min_size=1,
        max_size=20,
    )
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_taken_out_comes_back_to_the_letter(mapped: dict[GLCell, str]) -> None:
    known = books(gl_accounts=mapped)

    again, anew = read_back("gl", known, onto=known), read_back("gl", known, onto=books())

    assert (again.changes, again.errors, again.same) == ([], [], len(mapped))
    assert anew.chosen == Choices(gl_accounts=mapped)


def test_the_vat_codes_come_back_to_the_letter() -> None:
    mapped = {
        VatCell("domestic", "", Decimal("21.00")): "4",
        VatCell("eu", "vat", Decimal(0), "services", "AE"): "1",
    }

    found = read_back("vat", books(vat_codes=mapped), onto=books())

    assert found.errors == []
    assert found.chosen == Choices(vat_codes=mapped)


def test_a_location_that_is_a_formula_is_defused(browser: Client, division: Division) -> None:
    GLMapping.objects.update(location="=cmd|' /C calc'!A0")

    content = text_of_csv(browser, "/exact/setup/gl.csv")

    assert list(csv.reader(io.StringIO(content), delimiter=";"))[1][0].startswith("'=")


def text_of_csv(browser: Client, url: str) -> str:
    response = browser.get(url)
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # a streamed answer


def test_the_table_names_each_account_beside_its_code(browser: Client) -> None:
    assert text_of_csv(browser, "/exact/setup/gl.csv").splitlines() == [GL, ";;;700000;Revenue"]


def test_the_vat_table_writes_rates_as_excel_reads_them(browser: Client) -> None:
    lines = text_of_csv(browser, "/exact/setup/vat.csv").splitlines()

    assert lines[0] == VAT
    assert "domestic;vat;;;21,00;4;Sales 21 %" in lines


def test_a_file_shows_what_would_change_and_saves_nothing(browser: Client) -> None:
    file = a_file(GL, ";desk;;700100;", ";;;;Revenue", "BRU-1;desk;FLEX;700000;Revenue")

    page = told(browser, "/exact/setup/gl/file/", {"file": file})

    assert "3 changes, 0 the same, 0 that can't be saved." in page
    assert "Taken away" in page
    assert "700100 Desks" in page
    assert GLMapping.objects.count() == 1


def test_what_was_shown_is_saved_and_can_be_taken_back(browser: Client) -> None:
    cell = GLCell("", "desk", "")

    page = told(
        browser, "/exact/setup/gl/take-in/", fields_of(Choices(gl_accounts={cell: "700100"}))
    )

    assert "1 changes of the file are saved." not in page
    assert "1 change of the file is saved." in page
    assert GLMapping.objects.get(resource_type="desk").gl_account.code == "700100"
    told(browser, "/exact/setup/undo/", {})
    assert not GLMapping.objects.filter(resource_type="desk", is_active=True).exists()


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (";desk;;999;", "Exact has no G/L account 999 in this division."),
        (";desk;;550000;", "is of type bank, not of revenue."),
        (";spaceship;;700000;", "resource_type “spaceship” is unknown"),
        (f"{'x' * 31};desk;;700000;", "location has 31 characters; at most 30 fit."),
        (";desk;;7,00E+05;", "was shortened by Excel"),
    ],
)
def test_a_row_that_can_not_be_is_told_by_its_line_and_left_out(
    browser: Client, row: str, sentence: str
) -> None:
    page = told(browser, "/exact/setup/gl/file/", {"file": a_file(GL, "BRU-1;;;700100;", row)})

    assert "</span>3</th>" in page
    assert sentence in page
    assert "Save 1 change<" in page


def test_two_rows_that_disagree_about_a_cell_are_told(browser: Client) -> None:
    file = a_file(GL, ";desk;;700000;", ";desk;;700100;")

    page = told(browser, "/exact/setup/gl/file/", {"file": file})

    assert "Line 2 says 700000 for the same cell; keep one of the two." in page


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (";vat;;;21;4;", "country_group is empty"),
        ("domestic;vat;;;much;4;", "rate “much” is no number"),
        ("domestic;vat;;;121;4;", "rate 121 is no percentage"),
        ("domestic;vat;;;21;14;", "takes amounts as including VAT"),
        ("domestic;vat;flowers;;21;4;", "supply “flowers” is unknown"),
    ],
)
def test_a_vat_row_that_can_not_be_is_told(browser: Client, row: str, sentence: str) -> None:
    page = told(browser, "/exact/setup/vat/file/", {"file": a_file(VAT, row)})

    assert sentence in page
    assert "The file changes nothing." in page


def test_people_write_rates_in_their_own_way(browser: Client) -> None:
    VATMapping.objects.all().delete()
    file = a_file(VAT, "Own country;vat;Letting;;21,00 %;4;", "eu;;;;21;4;")

    assert "2 changes" in told(browser, "/exact/setup/vat/file/", {"file": file})


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"name;age\r\nBob;3\r\n", "Missing: column “location”"),
        (b"%PDF-1.7 ...", "is a PDF document"),
        (b"x" * (5 * 2**20 + 1), "larger than 5 MB"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(
    browser: Client, content: bytes, sentence: str
) -> None:
    file = SimpleUploadedFile("table.csv", content)

    response = browser.post("/exact/setup/gl/file/", {"file": file})

    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_what_was_shown_is_checked_once_more_when_it_is_saved(browser: Client) -> None:
    fields = fields_of(Choices(gl_accounts={GLCell("", "desk", ""): "550000"}))

    page = told(browser, "/exact/setup/gl/take-in/", fields)

    assert "is of type bank" in page
    assert GLMapping.objects.count() == 1
    assert "Back" in text_of(browser, "/exact/setup/gl/file/")
