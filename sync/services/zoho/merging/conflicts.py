"""What a person chooses where both sides changed a field, each in its own way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from sync.models import Conflict, Pair

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from django.contrib.auth.models import User

    from sync.rules.zoho.merging import Disagreement


Fields = tuple[str, str]  # of Exact and of Zoho, as one mapping names them


class ConflictClosedError(Exception):
    """Both sides agree by now: there is nothing left to choose."""


def choose(conflict: Conflict, choice: str, *, by: User | None, now: datetime) -> None:
    """Let one side be right; the next run writes it, and closes the conflict once both are equal.

    It holds between the values that were shown: when one of them changes before it was written,
    the choice is dropped and the person asked again. Raises ConflictClosedError.
    """
    with transaction.atomic():
        still_open = Conflict.objects.filter(pk=conflict.pk, closed_at=None)
        values = {"choice": Conflict.Choice(choice), "chosen_by": by, "chosen_at": now}
        if not still_open.update(**values):
            raise ConflictClosedError("Both sides agree by now: there is nothing left to choose.")
        Pair.objects.filter(pk=conflict.pair_id).update(is_dirty=True)


def keep(
    pair: Pair,
    held: Iterable[Conflict],
    found: Mapping[Fields, Disagreement],
    waiting: Iterable[Fields],
    now: datetime,
) -> None:
    """Open, bring up to date and close the conflicts of a pair, as a merge found them.

    One that a person decided stays open while it waits to be written (`waiting`).
    """
    known = {(one.exact_field, one.zoho_field): one for one in held}
    for (exact_field, zoho_field), one in found.items():
        row = known.pop((exact_field, zoho_field), None)
        if row is None:
            row = Conflict(pair=pair, opened_at=now)
            row.exact_field, row.zoho_field = exact_field, zoho_field
        elif _is_unchanged(row, one):
            continue
        _show(row, pair, one)
    for fields in waiting:
        known.pop(fields, None)
    over = [row.pk for row in known.values()]
    if over:
        Conflict.objects.filter(pk__in=over).update(closed_at=now)


def _is_unchanged(row: Conflict, found: Disagreement) -> bool:
    seen = (row.base_value, row.exact_value, row.zoho_value)
    return seen == (found.base, found.exact, found.zoho)


def _show(row: Conflict, pair: Pair, found: Disagreement) -> None:
    """Save both values with their times and authors; what was chosen between others is void."""
    row.base_value, row.exact_value, row.zoho_value = found.base, found.exact, found.zoho
    row.exact_at, row.exact_by = pair.exact.changed_at, pair.exact.changed_by
    row.zoho_at, row.zoho_by = pair.zoho.changed_at, pair.zoho.changed_by
    row.choice, row.chosen_by, row.chosen_at = "", None, None
    row.save()
