"""Faults and knobs: what goes wrong on purpose, and what people change by hand."""

from typing import Any

import pytest
import requests

from tests.zoho_client.sandbox.calling import API, Zoho

A = {"data": [{"Account_Name": "A", "Phone": "+32 1"}]}


@pytest.fixture
def zoho() -> Zoho:
    return Zoho()


def count(zoho: Zoho) -> int:
    return zoho.sandbox.store.count("Accounts")


def knob(zoho: Zoho, name: str, method: str = "POST", **content: Any) -> Any:
    answer = zoho.session.request(method, f"{API}/_sandbox/{name}", json=content)
    return answer.json()


@pytest.mark.parametrize(("kind", "made"), [("lose_answer_after", 1), ("lose_answer_before", 0)])
def test_an_answer_is_lost_with_or_without_the_work_done(zoho: Zoho, kind: str, made: int) -> None:
    zoho.sandbox.fault(kind, method="POST", times=1)
    before = count(zoho)

    with pytest.raises(requests.ConnectionError):
        zoho.call("POST", "Accounts", A)
    assert count(zoho) - before == made
    assert zoho.sandbox.calls[-1].fault == kind


@pytest.mark.parametrize(
    ("kind", "error"), [("timeout", requests.ReadTimeout), ("reset", requests.ConnectionError)]
)
def test_a_call_may_never_be_answered(
    zoho: Zoho, kind: str, error: type[requests.RequestException]
) -> None:
    zoho.sandbox.fault(kind, times=1)

    with pytest.raises(error):
        zoho.call("POST", "Accounts", A)


def test_an_answer_may_be_cut(zoho: Zoho) -> None:
    zoho.sandbox.fault("truncate", times=1)

    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        zoho.call("GET", "Accounts", fields="id")


def test_an_answer_may_come_slowly(zoho: Zoho) -> None:
    zoho.sandbox.fault("slow", times=1, seconds=0)

    assert zoho.get("Accounts", fields="id", per_page=1)["data"]


def test_a_gateway_answers_a_page(zoho: Zoho) -> None:
    zoho.sandbox.fault("html", times=1)
    answer = zoho.call("GET", "Accounts", fields="id")

    assert answer.status_code == 502
    assert answer.headers["Content-Type"].startswith("text/html")


def test_any_status_and_code_can_be_had(zoho: Zoho) -> None:
    zoho.sandbox.fault("status", times=1, status=500, body="Internal server error")
    code = zoho.refused(zoho.call("GET", "Accounts", fields="id"), 500)[0]
    zoho.sandbox.fault("status", times=1, status=503)

    assert code == "INTERNAL_ERROR"
    assert zoho.call("GET", "Accounts", fields="id").content == b""


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("record_locked", "RECORD_LOCKED"),
        ("not_approved", "NOT_APPROVED"),
        ("in_blueprint", "RECORD_IN_BLUEPRINT"),
        ("already_modified", "ALREADY_MODIFIED"),
    ],
)
def test_one_record_of_a_batch_is_refused_for_good(zoho: Zoho, kind: str, code: str) -> None:
    first, second = (row["id"] for row in zoho.sandbox.records("Accounts")[:2])
    zoho.sandbox.fault(kind, ids=[first])
    body = {"data": [{"id": key, "Phone": "+32 1"} for key in (first, second)]}
    mixed = zoho.call("PUT", "Accounts", body)
    alone = zoho.call("PUT", f"Accounts/{first}", {"data": [{"Phone": "+32 1"}]})

    assert mixed.status_code == 207
    assert mixed.json()["data"][0]["code"] == code
    assert alone.status_code == (412 if kind == "already_modified" else 400)


def test_credits_may_be_spent_by_others(zoho: Zoho) -> None:
    zoho.sandbox.fault("credits_spent", times=1)

    assert zoho.call("GET", "Accounts", fields="id").status_code == 429
    assert zoho.call("GET", "Accounts", fields="id").status_code == 429


def test_tokens_may_be_revoked_in_the_middle(zoho: Zoho) -> None:
    zoho.sandbox.fault("revoke_tokens", every=2, times=1)

    assert zoho.get("Accounts", fields="id")
    answer = zoho.call("GET", "Accounts", fields="id")
    assert zoho.refused(answer, 401)[0] == "INVALID_TOKEN"


def test_faults_fit_paths_and_methods_and_are_counted(zoho: Zoho) -> None:
    fault = zoho.sandbox.fault("html", path="Invoices", method="GET", every=2)
    statuses = [zoho.call("GET", "Invoices", fields="id").status_code for _ in range(4)]
    zoho.get("Accounts", fields="id")

    assert statuses == [200, 502, 200, 502]
    assert fault.fired == 2


def test_an_unknown_fault_is_refused(zoho: Zoho) -> None:
    assert "no fault" in knob(zoho, "faults", kind="earthquake")["error"]
    assert "not ['colour']" in knob(zoho, "faults", kind="html", colour="red")["error"]


def test_knobs_turn_what_methods_turn(zoho: Zoho) -> None:
    key = zoho.sandbox.records("Accounts")[0]["id"]
    knob(zoho, "faults", kind="html")
    assert knob(zoho, "faults", "GET")[0]["kind"] == "html"
    assert knob(zoho, "faults", "DELETE") == []
    changed = knob(zoho, "change", module="Accounts", id=key, values={"Phone": "+32 9"})
    assert changed["Modified_By"]["id"] == zoho.sandbox.company.users[0]["id"]
    added = knob(zoho, "add", module="Accounts", values={"Account_Name": "By hand"})
    assert knob(zoho, "delete", module="Accounts", id=added["id"], permanent=True)
    knob(zoho, "hide_module", module="Deals")
    assert zoho.call("GET", "Deals", fields="id").status_code == 400
    assert knob(zoho, "switches", edition="free")["edition"] == "free"
    before = zoho.sandbox.clock.now()
    assert knob(zoho, "clock", advance=60)["now"] > before + 59

    state = knob(zoho, "state", "GET")
    assert state["deleted"] == 1
    assert state["counts"]["Invoices"] == len(zoho.sandbox.records("Invoices"))
    assert knob(zoho, "calls", "GET")[-1]["path"] == "/crm/v8/Deals"


def test_what_a_person_may_not_write_is_refused_to_the_knobs_too(zoho: Zoho) -> None:
    refused = knob(zoho, "add", module="Accounts", values={"Phone": "call me"})

    assert refused["code"] == "INVALID_DATA"
    assert "error" in knob(zoho, "change", module="Accounts", id="1", values={})
    assert "error" in knob(zoho, "nothing")


def test_knobs_give_tokens_and_take_them_back(zoho: Zoho) -> None:
    pair = knob(zoho, "tokens", client_id="app")
    headers = {"Authorization": f"Zoho-oauthtoken {pair['access_token']}"}
    url = f"{API}/crm/v8/Accounts?fields=id"

    assert zoho.session.get(url, headers=headers).status_code == 200
    knob(zoho, "revoke")
    assert zoho.session.get(url, headers=headers).status_code == 401
    assert knob(zoho, "self_client", client_id="app")["code"].startswith("1000.")


def test_knobs_answer_this_machine_alone(zoho: Zoho) -> None:
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": "/_sandbox/state", "SERVER_NAME": "x",
        "SERVER_PORT": "80", "wsgi.url_scheme": "http", "wsgi.input": None,
        "REMOTE_ADDR": "192.0.2.1",
    }  # fmt: skip
    told: list[Any] = []
    zoho.sandbox(environ, lambda *given: told.extend(given))

    assert told[0] == "404 Not Found"


def test_a_reset_brings_the_company_back_and_keeps_tokens(zoho: Zoho) -> None:
    before = count(zoho)
    zoho.post("Accounts", A)
    zoho.sandbox.fault("html")
    knob(zoho, "reset")

    assert count(zoho) == before
    assert zoho.sandbox.calls == []
    assert zoho.get("Accounts", fields="id")


def test_pages_for_people_show_modules_and_records(zoho: Zoho) -> None:
    row = zoho.sandbox.records("Accounts")[0]
    zoho.sandbox.change("Accounts", row["id"], Account_Name="<b>Bold</b>")

    assert "&lt;b&gt;Bold" in zoho.session.get(f"{API}/Accounts").text
    assert "&lt;b&gt;Bold" in zoho.session.get(f"{API}/Accounts/{row['id']}").text
    assert zoho.session.get(f"{API}/Accounts/1").status_code == 404
