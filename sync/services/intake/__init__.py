"""Take customers and invoices in from files.

A row that can't be read is reported with its line and column and left out; nothing of it is
saved. A file that was taken in before changes nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from accounts_link.imports.bundles import open_bundle
from accounts_link.imports.customers import read_customers
from accounts_link.imports.invoice_columns import RESOURCE_TYPES
from accounts_link.imports.tables import open_table
from accounts_link.imports.ubl import UblOptions
from accounts_link.imports.ubl_parties import LOCATIONS
from sync.models import Invoice
from sync.rules.parties import vat_problem
from sync.services.intake.customers import take_in_customers
from sync.services.intake.invoices import take_in_invoices
from sync.services.intake.report import Report

__all__ = [
    "Report",
    "import_customers",
    "import_invoices",
    "take_in_customers",
    "take_in_invoices",
]


def import_customers(file: BinaryIO, name: str, *, now: datetime, dry_run: bool = False) -> Report:
    """Take zapfloor's customers in. Raises FileError when the file as a whole can't be read.

    A VAT number that fails its check does not keep a customer out: it is noted at its line, kept
    as typed, and never links anything.
    """
    table = open_table(file, name)
    rows = read_customers(table, vat_problem=vat_problem, keep_failed_vat=True)
    if not dry_run:
        table.prove()
    report = take_in_customers(rows, now=now, dry_run=dry_run)
    report.unknown_columns = list(table.unknown_columns)
    return report


def import_invoices(file: BinaryIO, name: str, *, now: datetime, dry_run: bool = False) -> Report:
    """Take invoices and credit notes in: a table, UBL, or a ZIP of either.

    An invoice that was sent already can't change any more; a file that says otherwise is told so.
    Raises FileError when the file can't be read at all.
    """
    bundle = open_bundle(file, name, ubl_options())
    source = Invoice.Source.FILE
    report = take_in_invoices(bundle.rows(), source=source, now=now, dry_run=dry_run)
    report.unknown_columns = bundle.unknown_columns
    return report


def ubl_options() -> UblOptions:
    """Return what this installation chose about reading UBL. Raises ImproperlyConfigured."""
    kinds, places = settings.UBL_RESOURCE_TYPES, tuple(settings.UBL_LOCATION_FROM)
    for name, given, known in (
        ("UBL_RESOURCE_TYPES", kinds.values(), RESOURCE_TYPES.values()),
        ("UBL_LOCATION_FROM", places, LOCATIONS),
    ):
        if unknown := set(given) - set(known):
            raise ImproperlyConfigured(
                f"{name}: {', '.join(sorted(unknown))} is unknown; use {', '.join(known)}."
            )
    return UblOptions(kinds, places)
