"""Which division books a document."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.rules.ledger import Problem
from sync.rules.routing import RouteCell, find_division

BRUSSELS, EVENTS = 1, 2
BOTH = {BRUSSELS, EVENTS}
ROUTES = {
    RouteCell("", ""): BRUSSELS,
    RouteCell("", "GHE-1"): EVENTS,
    RouteCell("Flex Events BV", ""): EVENTS,
    RouteCell("Flex Events BV", "BRU-1"): BRUSSELS,
}


@pytest.mark.parametrize(
    ("billing_entity", "location", "division"),
    [
        ("", "BRU-1", BRUSSELS),
        ("", "GHE-1", EVENTS),
        ("Flex Events BV", "ANT-1", EVENTS),
        ("Flex Events BV", "BRU-1", BRUSSELS),
        ("Flexhub BV", "GHE-1", EVENTS),
        ("Flexhub BV", "", BRUSSELS),
    ],
)
def test_the_most_exact_route_decides_and_the_entity_goes_before_the_place(
    billing_entity: str, location: str, division: int
) -> None:
    assert find_division(RouteCell(billing_entity, location), ROUTES, BOTH) == division


def test_without_a_route_the_only_division_books_it() -> None:
    assert find_division(RouteCell("", "BRU-1"), {}, {EVENTS}) == EVENTS


def test_without_a_route_and_with_two_divisions_a_person_must_choose() -> None:
    found = find_division(RouteCell("Flexhub BV", "BRU-1"), {}, BOTH)

    assert isinstance(found, Problem)
    assert found.sentence.startswith("No division is chosen for Flexhub BV at BRU-1.")
    assert found.key == ("route", "Flexhub BV", "BRU-1")


def test_a_route_to_a_division_that_we_left_does_not_count() -> None:
    assert find_division(RouteCell("", "GHE-1"), ROUTES, {BRUSSELS}) == BRUSSELS


@given(
    st.dictionaries(
        st.builds(RouteCell, st.sampled_from(["", "A", "B"]), st.sampled_from(["", "X", "Y"])),
        st.sampled_from([1, 2, 3]),
    ),
    st.builds(RouteCell, st.sampled_from(["", "A", "B"]), st.sampled_from(["", "X", "Y"])),
)
def test_a_document_never_goes_to_a_division_that_no_fitting_route_names(
    routes: dict[RouteCell, int], wanted: RouteCell
) -> None:
    found = find_division(wanted, routes, BOTH)

    fitting = {
        division
        for cell, division in routes.items()
        if cell.billing_entity in ("", wanted.billing_entity)
        and cell.location in ("", wanted.location)
    }
    assert isinstance(found, Problem) or found in fitting & BOTH
