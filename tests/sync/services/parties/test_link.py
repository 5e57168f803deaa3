"""Linking: one account for one customer, undone as easily, and never twice at once."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections

from accounts_link.models import AccountLink, Candidate, LinkEvent, Standing
from sync.services.parties import link
from sync.services.parties.link import Author, LinkError
from tests.build import NOW, a_candidate, a_customer, a_division, a_link, an_account
from tests.sync.services.delivery.test_outbox import in_threads

pytestmark = pytest.mark.django_db
AUTHOR = Author(by=None, at=NOW)


def test_a_customer_has_one_account() -> None:
    made = a_link()

    with pytest.raises(LinkError, match="linked already"):
        link.assign(made.customer, an_account(), AUTHOR)

    assert AccountLink.objects.get() == made


@pytest.mark.parametrize("values", [{"status": "S"}, {"status": "P"}, {"is_gone": True}])
def test_only_a_customer_that_is_there_can_be_linked(values: dict[str, object]) -> None:
    with pytest.raises(LinkError):
        link.assign(a_customer(), an_account(**values), AUTHOR)

    assert not LinkEvent.objects.exists()


def test_unlinking_remembers_that_these_two_are_not_the_same() -> None:
    made = a_link()

    link.unlink(made, AUTHOR)

    assert Candidate.objects.get().is_rejected
    assert Standing.objects.get().outcome == "review"


def test_undoing_brings_back_what_was() -> None:
    made = a_link()
    undone = link.undo(link.unlink(made, AUTHOR), AUTHOR)

    assert (undone.action, AccountLink.objects.get().account) == ("linked", made.account)
    with pytest.raises(LinkError, match="undone already"):
        link.undo(LinkEvent.objects.get(action="unlinked"), AUTHOR)


def test_undoing_a_link_offers_the_pair_again() -> None:
    candidate = a_candidate()
    event = link.assign(candidate.customer, candidate.account, AUTHOR)

    link.undo(event, AUTHOR)

    assert not AccountLink.objects.exists()
    assert not Candidate.objects.get().is_rejected


@pytest.mark.django_db(transaction=True)
def test_of_many_who_link_at_once_one_wins() -> None:
    customer, division = a_customer(), a_division()
    accounts = [an_account(division=division) for _ in range(4)]
    gate, results = threading.Barrier(4), []

    def assign() -> None:
        account = accounts.pop()
        gate.wait()
        try:
            link.assign(customer, account, AUTHOR)
        except LinkError:
            results.append("told")
        else:
            results.append("linked")
        connections.close_all()

    connection.close()
    in_threads(assign, 4)

    assert sorted(results) == ["linked", "told", "told", "told"]
    assert AccountLink.objects.count() == LinkEvent.objects.count() == 1
