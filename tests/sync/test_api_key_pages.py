"""The page of API keys, and the command that does the same."""

from __future__ import annotations

import json
import re
from io import StringIO
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command

from sync.models import ApiClient
from sync.services import api_clients
from tests.build import NOW
from tests.sync.api.calling import ALL
from tests.sync.pages import a_browser, queries, text_of

pytestmark = pytest.mark.django_db
PAGE = "/exact/setup/api/"


def asked(name: str = "Member portal", *scopes: str, **values: Any) -> dict[str, Any]:
    return {"name": name, "scope": scopes or ALL[:2], "calls_per_minute": "60", **values}


def test_a_key_is_shown_once_and_works() -> None:
    browser = a_browser()

    answer = browser.post(f"{PAGE}make/", asked())

    (key,) = re.findall(r"exl_[0-9a-f]{8}_[\w-]{43}", answer.content.decode())
    owner = api_clients.owner_of(key)
    assert owner is not None
    assert (owner.name, owner.scopes, owner.calls_per_minute) == ("Member portal", ALL[:2], 60)
    assert "no-store" in answer["Cache-Control"]
    assert key not in text_of(browser, PAGE)
    assert owner.prefix in text_of(browser, PAGE)


def test_what_can_not_be_is_told_and_what_was_typed_stays() -> None:
    browser = a_browser()
    browser.post(f"{PAGE}make/", asked())

    answer = browser.post(f"{PAGE}make/", asked())
    without_scope = browser.post(f"{PAGE}make/", {"name": "x", "calls_per_minute": "60"})
    without_limit = browser.post(f"{PAGE}make/", asked("y", calls_per_minute="-1"))

    assert answer.status_code == without_scope.status_code == without_limit.status_code == 422
    assert "has a key already" in answer.content.decode()
    assert 'value="Member portal"' in answer.content.decode()
    assert ApiClient.objects.count() == 1


def test_a_revoked_key_is_shut_out_and_stays_in_the_list() -> None:
    browser = a_browser()
    made = api_clients.make("Old portal", ALL, now=NOW)

    browser.post(f"{PAGE}{made.client.pk}/revoke/")

    assert api_clients.owner_of(made.key) is None
    assert "Revoked" in text_of(browser, PAGE)


def test_what_a_person_did_with_keys_is_in_the_diary() -> None:
    browser = a_browser()
    browser.post(f"{PAGE}make/", asked())
    client = ApiClient.objects.get()
    browser.post(f"{PAGE}{client.pk}/revoke/")
    browser.post(f"{PAGE}{client.pk}/revoke/")

    told = list(LogEntry.objects.order_by("pk").values_list("change_message", flat=True))
    assert told == [
        "Made an API key for customers:write, invoices:write.",
        "Revoked its API key.",
    ]
    assert client.made_by is not None


@pytest.mark.parametrize("right", ["view_invoice", "change_invoice"])
def test_keys_are_for_administrators(right: str) -> None:
    browser = a_browser(right)
    client = api_clients.make("portal", ALL, now=NOW).client

    assert browser.get(PAGE).status_code == 403
    assert browser.post(f"{PAGE}make/", asked("other")).status_code == 403
    assert browser.post(f"{PAGE}{client.pk}/revoke/").status_code == 403
    assert ApiClient.objects.get().is_active


def test_the_page_takes_the_same_queries_for_one_key_as_for_many() -> None:
    browser = a_browser()
    api_clients.make("1", ALL, now=NOW)
    one = queries(browser, PAGE)
    for n in range(2, 7):
        api_clients.make(str(n), ALL, now=NOW)

    assert queries(browser, PAGE) == one


def run(*arguments: str) -> Any:
    out = StringIO()
    call_command("api_key", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_command_makes_lists_and_revokes() -> None:
    made = run("make", "portal", "--scope", "payments:read")
    owner = api_clients.owner_of(made["key"])
    assert owner is not None
    assert owner.scopes == ["payments:read"]

    (listed,) = run("list")["clients"]
    assert (listed["name"], listed["is_active"]) == ("portal", True)
    assert made["key"] not in json.dumps(listed)

    assert run("revoke", "portal")["revoked"] is True
    assert run("revoke", "portal")["revoked"] is False
    assert api_clients.owner_of(made["key"]) is None


@pytest.mark.parametrize("arguments", [("make", ""), ("revoke", "nobody")])
def test_the_command_says_why_it_could_not(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run(*arguments)
