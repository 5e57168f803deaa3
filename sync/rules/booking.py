"""What an invoice will be in the books: its sales entry, or all that is missing for one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypeVar

from sync.rules.cents import CentsDifferError, Taxable, to_cents, vat_by_line
from sync.rules.choosing import find_gl_account, find_journal, find_vat_code
from sync.rules.countries import country_group
from sync.rules.document_checks import MEND_AT_SOURCE, faults, warnings
from sync.rules.entries import Document, DocumentLine, Entry, EntryLine, VatGroup, fit
from sync.rules.ledger import (
    ANY,
    GLAccount,
    GLCell,
    Journal,
    JournalCell,
    Ledger,
    Mappings,
    Problem,
    ProblemKind,
    VatCell,
    needs,
    takes,
)
from sync.rules.references import payment_reference

ZERO = Decimal("0.00")


def prepare(document: Document, mappings: Mappings, ledger: Ledger) -> Entry | tuple[Problem, ...]:
    """Return the sales entry this document will be, or every problem that keeps it from the books.

    Credit notes become negative lines whatever the source's sign. Lines that come to nothing are
    left out. The source's totals are followed where rounding explains them, to the cent.
    """
    return _Preparation(document, mappings, ledger).result()


@dataclass(frozen=True, slots=True)
class _Totals:
    """The source's totals, signed as they will be in the books; None where it gave none."""

    excl: Decimal | None
    vat: Decimal | None
    incl: Decimal | None
    vat_by_rate: dict[Decimal, Decimal]

    @classmethod
    def of(cls, document: Document) -> "_Totals":
        """Read the document's totals; those that aren't in whole cents are a fault, not a total."""
        excl = _whole(document.total_excl)
        vat = _whole(document.total_vat)
        incl = _whole(document.total_incl)
        by_rate = {rate: vat for rate, vat in document.vat_by_rate if vat == _whole(vat)}
        sign = _sign(document, [incl, excl, vat, sum(by_rate.values())])
        return cls(
            excl=None if excl is None else sign * excl,
            vat=None if vat is None else sign * vat,
            incl=None if incl is None else sign * incl,
            vat_by_rate={rate: sign * vat for rate, vat in by_rate.items()},
        )

    def vat_in_all(self, net: Decimal) -> Decimal | None:
        """The VAT the source means: its own figure, or what its total leaves for it."""
        if self.vat is not None or self.incl is None:
            return self.vat
        return self.incl - (net if self.excl is None else self.excl)


Found = TypeVar("Found")


@dataclass(slots=True)
class _Preparation:
    """One document on its way to an entry; collects each problem once."""

    document: Document
    mappings: Mappings
    ledger: Ledger
    problems: dict[tuple[str | Decimal, ...], Problem] = field(default_factory=dict)

    def result(self) -> Entry | tuple[Problem, ...]:
        document = self.document
        for problem in faults(document):
            self._note(problem)
        cell = JournalCell(document.location, document.kind)
        journal = self._sift(find_journal(cell, self.mappings, self.ledger))
        counted = [line for line in document.lines if line.net]
        lines = [self._line(*amounts) for amounts in self._amounts(counted)]
        if journal is None or self.problems:
            return tuple(self.problems.values())
        return self._entry(journal, [line for line in lines if line])

    def _note(self, problem: Problem) -> None:
        self.problems.setdefault(problem.key, problem)

    def _refuse(self, sentence: str, *key: str) -> None:
        self._note(Problem(ProblemKind.REFUSED, sentence, key))

    def _sift(self, found: Found | Problem) -> Found | None:
        """Pass on what was found; keep the problem when nothing was."""
        if isinstance(found, Problem):
            self._note(found)
            return None
        return found

    def _amounts(
        self, lines: Sequence[DocumentLine]
    ) -> Iterator[tuple[DocumentLine, Taxable, Decimal]]:
        """Yield each line with its amount and VAT, once they agree with the source's totals."""
        nets = [line.net for line in lines]
        sign = _sign(self.document, [sum(nets), *nets])
        taxables = [Taxable(sign * line.net, line.vat_rate) for line in lines]
        net = sum((taxable.net for taxable in taxables), ZERO)
        totals = _Totals.of(self.document)
        vats = self._vats(taxables, totals, net)
        self._compare("total_excl", "without VAT", totals.excl, net)
        if not self.problems:
            self._compare("total_incl", "with VAT", totals.incl, net + sum(vats))
        return zip(lines, taxables, vats, strict=True)

    def _vats(
        self, taxables: Sequence[Taxable], totals: _Totals, net: Decimal
    ) -> tuple[Decimal, ...]:
        try:
            return vat_by_line(taxables, totals.vat_by_rate, totals.vat_in_all(net))
        except CentsDifferError as error:
            self._refuse(
                f"The document says {error.stated:.2f} VAT and its lines come to"
                f" {error.computed:.2f}: more than rounding explains. {MEND_AT_SOURCE}",
                "document",
                "total_vat",
            )
        return (ZERO,) * len(taxables)

    def _compare(self, name: str, what: str, stated: Decimal | None, computed: Decimal) -> None:
        if stated is not None and stated != computed:
            self._refuse(
                f"The document says {stated:.2f} {what} and its lines come to {computed:.2f}."
                f" {MEND_AT_SOURCE}",
                "document",
                name,
            )

    def _line(self, line: DocumentLine, taxable: Taxable, vat: Decimal) -> EntryLine | None:
        """Find the accounts of one line; None when a problem was noted instead."""
        gl_cell = GLCell(self.document.location, line.resource_type, line.resource_code)
        gl_account = self._sift(find_gl_account(gl_cell, self.mappings, self.ledger))
        vat_code = self._vat_code(line.vat_rate)
        if gl_account is None or vat_code is None:
            return None
        return EntryLine(
            position=line.position,
            description=fit(line.description.strip() or str(gl_cell._replace(location=ANY))),
            gl_account=gl_account,
            vat_code=vat_code,
            vat_rate=line.vat_rate,
            net=taxable.net,
            vat=vat,
            odd_cents=vat - to_cents(taxable.vat),
            quantity=abs(line.quantity).copy_sign(taxable.net),
            cost_centre=self._cost_centre(gl_account),
            period_from=line.period_from,
            period_to=line.period_to,
        )

    def _vat_code(self, rate: Decimal) -> str | None:
        if not self.document.customer_country:  # noted as a fault of its own
            return None
        group = country_group(self.document.customer_country, self.ledger.country)
        cell = VatCell(group, self.document.business_type, rate)
        found = self._sift(find_vat_code(cell, self.mappings, self.ledger))
        return found.code if found else None

    def _cost_centre(self, account: GLAccount) -> str:
        """The location's cost centre, where the account wants or allows one."""
        chosen = self.mappings.cost_centres
        centre = chosen.get(self.document.location) or chosen.get(ANY, "")
        if not centre and needs(account.use_cost_centre):
            where = self.document.location or "any location"
            sentence = (
                f"G/L account {account.code} needs a cost centre; {where} has none. Choose one."
            )
            key = ("cost_centre", self.document.location)
            self._note(Problem(ProblemKind.NEEDS_MAPPING, sentence, key))
        return centre if takes(account.use_cost_centre) else ""

    def _entry(self, journal: Journal, lines: Sequence[EntryLine]) -> Entry:
        document = self.document
        net = sum((line.net for line in lines), ZERO)
        vat = sum((line.vat for line in lines), ZERO)
        groups = _vat_groups(lines)
        entry = Entry(
            number=document.number,
            kind=document.kind,
            journal=journal.code,
            entry_date=document.invoice_date,
            due_date=document.due_date,
            description=fit(f"{document.number} {document.location} {document.your_reference}"),
            currency=document.currency.upper() or self.ledger.currency,
            payment_reference=payment_reference(document.structured_reference),
            lines=tuple(lines),
            vat_groups=groups,
            net=net,
            vat=vat,
            incl=net + vat,
        )
        return replace(entry, warnings=tuple(warnings(document, entry, self.ledger)))


def _whole(total: Decimal | None) -> Decimal | None:
    return total if total is not None and total == to_cents(total) else None


def _sign(document: Document, amounts: Sequence[Decimal | int | None]) -> int:
    """-1 where a credit note's source wrote positive amounts, else 1; the first amount tells."""
    leading = next((amount for amount in amounts if amount), 0)
    return -1 if document.is_credit and leading > 0 else 1


def _vat_groups(lines: Sequence[EntryLine]) -> tuple[VatGroup, ...]:
    """Add up the lines of each VAT code, in the order in which the codes first appear."""
    groups: dict[str, VatGroup] = {}
    for line in lines:
        group = groups.get(line.vat_code, VatGroup(line.vat_code, line.vat_rate, ZERO, ZERO))
        groups[line.vat_code] = replace(group, base=group.base + line.net, vat=group.vat + line.vat)
    return tuple(groups.values())
