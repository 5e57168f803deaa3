"""What each answer of Exact means: a value, or the error that says what puts it right."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus

import msgspec

from exact_client import refusals
from exact_client.clock import header_number, server_time
from exact_client.counting import MINUTE
from exact_client.errors import (
    ExactDisconnectedError,
    ExactError,
    ExactRefusedError,
    ExactTemporaryError,
    ExactUncertainError,
    ExactUnexpectedError,
)
from exact_client.refusals import is_internal
from exact_client.wire import Answer, LostError, NotSentError

REASONS = {
    "BlockedUser": "the user is blocked",
    "InactiveUser": "the user is inactive",
    "BlockedCustomer": "the licence is blocked",
    "LicenseExpired": "the licence has expired",
    "DivisionBlocked": "the company is blocked",
    "NoDivisionAccess": "the user may not enter this company",
}
LIMITED = "Exact's limit of calls was reached. It goes on by itself."
MAX_WAIT = timedelta(hours=25)  # no window of Exact is longer than a day


class UnauthorisedError(Exception):
    """401: the access token is not, or no longer, good. Not applied."""


class _Message(msgspec.Struct):
    value: str = ""


class _Finding(msgspec.Struct):
    message: _Message | str = ""


class _Failure(msgspec.Struct):
    error: _Finding


class _Success(msgspec.Struct):
    d: msgspec.Raw


def meaning(answer: Answer, *, is_create: bool, now: datetime) -> msgspec.Raw:
    """Return what the answer holds under `d`; nothing for an empty one to a change.

    Raises UnauthorisedError for 401 and an ExactError for everything else that is no success.
    `now` is only used to work out when a limited call may be repeated.
    """
    if answer.status in (HTTPStatus.OK, HTTPStatus.CREATED):
        return _content(answer, is_create=is_create)
    if answer.status == HTTPStatus.NO_CONTENT and not is_create:
        return msgspec.Raw()
    raise _failure(answer, is_create=is_create, now=now)


def lost(what: str, *, is_create: bool) -> ExactError:
    """Return the error for a call that may have arrived and whose answer can't be relied on."""
    if is_create:
        return ExactUncertainError(
            f"Exact may or may not have made it: {what}. It is looked up before anything is sent"
            " again."
        )
    return ExactTemporaryError(f"Exact could not be read: {what}. It is tried again later.")


def from_wire(error: LostError | NotSentError, *, is_create: bool) -> ExactError:
    """Return what it means that no answer came."""
    if isinstance(error, NotSentError):
        return ExactTemporaryError(f"Exact could not be reached ({error}). Nothing was sent.")
    return lost(f"the connection broke or took too long ({error})", is_create=is_create)


def retry_at(answer: Answer, now: datetime) -> datetime:
    """Return when a limited call may be repeated, in our own clock, whatever Exact's clock says.

    Only one half of the headers comes with a 429; with none of them, the next minute is tried.
    """
    there = server_time(answer) or int(now.timestamp() * 1000)
    waits = [
        timedelta(milliseconds=reset - there)
        for name in ("X-RateLimit-Minutely-", "X-RateLimit-")
        if (reset := header_number(answer, name + "Reset")) is not None
        and header_number(answer, name + "Remaining") in (0, None)
    ]
    if (seconds := header_number(answer, "Retry-After")) is not None:
        waits.append(timedelta(seconds=seconds))
    wait = max(waits, default=timedelta(milliseconds=MINUTE - there % MINUTE))
    return now + min(max(wait, timedelta(seconds=1)), MAX_WAIT)


def _content(answer: Answer, *, is_create: bool) -> msgspec.Raw:
    if not is_create and not answer.body:
        return msgspec.Raw()
    if "json" not in answer.headers.get("Content-Type", ""):
        raise lost("it answered a page instead of data", is_create=is_create)
    try:
        return msgspec.json.decode(answer.body, type=_Success).d
    except msgspec.ValidationError as error:
        if is_create:
            raise lost("its answer has an unknown shape", is_create=True) from None
        raise ExactUnexpectedError(f"Exact answered in an unknown shape: {error}") from None
    except msgspec.DecodeError:
        raise lost("its answer was cut off", is_create=is_create) from None


def _failure(answer: Answer, *, is_create: bool, now: datetime) -> Exception:
    text = _text(answer)
    error: Exception
    match answer.status:
        case HTTPStatus.UNAUTHORIZED:
            error = UnauthorisedError()
        case HTTPStatus.FORBIDDEN:
            error = ExactDisconnectedError(_no_right(answer, text))
        case HTTPStatus.TOO_MANY_REQUESTS:
            error = ExactTemporaryError(LIMITED, retry_at(answer, now))
        case HTTPStatus.BAD_REQUEST | HTTPStatus.INTERNAL_SERVER_ERROR if not is_internal(text):
            error = _refused(answer.status, text)
        case HTTPStatus.NOT_FOUND | HTTPStatus.METHOD_NOT_ALLOWED | 415:
            error = _unknown_address(answer.status, text)
        case HTTPStatus.BAD_REQUEST if not is_create:
            error = ExactUnexpectedError("Exact refused a question (400) without saying why.")
        case status:
            error = lost(f"it answered with status {status}", is_create=is_create)
    return error


def _refused(status: int, text: str) -> ExactRefusedError:
    known = refusals.find(text)
    kind = known.kind if known else "other"
    return ExactRefusedError(refusals.explained(text), kind, text, status)


def _unknown_address(status: int, text: str) -> ExactRefusedError:
    said = f"Exact does not know this address ({status}). {text}".strip()
    return ExactRefusedError(said, "not_found", text, status)


def _no_right(answer: Answer, text: str) -> str:
    reason = answer.headers.get("Reason", "").split(":")[0].strip()
    told = REASONS.get(reason) or " ".join(text.split()) or reason or "no reason given"
    return (
        f"Exact turned us away (403): {told.rstrip('.')}. Check the rights of the user, the scopes"
        " of the app and the licence in Exact; if the app was blocked for too many errors, wait"
        " an hour."
    )


def _text(answer: Answer) -> str:
    """Return Exact's own words, or nothing when there is no readable error in the body."""
    if "json" not in answer.headers.get("Content-Type", ""):
        return ""
    try:
        message = msgspec.json.decode(answer.body, type=_Failure).error.message
    except msgspec.DecodeError:
        return ""
    return message if isinstance(message, str) else message.value
