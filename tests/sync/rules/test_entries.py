"""A sales entry as it goes over the wire: whole, plain and the same each time."""

import json
from dataclasses import replace
from datetime import date

import pytest

from sync.rules.entries import fit, to_payload
from sync.rules.references import ReferenceTooLongError
from tests.sync.rules.books import (
    MAPPINGS,
    a_document,
    a_line,
    booked,
)


def test_the_payload_has_exacts_own_names_and_amounts_as_text() -> None:
    line = replace(
        a_line("19.99", quantity="12.0000"),
        period_from=date(2026, 10, 1),
        period_to=date(2026, 12, 31),
    )
    document = replace(
        a_document(line), structured_reference="+++090/9337/55493+++", your_reference="PO 4711"
    )
    entry = booked(document, replace(MAPPINGS, cost_centres={"BRU-1": "BRU"}))

    payload = to_payload(entry, customer_guid="guid-c", reference="2026-1 ZF0123456789ABC")

    assert json.loads(json.dumps(payload)) == payload
    assert payload == {
        "Customer": "guid-c",
        "Journal": "70",
        "EntryDate": "2026-09-23",
        "DueDate": "2026-10-23",
        "Description": "INV-2026-000001 BRU-1 PO 4711",
        "YourRef": "2026-1 ZF0123456789ABC",
        "PaymentReference": "090933755493",
        "Currency": "EUR",
        "SalesEntryLines": [
            {
                "Description": "A desk",
                "GLAccount": "guid-700000",
                "VATCode": "4",
                "AmountFC": "239.88",
                "VATAmountFC": "50.37",
                "Quantity": "12",
                "CostCenter": "BRU",
                "From": "2026-10-01",
                "To": "2026-12-31",
            }
        ],
    }


def test_equal_documents_have_byte_for_byte_equal_payloads() -> None:
    as_imported = a_document(a_line("100", "21"))
    as_stored = a_document(a_line("100.0000", "21.00", quantity="1.0000"))

    first, second = (
        json.dumps(to_payload(booked(document), customer_guid="c", reference="r"))
        for document in (as_imported, as_stored)
    )

    assert first == second


def test_what_is_empty_is_left_out_of_the_payload() -> None:
    document = replace(a_document(), due_date=None)

    payload = to_payload(booked(document), customer_guid="c", reference="r")

    assert not {"DueDate", "PaymentReference"} & set(payload)
    assert "" not in payload["SalesEntryLines"][0].values()  # type: ignore[union-attr]  # a list


def test_a_reference_that_exact_would_cut_makes_no_payload() -> None:
    with pytest.raises(ReferenceTooLongError):
        to_payload(booked(a_document()), customer_guid="c", reference="x" * 31)


@pytest.mark.parametrize(
    ("text", "fitted"),
    [
        ("a\n  b\tc\x00", "a b c"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 59 + "…"),
        ("🪑" * 30, "🪑" * 30),
        ("🪑" * 31, "🪑" * 29 + "…"),
    ],
)
def test_a_description_is_one_line_of_sixty_utf16_units(text: str, fitted: str) -> None:
    assert fit(text) == fitted


def test_a_line_without_words_is_described_by_what_was_sold() -> None:
    entry = booked(a_document(replace(a_line(), description=" ")))

    assert entry.lines[0].description == "desk FLEX"
