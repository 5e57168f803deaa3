"""Which division the pages are about: the one that was chosen at set-up."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from exact_client.models import Division


class RequestWithDivision(HttpRequest):
    """A request that remembers the division it asked for."""

    division_at_hand: Division | None


def find_division(request: HttpRequest) -> Division | None:
    """Return the chosen division, or None before set-up; asked of the database once a request."""
    if not hasattr(request, "division_at_hand"):
        chosen = Division.objects.chosen().select_related("connection", "budget")
        request.division_at_hand = chosen.first()  # type: ignore[attr-defined]  # ours, see above
    return request.division_at_hand  # type: ignore[attr-defined, no-any-return]  # ours, see above


def the_division(request: HttpRequest) -> Division:
    """Return the chosen division; raises Http404 with what to do when there is none."""
    division = find_division(request)
    if division is None:
        raise Http404("Connect to Exact Online and choose a division first.")
    return division
