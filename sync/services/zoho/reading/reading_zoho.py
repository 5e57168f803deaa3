"""Read what changed in Zoho: the whole list at first, afterwards what came since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from sync.models import ModuleSync, ZohoRecord
from sync.rules.zoho.modules import MODULES, Module
from sync.services.streams import batches
from sync.services.zoho.mapping.mappings import modules_of, rules_of
from sync.services.zoho.reading.copies import (
    BATCH,
    Read,
    Seen,
    clean,
    is_newer,
    mark_gone,
    mark_unseen,
    save,
)
from zoho_client.reading import id_of

if TYPE_CHECKING:
    from sync.models import ZohoSync
    from zoho_client.client import ZohoClient
    from zoho_client.records import Row

Progress = Callable[[Read], None]

# Zoho tells times in whole seconds, and what was written a moment ago may not show yet.
OVERLAP = timedelta(minutes=1)
DELETED_OVERLAP = timedelta(minutes=10)  # our clock may go before Zoho's, and the list is short
DELETED_LOG = timedelta(days=50)  # Zoho forgets what left for the recycle bin after 60
CUT_AT = 500  # letters, after which a list cuts a long text
EXACT_ID = "Exact_ID"  # our own field, which holds Exact's GUID; it may not be there yet
CATCH_ALL_ID = "exactlink-other-lines"  # in that field, of our own product for other lines
STAMPS = ("Modified_Time", "Created_Time", "Modified_By")
# What pairing and choosing look at, whether or not it is mapped.
WANTED = {
    Module.ACCOUNTS: ("Phone", "Website", "Billing_Street", "Billing_Code", "Billing_City",
                      "Billing_Country"),
    Module.CONTACTS: ("First_Name", "Last_Name", "Email"),
    Module.PRODUCTS: ("Product_Code", "Unit_Price", "Usage_Unit", "Tax"),
    Module.INVOICES: ("Status", "Invoice_Number", "Invoice_Date", "Due_Date", "Contact_Name",
                      "Sales_Order", "Discount", "Adjustment", "Sub_Total", "Tax", "Grand_Total",
                      "Currency"),
    Module.SALES_ORDERS: ("Status", "SO_Number", "Due_Date", "Contact_Name", "Discount",
                          "Adjustment", "Sub_Total", "Tax", "Grand_Total", "Currency"),
}  # fmt: skip
LINE_FIELDS = (
    "Sequence_Number", "Product_Name", "Description", "Quantity", "List_Price", "Discount",
    "Total", "Tax", "Net_Total", "Line_Tax",
)  # fmt: skip


def read(
    sync: ZohoSync,
    zoho: ZohoClient,
    *,
    now: datetime,
    module: str | None = None,
    progress: Progress = lambda done: None,
) -> Read:
    """Bring our copies of Zoho up to date, of all modules that take part or of one.

    Takes ⌈records / 200⌉ calls for a module that is read for the first time, or anew because a
    mapping asks for more; afterwards ⌈changes / 2,000⌉, at least 1, and 1 for what was deleted.
    Each cursor moves when its module was read to the end. Raises any ZohoError: what was copied
    by then stays, and the next reading goes on.
    """
    done, authors = Read(), _Authors(zoho)
    for one in modules_of(sync):
        if module in (None, one.module):
            _Reading(one, zoho, now, authors, done).read(progress)
    return done


def read_some(
    sync: ZohoSync, zoho: ZohoClient, module: str, keys: Sequence[str], *, now: datetime
) -> Read:
    """Bring our copies of these records up to date, as a notification asks for.

    What is no longer there is looked for among what was deleted. Raises any ZohoError.
    """
    found = next((one for one in modules_of(sync) if one.module == module), None)
    if found is None or not keys:
        return Read()
    done = Read()
    _Reading(found, zoho, now, _Authors(zoho), done).read_some(keys)
    return done


def asked_fields(module: ModuleSync) -> list[str]:
    """Return the fields that our copies of a module hold, as far as Zoho has them."""
    facts = MODULES[Module(module.module)]
    mapped = [name for rule in rules_of(module) for name in rule.zoho_fields]
    wanted = [*STAMPS, EXACT_ID, facts.zoho_name, facts.zoho_account, *mapped]
    known = {field["api_name"] for field in module.fields}
    names = dict.fromkeys([*wanted, *WANTED[Module(module.module)]])
    return [name for name in names if name and (name in known if known else name != EXACT_ID)]


@dataclass(slots=True)
class _Authors:
    """Who changed a record: Zoho's queries tell an id alone."""

    zoho: ZohoClient
    names: dict[str, str] | None = None

    def name(self, row: Row) -> str:
        """Return the name of the last author, asking for all users once if need be."""
        told = row.values.get("Modified_By")
        if isinstance(told, Mapping) and told.get("name"):
            return str(told["name"])
        if self.names is None:
            self.names = {user.id: user.full_name or "" for user in self.zoho.users()}
        return self.names.get(row.modified_by) or row.modified_by


@dataclass(slots=True)
class _Reading:
    """One module while it is read."""

    module: ModuleSync
    zoho: ZohoClient
    now: datetime
    authors: _Authors
    done: Read
    fields: list[str] = field(init=False)
    newest: tuple[datetime, str] | None = None

    def __post_init__(self) -> None:
        self.fields = asked_fields(self.module)

    def read(self, progress: Progress) -> None:
        """Read what changed, or everything if there is nothing to go by."""
        anew = self._must_begin_anew()
        for batch in batches(self._everything() if anew else self._changes(), BATCH):
            self._save(batch, anew=anew)
            progress(self.done)
        if anew:
            self.done.gone += mark_unseen(ZohoRecord, self.module, self.now)
        else:
            self._read_deleted()
        self._finish()

    def read_some(self, keys: Sequence[str]) -> None:
        """Read these records, and what was deleted if one of them is not there."""
        found = self.zoho.by_ids(self.module.module, keys, self._columns())
        self._save(found, anew=False)
        if {row.id for row in found} < set(keys):
            self._read_deleted()

    def _must_begin_anew(self) -> bool:
        """Whether our copies lack something, or deletions were forgotten since the last look."""
        read_at = self.module.zoho_read_at
        if read_at is None or self.module.zoho_after is None:
            return True
        return read_at < self.now - DELETED_LOG or not set(self.fields) <= {
            *self.module.zoho_fields
        }

    def _everything(self) -> Iterable[Row]:
        # Noted first: whoever goes on after a break must begin anew as well.
        ModuleSync.objects.filter(pk=self.module.pk).update(zoho_after=None)
        return self.zoho.records(self.module.module, self.fields)

    def _changes(self) -> Iterable[Row]:
        after = self.module.zoho_after
        begin = (after, self.module.zoho_after_id or "0") if after else None
        return self.zoho.changed(self.module.module, self._columns(), begin)

    def _columns(self) -> list[str]:
        return [name for name in self.fields if name != "Modified_Time"]  # which comes anyway

    def _save(self, rows: Sequence[Row], *, anew: bool) -> None:
        self.newest = max(
            [*self._ages(rows), *([self.newest] if self.newest else [])], default=None
        )
        whole = self._uncut(rows) if anew else rows
        seen = self._with_lines([self._seen(row) for row in whole])
        self.done.read += len(seen)
        self.done.changed += save(ZohoRecord, self.module, seen, self.now, anew=anew)

    def _ages(self, rows: Iterable[Row]) -> list[tuple[datetime, str]]:
        return [(row.modified_time, row.id) for row in rows if row.modified_time]

    def _uncut(self, rows: Sequence[Row]) -> list[Row]:
        """Ask again for records with a long text, which a list cuts."""
        cut = [row.id for row in rows if any(map(_may_be_cut, row.values.values()))]
        whole = {row.id: row for row in self.zoho.by_ids(self.module.module, cut, self._columns())}
        return [whole.get(row.id, row) for row in rows]

    def _seen(self, row: Row) -> Seen:
        facts = MODULES[Module(self.module.module)]
        values = {name: _value(row.values.get(name)) for name in self.fields if name not in STAMPS}
        return Seen(
            key=row.id,
            values=values,
            name=str(values.get(facts.zoho_name) or ""),
            account_key=id_of(values.get(facts.zoho_account)),
            created_at=row.created_time,
            modified_at=row.modified_time,
            modified_by=self.authors.name(row),
        )

    def _with_lines(self, seen: list[Seen]) -> list[Seen]:
        """Fetch the lines of what is newer than our copies; lists don't hold them."""
        subform = MODULES[Module(self.module.module)].zoho_lines
        if not subform:
            return seen
        rows = ZohoRecord.objects.filter(sync_id=self.module.sync_id, module=self.module.module)
        known = {row.key: row for row in rows.filter(key__in=[one.key for one in seen])}
        fresh = [one for one in seen if is_newer(known.get(one.key), one)]
        lines: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self.zoho.subform_rows(subform, [one.key for one in fresh], LINE_FIELDS):
            lines[id_of(row.values.get("Parent_Id"))].append(_line(row))
        for one in fresh:
            one.values[subform] = sorted(lines[one.key], key=_place)
        return seen

    def _read_deleted(self) -> None:
        """Flag what Zoho says was deleted after our copy was made."""
        deleted = self.zoho.deleted(self.module.module, self.module.zoho_deleted_since)
        for batch in batches(deleted, BATCH):
            went = {row.id: row.deleted_time for row in batch}
            copies = ZohoRecord.objects.filter(
                sync_id=self.module.sync_id, module=self.module.module, key__in=went, gone_at=None
            ).values_list("pk", "key", "modified_at")
            with transaction.atomic():
                gone = {pk: went[key] for pk, key, at in copies if at is None or at <= went[key]}
                self.done.gone += mark_gone(ZohoRecord, gone)

    def _finish(self) -> None:
        """Note how far we are: what is too young to be settled is read once more."""
        settled = self.now - OVERLAP
        held = self.module.zoho_after
        newest = self.newest or ((held, self.module.zoho_after_id) if held else (settled, "0"))
        after, after_id = min(newest, (settled, "0"))
        ModuleSync.objects.filter(pk=self.module.pk).update(
            zoho_after=after,
            zoho_after_id=after_id,
            zoho_read_at=self.now,
            zoho_deleted_since=self.now - DELETED_OVERLAP,
            zoho_fields=self.fields,
        )
        self.done.modules.append(self.module.module)


def _value(value: object) -> Any:
    """Return a value as our copies hold it: of another record its id, as queries tell no more."""
    if isinstance(value, Mapping) and value.get("id"):
        return {"id": str(value["id"])}
    return clean(value)


def _line(row: Row) -> dict[str, Any]:
    return {"id": row.id} | {name: _value(row.values.get(name)) for name in LINE_FIELDS}


def _place(line: Mapping[str, Any]) -> tuple[int, str]:
    return int(line["Sequence_Number"] or 0), line["id"]


def _may_be_cut(value: object) -> bool:
    return isinstance(value, str) and len(value) >= CUT_AT
