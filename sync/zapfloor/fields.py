"""Our fields: how each is read from a cell, and where in zapfloor's records it is guessed to be.

Nothing is published about these records. The guesses follow the columns of zapfloor's upload
template and the shape of its API as seen in public code; every one of them can be changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, Final

from accounts_link.imports.amounts import decimal
from accounts_link.imports.cells import (
    boolean,
    choice,
    currency,
    day,
    email,
    emails,
    identifier,
    paragraph,
    structured_reference,
    text,
)
from accounts_link.imports.countries import country
from accounts_link.imports.customers import BUSINESS_TYPES, LANGUAGES
from accounts_link.imports.customers import KINDS as CUSTOMER_KINDS
from accounts_link.imports.invoice_columns import KINDS, RESOURCE_TYPES, SUPPLIES, VAT_CATEGORIES
from accounts_link.imports.shapes import Cell
from sync.zapfloor.paths import Path, PathError, parse

ZERO: Final = Decimal(0)
LINES: Final = "lines"  # of a document: where its lines are
IS_FINAL: Final = "is_final"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of ours: its name in a row, its title, its reader and the guess of its path."""

    name: str
    title: str
    parse: Callable[[Cell], Any]
    path: str
    otherwise: Any = ""  # what an empty one becomes
    is_needed: bool = False


def _needed(name: str, title: str, parse: Callable[[Cell], Any], path: str) -> Field:
    return Field(name, title, parse, path, None, is_needed=True)


_amount = partial(decimal, places=4, digits=10)
_total = partial(decimal, places=2, digits=12)
_percent = partial(decimal, places=4, digits=10, percent=True)
_rate = partial(decimal, places=2, digits=10, percent=True)
_code = partial(identifier, most=60)
_phone = partial(identifier, most=40)

CUSTOMER: Final = (
    _needed("number", "Customer number", partial(identifier, most=30), "attributes.ref"),
    _needed("name", "Name", partial(text, most=200), "attributes.name"),
    _needed(
        "business_type",
        "Business type",
        partial(choice, words=BUSINESS_TYPES),
        "attributes.business_type",
    ),
    Field("vat_typed", "VAT number", partial(identifier, most=40), "attributes.vat_number?"),
    Field(
        "chamber_number",
        "KvK or KBO number",
        partial(identifier, most=30),
        "attributes.kvk_number?",
    ),
    Field(
        "is_international",
        "International",
        boolean,
        "attributes.international?",
        otherwise=False,
    ),
    Field(
        "kind",
        "Customer type",
        partial(choice, words=CUSTOMER_KINDS),
        "attributes.customer_type?",
        "member",
    ),
    Field("street", "Street", partial(text, most=150), "attributes.address_line_1?"),
    Field("street_number", "House number", partial(text, most=20), "attributes.address_number?"),
    Field(
        "address_line_2",
        "Address line 2",
        partial(paragraph, most=150),
        "attributes.address_line_2?",
    ),
    Field("postcode", "Postcode", partial(identifier, most=20), "attributes.zip_code?"),
    Field("city", "City", partial(text, most=100), "attributes.city?"),
    Field("state", "State or province", partial(text, most=100), "attributes.state?"),
    _needed("country", "Country", country, "attributes.country"),
    Field("contact", "Contact", partial(paragraph, most=200), "attributes.contact_information?"),
    Field("phone", "Phone", _phone, "attributes.phone?"),
    Field("mobile", "Mobile", _phone, "attributes.mobile?"),
    Field("fax", "Fax", _phone, "attributes.fax?"),
    Field("website", "Website", partial(text, most=200), "attributes.website?"),
    Field("email", "E-mail", email, "attributes.email?"),
    Field(
        "invoice_emails",
        "Mail invoices to",
        partial(emails, most=500),
        "attributes.invoice_email?",
        (),
    ),
    Field("language", "Language", partial(choice, words=LANGUAGES), "attributes.language?"),
    Field("location", "Location", partial(text, most=30), "included.location.attributes.code?"),
)
DOCUMENT: Final = (
    Field(IS_FINAL, "Is final", boolean, "attributes.status? | draft=no, *=yes", otherwise=True),
    _needed("number", "Number", _code, "attributes.number"),
    _needed(
        "kind",
        "Invoice or credit note",
        partial(choice, words=KINDS),
        "type | invoices=invoice, credit_notes=credit_note",
    ),
    _needed("invoice_date", "Date", day, "attributes.invoice_date"),
    Field("due_date", "Due date", day, "attributes.due_date?", None),
    _needed("currency", "Currency", currency, "attributes.currency"),
    Field(
        "customer_ref",
        "Customer number",
        partial(identifier, most=30),
        "included.customer.attributes.ref",
    ),
    Field("customer_vat", "Customer's VAT number", partial(identifier, most=35), ""),
    Field("customer_name", "Customer's name", partial(text, most=150), ""),
    Field("location", "Location", partial(text, most=30), "included.location.attributes.code"),
    Field("billing_entity", "Billing entity", partial(text, most=60), ""),
    Field("payment_terms", "Payment terms", partial(text, most=60), ""),
    Field(
        "structured_reference",
        "Payment reference",
        structured_reference,
        "attributes.structured_reference?",
    ),
    Field("your_reference", "Your reference", partial(text, most=60), "attributes.reference?"),
    Field("credited_invoice", "Credited invoice", _code, "attributes.credited_invoice_number?"),
    Field("total_excl", "Total without VAT", _total, "attributes.total_excl?", None),
    Field("total_vat", "VAT", _total, "attributes.total_vat?", None),
    Field("total_incl", "Total with VAT", _total, "attributes.total_incl", None),
)
LINE: Final = (
    Field("description", "Description", partial(paragraph, most=200), "attributes.description?"),
    _needed(
        "resource_type",
        "Resource type",
        partial(choice, words=RESOURCE_TYPES),
        "attributes.resource_type",
    ),
    Field("resource_code", "Resource code", _code, "attributes.resource_code?"),
    _needed("quantity", "Quantity", _amount, "attributes.quantity"),
    _needed("unit_price", "Price of one", _amount, "attributes.unit_price"),
    Field("discount_percent", "Discount in %", _percent, "attributes.discount_percent?", ZERO),
    _needed("vat_rate", "VAT in %", _rate, "attributes.vat_rate"),
    Field("vat_category", "VAT category", partial(choice, words=VAT_CATEGORIES), ""),
    Field("supply", "Kind of supply", partial(choice, words=SUPPLIES), ""),
    Field("period_from", "Period from", day, "attributes.period_from?", None),
    Field("period_to", "Period to", day, "attributes.period_to?", None),
)
LINES_PATH: Final = "included.lines"  # the guess


class FieldMapError(ValueError):
    """Some paths can't be; `faults` says of each field why."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__("Some paths can't be understood.")
        self.faults = faults


@dataclass(frozen=True, slots=True)
class FieldMap:
    """The paths of some fields; a field without one is not read."""

    fields: Sequence[Field]
    paths: Mapping[str, Path]

    @classmethod
    def of(cls, fields: Sequence[Field], chosen: Mapping[str, str]) -> FieldMap:
        """Understand the chosen paths; a field that is not among them has its guess.

        Raises FieldMapError naming all that can't be understood, and needed ones left empty.
        """
        paths, faults = {}, {}
        for field in fields:
            typed = chosen.get(field.name, field.path).strip()
            try:
                if typed:
                    paths[field.name] = parse(typed)
                elif field.is_needed:
                    faults[field.name] = "is needed; say where it is."
            except PathError as error:
                faults[field.name] = str(error)
        if faults:
            raise FieldMapError(faults)
        return cls(fields, paths)
