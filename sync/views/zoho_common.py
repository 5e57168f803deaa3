"""What the pages of Zoho share: who may use them, and the tie that they are about."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from sync.models import ZohoSync
from sync.services.zoho.set_up import setup
from sync.views.common import person

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

CLOSED_TO_YOU = (
    "Zoho ↔ Exact is open to those whom an administrator chose. Ask an administrator ({names}) to"
    " tick your name under Zoho set-up → Who may use it."
)


def may_use_zoho(view: View[P]) -> View[P]:
    """Open a page to administrators and to those who were chosen at the set-up."""

    @wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not setup.may_use(find_sync(), person(request)):
            raise PermissionDenied(_who_can_help())
        return view(request, *args, **kwargs)

    return checked


def _who_can_help() -> str:
    names = [one.get_full_name() or one.get_username() for one in setup.administrators()]
    return CLOSED_TO_YOU.format(names=", ".join(names))


def find_sync() -> ZohoSync | None:
    """Return the tie between Zoho and Exact; None before the set-up."""
    return setup.find()


def the_sync() -> ZohoSync:
    """Return the tie between Zoho and Exact. Raises Http404 with what to do before the set-up."""
    found = find_sync()
    if found is None:
        raise Http404("Set up Zoho ↔ Exact first, under Zoho set-up.")
    return found
