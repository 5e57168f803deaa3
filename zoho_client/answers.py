"""What each answer of Zoho means: a body, nothing, or the error that says what puts it right.

The status says little: a batch comes with 200, 201, 202, 207 or 400 whether its records failed or
not, so a body that holds records is handed on, to be read record by record.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import msgspec

from zoho_client.errors import (
    ZohoDisconnectedError,
    ZohoError,
    ZohoRefusedError,
    ZohoTemporaryError,
    ZohoUncertainError,
)
from zoho_client.wire import Answer, LostError, NotSentError

LIMITED = "Zoho's limit of calls was reached. It goes on by itself."
PER_RECORD = ("data", "watch", "fields", "signals", "taxes")  # lists of what became of each
NOTHING = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
OF_A_REFUSAL = {"code", "message", "status", "details"}
FAILED_INSIDE = {"INTERNAL_ERROR", "BAD_GATEWAY", "SERVICE_UNAVAILABLE"}


class UnauthorisedError(Exception):
    """401: the access token is not, or no longer, good. Not applied."""


class _Refusal(msgspec.Struct):
    """What stands at the top of a body, or inside its list, when Zoho says no."""

    code: str = ""
    message: str = ""
    status: str = ""
    details: Any = None

    @property
    def is_refusal(self) -> bool:
        """Whether it says no; an answer without a code says nothing of the kind."""
        return bool(self.code) and self.code != "SUCCESS" and self.status != "success"


def meaning(answer: Answer, *, is_change: bool) -> bytes | None:
    """Return the body; None where Zoho has nothing to say (204 and 304).

    Raises UnauthorisedError for a token that is over, and a ZohoError for everything else that
    is no answer to what was asked.
    """
    if answer.status in NOTHING and not is_change:
        return None
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise ZohoTemporaryError(LIMITED)
    held = _held(answer)
    if answer.status == HTTPStatus.UNAUTHORIZED:
        raise _unauthorised(_refusal(held or {}) or _inside(held or {}))
    if held is None:
        raise lost(f"it answered {_kind(answer)} ({answer.status})", is_change=is_change)
    if (refusal := _refusal(held) or _of_the_whole(answer, held)) is not None:
        raise _refused(refusal, answer.status, is_change=is_change)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise lost(f"it answered with status {answer.status}", is_change=is_change)
    return answer.body


def lost(what: str, *, is_change: bool) -> ZohoError:
    """Return the error for a call that may have arrived and whose answer can't be relied on."""
    if is_change:
        return ZohoUncertainError(
            f"Zoho may or may not have stored it: {what}. It is looked up before anything is sent"
            " again."
        )
    return ZohoTemporaryError(f"Zoho could not be read: {what}. It is tried again later.")


def from_wire(error: LostError | NotSentError, *, is_change: bool) -> ZohoError:
    """Return what it means that no answer came."""
    if isinstance(error, NotSentError):
        return ZohoTemporaryError(f"Zoho could not be reached ({error}). Nothing was sent.")
    return lost(f"the connection broke or took too long ({error})", is_change=is_change)


def _held(answer: Answer) -> dict[str, msgspec.Raw] | None:
    """Return the keys of the body; None for a page, half an answer, or none at all."""
    try:
        return msgspec.json.decode(answer.body, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _refusal(held: dict[str, msgspec.Raw]) -> _Refusal | None:
    if "code" not in held or any(key in held for key in PER_RECORD):
        return None
    try:
        # Decoded again from its parts: only these few matter.
        found = msgspec.convert(
            {key: msgspec.json.decode(held[key]) for key in held.keys() & OF_A_REFUSAL}, _Refusal
        )
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
    return found if found.is_refusal else None


def _of_the_whole(answer: Answer, held: dict[str, msgspec.Raw]) -> _Refusal | None:
    """Return why nothing at all may be done, which may be wrapped like the outcome of a record."""
    if answer.status not in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
        return None
    unnamed = _Refusal(f"status {answer.status}")
    return _inside(held) or unnamed


def _inside(held: dict[str, msgspec.Raw]) -> _Refusal | None:
    """Return the refusal of the first record: some answers wrap the whole one's that way."""
    for key in PER_RECORD:
        try:
            found = msgspec.json.decode(held.get(key, b"[]"), type=list[_Refusal])
        except msgspec.DecodeError:
            continue
        if found and found[0].is_refusal:
            return found[0]
    return None


def _unauthorised(refusal: _Refusal | None) -> Exception:
    if refusal is not None and refusal.code == "OAUTH_SCOPE_MISMATCH":
        return ZohoDisconnectedError(
            "Our permission at Zoho does not cover this. Connect to Zoho again and allow"
            f" everything that is asked. ({refusal.code})"
        )
    return UnauthorisedError()


def _refused(refusal: _Refusal, status: int, *, is_change: bool) -> ZohoError:
    if refusal.code in FAILED_INSIDE or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return lost(f"it failed inside ({refusal.code})", is_change=is_change)
    details = refusal.details if isinstance(refusal.details, dict) else {}
    said = f"Zoho refused: {refusal.message or 'no reason given'} ({refusal.code})."
    return ZohoRefusedError(said, refusal.code, details, status)


def _kind(answer: Answer) -> str:
    if not answer.body:
        return "nothing"
    is_page = "html" in answer.headers.get("Content-Type", "")
    return "a page instead of data" if is_page else "half an answer"
