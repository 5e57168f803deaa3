"""Whatever is asked of settings, COQL, search, channels, signals, notes and tags is answered."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zoho_client.sandbox.calling import API, Zoho

ACCOUNT = "5725767101000010001"
WORDS = [
    "watch", "channel_id", "events", "Accounts.all", "notify_url", "https://a.example", "token",
    "channel_expiry", "2026-01-01T00:00:00Z", "_delete_events", "notification_condition", "signals",
    "field_selection", "group", "signal_namespace", "exactlink0.not_synchronised", "subject",
    "message", "module", "Contacts", "id", ACCOUNT, "data", "Note_Content", "Parent_Id", "api_name",
    "Accounts", "tags", "name", "ids", "fields", "field_label", "data_type", "text", "unique",
    "length", "pick_list_values", "select_query", "select id from Accounts where id is not null",
]  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(WORDS) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)
    ),
    max_leaves=8,
)
# Each call, and the name of the list that its body holds.
CALLS = [
    ("POST", "actions/watch", "watch"), ("PUT", "actions/watch", "watch"),
    ("PATCH", "actions/watch", "watch"), ("POST", "/crm/v2/signals/notifications", "signals"),
    ("POST", "Notes", "data"), ("POST", f"Accounts/{ACCOUNT}/Notes", "data"),
    ("POST", f"Accounts/{ACCOUNT}/actions/add_tags", "tags"),
    ("POST", "Accounts/actions/remove_tags", "tags"), ("POST", "coql", "select_query"),
    ("POST", "settings/fields?module=Accounts", "fields"),
]  # fmt: skip
LISTS = [
    "actions/watch", "settings/modules", "settings/fields", "settings/layouts", "users", "Notes",
    "Accounts/search", "Accounts/actions/count", f"Accounts/{ACCOUNT}/Notes", "settings/signals",
]  # fmt: skip
OPTIONS = ["page", "per_page", "status", "module", "type", "fields", "criteria", "word", "sort_by"]


@pytest.fixture(scope="module")
def zoho() -> Zoho:
    return Zoho()


@given(call=st.sampled_from(CALLS), value=VALUES, whole=st.booleans())
@settings(max_examples=120, deadline=None)
def test_any_body_is_taken_or_refused_in_zohos_words(
    zoho: Zoho, *, call: tuple[str, str, str], value: Any, whole: bool
) -> None:
    method, path, name = call
    answer = zoho.call(method, path, value if whole else {name: value})

    assert answer.status_code in {200, 201, 204, 207, 400}
    if answer.content:
        (told,) = answer.json().values() if "code" not in answer.json() else ([answer.json()],)
        assert all(one["status"] in {"success", "error"} for one in told if "status" in one)


@given(
    st.sampled_from(LISTS),
    st.dictionaries(st.sampled_from(OPTIONS), st.text(max_size=8) | st.sampled_from(WORDS)),
)
@settings(max_examples=80, deadline=None)
def test_any_option_is_taken_or_refused(zoho: Zoho, path: str, query: dict[str, str]) -> None:
    answer = zoho.call("GET", path, **query)

    assert answer.status_code in {200, 204, 400}
    assert bool(answer.content) == (answer.status_code != 204)


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "coql", "ZohoCRM.coql.READ"),
        ("POST", "actions/watch", "ZohoCRM.notifications.ALL"),
        ("GET", "actions/watch", "ZohoCRM.notifications.READ"),
        ("POST", "/crm/v2/signals/notifications", "ZohoCRM.signals.ALL"),
        ("POST", "Notes", "ZohoCRM.modules.notes.ALL"),
        ("POST", f"Accounts/{ACCOUNT}/actions/add_tags", "ZohoCRM.modules.accounts.ALL"),
        ("GET", "settings/modules", "ZohoCRM.settings.modules.READ"),
        ("POST", "settings/fields?module=Accounts", "ZohoCRM.settings.fields.CREATE"),
        ("GET", "org", "ZohoCRM.org.READ"),
        ("GET", "users", "ZohoCRM.users.READ"),
    ],
)
def test_an_address_needs_its_scope(zoho: Zoho, method: str, path: str, scope: str) -> None:
    def answer(scopes: tuple[str, ...]) -> tuple[int, str]:
        token = zoho.sandbox.issue_tokens("scoped", scopes=scopes)["access_token"]
        header = {"Authorization": f"Zoho-oauthtoken {token}"}
        url = f"{API}{path if path.startswith('/') else f'/crm/v8/{path}'}"
        told = zoho.session.request(method, url, json={}, headers=header)
        return told.status_code, told.json().get("code", "") if told.content else ""

    assert answer(("ZohoCRM.modules.invoices.ALL",)) == (401, "OAUTH_SCOPE_MISMATCH")
    assert answer((scope,))[1] in {"", "MANDATORY_NOT_FOUND"}


@pytest.mark.parametrize(
    ("module", "status"), [("Invoices", 200), ("Invoiced_Items", 200), ("Accounts", 401)]
)
def test_coql_needs_the_scope_of_the_module_too(zoho: Zoho, module: str, status: int) -> None:
    scopes = ("ZohoCRM.coql.READ", "ZohoCRM.modules.invoices.READ")
    token = zoho.sandbox.issue_tokens("scoped", scopes=scopes)["access_token"]
    header = {"Authorization": f"Zoho-oauthtoken {token}"}
    body = {"select_query": f"select id from {module} where id is not null"}  # noqa: S608 - ours
    told = zoho.session.post(f"{API}/crm/v8/coql", json=body, headers=header)

    assert told.status_code == status


def test_search_needs_a_scope_of_its_own(zoho: Zoho) -> None:
    token = zoho.sandbox.issue_tokens("scoped", scopes=("ZohoCRM.modules.ALL",))["access_token"]
    header = {"Authorization": f"Zoho-oauthtoken {token}"}
    told = zoho.session.get(f"{API}/crm/v8/Accounts/search?word=media", headers=header)

    assert zoho.refused(told, 401)[0] == "OAUTH_SCOPE_MISMATCH"
