"""What only a person settles between Zoho and Exact: the review queue and the conflicts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from sync.models import Conflict, Pair, PairCandidate, ZohoRecord
from tests.build import NOW
from tests.sync.pages import a_browser, queries, text_of, told
from tests.sync.services.zoho.build import (
    a_candidate,
    a_pair,
    a_sync,
    a_zoho_record,
    an_exact_record,
)
from tests.sync.zoho_rows import a_conflict

pytestmark = pytest.mark.django_db

REVIEW, CONFLICTS = "/zoho/review/", "/zoho/conflicts/"


@pytest.fixture
def browser() -> Client:
    a_sync()
    return a_browser()


# --- Review -----------------------------------------------------------------------------------


def test_a_candidate_stands_beside_its_record_with_its_evidence(browser: Client) -> None:
    exact = an_exact_record(name="Jansen Bakkerij", values={"Name": "Jansen Bakkerij"})
    zoho = a_zoho_record(name="Bakkerij Jansen", values={"Account_Name": "Bakkerij Jansen"})
    a_candidate(exact, zoho)

    page = text_of(browser, REVIEW)

    assert page.count('id="queue-') == 1  # the two are one case
    assert "Name equal" in page
    assert "<mark>Jansen</mark>" in page
    assert 'data-key="Enter"' in page


def test_the_same_makes_a_pair_and_goes_to_the_next(browser: Client) -> None:
    first = a_candidate(zoho=a_zoho_record(name="Aa"))
    second = a_candidate(zoho=a_zoho_record(name="Bb"))

    page = text_of(browser, REVIEW)
    assert f'value="{REVIEW}?record=zoho-{second.zoho.pk}"' in page
    told(browser, "/zoho/pair/", {"exact": first.exact.pk, "zoho": first.zoho.pk, "next": REVIEW})

    assert Pair.objects.get().zoho == first.zoho
    assert "Aa" not in text_of(browser, REVIEW).partition('class="queue"')[2]


def test_not_the_same_is_remembered(browser: Client) -> None:
    made = a_candidate()

    told(browser, "/zoho/reject/", {"exact": made.exact.pk, "zoho": made.zoho.pk, "next": REVIEW})

    assert PairCandidate.objects.get().is_rejected
    assert "Nothing left to review" in text_of(browser, REVIEW)


def test_a_record_that_is_new_leaves_the_queue(browser: Client) -> None:
    made = a_candidate()

    told(browser, "/zoho/new/", {"side": "zoho", "record": made.zoho.pk, "next": REVIEW})

    assert ZohoRecord.objects.get().called_new_at
    assert "Nothing left to review" in text_of(browser, REVIEW)


def test_what_was_parted_waits_in_the_queue_on_both_sides(browser: Client) -> None:
    held = a_pair(state="equal")
    told(browser, "/zoho/part/", {"pair": held.pk, "next": REVIEW})

    page = text_of(browser, REVIEW)

    assert f"queue-zoho-{held.zoho.pk}" in page
    assert f"queue-exact-{held.exact.pk}" in page


def test_the_queue_is_narrowed_to_a_module(browser: Client) -> None:
    a_candidate(zoho=a_zoho_record(name="An account"))
    a_candidate(an_exact_record("Products"), a_zoho_record("Products", name="A product"))

    page = text_of(browser, f"{REVIEW}?module=products")

    assert "A product" in page
    assert "An account" not in page


def test_the_queue_takes_the_same_queries_for_few_and_for_many(browser: Client) -> None:
    a_candidate()
    few = queries(browser, REVIEW)
    for _ in range(20):
        a_candidate()

    assert queries(browser, REVIEW) == few


# --- Conflicts --------------------------------------------------------------------------------


def test_a_conflict_shows_both_values_their_times_and_authors(browser: Client) -> None:
    a_conflict()

    page = text_of(browser, CONFLICTS)

    for words in ("02 000", "02 111", "02 222", "by An Accountant", "by Sam Sales", "5 Oct 2026"):
        assert words in page


def test_a_choice_waits_for_the_next_run_and_says_so(browser: Client) -> None:
    made = a_conflict()

    page = told(browser, "/zoho/conflicts/choose/", {"conflict": made.pk, "choice": "exact"})

    made.refresh_from_db()
    assert (made.choice, made.closed_at) == ("exact", None)
    assert "Exact's value holds" in page
    assert "Nothing to choose" in page
    waiting = text_of(browser, f"{CONFLICTS}?state=chosen")
    assert "the next run writes it to Zoho" in waiting
    assert made.pair.is_dirty


def test_a_choice_can_be_taken_back_until_it_is_written(browser: Client) -> None:
    made = a_conflict(choice="exact", chosen_at=NOW)
    assert "Zoho's instead" in text_of(browser, f"{CONFLICTS}?state=chosen")

    told(browser, "/zoho/conflicts/choose/", {"conflict": made.pk, "choice": "zoho"})

    made.refresh_from_db()
    assert made.choice == "zoho"
    Conflict.objects.update(closed_at=NOW)
    settled = text_of(browser, f"{CONFLICTS}?state=settled")
    assert "02 222" in settled
    assert "instead" not in settled


def test_one_side_is_chosen_for_all_of_a_field(browser: Client) -> None:
    made = [a_conflict() for _ in range(3)]
    other = a_conflict(zoho_field="Fax", exact_field="Fax")

    page = text_of(browser, f"{CONFLICTS}?field=Accounts.Phone.Phone")
    assert "Accounts: Phone: 3 to choose" in page
    address = {"field": "Accounts.Phone.Phone", "choice": "zoho"}
    told(browser, "/zoho/conflicts/choose/", address)

    assert Conflict.objects.filter(choice="zoho").count() == len(made)
    other.refresh_from_db()
    assert other.choice == ""


def test_a_field_that_is_settled_meanwhile_is_no_fault(browser: Client) -> None:
    made = a_conflict(closed_at=NOW + timedelta(hours=1))

    page = told(browser, "/zoho/conflicts/choose/", {"conflict": made.pk, "choice": "zoho"})

    assert "nothing was chosen" in page
    assert "Choose Exact's value" in told(browser, "/zoho/conflicts/choose/", {"choice": "x"})


def test_conflicts_take_the_same_queries_for_few_and_for_many(browser: Client) -> None:
    a_conflict()
    few = queries(browser, CONFLICTS)
    for _ in range(20):
        a_conflict()

    assert queries(browser, CONFLICTS) == few
