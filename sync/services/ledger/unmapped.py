"""Which cells of the mappings documents wait for: how many, for how much, and since when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync.rules.choosing import (
    find_centre,
    find_gl_account,
    find_journal,
    find_payment_condition,
    find_vat_code,
)
from sync.rules.discounts import cell_of_discount, no_discount_product
from sync.rules.ledger import (
    ANY,
    DiscountPolicy,
    GLAccount,
    GLCell,
    Problem,
    ProblemKind,
    TermsCell,
    VatCell,
)
from sync.rules.supplies import DISCOUNT, PRODUCT
from sync.services.ledger import demand
from sync.services.ledger.demand import Demand

if TYPE_CHECKING:
    from exact_client.models import Division
    from sync.rules.ledger import Key
    from sync.services.ledger.books import Books


@dataclass(frozen=True, slots=True)
class Waiting:
    """One cell that keeps documents back: where it is mended, why, and what waits."""

    key: Key
    sentence: str
    demand: Demand

    @property
    def problem(self) -> Problem:
        """The same as the booking rules say it of a document."""
        return Problem(ProblemKind.NEEDS_MAPPING, self.sentence, self.key)


def waiting(division: Division, books: Books) -> list[Waiting]:
    """Return the cells that documents wait for, those with the most documents first.

    Where a code that does not fit any more serves several cells, a document that needs two of
    them counts twice.
    """
    found = [
        Waiting(key, several[0][0].sentence, demand.added(wanted for _, wanted in several))
        for key, several in _by_key(_problems(division, books)).items()
    ]
    return sorted(found, key=lambda one: (-one.demand.documents, str(one.key)))


def vat_waiting(
    division: Division, books: Books, needed: Mapping[VatCell, Demand]
) -> dict[VatCell, Demand]:
    """Return those of the `needed` VAT cells for which documents wait."""
    return {
        VatCell(*problem.key[1:]): wanted  # type: ignore[arg-type]  # a key that begins with vat
        for problem, wanted in _vat_problems(division, books, needed)
    }


def _vat_problems(
    division: Division, books: Books, needed: Mapping[VatCell, Demand]
) -> Iterator[tuple[Problem, Demand]]:
    """Yield each cell once. A line of any supply waits for the same cell where none has a code."""
    alike = demand.of_vat_codes(division, by_supply=False)
    found = (
        pair
        for vat, wanted in needed.items()
        for pair in _if_problem(find_vat_code(vat, books.mappings, books.ledger), wanted)
    )
    for key, several in _by_key(found).items():
        summed = demand.added(wanted for _, wanted in several)
        whole = alike.get(VatCell(*key[1:]), summed)  # type: ignore[arg-type]  # as above
        yield several[0][0], min(summed, whole, key=lambda one: one.documents)


def _by_key(
    found: Iterable[tuple[Problem, Demand]],
) -> dict[Key, list[tuple[Problem, Demand]]]:
    gathered: dict[Key, list[tuple[Problem, Demand]]] = {}
    for problem, wanted in found:
        gathered.setdefault(problem.key, []).append((problem, wanted))
    return gathered


def _problems(division: Division, books: Books) -> Iterator[tuple[Problem, Demand]]:
    told = (books.mappings, books.ledger)
    yield from _vat_problems(division, books, demand.of_vat_codes(division))
    for journal, wanted in demand.of_journals(division).items():
        yield from _if_problem(find_journal(journal, *told), wanted)
    yield from _account_problems(division, books)
    for terms, wanted in demand.of_terms(division).items():
        yield from _if_problem(find_payment_condition(TermsCell(terms), *told), wanted)


def _account_problems(division: Division, books: Books) -> Iterator[tuple[Problem, Demand]]:
    """Yield the accounts that are missing, and the centres that accounts can't do without."""
    policies = books.mappings.policies
    for cell, wanted in demand.of_gl_accounts(division).items():
        if cell.resource_type == DISCOUNT:
            account = _discount_account(cell, books)
        else:
            account = find_gl_account(cell, books.mappings, books.ledger)
        yield from _if_problem(account, wanted)
        yield from _centre_problems(account, cell.location, wanted, books)
    if policies.discounts == DiscountPolicy.NET:
        return
    for location, wanted in demand.of_discounts(division).items():
        account = _discount_account(GLCell(location, DISCOUNT, ANY), books)
        yield from _if_problem(account, wanted)
        yield from _centre_problems(account, location, wanted, books)


def _discount_account(cell: GLCell, books: Books) -> GLAccount | Problem:
    where, fallbacks = cell_of_discount(cell, books.mappings.policies)
    if where.resource_type == PRODUCT and not where.resource_code:
        return no_discount_product()
    return find_gl_account(where, books.mappings, books.ledger, fallbacks)


def _centre_problems(
    account: GLAccount | Problem, location: str, wanted: Demand, books: Books
) -> Iterator[tuple[Problem, Demand]]:
    if isinstance(account, GLAccount):
        for kind in ("cost_centre", "cost_unit"):
            yield from _if_problem(find_centre(kind, location, account, books.mappings), wanted)


def _if_problem(found: object, wanted: Demand) -> Iterator[tuple[Problem, Demand]]:
    if isinstance(found, Problem):
        yield found, wanted
