"""Notifications of the stand-in: channels, their short lives, and callbacks that may be lost."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.zoho_client.sandbox.calling import API, Zoho
from zoho_client.sandbox.clock import DAY, HOUR, WEEK, moment_of, time_text

ACCOUNT = "5725767101000010001"
WORD = "abc"  # that callbacks repeat
URL = "https://exactlink.example/hooks/zoho/secret?tie=7"


@pytest.fixture
def zoho() -> Zoho:
    return Zoho()


def channel(**changes: Any) -> dict[str, Any]:
    return {"channel_id": "1000000068001", "events": ["Accounts.all"], "notify_url": URL, **changes}


def open_(zoho: Zoho, **changes: Any) -> dict[str, Any]:
    """Open one channel; gives what Zoho says about its first event."""
    told = zoho.post("actions/watch", {"watch": [channel(**changes)]})
    return dict(told["watch"][0]["details"]["events"][0])


def callbacks(zoho: Zoho) -> list[dict[str, Any]]:
    """What is sent by now, in the order of sending."""
    sent: list[dict[str, Any]] = []
    zoho.sandbox.watch.deliver_now(lambda _url, body: sent.append(json.loads(body)))
    return sent


def lives(zoho: Zoho, told: dict[str, Any]) -> float:
    """Seconds that a channel has left, to the minute."""
    return round((moment_of(told["channel_expiry"]) - zoho.sandbox.clock.now()) / 60) * 60


def after(zoho: Zoho, seconds: float) -> str:
    return time_text(zoho.sandbox.clock.now() + seconds)


def test_a_channel_lives_as_long_as_was_wished_up_to_a_week(zoho: Zoho) -> None:
    assert lives(zoho, open_(zoho, channel_expiry=after(zoho, 3 * DAY))) == 3 * DAY
    assert lives(zoho, open_(zoho, channel_expiry=after(zoho, WEEK - 60))) == WEEK - 60


def test_more_than_a_week_silently_becomes_an_hour_and_so_does_nothing(zoho: Zoho) -> None:
    assert lives(zoho, open_(zoho, channel_expiry=after(zoho, WEEK + 60))) == HOUR
    assert lives(zoho, open_(zoho)) == HOUR


def test_an_insert_is_told_without_its_values(zoho: Zoho) -> None:
    open_(zoho, token=WORD, return_affected_field_values=True)
    key = zoho.insert("Accounts", Account_Name="Fresh Bakery")
    (told,) = callbacks(zoho)

    assert abs(told.pop("server_time") / 1000 - zoho.sandbox.clock.now()) < 10
    assert told == {
        "query_params": {"tie": "7"},
        "module": "Accounts",
        "resource_uri": f"{API}/crm/v2/Accounts",
        "ids": [key],
        "affected_fields": [],
        "operation": "insert",
        "channel_id": "1000000068001",
        "token": WORD,
    }


def test_an_update_names_the_fields_that_changed_and_their_values_if_wanted(zoho: Zoho) -> None:
    open_(zoho, return_affected_field_values=True)
    open_(zoho, channel_id="-5")
    zoho.update("Accounts", ACCOUNT, Phone="02 123 45 67", Account_Name="Moerman Media")
    whole, names = callbacks(zoho)

    assert whole["operation"] == "update"
    assert whole["affected_fields"] == names["affected_fields"] == [{ACCOUNT: ["Phone"]}]
    assert whole["affected_values"] == [{"record_id": ACCOUNT, "values": {"Phone": "02 123 45 67"}}]
    assert "affected_values" not in names
    assert (names["channel_id"], names["token"]) == ("-5", None)


def test_a_delete_tells_who_did_it(zoho: Zoho) -> None:
    open_(zoho, return_affected_field_values=True)
    zoho.delete("Accounts", ACCOUNT)
    (told,) = callbacks(zoho)

    assert told["operation"] == "delete"
    assert told["affected_fields"] == [{ACCOUNT: ["Modified_By", "Record_Status__s"]}]
    values = told["affected_values"][0]["values"]
    assert (values["Modified_By"]["name"], values["Record_Status__s"]) == ("Noor Peeters", 0)


def test_our_own_writes_are_told_even_without_automation(zoho: Zoho) -> None:
    open_(zoho)
    record = {"Account_Name": "Fresh Bakery"}
    made = zoho.post("Accounts", {"data": [record], "trigger": []})

    (told,) = callbacks(zoho)
    assert told["ids"] == [made["data"][0]["details"]["id"]]


def test_the_records_of_one_batch_are_told_together(zoho: Zoho) -> None:
    open_(zoho)
    names = [{"Account_Name": f"Bakery {n}"} for n in range(100)]
    zoho.post("Accounts", {"data": names})
    zoho.update("Accounts", ACCOUNT, Phone="1")
    zoho.update("Accounts", ACCOUNT, Phone="2")

    assert [(one["operation"], len(one["ids"])) for one in callbacks(zoho)] == [
        ("insert", 100), ("update", 1), ("update", 1),
    ]  # fmt: skip


def test_a_channel_hears_only_what_it_asked_for(zoho: Zoho) -> None:
    open_(zoho, events=["Accounts.create", "Contacts.delete"])
    zoho.insert("Accounts", Account_Name="Fresh Bakery")
    zoho.update("Accounts", ACCOUNT, Phone="1")
    zoho.insert("Products", Product_Name="Bread")
    zoho.delete("Contacts", "5725767102000010001")

    assert [(one["module"], one["operation"]) for one in callbacks(zoho)] == [
        ("Accounts", "insert"), ("Contacts", "delete"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("operator", "changed", "told"),
    [
        ("and", ["Phone"], 0),
        ("and", ["Phone", "Fax"], 1),
        ("or", ["Fax"], 1),
        ("or", ["Website"], 0),
    ],
)
def test_a_condition_narrows_updates_to_some_fields(
    zoho: Zoho, operator: str, changed: list[str], told: int
) -> None:
    chosen = [{"field": {"api_name": name}} for name in ("Phone", "Fax")]
    condition = {
        "type": "field_selection",
        "module": {"api_name": "Accounts"},
        "field_selection": {"group_operator": operator, "group": chosen},
    }
    open_(zoho, notification_condition=[condition])
    zoho.update("Accounts", ACCOUNT, **dict.fromkeys(changed, "new"))

    assert len(callbacks(zoho)) == told


@pytest.mark.parametrize(("related", "told"), [(True, 1), (False, 0)])
def test_a_note_tells_the_channel_of_its_record_unless_switched_off(
    zoho: Zoho, told: int, *, related: bool
) -> None:
    open_(zoho, notify_on_related_action=related)
    zoho.post(f"Accounts/{ACCOUNT}/Notes", {"data": [{"Note_Content": "Called."}]})

    assert len(callbacks(zoho)) == told


def test_an_expired_channel_stops_mutely(zoho: Zoho) -> None:
    open_(zoho)
    zoho.sandbox.advance(HOUR + 1)
    zoho.update("Accounts", ACCOUNT, Phone="1")
    later = Zoho(zoho.sandbox)  # tokens live no longer than this channel did

    assert callbacks(zoho) == []
    assert later.call("GET", "actions/watch").status_code == 204


def test_a_channel_belongs_to_the_user_of_the_token(zoho: Zoho) -> None:
    open_(zoho)
    other = Zoho(zoho.sandbox, user=zoho.sandbox.company.users[0]["id"])
    gone = other.call("DELETE", "actions/watch", channel_ids="1000000068001")

    assert other.call("GET", "actions/watch").status_code == 204
    assert gone.json()["watch"][0]["code"] == "NOT_SUBSCRIBED"
    assert len(zoho.get("actions/watch")["watch"]) == 1


def test_the_details_of_a_channel_are_told_for_each_module(zoho: Zoho) -> None:
    open_(zoho, events=["Accounts.all", "Invoices.edit"], token=WORD)
    told = zoho.get("actions/watch")
    some = zoho.get("actions/watch", channel_id="1000000068001", module="Invoices")

    assert [(one["resource_name"], one["events"]) for one in told["watch"]] == [
        ("Accounts", ["Accounts.all"]), ("Invoices", ["Invoices.edit"]),
    ]  # fmt: skip
    assert told["info"] == {"per_page": 200, "count": 2, "page": 1, "more_records": False}
    assert [one["token"] for one in some["watch"]] == [WORD]
    assert some["watch"][0]["notify_on_related_action"] is True


def test_put_gives_another_expiry_and_other_details(zoho: Zoho) -> None:
    open_(zoho)
    body = {"watch": [channel(events=["Contacts.all"], channel_expiry=after(zoho, DAY))]}
    answer = zoho.call("PUT", "actions/watch", body)

    assert answer.status_code == 200
    (told,) = zoho.get("actions/watch")["watch"]
    assert (told["events"], lives(zoho, told)) == (["Contacts.all"], DAY)


def test_put_and_patch_need_a_channel_that_is_open(zoho: Zoho) -> None:
    for method in ("PUT", "PATCH"):
        answer = zoho.call(method, "actions/watch", {"watch": [channel()]})
        assert answer.status_code == 400
        assert answer.json()["watch"][0]["code"] == "NOT_SUBSCRIBED"


@pytest.mark.parametrize("bare", [False, True])
def test_patch_keeps_what_is_not_sent_but_the_expiry(zoho: Zoho, *, bare: bool) -> None:
    open_(zoho, token=WORD, channel_expiry=after(zoho, DAY))
    entry = channel(events=["Contacts.all"])
    answer = zoho.call("PATCH", "actions/watch", {"watch": entry if bare else [entry]})

    assert answer.status_code == 200
    (told,) = zoho.get("actions/watch")["watch"]
    assert (told["token"], told["events"], lives(zoho, told)) == (WORD, ["Contacts.all"], HOUR)


def test_patch_takes_events_away(zoho: Zoho) -> None:
    open_(zoho, events=["Accounts.all", "Contacts.all"])
    body = {"watch": [channel(events=["Accounts.all"], _delete_events=True)]}
    told = zoho.call("PATCH", "actions/watch", body).json()["watch"][0]

    assert told["message"] == "Successfully removed the subscribe details"
    assert [one["events"] for one in zoho.get("actions/watch")["watch"]] == [["Contacts.all"]]


def test_delete_closes_channels_one_by_one(zoho: Zoho) -> None:
    open_(zoho)
    answer = zoho.call("DELETE", "actions/watch", channel_ids="1000000068001,7")

    assert answer.status_code == 207
    assert [one["code"] for one in answer.json()["watch"]] == ["SUCCESS", "NOT_SUBSCRIBED"]
    assert zoho.call("GET", "actions/watch").status_code == 204
    assert zoho.refused(zoho.call("DELETE", "actions/watch"))[0] == "REQUIRED_PARAM_MISSING"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"token": "x" * 51}, "INVALID_DATA"),
        ({"channel_id": None}, "MANDATORY_NOT_FOUND"),
        ({"channel_id": "ten"}, "INVALID_DATA"),
        ({"channel_id": str(2**63)}, "INVALID_DATA"),
        ({"events": []}, "MANDATORY_NOT_FOUND"),
        ({"events": ["Accounts.insert"]}, "INVALID_DATA"),
        ({"events": ["accounts.all"]}, "INVALID_DATA"),
        ({"events": ["Accounts.all"] * 51}, "INVALID_DATA"),
        ({"notify_url": None}, "MANDATORY_NOT_FOUND"),
        ({"notify_url": "http://exactlink.example/hook"}, "INVALID_DATA"),
        ({"notify_url": f"https://exactlink.example/{'x' * 255}"}, "INVALID_DATA"),
        ({"channel_expiry": "tomorrow"}, "INVALID_DATA"),
        ({"channel_expiry": "2020-01-01T00:00:00+01:00"}, "INVALID_DATA"),
    ],
)
def test_a_channel_that_can_not_be_is_refused(
    zoho: Zoho, changes: dict[str, Any], code: str
) -> None:
    told = zoho.post("actions/watch", {"watch": [channel(**changes)]}, status=400)

    assert [one["code"] for one in told["watch"]] == [code]


def test_a_token_of_50_characters_is_let_through(zoho: Zoho) -> None:
    open_(zoho, token="x" * 50)
    zoho.insert("Accounts", Account_Name="Fresh Bakery")

    assert callbacks(zoho)[0]["token"] == "x" * 50


def test_some_may_be_refused_while_others_are_opened(zoho: Zoho) -> None:
    both = [channel(), channel(channel_id="2", events=["Nothing.all"])]
    told = zoho.post("actions/watch", {"watch": both}, status=207)
    too_many = zoho.call("POST", "actions/watch", {"watch": [channel()] * 51})

    assert [one["status"] for one in told["watch"]] == ["success", "error"]
    assert zoho.refused(too_many)[0] == "INVALID_DATA"
    assert zoho.refused(zoho.call("POST", "actions/watch", {}))[0] == "MANDATORY_NOT_FOUND"


def test_callbacks_can_be_lost_doubled_and_out_of_order(zoho: Zoho) -> None:
    open_(zoho)
    zoho.sandbox.switches.set(watch_drop=3, watch_duplicate=2, watch_reorder=True)
    for n in range(3):
        zoho.update("Accounts", ACCOUNT, Phone=str(n))
        zoho.delete("Products", f"572576710300000000{n}")
        zoho.update("Accounts", ACCOUNT, Fax=str(n))
    told = [next(iter(one["affected_fields"][0].values())) for one in callbacks(zoho)]

    # Six, youngest first: the third and sixth are lost, the second and fourth come twice.
    assert told == [["Fax"], ["Phone"], ["Phone"], ["Phone"], ["Phone"], ["Fax"]]
    assert [one.outcome for one in zoho.sandbox.watch.sent].count("dropped") == 2


def test_a_reset_closes_every_channel_and_sends_nothing(zoho: Zoho) -> None:
    open_(zoho)
    zoho.update("Accounts", ACCOUNT, Phone="1")
    zoho.sandbox.reset()
    zoho.update("Accounts", ACCOUNT, Phone="2")

    assert callbacks(zoho) == []
    assert zoho.call("GET", "actions/watch").status_code == 204


def test_a_callback_that_fails_is_not_tried_again(zoho: Zoho) -> None:
    def fails(_url: str, _body: bytes) -> None:
        raise ConnectionError("closed")

    open_(zoho)
    zoho.insert("Accounts", Account_Name="Fresh Bakery")

    assert zoho.sandbox.watch.deliver_now(fails) == 1
    assert callbacks(zoho) == []
    assert zoho.sandbox.watch.sent[0].outcome == "failed: closed"


def test_a_thread_delivers_by_itself_over_the_network(zoho: Zoho) -> None:
    received, arrived = [], threading.Event()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()
            arrived.set()

        def log_message(self, *_told: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    zoho.sandbox.watch.start()
    try:
        open_(zoho, notify_url=f"http://127.0.0.1:{server.server_port}/hook")
        zoho.insert("Accounts", Account_Name="Fresh Bakery")
        assert arrived.wait(5)
    finally:
        zoho.sandbox.watch.stop()
        server.shutdown()
        thread.join()
        server.server_close()

    assert [one["operation"] for one in received] == ["insert"]
