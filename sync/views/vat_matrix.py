"""The VAT matrix: rows for country, rate and supply, columns for the kinds of customers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from sync.models.mapping import SUPPLIES, VAT_CATEGORIES, VATMapping
from sync.rules.ledger import ANY, VAT_FALLBACKS, VatCell, VatCode
from sync.services.ledger import demand, setup
from sync.services.ledger.mapping import fault
from sync.services.ledger.unmapped import vat_waiting
from sync.views.fields import choices_of, name_of
from sync.views.slots import NOBODY, Asked, Grid, Line, Slot, in_place

if TYPE_CHECKING:
    from exact_client.models import Division
    from sync.services.ledger.books import Books
    from sync.services.ledger.demand import Demand

GROUPS = dict(VATMapping.CountryGroup.choices)
SUPPLY_WORDS = dict(SUPPLIES)
CATEGORY_WORDS = dict(VAT_CATEGORIES)
COLUMNS = (
    (ANY, "Any customer"),
    ("vat", "With VAT number"),
    ("no_vat", "Without VAT number"),
    ("private", "Private"),
)
TYPES = {"E": "excl.", "I": "incl.", "B": "base only", "N": "no VAT"}  # of Exact's VAT codes


def grid(division: Division, books: Books, asked: Asked) -> Grid:
    """Return the matrix of a division, in as many queries for one rate as for ten."""
    return _Table(division, books, asked).made()


def per_cent(rate: Decimal) -> str:
    """Return a rate as people write it."""
    return f"{rate.normalize():f}\N{NO-BREAK SPACE}%"


def about(code: VatCode) -> str:
    """Say what a VAT code of Exact does: its rate, whether amounts include it, its country."""
    kind = "reverse charge" if code.is_reverse_charge else TYPES.get(code.type, code.type)
    return " · ".join(filter(None, (f"{per_cent(code.rate)} {kind}", code.country)))


def said(row: VatCell) -> str:
    """Say what a row below its rate is about."""
    words = (SUPPLY_WORDS.get(row.supply), CATEGORY_WORDS.get(row.vat_category))
    return ", ".join(filter(None, words)) or "Anything"


@dataclass
class _Table:
    division: Division
    books: Books
    asked: Asked

    def made(self) -> Grid:
        return Grid("vat", COLUMNS, tuple(self._lines()), tuple(self._offers()))

    def _lines(self) -> Iterator[Line]:
        for row in sorted(self._rows, key=self._order):
            cells = (row._replace(business_type=business) for business, _ in COLUMNS)
            slots = tuple(map(self._slot, cells))
            if row.supply or row.vat_category:
                yield Line(said(row), "", slots)
            else:
                title = f"{GROUPS[row.country_group]} · {per_cent(row.rate)}"
                yield Line(title, "What has no row of its own", slots, level=0)

    def _slot(self, cell: VatCell) -> Slot:
        name = name_of("vat", cell)
        code = self.asked.typed.get(name, self._mapped.get(cell, ""))
        source = self._wider(cell)
        inherited = self._mapped[source] if source else ""
        holds = self.books.ledger.vat_codes.get(code or inherited)
        column = dict(COLUMNS)[cell.business_type]
        return Slot(
            name,
            cell.business_type,
            f"{GROUPS[cell.country_group]} {per_cent(cell.rate)}, {said(cell)}, {column}",
            code,
            inherited,
            about(holds) if holds else "",
            f"{holds.code} {holds.description}" if holds else "",
            self.asked.faults.get(name) or self._fault(cell, code or self._needed(cell, inherited)),
            (self._demand if holds else self._waiting).get(cell, NOBODY),
            is_wanted=name == self.asked.wanted,
        )

    def _needed(self, cell: VatCell, inherited: str) -> str:
        """Return what an empty cell follows, where documents are about to follow it."""
        return inherited if cell in self._demand else ""

    def _fault(self, cell: VatCell, code: str) -> str:
        return in_place(fault(cell, code, self.books.ledger)) if code else ""

    def _wider(self, cell: VatCell) -> VatCell | None:
        """Return the cell that decides while this one is empty."""
        for kept in VAT_FALLBACKS:
            wider = cell._replace(
                business_type=cell.business_type if "business_type" in kept else ANY,
                supply=cell.supply if "supply" in kept else ANY,
                vat_category=cell.vat_category if "vat_category" in kept else ANY,
            )
            if wider != cell and self._mapped.get(wider):
                return wider
        return None

    @cached_property
    def _mapped(self) -> dict[VatCell, str]:
        return dict(self.books.mappings.vat_codes)

    @cached_property
    def _demand(self) -> dict[VatCell, Demand]:
        return demand.of_vat_codes(self.division)

    @cached_property
    def _waiting(self) -> dict[VatCell, Demand]:
        return vat_waiting(self.division, self.books, self._demand)

    @cached_property
    def _rows(self) -> set[VatCell]:
        """Each row once, as its cell for any customer."""
        usual = setup.vat_cells(self.division, setup.sold(self.division))
        wanted = choices_of({self.asked.wanted: ""}).vat_codes
        cells = {*usual, *self._mapped, *self._demand, *wanted}
        rows = {cell._replace(business_type=ANY) for cell in cells}
        rows |= {row._replace(supply=ANY, vat_category=ANY) for row in rows}
        if self.asked.every_row:
            rows |= {row._replace(supply=one) for row in rows for one in SUPPLY_WORDS}
        return rows

    def _order(self, row: VatCell) -> tuple[object, ...]:
        place = list(GROUPS).index(row.country_group)
        return place, -row.rate, bool(row.vat_category), row.vat_category, row.supply

    def _offers(self) -> Iterable[tuple[str, str]]:
        return (
            (code.code, f"{code.description} ({about(code)})")
            for code in self.books.ledger.vat_codes.values()
            if not code.is_blocked
        )
