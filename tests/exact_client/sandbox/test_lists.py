"""Lists as Exact gives them: shapes, pages, links, selections, orders and refusals."""

import re

import pytest

from exact_client.sandbox import ExactSandbox
from tests.exact_client.sandbox.caller import Caller, an_entry

EVERY = 1447  # accounts of the company


def test_a_list_without_top_comes_with_results_and_a_link(exact: Caller) -> None:
    content = exact.get("crm/Accounts", select="ID").json()["d"]

    assert set(content) == {"results", "__next"}
    assert len(content["results"]) == 60


@pytest.mark.parametrize("top", [0, 1, 59, 60])
def test_top_within_a_page_gives_a_bare_list(exact: Caller, top: int) -> None:
    content = exact.get("crm/Accounts", select="ID", top=top).json()["d"]

    assert isinstance(content, list)
    assert len(content) == top


def test_top_gives_a_bare_list_even_when_nothing_is_found(exact: Caller) -> None:
    answer = exact.get("crm/Accounts", select="ID", top=5, filter="Name eq 'Nobody'", skip=0)

    assert answer.json() == {"d": []}


def test_top_beyond_a_page_comes_with_results_and_is_lowered_in_the_link(exact: Caller) -> None:
    first = exact.get("crm/Accounts", select="ID", top=100).json()["d"]
    second = exact.get(first["__next"]).json()["d"]

    assert len(first["results"]) == 60
    assert "$top=40&$skiptoken=guid'" in first["__next"]
    assert set(second) == {"results"}
    assert len(second["results"]) == 40


def test_top_beyond_a_page_comes_with_results_when_all_fits_on_one(exact: Caller) -> None:
    content = exact.get("financial/Journals", select="Code", top=100).json()["d"]

    assert [row["Code"] for row in sorted(content["results"], key=lambda row: row["Code"])] == (
        ["10", "20", "60", "70", "71", "72", "79", "90"]
    )
    assert "__next" not in content


def test_following_the_links_gives_every_account_once(exact: Caller) -> None:
    rows, calls = exact.all_rows("crm/Accounts", select="ID")

    assert len({row["ID"] for row in rows}) == len(rows) == EVERY
    assert calls == EVERY // 60 + 1


def test_a_full_last_page_is_followed_by_an_empty_one(exact: Caller, sandbox: ExactSandbox) -> None:
    codes = " or ".join(f"Code eq '{row['Code']}'" for row in sandbox.accounts[:60])
    rows, calls = exact.all_rows("crm/Accounts", select="ID", filter=codes)

    assert (len(rows), calls) == (60, 2)


def test_the_link_keeps_selection_filter_and_order(exact: Caller) -> None:
    asked = {"select": "ID,Name", "filter": "Country eq 'BE'", "orderby": "Name desc"}
    link = exact.get("crm/Accounts", **asked).json()["d"]["__next"]

    assert "$select=ID,Name" in link
    assert "$filter=Country%20eq%20%27BE%27" in link
    assert "$orderby=Name%20desc" in link


@pytest.mark.parametrize("orderby", ["Name", "Name desc", "Modified asc", "Postcode desc,City"])
def test_pages_in_any_order_join_without_gap_or_double(exact: Caller, orderby: str) -> None:
    rows, _ = exact.all_rows("crm/Accounts", select="ID,Name,VATNumber", orderby=orderby)

    assert len({row["ID"] for row in rows}) == len(rows) == EVERY
    if orderby == "Name":
        assert [row["Name"] for row in rows] == sorted(row["Name"] for row in rows)


def test_a_link_in_the_order_of_a_date_spells_the_date_and_the_key(exact: Caller) -> None:
    link = exact.get("crm/Accounts", select="ID", orderby="Modified asc").json()["d"]["__next"]

    assert re.search(r"\$skiptoken=datetime'2025-01-02T09%3A30%3A00',guid'[0-9a-f-]{36}'$", link)


def test_a_link_can_come_wholly_escaped(exact: Caller, sandbox: ExactSandbox) -> None:
    sandbox.switches.set(encoded_skiptoken=True)
    rows, _ = exact.all_rows("crm/Accounts", select="ID", orderby="Modified asc")
    link = exact.get("crm/Accounts", select="ID").json()["d"]["__next"]

    assert "%24skiptoken=guid%27" in link
    assert len(rows) == EVERY


def test_bulk_gives_a_thousand_and_wants_a_selection(exact: Caller) -> None:
    rows, calls = exact.all_rows("bulk/CRM/Accounts", select="ID,Code")

    assert (len(rows), calls) == (EVERY, 2)
    assert exact.get("bulk/CRM/Accounts").status_code == 400


def test_bulk_filters_by_listed_properties_alone(exact: Caller) -> None:
    refused = exact.get("bulk/CRM/Accounts", select="ID", filter="Language eq 'NL'")

    assert refused.status_code == 400
    assert exact.text_of(refused) == "Filtering on these fields is not supported: Language"
    assert exact.rows("bulk/CRM/Accounts", select="ID", filter="City eq 'Outer'")


def test_entries_want_a_selection_or_top_one(exact: Caller, sandbox: ExactSandbox) -> None:
    refused = exact.get("salesentry/SalesEntries", filter="YourRef eq 'x'")

    assert refused.status_code == 400
    assert exact.text_of(refused) == (
        "Please add a $select or a $top=1 statement to the query string."
    )
    assert exact.get("salesentry/SalesEntries", top=1).status_code == 200
    sandbox.switches.set(mandatory_select=False)
    assert exact.get("salesentry/SalesEntries").status_code == 200


def test_accounts_want_a_filter_when_switched(exact: Caller, sandbox: ExactSandbox) -> None:
    sandbox.switches.set(mandatory_filter=True)
    refused = exact.get("crm/Accounts", select="ID", top=10)

    assert refused.status_code == 400
    assert exact.text_of(refused).startswith("This endpoint has mandatory filtering applied.")
    assert "url:Accountant,AccountManager," in exact.text_of(refused)
    assert exact.get("crm/Accounts", select="ID", filter="Status eq 'C'").status_code == 200


@pytest.mark.parametrize(
    "options",
    [
        {"select": "ID,Nonsense"},
        {"orderby": "Nonsense"},
        {"orderby": "Name sideways"},
        {"expand": "Name"},
        {"top": "many"},
        {"skip": "-1"},
        {"batch": "1"},
        {"skiptoken": "guid'1',guid'2'"},
        {"skiptoken": "guid'nonsense'"},
        {"skiptoken": "null"},
        {"orderby": "Modified", "skiptoken": "'x','y'"},
    ],
)
def test_a_query_that_makes_no_sense_is_refused(exact: Caller, options: dict[str, str]) -> None:
    assert exact.get("crm/Accounts", **options).status_code == 400


def test_an_inline_count_is_a_text_and_forces_results(exact: Caller) -> None:
    content = exact.get("crm/Accounts", select="ID", top=1, inlinecount="allpages").json()["d"]

    assert content["__count"] == str(EVERY)
    assert len(content["results"]) == 1


def test_a_count_is_a_bare_number_for_who_does_not_ask_for_json(exact: Caller) -> None:
    refused = exact.get("crm/Accounts/$count")
    del exact.session.headers["Accept"]
    answer = exact.get("crm/Accounts/$count", filter="Status eq 'C'")

    assert refused.status_code == 415
    assert (answer.text, answer.headers["Content-Type"][:10]) == ("1229", "text/plain")


def test_rows_can_be_skipped(exact: Caller) -> None:
    every = exact.rows("crm/Accounts", select="ID", orderby="Code", top=10)

    assert exact.rows("crm/Accounts", select="ID", orderby="Code", top=3, skip=7) == every[7:]


def test_a_row_holds_what_was_selected_and_its_address(exact: Caller) -> None:
    row = exact.rows("crm/Accounts", select="ID,Name", top=1)[0]

    assert set(row) == {"__metadata", "ID", "Name"}
    assert row["__metadata"] == {
        "uri": f"http://exact.test/api/v1/124132/crm/Accounts(guid'{row['ID']}')",
        "type": "Exact.Web.Api.Models.Account",
    }
    assert exact.get(row["__metadata"]["uri"]).json()["d"]["Name"] == row["Name"]


def test_collections_are_links_until_they_are_expanded(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    made = exact.send("POST", "salesentry/SalesEntries", an_entry(sandbox, 10, 20)).json()["d"]
    plain = exact.rows("salesentry/SalesEntries", top=1)[0]["SalesEntryLines"]
    full = exact.rows("salesentry/SalesEntries", select="EntryID", expand="SalesEntryLines", top=1)[
        0
    ]

    assert plain == {"__deferred": {"uri": f"{made['__metadata']['uri']}/SalesEntryLines"}}
    followed = exact.get(plain["__deferred"]["uri"], select="AmountFC").json()["d"]["results"]
    assert [row["AmountFC"] for row in followed] == [10, 20]
    assert set(full) == {"__metadata", "EntryID", "SalesEntryLines"}
    assert [row["AmountFC"] for row in full["SalesEntryLines"]["results"]] == [10, 20]


def test_without_accept_exact_answers_atom_and_xml_is_refused(exact: Caller) -> None:
    exact.session.headers["Accept"] = "*/*"
    default = exact.get("financial/Journals")
    exact.session.headers["Accept"] = "application/xml"

    assert default.headers["Content-Type"].startswith("application/atom+xml")
    assert exact.get("financial/Journals").status_code == 415


def test_json_says_so_with_its_charset(exact: Caller) -> None:
    answer = exact.get("financial/Journals")

    assert answer.headers["Content-Type"] == "application/json;charset=utf-8"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("crm/accounts", 404),
        ("hrm/CostCenters", 404),
        ("crm/Accounts(guid'00000000-0000-0000-0000-000000000000')", 404),
        ("crm/Accounts('20099')", 400),
        ("crm/Accounts(guid'20099')", 400),
        ("financial/Journals(guid'00000000-0000-0000-0000-000000000000')/Lines", 404),
    ],
)
def test_names_are_case_sensitive_and_keys_must_exist(
    exact: Caller, path: str, status: int
) -> None:
    assert exact.get(path).status_code == status


def test_a_method_that_an_endpoint_lacks_is_refused(exact: Caller) -> None:
    assert exact.send("POST", "sync/CRM/Accounts", {}).status_code == 405


def test_a_list_with_a_key_of_several_parts_is_paged_whole(exact: Caller) -> None:
    rows, calls = exact.all_rows("read/financial/JournalStatusList")

    keys = {(row["Journal"], row["Year"], row["Period"]) for row in rows}
    assert (len(keys), len(rows), calls) == (288, 288, 5)


def test_a_scope_that_the_app_lacks_is_named(exact: Caller, sandbox: ExactSandbox) -> None:
    sandbox.switches.set(scopes={"crm.accounts": "read", "sales.invoices": "none"})
    write = exact.send("POST", "crm/Accounts", {"Name": "x"})
    read = exact.get("salesentry/SalesEntries", top=1)

    assert exact.get("crm/Accounts", top=1).status_code == 200
    assert write.status_code == read.status_code == 403
    assert exact.text_of(write) == (
        "Forbidden - Application Scope Violated. Cannot manage 'crm.accounts' scope."
    )
    assert exact.text_of(read).endswith("Cannot read 'sales.invoices' scope.")


def test_rights_are_asked_by_a_function(exact: Caller) -> None:
    answer = exact.get("users/UserHasRights?endpoint='salesentry/SalesEntries'&method=GET")

    assert answer.json() == {"d": {"UserHasRights": True}}
