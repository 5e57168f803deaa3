"""Closing Zoho ↔ Exact: the jobs stop, and all that was read stays. `setup.start` goes on."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sync.models import ZohoSync
from sync.services import diary

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def close(sync: ZohoSync, *, by: User, now: datetime) -> None:
    """Stop everything: no job works for a tie that is closed. Nothing is deleted or withdrawn.

    Whoever goes on later asks for what changed since the last reading; after a gap in which a side
    has forgotten deletions, the readings begin anew by themselves.
    """
    sync.state, sync.closed_at, sync.closed_by = ZohoSync.State.CLOSED, now, by
    sync.save(update_fields=["state", "closed_at", "closed_by"])
    diary.note(ZohoSync.objects.filter(pk=sync.pk), "Closed: nothing runs any more.", by=by)
