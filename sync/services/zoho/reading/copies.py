"""Keep our copies of either side: what is newer is saved, what was deleted is flagged."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from sync.models import ExactRecord, Pair, RemoteRecord, ZohoRecord
from sync.services.upsert import rewrite

if TYPE_CHECKING:
    from sync.models import ModuleSync

Copies = type[ExactRecord] | type[ZohoRecord]
Copy = ExactRecord | ZohoRecord
Standing = RemoteRecord.Standing

BATCH = 1000  # rows saved at once
NAME_LENGTH, KEY_LENGTH, BY_LENGTH = 255, 40, 200
SYSTEMS = {ExactRecord: "Exact", ZohoRecord: "Zoho"}
_SEEN = [
    *("name", "account_key", "values", "created_at", "modified_at", "modified_by", "version"),
    *("changed_at", "changed_by"),
]
_OURS = ["read_at", "gone_at", "standing", "reason", "problem", "due_at"]


@dataclass(frozen=True, slots=True)
class Seen:
    """A record as its side shows it now; `values` are by the property names of that side."""

    key: str
    values: dict[str, Any]
    name: str = ""
    account_key: str = ""
    created_at: datetime | None = None
    modified_at: datetime | None = None
    modified_by: str = ""
    version: int = 0  # Exact's row version; Zoho has none


@dataclass(slots=True)
class Read:
    """What a reading did."""

    read: int = 0  # records that the side showed
    changed: int = 0  # of which our copy was older, or not there
    gone: int = 0
    modules: list[str] = field(default_factory=list)  # that were read to their end


def save(
    copies: Copies,
    module: ModuleSync,
    seen: Iterable[Seen],
    now: datetime,
    *,
    anew: bool = False,
    is_sure: bool = False,
) -> int:
    """Save what is newer than our copies; return how many that were.

    A pair is dirty as soon as a value of one side is another one than before. `anew` is for a
    reading of everything: whatever was seen is noted as read, so that the rest is `unseen`.
    With `is_sure` the caller knows already that all of it is newer.
    """
    newest = {record.key: record for record in sorted(seen, key=_age)}
    with transaction.atomic():
        rows = _rows(copies, module).filter(key__in=newest).select_for_update()
        known: dict[str, Copy] = {row.key: row for row in rows}
        fresh = [one for one in newest.values() if is_sure or is_newer(known.get(one.key), one)]
        if anew:
            rows.update(read_at=now)
        touched = [_update(known[one.key], one, now) for one in fresh if one.key in known]
        rewrite([row for row, _ in touched], [*_SEEN, *_OURS])
        made: list[Any] = [_made(copies, module, one, now) for one in fresh if one.key not in known]
        copies.objects.bulk_create(made, ignore_conflicts=True)
        _soil(copies, [row.pk for row, differs in touched if differs])
    return len(fresh)


def revalue(copies: Copies, found: Mapping[int, dict[str, Any]]) -> int:
    """Give copies, by their primary key, other values; return how many of them are others.

    For what comes from elsewhere than the record itself, such as a price. Call it in a transaction.
    """
    rows = list(copies.objects.filter(pk__in=found).select_for_update())
    changed = [row for row in rows if differs(row.values, found[row.pk])]
    for row in changed:
        row.values = found[row.pk]
    rewrite(changed, ["values"])
    _soil(copies, [row.pk for row in changed])
    return len(changed)


def is_newer(copy: Copy | None, seen: Seen) -> bool:
    """Whether a record tells more than our copy of it.

    Zoho's times are whole seconds, so what was changed twice in one shows by its values.
    """
    if copy is None:
        return True
    if seen.version or copy.version:
        return seen.version > copy.version
    if copy.gone_at or copy.modified_at is None or seen.modified_at is None:
        return True
    if seen.modified_at == copy.modified_at:
        return differs(copy.values, seen.values)
    return seen.modified_at > copy.modified_at


def differs(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether what is shown now is not what we hold; what is no longer asked for does not count."""
    return any(name not in before or before[name] != value for name, value in after.items())


def mark_gone(copies: Copies, gone: Mapping[int, datetime]) -> int:
    """Flag copies, by their primary key, with the day they went; nothing else is touched."""
    rows = list(copies.objects.filter(pk__in=gone, gone_at=None).select_for_update())
    why = f"It was deleted in {SYSTEMS[copies]}. Nothing is deleted on the other side."
    for row in rows:
        row.gone_at, row.standing, row.reason = gone[row.pk], Standing.GONE, why
        row.problem, row.due_at = "", None
    rewrite(rows, ["gone_at", "standing", "reason", "problem", "due_at"])
    pairs = _pairs(copies, [row.pk for row in rows])
    pairs.update(state=Pair.State.GONE, reason=why, problem="", is_dirty=False, due_at=None)
    return len(rows)


def mark_unseen(copies: Copies, module: ModuleSync, began: datetime, but: str = "") -> int:
    """Flag what a reading of everything that `began` then did not come by.

    What has a value of the name `but` comes from elsewhere, and is left alone.
    """
    gone = 0
    unseen = _rows(copies, module).filter(read_at__lt=began, gone_at=None)
    unseen = unseen.exclude(values__has_key=but) if but else unseen
    while keys := list(unseen.values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            gone += mark_gone(copies, dict.fromkeys(keys, began))
    return gone


def clean(value: Any) -> Any:
    """Return a value as JSON keeps it, written in one way however its side wrote it.

    Whole numbers stay numbers, others become texts without trailing zeros: a float would not
    keep cents. PostgreSQL refuses a NUL.
    """
    if isinstance(value, str):
        return value.replace("\0", "").strip()
    if isinstance(value, float | Decimal):
        return _number(Decimal(str(value)))
    if isinstance(value, Mapping | list | tuple):
        return _cleaned(value)
    if value is None or isinstance(value, bool | int):
        return value
    return str(value.isoformat() if isinstance(value, date) else value)


def _cleaned(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: clean(inner) for name, inner in value.items()}
    return [clean(inner) for inner in value]


def _number(number: Decimal) -> int | str:
    return int(number) if number == number.to_integral() else f"{number.normalize():f}"


def _age(seen: Seen) -> tuple[int, float]:
    return seen.version, seen.modified_at.timestamp() if seen.modified_at else 0.0


def _rows(copies: Copies, module: ModuleSync) -> Any:
    return copies.objects.filter(sync_id=module.sync_id, module=module.module)


def _pairs(copies: Copies, keys: Collection[int]) -> Any:
    side = "exact_id__in" if copies is ExactRecord else "zoho_id__in"
    return Pair.objects.filter(**{side: keys})


def _made(copies: Copies, module: ModuleSync, seen: Seen, now: datetime) -> Copy:
    copy = copies(
        sync_id=module.sync_id, module=module.module, key=seen.key[:KEY_LENGTH], read_at=now
    )
    _take(copy, seen)
    _date(copy)
    return copy


def _date(copy: Copy) -> None:
    """Note who changed a value that we hold, and when: a touch of any other field is no change."""
    copy.changed_at, copy.changed_by = copy.modified_at, copy.modified_by


def _take(copy: Copy, seen: Seen) -> None:
    copy.name = seen.name[:NAME_LENGTH]
    copy.account_key = seen.account_key[:KEY_LENGTH]
    copy.values = seen.values
    copy.created_at = seen.created_at or copy.created_at
    copy.modified_at = seen.modified_at
    copy.modified_by = seen.modified_by[:BY_LENGTH]
    copy.version = seen.version


def _update(copy: Copy, seen: Seen, now: datetime) -> tuple[Copy, bool]:
    """Bring a copy up to date; tell whether its pair must be looked at again."""
    is_back = copy.gone_at is not None
    is_another = is_back or differs(copy.values, seen.values)
    _take(copy, seen)
    if is_another:
        _date(copy)
    copy.read_at, copy.gone_at = now, None
    if is_back or (is_another and copy.standing == Standing.REFUSED):  # it deserves another try
        copy.standing, copy.reason, copy.problem, copy.due_at = Standing.NEW, "", "", None
    return copy, is_another


def _soil(copies: Copies, keys: Collection[int]) -> None:
    """Have pairs looked at again, at once; what came back on one side is no longer gone."""
    pairs = _pairs(copies, keys)
    pairs.update(is_dirty=True, due_at=None)
    back = pairs.filter(state=Pair.State.GONE, exact__gone_at=None, zoho__gone_at=None)
    back.update(state=Pair.State.DUE, reason="")
    copies.objects.filter(pk__in=keys, standing=Standing.NEW, pair__isnull=False).update(
        standing=Standing.PAIRED
    )
