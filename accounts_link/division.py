"""Which division the pages are about: the one a person looks at, of those chosen at set-up."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from exact_client.models import Division

KEPT = "division"  # in the session


class RequestWithDivisions(HttpRequest):
    """A request that remembers the divisions it asked for."""

    divisions_at_hand: list[Division]


def chosen_divisions(request: HttpRequest) -> list[Division]:
    """Return the divisions that we work with; asked of the database once a request."""
    if not hasattr(request, "divisions_at_hand"):
        chosen = Division.objects.chosen().select_related("connection", "budget").order_by("pk")
        request.divisions_at_hand = list(chosen)  # type: ignore[attr-defined]  # ours, see above
    return request.divisions_at_hand  # type: ignore[attr-defined, no-any-return]  # ours, see above


def find_division(request: HttpRequest) -> Division | None:
    """Return the division that the person looks at, by default the first; None before set-up."""
    chosen = chosen_divisions(request)
    if len(chosen) < 2:  # noqa: PLR2004 - there is nothing to choose from
        return next(iter(chosen), None)
    kept = request.session.get(KEPT)
    return next((division for division in chosen if division.pk == kept), chosen[0])


def look_at(request: HttpRequest, division: Division) -> None:
    """Show this division from now on, to this person alone."""
    request.session[KEPT] = division.pk


def the_division(request: HttpRequest) -> Division:
    """Return the division looked at; raises Http404 with what to do when there is none."""
    division = find_division(request)
    if division is None:
        raise Http404("Connect to Exact Online and choose a division first.")
    return division
