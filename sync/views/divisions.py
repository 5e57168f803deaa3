"""The switch between the divisions that we work with."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts_link.division import chosen_divisions, look_at
from sync.views.common import may_see, way_back


@require_POST
@may_see
def show(request: HttpRequest) -> HttpResponse:
    """Show the division that was asked for from now on; one that nobody chose is not shown."""
    wanted = request.POST.get("division", "")
    for division in chosen_divisions(request):
        if str(division.pk) == wanted:
            look_at(request, division)
    return redirect(way_back(request, "sync:home"))
