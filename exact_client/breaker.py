"""Stops asking before Exact does: it blocks an app after 10 errors of ours at one endpoint."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from exact_client.errors import ExactTemporaryError
from exact_client.models import CallBreaker

COUNTED = {400, 401, 403, 404}  # Exact's list; a refusal by 500 is not in it
OPENS_AT = 6  # errors within an hour; Exact allows 10 for all that use the same app and user
PROBE_EVERY = timedelta(minutes=10)


def check(division_id: int, endpoint: str, now: datetime) -> None:
    """Raise ExactTemporaryError while this endpoint rests; let one call through to try it."""
    breakers = CallBreaker.objects.filter(division_id=division_id, endpoint=endpoint)
    row = breakers.exclude(closed_until=None).first()
    if row is None or row.closed_until is None:
        return
    is_mine = now >= row.closed_until and breakers.filter(closed_until=row.closed_until).update(
        closed_until=now + PROBE_EVERY
    )
    if not is_mine:
        raise ExactTemporaryError(
            f"{endpoint} rests: Exact answered {OPENS_AT} errors within an hour, and blocks an app"
            " that goes on. One call is tried every 10 minutes.",
            max(row.closed_until, now),
        )


def note(division_id: int, endpoint: str, status: int, now: datetime) -> None:
    """Remember what came of a call."""
    if status in COUNTED:
        _note_error(division_id, endpoint, now)
    elif status < 300:  # noqa: PLR2004 - a success: whatever it was, it is over
        CallBreaker.objects.filter(division_id=division_id, endpoint=endpoint).exclude(
            closed_until=None
        ).update(closed_until=None, errors=[])


def _note_error(division_id: int, endpoint: str, now: datetime) -> None:
    with transaction.atomic():
        CallBreaker.objects.get_or_create(division_id=division_id, endpoint=endpoint)
        row = CallBreaker.objects.select_for_update().get(
            division_id=division_id, endpoint=endpoint
        )
        an_hour_ago = (now - timedelta(hours=1)).timestamp()
        row.errors = [*(at for at in row.errors if at > an_hour_ago), now.timestamp()]
        if len(row.errors) >= OPENS_AT:
            row.closed_until = now + PROBE_EVERY
        row.save(update_fields=["errors", "closed_until"])
