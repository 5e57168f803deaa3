"""Read what the division's books offer, and hand it to the rules with what an admin mapped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from sync.models import (
    BookingSettings,
    CostCentre,
    CostUnit,
    GLAccount,
    GLMapping,
    Journal,
    JournalMapping,
    PaymentCondition,
    PaymentConditionMapping,
    VATCode,
    VATMapping,
)
from sync.rules import ledger as rules
from sync.rules.periods import Calendar, WhenClosed
from sync.services.ledger import periods

if TYPE_CHECKING:
    from exact_client.client import ExactClient
    from exact_client.models import Division

Rows = Iterator[dict[str, Any]]


def read(division: Division, exact: ExactClient) -> dict[str, int]:
    """Copy journals, accounts, VAT codes, payment conditions, cost centres and units; count them.

    What is no longer in Exact is kept and marked, so that a mapping to it can say so.
    """
    offered = {model: list(rows(exact)) for model, rows in READERS.items()}  # all, before any save
    with transaction.atomic():
        for model, rows in offered.items():
            _replace(division, model, rows)
        BookingSettings.objects.get_or_create(division=division)
    periods.read(division, exact)
    return {model.__name__: len(rows) for model, rows in offered.items()}


def _journals(exact: ExactClient) -> Rows:
    for row in exact.journals():
        yield {
            "code": row.code,
            "description": row.description or "",
            "type": row.type or 0,
            "is_blocked": row.is_blocked,
        }


def _gl_accounts(exact: ExactClient) -> Rows:
    for row in exact.gl_accounts():
        yield {
            "exact_id": row.id,
            "code": row.code,
            "description": row.description or "",
            "type": row.type or 0,
            "is_blocked": row.is_blocked,
            "use_cost_centre": row.use_costcenter or 0,
            "use_cost_unit": row.use_costunit or 0,
        }


def _vat_codes(exact: ExactClient) -> Rows:
    for row in exact.vat_codes():
        yield {
            "code": row.code,
            "description": row.description or "",
            "percentage": (row.percentage or Decimal(0)) * 100,  # Exact gives a fraction
            "type": row.type or "",
            "transaction_type": row.vat_transaction_type or "B",
            "country": row.country or "",
            "is_reverse_charge": row.charged,
            "is_blocked": row.is_blocked,
        }


def _payment_conditions(exact: ExactClient) -> Rows:
    for row in exact.payment_conditions():
        yield {"code": row.code, "description": row.description or "", "days": row.payment_days}


def _cost_centres(exact: ExactClient) -> Rows:
    for row in exact.cost_centers():
        if row.active:
            yield {"code": row.code, "description": row.description or ""}


def _cost_units(exact: ExactClient) -> Rows:
    for row in exact.cost_units():
        yield {"code": row.code, "description": row.description or ""}


READERS: dict[type[models.Model], Callable[[ExactClient], Rows]] = {
    Journal: _journals,
    GLAccount: _gl_accounts,
    VATCode: _vat_codes,
    PaymentCondition: _payment_conditions,
    CostCentre: _cost_centres,
    CostUnit: _cost_units,
}


def _replace(division: Division, model: type[models.Model], rows: list[dict[str, Any]]) -> None:
    key = "exact_id" if model is GLAccount else "code"
    manager = model._default_manager  # noqa: SLF001 - documented API
    manager.filter(division=division).update(is_gone=True)
    copies = {row[key]: model(division=division, **row) for row in rows}
    changing = {name for row in rows[:1] for name in row} - {key}
    manager.bulk_create(
        copies.values(),
        update_conflicts=True,
        unique_fields=["division", key],
        update_fields=[*sorted(changing), "is_gone"],
    )


@dataclass(frozen=True, slots=True)
class Books:
    """What the booking rules need to know of a division, read once for a whole batch."""

    ledger: rules.Ledger
    mappings: rules.Mappings
    calendar: Calendar = field(default_factory=Calendar)
    when_closed: Mapping[str, WhenClosed] = field(default_factory=dict)  # by journal


def books_of(division: Division) -> Books:
    """Return the books of a division as the rules see them, in a dozen queries."""
    return Books(
        _ledger(division),
        _mappings(division),
        periods.calendar_of(division),
        periods.policies_of(division),
    )


def _ledger(division: Division) -> rules.Ledger:
    here = {"division": division, "is_gone": False}
    return rules.Ledger(
        country=division.country,
        currency=division.currency or "EUR",
        journals={
            row.code: rules.Journal(row.code, row.description, row.type, row.is_blocked)
            for row in Journal.objects.filter(**here)
        },
        gl_accounts={
            row.code: rules.GLAccount(
                str(row.exact_id),
                row.code,
                row.description,
                row.type,
                row.is_blocked,
                row.use_cost_centre,
                row.use_cost_unit,
            )
            for row in GLAccount.objects.filter(**here)
        },
        vat_codes={
            row.code: rules.VatCode(
                row.code,
                row.percentage.normalize(),
                row.type,
                row.description,
                row.is_blocked,
                row.transaction_type,
                row.country,
                row.is_reverse_charge,
            )
            for row in VATCode.objects.filter(**here)
        },
        payment_conditions={
            row.code: rules.PaymentCondition(row.code, row.description, row.days)
            for row in PaymentCondition.objects.filter(**here)
        },
    )


def _mappings(division: Division) -> rules.Mappings:
    here = {"division": division, "is_active": True}
    terms = PaymentConditionMapping.objects.filter(**here).select_related("payment_condition")
    return rules.Mappings(
        **_of_locations(division),
        gl_accounts={
            rules.GLCell(row.location, row.resource_type, row.resource_code): row.gl_account.code
            for row in GLMapping.objects.filter(**here).select_related("gl_account")
        },
        vat_codes={
            rules.VatCell(
                row.country_group, row.business_type, row.rate, row.supply, row.vat_category
            ): row.vat_code.code
            for row in VATMapping.objects.filter(**here).select_related("vat_code")
        },
        payment_conditions={
            rules.TermsCell(row.payment_terms): row.payment_condition.code for row in terms
        },
        policies=_policies(division),
    )


def _of_locations(division: Division) -> dict[str, dict[Any, str]]:
    """Return what each location has of its own: journals, cost centre, cost unit."""
    found: dict[str, dict[Any, str]] = {"journals": {}, "cost_centres": {}, "cost_units": {}}
    invoice, credit = rules.DocumentKind.INVOICE, rules.DocumentKind.CREDIT_NOTE
    places = JournalMapping.objects.filter(division=division, is_active=True)
    for row in places.select_related("journal", "credit_journal", "cost_centre", "cost_unit"):
        found["journals"][rules.JournalCell(row.location, invoice)] = row.journal.code
        if row.credit_journal:
            found["journals"][rules.JournalCell(row.location, credit)] = row.credit_journal.code
        if row.cost_centre:
            found["cost_centres"][row.location] = row.cost_centre.code
        if row.cost_unit:
            found["cost_units"][row.location] = row.cost_unit.code
    return found


def _policies(division: Division) -> rules.Policies:
    chosen = BookingSettings.objects.filter(division=division).first() or BookingSettings()
    return rules.Policies(
        discounts=rules.DiscountPolicy(chosen.discount_policy),
        discount_product=chosen.discount_product,
        zero=rules.ZeroPolicy(chosen.zero_policy),
        defer_revenue=chosen.defer_revenue,
    )
