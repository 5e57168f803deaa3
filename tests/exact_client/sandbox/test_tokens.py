"""OAuth2: consent, codes, rotation, and every way in which a chain ends."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from exact_client.sandbox import ExactSandbox, SandboxAdapter
from tests.exact_client.sandbox.caller import CALLBACK, CLIENT, HOST, Caller

ASKED = {
    "client_id": CLIENT["client_id"],
    "redirect_uri": CALLBACK,
    "response_type": "code",
    "state": "s&t ate",
}


@pytest.fixture
def browser(sandbox: ExactSandbox) -> requests.Session:
    session = requests.Session()
    session.mount(HOST, SandboxAdapter(sandbox))
    return session


def allowed(browser: requests.Session, **form: object) -> dict[str, str]:
    """Press Allow and read what the app is told."""
    answer = browser.post(
        f"{HOST}/api/oauth2/auth",
        params=ASKED,
        data={"decision": "allow", **form},
        allow_redirects=False,
    )
    assert answer.status_code == 302
    target = urlsplit(answer.headers["Location"])
    assert target._replace(query="").geturl() == CALLBACK
    return {name: values[0] for name, values in parse_qs(target.query).items()}


def token(browser: requests.Session, **form: str) -> requests.Response:
    return browser.post(f"{HOST}/api/oauth2/token", data={**CLIENT, **form})


def exchanged(browser: requests.Session, code: str, **changes: str) -> requests.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    return token(browser, **{**form, **changes})


def refreshed(browser: requests.Session, refresh: str, **changes: str) -> requests.Response:
    return token(browser, **{"grant_type": "refresh_token", "refresh_token": refresh, **changes})


def a_pair(browser: requests.Session) -> dict[str, str]:
    return dict(exchanged(browser, allowed(browser)["code"]).json())


def who_am_i(browser: requests.Session, access: str) -> int:
    headers = {"Authorization": f"Bearer {access}", "Accept": "application/json"}
    return browser.get(f"{HOST}/api/v1/current/Me", headers=headers).status_code


def test_the_consent_page_names_the_app_and_its_companies(browser: requests.Session) -> None:
    page = browser.get(f"{HOST}/api/oauth2/auth", params=ASKED)

    assert page.status_code == 200
    assert "localhost:8000" in page.text
    assert "Flexhub Brussels" in page.text
    assert "Flexhub Events" in page.text


def test_a_person_who_allows_sends_the_app_a_code_and_its_state(browser: requests.Session) -> None:
    told = allowed(browser)

    assert told["state"] == "s&t ate"
    assert "!" in told["code"]


def test_a_person_who_denies_sends_the_app_an_error(browser: requests.Session) -> None:
    answer = browser.post(
        f"{HOST}/api/oauth2/auth", params=ASKED, data={"decision": "deny"}, allow_redirects=False
    )

    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query == {"error": ["access_denied"], "state": ["s&t ate"]}


def test_an_app_that_is_not_known_gets_no_consent_page(
    browser: requests.Session, sandbox: ExactSandbox
) -> None:
    sandbox.switches.set(known_clients=["another"])

    assert browser.get(f"{HOST}/api/oauth2/auth", params=ASKED).status_code == 400


def test_a_code_is_good_for_a_pair_of_tokens_once(browser: requests.Session) -> None:
    code = allowed(browser)["code"]
    first = exchanged(browser, code)

    assert first.status_code == 200
    assert first.json()["expires_in"] == "600"
    assert first.json()["token_type"] == "bearer"  # noqa: S105 - the kind, not a token
    assert who_am_i(browser, first.json()["access_token"]) == 200
    assert exchanged(browser, code).status_code == 400


def test_a_code_is_too_old_after_three_minutes(
    browser: requests.Session, sandbox: ExactSandbox
) -> None:
    code = allowed(browser)["code"]
    sandbox.advance(181)

    assert exchanged(browser, code).json()["error"] == "invalid_grant"


def test_a_code_belongs_to_its_redirect_uri(browser: requests.Session) -> None:
    code = allowed(browser)["code"]

    assert exchanged(browser, code, redirect_uri=f"{CALLBACK}x").status_code == 400


def test_a_client_id_may_come_without_its_braces(browser: requests.Session) -> None:
    code = allowed(browser)["code"]
    plain = CLIENT["client_id"].strip("{}").lower()

    assert exchanged(browser, code, client_id=plain).status_code == 200


def test_an_authorization_header_is_refused_at_the_token_endpoint(
    browser: requests.Session,
) -> None:
    form = {"grant_type": "authorization_code", "code": allowed(browser)["code"], **CLIENT}
    answer = browser.post(f"{HOST}/api/oauth2/token", data=form, auth=("id", "secret"))

    assert answer.status_code == 401


def test_a_client_keeps_the_secret_it_came_with(browser: requests.Session) -> None:
    a_pair(browser)

    answer = exchanged(browser, allowed(browser)["code"], client_secret="another")  # noqa: S106 - a wrong one
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")


def test_a_refresh_gives_a_new_pair(browser: requests.Session, sandbox: ExactSandbox) -> None:
    old = a_pair(browser)
    sandbox.advance(571)
    new = refreshed(browser, old["refresh_token"])

    assert new.status_code == 200
    assert new.json()["refresh_token"] != old["refresh_token"]
    assert who_am_i(browser, new.json()["access_token"]) == 200


def test_an_access_token_ends_after_ten_minutes(
    browser: requests.Session, sandbox: ExactSandbox
) -> None:
    access = a_pair(browser)["access_token"]
    sandbox.advance(599)
    assert who_am_i(browser, access) == 200
    sandbox.advance(1)
    assert who_am_i(browser, access) == 401


def test_a_refresh_that_comes_too_early_is_refused_and_harms_nothing(
    browser: requests.Session, sandbox: ExactSandbox
) -> None:
    pair = a_pair(browser)
    sandbox.advance(568)
    early = refreshed(browser, pair["refresh_token"])

    assert early.status_code == 400
    assert early.json() == {
        "error": "access_denied",
        "error_description": "Rate limit exceeded: access_token not expired",
    }
    assert early.headers["Reason"].startswith("TooEarlyToRefreshTokens")
    assert who_am_i(browser, pair["access_token"]) == 200
    sandbox.advance(3)
    assert refreshed(browser, pair["refresh_token"]).status_code == 200


def test_the_window_for_refreshing_can_be_the_stricter_one(
    browser: requests.Session, sandbox: ExactSandbox
) -> None:
    sandbox.switches.set(refresh_window=600, too_early_status=401)
    pair = a_pair(browser)
    sandbox.advance(590)

    assert refreshed(browser, pair["refresh_token"]).status_code == 401


def test_a_spent_refresh_token_kills_the_whole_chain(
    browser: requests.Session, sandbox: ExactSandbox
) -> None:
    old = a_pair(browser)
    sandbox.advance(571)
    new = refreshed(browser, old["refresh_token"]).json()

    again = refreshed(browser, old["refresh_token"])

    assert again.status_code == 400
    assert "invalid or empty chainId" in again.json()["error_description"]
    assert who_am_i(browser, new["access_token"]) == 401
    sandbox.advance(571)
    assert refreshed(browser, new["refresh_token"]).status_code == 400


def test_a_spent_refresh_token_is_told_in_the_older_words_when_switched(
    browser: requests.Session, sandbox: ExactSandbox
) -> None:
    sandbox.switches.set(reuse_status=401, reuse_text="old")
    old = a_pair(browser)
    sandbox.advance(571)
    refreshed(browser, old["refresh_token"])

    again = refreshed(browser, old["refresh_token"])

    assert again.status_code == 401
    assert again.json() == {
        "error": "unauthorized_client",
        "error_description": "Old refresh token used.",
    }


def test_a_refresh_token_dies_of_thirty_idle_days(
    browser: requests.Session, sandbox: ExactSandbox
) -> None:
    pair = a_pair(browser)
    sandbox.advance(30 * 86_400 + 1)

    assert refreshed(browser, pair["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_second_consent_of_the_same_user_and_app_kills_the_first_chain(
    browser: requests.Session,
) -> None:
    first = a_pair(browser)
    second = a_pair(browser)

    assert who_am_i(browser, first["access_token"]) == 401
    assert who_am_i(browser, second["access_token"]) == 200


def test_a_token_sees_the_companies_that_were_allowed(
    browser: requests.Session, sandbox: ExactSandbox
) -> None:
    code = allowed(browser, division=124133)["code"]
    access = exchanged(browser, code).json()["access_token"]
    headers = {"Authorization": f"Bearer {access}", "Accept": "application/json"}

    refused = browser.get(f"{HOST}/api/v1/124132/financial/Journals", headers=headers)
    listed = browser.get(f"{HOST}/api/v1/124132/system/Divisions?$select=Code", headers=headers)

    assert (refused.status_code, refused.headers["Reason"]) == (403, "NoDivisionAccess")
    assert [row["Code"] for row in listed.json()["d"]["results"]] == [124133]


def test_a_stranger_is_answered_401(sandbox: ExactSandbox, exact: Caller) -> None:
    exact.session.headers["Authorization"] = "Bearer nobody"

    assert exact.get("financial/Journals").status_code == 401
