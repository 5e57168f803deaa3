"""Pairing accounts: each kind of evidence, each contradiction, and doubles on either side."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.rules.parties import Party
from sync.rules.zoho import pairing
from sync.rules.zoho.pairing import Customers, ZohoAccount, pair_accounts
from sync.rules.zoho.pairings import Outcome, PairedBy, Pairing, held_back
from tests.sync.rules.matching_parties import OTHER_VAT, VAT, an_account, its_account

DOCKX = Party(
    key="z1",
    number="",
    name="Dockx Architecten BV",
    street="Mariannelei 12",
    postcode="9000",
    city="Gent",
    country="BE",
    email="info@dockx.be",
    phone="09 223 45 67",
)
DOCKX_CUSTOMER = replace(DOCKX, key="10474", number="10474")


def in_zoho(exact_id: str = "", **known: Any) -> ZohoAccount:
    return ZohoAccount(replace(DOCKX, **known), exact_id)


def paired(
    zoho: list[ZohoAccount], *exact: Party, customers: Customers | None = None, **rejected: set[str]
) -> dict[str, Pairing]:
    return pair_accounts(zoho, exact, customers, rejected)


def the_one(*args: Any, **more: Any) -> Pairing:
    (found,) = paired(*args, **more).values()
    return found


def said(found: Pairing) -> tuple[Outcome, str, list[str]]:
    return found.outcome, found.sentence, [candidate.key for candidate in found.candidates]


# --- What pairs --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zoho", "account", "rule"),
    [
        (in_zoho("a"), an_account("a"), PairedBy.EXACT_ID),
        (in_zoho(vat=VAT), an_account("a", "Trade Name", vat=VAT), PairedBy.VAT),
        (in_zoho(vat=VAT), an_account("a", vat=VAT, status="P"), PairedBy.VAT),
        (in_zoho(number="10474"), its_account("a", number="       10474"), PairedBy.CODE),
        (in_zoho(number="10474"), its_account("a", search_code="10474"), PairedBy.SEARCH_CODE),
    ],
)
def test_hard_evidence_pairs(zoho: ZohoAccount, account: Party, rule: PairedBy) -> None:
    found = the_one([zoho], account, an_account("other"))

    assert (found.outcome, found.rule, found.exact) == (Outcome.PAIR, rule, "a")
    assert found.evidence


@pytest.mark.parametrize("shared", [{"vat": VAT}, {"number": "10474"}])
def test_the_link_of_a_zapfloor_customer_is_a_bridge(shared: dict[str, str]) -> None:
    customers = Customers([replace(DOCKX_CUSTOMER, vat=VAT)], {"10474": "a"})

    found = the_one([in_zoho(**shared)], an_account("a", "Old Name"), customers=customers)

    assert (found.outcome, found.rule, found.exact) == (Outcome.PAIR, PairedBy.CUSTOMER, "a")


def test_a_customer_whose_account_is_gone_is_no_bridge() -> None:
    customers = Customers([replace(DOCKX_CUSTOMER, vat=VAT)], {"10474": "gone"})

    found = the_one([in_zoho(vat=VAT)], an_account("a"), customers=customers)

    assert found.outcome is Outcome.NEW


# --- What goes to a person ---------------------------------------------------------------------


def test_name_and_address_alone_are_for_a_person() -> None:
    found = the_one([in_zoho()], its_account("a"))

    assert found.outcome is Outcome.REVIEW
    assert [candidate.key for candidate in found.candidates] == ["a"]


def test_an_account_that_nothing_comes_near_is_new() -> None:
    assert the_one([in_zoho()], an_account("a")).outcome is Outcome.NEW


def test_a_vat_number_on_two_accounts_of_exact_is_for_a_person() -> None:
    found = the_one([in_zoho(vat=VAT)], its_account("a", vat=VAT), an_account("b", vat=VAT))

    assert found.outcome is Outcome.REVIEW
    assert {candidate.key for candidate in found.candidates} == {"a", "b"}


@pytest.mark.parametrize(
    ("zoho", "accounts", "sentence", "shown"),
    [
        (in_zoho("gone", vat=VAT), [an_account("a", vat=VAT)], pairing.ID_GONE, ["a"]),
        (
            in_zoho("a", vat=VAT),
            [an_account("a", vat=OTHER_VAT)],
            pairing.ID_HAS_OTHER_VAT,
            ["a"],
        ),
    ],
)
def test_an_id_that_does_not_hold_is_for_a_person(
    zoho: ZohoAccount, accounts: list[Party], sentence: str, shown: list[str]
) -> None:
    assert said(the_one([zoho], *accounts)) == (Outcome.REVIEW, sentence, shown)


def test_numbers_and_the_bridge_that_disagree_are_for_a_person() -> None:
    customers = Customers([DOCKX_CUSTOMER], {"10474": "b"})
    zoho = in_zoho(vat=VAT, number="10474")

    found = the_one([zoho], an_account("a", vat=VAT), its_account("b"), customers=customers)

    assert found.outcome is Outcome.REVIEW
    assert found.sentence == pairing.CUSTOMER_SAYS_OTHER
    assert {candidate.key for candidate in found.candidates} == {"a", "b"}


def test_a_bridge_to_an_account_with_another_vat_number_is_for_a_person() -> None:
    customers = Customers([replace(DOCKX_CUSTOMER, vat=VAT)], {"10474": "a"})

    found = the_one([in_zoho(vat=VAT)], its_account("a", vat=OTHER_VAT), customers=customers)

    assert said(found) == (Outcome.REVIEW, pairing.CUSTOMER_HAS_OTHER_VAT, ["a"])


@pytest.mark.parametrize(
    ("shared", "account", "sentence"),
    [
        ({"vat": VAT}, an_account("a", vat=VAT), pairing.DOUBLE_VAT),
        ({"number": "10474"}, its_account("a", number="10474"), pairing.DOUBLE_NUMBER),
    ],
)
def test_doubles_in_zoho_are_for_a_person(
    shared: dict[str, str], account: Party, sentence: str
) -> None:
    found = paired([in_zoho(key="z1", **shared), in_zoho(key="z2", **shared)], account)

    assert {said(one)[:2] for one in found.values()} == {(Outcome.REVIEW, sentence)}
    assert {tuple(said(one)[2]) for one in found.values()} == {("a",)}


def test_different_evidence_for_one_account_is_for_a_person() -> None:
    by_vat, by_code = in_zoho(key="z1", vat=VAT), in_zoho(key="z2", number="10474")

    found = paired([by_vat, by_code], its_account("a", vat=VAT, number="10474"))

    assert {one.sentence for one in found.values()} == {pairing.DOUBLE_CLAIM}


def test_an_id_on_two_accounts_of_zoho_is_for_a_person() -> None:
    found = paired([in_zoho("a", key="z1"), in_zoho("a", key="z2")], its_account("a"))

    assert {said(one)[:2] for one in found.values()} == {(Outcome.REVIEW, pairing.ID_ON_SEVERAL)}


def test_a_double_of_a_paired_account_does_not_undo_the_pair() -> None:
    found = paired(
        [in_zoho("a", key="z1", vat=VAT), in_zoho(key="z2", vat=VAT)], its_account("a", vat=VAT)
    )

    assert found["z1"].exact == "a"
    assert said(found["z2"]) == (Outcome.REVIEW, pairing.DOUBLE_VAT, ["a"])


def test_what_a_person_rejected_is_not_offered_again() -> None:
    found = the_one([in_zoho("a", vat=VAT)], its_account("a", vat=VAT), z1={"a"})

    assert said(found)[0] is Outcome.NEW


def test_what_is_paired_or_before_a_person_is_not_made_again_in_zoho() -> None:
    found = paired(
        [in_zoho(key="z1", vat=VAT), in_zoho(key="z2")],
        its_account("a", vat=VAT),
        its_account("b"),
        an_account("c", "Zwartjes Transport"),
    )

    assert held_back(found.values()) == {"a", "b"}


# --- What holds for any accounts ---------------------------------------------------------------

NAMES = st.sampled_from(["Dockx Architecten", "Dockx", "Maes Design", "Peeters"])
VATS = st.sampled_from(["", VAT, OTHER_VAT])
NUMBERS = st.sampled_from(["", "10474", "1"])
POSTCODES = st.sampled_from(["9000", "1000"])


def parties(**more: Any) -> st.SearchStrategy[list[Party]]:
    known = {"name": NAMES, "vat": VATS, "number": NUMBERS, "postcode": POSTCODES, **more}
    one = st.builds(Party, key=st.integers(0, 99).map(str), country=st.just("BE"), **known)
    return st.lists(one, max_size=6, unique_by=lambda party: party.key)


@settings(max_examples=150, deadline=None)
@given(
    parties(),
    parties(search_code=NUMBERS, status=st.sampled_from("CPSA")),
    parties(),
    st.dictionaries(st.integers(0, 99).map(str), st.integers(0, 99).map(str), max_size=4),
    st.randoms(),
)
def test_no_pair_contradicts_and_nobody_is_paired_twice(
    zoho: list[Party],
    exact: list[Party],
    customers: list[Party],
    ids: dict[str, str],
    random: Random,
) -> None:
    accounts = [ZohoAccount(party, ids.get(party.key, "")) for party in zoho]
    links = {one.key: random.choice(exact).key for one in customers} if exact else {}

    found = pair_accounts(accounts, exact, Customers(customers, links))

    taken = [one.exact for one in found.values() if one.exact]
    by_key = {party.key: party for party in exact}
    assert len(taken) == len(set(taken))
    assert set(found) == {party.key for party in zoho}
    for party in zoho:
        if one := by_key.get(found[party.key].exact or ""):
            assert not party.vat or not one.vat or party.vat == one.vat
    again = pair_accounts(accounts[::-1], exact[::-1], Customers(customers[::-1], links))
    assert again == found
