"""Tokens of the stand-in: codes, refreshes, their limits, data centres, and what a token opens."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.zoho_client.sandbox.calling import API, Zoho
from zoho_client.sandbox import SandboxAdapter, ZohoSandbox

HOME, ABROAD = "https://accounts.zoho.eu", "https://accounts.zoho.com"
CALLBACK = "https://exactlink.example/zoho/callback/"
CLIENT = {"client_id": "1000.APP", "client_secret": "a secret"}
ASKED = {
    "response_type": "code",
    "client_id": CLIENT["client_id"],
    "scope": "ZohoCRM.modules.ALL,ZohoCRM.coql.READ",
    "redirect_uri": CALLBACK,
    "access_type": "offline",
    "prompt": "consent",
    "state": "xyz",
}


class Accounts:
    """Calls of the accounts server."""

    def __init__(self, sandbox: ZohoSandbox) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.session.mount("https://", SandboxAdapter(sandbox))

    def decide(self, decision: str = "allow", **asked: str) -> dict[str, str]:
        """Press a button of the consent page; the parameters that come back to the app."""
        answer = self.session.post(
            f"{HOME}/oauth/v2/auth",
            params={**ASKED, **asked},
            data={"decision": decision},
            allow_redirects=False,
        )
        assert answer.status_code == 302, answer.text
        return {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["Location"]).query).items()}

    def token(self, at: str = HOME, **form: str) -> requests.Response:
        """Call the token endpoint."""
        return self.session.post(f"{at}/oauth/v2/token", data={**CLIENT, **form})

    def exchange(self, code: str, **form: str) -> Any:
        """Exchange a code."""
        grant = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code": code}
        return self.token(**{**grant, **form}).json()

    def refresh(self, token: str, **form: str) -> requests.Response:
        """Ask for a new access token."""
        return self.token(grant_type="refresh_token", refresh_token=token, **form)

    def lists(self, token: str, prefix: str = "Zoho-oauthtoken", at: str = API) -> tuple[int, str]:
        """The status and code of a call with a token."""
        headers = {"Authorization": f"{prefix} {token}"} if token else {}
        url = f"{at}/crm/v8/Accounts?fields=id&per_page=1"
        answer = self.session.get(url, headers=headers)
        return answer.status_code, answer.json().get("code", "")


@pytest.fixture
def accounts() -> Accounts:
    return Accounts(ZohoSandbox())


def test_consent_comes_back_with_code_place_and_accounts_server(accounts: Accounts) -> None:
    came = accounts.decide()

    assert came["state"] == "xyz"
    assert came["location"] == "eu"
    assert came["accounts-server"] == HOME
    got = accounts.exchange(came["code"])
    assert "Bearer" in got.values()
    assert got["expires_in"] == 3600
    assert got["api_domain"] == HOME
    assert accounts.lists(got["access_token"]) == (200, "")


def test_the_consent_page_names_the_app_the_company_and_the_scopes(accounts: Accounts) -> None:
    page = accounts.session.get(f"{HOME}/oauth/v2/auth", params=ASKED).text

    assert "exactlink.example" in page
    assert "Flexhub" in page
    assert "ZohoCRM.coql.READ" in page
    assert "value=allow" in page


def test_a_person_who_rejects_is_sent_back_with_access_denied(accounts: Accounts) -> None:
    assert accounts.decide("deny") == {"error": "access_denied", "state": "xyz"}


@pytest.mark.parametrize(
    "wrong",
    [{"response_type": "token"}, {"redirect_uri": "nowhere"}, {"client_id": ""}, {"scope": ""}],
)
def test_an_app_that_asks_wrongly_sees_a_page_and_no_redirect(
    accounts: Accounts, wrong: dict[str, str]
) -> None:
    answer = accounts.session.get(f"{HOME}/oauth/v2/auth", params={**ASKED, **wrong})

    assert answer.status_code == 400
    assert "Invalid" in answer.text


def test_a_code_works_once_and_for_three_minutes(accounts: Accounts) -> None:
    used, late = accounts.decide()["code"], accounts.decide()["code"]
    accounts.exchange(used)
    accounts.sandbox.advance(181)

    assert accounts.exchange(used) == {"error": "invalid_code"}
    assert accounts.exchange(late) == {"error": "invalid_code"}


def test_errors_of_the_token_endpoint_come_with_status_200(accounts: Accounts) -> None:
    code = accounts.decide()["code"]
    accounts.sandbox.switches.set(known_clients=[CLIENT["client_id"]])
    accounts.refresh("any")  # from now on the secret is known
    answers = [
        accounts.token(grant_type="password"),
        accounts.token(grant_type="refresh_token", client_id="1000.OTHER"),
        accounts.refresh("any", **{**CLIENT, "client_secret": "another"}),
        accounts.refresh("nobody's"),
        accounts.token(
            grant_type="authorization_code", code=code, redirect_uri="https://x.example"
        ),
    ]

    assert {answer.status_code for answer in answers} == {200}
    assert [answer.json()["error"] for answer in answers] == [
        "unsupported_grant_type",
        "invalid_client",
        "invalid_client_secret",
        "invalid_code",
        "invalid_redirect_uri",
    ]


def test_the_eleventh_code_in_ten_minutes_is_denied(accounts: Accounts) -> None:
    for _ in range(10):
        assert "access_token" in accounts.exchange(accounts.decide()["code"])

    assert accounts.exchange(accounts.decide()["code"]) == {"error": "access_denied"}
    accounts.sandbox.advance(601)
    assert "access_token" in accounts.exchange(accounts.decide()["code"])


@pytest.mark.parametrize(
    ("asked", "comes"),
    [
        ({"access_type": "online"}, set()),
        ({"prompt": "", "access_type": "offline"}, set()),
        ({"prompt": "consent"}, {"refresh_token"}),
    ],
)
def test_a_second_consent_brings_a_refresh_token_only_when_asked_for(
    accounts: Accounts, asked: dict[str, str], comes: set[str]
) -> None:
    accounts.exchange(accounts.decide()["code"])

    again = accounts.exchange(accounts.decide(**asked)["code"])
    assert again.keys() & {"refresh_token"} == comes


def test_a_refresh_answers_no_refresh_token_and_the_old_one_stays_good(accounts: Accounts) -> None:
    first = accounts.exchange(accounts.decide()["code"])
    second = accounts.refresh(first["refresh_token"]).json()

    assert "refresh_token" not in second
    assert accounts.lists(first["access_token"])[0] == 200
    assert accounts.lists(second["access_token"])[0] == 200
    assert "access_token" in accounts.refresh(first["refresh_token"]).json()


@pytest.mark.parametrize("status", [400, 200])
def test_the_eleventh_token_in_ten_minutes_is_throttled(accounts: Accounts, status: int) -> None:
    accounts.sandbox.switches.set(throttle_status=status)
    refresh = accounts.sandbox.issue_tokens(*CLIENT.values())["refresh_token"]
    made = [accounts.refresh(refresh) for _ in range(10)]

    assert [answer.status_code for answer in made[:9]] == [200] * 9  # the first came with consent
    assert made[9].status_code == status
    assert made[9].json()["error"] == "Access Denied"
    assert made[9].json()["status"] == "failure"


def test_the_sixteenth_living_token_ends_the_oldest(accounts: Accounts) -> None:
    pair = accounts.sandbox.issue_tokens(*CLIENT.values())
    for _ in range(2):
        accounts.sandbox.advance(601)
        for _ in range(7):
            accounts.refresh(pair["refresh_token"])
    assert accounts.lists(pair["access_token"]) == (200, "")
    accounts.refresh(pair["refresh_token"])

    assert accounts.lists(pair["access_token"]) == (401, "INVALID_TOKEN")


def test_the_twenty_first_refresh_token_ends_the_oldest(accounts: Accounts) -> None:
    pairs = [accounts.sandbox.issue_tokens(*CLIENT.values()) for _ in range(21)]

    assert accounts.refresh(pairs[0]["refresh_token"]).json() == {"error": "invalid_code"}
    assert accounts.lists(pairs[0]["access_token"]) == (401, "INVALID_TOKEN")
    assert accounts.lists(pairs[1]["access_token"]) == (200, "")


def test_an_access_token_lives_an_hour(accounts: Accounts) -> None:
    pair = accounts.sandbox.issue_tokens(*CLIENT.values())
    accounts.sandbox.advance(3599)
    assert accounts.lists(pair["access_token"]) == (200, "")
    accounts.sandbox.advance(2)

    assert accounts.lists(pair["access_token"]) == (401, "INVALID_TOKEN")
    assert "access_token" in accounts.refresh(pair["refresh_token"]).json()


def test_only_zohos_own_prefix_opens_the_api(accounts: Accounts) -> None:
    token = accounts.sandbox.issue_tokens()["access_token"]

    assert accounts.lists(token, "Bearer") == (401, "INVALID_TOKEN")
    assert accounts.lists("") == (401, "AUTHENTICATION_FAILURE")
    accounts.sandbox.switches.set(bearer_code="AUTHENTICATION_FAILURE")
    assert accounts.lists(token, "Bearer") == (401, "AUTHENTICATION_FAILURE")


def test_another_data_centre_knows_no_token_and_no_code_of_ours(accounts: Accounts) -> None:
    others = {"accounts.zoho.com": "us", "www.zohoapis.com": "us"}
    accounts.sandbox.switches.set(other_centres=others, home=HOME, api_domain=API)
    code = accounts.decide()["code"]
    grant = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code": code}

    assert accounts.token(ABROAD, **grant).json() == {"error": "invalid_code"}
    got = accounts.token(**grant).json()
    assert got["api_domain"] == API
    assert accounts.lists(got["access_token"], at="https://www.zohoapis.com") == (
        401,
        "INVALID_TOKEN",
    )
    assert accounts.lists(got["access_token"], at=HOME) == (401, "INVALID_TOKEN")
    assert accounts.lists(got["access_token"]) == (200, "")


def test_a_person_who_begins_abroad_is_sent_home(accounts: Accounts) -> None:
    accounts.sandbox.switches.set(other_centres={"accounts.zoho.com": "us"}, home=HOME)
    url = f"{ABROAD}/oauth/v2/auth"
    answer = accounts.session.get(url, params=ASKED, allow_redirects=False)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{HOME}/oauth/v2/auth?")
    told = accounts.session.get(f"{ABROAD}/oauth/serverinfo").json()["locations"]
    assert told == {"us": ABROAD, "eu": HOME}


def test_a_missing_scope_is_told_as_401(accounts: Accounts) -> None:
    scopes = ("ZohoCRM.modules.accounts.READ", "ZohoCRM.modules.contacts.ALL")
    token = accounts.sandbox.issue_tokens(scopes=scopes)["access_token"]
    headers = {"Authorization": f"Zoho-oauthtoken {token}"}

    def wrote(module: str, **values: str) -> tuple[int, str]:
        body = {"data": [values]}
        answer = accounts.session.post(f"{API}/crm/v8/{module}", json=body, headers=headers)
        return answer.status_code, answer.json().get("code", "")

    assert accounts.lists(token) == (200, "")
    assert wrote("Accounts", Account_Name="New") == (401, "OAUTH_SCOPE_MISMATCH")
    assert wrote("Contacts", Last_Name="New") == (201, "")


def test_a_self_client_exchanges_its_code_without_a_redirect(accounts: Accounts) -> None:
    code = accounts.sandbox.self_client_code(CLIENT["client_id"])

    assert "refresh_token" in accounts.exchange(code, redirect_uri="")


def test_revoking_ends_refresh_and_access_tokens(accounts: Accounts) -> None:
    pair = accounts.sandbox.issue_tokens(*CLIENT.values())
    url = f"{HOME}/oauth/v2/token/revoke"
    revoked = accounts.session.post(url, params={"token": pair["refresh_token"]})

    assert revoked.json() == {"status": "success"}
    assert accounts.lists(pair["access_token"]) == (401, "INVALID_TOKEN")
    assert accounts.refresh(pair["refresh_token"]).json() == {"error": "invalid_code"}


def test_expires_in_may_be_milliseconds(accounts: Accounts) -> None:
    accounts.sandbox.switches.set(expires_in_milliseconds=True)
    got = accounts.exchange(accounts.decide()["code"])

    assert (got["expires_in"], got["expires_in_sec"]) == (3_600_000, 3600)


def test_records_name_the_user_of_the_token() -> None:
    sandbox = ZohoSandbox()
    second = sandbox.company.users[1]
    zoho = Zoho(sandbox, user=second["id"])
    made = zoho.post("Accounts", {"data": [{"Account_Name": "Made by the second"}]})

    assert made["data"][0]["details"]["Created_By"]["id"] == second["id"]
