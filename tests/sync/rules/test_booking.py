"""What an invoice becomes in the books: to the cent, or refused with both numbers named."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.rules.entries import Document, DocumentLine, Entry, StatedVat
from sync.rules.ledger import (
    DocumentKind,
    GLCell,
    ProblemKind,
    ZeroPolicy,
)
from tests.sync.rules.books import (
    CREDIT_NOTE,
    MAPPINGS,
    a_document,
    a_line,
    booked,
    law_lines,
    refused,
    with_policies,
)
from tests.sync.rules.test_cents import half_up

LAW = a_document(*law_lines())


def test_a_line_is_quantity_times_price_less_discount_rounded_half_up() -> None:
    line = replace(a_line("3.35", quantity="3"), discount_percent=Decimal(10))

    entry = booked(a_document(line))

    assert entry.lines[0].net == Decimal("9.05")  # 9.045
    assert (entry.net, entry.vat, entry.incl) == (
        Decimal("9.05"),
        Decimal("1.90"),
        Decimal("10.95"),
    )


def test_vat_is_rounded_once_for_the_rate_and_the_odd_cent_is_shown() -> None:
    entry = booked(LAW)

    assert (entry.net, entry.vat, entry.incl) == (
        Decimal("43.70"),
        Decimal("9.18"),
        Decimal("52.88"),
    )
    assert [line.position for line in entry.lines if line.odd_cents] == [3]
    assert entry.warnings == ()


def test_the_sources_own_vat_is_followed_where_rounding_explains_it_and_said_so() -> None:
    document = replace(LAW, total_vat=Decimal("9.17"), total_incl=Decimal("52.87"))

    entry = booked(document)

    assert entry.incl == Decimal("52.87")
    assert entry.warnings == ("VAT code 4 follows the source: 9.17, computed 9.18.",)


def test_a_total_with_vat_alone_is_enough_to_know_the_vat() -> None:
    entry = booked(replace(LAW, total_incl=Decimal("52.87")))

    assert entry.vat == Decimal("9.17")


@pytest.mark.parametrize(
    ("document", "name", "stated", "computed"),
    [
        (replace(LAW, total_excl=Decimal("43.71")), "total_excl", "43.71", "43.70"),
        (replace(LAW, total_vat=Decimal("9.30")), "total_vat", "9.30", "9.18"),
        (replace(LAW, total_incl=Decimal("53.00")), "total_vat", "9.30", "9.18"),
    ],
)
def test_a_total_that_differs_is_refused_and_both_numbers_are_named(
    document: Document, name: str, stated: str, computed: str
) -> None:
    [problem] = refused(document)

    assert (problem.kind, problem.key) == (ProblemKind.REFUSED, ("document", name))
    assert f"says {stated} " in problem.sentence
    assert f"come to {computed}" in problem.sentence


def test_totals_that_contradict_each_other_are_refused() -> None:
    document = replace(a_document(), total_vat=Decimal("21.00"), total_incl=Decimal("121.01"))

    [problem] = refused(document)

    assert problem.key == ("document", "total_incl")
    assert "121.01" in problem.sentence
    assert "121.00" in problem.sentence


def test_vat_by_rate_is_followed_for_each_rate() -> None:
    document = replace(
        a_document(*law_lines(), a_line("10.00", "6", position=6)),
        stated_vat=(
            StatedVat(Decimal(21), Decimal("9.17")),
            StatedVat(Decimal(6), Decimal("0.60")),
        ),
    )

    groups = {group.vat_code: (group.base, group.vat) for group in booked(document).vat_groups}

    assert groups == {
        "4": (Decimal("43.70"), Decimal("9.17")),
        "2": (Decimal("10.00"), Decimal("0.60")),
    }


def test_of_two_categories_at_one_rate_each_is_followed() -> None:
    lines = [replace(line, vat_category="S" if line.position < 4 else "B") for line in law_lines()]
    document = replace(
        a_document(*lines),
        stated_vat=(
            StatedVat(Decimal(21), Decimal("4.87"), "S", Decimal("23.22")),
            StatedVat(Decimal(21), Decimal("4.30"), "B", Decimal("20.48")),
        ),
    )

    entry = booked(document)

    assert sum(line.vat for line in entry.lines[:3]) == Decimal("4.87")  # 4.88 by rounding once
    assert sum(line.vat for line in entry.lines[3:]) == Decimal("4.30")


def test_categories_that_the_lines_do_not_tell_are_taken_together() -> None:
    stated = (
        StatedVat(Decimal(21), Decimal("5.00"), "S", Decimal("23.00")),
        StatedVat(Decimal(21), Decimal("4.18"), "B", Decimal("20.70")),
    )

    assert booked(replace(LAW, stated_vat=stated)).vat == Decimal("9.18")


def test_a_vat_that_rounding_can_not_explain_is_refused_with_its_rate_and_by_how_much() -> None:
    document = replace(LAW, stated_vat=(StatedVat(Decimal(21), Decimal("9.30")),))

    [problem] = refused(document)

    assert problem.key == ("document", "total_vat")
    assert "says 9.30 VAT at 21 % and its lines come to 9.18: 0.12 less." in problem.sentence


def test_a_base_that_its_lines_do_not_come_to_is_refused() -> None:
    stated = (StatedVat(Decimal(21), Decimal("9.18"), base=Decimal("43.80")),)

    [problem] = refused(replace(LAW, stated_vat=stated))

    assert problem.key == ("document", "vat_breakdown", Decimal(21), "")
    assert "says 43.80 without VAT at 21 % and its lines come to 43.70" in problem.sentence


# Credit notes


@pytest.mark.parametrize("sign", [1, -1])
def test_a_credit_note_is_negative_whatever_sign_its_source_used(sign: int) -> None:
    lines = [a_line(str(sign * Decimal("100"))), a_line(str(sign * Decimal("-20")), position=2)]
    document = replace(
        a_document(*lines, kind=CREDIT_NOTE),
        total_excl=sign * Decimal("80.00"),
        total_vat=sign * Decimal("16.80"),
        total_incl=sign * Decimal("96.80"),
    )

    entry = booked(document)

    assert [line.net for line in entry.lines] == [Decimal("-100.00"), Decimal("20.00")]
    assert [line.quantity for line in entry.lines] == [-1, 1]
    assert (entry.net, entry.vat, entry.incl) == (
        Decimal("-80.00"),
        Decimal("-16.80"),
        Decimal("-96.80"),
    )


def test_a_credit_note_may_have_negative_lines_and_positive_totals() -> None:
    document = replace(a_document(a_line("-100"), kind=CREDIT_NOTE), total_incl=Decimal("121.00"))

    assert booked(document).incl == Decimal("-121.00")


# Nothing to book


def test_a_line_that_comes_to_nothing_needs_no_mapping_and_is_left_out() -> None:
    free = replace(a_line("0", position=2), resource_type="product", resource_code="GIFT")
    mappings = replace(MAPPINGS, gl_accounts={GLCell("", "desk", ""): "700100"})

    entry = booked(a_document(a_line(), free), mappings)

    assert [line.position for line in entry.lines] == [1]
    assert entry.warnings == ("Line 2 comes to 0.00 and is left out.",)


def test_a_document_in_which_every_line_is_nothing_is_excluded_by_default() -> None:
    [problem] = refused(a_document(a_line("0")))

    assert (problem.kind, problem.key) == (ProblemKind.EXCLUDED, ("document", "zero"))


def test_lines_that_cancel_each_other_are_booked_with_a_warning() -> None:
    lines = (a_line("50"), a_line("-50", position=2))

    entry = booked(a_document(*lines), with_policies(zero=ZeroPolicy.BOOK))

    assert entry.incl == 0
    assert entry.warnings == ("The entry comes to 0.00 in all.",)


prices = st.integers(0, 200_000).map(lambda cents: Decimal(cents).scaleb(-2))
document_lines = st.builds(
    DocumentLine,
    position=st.integers(1, 99),
    description=st.text(max_size=80),
    resource_type=st.sampled_from(["desk", "unit", "product"]),
    resource_code=st.sampled_from(["FLEX", "COFFEE"]),
    quantity=st.integers(1, 4000).map(lambda n: Decimal(n).scaleb(-2)),
    unit_price=prices,
    vat_rate=st.sampled_from([Decimal(rate) for rate in ("0", "6", "12", "21")]),
    discount_percent=st.sampled_from([Decimal(percent) for percent in ("0", "10", "33.33")]),
)
line_lists = st.lists(document_lines, min_size=1, max_size=8).filter(
    lambda lines: any(line.net for line in lines)
)


def check_to_the_cent(document: Document, entry: Entry) -> None:
    sign = -1 if document.is_credit else 1
    for group in entry.vat_groups:
        [rate] = {line.vat_rate for line in entry.lines if line.vat_code == group.vat_code}
        base = sign * sum(line.net for line in document.lines if line.vat_rate == rate)
        assert (group.base, group.vat) == (base, half_up(base * rate / 100))
        of_group = [line for line in entry.lines if line.vat_code == group.vat_code]
        assert sum(line.net for line in of_group) == group.base
        assert sum(line.vat for line in of_group) == group.vat
    assert entry.incl == sum(line.net + line.vat for line in entry.lines)
    assert entry.net == sign * sum(line.net for line in document.lines)


@settings(max_examples=300, deadline=None)
@given(line_lists)
def test_posted_lines_and_vat_equal_the_document_in_each_group_and_in_all(
    lines: list[DocumentLine],
) -> None:
    document = a_document(*lines)

    check_to_the_cent(document, booked(document))


@settings(max_examples=150, deadline=None)
@given(line_lists)
def test_a_credit_note_is_the_exact_negation_of_its_invoice(lines: list[DocumentLine]) -> None:
    invoice, credit = (booked(a_document(*lines, kind=kind)) for kind in DocumentKind)

    assert credit.incl == -invoice.incl
    assert [(line.net, line.vat, line.quantity) for line in credit.lines] == [
        (-line.net, -line.vat, -line.quantity) for line in invoice.lines
    ]
