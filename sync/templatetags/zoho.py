"""How the two sides are written: standings as pills, what a record is known by, what a run did."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts_link.templatetags.exactlink import pill
from sync.models import Conflict, ExactRecord, RemoteRecord, Run
from sync.services.zoho.pairing.crossing import UNREADABLE
from sync.views.zoho_beside import number, said
from sync.views.zoho_lists import WORDS, Row
from sync.views.zoho_places import record_url, side_of

register = template.Library()

TONES = {
    "equal": "good",
    "coming": "busy",
    "conflict": "bad",
    "you": "warn",
    "review": "warn",
    "refused": "bad",
}
# By these a person knows a record of either side, the first that is filled in.
KNOWN_BY = ("Code", "InvoiceNumber", "OrderNumber", "Email", "Product_Code", "Invoice_Number",
            "SO_Number", "VAT_Number", "Billing_City")  # fmt: skip
STATUSES = {10: "Draft", 20: "Open", 50: "Processed"}  # of an invoice in Exact
# What a reason says → the part of the set-up where that is chosen.
IN_SET_UP = [
    ("VAT code", "taxes"),
    ("no product in Zoho", "product"),
    ("in the set-up", "invoices"),
]
NO_FIELD = {"", UNREADABLE, "lines"}  # problems that name no field
CROSSED = {
    "zoho": "read from Zoho",
    "exact": "read from Exact",
    "paired": "paired",
    "made": "made in Zoho",
    "changed": "changed in Zoho",
    "queued": "on their way to Exact",
    "told": "changed in Exact",
    "refused": "refused",
}


@register.simple_tag
def row_pill(row: Row) -> SafeString:
    """Return where a pair or a record stands."""
    if row.tab == "gone" and row.pair:
        return pill(f"Gone in {'Exact' if row.pair.exact.gone_at else 'Zoho'}")
    if row.tab == "coming" and row.record.standing == RemoteRecord.Standing.NEW and not row.pair:
        return pill("New", "busy")
    return pill(WORDS[row.tab], TONES.get(row.tab, ""))


@register.simple_tag
def self_url(row: Row) -> str:
    """Return the page about a row."""
    return record_url(row.record)


@register.filter
def page_of_record(record: RemoteRecord) -> str:
    """Return the page about a record."""
    return record_url(record)


@register.filter
def known_by(row: Row) -> str:
    """Return by what a person knows a row beside its name, and on which side alone it is."""
    records = [one for one in (row.exact, row.zoho) if one is not None]
    found = (said(one.values.get(name), {}) for one in records for name in KNOWN_BY)
    known = next((text for text in found if text and text != row.name), "")
    alone = "" if row.pair else f"only in {'Exact' if row.zoho is None else 'Zoho'}"
    return " · ".join(filter(None, (known, alone)))


@register.inclusion_tag("sync/zoho/_side_cell.html")
def side_cell(row: Row, record: RemoteRecord | None, is_document: bool) -> dict[str, Any]:  # noqa: FBT001 - a template's argument
    """Show what one side has of a row: its last change, or total and status."""
    is_another = record is not None and record.name.casefold() != row.name.casefold()
    return {
        "other_name": record.name if record and is_another else "",
        "record": record,
        "is_document": is_document,
        "total": total_of(record),
        "status": status_of(record),
    }


@register.filter
def total_of(record: RemoteRecord | None) -> Any:
    """Return the total of a document with VAT."""
    if record is None:
        return None
    name = "AmountFC" if isinstance(record, ExactRecord) else "Grand_Total"
    return number(record.values.get(name))


@register.filter
def status_of(record: RemoteRecord | None) -> str:
    """Return the status of a document in the words of its side."""
    if record is None:
        return ""
    status = record.values.get("Status")
    known = STATUSES.get(status) if isinstance(record, ExactRecord) else None
    return known or said(status, {})


@register.filter
def crossed(run: Run) -> list[tuple[str, int]]:
    """Return what a run did, in words, without zeros."""
    return [(CROSSED[word], run.counts[word]) for word in CROSSED if run.counts.get(word)]


@register.filter
def side(record: RemoteRecord) -> str:
    """Return `exact` or `zoho`."""
    return side_of(record)


@register.filter
def mend_field(row: Row) -> str:
    """Return the field that is to be filled in, as people call it."""
    problem = row.problem
    return "it" if problem in NO_FIELD else f"“{problem.replace('_', ' ')}”"


@register.simple_tag
def mend_url(row: Row) -> str:
    """Return the part of the set-up where it is put right; nothing if it is not put right there."""
    setup = reverse("sync:zoho-setup")
    return next((f"{setup}#{part}" for words, part in IN_SET_UP if words in row.reason), "")


@register.filter
def field_words(conflict: Conflict) -> str:
    """Return what a field is called on both sides."""
    names = (conflict.zoho_field.replace("_", " "), conflict.exact_field)
    return " = ".join(dict.fromkeys(filter(None, names)))
