"""Read the lines of Exact's sales orders: they have a feed, and deletions, of their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from exact_client.records import DeletedRecord
from sync.models import ExactRecord
from sync.services import feeds
from sync.services.zoho.pairing.crossing import LINES
from sync.services.zoho.reading.copies import Seen, clean, mark_gone, revalue, save

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from exact_client.client import ExactClient
    from exact_client.models import Division
    from sync.models import ModuleSync

    Ask = Callable[[str], Seen | None]

Values = dict[str, Any]
Lines = defaultdict[str, list[Values]]  # by the key of their order

BATCH = 500
FEED = "zoho Sales_Orders lines"
ORDER, HEADER_ID = "OrderID", "ID"
TOTAL, EXCL, VAT = "AmountFC", "AmountFCExclVat", "VATAmountFC"
LINE_VAT = "VATAmount"
LINE = ("ID", "LineNumber", "Item", "ItemCode", "Description", "Quantity", "UnitCode",
        "UnitPrice", "Discount", "NetPrice", "AmountFC", LINE_VAT, "VATCode",
        "VATPercentage")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A line, as the feed has it."""

    timestamp: int
    order: str
    values: Values


def completed(values: Values, header_id: object, copy: ExactRecord | None) -> Values:
    """Return the values of a header with what invoices tell and orders don't, and its lines."""
    there = {LINES: copy.values.get(LINES) or []} if copy else {LINES: []}
    return {**values, **there, HEADER_ID: clean(header_id), VAT: _vat(values)}


def read_lines(
    module: ModuleSync, division: Division, exact: ExactClient, ask: Ask, *,
    now: datetime, anew: bool = False,
) -> int:  # fmt: skip
    """Bring the lines of our copies up to date; return of how many orders they are others.

    Read the headers first. `ask` brings one that was made since; `anew`, every line is read.
    Takes ⌈lines / 1,000⌉ calls, at least 1.
    """
    cursor = feeds.cursor_of(division, FEED)
    anew = anew or feeds.must_begin_anew(cursor, now)
    if anew:
        _forget_all(module)
    late: Lines = defaultdict(list)
    changed = 0

    def keep(rows: list[Row]) -> None:
        nonlocal changed
        changed += _save(module, rows, late)

    newest = feeds.follow(cursor, lambda since: _rows(exact, since), keep, now=now, anew=anew)
    for key, lines in late.items():  # no call is made while a page is saved
        seen = ask(key)
        if seen is not None:
            whole = replace(seen, values=_with(seen.values, lines))
            changed += save(ExactRecord, module, [whole], now)
    feeds.finish(cursor, newest, now, anew=anew)
    return changed


def _rows(exact: ExactClient, since: int) -> Iterator[Row]:
    for row in exact.raw_changes("SalesOrderLines", [ORDER, *LINE], since):
        yield Row(row["Timestamp"], str(row[ORDER]), row)


def _save(module: ModuleSync, rows: Iterable[Row], late: Lines) -> int:
    """Put lines into the copies of their orders; `late` takes those of orders without one."""
    found: Lines = defaultdict(list)
    for row in rows:
        found[row.order].append(_line(row.values))
    copies = list(_copies(module, found).select_for_update())
    for key in found.keys() - {copy.key for copy in copies}:
        late[key] += found[key]
    return revalue(ExactRecord, {copy.pk: _with(copy.values, found[copy.key]) for copy in copies})


def _copies(module: ModuleSync, keys: Collection[str]) -> Any:
    return ExactRecord.objects.filter(sync=module.sync_id, module=module.module, key__in=keys)


def _line(row: Mapping[str, Any]) -> Values:
    """Return a line by the names that a line of an invoice has."""
    kept = {name: clean(row[name]) for name in LINE}
    return {**kept, VAT: kept.pop(LINE_VAT)}


def _with(values: Values, lines: Iterable[Values]) -> Values:
    known = {line["ID"]: line for line in (*(values.get(LINES) or ()), *lines)}
    return {**values, LINES: sorted(known.values(), key=lambda line: line["LineNumber"])}


def _vat(values: Values) -> Any:
    if values.get(TOTAL) is None or values.get(EXCL) is None:
        return None
    return clean(Decimal(str(values[TOTAL])) - Decimal(str(values[EXCL])))


# Deletions.


def deleted(module: ModuleSync, batch: Iterable[DeletedRecord], now: datetime) -> int:
    """Flag deleted orders, and take deleted lines out of the others; return how many are gone."""
    went: dict[int, dict[str, int]] = defaultdict(dict)
    for row in batch:
        went[row.entity_type][str(row.entity_key)] = row.timestamp
    gone = _flag(module, went[DeletedRecord.SALES_ORDER], now)
    _forget(module, went[DeletedRecord.SALES_ORDER_LINE])
    return gone


def _forget(module: ModuleSync, went: Mapping[str, int]) -> int:
    """Take deleted lines out of our copies; return of how many orders."""
    found = {}
    if went:
        rows = ExactRecord.objects.filter(sync=module.sync_id, module=module.module, gone_at=None)
        for copy in rows.iterator(chunk_size=BATCH):
            lines = copy.values.get(LINES) or []
            left = [line for line in lines if line["ID"] not in went]
            if len(left) < len(lines):
                found[copy.pk] = {**copy.values, LINES: left}
    return revalue(ExactRecord, found)


def _flag(module: ModuleSync, went: Mapping[str, int], now: datetime) -> int:
    """Flag deleted orders; no source says which id of a header Exact names them by."""
    header = f"values__{HEADER_ID}"
    rows = ExactRecord.objects.filter(sync=module.sync_id, module=module.module, gone_at=None)
    named = rows.filter(Q(key__in=went) | Q(**{f"{header}__in": list(went)}))
    told = named.values_list("pk", "key", header, "version")
    gone = [pk for pk, *ids, version in told if any(version < went.get(one, 0) for one in ids)]
    return mark_gone(ExactRecord, dict.fromkeys(gone, now))


def _forget_all(module: ModuleSync) -> None:
    """Begin anew with no lines: one that is gone by now would stay for ever."""
    last = 0
    rows = ExactRecord.objects.filter(sync=module.sync_id, module=module.module)
    while page := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = page[-1].pk
        with transaction.atomic():
            revalue(ExactRecord, {copy.pk: {**copy.values, LINES: []} for copy in page})
