"""The pages about links: what they show, to whom, in how many queries, and their keys."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts_link.models import ExactAccount, LinkEvent
from exact_client.models import Division
from tests.accounts_link.reading import (
    BULK,
    CUSTOMERS,
    EVIL,
    HISTORY,
    OVERVIEW,
    REVIEW,
    names,
    shown,
)
from tests.build import (
    NOW,
    a_candidate,
    a_customer,
    a_division,
    a_link,
    a_standing,
    an_account,
    an_operator,
)

pytestmark = pytest.mark.django_db

PAGES = [OVERVIEW, CUSTOMERS, f"{CUSTOMERS}?state=all", REVIEW, BULK, HISTORY, "/"]


def some_of_everything(number: int) -> None:
    for n in range(number):
        a_link(name=f"Linked {n}")
        a_candidate(account=an_account(name=f"Near {n}"))
        a_standing(customer=a_customer(name=f"New {n}"), outcome="create")
        link = a_link(name=f"Old {n}")
        LinkEvent.objects.create(
            action="linked", customer=link.customer, account=link.account, rule="vat", at=NOW
        )


@pytest.mark.parametrize(
    "url", [*PAGES, f"{OVERVIEW}?q=near", f"{CUSTOMERS}?q=new", f"{HISTORY}?q=old"]
)
def test_a_page_asks_as_much_of_the_database_for_5_rows_as_for_60(
    browser: Client, url: str
) -> None:
    some_of_everything(5)
    browser.get(url)
    with CaptureQueriesContext(connection) as few:
        browser.get(url)
    some_of_everything(55)

    with CaptureQueriesContext(connection) as many:
        browser.get(url)

    assert len(many) == len(few)
    assert len(many) <= 10


@pytest.mark.parametrize("side", ["account", "customer"])
@pytest.mark.parametrize("find", ["", "?find=new"])
def test_the_detail_of_one_is_read_in_at_most_10_queries(
    browser: Client, side: str, find: str
) -> None:
    some_of_everything(6)
    candidate = a_candidate()
    url = reverse(f"accounts_link:{side}", args=[getattr(candidate, f"{side}_id")])

    with CaptureQueriesContext(connection) as queries:
        shown(browser, url + find)

    assert len(queries) <= 10


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("all", ["Free", "Linked", "Near", "Prospect"]),
        ("linked", ["Gone", "Linked"]),
        ("unlinked", ["Free", "Near"]),
        ("review", ["Near"]),
        ("other", ["Prospect"]),
    ],
)
def test_the_overview_shows_the_accounts_of_a_state(
    browser: Client, state: str, expected: list[str]
) -> None:
    a_link(name="Linked")
    a_link(account=an_account(name="Gone", is_gone=True))
    a_candidate(account=an_account(name="Near"))
    an_account(name="Free")
    an_account(name="Prospect", status=ExactAccount.Status.PROSPECT)

    assert names(shown(browser, f"{OVERVIEW}?state={state}")) == expected


def test_the_overview_shows_the_accounts_of_a_rule(browser: Client) -> None:
    a_link(name="By VAT")
    a_link(name="By person", rule="person")

    assert names(shown(browser, f"{OVERVIEW}?rule=person")) == ["By person"]


@pytest.mark.parametrize("words", ["zulu", "ZULU gent", "be0676025860", "BE 0676.025.860", "777"])
def test_an_account_is_found_by_its_name_code_vat_number_and_city(
    browser: Client, words: str
) -> None:
    an_account(name="Zulu", code="777", vat_number="BE0676025860", city="Gent")
    an_account(name="Alpha", city="Gent")

    assert names(shown(browser, f"{OVERVIEW}?q={words}")) == ["Zulu"]


def test_the_overview_is_sorted_without_regard_to_capitals_and_both_ways(browser: Client) -> None:
    for name in ("beta", "ALPHA", "Gamma"):
        an_account(name=name)

    assert names(shown(browser, OVERVIEW)) == ["ALPHA", "beta", "Gamma"]
    assert names(shown(browser, f"{OVERVIEW}?sort=-name")) == ["Gamma", "beta", "ALPHA"]


def test_the_overview_has_pages_of_40_and_puts_a_wrong_number_right(browser: Client) -> None:
    for n in range(41):
        an_account(name=f"Account {n:02}")

    second = shown(browser, f"{OVERVIEW}?page=2")
    assert names(second) == ["Account 40"]
    assert "41–41 of 41" in second  # noqa: RUF001 - as people write a range
    assert names(shown(browser, f"{OVERVIEW}?page=99")) == ["Account 40"]
    assert len(names(shown(browser, f"{OVERVIEW}?page=x%00"))) == 40


def test_accounts_of_a_division_that_was_not_chosen_are_not_shown(browser: Client) -> None:
    other = a_division(code=7, name="Other", is_chosen=False)
    foreign = an_account(name="Foreign", division=other)

    assert names(shown(browser, OVERVIEW)) == []
    assert browser.get(reverse("accounts_link:account", args=[foreign.pk])).status_code == 404


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("open", ["Near", "New", "Unmatched"]),
        ("review", ["Near"]),
        ("create", ["New"]),
        ("linked", ["Linked"]),
        ("all", ["Linked", "Near", "New", "Unmatched"]),
    ],
)
def test_the_other_direction_shows_the_customers_of_a_state(
    browser: Client, state: str, expected: list[str]
) -> None:
    a_link(name="Linked")
    a_candidate(customer=a_standing(customer=a_customer(name="Near")).customer)
    a_standing(customer=a_customer(name="New"), outcome="create")
    a_customer(name="Unmatched")

    assert names(shown(browser, f"{CUSTOMERS}?state={state}&sort=name")) == expected


def test_several_customers_of_one_account_are_shown_plainly(browser: Client) -> None:
    account = an_account(name="Head office")
    for name in ("Branch A", "Branch B", "Branch C"):
        a_link(account=account, customer=a_customer(name=name))

    page = shown(browser, OVERVIEW)

    assert "Branch A" in page
    assert "Branch B" in page
    assert "and 1 more" in page


def test_an_account_explains_each_point_of_its_candidates(browser: Client) -> None:
    candidate = a_candidate(score=80, points=[["Name equal", 60], ["City differs", -10]])

    page = shown(browser, reverse("accounts_link:account", args=[candidate.account_id]))

    assert candidate.customer.name in page
    assert "Name equal" in page
    assert "+60" in page
    assert "-10" in page


def test_the_picker_finds_customers_and_says_which_are_linked(browser: Client) -> None:
    account = an_account()
    a_link(customer=a_customer(name="Zulu One"), account=an_account(name="Elsewhere"))
    a_customer(name="Zulu Two")

    url = reverse("accounts_link:account", args=[account.pk])
    found = shown(browser, f"{url}?find=zulu", hx_request="true", hx_target="found")

    assert "linked to Elsewhere" in found
    assert found.count('aria-label="Link ') == 1
    assert "<html" not in found


def test_the_picker_waits_for_two_letters(browser: Client) -> None:
    account = an_account()
    a_customer(name="Zulu")

    page = shown(browser, reverse("accounts_link:account", args=[account.pk]) + "?find=z")

    assert 'aria-label="Link ' not in page


@pytest.mark.parametrize("url", [OVERVIEW, CUSTOMERS, HISTORY])
def test_htmx_gets_the_list_alone_and_a_browser_the_whole_page(browser: Client, url: str) -> None:
    part, whole = shown(browser, url, hx_request="true"), shown(browser, url)

    assert "<html" not in part
    assert "<html" in whole
    assert "HX-Request" in browser.get(url).headers["Vary"]


@pytest.mark.parametrize("url", [OVERVIEW, CUSTOMERS, REVIEW])
def test_before_a_connection_a_page_says_what_to_do(client: Client, url: str) -> None:
    client.force_login(an_operator())

    assert "Exact Online is not connected yet" in shown(client, url)


@pytest.mark.parametrize("url", PAGES)
def test_nobody_sees_a_page_without_logging_in(client: Client, url: str) -> None:
    response = client.get(url)

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/login/")


@pytest.mark.parametrize("url", [OVERVIEW, CUSTOMERS, REVIEW, BULK, HISTORY])
def test_a_role_without_the_right_sees_a_plain_403(client: Client, url: str) -> None:
    client.force_login(an_operator("view_customer"))

    response = client.get(url)

    assert response.status_code == 403
    assert "Your role does not allow it" in response.content.decode()


def test_who_may_only_look_is_offered_no_button(client: Client, division: Division) -> None:
    client.force_login(an_operator("view_exactaccount"))
    a_link()
    candidate = a_candidate()

    for url in (OVERVIEW, f"{CUSTOMERS}?state=all", REVIEW, f"{OVERVIEW}{candidate.account_id}/"):
        assert 'action="/links/' not in shown(client, url)


def test_a_name_that_is_a_script_stays_text_on_every_page(browser: Client) -> None:
    link = a_link(name=EVIL)
    LinkEvent.objects.create(
        action="unlinked", customer=link.customer, account=link.account, reason=EVIL, at=NOW
    )
    near = a_candidate(account=an_account(name=EVIL), points=[[EVIL, 60]])
    details = [f"{OVERVIEW}{near.account_id}/?find={EVIL}", f"{CUSTOMERS}{link.customer_id}/"]

    for url in [*PAGES, *details, f"{OVERVIEW}?q={EVIL}"]:
        assert "<script>alert" not in browser.get(url).content.decode()


def test_a_page_keeps_to_its_own_scripts_and_styles(browser: Client) -> None:
    some_of_everything(1)

    for url in PAGES:
        page = browser.get(url).content.decode()
        assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=|<style", page)


def test_the_history_tells_who_why_and_by_which_rule(browser: Client, operator: User) -> None:
    link = a_link(name="Zulu")
    LinkEvent.objects.create(
        action="unlinked", customer=link.customer, account=link.account,
        rule="vat", reason="wrong branch", at=NOW, by=operator,
    )  # fmt: skip

    page = shown(browser, HISTORY)

    assert "wrong branch" in page
    assert "VAT number" in page
    assert operator.username in page
    assert names(shown(browser, f"{HISTORY}?q=nobody")) == []


def test_home_leads_from_nothing_to_the_first_step(client: Client) -> None:
    client.force_login(an_operator())

    assert "Next: connect exact online" in shown(client, "/")


def test_the_navigation_counts_and_marks_the_page(browser: Client) -> None:
    a_candidate()

    page = shown(browser, REVIEW)

    marked = page.split('href="/exact/review/" aria-current="page"')[1].split("</a>")[0]
    assert '<span class="count hot" id="count-review">1<' in marked
