"""Merge what was read anew: each pair learns whether it is equal, due or in conflict."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from django.db import transaction
from django.db.models import Model, Q

from sync.models import Conflict, Module, Pair
from sync.services.upsert import rewrite
from sync.services.zoho.mapping.mappings import modules_of
from sync.services.zoho.merging import conflicts, invoices
from sync.services.zoho.merging.weighing import Scales, Ties, agreed, pending, weigh

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from sync.models import ModuleSync, RemoteRecord, ZohoSync
    from sync.rules.zoho.merging import Merge

ModelT = TypeVar("ModelT", bound=Model)
State = Pair.State
OPEN = (State.DUE, State.CONFLICT, State.BLOCKED)
BATCH = 500  # rows looked at together
UNEQUAL = "totals"  # of an invoice
UNREADABLE = "unreadable"  # a value of one side means nothing on the other


@dataclass(slots=True)
class Merged:
    """What one merge did: how many pairs it looked at, and what they are now."""

    done: int = 0
    states: Counter[str] = field(default_factory=Counter)


def merge(
    sync: ZohoSync,
    *,
    now: datetime,
    progress: Callable[[Merged], None] = lambda merged: None,
) -> Merged:
    """Weigh the pairs of which a side was read anew. Nothing is written to either side here.

    What must be told is not stored: whoever writes works it out again from the copies.
    """
    merged = Merged()
    _soil_what_follows(sync)
    for module in modules_of(sync):
        scales = Scales.of(module)
        for batch in _batches(module):
            merged.states += settle(scales, batch, now)
            merged.done += len(batch)
            progress(merged)
    return merged


def _soil_what_follows(sync: ZohoSync) -> None:
    """Look again at pairs whose account was paired since: their look-up can be compared now."""
    new = Pair.objects.filter(sync=sync, module=Module.ACCOUNTS, merged_at=None)
    of_new = Q(exact__account_key__in=new.values("exact__key"))
    of_new |= Q(zoho__account_key__in=new.values("zoho__key"))
    known = Pair.objects.filter(of_new, sync=sync, is_dirty=False)
    Pair.objects.filter(pk__in=known.exclude(state=State.GONE).values("pk")).update(is_dirty=True)


def _batches(module: ModuleSync) -> Iterator[list[Pair]]:
    dirty = Pair.objects.filter(sync=module.sync_id, module=module.module, is_dirty=True)
    dirty = dirty.exclude(state=State.GONE).select_related("exact", "zoho")
    return pages(dirty)


def settle(scales: Scales, batch: list[Pair], now: datetime) -> Counter[str]:
    """Weigh these pairs by their copies and save what they are now; return how many are what."""
    ties = Ties.among(scales, records_of(batch))
    held = open_conflicts(batch)
    with transaction.atomic():
        there = set(
            Pair.objects.filter(pk__in=[pair.pk for pair in batch]).values_list("pk", flat=True)
        )
        batch = [pair for pair in batch if pair.pk in there]  # others were parted meanwhile
        for pair in batch:
            found = weigh(pair, scales, ties, held[pair.pk])
            note(pair, scales, found)
            pair.is_dirty, pair.merged_at = False, now
            if found.conflicts or held[pair.pk]:
                _keep_conflicts(pair, scales, found, held[pair.pk], now)
        rewrite(batch, ["base", "state", "reason", "problem", "due_at", "is_dirty", "merged_at"])
    return Counter(pair.state for pair in batch)


def records_of(batch: Collection[Pair]) -> Iterator[RemoteRecord]:
    """Yield the copies of both sides."""
    for pair in batch:
        yield pair.exact
        yield pair.zoho


def due(module: ModuleSync, now: datetime) -> QuerySet[Pair]:
    """Return the pairs of which a side may have to be told something: of some, fields wait."""
    waiting = Q(state__in=OPEN) | Q(state=State.REFUSED, due_at__lte=now)
    pairs = Pair.objects.filter(waiting, sync=module.sync_id, module=module.module)
    return pairs.select_related("exact", "zoho")


def pages(rows: QuerySet[ModelT]) -> Iterator[list[ModelT]]:
    """Yield rows page by page, by primary key: what is saved meanwhile does not move them."""
    last = 0
    while page := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = page[-1].pk
        yield page


def open_conflicts(batch: Collection[Pair]) -> defaultdict[int, list[Conflict]]:
    """Return the open conflicts of these pairs, by pair."""
    held: defaultdict[int, list[Conflict]] = defaultdict(list)
    keys = [pair.pk for pair in batch]
    for one in Conflict.objects.filter(pair__in=keys, closed_at=None):
        held[one.pair_id].append(one)
    return held


def note(pair: Pair, scales: Scales, found: Merge) -> None:
    """Note on a pair, unsaved, what it is by what was found, and what both sides agree on."""
    pair.base = agreed(scales, pair, found)
    is_due = bool(found.to_exact or found.to_zoho) or scales.lacks_our_id(pair)
    has_more, unequal = invoices.note(pair, scales.books) if scales.books else (False, "")
    pair.reason, pair.problem, pair.due_at = "", "", None
    if found.conflicts:
        pair.state = State.CONFLICT
        pair.reason = f"Both sides changed: {', '.join(_labels(scales, found))}."
    elif found.unreadable:
        pair.state, pair.problem = State.BLOCKED, UNREADABLE
        pair.reason = " ".join(one.sentence for one in found.unreadable)
    elif is_due or has_more:
        pair.state = State.DUE
    elif unequal:
        pair.state, pair.problem, pair.reason = State.BLOCKED, UNEQUAL, unequal
    else:
        pair.state = State.EQUAL


def _labels(scales: Scales, found: Merge) -> list[str]:
    labels = {rule.name: rule.zoho_field or rule.exact_field for rule in scales.rules}
    return [labels[one.field] for one in found.conflicts]


def _keep_conflicts(
    pair: Pair, scales: Scales, found: Merge, held: list[Conflict], now: datetime
) -> None:
    fields = {rule.name: (rule.exact_field, rule.zoho_field) for rule in scales.rules}
    disagreed = {fields[one.field]: one for one in found.conflicts}
    waiting = [fields[name] for name in pending(scales, found)]
    conflicts.keep(pair, held, disagreed, waiting, now)
