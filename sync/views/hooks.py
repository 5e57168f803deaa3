"""Where Exact and Zoho post what changed: it is kept, answered at once, and worked on later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sync import tasks
from sync.services.zoho.telling import notices
from sync.services.zoho.telling.notices import Answer

MOST_BYTES = 2**16  # of one call: a hundred ids of Zoho with the names of their fields
STATUSES = {
    Answer.KEPT: HTTPStatus.OK,
    Answer.NOTHING: HTTPStatus.OK,
    Answer.FORGED: HTTPStatus.UNAUTHORIZED,
    Answer.UNKNOWN: HTTPStatus.NOT_FOUND,
}
Take = Callable[[str, bytes, datetime], Answer]


@csrf_exempt
@login_not_required
@never_cache
@require_POST
def exact(request: HttpRequest, path: str) -> HttpResponse:
    """Take what Exact posts: an empty body when it tries the address, later what it signed."""
    return _answered(request, path, notices.from_exact)


@csrf_exempt
@login_not_required
@never_cache
@require_POST
def zoho(request: HttpRequest, path: str) -> HttpResponse:
    """Take what Zoho posts to the address of a channel, proven by the token that it repeats."""
    return _answered(request, path, notices.from_zoho)


def _answered(request: HttpRequest, path: str, take: Take) -> HttpResponse:
    raw = _body(request)
    if isinstance(raw, HTTPStatus):
        return HttpResponse(status=raw)
    answer = take(path, raw, timezone.now())
    if answer is Answer.KEPT:
        tasks.nudge(tasks.work_on_notices)
    return HttpResponse(status=STATUSES[answer])


def _body(request: HttpRequest) -> bytes | HTTPStatus:
    """Return the body, or why it is not taken: too long, of no told length, or cut short."""
    length = request.headers.get("Content-Length")
    if not length and "Transfer-Encoding" in request.headers:
        return HTTPStatus.LENGTH_REQUIRED
    try:
        if int(length or 0) > MOST_BYTES:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return request.read(MOST_BYTES)
    except (ValueError, OSError):
        return HTTPStatus.BAD_REQUEST
