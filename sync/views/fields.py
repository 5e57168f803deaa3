"""The fields of the mapping cards: each is named after its cell, and read back into it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal

from sync.models.mapping import VATMapping
from sync.rules.ledger import DocumentKind, GLCell, JournalCell, VatCell
from sync.services.mapping import Choices


def name_of(kind: str, cell: Iterable[object]) -> str:
    """Return the name of a cell's field in the forms."""
    return json.dumps([kind, *(str(part) for part in cell)], ensure_ascii=False)


def choices_of(typed: Mapping[str, str]) -> Choices:
    """Read the fields of the cards back into cells; a field that is none of theirs is ignored."""
    journals: dict[JournalCell, str] = {}
    centres: dict[str, str] = {}
    accounts: dict[GLCell, str] = {}
    codes: dict[VatCell, str] = {}
    for name, code in typed.items():
        match _parts(name):
            case ["journal", place, kind] if kind in list(DocumentKind):
                journals[JournalCell(place, DocumentKind(kind))] = code
            case ["cost_centre", place]:
                centres[place] = code
            case ["gl", place, resource_type, resource_code]:
                accounts[GLCell(place, resource_type, resource_code)] = code
            case ["vat", group, business, rate] if group in VATMapping.CountryGroup.values:
                codes[VatCell(group, business, Decimal(rate))] = code
    return Choices(journals, centres, accounts, codes)


def _parts(name: str) -> list[str]:
    try:
        parts = json.loads(name)
    except ValueError:
        return []
    return parts if isinstance(parts, list) and all(isinstance(part, str) for part in parts) else []
