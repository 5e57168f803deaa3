"""UBL: what stands where, what a line comes to, and what is said of what can't be taken."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from accounts_link.imports.shapes import FileError
from accounts_link.imports.ubl import UblOptions, read_ubl
from tests.accounts_link.imports.ubl_build import (
    a_document,
    a_line,
    allowance,
    errors,
    money,
    part,
    period,
    read,
    tag,
    tax_total,
    totals,
    vat,
)


def these(*values: object) -> list[object]:
    return list(values)


def net(quantity: Decimal, price: Decimal, discount: Decimal) -> Decimal:
    return round(quantity * price * (100 - discount) / 100, 2)


# The document


def test_every_field_has_its_place() -> None:
    row = read(
        a_document(
            head=tag("BuyerReference", "PO 7"),
            parts=part("Delivery", part("DeliveryLocation", tag("ID", "BRU-1")))
            + part("PaymentMeans", tag("PaymentID", "+++090/9337/55493+++"))
            + part("PaymentTerms", tag("Note", "Within 30 days")),
        )
    )

    assert (row.number, row.kind, row.currency) == ("INV-1", "invoice", "EUR")
    assert (row.invoice_date, row.due_date) == (date(2026, 9, 23), date(2026, 10, 23))
    assert (row.customer_ref, row.customer_vat) == ("10001", "BE0403019261")
    assert (row.customer_endpoint, row.customer_name) == ("0208:0403019261", "Bakkerij De Ster")
    assert (row.location, row.billing_entity) == ("BRU-1", "BE0428759497")
    assert (row.structured_reference, row.your_reference) == ("090933755493", "PO 7")
    assert row.payment_terms == "Within 30 days"
    assert these(row.total_excl, row.total_vat, row.total_incl) == [100, 21, 121]
    assert row.vat_breakdown == (("S", "21", "100.00", "21.00"),)
    assert row.notes == ()
    (line,) = row.lines
    assert (line.position, line.description, line.resource_code) == (1, "Desk", "DESK-1")
    assert these(line.quantity, line.unit_price, line.vat_rate) == [2, 50, 21]
    assert line.vat_category == "S"


def test_a_credit_note_names_what_it_credits_and_when_it_is_due() -> None:
    reference = part("InvoiceDocumentReference", tag("ID", "INV-0"))
    parts = part("BillingReference", reference) + part(
        "PaymentMeans", tag("PaymentDueDate", "2026-11-01")
    )

    row = read(a_document(credit=True, parts=parts))

    assert (row.kind, row.credited_invoice, row.due_date) == (
        "credit_note",
        "INV-0",
        date(2026, 11, 1),
    )
    assert row.lines[0].quantity == 2


@pytest.mark.parametrize("code", ["383", "384", "386"])
def test_other_kinds_of_invoice_are_taken_with_a_note(code: str) -> None:
    row = read(a_document(code=code))

    assert row.kind == "invoice"
    assert f"“{code}”" in row.notes[0].message


@pytest.mark.parametrize(
    ("code", "credit", "word"),
    [("389", False, "self-billed"), ("325", False, "pro forma"), ("381", False, "not the code of"),
     ("380", True, "not the code of"), ("261", True, "self-billed")],
)  # fmt: skip
def test_a_kind_that_is_no_sale_of_ours_is_refused(code: str, credit: bool, word: str) -> None:  # noqa: FBT001 - a parameter of the test
    (error,) = errors(a_document(code=code, credit=credit))

    assert word in error.message
    assert (error.record, error.value) == ("INV-1", code)


def test_the_order_stands_in_for_the_buyers_reference() -> None:
    assert read(a_document(parts=part("OrderReference", tag("ID", "O-1")))).your_reference == "O-1"


def test_a_payment_reference_in_free_text_is_noted_and_left_out() -> None:
    row = read(a_document(parts=part("PaymentMeans", tag("PaymentID", "thank you"))))

    assert row.structured_reference == ""
    assert "no structured reference" in row.notes[0].message


def test_prepayment_and_rounding_are_noted_and_the_total_is_the_whole() -> None:
    more = money("PrepaidAmount", "50.00") + money("PayableRoundingAmount", "0.03")

    row = read(a_document(sums=totals("100.00", "21.00", "121.00", more)))

    assert row.total_incl == 121
    assert ["50.00" in row.notes[0].message, "0.03" in row.notes[1].message] == [True, True]


def test_vat_in_the_currency_of_the_tax_office_is_left_aside() -> None:
    other = part("TaxTotal", tag("TaxAmount", "240.00", currencyID="SEK"))

    row = read(a_document(taxes=other + tax_total("21.00", ("100.00", "21.00", "S", 21))))

    assert row.total_vat == 21
    assert row.vat_breakdown == (("S", "21", "100.00", "21.00"),)


@pytest.mark.parametrize("category", ["Z", "E", "AE", "K", "G", "O"])
def test_each_category_without_vat_comes_through(category: str) -> None:
    rate = "" if category == "O" else 0
    line = a_line(tax=vat("ClassifiedTaxCategory", category, rate))

    row = read(
        a_document(
            lines=[line],
            taxes=tax_total("0.00", ("100.00", "0.00", category, rate)),
            sums=totals("100.00", "0.00", "100.00"),
        )
    )

    assert these(row.lines[0].vat_category, row.lines[0].vat_rate) == [category, 0]
    assert row.vat_breakdown == ((category, "0", "100.00", "0.00"),)


def test_another_profile_is_read_with_a_note() -> None:
    row = read(a_document(profile="urn:cen.eu:en16931:2017"))

    assert "not BIS Billing 3.0" in row.notes[0].message


def test_a_document_in_its_peppol_envelope_is_taken_out() -> None:
    inside = a_document().partition(b"\n")[2]
    name = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"

    row = read(b'<StandardBusinessDocument xmlns="%s">%s</StandardBusinessDocument>'
               % (name.encode(), inside))  # fmt: skip

    assert row.number == "INV-1"


def test_the_location_is_where_the_installation_says() -> None:
    content = a_document(head=tag("AccountingCost", "GNT-2"))

    assert read(content).location == ""
    assert read(content, UblOptions(location_from=("accounting_cost",))).location == "GNT-2"


def test_a_location_that_is_too_long_is_left_out_whole() -> None:
    row = read(a_document(parts=part("Delivery", part("DeliveryLocation", tag("ID", "L" * 31)))))

    assert row.location == ""
    assert "more than 30 characters" in row.notes[0].message


def test_an_item_code_tells_the_resource_type_by_its_longest_prefix() -> None:
    options = UblOptions({"D": "product", "DESK": "desk"})

    assert read(a_document(), options).lines[0].resource_type == "desk"
    assert read(a_document()).lines[0].resource_type == "product"


# Lines


def test_a_price_for_several_is_taken_for_one() -> None:
    row = read(a_document(lines=[a_line("100.00", 10, "200", base=20)]))

    assert these(row.lines[0].quantity, row.lines[0].unit_price) == [10, 10]


@pytest.mark.parametrize(
    ("amount", "quantity", "price", "inside"),
    [
        ("100.00", "3", "33.333333", ""),
        ("90.00", "2", "50", allowance("10.00")),
        ("105.00", "2", "50", allowance("5.00", charge=True)),
        ("96.00", "2", "50", allowance("5.00") + allowance("1.00", charge=True)),
        ("99.99", "7", "50", ""),
        ("0.01", "3", "0.0033", ""),
        ("-100.00", "-2", "50", ""),
        ("12345.67", "0.3333333", "1", ""),
        ("0.00", "0", "50", ""),
        ("33.33", "0", "50", ""),
        ("0.00", "2", "50", allowance("100.00")),
    ],
)
def test_a_line_comes_to_its_stated_amount(
    amount: str, quantity: str, price: str, inside: str
) -> None:
    line = read(a_document(lines=[a_line(amount, quantity, price, inside=inside)])).lines[0]

    assert net(line.quantity, line.unit_price, line.discount_percent) == Decimal(amount)


def test_an_allowance_on_a_line_is_its_discount() -> None:
    line = read(a_document(lines=[a_line("90.00", inside=allowance("10.00"))])).lines[0]

    assert these(line.quantity, line.unit_price, line.discount_percent) == [2, 50, 10]


def test_a_line_whose_price_says_otherwise_keeps_its_amount_with_a_note() -> None:
    row = read(a_document(lines=[a_line("99.00", 2, "50.00")]))

    assert these(row.lines[0].quantity, row.lines[0].unit_price) == [2, Decimal("49.5")]
    assert "100.00 by its price and to 99.00 by its amount" in row.notes[0].message


def test_a_line_that_no_price_explains_is_one_piece_that_says_how_many() -> None:
    line = read(a_document(lines=[a_line("100.00", "0.3333333", "1")])).lines[0]

    assert these(line.quantity, line.unit_price) == [1, 100]
    assert line.description == "0.3333333 x Desk"


def test_allowances_and_charges_of_the_whole_are_lines_of_their_own() -> None:
    tax = vat("TaxCategory")
    parts = allowance("10.00", reason="Loyal", tax=tax) + allowance("4.00", charge=True, tax=tax)

    lines = read(a_document(parts=parts, sums=totals("94.00", "19.74", "113.74"))).lines

    assert [(one.position, one.resource_type, one.resource_code) for one in lines] == [
        (1, "product", "DESK-1"),
        (2, "discount", ""),
        (3, "product", "charge"),
    ]
    assert [one.unit_price for one in lines] == [50, -10, 4]
    assert [one.vat_category for one in lines] == ["S", "S", "S"]


def test_a_line_has_its_own_period_or_that_of_the_document() -> None:
    own = a_line(inside=period("2026-09-05", "2026-09-09"))

    lines = read(a_document(head=period("2026-09-01", "2026-09-30"), lines=[a_line(), own])).lines

    assert [(one.period_from, one.period_to) for one in lines] == [
        (date(2026, 9, 1), date(2026, 9, 30)),
        (date(2026, 9, 5), date(2026, 9, 9)),
    ]


def test_half_a_period_is_noted_and_left_out() -> None:
    row = read(a_document(lines=[a_line(inside=period("2026-09-05", ""))]))

    assert row.lines[0].period_from is None
    assert "lacks a day" in row.notes[0].message


# What is wrong


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        (b"<cbc:IssueDate>2026-09-23</cbc:IssueDate>", b"", "IssueDate"),
        (b"2026-09-23", b"2026-02-30", "IssueDate"),
        (b"CurrencyCode>EUR<", b"CurrencyCode>euro<", "DocumentCurrencyCode"),
        (b"<cbc:ID>INV-1</cbc:ID>", b"", "ID"),
        (b'<cbc:LineExtensionAmount currencyID="EUR">100.00</cbc:LineExtensionAmount><cac:Item>',
         b"<cac:Item>", "LineExtensionAmount"),
        (b'unitCode="C62">2<', b'unitCode="C62">two<', "InvoicedQuantity"),
        (b'TaxExclusiveAmount currencyID="EUR">100.00', b'TaxExclusiveAmount currencyID="EUR">1e2',
         "TaxExclusiveAmount"),
        (b"<cac:ClassifiedTaxCategory><cbc:ID>S<", b"<cac:ClassifiedTaxCategory><cbc:ID>X<", "ID"),
        (b"<cbc:Percent>21<", b"<cbc:Percent>121<", "Percent"),
        (b"AccountingCustomerParty", b"PayeeParty", "AccountingCustomerParty"),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_named_with_the_document(
    old: bytes, new: bytes, column: str
) -> None:
    content = a_document()
    assert old in content

    found = errors(content.replace(old, new))

    assert column in {error.column for error in found}
    assert {error.record for error in found} <= {"INV-1", "invoice.xml"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<Order xmlns='urn:oasis:names:specification:ubl:schema:xsd:Order-2'/>", "not a UBL"),
        (b"<rsm:CrossIndustryInvoice xmlns:rsm='urn:un:unece:uncefact:data:standard:"
         b"CrossIndustryInvoice:100'/>", "in CII"),
        (b"<html><body/></html>", "is a web page"),
        (b"<Invoice/>", "not a UBL"),
        (b"<Invoice", "no sound XML"),
        (b"<?xml version='1.0' encoding='klingon'?><a/>", "XML"),
    ],
)  # fmt: skip
def test_xml_that_is_no_invoice_is_told_what_it_is(content: bytes, words: str) -> None:
    with pytest.raises(FileError, match=words):
        list(read_ubl(content, "a.xml"))
