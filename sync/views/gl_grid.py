"""The G/L grid: what is sold, row by row, and where, column by column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sync.models.mapping import RESOURCE_TYPES
from sync.rules.ledger import ANY, GL_FALLBACKS, NEVER_ON_A_SALES_LINE, GLCell
from sync.services.ledger import demand, setup
from sync.services.ledger.mapping import fault
from sync.views.fields import name_of
from sync.views.slots import NOBODY, Asked, Grid, Line, Slot, in_place

if TYPE_CHECKING:
    from exact_client.models import Division
    from sync.services.ledger.books import Books
    from sync.services.ledger.demand import Demand

TYPES = dict(RESOURCE_TYPES)
EVERYWHERE = "All locations"


def grid(division: Division, books: Books, asked: Asked) -> Grid:
    """Return the grid of a division, in as many queries for one resource as for sixty."""
    return _Table(division, books, asked).made()


def what(resource_type: str, resource_code: str = ANY) -> str:
    """Say what is sold."""
    kind = TYPES.get(resource_type, resource_type.replace("_", " ").capitalize())
    return " ".join(filter(None, (kind, resource_code))) or "Everything else"


def where(location: str) -> str:
    """Say where it is sold."""
    return location or EVERYWHERE


@dataclass
class _Table:
    division: Division
    books: Books
    asked: Asked

    def made(self) -> Grid:
        columns = tuple((place, where(place)) for place in self._places)
        return Grid("gl", columns, tuple(self._lines()), tuple(self._offers()))

    def _lines(self) -> Iterator[Line]:
        yield self._line(ANY, ANY, "Everything else", "Whatever has no row of its own", level=0)
        for kind in self._kinds:
            yield self._line(kind, ANY, what(kind), "Those without a row of their own", level=0)
            for code in sorted(code for one, code in self._sold if one == kind and code):
                yield self._line(kind, code, code, "")

    def _line(self, kind: str, code: str, title: str, detail: str, level: int = 1) -> Line:
        cells = (GLCell(place, kind, code) for place in self._places)
        return Line(title, detail, tuple(map(self._slot, cells)), level)

    def _slot(self, cell: GLCell) -> Slot:
        name = name_of("gl", cell)
        code = self.asked.typed.get(name, self._mapped.get(cell, ""))
        source = self._wider(cell)
        inherited = self._mapped.get(source, "") if source else ""
        return Slot(
            name,
            cell.location,
            f"{what(*cell[1:])}, {where(cell.location)}",
            code,
            inherited,
            self._about(cell, code, source),
            self._hint(code, source),
            self.asked.faults.get(name) or self._fault(cell, code),
            NOBODY if code or inherited else self._demand.get(cell, NOBODY),
            name == self.asked.wanted,
        )

    def _about(self, cell: GLCell, code: str, source: GLCell | None) -> str:
        if account := self.books.ledger.gl_accounts.get(code):
            return account.description
        if source is None:
            return ""
        return EVERYWHERE if source[1:] == cell[1:] else what(*source[1:])

    def _hint(self, code: str, source: GLCell | None) -> str:
        if account := self.books.ledger.gl_accounts.get(code):
            return account.description
        if source is None:
            return ""
        account = self.books.ledger.gl_accounts.get(self._mapped[source])
        words = f"{account.code} {account.description}" if account else self._mapped[source]
        return f"As {what(*source[1:])}, {where(source.location).lower()}: {words}"

    def _fault(self, cell: GLCell, code: str) -> str:
        if code not in self._faults:
            said = fault(cell, code, self.books.ledger) if code else ""
            self._faults[code] = in_place(said)
        return self._faults[code]

    def _wider(self, cell: GLCell) -> GLCell | None:
        """Return the cell that decides while this one is empty."""
        for kept in GL_FALLBACKS:
            wider = GLCell(*(getattr(cell, name) if name in kept else ANY for name in cell._fields))
            if wider != cell and self._mapped.get(wider):
                return wider
        return None

    @cached_property
    def _faults(self) -> dict[str, str]:
        return {}

    @cached_property
    def _mapped(self) -> dict[GLCell, str]:
        return dict(self.books.mappings.gl_accounts)

    @cached_property
    def _demand(self) -> dict[GLCell, Demand]:
        return demand.of_gl_accounts(self.division)

    @cached_property
    def _cells(self) -> set[GLCell]:
        """Every cell that documents speak of, or that somebody filled."""
        return {*setup.sold(self.division).resources, *self._mapped, *self._demand}

    @cached_property
    def _sold(self) -> set[tuple[str, str]]:
        return {(cell.resource_type, cell.resource_code) for cell in self._cells}

    @cached_property
    def _kinds(self) -> list[str]:
        known = [kind for kind, _ in RESOURCE_TYPES]
        return [*known, *sorted({kind for kind, _ in self._sold if kind} - set(known))]

    @cached_property
    def _places(self) -> list[str]:
        own = {cell.location for cell in self.books.mappings.journals}
        return sorted({ANY, *own, *(cell.location for cell in self._cells)})

    def _offers(self) -> Iterable[tuple[str, str]]:
        return (
            (account.code, account.description)
            for account in self.books.ledger.gl_accounts.values()
            if account.type not in NEVER_ON_A_SALES_LINE and not account.is_blocked
        )
