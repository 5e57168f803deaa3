"""A person pairs, parts, rejects and calls new; each is remembered and may be done twice."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from sync.models import Conflict, ExactRecord, Pair, PairCandidate, PairEvent, ZohoRecord
from sync.services.zoho.pairing import choosing, pairing
from sync.services.zoho.pairing.people import (
    PairingError,
    create_anyway,
    pair_by_hand,
    part,
    reject,
)
from tests.build import NOW, an_operator
from tests.sync.services.zoho.build import (
    a_candidate,
    a_pair,
    a_sync,
    a_zoho_record,
    an_exact_record,
)

pytestmark = pytest.mark.django_db
LIKE = {
    "Name": "Moerman Media",
    "Code": "1",
    "Postcode": "9000",
    "City": "Gent",
    "AddressLine1": "Veldstraat 1",
}
SAME = {"Billing_Code": "9000", "Billing_City": "Gent", "Billing_Street": "Veldstraat 1"}


@pytest.fixture
def operator() -> User:
    return an_operator()


def standings() -> set[str]:
    return {
        *ExactRecord.objects.values_list("standing", flat=True),
        *ZohoRecord.objects.values_list("standing", flat=True),
    }


def events() -> list[tuple[str, str, str, User | None]]:
    return [(e.what, e.exact_key, e.zoho_key, e.by) for e in PairEvent.objects.order_by("pk")]


def run() -> None:
    pairing.pair(a_sync(), now=NOW)
    choosing.choose(a_sync(), now=NOW)


def test_a_pair_by_hand_is_dirty_and_in_the_history(operator: User) -> None:
    candidate = a_candidate()

    pair = pair_by_hand(candidate.exact, candidate.zoho, operator, NOW)

    assert (pair.rule, pair.is_dirty, pair.base, pair.paired_by) == ("person", True, None, operator)
    assert standings() == {"paired"}
    assert not PairCandidate.objects.exists()
    assert events() == [("paired", candidate.exact.key, candidate.zoho.key, operator)]


def test_the_same_pair_twice_is_one_pair(operator: User) -> None:
    candidate = a_candidate()

    first = pair_by_hand(candidate.exact, candidate.zoho, operator, NOW)
    again = pair_by_hand(candidate.exact, candidate.zoho, operator, NOW)

    assert first == again
    assert len(events()) == 1


def test_what_was_rejected_once_may_still_be_paired_by_hand(operator: User) -> None:
    candidate = a_candidate(is_rejected=True)

    pair_by_hand(candidate.exact, candidate.zoho, operator, NOW)

    assert Pair.objects.count() == 1
    assert not PairCandidate.objects.exists()


def test_a_pair_lets_go_of_what_else_was_offered(operator: User) -> None:
    candidate = a_candidate()
    other = a_candidate(exact=candidate.exact)

    pair_by_hand(candidate.exact, candidate.zoho, operator, NOW)

    other.zoho.refresh_from_db()
    assert other.zoho.standing == "new"
    assert not PairCandidate.objects.exists()


@pytest.mark.parametrize("side", ["exact", "zoho"])
def test_a_record_that_has_a_pair_gets_no_second_one(operator: User, side: str) -> None:
    pair = a_pair()
    exact = pair.exact if side == "exact" else an_exact_record()
    zoho = pair.zoho if side == "zoho" else a_zoho_record()

    with pytest.raises(PairingError, match=r"is paired already: .* Part them first"):
        pair_by_hand(exact, zoho, operator, NOW)

    assert Pair.objects.count() == 1


def test_what_is_gone_or_of_another_kind_is_refused(operator: User) -> None:
    with pytest.raises(PairingError, match="was deleted in Zoho"):
        pair_by_hand(an_exact_record(), a_zoho_record(gone_at=NOW), operator, NOW)
    with pytest.raises(PairingError, match="different kinds"):
        pair_by_hand(an_exact_record("Contacts"), a_zoho_record(), operator, NOW)


def test_parting_changes_neither_side_and_makes_nothing_anew(operator: User) -> None:
    pair = a_pair(an_exact_record(name="Moerman"), a_zoho_record(name="Moerman"))
    Conflict.objects.create(pair=pair, exact_field="Name", zoho_field="Account_Name", opened_at=NOW)

    part(pair, operator, NOW)
    part(pair, operator, NOW)
    run()

    assert not Pair.objects.exists()
    assert standings() == {"review"}
    zoho = ZohoRecord.objects.get()
    assert zoho.reason == (
        "It was parted from “Moerman”. Pair it with another one, or say that it is new."
    )
    assert [what for what, *_ in events()] == ["parted"]
    assert PairCandidate.objects.get().is_rejected


def test_after_parting_a_person_may_call_one_new(operator: User) -> None:
    pair = a_pair(zoho=a_zoho_record(values={"Account_Name": "Moerman"}))
    part(pair, operator, NOW)

    create_anyway(pair.zoho, operator, NOW)
    run()

    pair.zoho.refresh_from_db()
    assert pair.zoho.standing == "crosses"


def test_two_that_are_not_the_same_are_new_again(operator: User) -> None:
    candidate = a_candidate()

    reject(candidate.exact, candidate.zoho, operator, NOW)
    reject(candidate.exact, candidate.zoho, operator, NOW)

    assert standings() == {"new"}
    assert PairCandidate.objects.get().is_rejected
    assert events() == [("rejected", candidate.exact.key, candidate.zoho.key, operator)]


def test_a_record_that_another_comes_near_stays_in_review(operator: User) -> None:
    candidate = a_candidate()
    a_candidate(zoho=candidate.zoho)

    reject(candidate.exact, candidate.zoho, operator, NOW)

    candidate.zoho.refresh_from_db()
    assert candidate.zoho.standing == "review"


def test_a_pair_is_not_rejected_before_it_is_parted(operator: User) -> None:
    pair = a_pair()

    with pytest.raises(PairingError, match="Part them first"):
        reject(pair.exact, pair.zoho, operator, NOW)


def test_a_record_that_was_called_new_crosses_though_another_looks_like_it(operator: User) -> None:
    exact = an_exact_record(name="Moerman Media", values={"Status": "C", **LIKE})
    zoho = a_zoho_record(name="Moerman Media", values={"Account_Name": "Moerman Media", **SAME})
    run()
    zoho.refresh_from_db()
    assert zoho.standing == "review"

    create_anyway(zoho, operator, NOW)
    create_anyway(zoho, operator, NOW)
    run()

    zoho.refresh_from_db()
    exact.refresh_from_db()
    assert (zoho.standing, exact.standing) == ("crosses", "crosses")
    assert events() == [("rejected", exact.key, zoho.key, operator)]


def test_nothing_that_has_a_pair_is_called_new(operator: User) -> None:
    with pytest.raises(PairingError, match="is paired already"):
        create_anyway(a_pair().exact, operator, NOW)
