"""Invoices between Exact and Zoho: equal to the cent on both sides, or refused with the reason."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.rules.cents import Taxable, vat_by_line
from sync.rules.zoho.invoice_lines import Tax, ZohoLine, zoho_totals
from sync.rules.zoho.invoices import (
    CannotCrossError,
    ExactLine,
    ExactSetup,
    ZohoInvoice,
    ZohoSetup,
    for_exact,
    for_zoho,
)

ZERO = Decimal(0)
VAT_21, VAT_6 = Tax("BTW 21", Decimal(21)), Tax("BTW 6", Decimal(6))
ZOHO = ZohoSetup(catch_all="9", taxes=(VAT_21, VAT_6))
EXACT = ExactSetup(
    items={"1": "item-1", "9": "item-9"},
    vat_by_name={"BTW 21": "4"},
    vat_by_rate={Decimal(6): "2", ZERO: "0"},
)


def d(text: str) -> Decimal:
    return Decimal(text)


def a_line(net: str, rate: str = "21", **more: Any) -> ExactLine:
    return ExactLine(d(net), d(rate), **{"description": "Desk", "product": "1", **more})


def crossed(*lines: ExactLine, vat: str, setup: ZohoSetup = ZOHO) -> list[ZohoLine]:
    excl = sum((line.net for line in lines), ZERO)
    return for_zoho(lines, excl=excl, vat=d(vat), setup=setup).lines


def half_up_cents(exact: Decimal) -> int:
    """Round by whole numbers alone, as an independent judge."""
    numerator, denominator = abs(exact * 100).as_integer_ratio()
    cents = (2 * numerator + denominator) // (2 * denominator)
    return cents if exact >= 0 else -cents


def grand_total_in_cents(lines: list[ZohoLine], adjustment: Decimal) -> int:
    """Compute what Zoho shows from what it is sent alone."""
    total = half_up_cents(adjustment)
    for line in lines:
        net = half_up_cents(line.quantity * line.list_price) - half_up_cents(line.discount)
        taxes = (half_up_cents(Decimal(net) / 100 * tax.rate / 100) for tax in line.taxes)
        total += net + sum(taxes)
    return total


# --- From Exact to Zoho ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "quantity", "price", "discount"),
    [
        (a_line("100.00", quantity=d("4"), unit_price=d("25")), "4", "25", "0"),
        (a_line("90.00", quantity=d("4"), unit_price=d("25")), "4", "25", "10"),
        (a_line("110.00", quantity=d("4"), unit_price=d("25")), "4", "27.5", "0"),
        (a_line("10.00", quantity=d("3")), "3", "3.34", "0.02"),
        (a_line("123.40", quantity=d("1000"), unit_price=d("0.1234")), "1000", "0.13", "6.60"),
        (a_line("33.33", quantity=d("0.3333"), unit_price=d("100")), "1", "33.33", "0"),
        (a_line("-100.00", quantity=d("-4"), unit_price=d("25")), "4", "-25", "0"),
        (a_line("-90.00", quantity=d("-4"), unit_price=d("25")), "4", "-22.5", "0"),
        (a_line("-10.00", quantity=d("-3")), "1", "-10", "0"),
        (a_line("0.00", quantity=d("0")), "1", "0", "0"),
        (a_line("50.00"), "1", "50", "0"),
    ],
)
def test_a_line_comes_to_its_net_amount_with_its_own_quantity_where_that_can_be(
    line: ExactLine, quantity: str, price: str, discount: str
) -> None:
    (row,) = crossed(line, vat=str(vat_by_line([Taxable(line.net, line.rate)], {}, None)[0]))

    assert (row.quantity, row.list_price, row.discount) == (d(quantity), d(price), d(discount))
    assert row.net == line.net


def test_a_quantity_that_zoho_cannot_show_is_told_in_the_description() -> None:
    (row,) = crossed(a_line("33.33", quantity=d("0.3333"), unit_price=d("100")), vat="7.00")

    assert row.description == "Desk (0.3333 x 100)"


def test_a_line_that_matches_no_product_goes_to_the_catch_all_with_its_text() -> None:
    (row,) = crossed(a_line("50.00", product="", description="Coffee, May"), vat="10.50")

    assert (row.product, row.description) == ("9", "Coffee, May")


@pytest.mark.parametrize(
    ("lines", "vat", "setup", "reason"),
    [
        ([a_line("50.00", product="")], "10.50", ZohoSetup(taxes=(VAT_21,)), "has no product"),
        ([a_line("50.00", "12")], "6.00", ZOHO, "Zoho has no tax of 12 %"),
        ([a_line("50.00")], "9.00", ZOHO, "more than rounding explains"),
    ],
)
def test_what_would_not_be_the_same_in_zoho_is_refused(
    lines: list[ExactLine], vat: str, setup: ZohoSetup, reason: str
) -> None:
    with pytest.raises(CannotCrossError, match=reason):
        crossed(*lines, vat=vat, setup=setup)


def test_lines_that_do_not_come_to_the_total_are_refused() -> None:
    with pytest.raises(CannotCrossError, match=r"come to 50\.00, its total says 51\.00"):
        for_zoho([a_line("50.00")], excl=d("51.00"), vat=d("10.50"), setup=ZOHO)


def test_the_odd_cent_is_adjusted_and_shown() -> None:
    lines = [a_line("0.12") for _ in range(3)]  # 0.03 each in Zoho, 0.08 together in Exact

    found = for_zoho(lines, excl=d("0.36"), vat=d("0.08"), setup=ZOHO)

    assert found.adjustment == d("-0.01")
    assert found.remark == "Adjusted by -0.01: Zoho rounds tax on each line, Exact on each rate."
    assert grand_total_in_cents(found.lines, found.adjustment) == 44


def test_without_tax_a_line_needs_no_tax_of_zoho() -> None:
    (row,) = crossed(a_line("50.00", "0"), vat="0")

    assert row.taxes == ()


amounts = st.integers(-200_000, 200_000).map(lambda cents: Decimal(cents).scaleb(-2))
rates = st.sampled_from([Decimal(21), Decimal(6), ZERO])
exact_lines = st.builds(
    ExactLine,
    net=amounts,
    rate=rates,
    description=st.sampled_from(["Desk", "", "Café"]),
    quantity=st.one_of(
        st.integers(-40, 400).map(Decimal),
        st.integers(1, 99_999).map(lambda number: Decimal(number).scaleb(-3)),
    ),
    unit_price=st.none() | st.integers(0, 999_999).map(lambda number: Decimal(number).scaleb(-4)),
    product=st.sampled_from(["", "1"]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(exact_lines, min_size=1, max_size=10))
def test_any_invoice_of_exact_is_the_same_in_zoho_to_the_cent(lines: list[ExactLine]) -> None:
    vat = sum(vat_by_line([Taxable(line.net, line.rate) for line in lines], {}, None), ZERO)
    excl = sum((line.net for line in lines), ZERO)

    found = for_zoho(lines, excl=excl, vat=vat, setup=ZOHO)

    assert grand_total_in_cents(found.lines, found.adjustment) == half_up_cents(excl + vat)
    assert zoho_totals(found.lines).sub_total == excl
    assert abs(found.adjustment) <= d("0.01") * len(lines)
    assert bool(found.remark) == bool(found.adjustment)
    for line in found.lines:
        assert line.quantity > 0
        assert line.discount >= 0
        assert line.list_price == round(line.list_price, 2)


# --- From Zoho to Exact ------------------------------------------------------------------------


def a_row(quantity: str = "2", price: str = "25", **more: Any) -> ZohoLine:
    return ZohoLine("1", d(quantity), d(price), **{"taxes": (VAT_21,), **more})


def an_invoice(*rows: ZohoLine, **more: Any) -> ZohoInvoice:
    total = zoho_totals(rows, adjustment=more.get("adjustment", ZERO)).grand_total
    return replace(ZohoInvoice("Desks in May", rows, total), **more)


def test_an_invoice_of_zoho_becomes_a_sales_invoice() -> None:
    invoice = an_invoice(a_row(description="Desk", discount=d("5.00")))

    found = for_exact(invoice, {"OrderedBy": "guid"}, "Z-1", EXACT)

    assert found.payload == {
        "Description": "Desks in May",
        "OrderedBy": "guid",
        "YourRef": "Z-1",
        "SalesInvoiceLines": [
            {
                "Item": "item-1",
                "Description": "Desk",
                "Quantity": d("2"),
                "NetPrice": d("22.50"),
                "VATCode": "4",
                "VATAmountFC": d("9.45"),
            }
        ],
    }
    assert (found.total, found.odd_cents) == (d("54.45"), ZERO)


def test_a_tax_is_known_by_its_name_before_its_rate() -> None:
    other = Tax("BTW 21 medecontractant", Decimal(21))
    setup = replace(EXACT, vat_by_rate={Decimal(21): "7"})

    found = for_exact(an_invoice(a_row(), a_row(taxes=(other,))), {}, "Z-1", setup)

    rows = found.payload["SalesInvoiceLines"]
    assert isinstance(rows, list)
    assert [row["VATCode"] for row in rows] == ["4", "7"]


@pytest.mark.parametrize(
    ("invoice", "setup", "reason"),
    [
        (an_invoice(), EXACT, "It has no lines"),
        (an_invoice(a_row(), discount=d("5")), EXACT, "discount on the whole invoice"),
        (an_invoice(a_row(), grand_total=d("60.51")), EXACT, r"Zoho says 60\.51.* come to 60\.50"),
        (an_invoice(replace(a_row(), product="7")), EXACT, "is not synchronised"),
        (an_invoice(a_row(taxes=(VAT_21, VAT_6))), EXACT, "BTW 21 and BTW 6"),
        (an_invoice(a_row(taxes=(Tax("x", d("9")),))), EXACT, r"No VAT code .* “x” \(9 %\)"),
        (an_invoice(a_row(taxes=())), replace(EXACT, vat_by_rate={}), "lines without a tax"),
        (an_invoice(a_row(), adjustment=d("0.01")), EXACT, r"adjusted by \+0\.01"),
    ],
)
def test_what_would_be_another_invoice_in_exact_is_refused(
    invoice: ZohoInvoice, setup: ExactSetup, reason: str
) -> None:
    with pytest.raises(CannotCrossError, match=reason):
        for_exact(invoice, {}, "Z-1", setup)


def test_a_reference_that_exact_would_cut_is_refused() -> None:
    with pytest.raises(CannotCrossError, match="more than 30 letters"):
        for_exact(an_invoice(a_row()), {}, "Z" * 31, EXACT)


zoho_rows = st.builds(
    ZohoLine,
    product=st.sampled_from(["1", "9"]),
    quantity=st.integers(1, 99_999).map(lambda number: Decimal(number).scaleb(-2)),
    list_price=st.integers(-9_999_999, 9_999_999).map(lambda number: Decimal(number).scaleb(-4)),
    discount=st.integers(0, 5_000).map(lambda cents: Decimal(cents).scaleb(-2)),
    taxes=st.sampled_from([(VAT_21,), (VAT_6,), ()]),
    description=st.just("Desk"),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(zoho_rows, min_size=1, max_size=10))
def test_any_invoice_of_zoho_is_the_same_in_exact_to_the_cent(rows: list[ZohoLine]) -> None:
    invoice = an_invoice(*rows)

    found = for_exact(invoice, {}, "Z-1", EXACT)

    lines: Any = found.payload["SalesInvoiceLines"]
    total = sum(
        half_up_cents(line["Quantity"] * line["NetPrice"]) + half_up_cents(line["VATAmountFC"])
        for line in lines
    )
    assert total == half_up_cents(invoice.grand_total)
    assert abs(found.odd_cents) <= d("0.01") * len(rows)
