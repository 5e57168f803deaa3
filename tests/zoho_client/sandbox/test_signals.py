"""Signals of the stand-in: they exist only where an extension made their namespace."""

from typing import Any

import pytest

from tests.zoho_client.sandbox.calling import Zoho

PERSON = "5725767102000010001"
ADDRESS = "/crm/v2/signals/notifications"


@pytest.fixture
def zoho() -> Zoho:
    return Zoho()


def signal(**changes: Any) -> dict[str, Any]:
    return {
        "signal_namespace": "exactlink0.not_synchronised",
        "id": PERSON,
        "module": "Contacts",
        "subject": "Not synchronised",
        "message": "The *first name* is empty",
        **changes,
    }


@pytest.mark.parametrize("version", ["v2", "v8"])
def test_a_signal_of_a_known_namespace_is_shown(zoho: Zoho, version: str) -> None:
    body = {"signals": [signal()]}
    told = zoho.post(f"/crm/{version}/signals/notifications", body, status=200)

    assert told["signals"][0]["message"] == "Signal notified successfully"
    kept = list(zoho.sandbox.store.rows("_signals"))
    assert [(one["id"] != PERSON, one["subject"]) for one in kept] == [(True, "Not synchronised")]
    assert kept[0]["record"] == PERSON


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"signal_namespace": "other.signal"}, "INVALID_DATA"),
        ({"subject": "x" * 101}, "INVALID_DATA"),
        ({"message": "x" * 1001}, "INVALID_DATA"),
        ({"message": None}, "MANDATORY_NOT_FOUND"),
        ({"module": "Nothing"}, "INVALID_MODULE"),
        ({"id": "1"}, "INVALID_DATA"),
        ({"id": None}, "MANDATORY_NOT_FOUND"),
        ({"id": None, "email": "nobody@nowhere.example"}, "EMAIL_NOT_FOUND_FOR_MODULE"),
    ],
)
def test_a_signal_that_can_not_be_is_refused(
    zoho: Zoho, changes: dict[str, Any], code: str
) -> None:
    told = zoho.post(ADDRESS, {"signals": [signal(**changes)]}, status=400)

    assert [one["code"] for one in told["signals"]] == [code]
    assert list(zoho.sandbox.store.rows("_signals")) == []


def test_a_signal_may_name_its_record_by_email(zoho: Zoho) -> None:
    body = {"signals": [signal(id=None, email="bram.bos@moermanmedia.be"), signal(subject=None)]}
    told = zoho.post(ADDRESS, body, status=207)

    assert [one["status"] for one in told["signals"]] == ["success", "error"]


def test_actions_and_an_email_may_be_demanded(zoho: Zoho) -> None:
    zoho.sandbox.switches.set(signal_actions=True, signal_email=True)
    link = {"type": "link", "open_in": "tab", "display_name": "Open", "url": "https://a.example"}
    account = {"module": "Accounts", "id": "5725767101000010001", "actions": [link]}
    body = {"signals": [signal(), signal(**account), signal(actions=[link])]}
    told = zoho.post(ADDRESS, body, status=207)

    assert [one["code"] for one in told["signals"]] == [
        "MANDATORY_NOT_FOUND", "EMAIL_NOT_FOUND_FOR_MODULE", "SUCCESS",
    ]  # fmt: skip


def test_the_known_signals_are_listed(zoho: Zoho) -> None:
    (known,) = zoho.get("settings/signals")["signals"]
    zoho.sandbox.company.signals.clear()

    assert known["namespace"] == "exactlink0.not_synchronised"
    assert zoho.call("GET", "settings/signals").status_code == 204
    told = zoho.post(ADDRESS, {"signals": [signal()]}, status=400)
    assert told["signals"][0]["code"] == "INVALID_DATA"
