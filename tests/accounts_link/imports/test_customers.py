"""Customers: what makes a row refused, noted or read."""

from __future__ import annotations

import pytest

from accounts_link.imports.customers import CustomerRow, read_customers
from accounts_link.imports.shapes import RowError
from tests.accounts_link.imports.build import (
    CUSTOMER,
    a_table,
    csv_of,
    customer,
    customers,
    messages,
)


def test_a_full_row_becomes_a_customer() -> None:
    found = customer(**{"Mail invoices to": "a@x.be;b@x.be", "Country": "België"})

    assert found == CustomerRow(
        line=2,
        number="10001",
        business_type="vat",
        vat_typed="BE 0403.019.261",
        is_international=False,
        name="Bakkerij De Ster",
        kind="member",
        street="Meir",
        address_line_2="",
        street_number="12",
        postcode="2000",
        city="Antwerpen",
        state="Antwerpen",
        country="BE",
        contact="",
        phone="",
        mobile="",
        website="",
        fax="",
        email="",
        invoice_emails=("a@x.be", "b@x.be"),
        chamber_number="",
        language="",
        location="",
    )


@pytest.mark.parametrize(
    "name",
    [
        '"De Ster" & Zonen',
        "=cmd|' /C calc'!A0",
        "+32 Bar",
        "-50% Shop",
        "@home",
        "<script>alert(1)</script>",
        "🦊 Café 't Hoekje",
        "Robert'); DROP TABLE students;--",
    ],
)
def test_any_name_is_plain_text(name: str) -> None:
    found = customer(Company_name=name)

    assert isinstance(found, CustomerRow)
    assert found.name == name


@pytest.mark.parametrize(
    "title", [name for name in CUSTOMER if name not in ("State", "VAT number")]
)
def test_an_empty_mandatory_cell_is_told(title: str) -> None:
    assert customer(**{title: ""}) == RowError(
        2,
        title,
        "",
        f"Column “{title}” is empty; fill it in.",
        "" if title == "Customer Number" else "10001",
    )


def test_a_state_may_be_left_out() -> None:
    assert isinstance(customer(State=""), CustomerRow)


def test_a_row_lists_all_of_its_errors_and_the_good_rows_are_read() -> None:
    bad = CUSTOMER | {"Customer Number": "2", "Country": "Atlantis", "Customer type": "friend"}
    good = CUSTOMER | {"Customer Number": "3"}

    first, second, last = customers(a_table(csv_of([bad, good])))

    assert isinstance(first, RowError)
    assert isinstance(second, RowError)
    assert (first.line, first.column, first.value) == (2, "Customer type", "friend")
    assert first.message == (
        "Column “Customer type”: “friend” is unknown; use member, guest or external."
    )
    assert (second.column, second.record) == ("Country", "2")
    assert isinstance(last, CustomerRow)
    assert last.number == "3"


def test_a_second_row_with_the_same_number_names_the_line_of_the_first() -> None:
    other = CUSTOMER | {"Company name": "Other"}

    found = customers(a_table(csv_of([CUSTOMER, other, CUSTOMER])))

    assert isinstance(found[0], CustomerRow)
    assert messages(found) == [
        "Column “Customer Number”: “10001” is also on line 2; keep one of the two.",
        "Column “Customer Number”: “10001”: the same row as line 2; remove one.",
    ]
    assert [error.line for error in found if isinstance(error, RowError)] == [3, 4]


def test_a_missing_vat_number_is_an_error_for_business_type_vat_alone() -> None:
    refused = customer(VAT_number="")

    assert isinstance(refused, RowError)
    assert refused.message == (
        "Column “VAT number” is empty, though the business type is vat; fill it in."
    )
    assert isinstance(customer(VAT_number="", Business_type="no_vat"), CustomerRow)
    assert isinstance(customer(VAT_number="", Business_type="private"), CustomerRow)


def fails(_number: str, country: str) -> str:
    return f"“x” is not a VAT number of {country}."


def test_a_wrong_vat_number_refuses_the_row_unless_it_may_be_kept() -> None:
    table = a_table(csv_of([CUSTOMER]))

    (refused,) = read_customers(table, vat_problem=fails)
    (kept,) = read_customers(table, vat_problem=fails, keep_failed_vat=True)

    assert refused == RowError(
        2,
        "VAT number",
        "BE 0403.019.261",
        "Column “VAT number”: “x” is not a VAT number of BE.",
        "10001",
    )
    assert isinstance(kept, CustomerRow)
    assert [note.message for note in kept.notes] == [
        "Column “VAT number”: “x” is not a VAT number of BE."
    ]


@pytest.mark.parametrize(("business_type", "notes"), [("private", 2), ("no_vat", 1)])
def test_a_vat_number_that_nobody_needs_is_noted(business_type: str, notes: int) -> None:
    table = a_table(csv_of([CUSTOMER | {"Business type": business_type}]))

    (found,) = read_customers(table, vat_problem=fails)

    assert isinstance(found, CustomerRow)
    assert len(found.notes) == notes


def test_a_row_that_fell_apart_has_one_error_and_spoils_no_other() -> None:
    content = csv_of([CUSTOMER, CUSTOMER | {"Customer Number": "2", "Company name": "@@"}])
    broken = content.replace('"@@"', '"De "Ster" x"')

    found = customers(a_table(broken))

    assert isinstance(found[0], CustomerRow)
    assert messages(found) == ["Line 3: a double quote inside a quoted text must be written twice."]


def test_long_cells_are_cut_in_errors() -> None:
    refused = customer(Country="x" * 5000)

    assert isinstance(refused, RowError)
    assert len(refused.value) == 60
    assert len(refused.message) < 200


def test_columns_are_named_as_the_file_spells_them() -> None:
    table = a_table(csv_of([CUSTOMER]).replace("Zip code", "PLZ").replace('"2000"', '""'))

    assert messages(customers(table)) == ["Column “PLZ” is empty; fill it in."]
