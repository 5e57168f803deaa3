"""Webhooks: asked for, signed, told again, and all that may go wrong on the way."""

import hashlib
import hmac
import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread
from typing import Any

import pytest
import requests

from exact_client.sandbox import ExactSandbox, run_on_port
from exact_client.sandbox.webhooks import RETRIES, SECRET
from tests.exact_client.sandbox.caller import CALLBACK, DIVISION, Caller, an_account, an_entry

SUBSCRIPTIONS = "webhooks/WebhookSubscriptions"
HOOK = "https://app.example/exact/webhook/"


class Subscriber:
    """Notes what it is told, and answers as it is bid."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.told: list[bytes] = []

    def __call__(self, _url: str, body: bytes) -> int:
        self.told.append(body)
        if self.status == 0:
            raise ConnectionRefusedError
        return self.status

    @property
    def events(self) -> list[tuple[str, str, str]]:
        """Topic, action and key of what it was told after the empty post."""
        contents = [json.loads(body)["Content"] for body in self.told if body]
        return [(one["Topic"], one["Action"], one["Key"]) for one in contents]


@pytest.fixture
def subscriber(sandbox: ExactSandbox) -> Subscriber:
    found = Subscriber()
    sandbox.webhooks.post = found
    return found


def asked(exact: Caller, topic: str = "Accounts", callback: str = HOOK) -> requests.Response:
    return exact.send("POST", SUBSCRIPTIONS, {"Topic": topic, "CallbackURL": callback})


def an_account_made(exact: Caller) -> str:
    return str(exact.send("POST", "crm/Accounts", {"Name": "New"}).json()["d"]["ID"])


def test_an_order_is_told_by_its_own_topic(
    exact: Caller, sandbox: ExactSandbox, subscriber: Subscriber
) -> None:
    asked(exact, "SalesOrders")
    item = next(row["ID"] for row in sandbox.records("items") if row["Code"] == "FLEX")
    order = {"OrderedBy": an_account(sandbox), "SalesOrderLines": [{"Item": item}]}

    key = exact.send("POST", "salesorder/SalesOrders", order).json()["d"]["OrderID"]
    sandbox.webhooks.deliver_now()

    assert ("SalesOrders", "Create", key) in subscriber.events


def test_the_callback_is_tried_with_an_empty_post(exact: Caller, subscriber: Subscriber) -> None:
    answer = asked(exact)

    assert answer.status_code == 201
    assert subscriber.told == [b""]
    (row,) = exact.rows(SUBSCRIPTIONS)
    assert (row["Topic"], row["CallbackURL"], row["ID"]) == (
        "Accounts",
        HOOK,
        answer.json()["d"]["ID"],
    )


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (0, "500 An error occurred while sending the request."),
        (403, "403 Forbidden."),
        (302, "302 Found."),
    ],
)
def test_a_callback_that_does_not_answer_is_refused(
    exact: Caller, sandbox: ExactSandbox, subscriber: Subscriber, status: int, said: str
) -> None:
    sandbox.switches.set(language="en")
    subscriber.status = status
    answer = asked(exact)

    assert answer.status_code == 500
    assert exact.text_of(answer) == f"Invalid: Post to callback URL endpoint returns {said}"
    assert exact.rows(SUBSCRIPTIONS) == []


def test_a_second_one_of_the_same_topic_is_refused(
    exact: Caller, sandbox: ExactSandbox, subscriber: Subscriber
) -> None:
    sandbox.switches.set(language="en")
    asked(exact)
    again = asked(exact, callback="https://app.example/other/")

    assert (again.status_code, exact.text_of(again)) == (500, "Data already exists")
    assert asked(exact, "Items").status_code == 201


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"CallbackURL": HOOK}, "Verplicht: Onderwerp"),
        ({"Topic": "Accounts"}, "Verplicht: Callback-URL"),
        ({"Topic": "Addresses", "CallbackURL": HOOK}, "Ongeldig: Onderwerp"),
        ({"Topic": "Accounts", "CallbackURL": "http://app.example/"}, "Ongeldig: Callback-URL"),
        ({"Topic": "Accounts", "CallbackURL": "nonsense"}, "Ongeldig: Callback-URL"),
    ],
)
def test_what_does_not_fit_is_refused(
    exact: Caller, subscriber: Subscriber, content: dict[str, str], text: str
) -> None:
    answer = exact.send("POST", SUBSCRIPTIONS, content)

    assert (answer.status_code, exact.text_of(answer)) == (500, text)
    assert subscriber.told == []


def test_plain_http_is_for_this_machine_and_can_be_switched_off(
    exact: Caller, sandbox: ExactSandbox, subscriber: Subscriber
) -> None:
    assert asked(exact, "Items", "http://localhost:8000/hook").status_code == 201
    sandbox.switches.set(webhook_http=False)
    assert asked(exact, "Accounts", "http://localhost:8000/hook").status_code == 500


def test_the_callback_is_on_the_domain_of_the_redirect_address(
    exact: Caller, sandbox: ExactSandbox, subscriber: Subscriber
) -> None:
    consent = {"client_id": "test", "redirect_uri": CALLBACK, "response_type": "code"}
    exact.session.post(
        exact.url("/api/oauth2/auth"),
        params=consent,
        data={"decision": "allow"},
        allow_redirects=False,
        timeout=5,
    )

    assert asked(exact, callback=HOOK).status_code == 500
    assert asked(exact, callback="http://localhost:8000/hook").status_code == 201


def test_it_needs_a_scope_of_its_own(exact: Caller, sandbox: ExactSandbox) -> None:
    sandbox.switches.set(scopes={"organization.administration": "read"})
    answer = asked(exact)

    assert answer.status_code == 403
    assert exact.text_of(answer) == (
        "Forbidden - Application Scope Violated. Cannot manage 'organization.administration' scope."
    )


def test_each_change_is_told_with_a_signature_over_its_bytes(
    exact: Caller, sandbox: ExactSandbox, subscriber: Subscriber
) -> None:
    asked(exact)
    key = an_account_made(exact)
    assert sandbox.webhooks.deliver_now() == 1

    raw = subscriber.told[-1]
    message = json.loads(raw)
    content = raw[len(b'{"Content":') : raw.index(b',"HashCode"')]
    signature = hmac.new(SECRET.encode(), content, hashlib.sha256).hexdigest().upper()
    assert message["HashCode"] == signature
    assert message["Content"] | {"EventCreatedOn": "", "ClientId": ""} == {
        "Topic": "Accounts",
        "ClientId": "",
        "Division": DIVISION,
        "Action": "Create",
        "Key": key,
        "ExactOnlineEndpoint": (
            f"https://start.exactonline.nl/api/v1/{DIVISION}/crm/Accounts(guid'{key}')"
        ),
        "EventCreatedOn": "",
    }


def test_changes_by_people_and_by_ourselves_are_told_alike(
    exact: Caller, sandbox: ExactSandbox, subscriber: Subscriber
) -> None:
    asked(exact, "Contacts")
    mine = {"Account": an_account(sandbox), "LastName": "Maes"}
    key = exact.send("POST", "crm/Contacts", mine).json()["d"]["ID"]
    sandbox.edit("Contacts", key, {"LastName": "Claes"})
    sandbox.erase("Contacts", key)
    sandbox.webhooks.deliver_now()

    assert subscriber.events == [
        ("Contacts", "Create", key),
        ("Contacts", "Update", key),
        ("Contacts", "Delete", key),
    ]


def test_each_topic_hears_of_its_own(
    exact: Caller, sandbox: ExactSandbox, subscriber: Subscriber
) -> None:
    for topic in ("SalesInvoices", "SalesEntries", "FinancialTransactions", "Documents", "Items"):
        assert asked(exact, topic).status_code == 201
    entry = exact.send("POST", "salesentry/SalesEntries", an_entry(sandbox)).json()["d"]["EntryID"]
    item = sandbox.records("items")[0]["ID"]
    lines = [{"Item": item, "NetPrice": 10.0}]
    invoice = sandbox.make(
        "SalesInvoices", {"OrderedBy": an_account(sandbox), "SalesInvoiceLines": lines}
    )["InvoiceID"]
    sandbox.print_invoice(invoice)
    sandbox.edit("Items", item, {"Notes": "x"})
    sandbox.webhooks.deliver_now()

    second = next(row["EntryID"] for row in sandbox.entries if row["EntryID"] != entry)
    document = sandbox.records("documents")[0]["ID"]
    assert sorted(subscriber.events) == sorted(
        [
            ("SalesEntries", "Create", entry),
            ("FinancialTransactions", "Create", entry),
            ("SalesInvoices", "Create", invoice),
            ("SalesEntries", "Create", second),
            ("FinancialTransactions", "Create", second),
            ("Documents", "Create", document),
            ("SalesInvoices", "Update", invoice),
            ("Items", "Update", item),
        ]
    )


def test_what_is_not_taken_is_told_again_for_a_day_and_a_half(
    exact: Caller, sandbox: ExactSandbox, subscriber: Subscriber
) -> None:
    asked(exact)
    an_account_made(exact)
    subscriber.status = 500
    sandbox.webhooks.deliver_now()
    for retry in range(1, RETRIES + 1):
        tries = len(subscriber.told)
        sandbox.advance(2**retry * 60 - 30)
        assert sandbox.webhooks.deliver_now() == 0
        assert len(subscriber.told) == tries
        sandbox.advance(60)
        sandbox.webhooks.deliver_now()
        assert len(subscriber.told) == tries + 1
    sandbox.advance(100 * 86_400)
    sandbox.webhooks.deliver_now()

    assert len(subscriber.events) == 1 + RETRIES
    assert sandbox.webhooks.waiting == []


def test_a_subscriber_that_recovers_is_told_once(
    exact: Caller, sandbox: ExactSandbox, subscriber: Subscriber
) -> None:
    asked(exact)
    an_account_made(exact)
    subscriber.status = 0
    sandbox.webhooks.deliver_now()
    subscriber.status = 201
    sandbox.advance(121)

    assert sandbox.webhooks.deliver_now() == 1
    assert sandbox.webhooks.deliver_now() == 0


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("drop", ["second"]),
        ("duplicate", ["first", "first", "second"]),
        ("reorder", ["second", "first"]),
    ],
)
def test_events_are_lost_doubled_and_turned_round(
    exact: Caller, sandbox: ExactSandbox, subscriber: Subscriber, kind: str, told: list[str]
) -> None:
    asked(exact)
    sandbox.webhooks.set(**{kind: 1})
    names = {an_account_made(exact): "first", an_account_made(exact): "second"}
    sandbox.webhooks.deliver_now()

    assert [names[key] for _, _, key in subscriber.events] == told


def test_a_signature_may_be_forged(
    exact: Caller, sandbox: ExactSandbox, subscriber: Subscriber
) -> None:
    asked(exact)
    exact.send("POST", "/_sandbox/webhooks", {"forge": 1})
    an_account_made(exact)
    an_account_made(exact)
    sandbox.webhooks.deliver_now()

    codes = [json.loads(body)["HashCode"] for body in subscriber.told[1:]]
    right = [
        hmac.new(SECRET.encode(), body[11 : body.index(b',"HashCode"')], hashlib.sha256).hexdigest()
        for body in subscriber.told[1:]
    ]
    assert [code == good.upper() for code, good in zip(codes, right, strict=True)] == [False, True]


def test_who_does_not_want_to_hear_any_more_is_left_alone(
    exact: Caller, sandbox: ExactSandbox, subscriber: Subscriber
) -> None:
    key = asked(exact).json()["d"]["ID"]
    an_account_made(exact)
    assert exact.send("DELETE", f"{SUBSCRIPTIONS}(guid'{key}')").status_code == 204
    sandbox.webhooks.deliver_now()

    assert subscriber.events == []
    assert exact.send("PUT", f"{SUBSCRIPTIONS}(guid'{key}')", {"Topic": "Items"}).status_code == 405


def test_knobs_that_are_none_are_refused(exact: Caller, sandbox: ExactSandbox) -> None:
    with pytest.raises(ValueError, match="explode"):
        sandbox.webhooks.set(explode=1)

    assert exact.send("POST", "/_sandbox/webhooks", {"explode": 1}).status_code == 400
    assert exact.get("/_sandbox/webhooks").json()["waiting"] == []


def listening(told: list[bytes], heard: Event) -> HTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()
            if told[-1]:
                heard.set()

        def log_message(self, *_: Any) -> None:
            pass

    return HTTPServer(("127.0.0.1", 0), Handler)


def test_a_stand_in_on_a_port_tells_by_itself(sandbox: ExactSandbox) -> None:
    told: list[bytes] = []
    heard = Event()
    server = listening(told, heard)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        with run_on_port(sandbox) as url:
            exact = Caller(sandbox, host=url)
            callback = f"http://127.0.0.1:{server.server_address[1]}/hook"
            assert asked(exact, callback=callback).status_code == 201
            key = an_account_made(exact)
            assert heard.wait(10)
            exact.session.close()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

    assert told[0] == b""
    content = json.loads(told[1])["Content"]
    assert content["Key"] == key
    assert content["ExactOnlineEndpoint"].startswith(url)
