"""manage.py import_customers: take zapfloor's customers in from a file."""

from sync.management.imports import ImportVerb
from sync.services import intake


class Command(ImportVerb):
    """Take zapfloor's customers in from CSV or XLSX."""

    help = "Take zapfloor's customers in from CSV or XLSX."
    what = "customers"
    take_in = staticmethod(intake.import_customers)
