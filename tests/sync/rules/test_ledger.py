"""Which journal, account, VAT code and cost centre a line gets, and which it never gets."""

from dataclasses import replace
from decimal import Decimal

import pytest

from sync.rules.booking import prepare
from sync.rules.entries import to_payload
from sync.rules.ledger import (
    DocumentKind,
    GLAccount,
    GLCell,
    JournalCell,
    Ledger,
    Mappings,
    PaymentCondition,
    ProblemKind,
    TermsCell,
    VatCell,
)
from tests.sync.rules.books import (
    CREDIT_NOTE,
    INVOICE,
    LEDGER,
    MAPPINGS,
    a_document,
    a_line,
    booked,
    refused,
)


@pytest.mark.parametrize(
    ("location", "kind", "journal"),
    [
        ("GNT-1", INVOICE, "71"),
        ("GNT-1", CREDIT_NOTE, "71"),  # its own row has no credit journal: the same one
        ("BRU-1", INVOICE, "70"),
        ("BRU-1", CREDIT_NOTE, "72"),
        ("", INVOICE, "70"),
    ],
)
def test_a_location_without_journals_of_its_own_uses_the_general_ones(
    location: str, kind: DocumentKind, journal: str
) -> None:
    mappings = replace(
        MAPPINGS,
        journals={
            JournalCell("", INVOICE): "70",
            JournalCell("", CREDIT_NOTE): "72",
            JournalCell("GNT-1", INVOICE): "71",
        },
    )

    assert booked(replace(a_document(kind=kind), location=location), mappings).journal == journal


def test_the_most_specific_account_wins_and_a_code_goes_before_a_location() -> None:
    cells = [
        ("BRU-1", "desk", "FLEX"),
        ("", "desk", "FLEX"),
        ("BRU-1", "desk", ""),
        ("", "desk", ""),
        ("BRU-1", "", ""),
        ("", "", ""),
    ]
    codes = [f"7000{place}0" for place in range(len(cells))]
    ledger = replace(LEDGER, gl_accounts={code: GLAccount(code, code) for code in codes})
    chosen = {GLCell(*cell): code for cell, code in zip(cells, codes, strict=True)}
    winners = []
    for cell in cells:
        entry = booked(a_document(), replace(MAPPINGS, gl_accounts=dict(chosen)), ledger)
        winners.append(entry.lines[0].gl_account.code)
        del chosen[GLCell(*cell)]

    assert winners == codes


def test_a_business_type_of_its_own_goes_before_any_business_type() -> None:
    abroad = replace(a_document(a_line(rate="0")), customer_country="NL")

    assert booked(abroad).lines[0].vat_code == "44"
    assert booked(replace(abroad, business_type="private")).lines[0].vat_code == "0"


def test_every_missing_cell_is_named_at_once_and_once() -> None:
    other = replace(a_line(rate="0", position=2), resource_type="unit", resource_code="O-1")
    document = replace(a_document(a_line(), other, a_line(position=3)), customer_country="NL")

    problems = refused(document, Mappings())

    assert {problem.key for problem in problems} == {
        ("journal", "BRU-1"),
        ("gl", "BRU-1", "desk", "FLEX"),
        ("gl", "BRU-1", "unit", "O-1"),
        ("vat", "eu", "vat", Decimal(21)),
        ("vat", "eu", "vat", Decimal(0)),
    }
    assert len(problems) == 5
    assert {problem.kind for problem in problems} == {ProblemKind.NEEDS_MAPPING}


@pytest.mark.parametrize(
    ("code", "words"),
    [("10", "not a sales journal"), ("79", "blocked"), ("99", "isn't in Exact any more")],
)
def test_a_journal_that_takes_no_sales_is_refused(code: str, words: str) -> None:
    mappings = replace(MAPPINGS, journals={JournalCell("", INVOICE): code})

    [problem] = refused(a_document(), mappings)

    assert problem.key == ("journal", "")
    assert words in problem.sentence


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("400000", "receivables"),
        ("451000", "VAT"),
        ("700800", "blocked"),
        ("1", "isn't in Exact any more"),
    ],
)
def test_an_account_that_takes_no_sales_line_is_refused(code: str, words: str) -> None:
    mappings = replace(MAPPINGS, gl_accounts={GLCell("", "desk", ""): code})

    [problem] = refused(a_document(), mappings)

    assert problem.key == ("gl", "", "desk", "")
    assert words in problem.sentence


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("5", "including VAT"),
        ("2", "is 6 % in Exact, not 21 %"),
        ("9", "blocked"),
        ("8", "purchases"),
        ("77", "isn't in Exact any more"),
    ],
)
def test_a_vat_code_that_does_not_fit_the_line_is_refused(code: str, words: str) -> None:
    mappings = replace(MAPPINGS, vat_codes={VatCell("domestic", "", Decimal(21)): code})

    [problem] = refused(a_document(), mappings)

    assert problem.key == ("vat", "domestic", "", Decimal(21))
    assert words in problem.sentence


@pytest.mark.parametrize(
    ("account", "centres", "carried"),
    [
        ("700000", {"BRU-1": "BRU", "": "ALL"}, "BRU"),
        ("700000", {"": "ALL"}, "ALL"),
        ("700000", {}, ""),
        ("700600", {"": "ALL"}, ""),
        ("700700", {"": "ALL"}, "ALL"),
    ],
)
def test_a_line_carries_the_cost_centre_of_its_location(
    account: str, centres: dict[str, str], carried: str
) -> None:
    mappings = replace(MAPPINGS, gl_accounts={GLCell("", "", ""): account}, cost_centres=centres)

    assert booked(a_document(), mappings).lines[0].cost_centre == carried


@pytest.mark.parametrize(
    ("use", "units", "carried"),
    [
        (0, {"BRU-1": "DESK", "": "ALL"}, "DESK"),
        (0, {"": "ALL"}, "ALL"),
        (0, {}, ""),
        (1, {"": "ALL"}, "ALL"),
        (2, {"": "ALL"}, ""),
    ],
)
def test_a_line_carries_the_cost_unit_of_its_location(
    use: int, units: dict[str, str], carried: str
) -> None:
    entry = booked(a_document(), replace(MAPPINGS, cost_units=units), with_unit(use))

    assert entry.lines[0].cost_unit == carried
    [line] = to_payload(entry, customer_guid="c", reference="r")["SalesEntryLines"]  # type: ignore[misc]  # a list
    assert line.get("CostUnit", "") == carried


def test_an_account_that_demands_a_cost_unit_waits_for_one() -> None:
    problems = prepare(a_document(), MAPPINGS, with_unit(1))

    assert isinstance(problems, tuple)
    assert [problem.key for problem in problems] == [("cost_unit", "BRU-1")]


def with_unit(use: int) -> Ledger:
    account = replace(LEDGER.gl_accounts["700000"], use_cost_unit=use)
    return replace(LEDGER, gl_accounts={"700000": account})


CONDITIONS = {"30": PaymentCondition("30", "30 days"), "14": PaymentCondition("14", "14 days")}


@pytest.mark.parametrize(
    ("chosen", "terms", "code"),
    [
        ({"30 dagen": "30", "": "14"}, "30 dagen", "30"),
        ({"30 dagen": "30", "": "14"}, " 30  Dagen ", "30"),
        ({"30 dagen": "30", "": "14"}, "direct debit", "14"),
        ({"30 dagen": "30", "": "14"}, "", "14"),
        ({"30 dagen": "30"}, "direct debit", ""),
        ({}, "30 dagen", ""),
    ],
)
def test_the_sources_terms_choose_a_payment_condition_or_leave_the_accounts_own(
    chosen: dict[str, str], terms: str, code: str
) -> None:
    cells = {TermsCell(words): condition for words, condition in chosen.items()}
    ledger = replace(LEDGER, payment_conditions=CONDITIONS)
    document = replace(a_document(), payment_terms=terms)

    entry = booked(document, replace(MAPPINGS, payment_conditions=cells), ledger)

    assert entry.payment_condition == code
    payload = to_payload(entry, customer_guid="c", reference="r")
    assert payload.get("PaymentCondition", "") == code
    assert payload["DueDate"] == "2026-10-23"  # the document's own day still wins


def test_a_payment_condition_that_is_gone_is_named_with_its_terms() -> None:
    mappings = replace(MAPPINGS, payment_conditions={TermsCell("Net 60"): "60"})

    [problem] = refused(replace(a_document(), payment_terms="net 60"), mappings)

    assert problem.key == ("payment_condition", "Net 60")


def test_an_account_that_demands_a_cost_centre_waits_for_one() -> None:
    mappings = replace(MAPPINGS, gl_accounts={GLCell("", "", ""): "700700"})

    assert [problem.key for problem in refused(a_document(), mappings)] == [
        ("cost_centre", "BRU-1")
    ]
