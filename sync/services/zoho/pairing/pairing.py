"""Pair what both sides have: by hard evidence alone, and the rest is shown to a person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts_link.models import LinkEvent
from sync.models import (
    ExactRecord,
    MirrorCursor,
    ModuleSync,
    Pair,
    PairCandidate,
    PairEvent,
    RemoteRecord,
    ZohoRecord,
)
from sync.rules.zoho.pairings import Candidate, Outcome, Pairing
from sync.services import feeds
from sync.services.streams import batches
from sync.services.upsert import rewrite
from sync.services.zoho.mapping.mappings import modules_of
from sync.services.zoho.pairing.deciding import decisions, without

if TYPE_CHECKING:
    from exact_client.models import Division
    from sync.models import ZohoSync

Standing = RemoteRecord.Standing

STANDS = ["standing", "reason", "problem"]
BATCH = 500  # records of Zoho settled in one transaction
OVERLAP = timedelta(minutes=1)  # what was saved while the last pairing looked
TAKEN = "The record of Exact that it looks like has a pair already."
PARTED = "parted"  # the problem of a record that waits for a person's next word
MAY_BE = "A record in Zoho may be the same: “{}”. Say whether it is."


@dataclass(slots=True)
class Paired:
    """What one pairing did: how many of each outcome, and of pairs by each rule."""

    done: int = 0
    total: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)


def pair(
    sync: ZohoSync, *, now: datetime, progress: Callable[[Paired], None] = lambda done: None
) -> Paired:
    """Settle every record of Zoho without a pair, accounts before what hangs on them.

    Writes pairs with their events; for what a person must settle, candidates and the standing
    *needs review* on both sides. What a person rejected is not offered again, and what a person
    called new is left alone. A module is skipped when nothing that counts changed since.
    """
    paired = Paired()
    for module in modules_of(sync):
        cursor = feeds.cursor_of(_division(sync), f"zoho pairing {module.module}")
        if _is_news(sync, module, cursor.read_at):
            for _ in _settle(sync, module, now, paired):
                progress(paired)
            _let_go(module)
            MirrorCursor.objects.filter(pk=cursor.pk).update(read_at=now)
    return paired


def _division(sync: ZohoSync) -> Division:
    assert sync.division is not None  # noqa: S101 - for the type checker: it is tied to one
    return sync.division


def _is_news(sync: ZohoSync, module: ModuleSync, last: datetime | None) -> bool:
    """Whether anything may be decided otherwise than at the last pairing.

    That is a record of the module, a pair or a link of zapfloor's customers.
    """
    if last is None:
        return True
    since = last - OVERLAP
    of_module = {"sync_id": module.sync_id, "module": module.module, "read_at__gt": since}
    told = PairEvent.objects.filter(sync=sync, at__gt=since)
    linked = LinkEvent.objects.filter(account__division=sync.division, at__gt=since)
    seen = (copies.objects.filter(**of_module) for copies in (ZohoRecord, ExactRecord))
    return any(rows.exists() for rows in (*seen, told, linked))


def _settle(sync: ZohoSync, module: ModuleSync, now: datetime, paired: Paired) -> Iterator[None]:
    waiting = set(_waiting(module).values_list("key", flat=True))
    if not waiting:
        return
    found = decisions(sync, module)
    open_ones = [(key, found[key]) for key in found if key in waiting]
    paired.total += len(open_ones)
    for batch in batches(open_ones, BATCH):
        _write(module, dict(batch), now, paired)
        yield


def _waiting(module: ModuleSync) -> QuerySet[ZohoRecord]:
    """Return the records to decide about: those without a pair, and those whose other half went.

    What was made again in Exact would otherwise cross, and be there twice in Zoho.
    """
    records = ZohoRecord.objects.filter(sync_id=module.sync_id, module=module.module, gone_at=None)
    is_left = Q(pair__exact__gone_at__isnull=False)
    return records.filter(is_left | Q(pair=None, called_new_at=None))


# --- Writing -----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Scene:
    """The rows of one batch, locked, and what is to be written."""

    module: ModuleSync
    now: datetime
    exact: dict[str, ExactRecord]
    taken: set[int]  # records of Exact that have a pair
    left: set[int]  # records of Zoho whose other half went
    pairs: list[Pair] = field(default_factory=list)
    events: list[PairEvent] = field(default_factory=list)
    candidates: list[PairCandidate] = field(default_factory=list)
    touched: dict[str, ExactRecord] = field(default_factory=dict)

    def settle(self, zoho: ZohoRecord, pairing: Pairing) -> Outcome:
        """Note what becomes of one record of Zoho; return what was possible."""
        exact = self.exact.get(pairing.exact or "")
        if zoho.pk in self.left:
            return self._offer_all(zoho, _shown(pairing))
        if pairing.outcome is Outcome.PAIR and exact and exact.pk not in self.taken:
            self._pair(exact, zoho, pairing)
            return Outcome.PAIR
        if pairing.outcome is Outcome.NEW:
            if zoho.standing == Standing.REVIEW and zoho.problem != PARTED:
                _stand(zoho, Standing.NEW)
            return Outcome.NEW
        was_first = pairing.outcome is Outcome.PAIR  # somebody else
        _stand(zoho, Standing.REVIEW, TAKEN if was_first else pairing.sentence)
        return self._offer_all(zoho, _shown(pairing))

    def _offer_all(self, zoho: ZohoRecord, shown: Iterable[Candidate]) -> Outcome:
        for candidate in shown:
            self._offer(zoho, candidate)
        return Outcome.REVIEW

    def _pair(self, exact: ExactRecord, zoho: ZohoRecord, pairing: Pairing) -> None:
        for record in (exact, zoho):
            _stand(record, Standing.PAIRED)
        self.touched[exact.key] = exact
        self.taken.add(exact.pk)
        self.pairs.append(a_pair(exact, zoho, str(pairing.rule), self.now))
        evidence = [[point.text, point.value] for point in pairing.evidence]
        self.events.append(
            an_event(exact, zoho, PairEvent.What.PAIRED, self.now, str(pairing.rule), evidence)
        )

    def _offer(self, zoho: ZohoRecord, candidate: Candidate) -> None:
        exact = self.exact.get(candidate.key)
        if exact is None:
            return
        points = [[point.text, point.value] for point in candidate.points]
        self.candidates.append(
            PairCandidate(exact=exact, zoho=zoho, score=min(candidate.score, 100), points=points)
        )
        if exact.pk not in self.taken and exact.called_new_at is None:
            _stand(exact, Standing.REVIEW, MAY_BE.format(zoho.name))
            self.touched[exact.key] = exact


def _shown(pairing: Pairing) -> Iterable[Candidate]:
    """Return what a person is shown instead of a pair."""
    if pairing.outcome is not Outcome.PAIR:
        return pairing.candidates
    score = sum(point.value for point in pairing.evidence)
    return (Candidate(pairing.exact or "", max(score, 0), pairing.evidence),)


def a_pair(exact: ExactRecord, zoho: ZohoRecord, rule: str, now: datetime) -> Pair:
    """Return a pair that is not saved yet: dirty, and without a base."""
    return Pair(
        sync_id=zoho.sync_id,
        module=zoho.module,
        exact=exact,
        zoho=zoho,
        rule=rule,
        paired_at=now,
    )


def an_event(
    exact: ExactRecord,
    zoho: ZohoRecord,
    what: str,
    now: datetime,
    rule: str = "",
    evidence: Iterable[object] = (),
) -> PairEvent:
    """Return a row of the history that is not saved yet."""
    return PairEvent(
        sync_id=zoho.sync_id,
        module=zoho.module,
        exact_key=exact.key,
        exact_name=exact.name,
        zoho_key=zoho.key,
        zoho_name=zoho.name,
        what=what,
        rule=rule,
        evidence=list(evidence),
        at=now,
    )


def _write(
    module: ModuleSync, decided: Mapping[str, Pairing], now: datetime, paired: Paired
) -> None:
    """Save what was decided, but for what somebody settled meanwhile."""
    with transaction.atomic():  # short: others want to write as well
        waiting = _waiting(module).filter(key__in=decided).defer("values").order_by("pk")
        zoho = list(waiting.select_for_update(of=("self",)))
        scene = _the_scene(module, zoho, decided, now)
        judged = _judged(zoho)
        PairCandidate.objects.filter(zoho__in=zoho, is_rejected=False).delete()
        for record in zoho:
            pairing = without(decided[record.key], judged[record.pk])
            outcome = scene.settle(record, pairing)
            paired.outcomes[outcome] += 1
            paired.rules.update([pairing.rule] if outcome is Outcome.PAIR and pairing.rule else [])
        rewrite(zoho, STANDS)
        rewrite(list(scene.touched.values()), STANDS)
        Pair.objects.bulk_create(scene.pairs)
        PairEvent.objects.bulk_create(scene.events)
        PairCandidate.objects.bulk_create(scene.candidates, ignore_conflicts=True)
    paired.done += len(decided)


def _the_scene(
    module: ModuleSync,
    zoho: Iterable[ZohoRecord],
    decided: Mapping[str, Pairing],
    now: datetime,
) -> _Scene:
    keys = {key for record in zoho for key in _keys(decided[record.key])}
    rows = ExactRecord.objects.filter(
        sync_id=module.sync_id, module=module.module, key__in=keys, gone_at=None
    )
    locked = rows.defer("values").order_by("pk").select_for_update()
    exact = {record.key: record for record in locked}
    taken = set(Pair.objects.filter(exact__in=exact.values()).values_list("exact_id", flat=True))
    left = {record.pk for record in zoho if record.standing == Standing.PAIRED}
    return _Scene(module, now, exact, taken, left)


def _keys(pairing: Pairing) -> Iterable[str]:
    return (*(candidate.key for candidate in pairing.candidates), *filter(None, [pairing.exact]))


def _judged(zoho: Iterable[ZohoRecord]) -> Mapping[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    judged = PairCandidate.objects.filter(zoho__in=list(zoho), is_rejected=True)
    for pk, exact in judged.values_list("zoho_id", "exact__key"):
        found[pk].add(exact)
    return found


def _stand(record: RemoteRecord, standing: str, reason: str = "") -> None:
    is_parted = standing == Standing.REVIEW and record.problem == PARTED
    record.standing, record.reason = standing, reason
    record.problem = PARTED if is_parted else ""


def _let_go(module: ModuleSync) -> None:
    """What no record of Zoho may be any more is new again."""
    offered = PairCandidate.objects.filter(exact=OuterRef("pk"), is_rejected=False)
    held = ExactRecord.objects.filter(
        ~Exists(offered), sync_id=module.sync_id, module=module.module, standing=Standing.REVIEW
    )
    held.exclude(problem=PARTED).update(standing=Standing.NEW, reason="")
