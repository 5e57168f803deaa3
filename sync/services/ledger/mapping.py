"""Save what an administrator chose for the cells of the mappings, once the rules agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction

from sync.models import (
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
from sync.rules.choosing import (
    find_gl_account,
    find_journal,
    find_payment_condition,
    find_vat_code,
)
from sync.rules.ledger import (
    DocumentKind,
    GLCell,
    JournalCell,
    Mappings,
    Problem,
    TermsCell,
    VatCell,
)
from sync.services.delivery import prepare
from sync.services.ledger.books import books_of

if TYPE_CHECKING:
    from exact_client.models import Division
    from sync.models.documents import InvoiceQuerySet
    from sync.rules.ledger import Ledger

Cell = JournalCell | GLCell | VatCell | TermsCell


@dataclass(frozen=True, slots=True)
class Choices:
    """A code for each cell. An empty code takes the cell's own row out of use."""

    journals: Mapping[JournalCell, str] = field(default_factory=dict)
    cost_centres: Mapping[str, str] = field(default_factory=dict)  # by location
    gl_accounts: Mapping[GLCell, str] = field(default_factory=dict)
    vat_codes: Mapping[VatCell, str] = field(default_factory=dict)
    cost_units: Mapping[str, str] = field(default_factory=dict)  # by location
    payment_conditions: Mapping[TermsCell, str] = field(default_factory=dict)

    def faults(self, ledger: Ledger) -> dict[Cell, str]:
        """Say of each cell whose code can't fill it why it can't."""
        chosen: list[tuple[Cell, str]] = [
            *self.journals.items(),
            *self.gl_accounts.items(),
            *self.vat_codes.items(),
            *self.payment_conditions.items(),
        ]
        found = {cell: fault(cell, code, ledger) for cell, code in chosen if code}
        return {cell: sentence for cell, sentence in found.items() if sentence}


def fault(cell: Cell, code: str, ledger: Ledger) -> str:
    """Say why `code` can't fill `cell`, in the words of the booking rules; empty when it can."""
    found: object
    if isinstance(cell, JournalCell):
        found = find_journal(cell, Mappings(journals={cell: code}), ledger)
    elif isinstance(cell, GLCell):
        found = find_gl_account(cell, Mappings(gl_accounts={cell: code}), ledger)
    elif isinstance(cell, VatCell):
        found = find_vat_code(cell, Mappings(vat_codes={cell: code}), ledger)
    else:
        found = find_payment_condition(cell, Mappings(payment_conditions={cell: code}), ledger)
    return found.sentence if isinstance(found, Problem) else ""


def save(
    division: Division, chosen: Choices, *, documents: InvoiceQuerySet | None = None
) -> dict[Cell, str]:
    """Save the choices and let waiting documents follow; when any has a fault, save none of them.

    `documents` are those that follow at once, by default all. Returns the faults by cell. A
    location's cost centre and unit are saved with its journals; a unit that is not among the
    choices stays. Raises KeyError for a code that never was in Exact.
    """
    faults = chosen.faults(books_of(division).ledger)
    if faults:
        return faults
    with transaction.atomic():
        _save_journals(division, chosen)
        _save_gl_accounts(division, chosen.gl_accounts)
        _save_vat_codes(division, chosen.vat_codes)
        _save_payment_conditions(division, chosen.payment_conditions)
        prepare.refresh(division, documents)
    return {}


def _save_journals(division: Division, chosen: Choices) -> None:
    journals = {row.code: row for row in Journal.objects.filter(division=division)}
    centres = {row.code: row for row in CostCentre.objects.filter(division=division)}
    units = {row.code: row for row in CostUnit.objects.filter(division=division)}
    for place in {cell.location for cell in chosen.journals}:
        code = chosen.journals.get(JournalCell(place, DocumentKind.INVOICE), "")
        credit = chosen.journals.get(JournalCell(place, DocumentKind.CREDIT_NOTE), "")
        own = JournalMapping.objects.filter(division=division, location=place)
        if not code:
            own.update(is_active=False)
            continue
        centre = chosen.cost_centres.get(place, "")
        values: dict[str, Any] = {
            "journal": journals[code],
            "credit_journal": journals.get(credit),
            "cost_centre": centres[centre] if centre else None,
            "is_active": True,
        }
        if place in chosen.cost_units:
            unit = chosen.cost_units[place]
            values["cost_unit"] = units[unit] if unit else None
        JournalMapping.objects.update_or_create(division=division, location=place, defaults=values)


def _save_gl_accounts(division: Division, chosen: Mapping[GLCell, str]) -> None:
    accounts = {row.code: row for row in GLAccount.objects.filter(division=division)}
    for cell, code in chosen.items():
        where = {"division": division, **cell._asdict()}
        if not code:
            GLMapping.objects.filter(**where).update(is_active=False)
            continue
        GLMapping.objects.update_or_create(
            **where, defaults={"gl_account": accounts[code], "is_active": True}
        )


def _save_vat_codes(division: Division, chosen: Mapping[VatCell, str]) -> None:
    codes = {row.code: row for row in VATCode.objects.filter(division=division)}
    for cell, code in chosen.items():
        where = {"division": division, **cell._asdict()}
        if not code:
            VATMapping.objects.filter(**where).update(is_active=False)
            continue
        VATMapping.objects.update_or_create(
            **where, defaults={"vat_code": codes[code], "is_active": True}
        )


def _save_payment_conditions(division: Division, chosen: Mapping[TermsCell, str]) -> None:
    conditions = {row.code: row for row in PaymentCondition.objects.filter(division=division)}
    for cell, code in chosen.items():
        where = {"division": division, **cell._asdict()}
        if not code:
            PaymentConditionMapping.objects.filter(**where).update(is_active=False)
            continue
        PaymentConditionMapping.objects.update_or_create(
            **where, defaults={"payment_condition": conditions[code], "is_active": True}
        )
