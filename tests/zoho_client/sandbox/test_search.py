"""Search of the stand-in: it runs behind, finds too much, and reads a language of its own."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zoho_client.sandbox.calling import Zoho
from zoho_client.sandbox.criteria import read_criteria

NAME = {"Account_Name": {"api_name": "Account_Name", "data_type": "text"}}


@pytest.fixture
def zoho() -> Zoho:
    return Zoho()


def found(zoho: Zoho, module: str = "Accounts", **query: Any) -> list[str]:
    """The ids that a search finds; none for 204."""
    answer = zoho.call("GET", f"{module}/search", **query)
    assert answer.status_code in {200, 204}, answer.text
    return [row["id"] for row in answer.json()["data"]] if answer.content else []


def test_a_new_record_is_not_found_at_once(zoho: Zoho) -> None:
    key = zoho.insert("Accounts", Account_Name="Fresh Bakery")
    query = {"criteria": "(Account_Name:equals:Fresh Bakery)"}

    before = found(zoho, **query)
    zoho.sandbox.advance(4)

    assert (before, found(zoho, **query)) == ([], [key])


def test_a_changed_and_a_deleted_record_are_found_as_they_were(zoho: Zoho) -> None:
    zoho.update("Accounts", "5725767101000010001", Account_Name="Renamed")
    zoho.delete("Products", "5725767103000000003")

    assert found(zoho, criteria="(Account_Name:starts_with:Renamed)") == []
    assert found(zoho, criteria="(Account_Name:equals:Moerman Media)") == ["5725767101000010001"]
    assert found(zoho, "Products", criteria="(Product_Code:equals:COFFEE)") == (
        ["5725767103000000003"]
    )
    zoho.sandbox.advance(4)
    assert found(zoho, criteria="(Account_Name:starts_with:Renamed)") == ["5725767101000010001"]
    assert found(zoho, "Products", criteria="(Product_Code:equals:COFFEE)") == []


def test_several_changes_within_the_delay_show_the_state_before_all_of_them(zoho: Zoho) -> None:
    for name in ("First", "Second", "Third"):
        zoho.update("Accounts", "5725767101000010001", Account_Name=f"{name} name")

    assert found(zoho, criteria="(Account_Name:equals:Moerman Media)") == ["5725767101000010001"]


def test_a_reset_leaves_nothing_that_search_has_yet_to_see(zoho: Zoho) -> None:
    zoho.update("Accounts", "5725767101000010001", Account_Name="Renamed once")
    zoho.sandbox.reset()
    zoho.update("Accounts", "5725767101000010002", Account_Name="Renamed twice")
    zoho.sandbox.switches.set(search_delay=600.0)

    assert found(zoho, criteria="(Account_Name:equals:renamed)") == []
    assert found(zoho, criteria="(Account_Name:equals:Moerman Media)") == ["5725767101000010001"]


def test_without_a_delay_search_is_fresh(zoho: Zoho) -> None:
    zoho.sandbox.switches.set(search_delay=0.0)
    key = zoho.insert("Accounts", Account_Name="Fresh Bakery")

    assert found(zoho, criteria="(Account_Name:equals:Fresh Bakery)") == [key]


def test_equals_finds_whatever_contains_the_text(zoho: Zoho) -> None:
    names = zoho.get("Accounts/search", criteria="(Account_Name:equals:moerman)")["data"]

    assert sorted(row["Account_Name"] for row in names) == [
        "Michiels & Moerman VZW",
        "Moerman Media",
    ]


@pytest.mark.parametrize(
    ("criteria", "count"),
    [
        ("(Product_Code:in:FLEX,LOCKER)", 2),
        ("(Product_Code:starts_with:mr-)", 5),
        ("(Product_Code:not_equal:office)", 19),
        ("(Unit_Price:greater_than:1000)", 1),
        ("(Unit_Price:between:14,15)", 1),
        ("(Unit_Price:in:19.99,47.5)", 2),
        ("(Product_Active:equals:false)", 1),
        ("(Usage_Unit:not_equal:Each)", 1),
        ("((Product_Code:equals:office)and(Unit_Price:less_equal:625))", 1),
        ("((Product_Code:equals:FLEX)or(Product_Code:equals:COFFEE))", 2),
        ("(((Product_Code:equals:FLEX)or(Unit_Price:equals:2.1))and(Unit_Price:equals:2.1))", 1),
        ("(Created_Time:less_than:2024-01-08T10:00:00+01:00)", 1),
    ],
)  # fmt: skip
def test_criteria_know_the_type_of_their_field(zoho: Zoho, criteria: str, count: int) -> None:
    assert len(found(zoho, "Products", criteria=criteria)) == count


@pytest.mark.parametrize(
    "criteria",
    [
        "Product_Code:equals:FLEX",
        "(Product_Code:equals:FLEX",
        "(Product_Code:equals)",
        "(Nothing:equals:FLEX)",
        "(Product_Code:greater_than:FLEX)",
        "(Product_Code:equals:FLEX)and",
        "(Product_Code:equals:FLEX)xor(Product_Code:equals:FLEX)",
        "(Unit_Price:equals:cheap)",
        "(Unit_Price:between:1)",
        "(Unit_Price:equals:1,2)",
        "(Product_Active:equals:maybe)",
        "(Description:equals:long text)",
        "(Product_Code:equals:a(b)",
        "",
    ],
)
def test_what_is_no_criterion_is_refused(zoho: Zoho, criteria: str) -> None:
    answer = zoho.call("GET", "Products/search", criteria=criteria)

    assert zoho.refused(answer)[0] == ("INVALID_QUERY" if criteria else "EXPECTED_PARAM_MISSING")


def test_the_caps_on_criteria_and_values(zoho: Zoho) -> None:
    def joined(count: int) -> str:
        return "(" + "or".join(["(Product_Code:equals:zzz)"] * count) + ")"

    values = ",".join(str(n) for n in range(101))
    too_many = zoho.call("GET", "Products/search", criteria=joined(11))
    too_long = zoho.call("GET", "Products/search", criteria=f"(Product_Code:in:{values})")

    assert found(zoho, "Products", criteria=joined(10)) == []
    assert zoho.refused(too_many)[0] == "LIMIT_EXCEEDED"
    assert zoho.refused(too_long)[0] == "INVALID_QUERY"


@given(st.text(min_size=1, max_size=30))
@settings(max_examples=80)
def test_any_value_can_be_escaped(text: str) -> None:
    escaped = "".join(f"\\{sign}" if sign in "(),\\" else sign for sign in text)
    asked = read_criteria(f"(Account_Name:equals:{escaped})", NAME, 10)

    assert asked({"Account_Name": f"before {text} after"})
    assert not asked({"Account_Name": None})


def test_criteria_go_before_email_and_email_before_words(zoho: Zoho) -> None:
    mail = "bram.bos@moermanmedia.be"
    nobody = {"criteria": "(Last_Name:equals:Nobody Here)"}

    assert len(found(zoho, "Contacts", email=mail)) == 2  # two people share this mailbox
    assert found(zoho, "Contacts", email=mail, **nobody) == []
    assert len(found(zoho, "Contacts", email=mail, word="zzzz")) == 2
    assert len(found(zoho, "Contacts", word="moermanmedia")) == 2
    assert zoho.refused(zoho.call("GET", "Contacts/search", word="m"))[0] == "INVALID_DATA"


def test_a_search_needs_something_to_look_for(zoho: Zoho) -> None:
    assert zoho.refused(zoho.call("GET", "Accounts/search", fields="id")) == (
        "EXPECTED_PARAM_MISSING",
        {"param_names": ["criteria", "email", "phone", "word"]},
    )


def test_pages_end_at_the_2000th_record(zoho: Zoho) -> None:
    query = {"criteria": "(Account_Name:not_equal:zzzz)", "fields": "Account_Name"}
    first = zoho.get("Accounts/search", **query)
    pages = [found(zoho, page=page, **query) for page in range(1, 9)]
    beyond = zoho.call("GET", "Accounts/search", page=11, **query)

    assert first["info"] == {"per_page": 200, "count": 200, "page": 1, "more_records": True}
    assert set(first["data"][0]) == {"id", "Account_Name"}
    assert [len(page) for page in pages] == [200] * 6 + [97, 0]
    assert len({key for page in pages for key in page}) == 1_297
    assert zoho.refused(beyond) == ("LIMIT_REACHED", {"limit": 2_000})


def test_a_search_tells_no_lines(zoho: Zoho) -> None:
    answer = zoho.get("Invoices/search", criteria="(Status:equals:no sync)")

    assert all("Invoiced_Items" not in row for row in answer["data"])


def test_a_count_is_a_minute_behind(zoho: Zoho) -> None:
    zoho.insert("Accounts", Account_Name="Fresh Bakery")
    at_once = zoho.get("Accounts/actions/count")
    zoho.sandbox.advance(61)

    assert at_once == {"count": 1_297}
    assert zoho.get("Accounts/actions/count") == {"count": 1_298}
    assert zoho.get("Accounts/actions/count", criteria="(Account_Name:equals:bakery)") == (
        {"count": 1}
    )
