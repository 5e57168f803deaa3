"""Reading UBL: invoices and credit notes of Peppol BIS Billing 3.0.

What goes where, and why: docs/ubl.md. Another profile is read as well as it goes, with a note.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from accounts_link.imports.cells import currency, structured_reference
from accounts_link.imports.documents import FileRow, InvoiceRow, VatShare
from accounts_link.imports.shapes import CellError, FileError, RowError
from accounts_link.imports.ubl_codes import (
    BILLING,
    CREDIT_CODES,
    CREDIT_NOTE,
    ENVELOPE,
    INVOICE,
    INVOICE_CODES,
    PREFIXES,
    REFUSED_CODES,
)
from accounts_link.imports.ubl_files import embedded_files, safe_name
from accounts_link.imports.ubl_lines import read_lines, vat_category
from accounts_link.imports.ubl_parties import billing_entity, customer, location
from accounts_link.imports.ubl_reading import Reading, cents, name_of, xml_day
from accounts_link.imports.xml_tree import Element, read_xml

ZERO = Decimal(0)
NUMBER, REFERENCE, TERMS = 60, 60, 60  # characters
OTHERS = {
    "html": "is a web page",
    "cii:CrossIndustryInvoice": "is an invoice in CII (Factur-X, ZUGFeRD)",
}
MARK = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\x00", b"\xfe\xff\x00<")


@dataclass(frozen=True, slots=True)
class UblOptions:
    """What an installation may choose about reading UBL."""

    resource_types: Mapping[str, str] = field(default_factory=dict)  # by how an item code begins
    location_from: tuple[str, ...] = ("delivery_location",)  # of ubl_parties.LOCATIONS, in order


def looks_like_xml(start: bytes) -> bool:
    """Whether a file that begins so is XML."""
    return start.lstrip(b" \t\r\n").startswith(MARK)


def read_ubl(
    content: bytes, name: str, options: UblOptions | None = None
) -> Iterator[InvoiceRow | RowError]:
    """Yield the document, or everything that is wrong with it.

    Raises FileError when it is not XML, not safe to read, or neither an invoice nor a credit note.
    """
    root = _document(read_xml(content, name, PREFIXES), name)
    reading = Reading(root, name)
    row = _row(reading, content, options or UblOptions())
    if reading.errors:
        yield from reading.errors
    else:
        yield row


def _document(root: Element, name: str) -> Element:
    """Return the invoice or credit note, taken out of its Peppol envelope if it came in one."""
    inside = root.children if root.name == ENVELOPE else [root]
    found = next((one for one in inside if one.name in {INVOICE, CREDIT_NOTE}), None)
    if found is None:
        what = OTHERS.get(root.name, f"is XML that begins with “{root.name[-60:]}”")
        raise FileError(f"“{name}” {what}, not a UBL invoice or credit note.")
    return found


def _row(reading: Reading, content: bytes, options: UblOptions) -> InvoiceRow:
    root = reading.root
    number = reading.need(("cbc:ID",), name_of(NUMBER), "")
    reading.call_it(number)
    _look_at_profile(reading)
    totals = root.first("cac:LegalMonetaryTotal") or root
    buyer = customer(reading)
    code = reading.need(("cbc:DocumentCurrencyCode",), currency, "")
    shares = tuple(_shares(reading, code))
    return InvoiceRow(
        line=root.line,
        number=number,
        kind=_kind(reading),
        invoice_date=reading.need(("cbc:IssueDate",), xml_day, date.min),
        due_date=_due_date(reading),
        currency=code,
        customer_ref=buyer.number,
        location=location(reading, options.location_from),
        structured_reference=_payment_reference(reading),
        your_reference=_your_reference(reading),
        credited_invoice=_credited(reading),
        total_excl=reading.need(("cbc:TaxExclusiveAmount",), cents, ZERO, totals),
        total_vat=_vat_in_all(reading, code),
        total_incl=_incl(reading, totals),
        lines=read_lines(reading, options.resource_types),
        customer_vat=buyer.vat,
        customer_endpoint=buyer.endpoint,
        customer_name=buyer.name,
        billing_entity=billing_entity(reading),
        payment_terms=reading.fitting(("cac:PaymentTerms", "cbc:Note"), TERMS),
        vat_breakdown=shares,
        files=(
            *embedded_files(reading, number),
            FileRow("ubl", safe_name(number, ".xml"), content),
        ),
        notes=tuple(reading.notes),
    )


def _look_at_profile(reading: Reading) -> None:
    profile = reading.root.first("cbc:CustomizationID")
    if profile is None:
        reading.note(reading.root, "does not say its CustomizationID; read as BIS Billing 3.0.")
    elif BILLING not in profile.text:
        reading.note(profile, f"“{profile.text[:120]}” is not BIS Billing 3.0; read as if it were.")


def _kind(reading: Reading) -> str:
    """Return the kind of document, which its root and its type code must agree about."""
    is_credit = reading.root.name == CREDIT_NOTE
    name = "cbc:CreditNoteTypeCode" if is_credit else "cbc:InvoiceTypeCode"
    codes = CREDIT_CODES if is_credit else INVOICE_CODES
    code = reading.need((name,), str, "")
    at = reading.root.first(name) or reading.root
    if code in codes:
        if codes[code]:
            reading.note(at, f"“{code}”: {codes[code]}.")
    elif code:
        what = "a credit note" if is_credit else "an invoice"
        why = REFUSED_CODES.get(code, f"is not the code of {what} that can be booked")
        reading.refuse(at, name, code, f"“{code}” {why}.")
    return "credit_note" if is_credit else "invoice"


def _due_date(reading: Reading) -> date | None:
    """Return when it is due: an invoice says so itself, a credit note with its means of payment."""
    later = reading.read(("cac:PaymentMeans", "cbc:PaymentDueDate"), xml_day, None)
    return reading.read(("cbc:DueDate",), xml_day, later)


def _payment_reference(reading: Reading) -> str:
    """Return the structured reference that the customer is asked to quote; free text is noted."""
    found = reading.root.first("cac:PaymentMeans", "cbc:PaymentID")
    if found is None:
        return ""
    try:
        return structured_reference(found.text)
    except CellError:
        reading.note(found, f"“{found.text[:60]}” is no structured reference; it was left out.")
        return ""


def _your_reference(reading: Reading) -> str:
    paths = (("cbc:BuyerReference",), ("cac:OrderReference", "cbc:ID"))
    return next(filter(None, (reading.fitting(path, REFERENCE) for path in paths)), "")


def _credited(reading: Reading) -> str:
    path = ("cac:BillingReference", "cac:InvoiceDocumentReference", "cbc:ID")
    named = list(reading.root.all(*path))
    if len(named) > 1:
        reading.note(named[1], "names one more invoice that is credited; the first one was kept.")
    return reading.read(path, name_of(NUMBER), "")


def _incl(reading: Reading, totals: Element) -> Decimal:
    """Return the total with VAT; what it is to be paid besides, or was before, is noted.

    Neither a prepayment nor the rounding of what is to be paid belongs to the sale: the entry is
    for the whole, and the payment settles the difference.
    """
    paid = reading.read(("cbc:PrepaidAmount",), cents, ZERO, totals)
    rounding = reading.read(("cbc:PayableRoundingAmount",), cents, ZERO, totals)
    if paid:
        reading.note(totals, f"says that {paid} was paid before; the entry is for the whole.")
    if rounding:
        reading.note(totals, f"rounds what is to be paid by {rounding}; the entry is not rounded.")
    return reading.need(("cbc:TaxInclusiveAmount",), cents, ZERO, totals)


def _tax_total(reading: Reading, code: str) -> Element:
    """Return the VAT in the document's currency; the tax office's own may stand beside it."""
    every = list(reading.root.all("cac:TaxTotal"))
    for one in every:
        stated = one.first("cbc:TaxAmount")
        if stated is not None and stated.attributes.get("currencyID", code) == code:
            return one
    return every[0] if every else reading.root


def _vat_in_all(reading: Reading, code: str) -> Decimal:
    return reading.need(("cbc:TaxAmount",), cents, ZERO, _tax_total(reading, code))


def _shares(reading: Reading, code: str) -> Iterator[VatShare]:
    """Yield the VAT of each category and rate, amounts as texts."""
    for one in _tax_total(reading, code).all("cac:TaxSubtotal"):
        category, rate = vat_category(reading, one.first("cac:TaxCategory") or one)
        base = reading.need(("cbc:TaxableAmount",), cents, ZERO, one)
        vat = reading.need(("cbc:TaxAmount",), cents, ZERO, one)
        yield category, f"{rate.normalize():f}", f"{base:.2f}", f"{vat:.2f}"
