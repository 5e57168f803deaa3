"""Read what changed in Exact: one feed for each kind of record, and one list of deletions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from exact_client.properties import properties
from exact_client.records import DeletedRecord
from sync.models import ExactRecord, ModuleSync, ZohoSync
from sync.rules.zoho.default_rules import PRICE
from sync.rules.zoho.modules import MODULES, Module
from sync.services import feeds
from sync.services.streams import batches
from sync.services.zoho.mapping.mappings import modules_of, rules_of
from sync.services.zoho.pairing.crossing import LINES
from sync.services.zoho.reading import entries, prices, reading_orders
from sync.services.zoho.reading.copies import BATCH, Read, Seen, clean, mark_gone, mark_unseen, save

if TYPE_CHECKING:
    from exact_client.client import ExactClient
    from exact_client.reading import OddRecord

Progress = Callable[[Read], None]
Values = dict[str, Any]

ENTITIES = {
    Module.ACCOUNTS: "Accounts",
    Module.CONTACTS: "Contacts",
    Module.PRODUCTS: "Items",
    Module.INVOICES: "SalesInvoices",
    Module.SALES_ORDERS: "SalesOrders",
}
KINDS = {
    DeletedRecord.ACCOUNT: Module.ACCOUNTS,
    DeletedRecord.CONTACT: Module.CONTACTS,
    DeletedRecord.ITEM: Module.PRODUCTS,
    DeletedRecord.SALES_INVOICE: Module.INVOICES,
}
DELETED = "zoho deleted"
ORDER = "SalesOrder"  # that a line of an invoice came of
STAMPS = ("Created", "Modified", "ModifierFullName")
# What pairing and choosing look at, whether or not it is mapped.
WANTED = {
    Module.ACCOUNTS: ("Code", "SearchCode", "Status", "IsSupplier", "VATNumber",
                      "ChamberOfCommerce", "AddressLine1", "Postcode", "City", "Country",
                      "Email", "Phone"),
    Module.CONTACTS: ("FirstName", "LastName", "Email"),
    Module.PRODUCTS: ("Code", "Unit", "SalesVatCode", "IsSalesItem"),
    Module.INVOICES: ("InvoiceDate", "DueDate", "Status", "Type", "YourRef", "Description",
                      "Currency", "Journal", "InvoiceTo", "OrderedByContactPerson", "AmountFC",
                      "AmountFCExclVat", "VATAmountFC"),
    Module.SALES_ORDERS: ("OrderDate", "DeliveryDate", "Status", "YourRef", "Description",
                          "Currency", "InvoiceTo", "OrderedByContactPerson", "AmountFC",
                          "AmountFCExclVat"),
}  # fmt: skip
LINE = ("ID", "LineNumber", "Item", "ItemCode", "Description", "Quantity", "UnitCode",
        "UnitPrice", "Discount", "NetPrice", "AmountFC", "VATAmountFC", "VATCode",
        "VATPercentage", "GLAccount", ORDER)  # fmt: skip


def read(
    sync: ZohoSync,
    exact: ExactClient,
    *,
    now: datetime,
    odd: Sequence[OddRecord] = (),
    progress: Progress = lambda done: None,
) -> Read:
    """Bring our copies of Exact up to date, of all modules that take part.

    Takes ⌈changes / 1,000⌉ calls for each feed, at least 1 (orders have two, invoices and the
    others one); one more for prices if they are mapped; and one for everything that was deleted.
    Entries that are booked without an invoice are taken from our copies of the books, without a
    call. `odd` is where `exact` puts what it can't read. Raises any ExactError: what was copied
    by then stays.
    """
    done = Read()
    modules = {Module(one.module): one for one in modules_of(sync)}
    booked = entries.touched(sync, now=now)
    was_read = [one for one in modules.values() if one.exact_read_at is not None]
    for name, entity in ENTITIES.items():
        if name in modules:
            reading = _Reading(sync, modules[name], entity, exact, now, done)
            reading.read(odd, progress)
    if Module.PRODUCTS in modules and PRICE in asked_properties(modules[Module.PRODUCTS]):
        done.changed += prices.read(sync, modules[Module.PRODUCTS], exact, now=now)
    if was_read:  # nothing of ours can be gone before there is anything
        _read_deleted(sync, exact, done, now)
    if Module.INVOICES in modules:
        entries.read(sync, modules[Module.INVOICES], booked, done, now=now)
    progress(done)
    return done


def read_some(
    sync: ZohoSync,
    exact: ExactClient,
    names: Collection[str],
    *,
    now: datetime,
    deletions: bool = False,
) -> Read:
    """Bring our copies of these modules up to date, as webhooks ask for.

    Takes 1 call for each, whatever changed there; one more for prices if they are mapped, and one
    for what was deleted if that is asked for. Raises any ExactError.
    """
    done = Read()
    modules = {Module(one.module): one for one in modules_of(sync)}
    for name, entity in ENTITIES.items():
        if name in modules and name in names:
            _Reading(sync, modules[name], entity, exact, now, done).read((), lambda read: None)
    products = modules.get(Module.PRODUCTS)
    if products and Module.PRODUCTS in names and PRICE in asked_properties(products):
        done.changed += prices.read(sync, products, exact, now=now)
    if deletions or Module.SALES_ORDERS in names:  # a line that is gone is told there alone
        _read_deleted(sync, exact, done, now)
    return done


def asked_properties(module: ModuleSync) -> list[str]:
    """Return the properties that our copies of a module hold; `StandardSalesPrice` has a feed."""
    name = Module(module.module)
    facts, known = MODULES[name], properties(ENTITIES[name])
    mapped = [one for rule in rules_of(module) for one in rule.exact_fields]
    wanted = [*STAMPS, facts.exact_name, facts.exact_account, *mapped, *WANTED[name]]
    return [one for one in dict.fromkeys(wanted) if one in known]


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a feed."""

    timestamp: int
    key: str
    values: Values


@dataclass(slots=True)
class _Reading:
    """One module while it is read."""

    sync: ZohoSync
    module: ModuleSync
    entity: str
    exact: ExactClient
    now: datetime
    done: Read
    # Of invoices, whose rows come one by one: the version of our copy before this reading.
    begun: dict[str, int] = field(default_factory=dict)
    anew: bool = False
    asked: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.asked = asked_properties(self.module)

    def read(self, odd: Sequence[OddRecord], progress: Progress) -> None:
        """Read what changed, or everything when our copies hold too little."""
        asked = self.asked
        cursor = feeds.cursor_of(self._division, f"zoho {self.module.module}")
        held = set(self.module.properties)
        self.anew = feeds.must_begin_anew(cursor, self.now) or bool(held and set(asked) - held)
        if self.anew:  # no version that we hold means anything any more
            self._copies.update(version=0)
        if not held:  # noted first: whoever goes on after a break must know what was read
            self._note(properties=asked)
        newest = feeds.follow(
            cursor, self._ask, self._save, now=self.now, anew=self.anew,
            progress=lambda rows: progress(self.done),
        )  # fmt: skip
        if self.module.module == Module.SALES_ORDERS:
            self.done.changed += reading_orders.read_lines(
                self.module, self._division, self.exact, self._one, now=self.now, anew=self.anew
            )
        if self.anew and not odd:
            self.done.gone += mark_unseen(ExactRecord, self.module, self.now, but=entries.MARK)
        feeds.finish(cursor, newest, self.now, anew=self.anew)
        self._note(properties=asked, exact_read_at=self.now)
        self.done.modules.append(self.module.module)

    @property
    def _division(self) -> Any:
        return self.sync.division

    @property
    def _copies(self) -> Any:
        return ExactRecord.objects.filter(sync=self.sync, module=self.module.module)

    def _note(self, **what: object) -> None:
        ModuleSync.objects.filter(pk=self.module.pk).update(**what)

    def _ask(self, since: int) -> Iterator[_Row]:
        key = MODULES[Module(self.module.module)].exact_key
        feed = [name for name in self.asked if name != PRICE]
        for row in self.exact.raw_changes(self.entity, feed, since):
            yield _Row(row["Timestamp"], str(row[key]), row)

    def _save(self, rows: list[_Row]) -> None:
        keys = {row.key for row in rows}
        known = {copy.key: copy for copy in self._copies.filter(key__in=keys)}
        self.done.read += len(keys)
        is_whole = self.module.module != Module.INVOICES
        seen = self._records(rows, known) if is_whole else self._invoices(rows, known)
        self.done.changed += save(
            ExactRecord, self.module, seen, self.now, anew=self.anew, is_sure=not is_whole
        )

    def _records(self, rows: Iterable[_Row], known: Mapping[str, ExactRecord]) -> Iterator[Seen]:
        for row in rows:
            copy = known.get(row.key)
            kept = prices.kept(copy.values) if copy else {}
            values = self._values(row) | kept
            if self.module.module == Module.SALES_ORDERS:
                values = reading_orders.completed(values, row.values.get("ID"), copy)
            yield self._seen(row, values, row.timestamp)

    def _one(self, key: str) -> Seen | None:
        """Read one order that was made after the headers were read."""
        values = self.exact.raw(self.entity, UUID(key), self.asked)
        if values is None:
            return None
        row = _Row(0, key, values)
        return self._seen(row, reading_orders.completed(self._values(row), None, None), 0)

    def _invoices(self, rows: Iterable[_Row], known: Mapping[str, ExactRecord]) -> Iterator[Seen]:
        """Put headers and lines together; rows of one invoice may be on several pages."""
        found: dict[str, list[_Row]] = defaultdict(list)
        for row in rows:
            copy = known.get(row.key)
            if row.key not in self.begun:
                self.begun[row.key] = copy.version if copy else 0
            if row.timestamp > self.begun[row.key]:
                found[row.key].append(row)
        for key, parts in found.items():
            copy = known.get(key)
            yield self._invoice(parts, copy)

    def _invoice(self, parts: list[_Row], copy: ExactRecord | None) -> Seen:
        values = dict(copy.values) if copy else {}
        header = next((row for row in parts if not row.values["LineNumber"]), None)
        values |= self._values(header) if header else {}
        is_first = copy is None or copy.version == self.begun[parts[0].key]
        # Exact tells an invoice whole: at the first sight of it the lines begin anew.
        lines = {} if is_first else {line["ID"]: line for line in values.get(LINES, [])}
        for row in parts:
            if row.values["LineNumber"]:
                lines[str(row.values["ID"])] = {name: clean(row.values[name]) for name in LINE}
        values[LINES] = sorted(lines.values(), key=lambda line: line["LineNumber"])
        values[ORDER] = next((one[ORDER] for one in values[LINES] if one.get(ORDER)), None)
        newest = max(row.timestamp for row in parts)
        version = max(newest, copy.version if copy else 0)
        return self._seen(header or parts[0], values, version, copy)

    def _values(self, row: _Row) -> Values:
        return {name: clean(row.values.get(name)) for name in self.asked if name not in STAMPS}

    def _seen(
        self, row: _Row, values: Values, version: int, copy: ExactRecord | None = None
    ) -> Seen:
        facts = MODULES[Module(self.module.module)]
        modified = _aware(row.values.get("Modified"))
        return Seen(
            key=row.key,
            values=values,
            name=_name(values, facts.exact_name),
            account_key=str(values.get(facts.exact_account) or ""),
            created_at=_aware(row.values.get("Created")),
            modified_at=modified or (copy.modified_at if copy else None),
            modified_by=str(row.values.get("ModifierFullName") or ""),
            version=version,
        )


def _name(values: Values, exact_name: str) -> str:
    """Return what people call a record; an invoice has no number before it is printed."""
    for name in (exact_name, "YourRef", "Description", "Code"):
        if values.get(name):
            return str(values[name])
    return ""


def _aware(wall_clock: object) -> datetime | None:
    """Return a time of Exact's wall clock, which is that of the company, as a moment."""
    if not isinstance(wall_clock, datetime):
        return None
    return timezone.make_aware(wall_clock)


# --- Deletions ---------------------------------------------------------------------------------


def _read_deleted(sync: ZohoSync, exact: ExactClient, done: Read, now: datetime) -> None:
    """Flag what was deleted after our copy was made, of all kinds, from one list.

    Also of modules that take no part: the list is read once, and they may take part again.
    """
    modules = {Module(one.module): one for one in sync.modules.all()}
    division = sync.division
    assert division is not None  # noqa: S101 - for the type checker: `read` had one
    cursor = feeds.cursor_of(division, DELETED)
    if feeds.must_begin_anew(cursor, now):
        feeds.begin_anew(cursor)
    newest = cursor.version
    for batch in batches(exact.deletions_since(feeds.start(cursor, now), None), BATCH):
        newest = max(newest, *(row.timestamp for row in batch))
        with transaction.atomic():
            for kind, name in KINDS.items():
                went = {
                    str(row.entity_key): row.timestamp for row in batch if row.entity_type == kind
                }
                if went and name in modules:
                    done.gone += _flag(modules[name], went, now)
            prices.forget(modules.get(Module.PRODUCTS), batch)
            if Module.SALES_ORDERS in modules:
                done.gone += reading_orders.deleted(modules[Module.SALES_ORDERS], batch, now)
    feeds.finish(cursor, newest, now)


def _flag(module: ModuleSync, went: Mapping[str, int], now: datetime) -> int:
    copies = ExactRecord.objects.filter(
        sync_id=module.sync_id, module=module.module, key__in=went, gone_at=None
    ).values_list("pk", "key", "version")
    return mark_gone(ExactRecord, {pk: now for pk, key, version in copies if version < went[key]})
