"""The rows of the mapping cards: each cell with what it may hold and what is proposed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from sync.models import Invoice
from sync.models.mapping import RESOURCE_TYPES
from sync.rules.countries import country_group
from sync.rules.guessing import REVENUE, Guess
from sync.rules.ledger import (
    ANY,
    GL_FALLBACKS,
    NEVER_ON_A_SALES_LINE,
    SALES_JOURNAL,
    DocumentKind,
    GLCell,
    JournalCell,
    TermsCell,
    VatCell,
    vat_code_fault,
)
from sync.rules.supplies import WORDS
from sync.services.ledger import setup
from sync.services.ledger.mapping import Cell, Choices
from sync.views.choices import GROUPS, Choice, Option, Options, Row
from sync.views.fields import choices_of, name_of

if TYPE_CHECKING:
    from exact_client.models import Division
    from sync.services.ledger.books import Books

NOTHING = "\u2013"  # a dash
FEW = 150  # accounts: with more, only those of revenue are offered
TYPES = dict(RESOURCE_TYPES)
BUSINESS = {
    "vat": "With VAT number",
    "no_vat": "Without VAT number",
    "private": "Private",
    ANY: "All others",
}
INVOICE, CREDIT = DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE


@dataclass
class Cards:
    """The three mappings as forms; `typed` and `faults` are what was refused a moment ago."""

    division: Division
    books: Books
    wanted: tuple[str, ...] = ()  # the key of a problem that somebody came to mend
    typed: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[Cell, str] = field(default_factory=dict)

    @cached_property
    def journals(self) -> list[Row]:
        """One row for each location, and one for all others."""
        mapped = self.books.mappings.journals
        places = {ANY, *self._at_hand.locations, *(cell.location for cell in mapped)}
        return self._in_order(self._journal_row(place) for place in places)

    @cached_property
    def gl_accounts(self) -> list[Row]:
        """One row for each resource that is guessed, or at hand and still uncovered."""
        known = {*self.books.mappings.gl_accounts, *self._guesses.gl_accounts}
        uncovered = {cell for cell in self._at_hand.resources if not _is_covered(cell, known)}
        rows = [self._gl_row(cell, is_needed=cell in uncovered) for cell in known | uncovered]
        return [row for row in self._in_order(rows) if row.is_open]

    @cached_property
    def vat_codes(self) -> list[Row]:
        """One row for each country group and rate of which something is guessed or missing."""
        home = self.division.country
        at_hand = {
            VatCell(country_group(land, home), business, rate)
            for land, business, rate, *_ in self._at_hand.vat
        }
        usual = setup.vat_cells(self.division, self._at_hand)
        cells = {*usual, *at_hand, *self.books.mappings.vat_codes}
        rows = {cell._replace(business_type=ANY) for cell in cells}
        found = self._in_order(self._vat_row(row, cells, at_hand) for row in rows)
        return [row for row in found if row.is_open]

    @cached_property
    def payment_conditions(self) -> list[Row]:
        """One row for each of the source's payment terms, and one for all others."""
        if not self.books.ledger.payment_conditions:
            return []
        mapped = self.books.mappings.payment_conditions
        told = {TermsCell(terms) for terms in self._told_terms}
        return self._in_order(map(self._terms_row, {TermsCell(ANY), *told, *mapped}))

    @property
    def guessed(self) -> int:
        """How many guesses are still to be confirmed."""
        return sum(choice.guess is not None for row in self._rows for choice in row.choices)

    def guesses(self) -> Choices:
        """Return the guesses for all that is not mapped, with what is mapped beside them."""
        chosen = {
            choice.name: choice.code
            for row in self._rows
            if any(choice.guess for choice in row.choices)
            for choice in row.choices
        }
        return choices_of(chosen)

    @property
    def _rows(self) -> Iterable[Row]:
        return chain(self.journals, self.gl_accounts, self.vat_codes)

    @cached_property
    def _faults(self) -> dict[tuple[object, ...], str]:
        return {tuple(cell): sentence for cell, sentence in self.faults.items()}

    @cached_property
    def _at_hand(self) -> setup.Sold:
        return setup.sold(self.division)

    @cached_property
    def _told_terms(self) -> list[str]:
        """The payment terms of all documents, in the source's words."""
        told = Invoice.objects.exclude(payment_terms="").order_by()
        return list(told.values_list("payment_terms", flat=True).distinct())

    @cached_property
    def _guesses(self) -> setup.Cells:
        return setup.guesses(self.division, self.books, self._at_hand)

    def _in_order(self, rows: Iterable[Row]) -> list[Row]:
        ordered = sorted(rows, key=lambda row: row.order)
        wanted = self._wanted_cell(ordered)
        for row in ordered:
            row.is_wanted = row.cell == wanted
        return ordered

    def _wanted_cell(self, rows: list[Row]) -> object:
        """Return the cell that somebody came here for; a location's row holds all of its own."""
        kind, *parts = self.wanted or ("",)
        if not rows or rows[0].kind != kind:
            return None
        return next((row.cell for row in rows if [row.cell[0]] == parts), None)

    def _journal_row(self, place: str) -> Row:
        journals = [
            (journal.code, f"{journal.code} · {journal.description}")
            for journal in self.books.ledger.journals.values()
            if journal.type == SALES_JOURNAL and not journal.is_blocked
        ]
        own, credit = JournalCell(place, INVOICE), JournalCell(place, CREDIT)
        mapped = self.books.mappings.journals
        alike = "As every other location" if place else NOTHING
        credit_alike = "The same journal" if mapped.get(own) or not place else alike
        choices = [
            self._choice("journal", own, "Invoices", [("", journals)], alike),
            self._choice("journal", credit, "Credit notes", [("", journals)], credit_alike),
            *self._carried(place),
        ]
        if mapped.get(own) and not mapped.get(credit):
            choices[1].guess, choices[1].code = None, self.typed.get(choices[1].name, "")
        choices[0].is_needed = not place
        return Row("journal", own, place or "Every other location", "", choices)

    def _carried(self, place: str) -> Iterator[Choice]:
        """Yield what lines of a location carry: a cost centre and a unit, where there are any."""
        mappings = self.books.mappings
        for kind, label, options, chosen in (
            ("cost_centre", "Cost centre", self._centres, mappings.cost_centres),
            ("cost_unit", "Cost unit", self._units, mappings.cost_units),
        ):
            choice = self._choice(kind, (place,), label, [("", options)], "None")
            choice.code = self.typed.get(choice.name, chosen.get(place, ""))
            if options:
                yield choice

    @cached_property
    def _centres(self) -> list[Option]:
        return _offered(self.division.cost_centres.filter(is_gone=False))

    @cached_property
    def _units(self) -> list[Option]:
        return _offered(self.division.cost_units.filter(is_gone=False))

    def _terms_row(self, cell: TermsCell) -> Row:
        offered = _offered(self.books.ledger.payment_conditions.values())
        empty = "As all other terms" if cell.payment_terms else "The condition of the account"
        options: Options = [("", offered)]
        choice = self._choice("payment_condition", cell, "In Exact", options, empty)
        title = cell.payment_terms or "All other terms"
        return Row("payment_condition", cell, title, "", [choice])

    def _gl_row(self, cell: GLCell, *, is_needed: bool) -> Row:
        what = " ".join(filter(None, (TYPES.get(cell.resource_type), cell.resource_code)))
        where = cell.location or "every location"
        choice = self._choice("gl", cell, "G/L account", self._accounts, NOTHING)
        choice.is_needed = is_needed
        return Row("gl", cell, what or "Everything else", where, [choice])

    @cached_property
    def _accounts(self) -> Options:
        fitting = [
            account
            for account in self.books.ledger.gl_accounts.values()
            if account.type not in NEVER_ON_A_SALES_LINE and not account.is_blocked
        ]
        groups: Options = [("Revenue", []), ("Other accounts", [])]
        for account in fitting:
            if account.type == REVENUE or len(fitting) <= FEW:
                words = f"{account.code} · {account.description}"
                groups[account.type != REVENUE][1].append((account.code, words))
        return [group for group in groups if group[1]]

    def _vat_row(self, row: VatCell, cells: set[VatCell], at_hand: set[VatCell]) -> Row:
        codes = [
            (code.code, f"{code.code} · {code.description}")
            for code in self.books.ledger.vat_codes.values()
            if not vat_code_fault(code, row.rate)
        ]
        choices = []
        for business, words in BUSINESS.items():
            cell = row._replace(business_type=business)
            if business or row in cells:
                choices.append(self._choice("vat", cell, words, [("", codes)], NOTHING))
                choices[-1].is_needed = cell in at_hand and row not in cells
        rate = f"{row.rate.normalize():f}\N{NO-BREAK SPACE}%"
        detail = " ".join(filter(None, (WORDS.get(row.supply), row.vat_category)))
        return Row("vat", row, f"{GROUPS[row.country_group]} · {rate}", detail, choices)

    def _choice(
        self, kind: str, cell: Iterable[object], label: str, options: Options, empty: str
    ) -> Choice:
        name, key = name_of(kind, cell), tuple(cell)
        tables: dict[str, tuple[Mapping[Any, str], Mapping[Any, Guess]]] = {
            "journal": (self.books.mappings.journals, self._guesses.journals),
            "gl": (self.books.mappings.gl_accounts, self._guesses.gl_accounts),
            "vat": (self.books.mappings.vat_codes, self._guesses.vat_codes),
            "payment_condition": (self.books.mappings.payment_conditions, {}),
        }
        mapped, guesses = tables.get(kind, ({}, {}))
        code = mapped.get(key, "")
        guess = None if code else guesses.get(key)
        if name in self.typed:
            code, guess = self.typed[name], None
        elif guess:
            code = guess.code
        if code and all(code != one for _, group in options for one, _ in group):
            options = [("Mapped, but not possible", [(code, code)]), *options]
        return Choice(name, label, options, code, guess, self._faults.get(key, ""), empty)


def _is_covered(cell: GLCell, known: Collection[GLCell]) -> bool:
    """Whether a cell decides for this one, as the booking rules look for it."""
    return any(
        GLCell(*(getattr(cell, name) if name in kept else ANY for name in cell._fields)) in known
        for kept in GL_FALLBACKS
    )


def _offered(rows: Iterable[Any]) -> list[Option]:
    return [(row.code, f"{row.code} · {row.description}") for row in rows]
