"""Guesses for the set-up: right where the words are plain, silent where two fit equally well."""

from decimal import Decimal

import pytest

from sync.rules.guessing import guess_gl_accounts, guess_journals, guess_vat_codes
from sync.rules.ledger import (
    DocumentKind,
    GLAccount,
    GLCell,
    Journal,
    JournalCell,
    Ledger,
    VatCell,
    VatCode,
)

INVOICE, CREDIT_NOTE = DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE


def a_ledger(
    journals: tuple[Journal, ...] = (),
    accounts: dict[str, str] | None = None,
    vat_codes: tuple[VatCode, ...] = (),
) -> Ledger:
    return Ledger(
        country="BE",
        currency="EUR",
        journals={journal.code: journal for journal in journals},
        gl_accounts={
            code: GLAccount(f"guid-{code}", code, description)
            for code, description in (accounts or {}).items()
        },
        vat_codes={code.code: code for code in vat_codes},
    )


# Journals


def test_journals_of_a_belgian_company_are_found_by_their_names() -> None:
    ledger = a_ledger(
        (
            Journal("60", "Aankopen", type=22),
            Journal("70", "Verkopen"),
            Journal("71", "Verkopen Brussel"),
            Journal("72", "Verkopen Gent"),
            Journal("75", "Creditnota's"),
            Journal("76", "Creditnota's Gent"),
        )
    )

    guesses = guess_journals(ledger, ["BRU-1", "GNT-1", "ANR-1"])

    assert {cell: guess.code for cell, guess in guesses.items()} == {
        JournalCell("", INVOICE): "70",
        JournalCell("", CREDIT_NOTE): "75",
        JournalCell("BRU-1", INVOICE): "71",
        JournalCell("BRU-1", CREDIT_NOTE): "75",  # not its own journal, but one for credit notes
        JournalCell("GNT-1", INVOICE): "72",
        JournalCell("GNT-1", CREDIT_NOTE): "76",
    }


@pytest.mark.parametrize("name", ["Ventes Anvers", "Sales Antwerp", "Verkoop ANR", "ANR-1"])
def test_a_city_is_known_by_its_names_and_code(name: str) -> None:
    guesses = guess_journals(a_ledger((Journal("71", name),)), ["ANR-1"])

    assert guesses[JournalCell("ANR-1", INVOICE)].code == "71"


def test_two_sites_in_one_city_are_told_apart_by_their_number() -> None:
    ledger = a_ledger((Journal("71", "Sales Brussels 1"), Journal("72", "Sales BRU-2")))

    guesses = guess_journals(ledger, ["BRU-1", "BRU-2", "BRU-3"])

    assert {cell.location: guess.code for cell, guess in guesses.items()} == {
        "BRU-1": "71",
        "BRU-2": "72",
    }


def test_a_journal_of_another_site_in_the_same_city_is_not_guessed() -> None:
    guesses = guess_journals(a_ledger((Journal("72", "Sales Brussels 2"),)), ["BRU-1"])

    assert JournalCell("BRU-1", INVOICE) not in guesses


def test_two_general_sales_journals_are_left_to_a_person() -> None:
    ledger = a_ledger((Journal("70", "Verkopen"), Journal("71", "Verkopen bis")))

    assert guess_journals(ledger, []) == {}


def test_the_general_journal_is_guessed_before_any_location_is_known() -> None:
    ledger = a_ledger((Journal("70", "Verkopen"), Journal("71", "Verkopen Gent")))

    guessed = guess_journals(ledger, [])

    assert guessed[JournalCell("", DocumentKind.INVOICE)].code == "70"


def test_a_blocked_journal_or_one_for_purchases_is_never_guessed() -> None:
    ledger = a_ledger((Journal("70", "Sales", is_blocked=True), Journal("60", "Sales", type=22)))

    assert guess_journals(ledger, [""]) == {}


# G/L accounts


@pytest.mark.parametrize(
    "accounts",
    [
        {"1": "Flex desks", "2": "Meeting rooms", "3": "Office rent", "4": "Virtual office"},
        {"1": "Flexplekken", "2": "Vergaderzalen", "3": "Kantoorverhuur", "4": "Virtueel kantoor"},
        {"1": "Coworking", "2": "Salles de réunion", "3": "Bureaux", "4": "Bureau virtuel"},
        {"1": "Coworking", "2": "Besprechungsräume", "3": "Büros", "4": "Virtuelles Büro"},
    ],
)
def test_accounts_are_known_by_what_they_are_about_in_four_languages(
    accounts: dict[str, str],
) -> None:
    sold = [
        GLCell("BRU-1", "desk", "FLEX"),
        GLCell("BRU-1", "meeting_room", "MR-ATLAS"),
        GLCell("BRU-1", "unit", "OFFICE-2.14"),
        GLCell("BRU-1", "product", "VIRTUAL"),
    ]

    guesses = guess_gl_accounts(a_ledger(accounts=accounts), sold)

    assert {cell: guess.code for cell, guess in guesses.items()} == {
        GLCell("", "desk", ""): "1",
        GLCell("", "meeting_room", ""): "2",
        GLCell("", "unit", ""): "3",
        GLCell("", "product", "VIRTUAL"): "4",
    }


def test_an_account_that_names_a_location_serves_that_location_alone() -> None:
    accounts = {"1": "Flex desks", "2": "Flex desks Gent"}
    sold = [GLCell("BRU-1", "desk", "FLEX"), GLCell("GNT-1", "desk", "FLEX")]

    guesses = guess_gl_accounts(a_ledger(accounts=accounts), sold)

    assert {cell: guess.code for cell, guess in guesses.items()} == {
        GLCell("", "desk", ""): "1",
        GLCell("GNT-1", "desk", ""): "2",
    }


def test_one_general_account_takes_the_rest_but_asks_to_look_twice() -> None:
    guesses = guess_gl_accounts(a_ledger(accounts={"700000": "Omzet", "700100": "Desks"}), [])

    assert guesses[GLCell("", "", "")].code == "700000"
    assert not guesses[GLCell("", "", "")].is_sure


def test_two_accounts_about_the_same_are_left_to_a_person() -> None:
    accounts = {"1": "Flex desks", "2": "Coworking desks"}

    assert guess_gl_accounts(a_ledger(accounts=accounts), [GLCell("", "desk", "")]) == {}


# VAT codes

BELGIAN = (
    VatCode("0", Decimal(0), "N", "Vrijgesteld van btw"),
    VatCode("2", Decimal(6), "E", "BTW 6% verkopen"),
    VatCode("4", Decimal(21), "E", "BTW 21% verkopen"),
    VatCode("5", Decimal(21), "I", "BTW 21% inclusief"),
    VatCode("6", Decimal(21), "E", "BTW 21% aankopen"),
    VatCode("7", Decimal(0), "E", "Medecontractant"),
    VatCode("8", Decimal(0), "E", "Intracommunautaire leveringen goederen"),
    VatCode("9", Decimal(0), "E", "Intracommunautaire diensten"),
    VatCode("10", Decimal(0), "E", "Export buiten EU"),
)


@pytest.mark.parametrize(
    ("cell", "code", "is_sure"),
    [
        (VatCell("domestic", "vat", Decimal(21)), "4", True),
        (VatCell("domestic", "", Decimal(6)), "2", True),
        (VatCell("domestic", "private", Decimal(0)), "0", True),
        (VatCell("eu", "vat", Decimal(21)), "4", True),
        (VatCell("eu", "vat", Decimal(0)), "9", True),
        (VatCell("eu", "private", Decimal(0)), "0", False),
        (VatCell("non_eu", "vat", Decimal(0)), "10", True),
    ],
)
def test_vat_codes_of_a_belgian_company_are_found(cell: VatCell, code: str, is_sure: bool) -> None:  # noqa: FBT001 - a table's column
    guess = guess_vat_codes(a_ledger(vat_codes=BELGIAN), [cell])[cell]

    assert (guess.code, guess.is_sure) == (code, is_sure)
    assert guess.why.startswith(f"{code} ")


def test_no_vat_code_is_guessed_where_none_or_two_fit() -> None:
    twins = (VatCode("1", Decimal(21), description="21%"), VatCode("2", Decimal(21), "E", "BTW"))
    cells = [VatCell("domestic", "vat", Decimal(21)), VatCell("domestic", "vat", Decimal(12))]

    assert guess_vat_codes(a_ledger(vat_codes=twins), cells) == {}


def test_a_reverse_charge_is_never_guessed_for_who_has_no_vat_number() -> None:
    reverse = VatCode("7", Decimal(0), description="0 %", is_reverse_charge=True)
    cells = [VatCell("domestic", "vat", Decimal(0)), VatCell("domestic", "private", Decimal(0))]

    assert list(guess_vat_codes(a_ledger(vat_codes=(reverse,)), cells)) == cells[:1]
