"""Closing Zoho ↔ Exact and going on later: the jobs stop, and all that was read stays."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sync.models import ZohoSync
from sync.services import diary
from sync.services.zoho import setup

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def close(sync: ZohoSync, *, by: User, now: datetime) -> None:
    """Stop everything: no job works for a tie that is closed. Nothing is deleted or withdrawn."""
    sync.state, sync.closed_at, sync.closed_by = ZohoSync.State.CLOSED, now, by
    sync.save(update_fields=["state", "closed_at", "closed_by"])
    diary.note(ZohoSync.objects.filter(pk=sync.pk), "Closed: nothing runs any more.", by=by)


def reopen(sync: ZohoSync, *, by: User, now: datetime) -> None:
    """Go on where it was: each reading asks for what changed since its own last one.

    After a gap in which a side has forgotten deletions, the readings begin anew by themselves.
    Raises SetupError with what is to be done first, such as connecting again.
    """
    setup.start(sync, by=by, now=now)
