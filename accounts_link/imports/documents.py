"""What an invoice or credit note looks like once it is read, whatever it came as."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts_link.imports.shapes import RowNote

VatShare = tuple[str, str, str, str]  # category, rate in per cent, base, VAT


@dataclass(frozen=True, slots=True)
class InvoiceLineRow:
    """One line: net price each, discount and VAT rate in per cent; signs as the source has them."""

    line: int
    position: int
    description: str
    resource_type: str
    resource_code: str
    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal
    vat_rate: Decimal
    period_from: date | None
    period_to: date | None
    vat_category: str = ""  # UBL's: S, Z, E, AE, K, G or O; empty where the source has none
    supply: str = ""  # goods, services or real_estate; empty: by its resource type


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file that comes with a document, such as its PDF."""

    kind: str  # pdf, ubl or other
    name: str  # safe to store and to show
    content: bytes


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice or credit note, in the names of the Invoice it will become, with all its lines.

    Texts are no longer than their columns there, amounts have no more places. Totals are those of
    the document, None where the source has none.
    """

    line: int  # of its first row in the file; for an API, its place in the request, from 1
    number: str
    kind: str  # invoice or credit_note
    invoice_date: date
    due_date: date | None
    currency: str
    customer_ref: str
    location: str
    structured_reference: str
    your_reference: str
    credited_invoice: str
    total_excl: Decimal | None
    total_vat: Decimal | None
    total_incl: Decimal | None
    lines: tuple[InvoiceLineRow, ...] = ()
    customer_vat: str = ""
    customer_endpoint: str = ""  # scheme and identifier: 0208:0403019261
    customer_name: str = ""
    billing_entity: str = ""
    payment_terms: str = ""
    vat_breakdown: tuple[VatShare, ...] = ()
    pdf_file: str = ""  # the name of its PDF among the files that came with it
    files: tuple[FileRow, ...] = ()
    notes: tuple[RowNote, ...] = ()
    file: str = ""  # the name of its file, where several came at once
