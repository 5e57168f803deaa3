"""COQL of the stand-in: its grammar, its caps, its comparisons, and that it is always fresh."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zoho_client.sandbox.calling import Zoho
from zoho_client.sandbox.coql_text import Criterion, Value, read_query
from zoho_client.sandbox.messages import Problem


@pytest.fixture
def zoho() -> Zoho:
    return Zoho()


def asked(where: str, module: str = "Accounts", fields: str = "id") -> str:
    """A query; what follows the conditions may follow in `where`."""
    return " ".join(("select", fields, "from", module, "where", where))


def refused(zoho: Zoho, text: str) -> str:
    return zoho.refused(zoho.call("POST", "coql", {"select_query": text}))[0]


def test_a_record_is_found_by_the_text_of_a_field(zoho: Zoho) -> None:
    rows = zoho.select("select Account_Name from Accounts where VAT_Number = 'BE0676025860'")

    assert [row["Account_Name"] for row in rows] == ["Moerman Media"]
    assert set(rows[0]) == {"id", "Account_Name"}


def test_a_record_is_found_the_moment_it_is_made(zoho: Zoho) -> None:
    key = zoho.insert("Accounts", Account_Name="O'Neill & Sons")

    assert zoho.select("select id from Accounts where Account_Name = 'O''Neill & Sons'") == (
        [{"id": key}]
    )


def test_nothing_found_is_204_without_a_body(zoho: Zoho) -> None:
    text = "select id from Accounts where Account_Name = 'nobody'"
    answer = zoho.call("POST", "coql", {"select_query": text})

    assert (answer.status_code, answer.content) == (204, b"")


def test_a_reference_comes_as_its_id_and_a_dotted_name_brings_more(zoho: Zoho) -> None:
    text = (
        "select Account_Name, Account_Name.Account_Name, Account_Name.id from Invoices"
        " where Invoice_Number is not null order by id limit 1"
    )
    row = zoho.select(text)[0]

    assert row["Account_Name"] == {"id": "5725767101000010001"}
    assert row["Account_Name.Account_Name"] == "Moerman Media"
    assert row["Account_Name.id"] == "5725767101000010001"


def test_lines_are_asked_for_by_their_parent(zoho: Zoho) -> None:
    text = (
        "select Parent_Id, Product_Name, Quantity, List_Price from Invoiced_Items"
        " where Parent_Id = '5725767104000000001' order by Sequence_Number"
    )
    rows = zoho.select(text)

    assert [row["Quantity"] for row in rows] == [2.0, 3.0]
    assert {row["Parent_Id"]["id"] for row in rows} == {"5725767104000000001"}


@pytest.mark.parametrize(
    "text",
    [
        "select id from Accounts",
        "select id from Accounts where",
        "select id from Accounts where id is not null and id != '1' and id != '2'",
        "select id from Accounts where (id is not null) and (id != '1') or (id != '2')",
        "select id from Accounts where Account_Name = unquoted",
        "select id from Accounts where Account_Name = 'open",
        "select from Accounts where id is not null",
        "delete from Accounts where id is not null",
        "select id from Accounts where id is not null limit ten",
        "select id from Accounts where id is not null limit 1 trailing",
        "select id from Accounts where id not between '1' and '2'",
    ],
)
def test_a_text_that_is_no_query_is_a_syntax_error(zoho: Zoho, text: str) -> None:
    assert refused(zoho, text) == "SYNTAX_ERROR"


def test_three_conditions_need_brackets_by_pairs(zoho: Zoho) -> None:
    where = "(Account_Name = 'Moerman Media' and id is not null) and Billing_City = 'Liezele'"

    assert len(zoho.select(asked(where))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "select Nothing from Accounts where id is not null",
        "select id from Nothing where id is not null",
        "select id from Accounts where Nothing = 'x'",
        "select Invoiced_Items from Invoices where id is not null",
        "select id from Accounts where Description = 'x'",  # multi-line text
        "select id from Accounts where Account_Name > 'x'",
        "select id from Accounts where Employees like '1%'",
        "select id from Accounts where Account_Name = 7",
        "select id from Accounts where Employees = 'seven'",
        "select id from Accounts where Created_Time > '2026-01-01T00:00:00'",  # no offset
        "select id from Invoices where Subject.Account_Name = 'x'",
    ],
)
def test_a_query_about_what_is_not_there_is_invalid(zoho: Zoho, text: str) -> None:
    assert refused(zoho, text) == "INVALID_QUERY"


def test_what_is_too_much_is_refused(zoho: Zoho) -> None:
    base = "select id from Accounts where id"
    many = ",".join(f"'{n}'" for n in range(101))
    nested = "id = '0'"
    for n in range(1, 26):
        nested = f"({nested}) or id = '{n}'"
    names = ",".join(f"Account_Name as a{n}" for n in range(501))

    assert refused(zoho, f"{base} in ({many})") == "LIMIT_EXCEEDED"
    assert refused(zoho, f"{base} is not null limit 2001") == "LIMIT_EXCEEDED"
    assert refused(zoho, f"{base} is not null limit 99900, 200") == "LIMIT_EXCEEDED"
    assert refused(zoho, asked(nested)) == "LIMIT_EXCEEDED"
    assert refused(zoho, asked("id is not null", fields=names)) == "LIMIT_EXCEEDED"
    assert refused(zoho, f"{base} is not null order by {'id,' * 10}id") == "LIMIT_EXCEEDED"
    assert refused(zoho, "select id, id from Accounts where id is not null") == "DUPLICATE_DATA"
    assert refused(zoho, "select id as a.b from Accounts where id is not null") == "INVALID_ALIAS"
    assert zoho.select(f"{base} in ({','.join(many.split(',')[1:])})") == []


def test_a_query_must_be_there(zoho: Zoho) -> None:
    assert zoho.refused(zoho.call("POST", "coql", {})) == (
        "MANDATORY_NOT_FOUND",
        {"api_name": "select_query", "json_path": "$.select_query"},
    )


@pytest.mark.parametrize(("limit", "cost"), [("200", 1), ("201", 2), ("1, 1000", 2), ("2000", 3)])
def test_a_longer_page_costs_more_credits(zoho: Zoho, limit: str, cost: int) -> None:
    before = zoho.sandbox.limits.used
    zoho.select(asked(f"id is not null limit {limit}"))

    assert zoho.sandbox.limits.used - before == cost


def test_200_rows_come_unless_more_are_asked_for(zoho: Zoho) -> None:
    text = "select id from Accounts where id is not null order by id"
    answer = zoho.post("coql", {"select_query": text}, status=200)

    assert answer["info"] == {"count": 200, "more_records": True}
    assert len(zoho.select(f"{text} limit 2000")) == 1_297
    assert zoho.select(f"{text} limit 10, 5") == zoho.select(f"{text} limit 5 offset 10")
    assert zoho.select(f"{text} limit 10, 5")[0] == zoho.select(f"{text} limit 2000")[10]


def test_keyset_pages_lose_and_repeat_nothing(zoho: Zoho) -> None:
    at, last, seen = "2000-01-01T00:00:00+00:00", "0", []
    for _ in range(20):
        rows = zoho.select(
            asked(
                f"Modified_Time >= '{at}' and (Modified_Time > '{at}' or id > '{last}')"
                " order by Modified_Time, id limit 100",
                fields="id, Modified_Time",
            )
        )
        seen += [row["id"] for row in rows]
        if not rows:
            break
        at, last = rows[-1]["Modified_Time"], rows[-1]["id"]

    assert len(seen) == len(set(seen)) == 1_297


def test_times_compare_as_moments_and_come_with_the_users_offset(zoho: Zoho) -> None:
    zoho.sandbox.company.users[-1]["time_zone"] = "America/New_York"
    text = "select Created_Time from Accounts where id = '5725767101000010001' and Created_Time "

    assert zoho.select(f"{text} = '2024-01-09T09:46:41+00:00'") == [
        {"id": "5725767101000010001", "Created_Time": "2024-01-09T04:46:41-05:00"}
    ]
    assert zoho.select(f"{text} > '2024-01-09T09:46:41+00:00'") == []


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Unit_Price > 1000", 1),
        ("Unit_Price between 19.99 and 19.99", 1),
        ("Unit_Price is null", 1),
        ("Product_Active = false", 1),
        ("Product_Code in ('FLEX', 'COFFEE')", 2),
        ("Product_Code not in ('FLEX')", 35),  # nothing is neither equal nor unequal
        ("Product_Code like 'MR-%'", 5),
        ("Product_Code not like 'MR-%'", 31),
        ("Product_Code is null", 2),
        ("Product_Code != 'FLEX'", 35),
        ("Product_Name = 'flexible DESK'", 1),
    ],
)
def test_comparisons_know_the_type_of_their_field(zoho: Zoho, where: str, found: int) -> None:
    assert len(zoho.select(asked(where, "Products"))) == found


def test_capitals_matter_where_a_switch_says_so(zoho: Zoho) -> None:
    zoho.sandbox.switches.set(coql_case_matters=True)

    assert zoho.select("select id from Products where Product_Name = 'flexible DESK'") == []


def test_an_order_may_fall_and_puts_what_is_empty_first(zoho: Zoho) -> None:
    rising = zoho.select("select Unit_Price from Products where id is not null order by Unit_Price")
    falling = zoho.select(
        "select Unit_Price from !Products where id is not null order by Unit_Price desc"
    )

    assert rising[0]["Unit_Price"] is None
    assert [row["Unit_Price"] for row in falling[:2]] == [1450.0, 950.0]


def test_a_hidden_module_can_not_be_asked_either(zoho: Zoho) -> None:
    zoho.sandbox.switches.set(module_states={"Invoices": "user_hidden"})

    assert refused(zoho, "select id from Invoices where id is not null") == "INVALID_QUERY"


@given(st.text(max_size=40))
@settings(max_examples=80)
def test_any_text_can_be_quoted(text: str) -> None:
    quoted = text.replace("'", "''")
    query = read_query(asked(f"B = '{quoted}'"))

    assert query.where == Criterion("B", "=", (Value(text, quoted=True),))


@given(st.text(alphabet="select from where and or () '=,%1aA_.!<>inlmt\n", max_size=60))
@settings(max_examples=80)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        outcome = "read" if read_query(asked(text)).criteria else "empty"
    except Problem as problem:
        outcome = problem.code

    assert outcome in {"read", "SYNTAX_ERROR", "LIMIT_EXCEEDED"}
