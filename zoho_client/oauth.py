"""Getting tokens from Zoho: the address to ask a person's consent, a code, a refresh, a farewell.

The token server says no with status 200 as readily as with 400, so only the body counts.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from urllib.parse import urlencode

import msgspec
from django.conf import settings
from oauthlib.oauth2 import OAuth2Error
from requests_oauthlib import OAuth2Session

from zoho_client.errors import ZohoDisconnectedError, ZohoTemporaryError
from zoho_client.sites import checked_accounts, checked_api, is_loopback
from zoho_client.wire import Answer, LostError, Request, Wire, pooled_session

TIMEOUT = (5.0, 10.0)  # seconds to connect, and between two bytes
LIFE = 3600  # seconds of an access token, when Zoho does not say
MILLISECONDS_ABOVE = 86_400  # some servers count the life in milliseconds: no token lives a day
THROTTLED_FOR = timedelta(minutes=10)  # Zoho gives ten tokens in ten minutes, then none
SCOPES = (
    "ZohoCRM.modules.ALL",
    "ZohoCRM.settings.ALL",  # reads modules, fields, layouts and taxes; makes the field of ours
    "ZohoCRM.coql.READ",
    "ZohoCRM.users.READ",
    "ZohoCRM.org.READ",
    "ZohoCRM.notifications.ALL",
    "ZohoCRM.signals.ALL",
)


class TokensRefusedError(Exception):
    """The refresh token, or the app itself, is not accepted: only a person can mend that."""


class ThrottledError(Exception):
    """Zoho gives no tokens for some minutes; those that we have stay good."""


class Tokens(msgspec.Struct, frozen=True):
    """What the token server gave. Its repr shows no secret; a refresh brings no refresh token."""

    access_token: str
    refresh_token: str
    api_domain: str
    expires_at: datetime
    scopes: str

    def __repr__(self) -> str:
        return f"Tokens(expires_at={self.expires_at})"


class _Told(msgspec.Struct):
    """Any answer of the token server."""

    access_token: str = ""
    refresh_token: str = ""
    api_domain: str = ""
    expires_in: int = LIFE
    scope: str = ""
    error: str = ""
    error_description: str = ""


def redirect_uri() -> str:
    """Return where Zoho sends people back to; the app must be registered with exactly this."""
    return f"{settings.PUBLIC_URL}/zoho/callback/"


def authorise_url(state: str) -> str:
    """Return the page of Zoho that asks a person for consent.

    `offline` and `consent` together make sure of a refresh token, a second time as well.
    """
    url, _ = _session(redirect=redirect_uri(), scope=",".join(SCOPES)).authorization_url(
        f"{checked_accounts(settings.ZOHO_ACCOUNTS_URL)}/oauth/v2/auth",
        state,
        access_type="offline",
        prompt="consent",
    )
    return str(url)


def exchange(
    accounts_url: str, code: str, now: datetime, *, is_self_client: bool = False
) -> Tokens:
    """Turn the code of a consent into tokens, at the server that the person came back from.

    The code of a self client, made in Zoho's console, is exchanged without a redirect.
    Raises ZohoDisconnectedError when Zoho refuses or gives no refresh token,
    ZohoTemporaryError when it can't be reached or gives nobody tokens just now.
    """
    try:
        given = _session(redirect=None if is_self_client else redirect_uri()).fetch_token(
            _token_url(accounts_url),
            code=code,
            client_secret=settings.ZOHO_CLIENT_SECRET,
            include_client_id=True,
            timeout=TIMEOUT,
        )
    except OAuth2Error as error:
        raise _not_given(f"{error.error} {error.description or ''}", now) from None
    except OSError as error:
        raise ZohoTemporaryError(
            f"Zoho could not be reached ({type(error).__name__}). Connect again."
        ) from None
    scopes = given.get("scope") or []  # a list by now, whatever stood between them
    told = msgspec.convert({**given, "scope": ",".join(scopes)}, _Told, strict=False)
    tokens = _tokens(told, now)
    if not tokens.refresh_token:
        raise ZohoDisconnectedError(
            "Zoho gave no refresh token, so the permission would end within the hour. Remove"
            " this app under Connected apps in your Zoho account, then connect again."
        )
    return tokens


def refresh(wire: Wire, accounts_url: str, refresh_token: str, now: datetime) -> Tokens:
    """Get a new access token; `now` is when we ask. It may be repeated: nothing is spent by it.

    Raises TokensRefusedError, ThrottledError, NotSentError and LostError.
    """
    form = {
        "grant_type": "refresh_token",
        "refresh_token": refresh_token,
        "client_id": settings.ZOHO_CLIENT_ID,
        "client_secret": settings.ZOHO_CLIENT_SECRET,
    }
    answer = wire.send(_form(_token_url(accounts_url), form))
    told = _read(answer)
    if told.access_token:
        return _tokens(told, now)
    raise _refusal(told, answer.status)


def revoke(wire: Wire, accounts_url: str, refresh_token: str) -> None:
    """Tell Zoho that we are done with this permission. Raises NotSentError and LostError."""
    wire.send(_form(f"{_token_url(accounts_url)}/revoke", {"token": refresh_token}))


def _form(url: str, fields: dict[str, str]) -> Request:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    return Request("POST", url, None, headers, urlencode(fields).encode())


def _read(answer: Answer) -> _Told:
    try:
        return msgspec.json.decode(answer.body, type=_Told, strict=False)
    except msgspec.DecodeError:  # a page, or half an answer
        raise LostError(f"status {answer.status}") from None


def _tokens(told: _Told, now: datetime) -> Tokens:
    life = told.expires_in if told.expires_in <= MILLISECONDS_ABOVE else told.expires_in / 1000
    return Tokens(
        told.access_token,
        told.refresh_token,
        checked_api(told.api_domain.rstrip("/")),
        now + timedelta(seconds=life),
        told.scope.replace(" ", ","),
    )


def _refusal(told: _Told, status: int) -> Exception:
    said = f"{told.error} {told.error_description}".strip()
    if _is_throttle(said):
        return ThrottledError(said)
    if told.error.startswith("invalid_"):
        return TokensRefusedError(_explained(told.error))
    return LostError(said or f"status {status}")


def _not_given(said: str, now: datetime) -> Exception:
    if _is_throttle(said):
        return ZohoTemporaryError(
            "Zoho gives this app no tokens for some minutes (Access Denied). Connect again in"
            " ten minutes.",
            now + THROTTLED_FOR,
        )
    return ZohoDisconnectedError(f"{_explained(said.strip())} Connect to Zoho again.")


def _is_throttle(said: str) -> bool:
    """Two spellings are known: `Access Denied` with a sentence, and `access_denied`."""
    return said.lower().replace("_", " ").startswith("access denied") or "too many" in said


def _explained(error: str) -> str:
    match error.split(maxsplit=1)[0] if error else "":
        case "invalid_code":
            return (
                "Zoho does not accept our permission (invalid_code): it was used, is over, was"
                " withdrawn, or belongs to another data centre."
            )
        case "invalid_client" | "invalid_client_secret" | "invalid_client_id":
            return (
                f"Zoho does not know this app there ({error}). Check ZOHO_CLIENT_ID and"
                " ZOHO_CLIENT_SECRET, and whether the app is switched on for your data centre in"
                " Zoho's API console."
            )
        case "invalid_redirect_uri":
            return f"Zoho's API console must know {redirect_uri()} as a redirect of this app."
    return f"Zoho gave no tokens ({error or 'no reason given'})."


def _token_url(accounts_url: str) -> str:
    return f"{checked_accounts(accounts_url)}/oauth/v2/token"


def _session(redirect: str | None, scope: str | None = None) -> OAuth2Session:
    if is_loopback(settings.ZOHO_ACCOUNTS_URL):
        # oauthlib insists on https; the stand-in on this very machine has none.
        os.environ.setdefault("OAUTHLIB_INSECURE_TRANSPORT", "1")
    session = OAuth2Session(settings.ZOHO_CLIENT_ID, redirect_uri=redirect, scope=scope)
    session.adapters = pooled_session().adapters
    session.max_redirects = 0
    return session
