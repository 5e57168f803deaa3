"""Which journal, account, VAT code and cost centre a line gets, and which it never gets."""

from dataclasses import replace
from decimal import Decimal

import pytest

from sync.rules.ledger import (
    DocumentKind,
    GLAccount,
    GLCell,
    JournalCell,
    Mappings,
    ProblemKind,
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


def test_an_account_that_demands_a_cost_centre_waits_for_one() -> None:
    mappings = replace(MAPPINGS, gl_accounts={GLCell("", "", ""): "700700"})

    assert [problem.key for problem in refused(a_document(), mappings)] == [
        ("cost_centre", "BRU-1")
    ]
