"""What the views share: who may, whether a part is asked, the way back, and starting long work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from celery import Task
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from sync.context import documents_of
from sync.models import Invoice, Run
from sync.models.documents import InvoiceQuerySet
from sync.services import runs
from sync.tasks import nudge

may_see = permission_required("sync.view_invoice", raise_exception=True)
may_change = permission_required("sync.change_invoice", raise_exception=True)
may_set_up = permission_required("sync.change_bookingsettings", raise_exception=True)
may_import = permission_required("sync.add_upload", raise_exception=True)


@dataclass(frozen=True, slots=True)
class Tab:
    """A state to choose, with how many documents are in it."""

    key: str
    words: str
    count: int
    is_current: bool


def person(request: HttpRequest) -> User:
    """Return who is at the keyboard; every page but the log-in has somebody."""
    assert isinstance(request.user, User)  # noqa: S101 - for the type checker; LoginRequiredMiddleware saw to it
    return request.user


def asks_a_part(request: HttpRequest) -> bool:
    """Whether htmx wants a part of the page, and not the browser all of it."""
    restored = request.headers.get("HX-History-Restore-Request") == "true"
    return request.headers.get("HX-Request") == "true" and not restored


def way_back(request: HttpRequest, page: str, *args: Any) -> str:
    """Return the address to show next: the one asked for if it is ours, else `page`."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else reverse(page, args=args)


def chosen_documents(request: HttpRequest) -> InvoiceQuerySet:
    """Return the ticked documents, or all that nothing was sent of when all are asked for."""
    if "all" in request.POST:
        return documents_of(request).before_the_outbox()
    numbers = [int(text) for text in request.POST.getlist("invoice") if text.isdecimal()]
    return Invoice.objects.filter(pk__in=numbers)


def start(request: HttpRequest, job: Run.Job, task: Task[Any, Any]) -> Run:
    """Ask for a run of `job`, and ring the worker once that is saved."""
    with transaction.atomic():
        run = runs.ask(job, by=person(request), now=timezone.now())
        transaction.on_commit(lambda: nudge(task, run.pk))
    return run
