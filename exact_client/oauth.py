"""Getting tokens from Exact: the address to ask a person's consent, a code, a refresh."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Self
from urllib.parse import urlencode

import msgspec
from django.conf import settings
from oauthlib.oauth2 import OAuth2Error
from requests_oauthlib import OAuth2Session

from exact_client.errors import ExactDisconnectedError, ExactTemporaryError
from exact_client.sites import checked, is_loopback
from exact_client.wire import Answer, LostError, Request, Wire, pooled_session

TIMEOUT = (5.0, 10.0)  # seconds to connect, and between two bytes
LIFE = 600  # seconds of an access token, when Exact does not say
EARLIEST_REFRESH = 570  # seconds; an earlier one is refused, and counted as an error


class TokensRefusedError(Exception):
    """The refresh token is spent or too old: only a person's consent brings another."""


class TooEarlyError(Exception):
    """Exact does not refresh yet; the tokens that we have stay good."""


class Tokens(msgspec.Struct, frozen=True):
    """A pair of tokens, and when it was given. Its repr shows neither."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    refresh_not_before: datetime

    def __repr__(self) -> str:
        return f"Tokens(expires_at={self.expires_at})"

    @classmethod
    def from_answer(cls, body: bytes, asked_at: datetime, answered_at: datetime) -> Self:
        """Read Exact's answer. Raises msgspec.DecodeError when there is no pair in it.

        The life is counted from when we asked, the wait for a refresh from when we knew: so our
        reckoning errs to the safe side at both ends.
        """
        given = msgspec.json.decode(body, type=_Given, strict=False)  # expires_in is a string
        return cls(
            given.access_token,
            given.refresh_token,
            asked_at + timedelta(seconds=given.expires_in),
            answered_at + timedelta(seconds=EARLIEST_REFRESH),
        )


class _Given(msgspec.Struct):
    access_token: str
    refresh_token: str
    expires_in: int = LIFE


class _Refused(msgspec.Struct):
    error: str = ""
    error_description: str = ""


def redirect_uri() -> str:
    """Return where Exact sends people back to; the app must be registered with exactly this."""
    return f"{settings.PUBLIC_URL}/exact/callback/"


def authorise_url(state: str) -> str:
    """Return the page of Exact that asks a person for consent."""
    url, _ = _session().authorization_url(
        f"{checked(settings.EXACT_URL)}/api/oauth2/auth", state, force_login="0"
    )
    return str(url)


def exchange(code: str, now: datetime) -> Tokens:
    """Turn the code that came with the callback, decoded once, into tokens. It works once.

    Raises ExactDisconnectedError when Exact refuses the code, ExactTemporaryError when it can't
    be reached.
    """
    try:
        given = _session().fetch_token(
            _token_url(),
            code=code,
            client_secret=settings.EXACT_CLIENT_SECRET,
            include_client_id=True,  # in the body: Exact refuses an Authorization header
            timeout=TIMEOUT,
        )
    except OAuth2Error as error:
        raise ExactDisconnectedError(
            f"Exact did not accept the code ({error.error}). Codes work once and for three"
            " minutes: connect again."
        ) from None
    except OSError as error:
        raise ExactTemporaryError(
            f"Exact could not be reached ({type(error).__name__}). Connect again."
        ) from None
    return Tokens.from_answer(msgspec.json.encode(dict(given)), now, now)


def refresh(wire: Wire, refresh_token: str) -> bytes:
    """Spend the refresh token; return Exact's answer as it came, to be stored before it is used.

    Raises TokensRefusedError, TooEarlyError, NotSentError, and LostError when nobody knows
    whether the token was spent.
    """
    form = {
        "grant_type": "refresh_token",
        "refresh_token": refresh_token,
        "client_id": settings.EXACT_CLIENT_ID,
        "client_secret": settings.EXACT_CLIENT_SECRET,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    answer = wire.send(Request("POST", _token_url(), None, headers, urlencode(form).encode()))
    if answer.status == HTTPStatus.OK and _is_pair(answer.body):
        return answer.body
    raise _refusal(answer)


def _refusal(answer: Answer) -> Exception:
    try:
        told = msgspec.json.decode(answer.body, type=_Refused)
    except msgspec.DecodeError:
        told = _Refused()
    if "not expired" in told.error_description.lower():
        return TooEarlyError()
    if answer.status in (400, 401) and told.error:
        return TokensRefusedError(f"{told.error}: {told.error_description}")
    return LostError(f"status {answer.status}")  # 429 too: it was seen to spend the token


def _is_pair(body: bytes) -> bool:
    try:
        msgspec.json.decode(body, type=_Given, strict=False)
    except msgspec.DecodeError:
        return False
    return True


def _token_url() -> str:
    return f"{checked(settings.EXACT_URL)}/api/oauth2/token"


def _session() -> OAuth2Session:
    if is_loopback(settings.EXACT_URL):
        # oauthlib insists on https; the stand-in on this very machine has none.
        os.environ.setdefault("OAUTHLIB_INSECURE_TRANSPORT", "1")
    session = OAuth2Session(settings.EXACT_CLIENT_ID, redirect_uri=redirect_uri())
    session.adapters = pooled_session().adapters
    session.max_redirects = 0
    return session
