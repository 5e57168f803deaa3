"""The parties: what the database itself refuses, and what their questions answer."""

from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, connections, transaction
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from accounts_link.models import AccountLink, Candidate, Customer, ExactAccount
from sync.services.parties import link
from tests.build import (
    NOW,
    a_candidate,
    a_customer,
    a_division,
    a_link,
    a_standing,
    an_account,
)

pytestmark = pytest.mark.django_db


def test_a_number_belongs_to_one_customer() -> None:
    a_customer(number="10001")

    with pytest.raises(IntegrityError), transaction.atomic():
        a_customer(number="10001")


def test_an_account_is_copied_once_in_a_division_and_may_be_in_another() -> None:
    account = an_account()

    an_account(exact_id=account.exact_id, division=a_division(code=2))
    with pytest.raises(IntegrityError), transaction.atomic():
        an_account(exact_id=account.exact_id)


def test_a_customer_has_one_account_in_each_division() -> None:
    made = a_link()

    a_link(customer=made.customer, account=an_account(division=a_division(code=2)))
    with pytest.raises(IntegrityError), transaction.atomic():
        a_link(customer=made.customer)


def test_an_account_may_have_several_customers() -> None:
    account = an_account()
    for _ in range(3):
        a_link(account=account)

    assert ExactAccount.objects.get().link_count == 3


def test_a_pair_is_judged_once_and_scored_up_to_100() -> None:
    pair = a_candidate(score=100)

    with pytest.raises(IntegrityError), transaction.atomic():
        Candidate.objects.create(customer=pair.customer, account=pair.account, score=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        a_candidate(score=101)


def test_customers_are_linked_in_review_or_to_be_created_in_one_division() -> None:
    here, there = a_division(), a_division(code=2)
    linked = a_link().customer
    elsewhere = a_link(account=an_account(division=there)).customer
    review = a_standing(division=here).customer
    create = a_standing(division=here, outcome="create").customer
    gone = a_standing(division=here, customer=a_customer(is_active=False)).customer

    assert set(Customer.objects.linked(here)) == {linked}
    assert set(Customer.objects.without_link(here)) == {elsewhere, review, create}
    assert set(Customer.objects.in_review(here)) == {review}
    assert set(Customer.objects.to_create(here)) == {create}
    assert not Customer.objects.in_review(there).exists()
    assert gone not in Customer.objects.active()


def test_accounts_that_may_be_linked_are_customers_that_are_there() -> None:
    free, linked = an_account(), a_link().account
    prospect = an_account(status="P")
    gone = an_account(is_gone=True)

    assert set(ExactAccount.objects.customers()) == {free, linked}
    assert set(ExactAccount.objects.unlinked()) == {free}
    assert set(ExactAccount.objects.linked()) == {linked}
    assert set(ExactAccount.objects.not_customers()) == {prospect}
    assert gone not in ExactAccount.objects.in_review()


def test_all_words_of_a_search_must_be_there_in_any_order_and_case() -> None:
    ours = a_customer(name="Café Söhne & Co", number="10001", city="Gent")
    theirs = an_account(name="Café Söhne & Co", code="555", city="Gent")

    for text in ("söhne CAFÉ", "gent café", "", "  gent  "):
        assert ours in Customer.objects.named(text)
        assert theirs in ExactAccount.objects.named(text)
    assert not Customer.objects.named("söhne brussel").exists()
    assert not ExactAccount.objects.named("100%").exists()


def test_open_candidates_are_those_that_a_person_may_still_judge_best_first() -> None:
    review = a_standing().customer
    low, high = (a_candidate(customer=review, score=score) for score in (40, 90))
    a_candidate(customer=review, is_rejected=True)
    a_candidate(customer=a_link().customer)

    assert list(Candidate.objects.open()) == [high, low]
    assert list(Candidate.objects.in_division(a_division(code=2))) == []


def test_the_overview_takes_three_queries_however_many_rows() -> None:
    for _ in range(5):
        a_link()
        a_candidate()

    with CaptureQueriesContext(database) as queries:
        shown = [list(account.links.all()) for account in ExactAccount.objects.for_overview()]

    assert len(queries) == 3
    assert sum(map(len, shown)) == 5


@pytest.mark.django_db(transaction=True)
def test_of_many_who_link_to_one_account_at_once_all_are_counted() -> None:
    account = an_account()
    customers = [a_customer() for _ in range(6)]
    gate = threading.Barrier(len(customers))

    def assign(customer: Customer) -> None:
        gate.wait(timeout=10)
        link.assign(customer, account, link.Author(by=None, at=NOW))
        connections.close_all()

    threads = [threading.Thread(target=assign, args=(customer,)) for customer in customers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert AccountLink.objects.count() == 6
    assert ExactAccount.objects.get().link_count == 6
