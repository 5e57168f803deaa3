"""UBL documents made on the fly: as Peppol BIS Billing 3.0 writes them, with what a test changes.

Written for these tests after the standard; all companies and numbers in it are made up.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from accounts_link.imports.documents import InvoiceRow
from accounts_link.imports.shapes import RowError
from accounts_link.imports.ubl import UblOptions, read_ubl

PROFILE = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
SPACE = "urn:oasis:names:specification:ubl:schema:xsd:"
PDF = b"%PDF-1.7\n1 0 obj << >> endobj\n%%EOF\n"
BUYER = {
    "number": "10001",
    "endpoint": "0403019261",
    "scheme": "0208",
    "vat": "BE0403019261",
    "name": "Bakkerij De Ster",
}
SUPPLIER = {
    "number": "",
    "endpoint": "0428759497",
    "scheme": "0208",
    "vat": "BE 0428.759.497",
    "name": "Coworking Brussels",
}


def tag(name: str, content: object = "", **attributes: str) -> str:
    """Write an element of the basic components; nothing when it has no content."""
    written = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<cbc:{name}{written}>{escape(str(content))}</cbc:{name}>" if content != "" else ""


def money(name: str, amount: object) -> str:
    """Write an amount."""
    return tag(name, amount, currencyID="EUR")


def part(name: str, *content: str) -> str:
    """Write an element that holds others; nothing when they are all empty."""
    inside = "".join(content)
    return f"<cac:{name}>{inside}</cac:{name}>" if inside else ""


def vat(name: str, category: str = "S", rate: object = 21) -> str:
    """Write a VAT category."""
    return part(
        name, tag("ID", category), tag("Percent", rate), part("TaxScheme", tag("ID", "VAT"))
    )


def allowance(amount: object, *, charge: bool = False, reason: str = "", tax: str = "") -> str:
    """Write an allowance or a charge."""
    return part(
        "AllowanceCharge",
        tag("ChargeIndicator", "true" if charge else "false"),
        tag("AllowanceChargeReason", reason),
        money("Amount", amount),
        tax,
    )


def period(begins: str, ends: str) -> str:
    """Write a period."""
    return part("InvoicePeriod", tag("StartDate", begins), tag("EndDate", ends))


def a_line(  # noqa: PLR0913 - each is a piece of a line that some test changes
    amount: object = "100.00",
    quantity: object = 2,
    price: object = "50.00",
    *,
    inside: str = "",
    base: object = "",
    code: str = "DESK-1",
    name: str = "Desk",
    tax: str = "",
) -> str:
    """Write a line; `inside` goes before its item."""
    item = part(
        "Item",
        tag("Name", name),
        part("SellersItemIdentification", tag("ID", code)),
        tax or vat("ClassifiedTaxCategory"),
    )
    each = part("Price", money("PriceAmount", price), tag("BaseQuantity", base))
    stated = tag("InvoicedQuantity", quantity, unitCode="C62") + money(
        "LineExtensionAmount", amount
    )
    return part("InvoiceLine", tag("ID", "7"), stated, inside, item, each)


def party(name: str, values: dict[str, str]) -> str:
    """Write the customer or the supplier."""
    scheme = part("TaxScheme", tag("ID", "VAT"))
    return part(
        name,
        part(
            "Party",
            tag("EndpointID", values["endpoint"], schemeID=values["scheme"]),
            part("PartyIdentification", tag("ID", values["number"])),
            part(
                "PartyTaxScheme", tag("CompanyID", values["vat"]), scheme if values["vat"] else ""
            ),
            part("PartyLegalEntity", tag("RegistrationName", values["name"])),
        ),
    )


def embedded(content: bytes | str, filename: str = "invoice.pdf") -> str:
    """Write a document inside the document; a text stands there as it is."""
    text = base64.b64encode(content).decode() if isinstance(content, bytes) else content
    attributes = {"mimeCode": "application/pdf", "filename": filename}
    return part(
        "AdditionalDocumentReference",
        tag("ID", "1"),
        part("Attachment", tag("EmbeddedDocumentBinaryObject", text, **attributes)),
    )


def totals(excl: object, tax: object, incl: object, more: str = "") -> str:
    """Write the totals of the whole."""
    return part(
        "LegalMonetaryTotal",
        money("LineExtensionAmount", excl),
        money("TaxExclusiveAmount", excl),
        money("TaxInclusiveAmount", incl),
        more,
        money("PayableAmount", incl),
    )


def tax_total(tax: object, *shares: tuple[object, object, str, object]) -> str:
    """Write the VAT: in all, then (base, VAT, category, rate) of each share."""
    subtotals = (
        part(
            "TaxSubtotal",
            money("TaxableAmount", base),
            money("TaxAmount", amount),
            vat("TaxCategory", category, rate),
        )
        for base, amount, category, rate in shares
    )
    return part("TaxTotal", money("TaxAmount", tax), *subtotals)


def rooted(root: str, body: str) -> bytes:
    """Write the whole document around its body."""
    names = {
        "": root,
        ":cac": "CommonAggregateComponents",
        ":cbc": "CommonBasicComponents",
    }
    spaces = " ".join(f'xmlns{prefix}="{SPACE}{name}-2"' for prefix, name in names.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {spaces}>{body}</{root}>'.encode()


def a_document(  # noqa: PLR0913 - each is a piece of a document that some test changes
    *,
    number: str = "INV-1",
    lines: Sequence[str] = (),
    head: str = "",
    parts: str = "",
    buyer: dict[str, str] | None = None,
    credit: bool = False,
    code: str = "",
    sums: str = "",
    taxes: str = "",
    profile: str = PROFILE,
) -> bytes:
    """Write an invoice or a credit note; `head` goes among its texts, `parts` among its parts."""
    root = "CreditNote" if credit else "Invoice"
    written = "".join(lines or [a_line()])
    if credit:
        written = written.replace("InvoiceLine", "CreditNoteLine").replace("InvoicedQ", "CreditedQ")
    body = "".join(
        (
            tag("CustomizationID", profile),
            tag("ID", number),
            tag("IssueDate", "2026-09-23"),
            "" if credit else tag("DueDate", "2026-10-23"),
            tag(f"{root}TypeCode", code or ("381" if credit else "380")),
            tag("DocumentCurrencyCode", "EUR"),
            head,
            party("AccountingSupplierParty", SUPPLIER),
            party("AccountingCustomerParty", {**BUYER, **(buyer or {})}),
            parts,
            taxes or tax_total("21.00", ("100.00", "21.00", "S", 21)),
            sums or totals("100.00", "21.00", "121.00"),
            written,
        )
    )
    return rooted(root, body)


def read(content: bytes, options: UblOptions | None = None) -> InvoiceRow:
    """Read a document that is right."""
    (row,) = read_ubl(content, "invoice.xml", options)
    assert isinstance(row, InvoiceRow), row
    return row


def errors(content: bytes) -> list[RowError]:
    """Read a document that is wrong."""
    found = list(read_ubl(content, "invoice.xml"))
    return [one for one in found if isinstance(one, RowError)]
