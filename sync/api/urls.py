"""The intake API, mounted: its errors are problems, and no address asks for a log-in."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, re_path
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from ninja.errors import HttpError, ValidationError

from sync.api import description
from sync.api.bodies import keep_body
from sync.api.problems import FieldError, Problem, problem_of, response_of
from sync.api.routes import api
from sync.api.schemas import CustomerIn
from sync.api.words import path_of, sentence_of

logger = logging.getLogger(__name__)
app_name = "intake"
View = Callable[..., HttpResponseBase]


def _guarded(view: View) -> View:
    """Put the bounds of the API around a view: its body, its errors, no session and no cache."""

    @csrf_exempt
    @login_not_required
    @never_cache
    @wraps(view, assigned=())
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            keep_body(request)
            response = view(request, *args, **kwargs)
        except Exception as error:
            return response_of(_problem(request, error))
        if response.status_code == 405:  # noqa: PLR2004 - ninja's, in plain text
            allowed = response["Allow"]
            response = response_of(Problem("wrong_method", f"Use {allowed}."))
            response["Allow"] = allowed
        return response

    return answered


def _problem(request: HttpRequest, error: Exception) -> Problem:
    """Return what went wrong; of a fault of ours only that it is one, the rest is for the log."""
    match error:
        case Problem():
            return error
        case ValidationError():
            told = "Correct what `errors` names, and send it again."
            return Problem("invalid", told, [_told(one) for one in error.errors])
        case HttpError():
            return problem_of(error)
        case OperationalError():
            return Problem("busy", "Send it again in a second; nothing is doubled.", retry_after=1)
    logger.error("api failed method=%s", request.method, exc_info=error)
    return Problem("our_fault", "Tell the administrator of this installation.")


def _told(error: dict[str, Any]) -> FieldError:
    """Leave out what ninja puts before the path: that it is the body, and the argument's name."""
    place = error["loc"]
    model = CustomerIn if place[:2] == ("body", "customer") else None
    path = place[2:] if place[0] == "body" else place[1:]
    return FieldError(path_of(path), sentence_of({**error, "loc": path or place}, model))


def _nothing(request: HttpRequest) -> HttpResponse:
    return response_of(Problem("not_found", "See /api/v1/docs for the addresses there are."))


def _patterns() -> Iterator[URLPattern]:
    for pattern in api.urls[0]:
        if isinstance(pattern, URLPattern) and pattern.name != "api-root":
            yield URLPattern(
                pattern.pattern, _guarded(pattern.callback), pattern.default_args, pattern.name
            )
    yield re_path("", _guarded(_nothing), name="nothing")


urlpatterns = [
    path("openapi.json", login_not_required(description.openapi), name="openapi"),
    path("docs", login_not_required(description.page), name="docs"),
    *_patterns(),
]
