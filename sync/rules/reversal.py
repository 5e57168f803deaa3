"""The entry that takes another one back: the same lines with all amounts turned round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sync.rules.entries import fit
from sync.rules.references import require_fitting

SIGNED = ("AmountFC", "VATAmountFC", "Quantity")
LEFT_OUT = ("PaymentReference", "PaymentCondition")  # nobody pays a reversal


def reversal_payload(
    original: Mapping[str, Any], *, number: str, day: date, reference: str
) -> dict[str, Any]:
    """Return the body that reverses `original`, itself a body of a sales entry.

    `number` is what the original bears in Exact. Journal, accounts, VAT codes, cost centres and
    periods of deferral stay, so that the two cancel each other wherever they are added up. Raises
    ReferenceTooLongError rather than cut the reference.
    """
    kept = {name: value for name, value in original.items() if name not in LEFT_OUT}
    return {
        **kept,
        "EntryDate": day.isoformat(),
        "DueDate": day.isoformat(),
        "Description": fit(f"Reversal of {number}: {original.get('Description', '')}"),
        "YourRef": require_fitting(reference),
        "SalesEntryLines": [_turned(line) for line in original["SalesEntryLines"]],
    }


def total(lines: Sequence[Mapping[str, str]]) -> Decimal:
    """Return what these lines come to, with VAT."""
    zero = Decimal("0.00")
    return sum((Decimal(line[name]) for line in lines for name in SIGNED[:2]), zero)


def _turned(line: Mapping[str, str]) -> dict[str, str]:
    return {
        name: f"{-Decimal(value):f}" if name in SIGNED else value for name, value in line.items()
    }
