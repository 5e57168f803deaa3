"""manage.py import_invoices: take invoices and credit notes in from a file."""

from sync.management.imports import ImportVerb
from sync.services import intake


class Command(ImportVerb):
    """Take invoices and credit notes in from CSV, XLSX, UBL, or a ZIP of such files."""

    help = "Take invoices and credit notes in from CSV, XLSX, UBL, or a ZIP of such files."
    what = "invoices"
    take_in = staticmethod(intake.import_invoices)
