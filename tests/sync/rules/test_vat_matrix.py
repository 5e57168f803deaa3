"""Which VAT code a line gets: by category, supply and customer; and which codes never fit."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sync.rules.booking import prepare
from sync.rules.choosing import find_vat_code
from sync.rules.entries import Document, DocumentLine
from sync.rules.ledger import Mappings, Problem, VatCell, VatCode, vat_code_fault
from tests.sync.rules.books import LEDGER, MAPPINGS, a_document, a_line, booked, refused

NOTHING = Decimal(0)
CELLS = [  # of one and the same line, from the most exact to the widest
    ("AE", "real_estate", "vat"),
    ("AE", "real_estate", ""),
    ("AE", "", "vat"),
    ("AE", "", ""),
    ("", "real_estate", "vat"),
    ("", "real_estate", ""),
    ("", "", "vat"),
    ("", "", ""),
]
WITH_REVERSE_CHARGE = replace(
    LEDGER, vat_codes={**LEDGER.vat_codes, "7": VatCode("7", NOTHING, is_reverse_charge=True)}
)


def at_zero(line: DocumentLine | None = None, country: str = "NL", **values: Any) -> Document:
    line = line or a_line(rate="0")
    return replace(a_document(replace(line, **values)), customer_country=country)


def mapped(*cells: tuple[VatCell, str]) -> Mappings:
    return replace(MAPPINGS, vat_codes=dict(cells))


def test_the_category_goes_before_the_supply_and_the_supply_before_the_business_type() -> None:
    codes = [f"z{place}" for place in range(len(CELLS))]
    ledger = replace(LEDGER, vat_codes={code: VatCode(code, NOTHING) for code in codes})
    chosen = {
        VatCell("eu", business, NOTHING, supply, category): code
        for (category, supply, business), code in zip(CELLS, codes, strict=True)
    }
    winners = []
    for cell in list(chosen):
        mappings = replace(MAPPINGS, vat_codes=dict(chosen))
        winners.append(booked(at_zero(vat_category="AE"), mappings, ledger).lines[0].vat_code)
        del chosen[cell]

    assert winners == codes


@pytest.mark.parametrize(
    ("resource_type", "told", "code"),
    [
        ("unit", "", "0"),
        ("desk", "", "0"),
        ("meeting_room", "", "0"),
        ("product", "", "44"),
        ("desk", "services", "44"),
        ("product", "real_estate", "0"),
        ("product", "goods", "1"),
        ("charge", "", "44"),
    ],
)
def test_a_line_is_what_its_source_told_or_what_its_resource_is(
    resource_type: str, told: str, code: str
) -> None:
    ledger = replace(LEDGER, vat_codes={**LEDGER.vat_codes, "1": VatCode("1", NOTHING)})
    mappings = mapped(
        (VatCell("eu", "", NOTHING, "real_estate"), "0"),
        (VatCell("eu", "", NOTHING, "services"), "44"),
        (VatCell("eu", "", NOTHING, "goods"), "1"),
    )

    entry = booked(at_zero(resource_type=resource_type, supply=told), mappings, ledger)

    assert entry.lines[0].vat_code == code


@pytest.mark.parametrize(
    ("others", "code"), [(["unit", "desk"], "0"), (["unit", "product"], "44"), ([], "44")]
)
def test_a_discount_is_supplied_as_the_lines_at_its_rate(others: list[str], code: str) -> None:
    mappings = mapped(
        (VatCell("eu", "", NOTHING, "real_estate"), "0"),
        (VatCell("eu", "", NOTHING, "services"), "44"),
        (VatCell("eu", "", Decimal(21)), "4"),
    )
    lines = [
        replace(a_line("-10", "0", position=1), resource_type="discount"),
        replace(a_line("50", "21", position=2), resource_type="product"),
        *(
            replace(a_line("50", "0", position=place), resource_type=kind)
            for place, kind in enumerate(others, 3)
        ),
    ]
    document = replace(a_document(*lines), customer_country="NL")

    assert booked(document, mappings).lines[0].vat_code == code


def test_a_missing_cell_names_the_category_but_never_asks_for_a_supply() -> None:
    document = at_zero(vat_category="K")

    [problem] = refused(document, replace(MAPPINGS, vat_codes={}))

    assert problem.key == ("vat", "eu", "vat", NOTHING, "", "K")
    assert "EU customers with a VAT number at 0 %, category K" in problem.sentence


def test_a_cell_whose_code_does_not_fit_is_named_whole() -> None:
    cell = VatCell("eu", "", NOTHING, "real_estate")

    [problem] = refused(at_zero(), mapped((cell, "4")))

    assert problem.key == ("vat", "eu", "", NOTHING, "real_estate")
    assert "is 21 % in Exact, not 0 %" in problem.sentence


@pytest.mark.parametrize(
    ("code", "rate", "words"),
    [
        (VatCode("x", Decimal(21), "E"), 21, ""),
        (VatCode("x", Decimal(21), "I"), 21, "as including VAT"),
        (VatCode("x", NOTHING, "B"), 0, ""),
        (VatCode("x", Decimal(21), "B"), 21, "takes a base and books no VAT"),
        (VatCode("x", NOTHING, "N"), 0, ""),
        (VatCode("x", Decimal(21), "N"), 21, "books no VAT"),
        (VatCode("x", NOTHING, "N"), 21, "is 0 % in Exact, not 21 %"),
        (VatCode("x", Decimal(21), transaction_type="P"), 21, "purchases only"),
        (VatCode("x", Decimal(21), transaction_type="S"), 21, ""),
        (VatCode("x", Decimal(21), is_blocked=True), 21, "blocked"),
        (VatCode("x", NOTHING, is_reverse_charge=True), 0, ""),
        (VatCode("x", Decimal(21), is_reverse_charge=True), 0, ""),
        (VatCode("x", Decimal(21), is_reverse_charge=True), 21, "the customer owes the VAT"),
    ],
)
def test_a_code_takes_the_lines_that_its_type_and_percentage_allow(
    code: VatCode, rate: int, words: str
) -> None:
    fault = vat_code_fault(code, Decimal(rate))

    assert words in fault
    assert bool(words) == bool(fault)


@pytest.mark.parametrize(
    ("country_of_code", "customer", "fits"),
    [
        ("", "NL", True),
        ("BE", "NL", True),
        ("NL", "NL", True),
        ("GR", "EL", True),
        ("FR", "NL", False),
        ("NL", "BE", False),
    ],
)
def test_a_codes_country_is_the_divisions_or_the_customers(
    country_of_code: str,
    customer: str,
    fits: bool,  # noqa: FBT001 - a table's column
) -> None:
    code = VatCode("c", NOTHING, country=country_of_code)
    ledger = replace(LEDGER, vat_codes={"c": code})
    groups = ("domestic", "eu")
    mappings = mapped(*((VatCell(group, "", NOTHING), "c") for group in groups))
    document = at_zero(country=customer)

    if fits:
        assert booked(document, mappings, ledger).lines[0].vat_code == "c"
    else:
        wanted = VatCell("domestic" if customer == "BE" else "eu", "vat", NOTHING)
        found = find_vat_code(wanted, mappings, ledger, customer_country=customer)
        assert isinstance(found, Problem)
        assert f"is for {country_of_code} alone" in found.sentence


def test_in_the_set_up_a_foreign_code_may_serve_customers_abroad_but_none_at_home() -> None:
    ledger = replace(LEDGER, vat_codes={"c": VatCode("c", NOTHING, country="FR")})
    abroad, home = VatCell("eu", "", NOTHING), VatCell("domestic", "", NOTHING)

    assert not isinstance(find_vat_code(abroad, mapped((abroad, "c")), ledger), Problem)
    assert isinstance(find_vat_code(home, mapped((home, "c")), ledger), Problem)


@pytest.mark.parametrize("business", ["no_vat", "private"])
def test_a_reverse_charge_is_refused_for_customers_without_vat_number(business: str) -> None:
    mappings = mapped((VatCell("eu", "", NOTHING), "7"))
    document = replace(at_zero(), business_type=business)

    found = find_vat_code(VatCell("eu", business, NOTHING), mappings, WITH_REVERSE_CHARGE)

    assert isinstance(found, Problem)
    assert "for customers with a VAT number" in found.sentence
    assert isinstance(prepare(document, mappings, WITH_REVERSE_CHARGE), tuple)


@pytest.mark.parametrize(
    ("code", "category", "is_valid", "warned"),
    [
        ("7", "", False, True),
        ("7", "", True, False),
        ("44", "AE", False, True),
        ("44", "K", False, True),
        ("44", "E", False, False),
        ("44", "AE", True, False),
    ],
)
def test_who_owes_the_vat_without_a_valid_vat_number_is_warned_of(
    code: str,
    category: str,
    is_valid: bool,  # noqa: FBT001 - a table's column
    warned: bool,  # noqa: FBT001 - a table's column
) -> None:
    line = replace(a_line(rate="0"), resource_type="product", vat_category=category)
    document = replace(at_zero(line), customer_vat_valid=is_valid)
    mappings = mapped((VatCell("eu", "vat", NOTHING), code))

    warnings = booked(document, mappings, WITH_REVERSE_CHARGE).warnings

    assert any("takes a valid VAT number" in warning for warning in warnings) == warned


def test_letting_abroad_at_zero_is_warned_of_by_supply() -> None:
    let = replace(a_line(rate="0"), resource_type="product", supply="real_estate")
    served = replace(a_line(rate="0"), resource_type="desk", supply="services")

    assert "Line 1: letting a place" in booked(at_zero(let)).warnings[0]
    assert booked(at_zero(served)).warnings == ()
