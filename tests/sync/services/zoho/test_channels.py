"""Zoho tells us of the modules that take part, as long as the tie runs and no longer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from sync.models import ModuleSync, ZohoSync
from sync.services.zoho.telling import being_told, channels
from zoho_client.client import ZohoClient
from zoho_client.models import ZohoChannel, ZohoConnection
from zoho_client.sandbox import ZohoSandbox

pytestmark = pytest.mark.django_db

LATER = timedelta(days=4)


def watched(zoho: ZohoClient) -> set[str]:
    return {one.resource_name for one in zoho.channels()}


def watch_calls(stand_in: ZohoSandbox) -> int:
    return sum(call.path.endswith("/actions/watch") for call in stand_in.calls)


def test_each_module_that_takes_part_has_a_channel_that_tells_of_nothing_else(
    sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox
) -> None:
    ModuleSync.objects.filter(module="Sales_Orders").update(takes_part=False)

    channels.keep(sync, timezone.now())

    assert watched(zoho) == {"Accounts", "Contacts", "Products", "Invoices"}
    for row in zoho_sandbox.store.rows("_channels"):
        assert row["notify_on_related_action"] is False
        assert row["notify_url"].startswith("http://localhost:8000/hooks/zoho/")
    calls = watch_calls(zoho_sandbox)
    channels.keep(sync, timezone.now())
    assert watch_calls(zoho_sandbox) == calls  # nothing is asked while nothing is due


def test_they_are_renewed_half_way_to_the_end_that_zoho_named_and_made_again_when_gone(
    sync: ZohoSync, zoho: ZohoClient
) -> None:
    channels.keep(sync, timezone.now())
    until = {one.pk: one.expires_at for one in ZohoChannel.objects.all()}
    lost = ZohoChannel.objects.get(module="Contacts")
    zoho.unwatch([str(lost.channel_id)])

    assert channels.keep(sync, timezone.now() + LATER) == len(until)

    assert "Contacts" in watched(zoho)
    assert all(one.state == "open" for one in ZohoChannel.objects.all())


def test_a_module_that_left_is_not_told_of_any_more_and_may_come_back(
    sync: ZohoSync, zoho: ZohoClient
) -> None:
    channels.keep(sync, timezone.now())
    ModuleSync.objects.filter(module="Products").update(takes_part=False)
    channels.keep(sync, timezone.now())
    assert "Products" not in watched(zoho)

    ModuleSync.objects.filter(module="Products").update(takes_part=True)
    channels.keep(sync, timezone.now())

    assert "Products" in watched(zoho)


def test_another_address_of_ours_is_told_to_zoho(
    sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, settings: Any
) -> None:
    channels.keep(sync, timezone.now())
    settings.PUBLIC_URL, settings.HTTPS = "https://exactlink.example", True

    channels.keep(sync, timezone.now())

    urls = {row["notify_url"] for row in zoho_sandbox.store.rows("_channels")}
    assert all(url.startswith("https://exactlink.example/hooks/zoho/") for url in urls)


def test_one_module_that_zoho_refuses_does_not_keep_the_others_from_being_told_of(
    sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox
) -> None:
    zoho_sandbox.company.fields.pop("Contacts")

    channels.keep(sync, timezone.now())

    assert watched(zoho) == {"Accounts", "Products", "Invoices", "Sales_Orders"}
    assert ZohoChannel.objects.get(module="Contacts").state_reason


def test_a_tie_that_is_closed_is_not_told_of_any_more_and_goes_on_when_it_is_opened_again(
    sync: ZohoSync, zoho: ZohoClient
) -> None:
    being_told.keep(timezone.now())
    assert watched(zoho)
    ZohoSync.objects.update(state=ZohoSync.State.CLOSED)
    being_told.keep(timezone.now())
    assert watched(zoho) == set()
    assert {one.state for one in ZohoChannel.objects.all()} == {"stopped"}

    ZohoSync.objects.update(state=ZohoSync.State.RUNNING)
    being_told.keep(timezone.now())

    assert len(watched(zoho)) == 5


def test_without_a_connection_a_channel_is_over_here_and_ends_by_itself_there(
    sync: ZohoSync, zoho_sandbox: ZohoSandbox
) -> None:
    channels.keep(sync, timezone.now())
    ZohoConnection.objects.update(state=ZohoConnection.State.RECONNECT)
    calls = len(zoho_sandbox.calls)

    assert channels.stop(ZohoSync.objects.get()) == 5

    assert len(zoho_sandbox.calls) == calls
    assert {one.state for one in ZohoChannel.objects.all()} == {"stopped"}


def test_an_address_without_https_is_given_to_a_stand_in_alone(
    sync: ZohoSync, zoho_sandbox: ZohoSandbox, settings: Any
) -> None:
    settings.ZOHO_STAND_IN = False

    assert channels.keep(sync, timezone.now()) == 0
    assert watch_calls(zoho_sandbox) == 0
    assert "PUBLIC_URL" in "".join(being_told.why_polling_alone())
    settings.HTTPS = True
    assert being_told.why_polling_alone() == []


def test_how_fresh_each_module_is_takes_three_questions(
    sync: ZohoSync, django_assert_num_queries: Any
) -> None:
    channels.keep(sync, timezone.now())
    ZohoChannel.objects.filter(module="Products").update(state="lapsed")

    with django_assert_num_queries(3):
        found = {one.module.module: one for one in being_told.freshness(sync)}

    assert found["Accounts"].zoho_tells_until is not None
    assert found["Products"].zoho_tells_until is None
    assert not found["Accounts"].exact_tells
