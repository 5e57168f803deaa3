"""Our copies of what the books of a division offer, to read."""

from __future__ import annotations

from django.contrib import admin

from sync.admin.common import ReadOnly
from sync.models import CostCentre, CostUnit, GLAccount, Journal, PaymentCondition, VATCode


class LedgerCopy(ReadOnly):
    """Our copy of what the books offer; “Refresh from Exact” in the set-up brings it up to date."""

    search_fields = ("code", "description")
    list_select_related = ("division",)


@admin.register(Journal)
class JournalAdmin(LedgerCopy):
    """Journals; sales entries go to type 20 alone."""

    list_display = (
        "code",
        "description",
        "division",
        "type",
        "when_closed",
        "is_blocked",
        "is_gone",
    )
    list_filter = ("type", "is_blocked", "is_gone", "division")


@admin.register(GLAccount)
class GLAccountAdmin(LedgerCopy):
    """G/L accounts; revenue is type 110."""

    list_display = (
        "code",
        "description",
        "division",
        "type",
        "use_cost_centre",
        "use_cost_unit",
        "is_gone",
    )
    list_filter = ("type", "use_cost_centre", "is_blocked", "is_gone", "division")


@admin.register(VATCode)
class VATCodeAdmin(LedgerCopy):
    """VAT codes, with their rate and whether amounts include it."""

    list_display = ("code", "description", "division", "percentage", "type", "country", "is_gone")
    list_filter = ("type", "transaction_type", "is_gone", "division")


@admin.register(PaymentCondition, CostCentre, CostUnit)
class CodeAdmin(LedgerCopy):
    """Payment conditions, cost centres and cost units."""

    list_display = ("code", "description", "division", "is_gone")
    list_filter = ("is_gone", "division")
