"""The buttons that let documents go by themselves, and that move them out of a closed period."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts_link.division import the_division
from sync.services.delivery import auto_push
from sync.services.delivery import move as moving
from sync.tasks import nudge
from sync.tasks import push as push_task
from sync.views.common import chosen_documents, may_change, person, way_back


@require_POST
@may_change
def approve(request: HttpRequest) -> HttpResponse:
    """Say that the chosen documents may be sent by themselves."""
    chosen = chosen_documents(request)
    count = auto_push.approve(chosen, by=person(request), now=timezone.now())
    messages.success(request, f"{count:,} approved.")
    nudge(push_task)
    return redirect(way_back(request, "sync:invoices"))


@require_POST
@may_change
def move(request: HttpRequest) -> HttpResponse:
    """Book the chosen documents in the next open period, with the reason."""
    chosen, reason = chosen_documents(request), request.POST.get("reason", "")
    first = chosen.select_related("division").exclude(division=None).first()
    division = first.division if first and first.division else the_division(request)
    try:
        count = moving.move(chosen, division, by=person(request), reason=reason)
    except moving.MoveError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{count:,} moved to the next open period.")
    return redirect(way_back(request, "sync:invoices"))
