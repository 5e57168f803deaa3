"""Builders for the booking rules: a division's books, an administrator's choices, a document."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from sync.rules.booking import prepare
from sync.rules.entries import Document, DocumentLine, Entry
from sync.rules.ledger import (
    DocumentKind,
    GLAccount,
    GLCell,
    Journal,
    JournalCell,
    Ledger,
    Mappings,
    Policies,
    Problem,
    VatCell,
    VatCode,
)

INVOICE, CREDIT_NOTE = DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE

LEDGER = Ledger(
    country="BE",
    currency="EUR",
    journals={
        "70": Journal("70", "Sales"),
        "71": Journal("71", "Sales Ghent"),
        "72": Journal("72", "Credit notes"),
        "10": Journal("10", "Bank", type=12),
        "79": Journal("79", "Old sales", is_blocked=True),
    },
    gl_accounts={
        "700000": GLAccount("guid-700000", "700000", "Sales"),
        "700100": GLAccount("guid-700100", "700100", "Desks"),
        "700900": GLAccount("guid-700900", "700900", "Coffee"),
        "400000": GLAccount("guid-400000", "400000", "Customers", type=20),
        "451000": GLAccount("guid-451000", "451000", "VAT", type=24),
        "700800": GLAccount("guid-700800", "700800", "Old", is_blocked=True),
        "700700": GLAccount("guid-700700", "700700", "By centre", use_cost_centre=1),
        "700600": GLAccount("guid-700600", "700600", "Never by centre", use_cost_centre=2),
    },
    vat_codes={
        "4": VatCode("4", Decimal("21.00"), description="21 %"),
        "2": VatCode("2", Decimal(6), description="6 %"),
        "3": VatCode("3", Decimal(12), description="12 %"),
        "0": VatCode("0", Decimal(0), "N", "0 %"),
        "44": VatCode("44", Decimal(0), description="Services within the EU"),
        "5": VatCode("5", Decimal(21), "I", "21 % included"),
        "9": VatCode("9", Decimal(21), is_blocked=True),
        "8": VatCode("8", Decimal(21), transaction_type="P"),
    },
)

MAPPINGS = Mappings(
    journals={JournalCell("", INVOICE): "70"},
    gl_accounts={GLCell("", "", ""): "700000"},
    vat_codes={
        **{
            VatCell(group, "", Decimal(rate)): code
            for group in ("domestic", "eu", "non_eu")
            for rate, code in (("21", "4"), ("12", "3"), ("6", "2"), ("0", "0"))
        },
        VatCell("eu", "vat", Decimal(0)): "44",
    },
)


def a_line(
    net: str = "100.00", rate: str = "21", *, position: int = 1, quantity: str = "1"
) -> DocumentLine:
    return DocumentLine(
        position=position,
        description="A desk",
        resource_type="desk",
        resource_code="FLEX",
        quantity=Decimal(quantity),
        unit_price=Decimal(net),
        vat_rate=Decimal(rate),
    )


def a_document(*lines: DocumentLine, kind: DocumentKind = INVOICE) -> Document:
    return Document(
        number="INV-2026-000001",
        kind=kind,
        invoice_date=date(2026, 9, 23),
        customer_country="BE",
        business_type="vat",
        lines=lines or (a_line(),),
        due_date=date(2026, 10, 23),
        location="BRU-1",
    )


def booked(document: Document, mappings: Mappings = MAPPINGS, ledger: Ledger = LEDGER) -> Entry:
    entry = prepare(document, mappings, ledger)
    assert isinstance(entry, Entry), entry
    return entry


def refused(document: Document, mappings: Mappings = MAPPINGS) -> tuple[Problem, ...]:
    problems = prepare(document, mappings, LEDGER)
    assert isinstance(problems, tuple)
    return problems


def with_policies(mappings: Mappings = MAPPINGS, **chosen: Any) -> Mappings:
    return replace(mappings, policies=Policies(**chosen))


def law_lines() -> list[DocumentLine]:
    nets = ("12.10", "7.77", "3.35", "19.99", "0.49")
    return [a_line(net, position=place) for place, net in enumerate(nets, 1)]
