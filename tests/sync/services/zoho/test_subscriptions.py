"""Exact tells us of the topics that take part, as long as the tie runs and no longer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from exact_client.budget import Lane
from exact_client.client import ExactClient
from exact_client.sandbox import ExactSandbox
from sync.models import ModuleSync, Signal, Subscription, ZohoSync
from sync.services.zoho.telling import being_told, subscriptions

pytestmark = pytest.mark.django_db

TOPICS = {"Accounts", "Contacts", "Items", "SalesInvoices", "SalesOrders"}


@pytest.fixture
def pages(sandbox: ExactSandbox) -> Callable[[str, bytes], int]:
    """Let the stand-in reach our pages, as it does before it takes an address."""
    browser = Client()

    def post(url: str, body: bytes) -> int:
        path = urlsplit(url).path
        return browser.post(path, body, content_type="application/json").status_code

    sandbox.webhooks.post = post
    return post


def there(exact: ExactClient) -> dict[str, str | None]:
    return {one.topic: one.callback_url for one in exact.webhook_subscriptions()}


def calls(sandbox: ExactSandbox) -> int:
    return sum("WebhookSubscriptions" in call.path for call in sandbox.calls)


@pytest.mark.usefixtures("pages")
def test_each_topic_that_takes_part_is_told_to_one_secret_address(
    sync: ZohoSync, exact: ExactClient, sandbox: ExactSandbox
) -> None:
    assert subscriptions.keep(sync, exact, timezone.now()) == len(TOPICS)

    address = subscriptions.address(ZohoSync.objects.get())
    assert there(exact) == dict.fromkeys(TOPICS, address)
    assert address.startswith("http://localhost:8000/hooks/exact/")
    assert len(urlsplit(address).path) > 50
    before = calls(sandbox)
    subscriptions.keep(sync, exact, timezone.now())
    assert calls(sandbox) == before  # nothing is asked within the hour


@pytest.mark.usefixtures("pages")
def test_one_that_somebody_took_away_is_made_again_within_an_hour(
    sync: ZohoSync, exact: ExactClient
) -> None:
    subscriptions.keep(sync, exact, timezone.now())
    row = Subscription.objects.get(topic="Items")
    assert row.remote_id is not None
    exact.unsubscribe(row.remote_id)

    subscriptions.keep(sync, exact, timezone.now() + subscriptions.LOOK_EVERY)

    assert set(there(exact)) == TOPICS
    assert Subscription.objects.get(topic="Items").remote_id != row.remote_id


@pytest.mark.usefixtures("pages")
def test_one_that_is_there_already_and_leads_to_us_is_as_good(
    sync: ZohoSync, exact: ExactClient
) -> None:
    made = exact.subscribe("Accounts", subscriptions.address(sync))

    assert subscriptions.keep(sync, exact, timezone.now()) == len(TOPICS)

    assert Subscription.objects.get(topic="Accounts").remote_id == made.id


@pytest.mark.usefixtures("pages")
def test_one_made_between_our_look_and_our_wish_is_as_good(
    sync: ZohoSync, exact: ExactClient
) -> None:
    made = exact.subscribe("Accounts", subscriptions.address(sync))

    class Late(ExactClient):
        looks = 0

        def webhook_subscriptions(self) -> Any:
            self.looks += 1
            found = super().webhook_subscriptions()
            return iter(()) if self.looks == 1 else found

    assert sync.division is not None
    late = Late.connected(sync.division, lane=Lane.PUSH)

    assert subscriptions.keep(sync, late, timezone.now()) == len(TOPICS)
    assert Subscription.objects.get(topic="Accounts").remote_id == made.id


@pytest.mark.usefixtures("pages")
def test_an_earlier_address_of_ours_gives_way_to_the_one_that_counts(
    sync: ZohoSync, exact: ExactClient
) -> None:
    exact.subscribe("Accounts", subscriptions.address(sync))
    ZohoSync.objects.update(hook_path="")
    sync.refresh_from_db()

    subscriptions.keep(sync, exact, timezone.now())

    assert there(exact) == dict.fromkeys(TOPICS, subscriptions.address(sync))


def test_the_address_of_another_installation_is_left_alone_and_told_of(
    sync: ZohoSync, exact: ExactClient, sandbox: ExactSandbox
) -> None:
    sandbox.webhooks.post = lambda _url, _body: 200
    exact.subscribe("Accounts", "http://localhost:9999/elsewhere/")

    subscriptions.keep(sync, exact, timezone.now())

    assert there(exact)["Accounts"] == "http://localhost:9999/elsewhere/"
    signal = Signal.objects.open().get()
    assert "another installation" in signal.advice


def test_an_address_that_exact_can_not_reach_is_told_of_and_tried_again_later(
    sync: ZohoSync, exact: ExactClient, sandbox: ExactSandbox, pages: Callable[[str, bytes], int]
) -> None:
    now = timezone.now()
    sandbox.webhooks.post = lambda _url, _body: 503
    subscriptions.keep(sync, exact, now)
    assert Signal.objects.open().count() == 1
    before = calls(sandbox)
    subscriptions.keep(sync, exact, now + timedelta(minutes=1))
    assert calls(sandbox) == before  # each refusal counts among those that Exact bears
    sandbox.webhooks.post = pages

    assert subscriptions.keep(sync, exact, now + subscriptions.AGAIN) == len(TOPICS)

    assert not Signal.objects.open().exists()


@pytest.mark.usefixtures("pages")
def test_a_module_that_left_and_a_tie_that_is_closed_are_not_told_of_any_more(
    sync: ZohoSync, exact: ExactClient
) -> None:
    being_told.keep(timezone.now())
    assert set(there(exact)) == TOPICS
    ModuleSync.objects.filter(module="Products").update(takes_part=False)
    being_told.keep(timezone.now() + subscriptions.LOOK_EVERY)
    assert set(there(exact)) == TOPICS - {"Items"}

    ZohoSync.objects.update(state=ZohoSync.State.CLOSED)
    being_told.keep(timezone.now())

    assert there(exact) == {}
    assert not Subscription.objects.exists()
    ZohoSync.objects.update(state=ZohoSync.State.RUNNING)
    being_told.keep(timezone.now())
    assert set(there(exact)) == TOPICS - {"Items"}


@pytest.mark.parametrize(
    ("lacking", "words"),
    [
        ({"EXACT_WEBHOOK_SECRET": ""}, "EXACT_WEBHOOK_SECRET"),
        ({"HTTPS": False, "STAND_IN": False}, "PUBLIC_URL"),
    ],
)
def test_without_a_secret_or_https_nothing_is_asked_and_the_page_says_why(
    sync: ZohoSync, exact: ExactClient, sandbox: ExactSandbox, lacking: dict[str, Any], words: str
) -> None:
    with override_settings(**lacking):
        assert subscriptions.keep(sync, exact, timezone.now()) == 0
        assert words in "".join(being_told.why_polling_alone())

    assert calls(sandbox) == 0
