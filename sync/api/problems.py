"""Errors as the API tells them: RFC 9457, with a stable `code` and words that say what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse, JsonResponse
from ninja.errors import HttpError

MEDIA_TYPE = "application/problem+json"
CODES: dict[str, tuple[HTTPStatus, str]] = {
    "no_key": (HTTPStatus.UNAUTHORIZED, "There is no key, or not one that we know"),
    "not_allowed": (HTTPStatus.FORBIDDEN, "This key may not do that"),
    "too_many_calls": (HTTPStatus.TOO_MANY_REQUESTS, "Too many calls in this minute"),
    "not_json": (HTTPStatus.BAD_REQUEST, "The body can't be read as JSON"),
    "wrong_type": (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body has another type than expected"),
    "too_large": (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large"),
    "invalid": (HTTPStatus.UNPROCESSABLE_ENTITY, "Something in the request can't be right"),
    "refused": (HTTPStatus.UNPROCESSABLE_ENTITY, "The record was refused; nothing was saved"),
    "bad_idempotency_key": (HTTPStatus.BAD_REQUEST, "The Idempotency-Key can't be used"),
    "idempotency_key_reused": (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "This Idempotency-Key came with another request before",
    ),
    "at_work": (HTTPStatus.CONFLICT, "The same request is being worked on at this moment"),
    "not_found": (HTTPStatus.NOT_FOUND, "There is nothing here"),
    "wrong_method": (HTTPStatus.METHOD_NOT_ALLOWED, "This address does not take that method"),
    "busy": (HTTPStatus.SERVICE_UNAVAILABLE, "The database is busy"),
    "our_fault": (
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "A fault of Exactlink's; sending it again doubles nothing",
    ),
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field; `field` is a path such as `lines[0].vat_rate`."""

    field: str
    message: str


@dataclass
class Problem(Exception):  # noqa: N818 - RFC 9457 calls it so
    """Ends a request with an error. `code` is one of CODES and never changes its meaning."""

    code: str
    detail: str
    errors: list[FieldError] = field(default_factory=list)
    retry_after: int | None = None  # seconds

    @property
    def status(self) -> HTTPStatus:
        """Return the status of the answer."""
        return CODES[self.code][0]

    def as_json(self) -> dict[str, Any]:
        """Return the members of RFC 9457, and ours."""
        told: dict[str, Any] = {
            "type": "about:blank",
            "title": CODES[self.code][1],
            "status": int(self.status),
            "code": self.code,
            "detail": self.detail,
        }
        if self.errors:
            told["errors"] = [
                {"field": error.field, "message": error.message} for error in self.errors
            ]
        return told


def response_of(problem: Problem) -> HttpResponse:
    """Return a problem as an answer, with the headers that belong to it."""
    response = JsonResponse(problem.as_json(), status=problem.status, content_type=MEDIA_TYPE)
    if problem.retry_after is not None:
        response["Retry-After"] = str(problem.retry_after)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="Exactlink"'
    return response


def problem_of(error: HttpError) -> Problem:
    """Return what ninja says in its own words as a problem of ours."""
    if isinstance(error.__cause__, Problem):  # raised while it read the body
        return error.__cause__
    if error.status_code == HTTPStatus.UNAUTHORIZED:
        return Problem("no_key", "Send the key of this client: “Authorization: Bearer exl_…”.")
    return Problem("not_json", "Send JSON in UTF-8; nothing was saved.")
