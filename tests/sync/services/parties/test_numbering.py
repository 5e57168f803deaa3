"""Numbers handed out one by one: none twice, none skipped, however many ask at once."""

from __future__ import annotations

import threading

import pytest
from django.db import connections, transaction

from accounts_link.models import NumberSequence
from sync.services.parties.numbering import CUSTOMERS, next_customer_number, next_number
from tests.build import a_customer

EACH, ASKERS = 25, 8


@pytest.mark.django_db
def test_a_sequence_begins_at_one_and_goes_on() -> None:
    assert [next_number("desk") for _ in range(3)] == ["1", "2", "3"]


@pytest.mark.django_db
def test_a_sequence_keeps_its_prefix_and_where_it_was_set_to() -> None:
    NumberSequence.objects.create(name="desk", prefix="D-", next_number=500)

    assert [next_number("desk") for _ in range(2)] == ["D-500", "D-501"]
    assert next_number("room") == "1"


@pytest.mark.django_db
def test_numbers_that_zapfloor_gave_out_itself_are_passed() -> None:
    NumberSequence.objects.create(name=CUSTOMERS, next_number=10)
    a_customer(number="10")
    a_customer(number="11")

    assert [next_customer_number() for _ in range(2)] == ["12", "13"]


@pytest.mark.django_db
def test_what_is_rolled_back_is_handed_out_again() -> None:
    next_number("desk")

    with transaction.atomic():
        assert next_number("desk") == "2"
        transaction.set_rollback(True)

    assert next_number("desk") == "2"


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_every_number_once() -> None:
    gate, taken, undone = threading.Barrier(ASKERS), list[int](), list[int]()

    def ask() -> None:
        gate.wait(timeout=10)
        for turn in range(EACH):
            taken.append(int(next_number("desk")))
            if turn % 5 == 0:  # and now and then somebody thinks better of it
                with transaction.atomic():
                    undone.append(int(next_number("desk")))
                    transaction.set_rollback(True)
        connections.close_all()

    askers = [threading.Thread(target=ask) for _ in range(ASKERS)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(timeout=60)

    assert sorted(taken) == list(range(1, ASKERS * EACH + 1))
    assert len(undone) == ASKERS * 5
