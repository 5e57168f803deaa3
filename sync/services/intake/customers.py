"""Take customers in, from wherever they come."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts_link.imports.customers import CustomerRow
from accounts_link.imports.shapes import RowError
from accounts_link.models import Customer
from sync.rules.parties import vat_normal_form
from sync.services.intake import whose
from sync.services.intake.report import Outcome, Report, whole_or_not
from sync.services.streams import batches

BATCH = 500

FIELDS = [
    "business_type", "vat_typed", "vat_number", "chamber_number", "is_international", "name",
    "kind", "street", "street_number", "address_line_2", "postcode", "city", "state", "country",
    "contact", "phone", "mobile", "website", "fax", "email", "invoice_emails", "language",
    "location", "search_text",
]  # fmt: skip
WORKED_OUT = {"vat_number", "invoice_emails", "search_text"}


def take_in_customers(
    rows: Iterable[CustomerRow | RowError], *, now: datetime, dry_run: bool = False
) -> Report:
    """Save every customer that could be read, or when dry only tell what that would do.

    They are saved in batches, each of them whole or not at all. The same customers again change
    nothing, so what was interrupted is simply done once more. Invoices that came before their
    customer are given to it. The numbers must be different ones.
    """
    report, keys = Report(), whose.Keys()
    for batch in batches(report.good_ones(rows), BATCH):
        with whole_or_not(dry_run=dry_run):
            keys.add(_take_in(batch, report, now, dry_run=dry_run))
    if not dry_run:
        whose.adopt_orphans(keys)
        report.refresh_statistics()
    return report


def _take_in(
    rows: list[CustomerRow], report: Report, now: datetime, *, dry_run: bool
) -> list[Customer]:
    """Save one batch; return its customers."""
    known = Customer.objects.in_bulk([row.number for row in rows], field_name="number")
    ready: dict[Outcome, list[Customer]] = {"new": [], "changed": [], "same": []}
    for row in rows:
        values = _values(row)
        customer = known.get(row.number) or Customer(number=row.number)
        outcome = _compared(customer, values, known=row.number in known)
        if outcome != "same":
            for name, value in {**values, "imported_at": now}.items():
                setattr(customer, name, value)
        ready[outcome].append(customer)
        report.count(row.number, outcome, row.line)
    if not dry_run:
        Customer.objects.bulk_create(ready["new"])
        Customer.objects.bulk_update(ready["changed"], [*FIELDS, "imported_at"], batch_size=100)
    return [customer for some in ready.values() for customer in some]


def _compared(customer: Customer, values: dict[str, Any], *, known: bool) -> Outcome:
    if not known:
        return "new"
    is_same = all(getattr(customer, name) == value for name, value in values.items())
    return "same" if is_same else "changed"


def _values(row: CustomerRow) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in FIELDS if name not in WORKED_OUT}
    values["vat_number"] = vat_normal_form(row.vat_typed, row.country)
    values["invoice_emails"] = ", ".join(row.invoice_emails)
    values["search_text"] = " ".join(
        (row.number, row.name, values["vat_number"], row.vat_typed, row.city)
    ).casefold()
    return values
