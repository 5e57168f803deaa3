"""Where a discount goes, by each policy; the document comes to the same."""

from dataclasses import replace
from decimal import Decimal

import pytest

from sync.rules.entries import Document, DocumentLine, Entry
from sync.rules.ledger import DiscountPolicy, GLCell, Mappings
from tests.sync.rules.books import (
    CREDIT_NOTE,
    MAPPINGS,
    a_document,
    a_line,
    booked,
    refused,
    with_policies,
)

ACCOUNTS = {
    GLCell("", "", ""): "700000",
    GLCell("", "discount", ""): "700900",
    GLCell("GNT-1", "discount", ""): "700600",
    GLCell("", "product", "KORTING"): "700100",
}
POLICIES = list(DiscountPolicy)


def mapped(policy: DiscountPolicy, product: str = "KORTING") -> Mappings:
    mappings = replace(MAPPINGS, gl_accounts=ACCOUNTS)
    return with_policies(mappings, discounts=policy, discount_product=product)


def less(percent: str, line: DocumentLine | None = None) -> DocumentLine:
    return replace(line or a_line("19.99", quantity="3"), discount_percent=Decimal(percent))


def amounts(entry: Entry) -> list[tuple[str, str, str]]:
    return [(line.gl_account.code, str(line.net), str(line.vat)) for line in entry.lines]


@pytest.mark.parametrize(
    ("policy", "lines"),
    [
        (DiscountPolicy.NET, [("700000", "53.97", "11.33")]),
        (DiscountPolicy.ACCOUNT, [("700000", "59.97", "12.59"), ("700900", "-6.00", "-1.26")]),
        (DiscountPolicy.PRODUCT, [("700000", "59.97", "12.59"), ("700100", "-6.00", "-1.26")]),
    ],
)
def test_a_discount_is_taken_off_or_booked_apart(
    policy: DiscountPolicy, lines: list[tuple[str, str, str]]
) -> None:
    entry = booked(a_document(less("10")), mapped(policy))

    assert amounts(entry) == lines
    assert entry.incl == Decimal("65.30")
    assert {line.vat_code for line in entry.lines} == {"4"}


def test_a_discount_apart_says_how_much_and_of_what() -> None:
    line = replace(less("12.50"), period_from=None)

    price, discount = booked(a_document(line), mapped(DiscountPolicy.ACCOUNT)).lines

    assert (price.description, discount.description) == ("A desk", "A desk -12.5 %")
    assert [price.quantity, discount.quantity] == [Decimal(3), Decimal(-1)]
    assert (price.is_discount, discount.is_discount) == (False, True)
    assert price.position == discount.position == 1


def test_a_location_may_have_its_own_account_for_discounts() -> None:
    document = replace(a_document(less("10")), location="GNT-1")

    assert amounts(booked(document, mapped(DiscountPolicy.ACCOUNT)))[1][0] == "700600"


def test_apart_from_its_line_a_discount_needs_an_account_of_its_own() -> None:
    mappings = replace(mapped(DiscountPolicy.ACCOUNT), gl_accounts={GLCell("", "", ""): "700000"})

    [problem] = refused(a_document(less("10")), mappings)

    assert problem.key == ("gl", "BRU-1", "discount", "")


def test_as_a_product_a_discount_waits_for_that_product() -> None:
    [problem] = refused(a_document(less("10")), mapped(DiscountPolicy.PRODUCT, product=""))

    assert problem.key == ("discount_product",)
    assert booked(a_document(), mapped(DiscountPolicy.PRODUCT, product="")).incl == Decimal(121)


@pytest.mark.parametrize(
    ("policy", "account"),
    [
        (DiscountPolicy.NET, "700900"),
        (DiscountPolicy.ACCOUNT, "700900"),
        (DiscountPolicy.PRODUCT, "700100"),
    ],
)
def test_a_discount_on_the_whole_document_stays_a_line_of_its_own(
    policy: DiscountPolicy, account: str
) -> None:
    whole = replace(a_line("-10", position=2), resource_type="discount", resource_code="LOYAL")

    entry = booked(a_document(a_line(), whole), mapped(policy))

    assert amounts(entry) == [("700000", "100.00", "21.00"), (account, "-10.00", "-2.10")]


@pytest.mark.parametrize("policy", POLICIES)
def test_a_discount_of_everything_leaves_nothing_or_two_lines(policy: DiscountPolicy) -> None:
    document = a_document(a_line("10"), less("100", a_line("40", position=2)))

    entry = booked(document, mapped(policy))

    assert entry.incl == Decimal("12.10")
    assert [line.net for line in entry.lines] == (
        [Decimal(10)] if policy == DiscountPolicy.NET else [Decimal(10), Decimal(40), Decimal(-40)]
    )


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("sign", [1, -1])
def test_on_a_credit_note_the_discount_is_given_back(policy: DiscountPolicy, sign: int) -> None:
    document: Document = a_document(less("10", a_line("50", quantity=str(sign))), kind=CREDIT_NOTE)

    entry = booked(document, mapped(policy))

    assert entry.incl == Decimal("-54.45")
    assert [line.net for line in entry.lines] == (
        [Decimal(-45)] if policy == DiscountPolicy.NET else [Decimal(-50), Decimal(5)]
    )


def test_price_and_discount_share_the_lines_vat_and_show_the_odd_cent() -> None:
    line = less("50", a_line("0.07"))  # 0.04 with 0.01 VAT: 0.0147 less 0.0063

    price, discount = booked(a_document(line), mapped(DiscountPolicy.ACCOUNT)).lines

    assert (price.net, discount.net) == (Decimal("0.07"), Decimal("-0.03"))
    assert price.vat + discount.vat == Decimal("0.01")
    assert price.odd_cents + discount.odd_cents == Decimal("0.01")
