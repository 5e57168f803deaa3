"""How fast and how well matching works: `python -m tests.bench.bench_matching [SIZE …]`."""

import resource
import sys
import time
from collections import Counter
from dataclasses import dataclass

from sync.rules.account_index import AccountIndex
from sync.rules.matching import Decision, decide
from tests.bench.demo_company import Company, Truth, demo_company
from tests.bench.drawn_company import drawn_company

SIZES = [1_200, 100_000]
HEADINGS = (
    "company   customers  accounts  index s  decide s   links  wrong  found %  top 3 %"
    "  review when create %  create when review  peak MB"
)


@dataclass(frozen=True)
class Measured:
    """One company, decided."""

    company: Company
    decisions: dict[str, Decision]
    index_seconds: float
    decide_seconds: float

    def table_row(self, name: str) -> str:
        """Return the figures under the headings."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        found, top = self.share("found", "pairs"), self.share("top", "suggestions")
        return (
            f"{name:8} {len(self.company.customers):10,} {len(self.company.accounts):9,}"
            f" {self.index_seconds:8.1f} {self.decide_seconds:9.1f}"
            f" {self.count('links'):7,} {self.count('wrong'):6,} {found:8.2f} {top:8.2f}"
            f" {self.share('held back', 'creates'):21.2f}"
            f" {self.count('twins'):19,} {peak:8.0f}"
        )

    def count(self, what: str) -> int:
        """Return how many customers are in a class of `_classes`."""
        return sum(
            what in _classes(self.company.truth[number], decision)
            for number, decision in self.decisions.items()
        )

    def share(self, part: str, whole: str) -> float:
        """Return a part in per cent of a whole."""
        return 100 * self.count(part) / max(self.count(whole), 1)


def measure(company: Company) -> Measured:
    """Decide all customers of a company and take the time."""
    start = time.perf_counter()
    index = AccountIndex(company.accounts)
    built = time.perf_counter()
    decisions = {customer.number: decide(customer, index) for customer in company.customers}
    return Measured(company, decisions, built - start, time.perf_counter() - built)


def _classes(truth: Truth, decision: Decision) -> set[str]:
    """Return the names of all that this decision is counted as."""
    linked = decision.outcome == "link"
    right = linked and (truth.outcome, truth.account) == ("link", decision.account)
    suggested = truth.rule in {"name suggestion", "another VAT entity of that name"}
    shown = [candidate.key for candidate in decision.candidates[:3]]
    facts = {
        "links": linked,
        "wrong": linked and not right,
        "pairs": truth.outcome == "link",
        "found": right,
        "suggestions": suggested,
        "top": suggested and truth.account in shown,
        "creates": truth.outcome == "create",
        "held back": truth.outcome == "create" and decision.outcome == "review",
        "twins": truth.outcome == "review" and decision.outcome == "create",
    }
    return {name for name, true in facts.items() if true}


def mistakes(measured: Measured) -> Counter[str]:
    """Count, for each case of the truth, what came of it, where that is not what should."""
    return Counter(
        f"{truth.outcome} ({truth.rule}) became {decision.outcome} ({decision.situation})"
        for truth, decision in (
            (measured.company.truth[number], decision)
            for number, decision in measured.decisions.items()
        )
        if truth.outcome != decision.outcome or "wrong" in _classes(truth, decision)
    )


def main(sizes: list[int]) -> None:
    """Print a row for the demo company and for a drawn one of each size, then what went wrong."""
    print(HEADINGS)  # noqa: T201 - a benchmark prints its table
    measured = [("demo", measure(demo_company()))]
    print(measured[0][1].table_row("demo"))  # noqa: T201 - as above
    for size in sizes:
        one = measure(drawn_company(size))
        print(one.table_row("drawn"))  # noqa: T201 - as above
        for mistake, count in mistakes(one).most_common():
            print(f"  {count:6,} × {mistake}")  # noqa: T201, RUF001 - as above; the sign is "times"


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or SIZES)
