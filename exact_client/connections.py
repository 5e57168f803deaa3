"""Making a connection: consent, code, tokens, user and divisions; and undoing it."""

from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

import requests
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string

from exact_client import oauth
from exact_client.client import ExactClient
from exact_client.counting import Lane
from exact_client.errors import ExactDisconnectedError, ExactTemporaryError
from exact_client.models import Division, ExactConnection
from exact_client.records import DivisionRecord
from exact_client.sites import checked, is_loopback
from exact_client.tokens import TokenKeeper
from exact_client.transport import Transport, limits
from exact_client.wire import Wire, pooled_session

STATE_LIFE = timedelta(minutes=10)
STATE_CHARACTERS = 43  # of 62: more than 256 bits


def new_state() -> str:
    """Return what Exact must send back, so that nobody slips us a permission of his own."""
    return get_random_string(STATE_CHARACTERS)


def is_same_state(sent: str, returned: str) -> bool:
    """Tell whether Exact sent our state back, without telling how far it was right."""
    return bool(sent) and constant_time_compare(sent, returned)


def decoded_code(pasted: str) -> str:
    """Return a code as it must be sent: a person may paste it as the address bar shows it."""
    if "code=" in pasted:
        return parse_qs(urlsplit(pasted).query or pasted, keep_blank_values=True)["code"][0]
    return unquote(pasted.strip())


def finish(code: str, *, connected_by: str, takes_current: bool = False) -> ExactConnection:
    """Turn the code of a consent, decoded once, into a working connection with its divisions.

    The tokens are stored before they are used. With `takes_current`, for who has no page to
    choose on, the division that the user has open in Exact is chosen unless one was before.
    Raises any ExactError.
    """
    tokens = oauth.exchange(code, timezone.now())
    connection, _ = ExactConnection.objects.get_or_create(
        url=checked(settings.EXACT_URL),
        client_id=settings.EXACT_CLIENT_ID,
        defaults={"state": ExactConnection.State.DISCONNECTED},
    )
    now = timezone.now()
    TokenKeeper(connection.pk).store(
        tokens,
        state=ExactConnection.State.CONNECTED,
        state_reason="",
        connected_by=connected_by,
        connected_at=now,
        refreshed_at=now,
    )
    connection.refresh_from_db()
    read_divisions(connection, takes_current=takes_current)
    return connection


def read_divisions(connection: ExactConnection, *, takes_current: bool = False) -> None:
    """Bring the user and the divisions of a connection up to date. Raises any ExactError."""
    me = _client(connection, 0).me()
    found = list(_client(connection, me.current_division).divisions())
    with transaction.atomic():
        ExactConnection.objects.filter(pk=connection.pk).update(
            user_id=me.user_id, user_name=me.full_name or "", language=me.language_code or ""
        )
        for record in found:
            _keep(connection, record)
        codes = [record.code for record in found]
        hidden = connection.divisions.exclude(code__in=codes)
        hidden.update(status=Division.Status.HIDDEN)
        if takes_current and not connection.divisions.filter(is_chosen=True).exists():
            connection.divisions.filter(code=me.current_division).update(is_chosen=True)
    connection.refresh_from_db()


def disconnect(connection: ExactConnection, *, by: str) -> None:
    """Forget the tokens. Everything that was read and linked stays."""
    ExactConnection.objects.filter(pk=connection.pk).update(
        state=ExactConnection.State.DISCONNECTED,
        state_reason=f"Disconnected by {by}. Connect to Exact to go on.",
        tokens="",
        expires_at=None,
        refresh_not_before=None,
    )


def keep_alive(connection: ExactConnection) -> bool:
    """Refresh a permission before Exact forgets it; tell whether that was needed."""
    return TokenKeeper(connection.pk).keep_alive()


def connect_through_sandbox(*, connected_by: str) -> ExactConnection:
    """Connect to the stand-in, pressing "Allow" on its consent page without a browser.

    Raises ExactDisconnectedError when EXACT_URL is not on this machine or the page says no.
    """
    if not is_loopback(settings.EXACT_URL):
        raise ExactDisconnectedError("EXACT_URL is the real Exact: connect in the browser.")
    state = new_state()
    try:
        landing = _allow(oauth.authorise_url(state))
    except requests.RequestException as error:
        raise ExactTemporaryError(
            f"The stand-in at {settings.EXACT_URL} does not answer ({type(error).__name__})."
        ) from None
    returned = parse_qs(urlsplit(landing).query)
    if "code" not in returned or not is_same_state(state, returned.get("state", [""])[0]):
        raise ExactDisconnectedError("The stand-in did not give a code.")
    return finish(returned["code"][0], connected_by=connected_by, takes_current=True)


def _client(connection: ExactConnection, division: int) -> ExactClient:
    wire = Wire(limits())
    return ExactClient(
        Transport(
            site=connection.url,
            division=division,
            keeper=TokenKeeper(connection.pk),
            wire=wire,
            lane=Lane.PERSON,
            meter=None,
        )
    )


def _keep(connection: ExactConnection, record: DivisionRecord) -> None:
    Division.objects.update_or_create(
        connection=connection,
        code=record.code,
        defaults={
            "name": record.description or str(record.code),
            "country": record.country or "",
            "currency": record.currency or "",
            "vat_number": record.vat_number or "",
            "status": record.status if record.status is not None else Division.Status.ACTIVE,
            "epoch": f"{record.division_move_date or ''}/"
            f"{record.division_hr_link_unlink_date or ''}",
        },
    )


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
