"""Which divisions we work with."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import transaction

from exact_client.models import Division
from sync.models import BookingSettings, OutboxEntry
from sync.services.ledger import routes

if TYPE_CHECKING:
    from django.db.models import QuerySet

State = OutboxEntry.State
UNDER_WAY = [State.QUEUED, State.SENDING, State.UNKNOWN]


class DivisionsError(Exception):
    """These divisions can't be the ones that we work with; the message says why."""


def choose(wanted: Collection[Division]) -> list[Division]:
    """Work with these divisions alone; return those that are new.

    Documents of which nothing was sent go where their routes lead now. Raises DivisionsError.
    """
    if not wanted:
        raise DivisionsError("Choose at least one division.")
    keys = [division.pk for division in wanted]
    dropped = Division.objects.chosen().exclude(pk__in=keys)
    _refuse_what_is_under_way(dropped)
    new = [division for division in wanted if not division.is_chosen]
    with transaction.atomic():
        Division.objects.filter(is_chosen=True).exclude(pk__in=keys).update(is_chosen=False)
        Division.objects.filter(pk__in=keys).update(is_chosen=True)
        for division in wanted:
            BookingSettings.objects.get_or_create(division=division)
        routes.follow()
    return new


def _refuse_what_is_under_way(dropped: QuerySet[Division]) -> None:
    under_way = OutboxEntry.objects.filter(division__in=dropped, state__in=UNDER_WAY)
    first = under_way.select_related("division").first()
    if first is not None:
        raise DivisionsError(
            f"Something of {first.division} is on its way to Exact ({under_way.count()})."
            " Wait until it is there, then take the division out."
        )
