"""What items cost in Exact, which keeps prices in a table beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from exact_client.records import DeletedRecord
from sync.models import ExactRecord
from sync.rules.zoho.default_rules import PRICE
from sync.services import feeds
from sync.services.zoho.reading.copies import clean, revalue

if TYPE_CHECKING:
    from exact_client.client import ExactClient
    from exact_client.models import Division
    from exact_client.trade_records import SyncedItemPriceRecord
    from sync.models import ModuleSync, ZohoSync

PRICES = "Prices"  # of a copy: each price for everybody, by its id
FEED = "zoho prices"
Values = Mapping[str, Any]


def read(sync: ZohoSync, module: ModuleSync, exact: ExactClient, *, now: datetime) -> int:
    """Bring the prices of our copies up to date; return how many items cost something else.

    Takes ⌈changes / 1,000⌉ calls, at least 1. A price that begins on a later day counts from the
    first reading after that on which a price of its item changed. Raises any ExactError.
    """
    division = sync.division
    assert division is not None  # noqa: S101 - for the type checker: its client was made of it
    cursor, changed = feeds.cursor_of(division, FEED), 0
    anew = feeds.must_begin_anew(cursor, now)

    def save(batch: list[SyncedItemPriceRecord]) -> None:
        nonlocal changed
        changed += _save(module, division, batch, now)

    newest = feeds.follow(cursor, exact.item_prices_changed_since, save, now=now, anew=anew)
    feeds.finish(cursor, newest, now, anew=anew)
    return changed


def kept(values: Values) -> dict[str, Any]:
    """Return what an item that was read anew keeps: its own feed has no prices."""
    return {name: values[name] for name in (PRICE, PRICES) if name in values}


def forget(module: ModuleSync | None, deleted: Iterable[DeletedRecord]) -> None:
    """Drop prices that were deleted. Call it in a transaction."""
    kind = DeletedRecord.ITEM_PRICE
    gone = {str(row.entity_key) for row in deleted if row.entity_type == kind}
    if not gone or module is None:
        return
    changed: dict[int, dict[str, Any]] = {}
    for copy in _copies(module).filter(values__has_key=PRICES):
        if left := gone & copy.values[PRICES].keys():
            held = {key: row for key, row in copy.values[PRICES].items() if key not in left}
            changed[copy.pk] = _priced(copy.values, held, copy.read_at)
    revalue(ExactRecord, changed)


def _save(
    module: ModuleSync, division: Division, batch: list[SyncedItemPriceRecord], now: datetime
) -> int:
    rows: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in batch:
        is_general = row.account is None and (row.quantity or 0) <= 1
        is_ours = row.currency in {None, "", division.currency}
        rows[str(row.item)][str(row.id)] = _row(row) if is_general and is_ours else None
    found = {}
    for copy in _copies(module).filter(key__in=rows):
        held = copy.values.get(PRICES, {}) | rows[copy.key]
        left = {key: row for key, row in held.items() if row is not None}
        found[copy.pk] = _priced(copy.values, left, now)
    return revalue(ExactRecord, found)


def _copies(module: ModuleSync) -> Any:
    return ExactRecord.objects.filter(sync_id=module.sync_id, module=module.module)


def _row(row: SyncedItemPriceRecord) -> dict[str, Any]:
    return {name: clean(getattr(row, name)) for name in ("price", "start_date", "end_date")}


def _priced(values: Values, rows: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return the values with the price that holds today: the one that began last."""
    today = now.date().isoformat()
    valid = [row for row in rows.values() if _begin(row) <= today <= (row["end_date"] or today)]
    price = max(valid, key=_begin)["price"] if valid else None
    return {**values, PRICES: dict(rows), PRICE: price}


def _begin(row: Mapping[str, Any]) -> str:
    return str(row["start_date"] or "")
