"""Matching: each row of the table, its borders, and what holds for any input."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.rules.matching import (
    CANDIDATES_SHOWN,
    NEAR,
    AccountIndex,
    Decision,
    Outcome,
    Rule,
    Situation,
    decide,
)
from sync.rules.parties import Party, vat_normal_form
from tests.bench.demo_company import Company, demo_company

VAT, OTHER_VAT = "BE0403019261", "BE0428759497"
CUSTOMER = Party(
    key="10474",
    number="10474",
    name="Dockx Architecten BV",
    vat=VAT,
    street="Mariannelei 12",
    postcode="9000",
    city="Gent",
    country="BE",
    email="info@dockx.be",
    phone="09 223 45 67",
)
ELSEWHERE = {
    "street": "Rue Haute 3",
    "postcode": "5000",
    "city": "Namur",
    "country": "BE",
}


def an_account(key: str = "one", name: str = "Leleux Nicolas", **known: str) -> Party:
    """Return an account that is a customer, and by itself has nothing to do with CUSTOMER."""
    defaults = {"number": f"2{key}", "status": "C", **ELSEWHERE}
    return Party(key=key, name=name, **{**defaults, **known})


def its_account(key: str = "its", **known: str) -> Party:
    """Return an account with name and address of CUSTOMER, but no number of it."""
    place = {"street": "Mariannelei 12", "postcode": "9000", "city": "Gent"}
    return an_account(key, **{"name": "DOCKX ARCHITECTEN", **place, **known})


def decided(*accounts: Party, customer: Party = CUSTOMER, rejected: str = "") -> Decision:
    return decide(customer, AccountIndex(accounts), not_the_same=frozenset(rejected.split()))


def shown(decision: Decision) -> list[str]:
    return [candidate.key for candidate in decision.candidates]


# --- Each row of the table ---------------------------------------------------------------------


def test_the_one_customer_with_the_vat_number_is_linked() -> None:
    decision = decided(an_account("a"), its_account("b", vat=VAT))

    assert (decision.outcome, decision.rule, decision.account) == (Outcome.LINK, Rule.VAT, "b")
    assert decision.situation is Situation.VAT_EQUAL
    assert "VAT number equal" in [point.text for point in decision.evidence]


def test_a_trade_name_does_not_contradict_a_vat_number() -> None:
    assert decided(an_account("a", "Quite Another Name", vat=VAT)).account == "a"


@pytest.mark.parametrize("vat", ["", VAT])
def test_the_one_customer_with_the_code_is_linked(vat: str) -> None:
    decision = decided(
        an_account("a"),
        its_account("b", number="             10474"),
        customer=replace(CUSTOMER, vat=vat),
    )

    assert (decision.outcome, decision.rule, decision.account) == (Outcome.LINK, Rule.CODE, "b")


def test_the_one_customer_with_the_search_code_is_linked() -> None:
    decision = decided(an_account("a"), its_account("b", search_code=" 10474 "))

    assert (decision.rule, decision.account) == (Rule.SEARCH_CODE, "b")


def test_a_vat_number_on_two_customers_goes_to_a_person_with_both() -> None:
    decision = decided(its_account("a", vat=VAT), an_account("b", vat=VAT, number="10474"))

    assert decision.outcome is Outcome.REVIEW
    assert decision.situation is Situation.VAT_ON_SEVERAL
    assert set(shown(decision)) == {"a", "b"}


@pytest.mark.parametrize("where", ["number", "search_code"])
def test_vat_number_and_number_on_different_customers_go_to_a_person(where: str) -> None:
    decision = decided(its_account("a", vat=VAT), an_account("b", **{where: "10474"}))

    assert decision.situation is Situation.VAT_AND_NUMBER_DISAGREE
    assert shown(decision) == ["a", "b"]
    points = {candidate.key: str(candidate.points) for candidate in decision.candidates}
    assert "VAT number equal" in points["a"]
    assert "10474 is the customer number" in points["b"]


@pytest.mark.parametrize("where", ["number", "search_code"])
def test_a_number_on_an_account_with_another_vat_number_is_taken(where: str) -> None:
    decision = decided(its_account("a", vat=OTHER_VAT, **{where: "10474"}))

    assert decision.outcome is Outcome.REVIEW
    assert decision.situation is Situation.NUMBER_HAS_OTHER_VAT
    assert shown(decision) == ["a"]


@pytest.mark.parametrize("where", ["number", "search_code"])
def test_a_number_on_an_account_with_another_name_is_taken(where: str) -> None:
    decision = decided(an_account("a", **{where: "10474"}), its_account("b"))

    assert decision.situation is Situation.NUMBER_HAS_OTHER_NAME
    assert set(shown(decision)) == {"a", "b"}


@pytest.mark.parametrize("status", ["A", "S", "P"])
@pytest.mark.parametrize("known", [{"vat": VAT}, {"number": "10474"}, {"search_code": "10474"}])
def test_an_account_that_is_no_customer_is_never_linked(status: str, known: dict[str, str]) -> None:
    decision = decided(its_account("a", status=status, **known))

    assert decision.situation is Situation.NOT_A_CUSTOMER
    assert shown(decision) == ["a"]


def test_a_customer_is_linked_though_a_prospect_has_the_vat_number_too() -> None:
    assert decided(its_account("a", vat=VAT), its_account("b", vat=VAT, status="P")).account == "a"


def test_name_and_address_without_a_number_go_to_a_person_and_say_why() -> None:
    decision = decided(an_account("a"), its_account("b", phone="+32 9 223 45 67"))

    assert decision.situation is Situation.NEAR
    assert shown(decision) == ["b"]
    assert [point.text for point in decision.candidates[0].points] == [
        "No VAT number to compare",
        "Name equal",
        "Postcode 9000",
        "Street Mariannelei 12",
        "Phone number equal",
    ]


def test_nothing_near_is_to_be_created() -> None:
    decision = decided(an_account("a"), an_account("b", "Maes & Zoon"))

    assert decision == Decision(Outcome.CREATE, Situation.NOTHING_NEAR)
    assert decided() == decision


# --- Borders -----------------------------------------------------------------------------------


def test_an_invalid_vat_number_never_links_but_may_be_shown() -> None:
    typed = {"vat": "", "vat_typed": "BE 0123.456.789"}
    customer = replace(CUSTOMER, **typed)

    assert decided(an_account("a", **typed), customer=customer).outcome is Outcome.CREATE
    assert decided(its_account("a", **typed), customer=customer).situation is Situation.NEAR


def test_an_empty_number_is_no_number() -> None:
    customer = replace(CUSTOMER, number="", vat="")

    assert decided(an_account("a", number="", vat=""), customer=customer).outcome is Outcome.CREATE


def test_another_suffix_of_a_dutch_vat_number_goes_to_a_person() -> None:
    customer = replace(CUSTOMER, vat="NL004495445B01")
    decision = decided(its_account("a", vat="NL004495445B07"), customer=customer)

    assert decision.situation is Situation.NEAR
    assert "VAT number equal but for its end: B01 and B07" in str(decision.candidates)


def test_code_and_search_code_on_two_customers_go_to_a_person() -> None:
    decision = decided(its_account("a", number="10474"), its_account("b", search_code="10474"))

    assert decision.situation is Situation.NUMBER_ON_SEVERAL


def test_a_prospect_with_the_vat_number_and_a_customer_with_the_code_go_to_a_person() -> None:
    decision = decided(its_account("a", vat=VAT, status="P"), its_account("b", number="10474"))

    assert decision.situation is Situation.VAT_AND_NUMBER_DISAGREE


def test_an_enterprise_number_contradicts_a_code() -> None:
    customer = replace(CUSTOMER, vat="", chamber_number="0403.019.261")

    assert decided(its_account("a", number="10474"), customer=customer).outcome is Outcome.LINK
    other = its_account("a", number="10474", vat=OTHER_VAT)
    assert decided(other, customer=customer).situation is Situation.NUMBER_HAS_OTHER_VAT


@pytest.mark.parametrize(
    "name",
    ["Architecten Dockx", "Dokcx Architecten", "DOCKX ARCH. BV", "Dockx Architecten Antwerp"],
)
def test_a_code_links_however_the_name_is_written(name: str) -> None:
    assert decided(its_account("a", name=name, number="10474")).account == "a"


def test_a_code_with_only_the_family_name_elsewhere_goes_to_a_person() -> None:
    namesake = an_account("a", "Dockx & Vermeulen", number="10474")

    assert decided(namesake).situation is Situation.NUMBER_HAS_PARTLY_OTHER_NAME


def test_a_code_with_only_the_trade_in_common_is_taken() -> None:
    decision = decided(its_account("a", name="Peeters Architecten", number="10474"))

    assert decision.outcome is Outcome.REVIEW


@pytest.mark.parametrize("name", ["Dockx", "Dockx Interim", "Peeters Architecten", "Architecten"])
def test_a_part_of_the_name_elsewhere_is_not_near(name: str) -> None:
    neighbours = [an_account(f"n{count}", f"Dockx {count}") for count in range(8)]

    assert decided(an_account("a", name), *neighbours).outcome is Outcome.CREATE


def test_an_address_alone_is_not_near() -> None:
    assert decided(its_account("a", name="Leleux Nicolas")).outcome is Outcome.CREATE


def test_the_address_of_a_whole_building_says_little() -> None:
    tenants = [its_account(f"{count:03}", name=f"Tenant{count:03}x") for count in range(200)]
    decision = decided(*tenants, its_account("its"))

    assert shown(decision) == ["its"]
    assert {point.text: point.value for point in decision.candidates[0].points}["Postcode 9000"] < 6


def test_an_equal_name_with_another_vat_number_elsewhere_is_another_company() -> None:
    namesake = an_account("a", "Dockx Architecten", vat=OTHER_VAT)

    assert decided(namesake).outcome is Outcome.CREATE


def test_an_equal_name_and_address_with_another_vat_number_go_to_a_person() -> None:
    decision = decided(its_account("a", vat=OTHER_VAT))

    assert decision.situation is Situation.NEAR
    assert ("VAT number differs", -30) in [
        (point.text, point.value) for point in decision.candidates[0].points
    ]


def test_a_rejected_account_gives_way_to_the_next_evidence() -> None:
    accounts = (its_account("a", vat=VAT), its_account("b", number="10474"), its_account("c"))

    assert decided(*accounts, rejected="b").account == "a"
    assert decided(*accounts, rejected="a").account == "b"
    assert shown(decided(*accounts, rejected="a b")) == ["c"]
    assert decided(*accounts, rejected="a b c").outcome is Outcome.CREATE


def test_rejecting_one_of_two_with_the_vat_number_links_the_other() -> None:
    accounts = (its_account("a", vat=VAT), its_account("b", vat=VAT))

    assert decided(*accounts, rejected="a").account == "b"


def test_equal_candidates_are_ordered_by_key_and_at_most_five() -> None:
    accounts = [its_account(key) for key in "gfedcba"]

    assert shown(decided(*accounts)) == list("abcde")
    assert len(shown(decided(*(replace(one, vat=VAT) for one in accounts)))) == CANDIDATES_SHOWN


def test_every_situation_has_a_sentence_for_a_person() -> None:
    assert all(situation.sentence.endswith(".") for situation in Situation)


# --- For any input -----------------------------------------------------------------------------

NAMES = st.sampled_from(["Dockx Architecten", "Dockx", "Maes Design", "Peeters", "Studio Dockx"])
ACCOUNTS = st.lists(
    st.builds(
        Party,
        key=st.uuids().map(str),
        number=st.sampled_from(["10474", "1", "2"]),
        search_code=st.sampled_from(["", "10474", "3"]),
        name=NAMES,
        status=st.sampled_from("CCCPSA"),
        vat=st.sampled_from(["", VAT, OTHER_VAT]),
        postcode=st.sampled_from(["9000", "1000"]),
        street=st.sampled_from(["Mariannelei 12", "Rue Haute 3"]),
        country=st.just("BE"),
    ),
    max_size=6,
)


@settings(max_examples=100, deadline=None)
@given(ACCOUNTS, st.data())
def test_a_vat_number_decides_the_same_however_it_is_typed(
    accounts: list[Party], data: st.DataObject
) -> None:
    noise = st.sampled_from(["", " ", ".", "-"])
    typed = "".join(data.draw(noise) + letter for letter in VAT.lower())
    customer = replace(CUSTOMER, vat=vat_normal_form(typed, "BE"), vat_typed=typed)

    assert decided(*accounts, customer=customer) == decided(*accounts)


@settings(max_examples=150, deadline=None)
@given(ACCOUNTS)
def test_an_unrelated_account_never_turns_a_link_into_another(accounts: list[Party]) -> None:
    before = decided(*accounts)
    after = decided(*accounts, an_account("unrelated", "Zwartjes Transport"))

    assert (after.outcome, after.account, after.rule) == (
        before.outcome,
        before.account,
        before.rule,
    )


@settings(max_examples=150, deadline=None)
@given(ACCOUNTS)
def test_a_rejected_account_never_comes_back(accounts: list[Party]) -> None:
    rejected: set[str] = set()
    for _ in range(len(accounts) + 1):
        decision = decided(*accounts, rejected=" ".join(rejected))
        offered = {decision.account, *shown(decision)} - {None}
        assert not offered & rejected
        rejected |= {str(key) for key in offered}
    assert decision.outcome is Outcome.CREATE


@settings(max_examples=150, deadline=None)
@given(ACCOUNTS)
def test_a_link_is_to_a_customer_with_no_other_vat_number(accounts: list[Party]) -> None:
    decision = decided(*accounts)

    if decision.account is not None:
        account = next(one for one in accounts if one.key == decision.account)
        assert account.status == "C"
        assert account.vat in {"", VAT}
        assert account.vat == VAT or "10474" in {account.number, account.search_code}


@settings(max_examples=50, deadline=None)
@given(ACCOUNTS)
def test_an_invalid_vat_number_never_links(accounts: list[Party]) -> None:
    customer = replace(CUSTOMER, number="", vat="", vat_typed="BE 0123.456.789")
    typed = [replace(account, vat="", vat_typed=customer.vat_typed) for account in accounts]

    assert decided(*typed, customer=customer).outcome is not Outcome.LINK


@settings(max_examples=50, deadline=None)
@given(ACCOUNTS, st.randoms(use_true_random=False))
def test_the_order_of_accounts_changes_nothing(accounts: list[Party], lot: Random) -> None:
    mixed = lot.sample(accounts, len(accounts))

    assert decided(*mixed) == decided(*accounts)


# --- The demo company --------------------------------------------------------------------------


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
