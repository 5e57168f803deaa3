"""How many records of each side stand where, for the pages that tell it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count

from sync.models import ExactRecord, RemoteRecord, ZohoRecord
from sync.rules.zoho.field_rules import Side

if TYPE_CHECKING:
    from sync.models import ZohoSync
    from sync.services.zoho.reading.copies import Copies

COPIES: dict[Side, Copies] = {Side.EXACT: ExactRecord, Side.ZOHO: ZohoRecord}


@dataclass(slots=True)
class Standings:
    """The records of one module on one side, by standing; those without any are left out."""

    counts: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many records there are, those that went too."""
        return sum(self.counts.values())

    @property
    def by_word(self) -> list[tuple[str, str, int]]:
        """Return standing, its word and how many, in the order in which a record goes."""
        words = RemoteRecord.Standing.choices
        return [(key, str(word), self.counts[key]) for key, word in words if key in self.counts]


def standings(sync: ZohoSync) -> dict[tuple[str, Side], Standings]:
    """Return the counts by module and side, in one query for each side."""
    found: dict[tuple[str, Side], Standings] = defaultdict(Standings)
    for side, copies in COPIES.items():
        rows = copies.objects.filter(sync=sync).order_by().values_list("module", "standing")
        for module, standing, count in rows.annotate(count=Count("pk")):
            found[module, side].counts[standing] = count
    return found
