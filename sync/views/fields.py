"""The fields of the mappings: each is named after its cell, and read back into it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote, unquote

from sync.models.mapping import SUPPLIES, VAT_CATEGORIES, VATMapping
from sync.rules.ledger import DocumentKind, GLCell, JournalCell, TermsCell, VatCell
from sync.services.ledger.mapping import Choices

KINDS = {
    "journals": "journal",
    "cost_centres": "cost_centre",
    "gl_accounts": "gl",
    "vat_codes": "vat",
    "cost_units": "cost_unit",
    "payment_conditions": "payment_condition",
}


def name_of(kind: str, cell: Iterable[object]) -> str:
    """Return the name of a cell's field in the forms: its parts, each quoted as in an address."""
    parts = cell.key[1:] if isinstance(cell, VatCell) else cell
    return "/".join([kind, *(quote(_written(part), safe="") for part in parts)])


def _written(part: object) -> str:
    """Write a rate in one way, however many zeros it came with."""
    return f"{part.normalize():f}" if isinstance(part, Decimal) else str(part)


@lru_cache(maxsize=4096)
def id_of(name: str) -> str:
    """Return what a field is called where only letters and digits will do."""
    return f"f{sha256(name.encode()).hexdigest()[:12]}"


def fields_of(chosen: Choices) -> dict[str, str]:
    """Return the choices as fields of a form: what `choices_of` reads back."""
    return {
        name_of(kind, (cell,) if isinstance(cell, str) else cell): code
        for table, kind in KINDS.items()
        for cell, code in getattr(chosen, table).items()
    }


def choices_of(typed: Mapping[str, str]) -> Choices:
    """Read the fields of the cards back into cells; a field that is none of theirs is ignored."""
    journals: dict[JournalCell, str] = {}
    of_location: dict[str, dict[str, str]] = {"cost_centre": {}, "cost_unit": {}}
    conditions: dict[TermsCell, str] = {}
    accounts: dict[GLCell, str] = {}
    codes: dict[VatCell, str] = {}
    for name, code in typed.items():
        match [unquote(part) for part in name.split("/")]:
            case ["journal", place, kind] if kind in list(DocumentKind):
                journals[JournalCell(place, DocumentKind(kind))] = code
            case ["cost_centre" | "cost_unit" as kind, place]:
                of_location[kind][place] = code
            case ["payment_condition", terms]:
                conditions[TermsCell(terms)] = code
            case ["gl", place, resource_type, resource_code]:
                accounts[GLCell(place, resource_type, resource_code)] = code
            case ["vat", group, business, rate, *more] if _is_vat_cell(group, more):
                codes[VatCell(group, business, Decimal(rate), *more)] = code
    return Choices(
        journals=journals,
        cost_centres=of_location["cost_centre"],
        cost_units=of_location["cost_unit"],
        gl_accounts=accounts,
        vat_codes=codes,
        payment_conditions=conditions,
    )


def _is_vat_cell(group: str, more: list[str]) -> bool:
    """Tell whether a field names a country group, and at most a supply and a category besides."""
    return group in VATMapping.CountryGroup.values and len(more) <= len(("supply", "category"))


def _is_vat(group: str, rest: list[str]) -> bool:
    """Whether these are parts of a cell of the VAT codes, of which the last may be left out."""
    known: list[Collection[str]] = [dict(SUPPLIES), dict(VAT_CATEGORIES)]
    fits = all(not part or part in words for part, words in zip(rest, known, strict=False))
    return group in VATMapping.CountryGroup.values and len(rest) <= len(known) and fits
