"""Which division books a document: by its billing entity, its location, or both."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sync.rules.ledger import ANY, Problem, ProblemKind


class RouteCell(NamedTuple):
    """What a route is for; an empty field fits all."""

    billing_entity: str
    location: str

    def __str__(self) -> str:
        return " at ".join(filter(None, self)) or "documents without a location"


# Who issues the document says more about whose books it belongs in than where the customer sits.
FALLBACKS = (("billing_entity", "location"), ("billing_entity",), ("location",), ())


def find_division(
    wanted: RouteCell, routes: Mapping[RouteCell, int], divisions: Collection[int]
) -> int | Problem:
    """Return the division that books what comes from here, by the most exact route.

    `divisions` are those that we work with. With a single one, what no route names is its own.
    """
    for kept in FALLBACKS:
        cell = RouteCell(
            *(getattr(wanted, name) if name in kept else ANY for name in wanted._fields)
        )
        if (division := routes.get(cell)) in divisions and division is not None:
            return division
    if len(divisions) == 1:
        return next(iter(divisions))
    return Problem(
        ProblemKind.NEEDS_MAPPING,
        f"No division is chosen for {wanted}. Choose one under Routes in the set-up.",
        ("route", *wanted),
    )
