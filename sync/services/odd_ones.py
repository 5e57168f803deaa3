"""Say which of Exact's records could not be read, and take it back once all of them could."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sync.services import signals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exact_client.models import Division
    from exact_client.reading import OddRecord


def tell_of_odd_ones(
    division: Division,
    odd: Sequence[OddRecord],
    *,
    what: str,
    command: str,
    all_were_read: bool,
    now: datetime,
) -> None:
    """Open a signal about the odd ones of one reading, or close it when `all_were_read`.

    A reading of what changed alone proves nothing about the odd ones of an earlier day.
    """
    key = f"odd {what}:{division.pk}"
    if odd:
        signals.raise_signal(
            key,
            f"{len(odd)} {what} of Exact could not be read",
            advice=f"The others were. The first says: {odd[0].reason} Once it is mended in Exact, "
            f"`manage.py {command} --full` reads all of them anew.",
            now=now,
        )
    elif all_were_read:
        signals.close_signal(key, now=now)
