"""Invoices: gathered from their lines, or refused whole with every reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from accounts_link.imports.documents import InvoiceLineRow, InvoiceRow
from accounts_link.imports.invoices import read_invoices
from accounts_link.imports.shapes import FileError, RowError
from tests.accounts_link.imports.build import INVOICE, a_table, csv_of, invoices, lines, messages


def numbers(found: list[InvoiceRow | RowError]) -> list[str]:
    """Return the numbers of the invoices that were read."""
    return [one.number for one in found if isinstance(one, InvoiceRow)]


def test_a_full_row_becomes_an_invoice() -> None:
    assert invoices({}) == [
        InvoiceRow(
            line=2,
            number="INV-1",
            kind="invoice",
            invoice_date=date(2026, 9, 23),
            due_date=date(2026, 10, 23),
            currency="EUR",
            customer_ref="10001",
            location="BRU-1",
            structured_reference="000000000101",
            your_reference="",
            credited_invoice="",
            total_excl=None,
            total_vat=None,
            total_incl=None,
            lines=(
                InvoiceLineRow(
                    line=2,
                    position=1,
                    description="desk FLEX",
                    resource_type="desk",
                    resource_code="FLEX",
                    quantity=Decimal(12),
                    unit_price=Decimal("19.99"),
                    discount_percent=Decimal(0),
                    vat_rate=Decimal(21),
                    period_from=None,
                    period_to=None,
                ),
            ),
        )
    ]


def test_lines_may_stand_anywhere_and_come_out_in_their_order() -> None:
    other = {"invoice_number": "INV-2"}

    found = invoices({"line_no": "2"}, other, {"line_no": "3"}, {"line_no": "1"})

    assert numbers(found) == ["INV-2", "INV-1"]
    last = found[-1]
    assert isinstance(last, InvoiceRow)
    assert [(line.position, line.line) for line in last.lines] == [(1, 5), (2, 2), (3, 4)]
    assert last.line == 2


def test_one_bad_line_refuses_its_invoice_with_all_errors_and_no_other() -> None:
    found = invoices(
        {"quantity": "many", "vat_rate": "210"},
        {"line_no": "2", "resource_type": "boat"},
        {"invoice_number": "INV-2"},
    )

    assert numbers(found) == ["INV-2"]
    errors = [one for one in found if isinstance(one, RowError)]
    assert [(error.line, error.column) for error in errors] == [
        (2, "quantity"),
        (2, "vat_rate"),
        (3, "resource_type"),
    ]
    assert {error.record for error in errors} == {"INV-1"}
    assert errors[2].message == (
        "Column “resource_type”: “boat” is unknown;"
        " use product, meeting_room, unit, desk or discount."
    )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"type": "quote"}, "“quote” is unknown; use invoice or credit_note"),
        ({"due_date": "2026-09-22"}, "is before the date of the invoice"),
        ({"due_date": "22/09/2026"}, "is before the date of the invoice"),
        ({"invoice_date": "09/23/2026"}, "has its month first"),
        ({"vat_rate": "-1"}, "is a percentage, from 0 to 100"),
        ({"vat_rate": "100.01"}, "is a percentage, from 0 to 100"),
        ({"vat_rate": "0.21"}, "is below 1 %; write 21 for 21 %"),
        ({"vat_rate": "21.125", "quantity": "1.5"}, "ambiguous"),
        ({"vat_rate": ""}, "“vat_rate” is empty; fill it in"),
        ({"discount": "101"}, "is a percentage of the line, from 0 to 100"),
        ({"discount": "-5"}, "is a percentage of the line, from 0 to 100"),
        ({"unit_price": "1.23456"}, "has more than 4 decimals"),
        ({"unit_price": "1.450"}, "can mean 1.450 or 1450"),
        ({"unit_price": "=1+1"}, "is not an amount"),
        ({"unit_price": ""}, "is empty; fill it in"),
        ({"currency": "euro"}, "is not a currency"),
        ({"structured_reference": "000000000102"}, "fails its check"),
        ({"line_no": "first"}, "is not a line number"),
        ({"customer_ref": ""}, "is empty; fill it in"),
        ({"line_description": "x" * 201}, "has 201 characters; at most 200 fit"),
    ],
)
def test_a_wrong_cell_is_told_in_plain_words(change: dict[str, str], why: str) -> None:
    found = invoices(change)

    assert numbers(found) == []
    assert why in "\n".join(messages(found))


def test_fields_of_the_document_that_contradict_each_other_are_told() -> None:
    found = invoices(
        {}, {"line_no": "2", "due_date": "2026-10-24", "type": "credit_note"}, {"line_no": "3"}
    )

    assert messages(found) == [
        "Column “type”: “credit_note” differs from “invoice” on line 2;"
        " all lines of invoice INV-1 must agree.",
        "Column “due_date”: “2026-10-24” differs from “2026-10-23” on line 2;"
        " all lines of invoice INV-1 must agree.",
    ]


def test_the_same_day_and_reference_in_two_spellings_agree() -> None:
    found = invoices(
        {},
        {
            "line_no": "2",
            "due_date": "23/10/2026",
            "structured_reference": "+++000/0000/00101+++",
        },
    )

    assert numbers(found) == ["INV-1"]


def test_a_line_number_used_twice_is_told() -> None:
    assert messages(invoices({}, {}, {"line_no": "2"})) == [
        "Column “line_no”: “1” is also on line 2."
    ]


@pytest.mark.parametrize(
    ("positions", "missing"),
    [(["1", "3"], "lacks line 2;"), (["2"], "lacks line 1;"), (["9000"], "line 1, 2, 3, 4, 5…;")],
)
def test_a_missing_line_is_told(positions: list[str], missing: str) -> None:
    found = invoices(*({"line_no": position} for position in positions))

    assert numbers(found) == []
    assert missing in messages(found)[0]


def test_an_invoice_waits_when_the_row_after_it_may_be_its_last_line() -> None:
    found = invoices({}, {"invoice_number": ""}, {"invoice_number": "INV-2"})

    assert numbers(found) == ["INV-2"]
    assert messages(found) == [
        "Invoice INV-1 lacks nothing that shows, but line 3 can't be read and may be its own;"
        " mend that line first.",
        "Column “invoice_number” is empty; fill it in.",
    ]


def test_an_invoice_waits_when_the_row_after_it_fell_apart() -> None:
    content = csv_of(lines({}, {"line_no": "2"}, {"invoice_number": "INV-2"}))
    broken = content.replace('"2";"desk FLEX"', '"2";"desk "FLEX""')

    found = list(read_invoices(a_table(broken)))

    assert numbers(found) == ["INV-2"]
    assert any(error.line == 3 for error in found if isinstance(error, RowError))


@pytest.mark.parametrize(("proof", "meant"), [("19,99", Decimal(1450)), ("19.99", Decimal("1.45"))])
def test_a_clear_price_settles_the_unclear_ones_of_its_column(proof: str, meant: Decimal) -> None:
    found = invoices({"unit_price": "1.450"}, {"line_no": "2", "unit_price": proof})

    (invoice,) = found
    assert isinstance(invoice, InvoiceRow)
    assert invoice.lines[0].unit_price == meant


def test_a_column_of_another_style_settles_nothing() -> None:
    assert "ambiguous" in messages(invoices({"unit_price": "1.450", "quantity": "1,5"}))[0]


def test_one_month_first_day_makes_the_unclear_days_of_its_column_errors() -> None:
    found = invoices(
        {"invoice_date": "03/04/2026"}, {"invoice_number": "INV-2", "invoice_date": "09/23/2026"}
    )

    assert numbers(found) == []
    assert "ambiguous: line 3 has its month first" in messages(found)[0]


@pytest.mark.parametrize("quantity", ["-2", "2"])
def test_a_credit_note_keeps_its_signs(quantity: str) -> None:
    (found,) = invoices({"type": "Credit note", "quantity": quantity})

    assert isinstance(found, InvoiceRow)
    assert (found.kind, found.lines[0].quantity) == ("credit_note", Decimal(quantity))


def test_totals_periods_and_references_are_read_where_the_file_has_them() -> None:
    extra = {
        "total_excl": "1.239,88",
        "total_vat": "260,37",
        "total_incl": "1.500,25",
        "reference_your": "PO 7",
        "credited_invoice": "INV-0",
        "period_from": "01/10/2026",
        "period_to": "31/10/2026",
    }

    (found,) = read_invoices(a_table(csv_of([INVOICE | extra])))

    assert isinstance(found, InvoiceRow)
    assert (found.total_excl, found.total_incl) == (Decimal("1239.88"), Decimal("1500.25"))
    assert (found.your_reference, found.credited_invoice) == ("PO 7", "INV-0")
    assert found.lines[0].period_to == date(2026, 10, 31)


def test_a_period_that_ends_before_it_begins_is_told() -> None:
    extra = {"period_from": "2026-10-02", "period_to": "2026-10-01"}

    found = read_invoices(a_table(csv_of([INVOICE | extra])))

    assert messages(found) == ["Column “period_to” is before the day on which the period begins."]


def test_missing_columns_are_told_at_once() -> None:
    with pytest.raises(FileError, match="column “unit_price”, column “vat_rate”"):
        read_invoices(a_table("a;b\n1;2\n"))


def test_comma_files_with_bare_decimal_commas_are_refused_at_the_row() -> None:
    titles = ",".join(INVOICE)
    cells = ",".join(INVOICE.values()).replace("19.99", "19,99")

    found = list(read_invoices(a_table(f"{titles}\n{cells}\n")))

    assert numbers(found) == []
    assert "a number with a decimal comma, must stand in double quotes" in messages(found)[0]
