"""Matching: each row of the table, and its borders."""

from dataclasses import replace

import pytest

from sync.rules.matching import CANDIDATES_SHOWN, Decision, Outcome, Rule, Situation
from tests.sync.rules.matching_parties import (
    CUSTOMER,
    OTHER_VAT,
    VAT,
    an_account,
    decided,
    its_account,
    shown,
)

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


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DÓCKX Architecten NV", "Name equal"),
        ("Architecten Dockx", "Name equal but for blanks or order"),
        ("DockxArchitecten", "Name equal but for blanks or order"),
        ("Dockx Arch.", "Name nearly equal"),
        ("D. Architecten Dockx", "Name nearly equal"),
        ("Dockx Architecetn", "Name nearly equal"),
        ("Dockx Interim", "Name partly equal"),
        ("Peeters Bouw", "Name differs"),
    ],
)
def test_a_name_is_compared_in_words_for_a_person(name: str, text: str) -> None:
    decision = decided(an_account("a", name, vat=VAT))

    assert text in [point.text for point in decision.evidence]


def test_a_misspelt_name_alone_is_found_where_no_address_says_otherwise() -> None:
    customer = replace(
        CUSTOMER, name="Verbruggen Zilvermeer", vat="", street="", postcode="", city=""
    )

    assert shown(decided(an_account("a", "Vrebruggen Zilvremeer"), customer=customer)) == ["a"]


def test_a_mistyped_postcode_leaves_city_and_street() -> None:
    decision = decided(its_account("a", postcode="9001"))

    texts = [point.text for point in decision.candidates[0].points]
    assert texts[-2:] == ["City Gent", "Street Mariannelei 12"]


def test_numbers_of_two_countries_registers_do_not_contradict_each_other() -> None:
    customer = replace(CUSTOMER, vat="", chamber_number="12345678", country="NL")

    assert decided(its_account("a", number="10474", vat=VAT), customer=customer).account == "a"


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
