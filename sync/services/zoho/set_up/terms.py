"""Which terms of Zoho ↔ Exact hold now, and who agreed to them; their text is a template."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from sync.models import ZohoSync

VERSION = "2026-11-22"  # the day on which templates/sync/zoho/_terms.html said something else


def are_agreed(sync: ZohoSync | None) -> bool:
    """Whether somebody agreed to what the terms say now; nothing runs before."""
    return sync is not None and sync.terms_version == VERSION


def agree(sync: ZohoSync, *, by: User, now: datetime) -> None:
    """Note who agreed to the terms as they are now, and when."""
    sync.terms_version, sync.terms_agreed_by, sync.terms_agreed_at = VERSION, by, now
    sync.save(update_fields=["terms_version", "terms_agreed_by", "terms_agreed_at"])
