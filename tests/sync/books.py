"""What a page about booking needs to be there: a division whose books offer something."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from exact_client.models import Division
from sync.models import (
    CostCentre,
    CostUnit,
    GLAccount,
    GLMapping,
    Journal,
    JournalMapping,
    PaymentCondition,
    VATCode,
    VATMapping,
)
from tests.build import a_division


def some_books(division: Division | None = None) -> Division:
    """Make a division that offers two sales journals, revenue, a bank and VAT codes."""
    division = division or a_division()
    for code, words, kind in (("70", "Sales", 20), ("79", "Credit notes", 20), ("20", "Bank", 12)):
        Journal.objects.create(division=division, code=code, description=words, type=kind)
    for n, (code, words, kind) in enumerate(
        (("700000", "Revenue", 110), ("700100", "Desks", 110), ("550000", "Bank", 12)), 1
    ):
        GLAccount.objects.create(
            division=division, exact_id=UUID(int=n), code=code, description=words, type=kind
        )
    for code, words, rate, taking in (
        ("4", "Sales 21 %", 21, "E"),
        ("14", "Sales 21 % included", 21, "I"),
        ("5", "Exempt", 0, "N"),
    ):
        VATCode.objects.create(
            division=division, code=code, description=words, percentage=Decimal(rate), type=taking
        )
    CostCentre.objects.create(division=division, code="BRU", description="Brussels")
    CostUnit.objects.create(division=division, code="DESK", description="Desks")
    PaymentCondition.objects.create(division=division, code="30", description="30 days", days=30)
    return division


def mapped_books(division: Division | None = None) -> Division:
    """Make those books with a mapping for everything at 21 %."""
    division = some_books(division)
    JournalMapping.objects.create(
        division=division,
        journal=division.journals.get(code="70"),
        credit_journal=division.journals.get(code="79"),
    )
    GLMapping.objects.create(division=division, gl_account=division.gl_accounts.get(code="700000"))
    for business in ("vat", "no_vat", "private"):
        VATMapping.objects.create(
            division=division,
            country_group="domestic",
            business_type=business,
            rate=Decimal(21),
            vat_code=division.vat_codes.get(code="4"),
        )
    return division
