"""What an invoice will be in the books: its sales entry, or all that is missing for one."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from sync.rules.choosing import (
    find_centre,
    find_gl_account,
    find_journal,
    find_payment_condition,
    find_vat_code,
)
from sync.rules.countries import country_group
from sync.rules.deferral import is_deferred, schedule
from sync.rules.discounts import Part, account_of, no_discount_product, parts_of
from sync.rules.document_checks import faults, warnings, zero_problem
from sync.rules.entries import Document, DocumentLine, Entry, EntryLine, VatGroup, fit
from sync.rules.ledger import (
    DiscountPolicy,
    GLAccount,
    Journal,
    JournalCell,
    Key,
    Ledger,
    Mappings,
    PaymentCondition,
    Problem,
    TermsCell,
    VatCell,
    VatCode,
)
from sync.rules.references import payment_reference
from sync.rules.totals import ZERO, Amount, amounts_of


def prepare(document: Document, mappings: Mappings, ledger: Ledger) -> Entry | tuple[Problem, ...]:
    """Return the sales entry this document will be, or every problem that keeps it from the books.

    Credit notes become negative lines whatever the source's sign. Lines that come to nothing are
    left out, unless the whole document does and is booked nevertheless. The source's totals are
    followed where rounding explains them, to the cent.
    Source: docs/decisions/0009-cents.md, docs/decisions/0011-booking-rules.md
    """
    return _Preparation(document, mappings, ledger).result()


Found = TypeVar("Found")


@dataclass(slots=True)
class _Preparation:
    """One document on its way to an entry; collects each problem once."""

    document: Document
    mappings: Mappings
    ledger: Ledger
    problems: dict[Key, Problem] = field(default_factory=dict)

    def result(self) -> Entry | tuple[Problem, ...]:
        document, policies = self.document, self.mappings.policies
        amounts, differences = amounts_of(document)
        for problem in (*faults(document), *differences):
            self._note(problem)
        if not self.problems and (kept := zero_problem(document, amounts, policies.zero)):
            return (kept,)
        cell = JournalCell(document.location, document.kind)
        journal = self._sift(find_journal(cell, self.mappings, self.ledger))
        terms = TermsCell(document.payment_terms)
        condition = self._sift(find_payment_condition(terms, self.mappings, self.ledger))
        lines = [self._line(part) for part in self._parts(amounts)]
        if journal is None or self.problems:
            return tuple(self.problems.values())
        return self._entry(journal, condition, [line for line in lines if line])

    def _note(self, problem: Problem) -> None:
        self.problems.setdefault(problem.key, problem)

    def _sift(self, found: Found | Problem) -> Found | None:
        """Pass on what was found; keep the problem when nothing was."""
        if isinstance(found, Problem):
            self._note(found)
            return None
        return found

    def _parts(self, amounts: Sequence[Amount]) -> Sequence[Part]:
        """What will be lines of the entry; of a document that is 0.00 throughout, all of it."""
        policy = self.mappings.policies.discounts
        parts = [part for amount in amounts for part in parts_of(amount, policy)]
        return [part for part in parts if part.net] or parts

    def _line(self, part: Part) -> EntryLine | None:
        """Find the accounts of one line; None when a problem was noted instead."""
        line = part.line
        gl_account, vat_code = self._gl_account(part), self._vat_code(line)
        if gl_account is None or vat_code is None:
            return None
        made = EntryLine(
            position=line.position,
            description=fit(part.description),
            gl_account=gl_account,
            vat_code=vat_code.code,
            vat_rate=line.vat_rate,
            net=part.net,
            vat=part.vat,
            odd_cents=part.odd_cents,
            quantity=part.quantity,
            cost_centre=self._centre("cost_centre", gl_account),
            cost_unit=self._centre("cost_unit", gl_account),
            period_from=None,
            period_to=None,
            is_discount=part.is_discount,
        )
        return self._deferred(made, line)

    def _gl_account(self, part: Part) -> GLAccount | None:
        policies = self.mappings.policies
        is_product = part.is_discount and policies.discounts == DiscountPolicy.PRODUCT
        if is_product and not policies.discount_product:
            self._note(no_discount_product())
            return None
        cell, fallbacks = account_of(part, self.document.location, policies)
        return self._sift(find_gl_account(cell, self.mappings, self.ledger, fallbacks))

    def _vat_code(self, line: DocumentLine) -> VatCode | None:
        country = self.document.customer_country
        if not country:  # noted as a fault of its own
            return None
        cell = VatCell(
            country_group(country, self.ledger.country),
            self.document.business_type,
            line.vat_rate,
            self.document.supply_of(line),
            line.vat_category,
        )
        return self._sift(find_vat_code(cell, self.mappings, self.ledger, customer_country=country))

    def _centre(self, kind: str, account: GLAccount) -> str:
        location = self.document.location
        return self._sift(find_centre(kind, location, account, self.mappings)) or ""

    def _deferred(self, made: EntryLine, line: DocumentLine) -> EntryLine:
        """Give the line its period, when that reaches beyond the month in which it is booked."""
        first, last = line.period_from, line.period_to
        if self.problems or not (self.mappings.policies.defer_revenue and first and last):
            return made
        if not (made.net and is_deferred(first, last, self.document.entry_date)):
            return made
        months = schedule(made.net, first, last)
        return replace(made, period_from=first, period_to=last, schedule=months)

    def _entry(
        self, journal: Journal, condition: PaymentCondition | None, lines: Sequence[EntryLine]
    ) -> Entry:
        document = self.document
        net = sum((line.net for line in lines), ZERO)
        vat = sum((line.vat for line in lines), ZERO)
        entry = Entry(
            number=document.number,
            kind=document.kind,
            journal=journal.code,
            entry_date=document.entry_date,
            due_date=document.due_date,
            description=_description(document),
            currency=document.currency.upper() or self.ledger.currency,
            payment_reference=payment_reference(document.structured_reference),
            lines=tuple(lines),
            vat_groups=_vat_groups(lines),
            net=net,
            vat=vat,
            incl=net + vat,
            payment_condition=condition.code if condition else "",
        )
        return replace(entry, warnings=tuple(warnings(document, entry, self.ledger)))


def _description(document: Document) -> str:
    """The document's number, that of the invoice it credits, its place and the customer's words."""
    number = " / ".join(filter(None, (document.number, document.credited_invoice)))
    return fit(f"{number} {document.location} {document.your_reference}")


def _vat_groups(lines: Sequence[EntryLine]) -> tuple[VatGroup, ...]:
    """Add up the lines of each VAT code, in the order in which the codes first appear."""
    groups: dict[str, VatGroup] = {}
    for line in lines:
        group = groups.get(line.vat_code, VatGroup(line.vat_code, line.vat_rate, ZERO, ZERO))
        groups[line.vat_code] = replace(group, base=group.base + line.net, vat=group.vat + line.vat)
    return tuple(groups.values())
