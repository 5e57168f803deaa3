"""Connect, callback, disconnect, as a browser meets them; and where a consent may lead."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import LazySettings, settings
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from tests.zoho_client.spawned import tokens_of
from zoho_client import budget, oauth
from zoho_client.connections import connect_through_sandbox, describe, finish
from zoho_client.errors import ZohoDisconnectedError, ZohoTemporaryError
from zoho_client.models import ZohoConnection
from zoho_client.sandbox import SandboxAdapter, ZohoSandbox
from zoho_client.views import BACK
from zoho_client.wire import pooled_session

ELSEWHERE = "http://127.0.0.1:8201"


@pytest.fixture
def admin(db: None, client: Client) -> Client:
    client.force_login(User.objects.create_user("ada", is_staff=True))
    return client


def consent(url: str, decision: str = "allow") -> str:
    """Press a button on the consent page; return where it leads."""
    landing = pooled_session().post(url, data={"decision": decision}, allow_redirects=False)
    return landing.headers["Location"].removeprefix(settings.PUBLIC_URL)


def told(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def test_consent_makes_a_connection_to_its_organisation(
    admin: Client, sandbox: ZohoSandbox
) -> None:
    sent = admin.post("/zoho/connect/")
    asked = parse_qs(urlsplit(sent["Location"]).query)

    back = admin.get(consent(sent["Location"]))

    assert sent["Location"].startswith(f"{settings.ZOHO_ACCOUNTS_URL}/oauth/v2/auth?")
    assert asked["redirect_uri"] == [f"{settings.PUBLIC_URL}/zoho/callback/"]
    assert asked["scope"] == [",".join(oauth.SCOPES)]
    assert (asked["access_type"], asked["prompt"]) == (["offline"], ["consent"])
    assert len(asked["state"][0]) >= 43
    assert back["Location"] == reverse(BACK)
    row = ZohoConnection.objects.get()
    assert (row.state, row.connected_by, row.location) == ("connected", "ada", "eu")
    assert (row.org_name, row.org_id) == (
        sandbox.company.org["company_name"],
        str(sandbox.company.org["zgid"]),
    )
    assert set(row.scopes.split(",")) == set(oauth.SCOPES)
    assert row.org_name in told(back)
    assert all(tokens_of(row))
    assert budget.purse(row.pk).limit == budget.limit_of(row.edition, row.licences)


def test_connecting_again_brings_a_refresh_token_again(admin: Client, sandbox: ZohoSandbox) -> None:
    for _ in range(2):
        admin.get(consent(admin.post("/zoho/connect/")["Location"]))

    assert ZohoConnection.objects.get().state == "connected"
    assert all(tokens_of(ZohoConnection.objects.get()))


def test_a_consent_without_a_refresh_token_is_told(db: None, sandbox: ZohoSandbox) -> None:
    connect_through_sandbox(connected_by="test")
    without = oauth.authorise_url("s").replace("prompt=consent", "prompt=none")
    code = parse_qs(urlsplit(consent(without)).query)["code"][0]

    with pytest.raises(ZohoDisconnectedError, match="no refresh token"):
        finish(code, connected_by="test")

    assert ZohoConnection.objects.get().state == "connected"  # and the old permission stays


def test_an_answer_that_nobody_asked_for_is_refused(admin: Client, sandbox: ZohoSandbox) -> None:
    stolen = consent(oauth.authorise_url("of somebody else"))

    back = admin.get(stolen)

    assert "not asked for here" in told(back)
    assert not ZohoConnection.objects.exists()


def test_a_state_works_once(admin: Client, sandbox: ZohoSandbox) -> None:
    landing = consent(admin.post("/zoho/connect/")["Location"])
    admin.get(landing)

    assert "not asked for here" in told(admin.get(landing))


def test_a_wrong_state_uses_up_the_right_one(admin: Client, sandbox: ZohoSandbox) -> None:
    landing = consent(admin.post("/zoho/connect/")["Location"])
    admin.get("/zoho/callback/?code=x&state=guess")

    assert "not asked for here" in told(admin.get(landing))


@pytest.mark.parametrize("change", ["too old", "another person's"])
def test_a_state_is_over_after_ten_minutes_and_belongs_to_who_was_sent(
    admin: Client, sandbox: ZohoSandbox, change: str
) -> None:
    landing = consent(admin.post("/zoho/connect/")["Location"])
    session = admin.session
    sent = session["zoho_consent"]
    before = (datetime.fromisoformat(sent["at"]) - timedelta(minutes=10)).isoformat()
    changes = {"at": before} if change == "too old" else {"user": "another"}
    session["zoho_consent"] = {**sent, **changes}
    session.save()

    assert "too long ago" in told(admin.get(landing))
    assert not ZohoConnection.objects.exists()


def test_a_person_may_say_no(admin: Client, sandbox: ZohoSandbox) -> None:
    landing = consent(admin.post("/zoho/connect/")["Location"], decision="deny")

    assert "gave no permission" in told(admin.get(landing))


def test_a_code_that_is_over_says_what_to_do(admin: Client, sandbox: ZohoSandbox) -> None:
    landing = consent(admin.post("/zoho/connect/")["Location"])
    sandbox.advance(200)

    back = admin.get(landing)

    assert "invalid_code" in told(back)
    assert "Connect to Zoho again" in told(back)
    assert not ZohoConnection.objects.exists()


def test_a_code_goes_to_no_server_but_zohos(admin: Client, sandbox: ZohoSandbox) -> None:
    landing = consent(admin.post("/zoho/connect/")["Location"])
    there = "accounts-server=https%3A%2F%2Faccounts.zoho.eu.evil.example"
    home = parse_qs(urlsplit(landing).query)["accounts-server"][0]

    back = admin.get(f"{landing}&{there}")  # the last one counts

    assert home == settings.ZOHO_ACCOUNTS_URL
    assert "no address of Zoho" in told(back)
    assert not ZohoConnection.objects.exists()
    assert [call for call in sandbox.calls if call.kind == "token"] == []


def test_a_code_is_exchanged_where_the_organisation_lives(
    admin: Client, sandbox: ZohoSandbox
) -> None:
    pooled_session().mount(ELSEWHERE, SandboxAdapter(sandbox))
    here = settings.ZOHO_ACCOUNTS_URL.removeprefix("http://")
    sandbox.switches.set(other_centres={here: "us"}, home=ELSEWHERE, location="in")
    sent = admin.post("/zoho/connect/")["Location"]
    moved = pooled_session().get(sent, allow_redirects=False).headers["Location"]

    admin.get(consent(moved))

    row = ZohoConnection.objects.get()
    assert moved.startswith(ELSEWHERE)
    assert (row.accounts_url, row.api_domain, row.location) == (ELSEWHERE, ELSEWHERE, "in")
    del pooled_session().adapters[ELSEWHERE]


def test_the_wrong_data_centre_is_told_and_not_asked_for_ever(
    db: None, sandbox: ZohoSandbox
) -> None:
    code = parse_qs(urlsplit(consent(oauth.authorise_url("s"))).query)["code"][0]
    here = settings.ZOHO_ACCOUNTS_URL.removeprefix("http://")
    sandbox.switches.set(other_centres={here: "us"}, home=ELSEWHERE)

    with pytest.raises(ZohoDisconnectedError, match="data centre"):
        finish(code, connected_by="test")


def test_an_unknown_app_or_a_wrong_secret_says_where_to_look(
    admin: Client, sandbox: ZohoSandbox, settings: LazySettings
) -> None:
    connect_through_sandbox(connected_by="test")
    settings.ZOHO_CLIENT_SECRET += " of another data centre"

    back = admin.get(consent(admin.post("/zoho/connect/")["Location"]))

    assert "ZOHO_CLIENT_SECRET" in told(back)


def test_the_eleventh_code_in_ten_minutes_is_one_for_later(db: None, sandbox: ZohoSandbox) -> None:
    for _ in range(10):
        connect_through_sandbox(connected_by="test")

    with pytest.raises(ZohoTemporaryError, match="ten minutes"):
        connect_through_sandbox(connected_by="test")

    sandbox.advance(601)
    assert connect_through_sandbox(connected_by="test").state == "connected"
    assert ZohoConnection.objects.count() == 1


def test_disconnecting_withdraws_the_permission_and_forgets_it(
    admin: Client, connection: ZohoConnection, sandbox: ZohoSandbox
) -> None:
    admin.post("/zoho/disconnect/")

    row = ZohoConnection.objects.get()
    assert (row.state, row.refresh_token_sealed, row.access_token_sealed) == (
        "disconnected", "", "",
    )  # fmt: skip
    revoked = [call for call in sandbox.calls if call.path.endswith("/revoke")]
    assert [call.status for call in revoked] == [200]
    assert row.org_id == connection.org_id


def test_disconnecting_works_without_zoho(
    admin: Client, connection: ZohoConnection, sandbox: ZohoSandbox
) -> None:
    sandbox.fault("reset", path="/revoke")

    admin.post("/zoho/disconnect/")

    assert ZohoConnection.objects.get().refresh_token_sealed == ""


def test_what_is_known_of_the_organisation_is_brought_up_to_date(
    connection: ZohoConnection, sandbox: ZohoSandbox
) -> None:
    sandbox.company.org["company_name"] = "Renamed"

    assert describe(connection).org_name == "Renamed"


@pytest.mark.parametrize("address", ["connect", "disconnect"])
def test_looking_changes_nothing(admin: Client, address: str) -> None:
    assert admin.get(f"/zoho/{address}/").status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["connect", "callback", "disconnect"])
def test_only_who_may_change_the_connection_gets_in(client: Client, address: str) -> None:
    user = User.objects.create_user("sal")
    client.force_login(user)
    method = client.get if address == "callback" else client.post

    assert method(f"/zoho/{address}/").status_code == 403

    user.user_permissions.add(Permission.objects.get(codename="change_zohoconnection"))
    assert method(f"/zoho/{address}/").status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["zohoconnection", "zohocredits", "zohochannel"])
def test_an_admin_sees_what_there_is_and_no_secret(
    client: Client, connection: ZohoConnection, page: str
) -> None:
    client.force_login(User.objects.create_superuser("root"))

    shown = client.get(f"/admin/zoho_client/{page}/").content.decode()
    one = client.get(f"/admin/zoho_client/zohoconnection/{connection.pk}/change/").content.decode()

    assert connection.org_name in shown or page == "zohochannel"
    for secret in (*tokens_of(connection), connection.refresh_token_sealed):
        assert secret not in shown + one
