"""Cells of the mappings and their changes, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sync.rules.ledger import DocumentKind, GLCell, JournalCell, TermsCell, VatCell
from sync.services.ledger.grid import Change
from sync.views import gl_grid, vat_matrix

if TYPE_CHECKING:
    from sync.rules.ledger import Ledger

TABLE_WORDS = {"gl": "G/L accounts", "vat": "VAT codes"}
OF_A_LOCATION = {"cost_centres": "Cost centre", "cost_units": "Cost unit"}


@dataclass(frozen=True, slots=True)
class SaidChange:
    """One change as a row of a table."""

    what: str
    where: str
    before: str
    after: str

    @property
    def word(self) -> str:
        """What happens to it."""
        if not self.after:
            return "Taken away"
        return "Replaced" if self.before else "New"


def said_changes(changes: Iterable[Change], ledger: Ledger) -> list[SaidChange]:
    """Return changes in words, codes with what Exact calls them."""
    return [
        SaidChange(
            *said(one.table, one.cell),
            _named(one.table, one.before, ledger),
            _named(one.table, one.after, ledger),
        )
        for one in changes
    ]


def _named(table: str, code: str, ledger: Ledger) -> str:
    known = getattr(ledger, table, {}).get(code)
    return f"{code} {known.description}" if known else code


def said(table: str, cell: Any) -> tuple[str, str]:
    """Return what a cell is about and where it holds."""
    if isinstance(cell, JournalCell):
        kind = "invoices" if cell.kind == DocumentKind.INVOICE else "credit notes"
        return f"Journal for {kind}", gl_grid.where(cell.location)
    if isinstance(cell, GLCell):
        return gl_grid.what(*cell[1:]), gl_grid.where(cell.location)
    if isinstance(cell, VatCell):
        where = vat_matrix.GROUPS[cell.country_group]
        who = dict(vat_matrix.COLUMNS)[cell.business_type]
        what = vat_matrix.said(cell) if cell.supply or cell.vat_category else ""
        return " · ".join(filter(None, (vat_matrix.per_cent(cell.rate), what))), f"{where} · {who}"
    if isinstance(cell, TermsCell):
        return "Payment condition", cell.payment_terms or "All other terms"
    return OF_A_LOCATION.get(table, table), gl_grid.where(str(cell))
