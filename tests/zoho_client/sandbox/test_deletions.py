"""Deleting, and how long and how well the list of deleted records remembers."""

from typing import Any

import pytest

from tests.zoho_client.sandbox.calling import Zoho
from zoho_client.sandbox.clock import DAY, time_text


@pytest.fixture
def zoho() -> Zoho:
    return Zoho()


def ids(zoho: Zoho, count: int = 1) -> list[str]:
    return [row["id"] for row in zoho.sandbox.records("Accounts")[:count]]


def gone(zoho: Zoho, **query: Any) -> list[Any]:
    """What /deleted tells, asked with a token that is fresh."""
    answer = Zoho(zoho.sandbox).call("GET", "Accounts/deleted", **query)
    assert answer.status_code in {200, 204}, answer.text
    return list(answer.json()["data"]) if answer.content else []


def test_records_go_by_id_or_by_ids(zoho: Zoho) -> None:
    first, second, third = ids(zoho, 3)
    alone = zoho.call("DELETE", f"Accounts/{first}")
    both = zoho.call("DELETE", "Accounts", ids=f"{second},{third}")

    assert alone.json()["data"][0]["message"] == "record deleted"
    assert [item["details"]["id"] for item in both.json()["data"]] == [second, third]
    assert zoho.call("GET", f"Accounts/{first}").status_code == 204


def test_what_is_gone_can_not_go_again(zoho: Zoho) -> None:
    first, second = ids(zoho, 2)
    zoho.call("DELETE", f"Accounts/{first}")
    again = zoho.call("DELETE", f"Accounts/{first}")
    mixed = zoho.call("DELETE", "Accounts", ids=f"{first},{second}")

    assert (again.status_code, again.json()["data"][0]["code"]) == (400, "INVALID_DATA")
    assert mixed.status_code == 207
    assert zoho.refused(zoho.call("DELETE", "Accounts"))[0] == "REQUIRED_PARAM_MISSING"


def test_a_deleted_record_is_listed_with_its_name_and_who_did_it(zoho: Zoho) -> None:
    (key,) = ids(zoho)
    name = zoho.sandbox.record("Accounts", key)["Account_Name"]
    assert gone(zoho) == []
    zoho.sandbox.delete("Accounts", key)

    (entry,) = gone(zoho)
    assert (entry["id"], entry["display_name"], entry["type"]) == (key, name, "recycle")
    assert entry["deleted_by"]["id"] == zoho.sandbox.company.users[0]["id"]
    assert gone(zoho, type="permanent") == []


def test_what_is_gone_for_good_loses_its_name(zoho: Zoho) -> None:
    (key,) = ids(zoho)
    zoho.sandbox.delete("Accounts", key, permanent=True)
    (entry,) = gone(zoho, type="permanent")

    assert entry["id"] == key
    assert entry["display_name"] is entry["deleted_by"] is entry["created_by"] is None


def test_the_bin_is_emptied_after_60_days_and_forgotten_after_120(zoho: Zoho) -> None:
    zoho.sandbox.delete("Accounts", ids(zoho)[0])
    zoho.sandbox.advance(59 * DAY)
    assert gone(zoho)[0]["type"] == "recycle"
    zoho.sandbox.advance(2 * DAY)
    assert gone(zoho)[0]["type"] == "permanent"
    assert gone(zoho, type="recycle") == []
    zoho.sandbox.advance(60 * DAY)
    assert gone(zoho) == []


def test_deletions_since_a_moment_come_alone_and_cost_two_credits(zoho: Zoho) -> None:
    first, second = ids(zoho, 2)
    zoho.sandbox.delete("Accounts", first)
    zoho.sandbox.advance(100)
    moment = time_text(zoho.sandbox.clock.now())
    zoho.sandbox.delete("Accounts", second)
    before = zoho.sandbox.limits.used
    zoho.session.headers["If-Modified-Since"] = moment
    rows = zoho.get("Accounts/deleted")["data"]
    zoho.session.headers["If-Modified-Since"] = time_text(zoho.sandbox.clock.now() + 60)

    assert [row["id"] for row in rows] == [second]
    assert zoho.sandbox.limits.used - before == 2
    assert zoho.call("GET", "Accounts/deleted").status_code == 304


def test_the_list_has_pages(zoho: Zoho) -> None:
    for key in ids(zoho, 3):
        zoho.sandbox.delete("Accounts", key)
    first = zoho.get("Accounts/deleted", per_page=2)
    second = zoho.get("Accounts/deleted", per_page=2, page=2)

    assert first["info"] == {"per_page": 2, "count": 2, "page": 1, "more_records": True}
    assert second["info"]["more_records"] is False
    assert len({row["id"] for row in first["data"] + second["data"]}) == 3


def test_an_unknown_kind_of_deletion_is_refused(zoho: Zoho) -> None:
    answer = zoho.call("GET", "Accounts/deleted", type="some")

    assert zoho.refused(answer)[0] == "INVALID_DATA"
