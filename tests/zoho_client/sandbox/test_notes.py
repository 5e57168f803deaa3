"""Notes, tags and tasks of the stand-in."""

from typing import Any

import pytest

from tests.zoho_client.sandbox.calling import Zoho

ACCOUNT = "5725767101000010001"
OTHER = "5725767101000010002"


@pytest.fixture
def zoho() -> Zoho:
    return Zoho()


def tags_of(zoho: Zoho, key: str = ACCOUNT) -> list[str]:
    return [tag["name"] for tag in zoho.get(f"Accounts/{key}")["data"][0]["Tag"]]


def test_a_note_is_pinned_to_a_record_by_either_address(zoho: Zoho) -> None:
    parent = {"module": {"api_name": "Accounts"}, "id": ACCOUNT}
    first = {"Parent_Id": parent, "Note_Title": "Call", "Note_Content": "Called."}
    zoho.post("Notes", {"data": [first]})
    made = zoho.post(f"Accounts/{ACCOUNT}/Notes", {"data": [{"Note_Content": "Again."}]})
    told = zoho.get(f"Accounts/{ACCOUNT}/Notes", fields="Note_Content,Parent_Id")["data"]

    assert {note["Note_Content"] for note in told} == {"Called.", "Again."}
    assert made["data"][0]["details"]["id"] in {note["id"] for note in told}
    assert {note["Parent_Id"]["module"]["api_name"] for note in told} == {"Accounts"}
    assert zoho.call("GET", f"Accounts/{OTHER}/Notes", fields="id").status_code == 204
    assert len(zoho.get("Notes", fields="id")["data"]) == 2


@pytest.mark.parametrize(
    ("note", "code"),
    [
        ({"Note_Title": "Call"}, "MANDATORY_NOT_FOUND"),
        ({"Note_Content": "x"}, "MANDATORY_NOT_FOUND"),
        (
            {"Note_Content": "x", "Parent_Id": {"module": {"api_name": "Nothing"}, "id": "1"}},
            "INVALID_DATA",
        ),
        (
            {"Note_Content": "x", "Parent_Id": {"module": {"api_name": "Accounts"}, "id": "1"}},
            "INVALID_DATA",
        ),
    ],
)
def test_a_note_needs_content_and_a_record(zoho: Zoho, note: dict[str, Any], code: str) -> None:
    told = zoho.post("Notes", {"data": [note]}, status=400)

    assert [one["code"] for one in told["data"]] == [code]


def test_lists_of_notes_need_fields_and_may_be_for_administrators(zoho: Zoho) -> None:
    zoho.sandbox.switches.set(notes_by_admin_only=True)

    assert zoho.refused(zoho.call("GET", f"Accounts/{ACCOUNT}/Notes"))[0] == (
        "REQUIRED_PARAM_MISSING"
    )
    assert zoho.refused(zoho.call("GET", "Notes", fields="id"), 403)[0] == "NOT_SUPPORTED"


def test_tags_are_added_to_what_is_there_or_take_its_place(zoho: Zoho) -> None:
    address = f"Accounts/{ACCOUNT}/actions/add_tags"
    zoho.post(address, {"tags": [{"name": "Exact: not synced"}]}, status=200)
    zoho.post(address, {"tags": [{"name": "VIP"}, {"name": "exact: not synced"}]}, status=200)
    both = tags_of(zoho)
    zoho.post(address, {"tags": [{"name": "Only"}], "over_write": True}, status=200)

    assert both == ["Exact: not synced", "VIP"]
    assert tags_of(zoho) == ["Only"]


def test_a_tag_has_one_id_in_its_module(zoho: Zoho) -> None:
    body = {"tags": [{"name": "VIP"}], "ids": [ACCOUNT, OTHER]}
    told = zoho.post("Accounts/actions/add_tags", body, status=200)["data"]

    assert len({one["details"]["tags"][0]["id"] for one in told}) == 1


def test_tags_are_taken_off_again(zoho: Zoho) -> None:
    body = {"tags": [{"name": "VIP"}, {"name": "Late"}], "ids": [ACCOUNT, OTHER, "1"]}
    part = zoho.post("Accounts/actions/add_tags", body, status=207)
    zoho.post(f"Accounts/{OTHER}/actions/remove_tags", {"tags": [{"name": "vip"}]}, status=200)

    assert [one["status"] for one in part["data"]] == ["success", "success", "error"]
    assert (tags_of(zoho), tags_of(zoho, OTHER)) == (["VIP", "Late"], ["Late"])


def test_tagging_has_caps(zoho: Zoho) -> None:
    tag = [{"name": "VIP"}]
    answers = [
        zoho.call("POST", "Accounts/actions/add_tags", body)
        for body in (
            {"tags": tag, "ids": [str(n) for n in range(501)]},
            {"tags": [{"name": "x" * 26}], "ids": [ACCOUNT]},
            {"tags": tag},
            {"ids": [ACCOUNT]},
        )
    ]

    assert [zoho.refused(answer)[0] for answer in answers] == [
        "LIMIT_EXCEEDED", "INVALID_DATA", "MANDATORY_NOT_FOUND", "MANDATORY_NOT_FOUND",
    ]  # fmt: skip


def test_a_task_is_a_record_about_any_other(zoho: Zoho) -> None:
    task = {
        "Subject": "Fill in the first name",
        "What_Id": {"id": ACCOUNT},
        "$se_module": "Accounts",
        "Status": "Not Started",
        "Owner": {"id": zoho.sandbox.company.users[0]["id"]},
    }
    made = zoho.post("Tasks", {"data": [task]})["data"][0]["details"]["id"]
    told = zoho.get(f"Tasks/{made}")["data"][0]

    assert told["Subject"] == "Fill in the first name"
    assert told["What_Id"]["id"] == ACCOUNT
    assert told["Owner"]["name"] == "Noor Peeters"
