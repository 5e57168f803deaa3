"""The demo company's files, whole."""

from __future__ import annotations

from decimal import Decimal

from stdnum.eu import vat

from accounts_link.imports.customers import CustomerRow, read_customers
from accounts_link.imports.documents import InvoiceRow
from accounts_link.imports.invoices import read_invoices
from accounts_link.imports.shapes import RowError
from accounts_link.imports.tables import open_table
from tests.accounts_link.imports.build import DEMO

NEVER_VALID = {
    "10041",
    "10661",
    "10804",
    "10853",
    "10893",
    "10921",
    "10946",
    "10979",
    "11179",
}


def vat_problem(number: str, country: str) -> str | None:
    """Check as the matching does, with the country added where it is missing."""
    bare = "".join(character for character in number.upper() if character.isalnum())
    for form in (bare, country + bare):
        if form[:2].isalpha() and vat.is_valid(form):
            return None
    return f"“{number}” is not a valid VAT number."


def test_every_demo_customer_is_read_but_those_whose_vat_number_is_wrong() -> None:
    with (DEMO / "customers.csv").open("rb") as file:
        found = list(read_customers(open_table(file, "customers.csv"), vat_problem=vat_problem))

    refused = [one for one in found if isinstance(one, RowError)]
    assert {error.record for error in refused} == NEVER_VALID
    assert {error.column for error in refused} == {"VAT number"}
    assert len(found) - len(refused) == 1200 - len(NEVER_VALID)


def test_every_demo_customer_is_read_when_a_wrong_vat_number_may_be_kept() -> None:
    with (DEMO / "customers.csv").open("rb") as file:
        found = list(
            read_customers(
                open_table(file, "customers.csv"), vat_problem=vat_problem, keep_failed_vat=True
            )
        )

    assert [type(one) for one in found] == [CustomerRow] * 1200
    assert {c.number for c in found if isinstance(c, CustomerRow) and c.notes} == NEVER_VALID


def test_every_demo_invoice_is_read_with_all_its_lines() -> None:
    with (DEMO / "invoices.csv").open("rb") as file:
        found = list(read_invoices(open_table(file, "invoices.csv")))

    read = [one for one in found if isinstance(one, InvoiceRow)]
    assert len(read) == len(found) == 1200
    assert sum(len(invoice.lines) for invoice in read) == 2892
    assert sum(invoice.kind == "credit_note" for invoice in read) == 77
    assert read[0].structured_reference == "000000000101"
    assert read[0].lines[0].unit_price == Decimal("19.99")
