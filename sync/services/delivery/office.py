"""Where the work of a push is done."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from exact_client.client import ExactClient
    from exact_client.models import Division
    from sync.services.clock import Clock


@dataclass(slots=True)
class Office:
    """A division, the way to Exact, the time, and how long Exact gets to settle."""

    division: Division
    exact: ExactClient
    clock: Clock
    settle: timedelta = field(
        default_factory=lambda: timedelta(seconds=settings.EXACT_SETTLE_SECONDS)
    )
