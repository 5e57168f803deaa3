"""The header Idempotency-Key: a request that is sent again gets the answer it got, and no work."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja.responses import Status

from sync.api.problems import MEDIA_TYPE, Problem
from sync.services import api_answers

if TYPE_CHECKING:
    from sync.models import ApiAnswer

USABLE = re.compile(r"[!-~]{1,200}")
RETRY_AFTER = 5  # seconds
HEADER = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "maxLength": 200},
    "description": "Of your choice, such as a UUID: sent again, the request gets the same answer.",
}
View = Callable[..., Status[Any]]


def once(view: View) -> Callable[..., Status[Any] | HttpResponse]:
    """Let a view answer once for each key; without the header it answers every time.

    Only what was done, or refused for good, is kept: after a fault of ours the same key may come
    again at once.
    """

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> Status[Any] | HttpResponse:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return view(request, *args, **kwargs)
        answer, is_ours = _begin(request, key)
        if not is_ours:
            return _told_again(answer)
        try:
            done = view(request, *args, **kwargs)
        except BaseException as error:
            if isinstance(error, Problem) and error.retry_after is None:
                api_answers.keep(answer, error.status, error.as_json())
            else:
                api_answers.give_up(answer)
            raise
        api_answers.keep(answer, done.status_code, done.value.model_dump(mode="json"))
        return done

    return answered


def _begin(request: HttpRequest, key: str) -> tuple[ApiAnswer, bool]:
    if not USABLE.fullmatch(key):
        raise Problem("bad_idempotency_key", "Use 1 to 200 visible ASCII characters, as a UUID.")
    client = request.auth  # type: ignore[attr-defined]  # the guard put it there
    try:
        return api_answers.begin(client, key, _hash(request), now=timezone.now())
    except api_answers.KeyReusedError:
        raise Problem(
            "idempotency_key_reused",
            "Send the same bytes to the same address again, or use a new key.",
        ) from None
    except api_answers.AtWorkError:
        raise Problem(
            "at_work",
            f"Ask again in {RETRY_AFTER} seconds, with the same key.",
            retry_after=RETRY_AFTER,
        ) from None


def _hash(request: HttpRequest) -> str:
    """Return a hash of all that decides what a request does."""
    address = f"{request.method} {request.get_full_path()} {request.content_type}\n"
    return hashlib.sha256(address.encode() + request.body).hexdigest()


def _told_again(answer: ApiAnswer) -> HttpResponse:
    body = answer.body or {}
    kind = MEDIA_TYPE if {"code", "title"} <= body.keys() else "application/json"
    response = JsonResponse(body, status=answer.status, content_type=kind)
    response["Idempotency-Replayed"] = "true"
    return response
