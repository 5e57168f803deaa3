"""The buttons about links: assign, unlink, reject, undo and accept many, with htmx and without."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts_link.models import AccountLink, Candidate, ExactAccount, LinkEvent
from tests.build import (
    a_candidate,
    a_customer,
    a_division,
    a_link,
    a_standing,
    an_account,
    an_operator,
)

pytestmark = pytest.mark.django_db

BUTTONS = ["assign", "unlink", "reject", "undo", "accept-many"]


@pytest.fixture
def operator() -> User:
    return an_operator()


@pytest.fixture
def browser(client: Client, operator: User) -> Client:
    a_division()
    client.force_login(operator)
    return client


def press(browser: Client, button: str, *, htmx: bool = False, **values: Any) -> HttpResponse:
    headers = {"HX-Request": "true"} if htmx else {}
    return browser.post(reverse(f"sync:{button}"), values, headers=headers)  # type: ignore[return-value]  # as Django's client answers


def told(response: HttpResponse) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]  # type: ignore[attr-defined]  # of Django's test client


def test_assign_links_and_notes_who_and_with_which_evidence(
    browser: Client, operator: User
) -> None:
    candidate = a_candidate(points=[["Name equal", 60]])

    response = press(
        browser, "assign", customer=candidate.customer_id, account=candidate.account_id,
        next="/exact/review/?customer=5",
    )  # fmt: skip

    assert response.headers["Location"] == "/exact/review/?customer=5"
    link = AccountLink.objects.get()
    event = LinkEvent.objects.get()
    assert (link.rule, link.linked_by) == ("person", operator)
    assert (event.by, event.evidence) == (operator, [["Name equal", 60]])


def test_assign_answers_htmx_with_the_changed_row_and_an_undo(browser: Client) -> None:
    customer, account = a_customer(name="Zulu"), an_account(name="Zulu BV")

    response = press(
        browser, "assign", htmx=True, origin="account", customer=customer.pk, account=account.pk
    )

    page = response.content.decode()
    assert f'<tr id="account-{account.pk}"' in page.partition("<template>")[2]
    assert "Linked · Chosen by a person" in page
    assert 'id="toasts"' in page
    assert f'name="event" value="{LinkEvent.objects.get().pk}"' in page
    assert response.headers["HX-Trigger"] == "links-changed"
    assert "<html" not in page


def test_assign_from_the_other_direction_answers_with_the_customers_row(browser: Client) -> None:
    customer, account = a_customer(name="Zulu"), an_account()

    response = press(
        browser, "assign", htmx=True, origin="customer", customer=customer.pk, account=account.pk
    )

    row = response.content.decode().partition("<template>")[2]
    assert f'<tr id="customer-{customer.pk}"' in row


def test_a_link_that_cannot_be_made_is_explained_at_its_place(browser: Client) -> None:
    taken, account = a_link(customer=a_customer(name="Zulu")), an_account()

    response = press(
        browser, "assign", htmx=True, origin="account", place="panel",
        customer=taken.customer_id, account=account.pk,
    )  # fmt: skip

    page = unescape(response.content.decode())
    assert page.count("is linked already. Unlink it first.") == 2  # in the row and in the panel
    assert 'id="panel-problem"' in page
    assert "HX-Trigger" not in response.headers
    assert AccountLink.objects.count() == 1


def test_without_javascript_the_explanation_is_a_message(browser: Client) -> None:
    account = an_account(status=ExactAccount.Status.PROSPECT)

    response = press(browser, "assign", customer=a_customer().pk, account=account.pk)

    assert response.status_code == 302
    assert "Make it a customer first" in told(response)[0]


def test_unlink_notes_the_reason_and_does_not_offer_the_pair_again(browser: Client) -> None:
    link = a_link()

    press(browser, "unlink", link=link.pk, reason="wrong branch")

    assert not AccountLink.objects.exists()
    assert LinkEvent.objects.get().reason == "wrong branch"
    assert Candidate.objects.get().is_rejected


def test_unlinking_what_somebody_else_unlinked_says_so(browser: Client) -> None:
    response = press(browser, "unlink", link=12345)

    assert "gone already" in told(response)[0]


def test_reject_is_remembered(browser: Client) -> None:
    candidate = a_candidate()

    press(browser, "reject", customer=candidate.customer_id, account=candidate.account_id)

    candidate.refresh_from_db()
    assert candidate.is_rejected


def test_undo_takes_a_link_away_and_a_second_undo_says_it_was_done(browser: Client) -> None:
    candidate = a_candidate()
    press(browser, "assign", customer=candidate.customer_id, account=candidate.account_id)
    event = LinkEvent.objects.get()

    press(browser, "undo", event=event.pk)
    again = press(browser, "undo", event=event.pk)

    assert not AccountLink.objects.exists()
    assert told(again)[-1] == "This was undone already."


def test_undo_answers_htmx_with_the_row_of_the_page_it_was_pressed_on(browser: Client) -> None:
    link = a_link()
    press(browser, "unlink", link=link.pk)

    response = press(browser, "undo", htmx=True, origin="account", event=LinkEvent.objects.get().pk)

    assert f'id="account-{link.account_id}"' in response.content.decode()
    assert AccountLink.objects.count() == 1


def test_accept_many_links_the_ticked_and_one_undo_takes_all_back(browser: Client) -> None:
    ticked = [a_candidate(), a_candidate()]
    other = a_candidate()

    response = press(browser, "accept-many", candidate=[each.pk for each in ticked])

    assert told(response) == ["2 linked."]
    assert not AccountLink.objects.filter(customer=other.customer).exists()
    press(browser, "undo", event=[event.pk for event in LinkEvent.objects.all()])
    assert not AccountLink.objects.exists()


def test_accept_many_goes_on_past_what_is_refused_and_says_why(browser: Client) -> None:
    fine = a_candidate()
    prospect = a_candidate(account=an_account(status=ExactAccount.Status.PROSPECT))

    response = press(browser, "accept-many", candidate=[prospect.pk, fine.pk])

    assert AccountLink.objects.get().customer == fine.customer
    assert told(response)[0] == "1 linked."
    assert "not a customer" in told(response)[1]


def test_accept_by_score_links_nothing_when_the_number_shown_is_no_longer_true(
    browser: Client,
) -> None:
    a_candidate(score=96)
    a_candidate(score=97)

    stale = press(browser, "accept-many", score=95, count=1)
    assert "Nothing was linked" in told(stale)[0]
    assert not AccountLink.objects.exists()

    press(browser, "accept-many", score=95, count=2)
    assert AccountLink.objects.count() == 2


@pytest.mark.parametrize(
    "place", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_a_button_never_leads_to_another_host(browser: Client, place: str) -> None:
    response = press(browser, "unlink", link=a_link().pk, next=place)

    assert response.headers["Location"] == "/exact/accounts/"


@pytest.mark.parametrize("button", BUTTONS)
def test_who_may_only_look_changes_nothing(client: Client, button: str) -> None:
    client.force_login(an_operator("view_exactaccount"))
    link, candidate = a_link(), a_candidate()

    response = press(
        client, button, link=link.pk, customer=candidate.customer_id,
        account=candidate.account_id, candidate=candidate.pk,
    )  # fmt: skip

    assert response.status_code == 403
    assert AccountLink.objects.count() == 1
    assert not LinkEvent.objects.exists()


@pytest.mark.parametrize("button", BUTTONS)
def test_a_button_cannot_be_pressed_by_an_address(browser: Client, button: str) -> None:
    assert browser.get(reverse(f"sync:{button}")).status_code == 405


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 40, "\x00"])
def test_a_number_that_is_none_is_not_found(browser: Client, number: str) -> None:
    response = press(browser, "assign", customer=number, account=number)

    assert response.status_code == 404


def test_a_number_that_is_none_undoes_and_accepts_nothing(browser: Client) -> None:
    for number in ("x", "9" * 40, "-1"):
        assert press(browser, "undo", event=number).status_code == 302
        assert press(browser, "accept-many", candidate=number).status_code == 302

    assert not LinkEvent.objects.exists()


def test_an_account_of_another_division_is_not_touched(browser: Client) -> None:
    foreign = a_division(code=7, name="Other", is_chosen=False)
    candidate = a_candidate(account=an_account(division=foreign))
    a_standing(customer=a_customer())

    response = press(
        browser, "assign", customer=candidate.customer_id, account=candidate.account_id
    )

    assert response.status_code == 404
    assert not AccountLink.objects.exists()
