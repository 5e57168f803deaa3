"""Which cells of the mappings documents wait for: how many, for how much, and since when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync.rules.choosing import find_gl_account, find_journal, find_payment_condition, find_vat_code
from sync.rules.ledger import Problem, ProblemKind, TermsCell
from sync.services import demand
from sync.services.demand import Demand

if TYPE_CHECKING:
    from exact_client.models import Division
    from sync.rules.ledger import Key
    from sync.services.books import Books


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
    """Return the cells that documents wait for, those with the most documents first."""
    gathered: dict[Key, list[tuple[Problem, Demand]]] = {}
    for problem, wanted in _problems(division, books):
        gathered.setdefault(problem.key, []).append((problem, wanted))
    found = [
        Waiting(key, several[0][0].sentence, demand.added(wanted for _, wanted in several))
        for key, several in gathered.items()
    ]
    return sorted(found, key=lambda one: (-one.demand.documents, str(one.key)))


def _problems(division: Division, books: Books) -> Iterator[tuple[Problem, Demand]]:
    told = (books.mappings, books.ledger)
    for journal, wanted in demand.of_journals(division).items():
        yield from _if_problem(find_journal(journal, *told), wanted)
    for gl, wanted in demand.of_gl_accounts(division).items():
        yield from _if_problem(find_gl_account(gl, *told), wanted)
    for vat, wanted in demand.of_vat_codes(division).items():
        yield from _if_problem(find_vat_code(vat, *told), wanted)
    for terms, wanted in demand.of_terms(division).items():
        yield from _if_problem(find_payment_condition(TermsCell(terms), *told), wanted)


def _if_problem(found: object, wanted: Demand) -> Iterator[tuple[Problem, Demand]]:
    if isinstance(found, Problem):
        yield found, wanted
