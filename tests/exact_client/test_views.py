"""Connect, callback, disconnect, as a browser meets them."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import LazySettings, settings
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.test import Client

from exact_client import oauth
from exact_client.models import Division, ExactConnection
from exact_client.sandbox import ExactSandbox
from exact_client.wire import pooled_session
from tests.exact_client.spawned import tokens_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.exact_client.urls")]


@pytest.fixture
def admin(client: Client) -> Client:
    """Sign in as somebody of the staff."""
    client.force_login(User.objects.create_user("ada", is_staff=True))
    return client


def consent(url: str, decision: str = "allow") -> str:
    """Press a button on Exact's page; return what it sends the browser back to."""
    answer = pooled_session().post(url, data={"decision": decision}, allow_redirects=False)
    return answer.headers["Location"].removeprefix(settings.PUBLIC_URL)


def told(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def test_consent_makes_a_connection_with_its_divisions(
    admin: Client, sandbox: ExactSandbox
) -> None:
    sent = admin.post("/exact/connect/")
    asked = parse_qs(urlsplit(sent["Location"]).query)

    back = admin.get(consent(sent["Location"]))

    assert sent["Location"].startswith(f"{settings.EXACT_URL}/api/oauth2/auth?")
    assert asked["redirect_uri"] == [f"{settings.PUBLIC_URL}/exact/callback/"]
    assert asked["client_id"] == [settings.EXACT_CLIENT_ID]
    assert len(asked["state"][0]) >= 43
    assert back["Location"] == "/setup/"
    connection = ExactConnection.objects.get()
    assert connection.state == ExactConnection.State.CONNECTED
    assert connection.connected_by == "ada"
    assert connection.user_name in told(back)
    assert Division.objects.count() == len(sandbox.company.divisions)
    assert not Division.objects.chosen().exists()  # a person chooses, on the set-up page
    assert tokens_of(connection).access_token


def test_an_answer_that_nobody_asked_for_is_refused(admin: Client, sandbox: ExactSandbox) -> None:
    stolen = consent(oauth.authorise_url("of somebody else"))

    back = admin.get(stolen)

    assert "not asked for here" in told(back)
    assert not ExactConnection.objects.exists()


def test_a_state_works_once(admin: Client, sandbox: ExactSandbox) -> None:
    landing = consent(admin.post("/exact/connect/")["Location"])
    admin.get(landing)

    assert "not asked for here" in told(admin.get(landing))


def test_a_wrong_state_uses_up_the_right_one(admin: Client, sandbox: ExactSandbox) -> None:
    landing = consent(admin.post("/exact/connect/")["Location"])
    admin.get("/exact/callback/?code=x&state=guess")

    assert "not asked for here" in told(admin.get(landing))


def test_a_state_is_over_after_ten_minutes(admin: Client, sandbox: ExactSandbox) -> None:
    landing = consent(admin.post("/exact/connect/")["Location"])
    session = admin.session
    sent = session["exact_consent"]
    sent["at"] = (datetime.fromisoformat(sent["at"]) - timedelta(minutes=10)).isoformat()
    session["exact_consent"] = sent
    session.save()

    assert "too long ago" in told(admin.get(landing))


def test_a_state_belongs_to_the_person_who_was_sent(admin: Client, sandbox: ExactSandbox) -> None:
    landing = consent(admin.post("/exact/connect/")["Location"])
    session = admin.session
    session["exact_consent"] = {**session["exact_consent"], "user": -1}
    session.save()

    assert "not asked for here" in told(admin.get(landing))


def test_a_person_may_say_no(admin: Client, sandbox: ExactSandbox) -> None:
    landing = consent(admin.post("/exact/connect/")["Location"], decision="deny")

    assert "gave no permission" in told(admin.get(landing))


def test_a_code_that_is_over_says_what_to_do(admin: Client, sandbox: ExactSandbox) -> None:
    landing = consent(admin.post("/exact/connect/")["Location"])
    sandbox.advance(200)

    assert "connect again" in told(admin.get(landing))
    assert not ExactConnection.objects.exists()


def test_disconnecting_forgets_the_tokens_and_nothing_else(
    admin: Client, division: Division
) -> None:
    admin.post("/exact/disconnect/")

    connection = ExactConnection.objects.get()
    assert connection.tokens == ""
    assert connection.state == ExactConnection.State.DISCONNECTED
    assert Division.objects.filter(pk=division.pk, is_chosen=True).exists()


@pytest.mark.parametrize("address", ["connect", "disconnect"])
def test_looking_changes_nothing(admin: Client, address: str) -> None:
    assert admin.get(f"/exact/{address}/").status_code == 405


@pytest.mark.parametrize("address", ["connect", "callback", "disconnect"])
def test_only_who_may_change_the_connection_gets_in(client: Client, address: str) -> None:
    user = User.objects.create_user("sal")
    client.force_login(user)
    method = client.get if address == "callback" else client.post

    assert method(f"/exact/{address}/").status_code == 403

    user.user_permissions.add(Permission.objects.get(codename="change_exactconnection"))
    assert method(f"/exact/{address}/").status_code == 302


def test_nobody_gets_in_without_signing_in(client: Client, settings: LazySettings) -> None:
    settings.LOGIN_URL = "/login/"

    assert client.get("/exact/callback/?code=x")["Location"].startswith("/login/")
