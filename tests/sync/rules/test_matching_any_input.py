"""Matching: what holds for any accounts."""

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.rules.matching import Outcome
from sync.rules.parties import Party, vat_normal_form
from tests.sync.rules.matching_parties import CUSTOMER, OTHER_VAT, VAT, an_account, decided, shown

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
