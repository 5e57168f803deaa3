"""The review queue: one customer beside its candidates, its keys, and many at once."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts_link.models import ExactAccount
from tests.accounts_link.reading import (
    BULK,
    REVIEW,
    shown,
)
from tests.build import (
    a_candidate,
    a_customer,
    a_link,
    a_standing,
    an_account,
)

pytestmark = pytest.mark.django_db


def test_the_review_shows_the_next_customer_beside_its_candidates(browser: Client) -> None:
    first = a_candidate(account=an_account(name="Alpha BV", postcode="9000"))
    second = a_candidate(account=an_account(name="Beta BV"))

    page = shown(browser, REVIEW)
    assert "Alpha BV" not in page.split("<article", 1)[0]
    assert "Link to " + first.account.code in page
    assert f"customer={second.customer_id}" in page

    page = shown(browser, f"{REVIEW}?customer={second.customer_id}")
    assert "Link to " + second.account.code in page


def test_the_review_marks_what_is_equal(browser: Client) -> None:
    customer = a_standing(customer=a_customer(name="Janssens & Lambert BV")).customer
    a_candidate(customer=customer, account=an_account(name="Janssens en Lambert"))

    page = shown(browser, REVIEW)

    assert "<mark>Janssens</mark> & <mark>Lambert</mark> BV" in page
    assert "<mark>en</mark>" not in page


def test_every_key_of_the_review_has_its_button(browser: Client) -> None:
    customer = a_standing().customer
    a_candidate(customer=customer, score=90)
    a_candidate(customer=customer, score=70)

    page = shown(browser, REVIEW)

    for key in ("Enter", "1", "2", "x", "/", "?"):
        assert f'data-key="{key}"' in page
    assert "data-row data-follow" in page


def test_enter_does_not_accept_a_weak_suggestion(browser: Client) -> None:
    a_candidate(score=59)

    page = shown(browser, REVIEW)

    assert 'data-key="Enter"' not in page
    assert 'data-key="1"' in page


def test_an_account_that_is_no_customer_in_exact_has_no_link_button(browser: Client) -> None:
    a_candidate(account=an_account(status=ExactAccount.Status.PROSPECT))

    page = shown(browser, REVIEW)

    assert "Link to" not in page
    assert "Make it a customer in Exact" in page


def test_bulk_counts_only_clear_suggestions(browser: Client) -> None:
    a_candidate(score=96)
    a_candidate(score=85)
    torn = a_standing().customer
    a_candidate(customer=torn, score=97)
    a_candidate(customer=torn, score=90)
    a_candidate(score=99, account=an_account(status=ExactAccount.Status.PROSPECT))
    a_candidate(score=99, account=a_link().account)

    page = shown(browser, f"{BULK}?score=80")

    assert "95 and more: 1" in page
    assert "80 and more: 2" in page
    assert "Link these 2" in page


def test_an_account_that_two_customers_claim_is_not_clear(browser: Client) -> None:
    account = an_account()
    a_candidate(account=account, score=95)
    a_candidate(account=account, score=95)

    assert "No clear suggestion" in shown(browser, BULK)


@pytest.mark.parametrize(
    "point", [["VAT number differs", -30], ["VAT number equal but for its end: B01 and B07", 30]]
)
def test_a_suggestion_with_a_doubt_is_not_accepted_in_bulk(
    browser: Client, point: list[object]
) -> None:
    a_candidate(score=99, points=[["Name equal", 60], point])

    assert "No clear suggestion" in shown(browser, BULK)


def test_a_number_that_contradicts_is_judged_one_by_one(browser: Client) -> None:
    candidate = a_candidate(score=99)
    candidate.customer.standings.update(situation="vat_and_number_disagree")

    assert "No clear suggestion" in shown(browser, BULK)
