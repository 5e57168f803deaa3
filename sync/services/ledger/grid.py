"""Changes to many cells of the mappings at once: what would change, and how it was before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sync.rules.ledger import DocumentKind, GLCell, JournalCell
from sync.services.ledger import mapping
from sync.services.ledger.books import books_of
from sync.services.ledger.mapping import Cell, Choices

if TYPE_CHECKING:
    from exact_client.models import Division
    from sync.models.documents import InvoiceQuerySet
    from sync.rules.ledger import Ledger, Mappings

TABLES = tuple(one.name for one in fields(Choices))
OF_A_LOCATION = {"journals", "cost_centres", "cost_units"}  # one row holds them: saved together


@dataclass(frozen=True, slots=True)
class Change:
    """One cell of a table of the mappings, with its code before and after; empty is no code."""

    table: str
    cell: Any
    before: str
    after: str

    @property
    def replaces(self) -> bool:
        """Whether a choice that somebody made would be lost."""
        return bool(self.before)


def changes(chosen: Choices, mappings: Mappings) -> list[Change]:
    """Return what saving the choices would change, table by table."""
    return [
        Change(table, cell, before, code)
        for table in TABLES
        for cell, code in getattr(chosen, table).items()
        if (before := getattr(mappings, table).get(cell, "")) != code
    ]


def differing(chosen: Choices, mappings: Mappings) -> Choices:
    """Return the choices that would change something; those of a location stay together."""
    places = {_place(one.cell) for one in changes(chosen, mappings) if one.table in OF_A_LOCATION}
    return _filtered(
        chosen,
        lambda table, cell, code: (
            _place(cell) in places
            if table in OF_A_LOCATION
            else getattr(mappings, table).get(cell, "") != code
        ),
    )


def as_mapped(chosen: Choices, mappings: Mappings) -> Choices:
    """Return for the same cells what is mapped now: saving it afterwards takes the choices back."""
    return Choices(
        **{
            table: {cell: getattr(mappings, table).get(cell, "") for cell in getattr(chosen, table)}
            for table in TABLES
        }
    )


def of_location(mappings: Mappings, source: str, target: str) -> Choices:
    """Return the choices that give `target` what `source` has of its own."""
    chosen: dict[str, dict[Any, str]] = {table: {} for table in TABLES}
    if mappings.journals.get(JournalCell(source, DocumentKind.INVOICE)):
        for kind in DocumentKind:
            code = mappings.journals.get(JournalCell(source, kind), "")
            chosen["journals"][JournalCell(target, kind)] = code
        for table in OF_A_LOCATION - {"journals"} & set(TABLES):
            chosen[table][target] = getattr(mappings, table).get(source, "")
    for cell, code in mappings.gl_accounts.items():
        if cell.location == source:
            chosen["gl_accounts"][cell._replace(location=target)] = code
    return differing(Choices(**chosen), mappings)


def keeping(chosen: Choices, mappings: Mappings) -> Choices:
    """Return the choices without those that would go over another."""
    taken = {cell.location for cell, code in mappings.journals.items() if code}
    return _filtered(
        chosen,
        lambda table, cell, _: (
            _place(cell) not in taken
            if table in OF_A_LOCATION
            else not getattr(mappings, table).get(cell)
        ),
    )


def save(
    division: Division, chosen: Choices, *, documents: InvoiceQuerySet | None = None
) -> dict[Cell, str]:
    """Save the choices as `mapping.save` does; a code that never was in the books is told so."""
    unknown = strangers(chosen, books_of(division).ledger)
    return unknown or mapping.save(division, chosen, documents=documents)


def strangers(chosen: Choices, ledger: Ledger) -> dict[Cell, str]:
    """Return the cells whose code this division does not know, each with what to do."""
    accounts: dict[Cell, str] = {
        cell: f"Exact has no G/L account {code} in this division."
        for cell, code in chosen.gl_accounts.items()
        if code and code not in ledger.gl_accounts
    }
    codes: dict[Cell, str] = {
        cell: f"Exact has no VAT code {code} in this division."
        for cell, code in chosen.vat_codes.items()
        if code and code not in ledger.vat_codes
    }
    return accounts | codes


def code_in(typed: str, known: Mapping[str, object]) -> str:
    """Return the code that a person typed, who may have added its description."""
    text = typed.strip()
    first = text.split(maxsplit=1)[0] if text else ""
    return first if text not in known and first in known else text


def _filtered(chosen: Choices, is_kept: Any) -> Choices:
    return Choices(
        **{
            table: {
                cell: code
                for cell, code in getattr(chosen, table).items()
                if is_kept(table, cell, code)
            }
            for table in TABLES
        }
    )


def _place(cell: Any) -> str:
    """Return the location of a cell of a location's own row."""
    return str(cell.location if isinstance(cell, JournalCell | GLCell) else cell)
