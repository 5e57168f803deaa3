"""Credit notes: both conventions of the sign, mixed signs, their own journal, their original."""

from dataclasses import replace
from decimal import Decimal

import pytest

from sync.rules.entries import Document, Original, StatedVat
from sync.rules.ledger import JournalCell
from tests.sync.rules.books import (
    CREDIT_NOTE,
    INVOICE,
    MAPPINGS,
    a_document,
    a_line,
    booked,
    refused,
)


def a_credit_note(*nets_and_rates: tuple[str, str], **values: object) -> Document:
    lines = [a_line(net, rate, position=n) for n, (net, rate) in enumerate(nets_and_rates, 1)]
    return replace(a_document(*lines, kind=CREDIT_NOTE), **values)  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("sign_of_totals", [1, -1])
def test_lines_and_totals_may_have_a_convention_each(sign: int, sign_of_totals: int) -> None:
    document = a_credit_note(
        (f"{sign * 100}", "21"),
        (f"{sign * -20}", "6"),
        total_excl=sign_of_totals * Decimal("80.00"),
        total_vat=sign_of_totals * Decimal("19.80"),
        total_incl=sign_of_totals * Decimal("99.80"),
        stated_vat=(
            StatedVat(
                Decimal(21),
                sign_of_totals * Decimal("21.00"),
                base=sign_of_totals * Decimal("100.00"),
            ),
            StatedVat(
                Decimal(6), sign_of_totals * Decimal("-1.20"), base=sign_of_totals * Decimal(-20)
            ),
        ),
    )

    entry = booked(document)

    assert [(line.net, line.vat) for line in entry.lines] == [
        (Decimal("-100.00"), Decimal("-21.00")),
        (Decimal("20.00"), Decimal("1.20")),
    ]
    assert entry.incl == Decimal("-99.80")


@pytest.mark.parametrize("sign", [1, -1])
def test_more_without_vat_and_less_with_it_is_still_one_credit_note(sign: int) -> None:
    document = a_credit_note(
        (f"{sign * 100}", "21"),
        (f"{sign * -105}", "0"),
        total_excl=sign * Decimal("-5.00"),
        total_vat=sign * Decimal("21.00"),
        total_incl=sign * Decimal("16.00"),
    )

    entry = booked(document)

    assert (entry.net, entry.vat, entry.incl) == (Decimal(5), Decimal(-21), Decimal(-16))


def test_totals_of_another_amount_are_refused_whatever_their_sign() -> None:
    [problem] = refused(a_credit_note(("100", "21"), total_incl=Decimal("-121.10")))

    assert "says -121.10 " not in problem.sentence
    assert problem.key == ("document", "total_vat")
    assert "0.10 " in problem.sentence


def test_an_invoice_is_never_turned_round() -> None:
    document = replace(a_document(a_line("-100")), total_incl=Decimal("121.00"))

    assert refused(document)


def test_a_credit_note_has_its_own_journal_and_names_its_original() -> None:
    journals = {JournalCell("", INVOICE): "70", JournalCell("", CREDIT_NOTE): "72"}
    document = a_credit_note(("100", "21"), number="CN-7", credited_invoice="INV-2026-000001")

    entry = booked(document, replace(MAPPINGS, journals=journals))

    assert entry.journal == "72"
    assert entry.description == "CN-7 / INV-2026-000001 BRU-1"
    assert entry.warnings == ()


@pytest.mark.parametrize(
    ("original", "words"),
    [
        (Original.OURS, ""),
        (Original.UNKNOWN, "It credits INV-1, which isn't known here."),
        (Original.OF_ANOTHER, "It credits INV-1, which is another customer's."),
    ],
)
def test_an_original_that_is_strange_is_warned_of(original: Original, words: str) -> None:
    document = a_credit_note(("100", "21"), credited_invoice="INV-1", original=original)

    assert "".join(booked(document).warnings) == words


def test_without_an_original_there_is_nothing_to_say() -> None:
    entry = booked(a_credit_note(("100", "21"), number="CN-7", original=Original.UNKNOWN))

    assert (entry.description, entry.warnings) == ("CN-7 BRU-1", ())
