"""Making a connection: consent, code, tokens, organisation and user; and undoing it."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

import requests
from django.conf import settings
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string

from zoho_client import budget, oauth
from zoho_client.budget import Lane
from zoho_client.client import ZohoClient
from zoho_client.errors import (
    ZohoDisconnectedError,
    ZohoError,
    ZohoRefusedError,
    ZohoTemporaryError,
)
from zoho_client.meter import Meter
from zoho_client.models import ZohoChannel, ZohoConnection
from zoho_client.oauth import Tokens
from zoho_client.records import OrgRecord, UserRecord
from zoho_client.sites import checked_accounts, is_loopback, location_of
from zoho_client.tokens import OneToken, TokenKeeper
from zoho_client.transport import Transport, limits
from zoho_client.wire import LostError, NotSentError, Wire, pooled_session

STATE_LIFE = timedelta(minutes=10)
STATE_CHARACTERS = 43  # of 62: more than 256 bits


def new_state() -> str:
    """Return what Zoho must send back, so that nobody slips us a permission of his own."""
    return get_random_string(STATE_CHARACTERS)


def is_same_state(sent: str, returned: str) -> bool:
    """Tell whether Zoho sent our state back, without telling how far it was right."""
    return bool(sent) and constant_time_compare(sent, returned)


def code_and_server(pasted: str) -> tuple[str, str]:
    """Return the code, and the server to exchange it at, from what a person copied.

    That is the whole address that Zoho returned to, or a code of a self client alone.
    """
    if "code=" not in pasted:
        return unquote(pasted.strip()), ""
    given = parse_qs(urlsplit(pasted.strip()).query or pasted.strip())
    return given.get("code", [""])[0], given.get("accounts-server", [""])[0]


def finish_pasted(pasted: str, *, connected_by: str) -> ZohoConnection:
    """Finish by hand, with the address that Zoho returned to or the code of a self client."""
    code, server = code_and_server(pasted)
    if not code:
        raise ZohoRefusedError("There is no code in what was pasted. Copy the whole address.")
    is_self_client = "code=" not in pasted
    return finish(
        code, accounts_url=server, is_self_client=is_self_client, connected_by=connected_by
    )


def finish(
    code: str,
    *,
    connected_by: str,
    accounts_url: str = "",
    location: str = "",
    is_self_client: bool = False,
) -> ZohoConnection:
    """Turn the code of a consent into a working connection to its organisation.

    `accounts_url` and `location` are what Zoho sent back: the code is good at that server
    alone, which must be one of Zoho's. Raises any ZohoError.
    """
    server = checked_accounts((accounts_url or settings.ZOHO_ACCOUNTS_URL).rstrip("/"))
    tokens = oauth.exchange(server, code, timezone.now(), is_self_client=is_self_client)
    first = ZohoClient(_first_way(tokens))
    org, user = first.org(), first.me()
    connection, _ = ZohoConnection.objects.get_or_create(
        accounts_url=server,
        client_id=settings.ZOHO_CLIENT_ID,
        org_id=org.zgid,
        defaults={"state": ZohoConnection.State.DISCONNECTED, "api_domain": tokens.api_domain},
    )
    TokenKeeper(connection.pk).store(
        tokens,
        state=ZohoConnection.State.CONNECTED,
        location=location or location_of(server),
        scopes=tokens.scopes or ",".join(oauth.SCOPES),
        connected_by=connected_by,
        connected_at=timezone.now(),
        **_described(org, user),
    )
    return _counted(connection, org)


def describe(connection: ZohoConnection) -> ZohoConnection:
    """Bring what we know of the organisation and the user up to date. Raises any ZohoError."""
    zoho = ZohoClient.connected(connection, lane=Lane.PERSON)
    org, user = zoho.org(), zoho.me()
    ZohoConnection.objects.filter(pk=connection.pk).update(**_described(org, user))
    return _counted(connection, org)


def disconnect(connection: ZohoConnection, *, by: str) -> None:
    """Withdraw and forget the permission. Everything that was read and paired stays."""
    keeper = TokenKeeper(connection.pk)
    with suppress(ZohoError, LostError, NotSentError):  # forgotten here, whatever Zoho says
        oauth.revoke(Wire(limits()), connection.accounts_url, keeper.refresh_token())
    ZohoConnection.objects.filter(pk=connection.pk).update(
        state=ZohoConnection.State.DISCONNECTED,
        state_reason=f"Disconnected by {by}. Connect to Zoho to go on.",
        refresh_token_sealed="",
        access_token_sealed="",
        expires_at=None,
        refresh_retry_at=None,
    )
    connection.channels.exclude(state=ZohoChannel.State.STOPPED).update(
        state=ZohoChannel.State.LAPSED, expires_at=None, renew_at=None
    )


def connect_through_sandbox(*, connected_by: str) -> ZohoConnection:
    """Connect to the stand-in, pressing its consent page's button without a browser.

    Raises ZohoDisconnectedError when ZOHO_ACCOUNTS_URL is not on this machine or the page
    says no, ZohoTemporaryError when nobody answers.
    """
    if not is_loopback(settings.ZOHO_ACCOUNTS_URL):
        raise ZohoDisconnectedError("ZOHO_ACCOUNTS_URL is the real Zoho: connect in the browser.")
    state = new_state()
    try:
        landing = _allow(oauth.authorise_url(state))
    except requests.RequestException as error:
        raise ZohoTemporaryError(
            f"The stand-in at {settings.ZOHO_ACCOUNTS_URL} does not answer"
            f" ({type(error).__name__})."
        ) from None
    returned = {key: values[0] for key, values in parse_qs(urlsplit(landing).query).items()}
    if "code" not in returned or not is_same_state(state, returned.get("state", "")):
        raise ZohoDisconnectedError("The stand-in did not give a code.")
    return finish(
        returned["code"],
        accounts_url=returned.get("accounts-server", ""),
        location=returned.get("location", ""),
        connected_by=connected_by,
    )


def _first_way(tokens: Tokens) -> Transport:
    return Transport(
        api_domain=tokens.api_domain,
        keeper=OneToken(tokens.access_token),
        wire=Wire(limits()),
        meter=Meter(None, Lane.PERSON),
    )


def _described(org: OrgRecord, user: UserRecord) -> dict[str, object]:
    return {
        "org_name": org.company_name or "",
        "org_type": org.type or "",
        "edition": org.license_details.paid_type or "",
        "licences": org.license_details.users_license_purchased or 0,
        "currency": org.iso_code or "",
        "is_multi_currency": org.mc_status,
        "time_zone": org.time_zone or "",
        "user_id": user.id,
        "user_name": user.full_name or "",
        "user_email": user.email or "",
    }


def _counted(connection: ZohoConnection, org: OrgRecord) -> ZohoConnection:
    licence = org.license_details
    edition = licence.paid_type or "free"
    budget.set_limit(connection.pk, edition, licence.users_license_purchased or 0)
    connection.refresh_from_db()
    return connection


def _allow(url: str) -> str:
    """Fill in the consent form as it comes, press its first button; return where it leads."""
    session = pooled_session()
    page = session.get(url, timeout=oauth.TIMEOUT)
    form = _Form()
    form.feed(page.text)
    answer = session.post(
        urljoin(page.url, form.action),
        data=form.fields,
        timeout=oauth.TIMEOUT,
        allow_redirects=False,
    )
    return answer.headers.get("Location", "")


class _Form(HTMLParser):
    """The fields of the first form of a page, with its boxes as they are ticked."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: list[tuple[str, str]] = []
        self._pressed = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name"), given.get("value") or ""
        if tag == "form":
            self.action = given.get("action") or ""
        elif name and tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
            self.fields.append((name, value))
        elif name and tag == "button" and not self._pressed:
            self._pressed = True
            self.fields.append((name, value))
