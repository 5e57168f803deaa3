"""Getting a token from zapfloor: OAuth's password grant, in JSON as it was seen in public code.

requests-oauthlib sends this grant as a form and expects 200; zapfloor was seen to take JSON and to
answer 201, so the one request is made here.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from http import HTTPStatus

import msgspec

from exact_client.wire import Answer, Limits, LostError, NotSentError, Request, Wire
from sync.zapfloor.errors import (
    ZapfloorDisconnectedError,
    ZapfloorError,
    ZapfloorTemporaryError,
    ZapfloorUnexpectedError,
)

LIMITS = Limits(connect=5, read=15, total=20, body=2**20)  # seconds; bytes
LIFE = 3600  # seconds of a token, when zapfloor does not say
CODE = re.compile(r"[a-z_]{1,40}")  # an error's code; its description may repeat what was sent


class Credentials(msgspec.Struct, frozen=True):
    """Who we are for zapfloor. Its repr shows no secret."""

    client_id: str
    client_secret: str
    username: str
    password: str
    scope: str

    def __repr__(self) -> str:
        return "Credentials(…)"


class Token(msgspec.Struct, frozen=True):
    """A token and when it ends. Its repr does not show it."""

    access_token: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Token(expires_at={self.expires_at})"


class _Given(msgspec.Struct):
    access_token: str
    expires_in: int = LIFE


class _Refused(msgspec.Struct):
    error: str = ""


def ask_token(wire: Wire, address: str, credentials: Credentials, now: datetime) -> Token:
    """Ask for a new token. Raises any ZapfloorError."""
    body = msgspec.json.encode({"grant_type": "password", **msgspec.structs.asdict(credentials)})
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    try:
        answer = wire.send(Request("POST", address, None, headers, body))
    except (NotSentError, LostError) as error:
        raise ZapfloorTemporaryError(f"zapfloor could not be reached ({error}).") from None
    if answer.status not in {HTTPStatus.CREATED, HTTPStatus.OK}:
        raise _refusal(answer)
    try:
        given = msgspec.json.decode(answer.body, type=_Given, strict=False)
    except msgspec.DecodeError:
        raise ZapfloorUnexpectedError(
            "zapfloor's answer holds no token; is the path of the token right?"
        ) from None
    return Token(given.access_token, now + timedelta(seconds=given.expires_in))


def _refusal(answer: Answer) -> ZapfloorError:
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS or answer.status >= 500:  # noqa: PLR2004 - server errors
        return ZapfloorTemporaryError(f"zapfloor gives no token at present ({answer.status}).")
    if answer.status in {400, 401, 403}:
        return ZapfloorDisconnectedError(
            f"zapfloor does not accept the credentials{_code(answer)}. Check the client, the user"
            " name, both secrets and the scope."
        )
    return ZapfloorUnexpectedError(
        f"zapfloor answered {answer.status} where a token should be; check the address and the"
        " path of the token."
    )


def _code(answer: Answer) -> str:
    try:
        told = msgspec.json.decode(answer.body, type=_Refused).error
    except msgspec.DecodeError:
        return ""
    return f" ({told})" if CODE.fullmatch(told) else ""
