"""Tell people what keeps a record from crossing: in our inbox, and in Zoho at the record itself."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from sync.models import ModuleSync, ZohoRecord, ZohoSync
from sync.services import signals
from sync.services.streams import batches
from sync.services.upsert import rewrite
from sync.services.zoho.mapping.mappings import modules_of
from sync.services.zoho.set_up.metadata import MESSAGE, STATUS, lacking
from sync.services.zoho.telling.troubles import Trouble, troubles
from sync.services.zoho.writing import refusals
from sync.services.zoho.writing.writing import said
from zoho_client.errors import ZohoError, ZohoRefusedError, ZohoUncertainError

if TYPE_CHECKING:
    from zoho_client.client import ZohoClient
    from zoho_client.records import Outcome

logger = logging.getLogger(__name__)

ROWS = 100  # of one call
LONGEST_MESSAGE = 255  # letters of our field
MOST_SIGNALS = 50  # of one run: each takes a call
BATCH = 400  # keys of one question, of the 999 that SQLite takes
NOTE_TITLE = "Exact: {}"
# By which way Zoho was told, noted before the digest: what is mended is taken back the same way.
BY_SIGNAL, BY_FIELDS, BY_NOTE, NOT_TAKEN = "signal", "fields", "note", "no"


@dataclass(slots=True)
class _One:
    """One record of Zoho, and what is to be said at it: nothing once all is well."""

    row: ZohoRecord
    trouble: Trouble | None

    @property
    def digest(self) -> str:
        """Return by what the same words are known, the next time."""
        if self.trouble is None:
            return ""
        told = f"{self.trouble.status}\0{self.trouble.reason}"
        return hashlib.sha256(told.encode()).hexdigest()[:40]

    @property
    def way(self) -> str:
        """Return how Zoho was told the last time."""
        return self.row.told.partition(":")[0]

    @property
    def is_known(self) -> bool:
        """Whether Zoho was told just this already."""
        return self.row.told.partition(":")[2] == self.digest

    def note(self, way: str) -> None:
        """Note, unsaved, that Zoho was told it in this way."""
        self.row.told = f"{way}:{self.digest}" if self.digest else ""


def tell(tie: ZohoSync, zoho: ZohoClient, *, now: datetime) -> int:
    """Have a signal here for each record that needs a person, and tell Zoho at the record.

    In Zoho it is a signal where an extension gives one; otherwise two fields, which take a call
    for 100 records, and a note for what is new. Once it is mended, both are taken back. Zoho is
    told each thing once; what can't be said now is said by the next run. Returns how many records
    Zoho was told of.
    """
    found = list(troubles(tie))
    wanted = {_key(tie, one): one.words() for one in found if not one.is_shown}
    signals.keep(prefix_of(tie), wanted, now=now)
    by_record = {one.zoho_id: one for one in reversed(found) if one.zoho_id is not None}
    done = 0
    try:
        for module in modules_of(tie):
            done += _Telling(tie, module, zoho).tell(by_record)
    except ZohoError as error:
        logger.warning("not told in zoho sync=%s: %s", tie.pk, type(error).__name__)
    return done


def hush(tie: ZohoSync, now: datetime) -> None:
    """Close the signals of a tie that does not run any more; they come back when it does."""
    signals.keep(prefix_of(tie), {}, now=now)


def prefix_of(tie: ZohoSync) -> str:
    """Return how the keys of a tie's signals begin."""
    return f"zoho:{tie.pk}:record:"


def _key(tie: ZohoSync, trouble: Trouble) -> str:
    side = "zoho" if isinstance(trouble.record, ZohoRecord) else "exact"
    return f"{prefix_of(tie)}{side}:{trouble.record.module}:{trouble.record.key}"


class _Telling:
    """One module while Zoho is told what needs a person."""

    def __init__(self, tie: ZohoSync, module: ModuleSync, zoho: ZohoClient) -> None:
        self.tie, self.module, self.zoho = tie, module, zoho
        self.has_fields = not {STATUS, MESSAGE} & set(lacking(module))

    def tell(self, found: Mapping[int, Trouble]) -> int:
        """Tell what is new or other than before, and take back what is mended."""
        news = [one for one in self._all(found) if not one.is_known]
        over = [one for one in news if one.trouble is None and not self._can_take_back(one)]
        for one in over:
            one.note("")
        _save(over)
        rest = [one for one in news if one not in over]
        if self.tie.signal_namespace:
            rest = self._by_signals(rest)
        told = self._by_fields(rest) if self.has_fields else self._by_notes_alone(rest)
        self.zoho.insert("Notes", [_note(self.module, one) for one in told if one.trouble])
        return len(news)

    def _can_take_back(self, one: _One) -> bool:
        """Whether what was told can be taken back, as neither a signal nor a note can."""
        return self.has_fields and one.way == BY_FIELDS

    def _all(self, found: Mapping[int, Trouble]) -> Iterable[_One]:
        rows = ZohoRecord.objects.filter(
            sync=self.tie, module=self.module.module, gone_at=None
        ).only("key", "told", "module")
        keys = list(found)
        known = {row.pk: row for row in rows.exclude(told="")}
        for start in range(0, len(keys), BATCH):
            some = rows.filter(told="", pk__in=keys[start : start + BATCH])
            known |= {row.pk: row for row in some}
        return [_One(row, found.get(pk)) for pk, row in sorted(known.items())]

    def _by_signals(self, news: Sequence[_One]) -> list[_One]:
        """Signal a few; return what must be told otherwise, such as where fields were filled."""
        wanted = [one for one in news if one.trouble is not None and one.way != BY_FIELDS]
        unsaid = [one for one in wanted[:MOST_SIGNALS] if not self._is_signalled(one)]
        return [one for one in news if one not in wanted] + unsaid

    def _is_signalled(self, one: _One) -> bool:
        assert one.trouble is not None  # noqa: S101 - for the type checker; the caller chose those
        words = one.trouble.words()
        try:
            outcome = self.zoho.raise_signal(
                self.tie.signal_namespace,
                module=self.module.module,
                record_id=one.row.key,
                subject=words.title,
                message=one.trouble.reason,
                url=f"{settings.PUBLIC_URL}{words.url}",
            )
        except ZohoUncertainError:
            is_said = True  # it may be there: twice is worse than in our inbox alone
        except ZohoRefusedError:
            is_said = False
        else:
            is_said = outcome.ok
        if is_said:
            one.note(BY_SIGNAL)
            _save([one])
        return is_said

    def _by_fields(self, news: Sequence[_One]) -> list[_One]:
        """Fill our two fields, or empty them; return those at which that went well.

        It is saved before a note is put there: so that comes once at most.
        """
        told = []
        for batch in batches(news, ROWS):
            outcomes = said(self._update, [_row(one) for one in batch])
            for one, outcome in zip(batch, outcomes, strict=True):
                if outcome.ok:
                    one.note(BY_FIELDS)
                    told.append(one)
                elif outcome.code not in refusals.PASSING:  # not asked again for the same words
                    one.note(NOT_TAKEN)
            _save(batch)
        return told

    def _update(self, rows: Sequence[dict[str, Any]]) -> list[Outcome]:
        return self.zoho.update(self.module.module, rows)

    def _by_notes_alone(self, news: Sequence[_One]) -> Sequence[_One]:
        for one in news:
            one.note(BY_NOTE)
        _save(news)
        return news


def _row(one: _One) -> dict[str, Any]:
    if one.trouble is None:
        return {"id": one.row.key, STATUS: None, MESSAGE: None}
    message = " ".join(one.trouble.reason.split())[:LONGEST_MESSAGE]
    return {"id": one.row.key, STATUS: one.trouble.status, MESSAGE: message}


def _note(module: ModuleSync, one: _One) -> dict[str, Any]:
    assert one.trouble is not None  # noqa: S101 - for the type checker; the caller chose those
    return {
        "Parent_Id": {"module": {"api_name": module.module}, "id": one.row.key},
        "Note_Title": NOTE_TITLE.format(one.trouble.status.lower()),
        "Note_Content": one.trouble.reason,
    }


def _save(told: Sequence[_One]) -> None:
    """Save what Zoho was told; nothing else of the copies is touched."""
    with transaction.atomic():
        rewrite([one.row for one in told], ["told"])
