"""Matching: the demo company comes out exactly as its truth says."""

from collections import Counter

import pytest

from sync.rules.matching import NEAR, AccountIndex, Decision, Rule, decide
from tests.bench.demo_company import Company, demo_company
from tests.sync.rules.matching_parties import shown


@pytest.fixture(scope="module")
def demo() -> Company:
    return demo_company()


@pytest.fixture(scope="module")
def demo_decisions(demo: Company) -> dict[str, Decision]:
    index = AccountIndex(demo.accounts)
    return {customer.number: decide(customer, index) for customer in demo.customers}


def test_the_demo_company_comes_out_as_its_truth_says(
    demo: Company, demo_decisions: dict[str, Decision]
) -> None:
    wrong = {}
    for number, truth in demo.truth.items():
        decision = demo_decisions[number]
        linked = truth.outcome == "link"
        expected = (
            (truth.outcome, truth.account, truth.rule) if linked else (truth.outcome, None, None)
        )
        if (decision.outcome, decision.account, decision.rule) != expected:
            wrong[number] = (expected, decision)

    assert wrong == {}
    assert Counter(decision.rule for decision in demo_decisions.values()) == {
        Rule.VAT: 567,
        Rule.CODE: 89,
        Rule.SEARCH_CODE: 86,
        None: 294 + 164,
    }


def test_the_demo_company_shows_the_right_account_first_where_only_the_name_tells(
    demo: Company, demo_decisions: dict[str, Decision]
) -> None:
    told = {
        number: truth.account
        for number, truth in demo.truth.items()
        if truth.outcome == "review" and truth.account
    }

    assert len(told) == 98
    assert {number: shown(demo_decisions[number])[0] for number in told} == told


def test_the_demo_company_keeps_a_margin_between_near_and_not(
    demo: Company, demo_decisions: dict[str, Decision]
) -> None:
    best = [
        demo_decisions[number].candidates[0].score
        for number, truth in demo.truth.items()
        if truth.rule == "name suggestion"
    ]

    assert min(best) >= NEAR + 30
