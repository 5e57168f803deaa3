"""The demo company's 1,200 documents: booked without a problem once the guesses are confirmed."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.conf import settings

from sync.rules.booking import prepare
from sync.rules.countries import country_group
from sync.rules.entries import Document, DocumentLine, Entry
from sync.rules.guessing import guess_gl_accounts, guess_journals, guess_vat_codes
from sync.rules.ledger import (
    DocumentKind,
    GLAccount,
    GLCell,
    Journal,
    Ledger,
    Mappings,
    VatCell,
    VatCode,
)

DEMO = Path(settings.BASE_DIR) / "accounts_link" / "demo"

LEDGER = Ledger(
    country="BE",
    currency="EUR",
    journals={
        code: Journal(code, description)
        for code, description in {
            "70": "Verkopen",
            "71": "Verkopen Gent",
            "72": "Verkopen Antwerpen",
            "75": "Creditnota's",
        }.items()
    },
    gl_accounts={
        code: GLAccount(f"guid-{code}", code, description)
        for code, description in {
            "700000": "Omzet",
            "700100": "Flex desks",
            "700200": "Vergaderzalen",
            "700300": "Kantoren",
            "700900": "Koffie en catering",
        }.items()
    },
    vat_codes={
        "0": VatCode("0", Decimal(0), "N", "Vrijgesteld"),
        "4": VatCode("4", Decimal(21), "E", "BTW 21%"),
        "9": VatCode("9", Decimal(0), "E", "Intracommunautaire diensten"),
    },
)


def rows(name: str) -> list[dict[str, str]]:
    with (DEMO / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def demo_documents() -> Iterator[Document]:
    customers = {row["Customer Number"]: row for row in rows("customers.csv")}
    by_number: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows("invoices.csv"):
        by_number[row["invoice_number"]].append(row)
    for number, lines in by_number.items():
        first = lines[0]
        customer = customers[first["customer_ref"]]
        yield Document(
            number=number,
            kind=DocumentKind(first["type"]),
            invoice_date=date.fromisoformat(first["invoice_date"]),
            customer_country=customer["Country"],
            business_type=customer["Business type"],
            lines=tuple(a_demo_line(line) for line in lines),
            due_date=date.fromisoformat(first["due_date"]),
            currency=first["currency"],
            location=first["location"],
            structured_reference=first["structured_reference"],
        )


def a_demo_line(row: dict[str, str]) -> DocumentLine:
    return DocumentLine(
        position=int(row["line_no"]),
        description=row["line_description"],
        resource_type=row["resource_type"],
        resource_code=row["resource_code"],
        quantity=Decimal(row["quantity"]),
        unit_price=Decimal(row["unit_price"]),
        vat_rate=Decimal(row["vat_rate"]),
        discount_percent=Decimal(row["discount"] or 0),
    )


def guessed(documents: list[Document]) -> Mappings:
    """Confirm every guess, as a person in a hurry would."""
    lines = [(document, line) for document in documents for line in document.lines]
    sold = {GLCell(doc.location, line.resource_type, line.resource_code) for doc, line in lines}
    taxed = {
        VatCell(country_group(doc.customer_country, "BE"), doc.business_type, line.vat_rate)
        for doc, line in lines
    }
    locations = {document.location for document in documents}
    return Mappings(
        journals={cell: guess.code for cell, guess in guess_journals(LEDGER, locations).items()},
        gl_accounts={cell: guess.code for cell, guess in guess_gl_accounts(LEDGER, sold).items()},
        vat_codes={cell: guess.code for cell, guess in guess_vat_codes(LEDGER, taxed).items()},
    )


def test_every_document_of_the_demo_is_booked_with_the_guesses_and_the_totals_are_known() -> None:
    documents = list(demo_documents())
    mappings = guessed(documents)

    entries = [prepare(document, mappings, LEDGER) for document in documents]

    booked = [entry for entry in entries if isinstance(entry, Entry)]
    assert len(booked) == len(documents) == 1200
    totals = {
        kind: tuple(
            sum(getattr(entry, name) for entry in booked if entry.kind == kind)
            for name in ("net", "vat", "incl")
        )
        for kind in DocumentKind
    }
    assert totals == {
        DocumentKind.INVOICE: tuple(map(Decimal, ("2457401.88", "406840.53", "2864242.41"))),
        DocumentKind.CREDIT_NOTE: tuple(map(Decimal, ("-136710.38", "-19911.54", "-156621.92"))),
    }
    assert {entry.journal for entry in booked} == {"70", "71", "72", "75"}
    assert {entry.journal for entry in booked if entry.kind == DocumentKind.CREDIT_NOTE} == {"75"}
    assert all(len(entry.payment_reference) == 12 for entry in booked)
