"""Pairing contacts within their account, and products by their code."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.rules.zoho import pairing_contacts as contacts
from sync.rules.zoho import pairing_products as products
from sync.rules.zoho.pairing_contacts import Person, pair_contacts
from sync.rules.zoho.pairing_products import Product, pair_products
from sync.rules.zoho.pairings import Outcome, PairedBy, Pairing

ACCOUNTS = {"zoho-dockx": "exact-dockx", "zoho-maes": "exact-maes"}


def here(key: str = "z1", name: str = "Jan Peeters", **more: Any) -> Person:
    first, _, last = name.rpartition(" ")
    return Person(key, **{"account": "zoho-dockx", "first_name": first, "last_name": last, **more})


def there(key: str = "a", name: str = "Jan Peeters", **more: Any) -> Person:
    return here(key, name, **{"account": "exact-dockx", **more})


def paired(zoho: list[Person], *exact: Person) -> dict[str, Pairing]:
    return pair_contacts(zoho, exact, ACCOUNTS)


MAIL = {"email": "jan@dockx.be"}


@pytest.mark.parametrize(
    ("zoho", "exact", "rule"),
    [
        (here(exact_id="a"), there(name="Somebody Else"), PairedBy.EXACT_ID),
        (here(email="Jan@Dockx.be"), there(**MAIL), PairedBy.EMAIL),
        (here(name="J. Peeters", **MAIL), there(**MAIL), PairedBy.EMAIL),
        (here(name="Peeters", **MAIL), there(**MAIL), PairedBy.EMAIL),
        (here(**MAIL), there(name="Peeters Jan", **MAIL), PairedBy.EMAIL),
        (here(name="JÄN PEETERS"), there(), PairedBy.NAME),
        (here(**MAIL), there(), PairedBy.NAME),
    ],
)
def test_a_contact_is_paired_by_its_address_or_its_name(
    zoho: Person, exact: Person, rule: PairedBy
) -> None:
    found = paired([zoho], exact, there("b", "An Maes"))["z1"]

    assert (found.outcome, found.rule, found.exact) == (Outcome.PAIR, rule, "a")


@pytest.mark.parametrize(
    ("zoho", "exact", "sentence"),
    [
        ([here(exact_id="gone")], [there()], contacts.ID_GONE),
        ([here(exact_id="a"), here("z2", exact_id="a")], [there()], contacts.ID_ON_SEVERAL),
        ([here(**MAIL)], [there(**MAIL), there("b", **MAIL)], contacts.EMAIL_ON_SEVERAL),
        ([here(**MAIL), here("z2", **MAIL)], [there(**MAIL)], contacts.EMAIL_ON_SEVERAL),
        ([here(name="An Peeters", **MAIL)], [there(**MAIL)], contacts.EMAIL_OF_ANOTHER),
        (
            [here(name="Peeters", **MAIL)],
            [there(**MAIL), there("b", "An Peeters")],
            contacts.EMAIL_OF_ANOTHER,
        ),
        ([here()], [there(), there("b")], contacts.NAME_ON_SEVERAL),
        ([here(), here("z2")], [there()], contacts.NAME_ON_SEVERAL),
        ([here(email="j@home.be")], [there(**MAIL)], contacts.NAME_HAS_OTHER_EMAIL),
        ([here(name="Peeters")], [there(name="Peeters")], contacts.HALF_A_NAME),
        ([here(), here("z2", name="X", exact_id="a")], [there()], contacts.TAKEN),
        ([here(), here("z2", name="J Peeters", **MAIL)], [there(**MAIL)], contacts.TAKEN),
    ],
)
def test_what_could_be_another_contact_is_for_a_person(
    zoho: list[Person], exact: list[Person], sentence: str
) -> None:
    found = paired(zoho, *exact)["z1"]

    assert (found.outcome, found.sentence) == (Outcome.REVIEW, sentence)
    assert found.candidates or sentence == contacts.ID_GONE


@pytest.mark.parametrize(
    ("zoho", "sentence"),
    [
        (here(account=""), contacts.NO_ACCOUNT),
        (here(account="zoho-of-no-pair", **MAIL), contacts.NO_ACCOUNT),
        (here(account="zoho-maes", **MAIL), contacts.NOTHING),
        (here(name="An Maes"), contacts.NOTHING),
    ],
)
def test_a_contact_of_another_account_is_another_contact(zoho: Person, sentence: str) -> None:
    found = paired([zoho], there(**MAIL))["z1"]

    assert (found.outcome, found.sentence) == (Outcome.NEW, sentence)


people = st.builds(
    Person,
    key=st.integers(0, 50).map(str),
    account=st.sampled_from(["", "zoho-dockx", "zoho-maes", "exact-dockx", "exact-maes"]),
    first_name=st.sampled_from(["", "Jan", "J.", "An"]),
    last_name=st.sampled_from(["", "Peeters", "Maes"]),
    email=st.sampled_from(["", "jan@dockx.be", "info@dockx.be"]),
    exact_id=st.sampled_from(["", "", "", "1", "2"]),
)
lists_of_people = st.lists(people, max_size=7, unique_by=lambda person: person.key)


@settings(max_examples=150, deadline=None)
@given(lists_of_people, lists_of_people)
def test_no_contact_is_paired_twice_or_across_accounts(
    zoho: list[Person], exact: list[Person]
) -> None:
    found = paired(zoho, *exact)

    by_key = {person.key: person for person in exact}
    taken = [one.exact for one in found.values() if one.exact]
    assert len(taken) == len(set(taken))
    for person in zoho:
        one = found[person.key]
        if one.exact and one.rule is not PairedBy.EXACT_ID:
            assert by_key[one.exact].account == ACCOUNTS[person.account]


# --- Products ----------------------------------------------------------------------------------


def test_a_product_is_paired_by_its_code_whatever_its_case_and_blanks() -> None:
    found = pair_products([Product("z1", " de sk", "Bureau")], [Product("a", "DESK", "Desk")])

    assert (found["z1"].rule, found["z1"].exact) == (PairedBy.CODE, "a")


@pytest.mark.parametrize(
    ("zoho", "exact", "sentence"),
    [
        ([Product("z1", "", "Desk")], [Product("a", "D", "desk ")], products.NAME_EQUAL),
        ([Product("z1", "X", "Désk")], [Product("a", "D", "Desk")], products.NAME_EQUAL),
        (
            [Product("z1", "D"), Product("z2", "d")],
            [Product("a", "D")],
            products.CODE_ON_SEVERAL,
        ),
        (
            [Product("z1", "D")],
            [Product("a", "D"), Product("b", "d")],
            products.CODE_ON_SEVERAL,
        ),
        ([Product("z1", exact_id="gone")], [Product("a", "D")], products.ID_GONE),
        (
            [Product("z1", exact_id="a"), Product("z2", exact_id="a")],
            [Product("a", "D")],
            products.ID_ON_SEVERAL,
        ),
        ([Product("z1", "D"), Product("z2", exact_id="a")], [Product("a", "D")], products.TAKEN),
    ],
)
def test_what_could_be_another_product_is_for_a_person(
    zoho: list[Product], exact: list[Product], sentence: str
) -> None:
    found = pair_products(zoho, exact)["z1"]

    assert (found.outcome, found.sentence) == (Outcome.REVIEW, sentence)


def test_a_product_without_a_twin_is_new() -> None:
    found = pair_products([Product("z1", "", ""), Product("z2", "X", "Chair")], [Product("a")])

    assert [one.sentence for one in found.values()] == [products.NOTHING] * 2


def test_an_id_that_is_there_pairs() -> None:
    found = pair_products([Product("z1", "X", exact_id="a")], [Product("a", "D")])

    assert (found["z1"].rule, found["z1"].exact) == (PairedBy.EXACT_ID, "a")
