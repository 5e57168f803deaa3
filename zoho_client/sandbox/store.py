"""The stand-in's memory: a table of records for each module, who changed what, and a file."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from zoho_client.sandbox.clock import Clock
from zoho_client.sandbox.journal import Journal
from zoho_client.sandbox.messages import Record
from zoho_client.sandbox.table import Place, Table

FIRST_ID = 5725768000000000000  # 19 digits, beyond what a float can hold


@dataclass(frozen=True)
class Change:
    """What happened to one record, for those who listen."""

    module: str
    operation: str  # insert, update or delete
    before: Record | None
    after: Record | None
    fields: tuple[str, ...]  # the names of the fields that now hold something else
    by: Record  # the user

    @property
    def id(self) -> str:
        """The record's id."""
        return str((self.after or self.before or {})["id"])


class Store:
    """Every record by module, as Zoho sends it. Callers hold the stand-in's lock.

    Tables whose name begins with an underscore hold what is not a record (tokens, channels):
    use `keep`, `drop`, `get` and `rows` for them. All of it survives a restart.
    Nothing here checks what a caller may write; that is for whoever answers the call.
    """

    def __init__(self, clock: Clock, file: Path | None = None) -> None:
        self.clock = clock
        self.on_change: list[Callable[[Change], None]] = []
        self._tables: dict[str, Table] = {}
        self._last_id = FIRST_ID
        self._unsaved: list[Record] = []
        self._journal = Journal(file) if file else None

    # Reading.

    def get(self, table: str, key: str) -> Record | None:
        """The record with this id, or None. Don't change it in place."""
        return self._table(table).get(key)

    def need(self, table: str, key: str) -> Record:
        """The record with this id. Raises KeyError."""
        return self._table(table).need(key)

    def rows(self, table: str) -> Iterator[Record]:
        """Every record of a table, in no promised order."""
        return iter(self._table(table))

    def ordered(self, table: str, field: str = "id") -> list[Place]:
        """Pairs of rank and id in the order of a field, then of the id. Don't change the list."""
        return self._table(table).ordered(field)

    def since(self, table: str, moment: float) -> Iterator[Record]:
        """Records modified at or after a moment, oldest first."""
        found, places = self._table(table), self.ordered(table, "Modified_Time")
        return (found.need(str(key)) for _, key in places[bisect_left(places, (moment, 0)) :])

    def find(self, table: str, field: str, value: object) -> list[str]:
        """The ids of records that hold this value, whatever its case, from the oldest on."""
        return self._table(table).find(field, value)

    def count(self, table: str) -> int:
        """How many records a table has."""
        return len(self._table(table))

    @property
    def modules(self) -> list[str]:
        """The modules that ever held a record."""
        return [name for name in self._tables if not name.startswith("_")]

    # Writing records.

    def new_id(self) -> str:
        """An id that nothing else has; ids only rise."""
        self._last_id += 1
        return str(self._last_id)

    def insert(self, module: str, values: Record, *, by: Record) -> Record:
        """Make a record; `by` is a user with id, name and email."""
        now, person = self.clock.text(), person_of(by)
        record = {
            "id": self.new_id(),
            "Owner": person,
            "Record_Status__s": "Available",
            "Locked__s": False,
            **values,
            "Created_By": person,
            "Modified_By": person,
            "Created_Time": now,
            "Modified_Time": now,
        }
        self.keep(module, record["id"], record)
        self._tell(Change(module, "insert", None, record, tuple(values), by))
        return record

    def update(self, module: str, key: str, values: Record, *, by: Record) -> Record:
        """Change a record; Modified_Time moves even when nothing else does. Raises KeyError."""
        before = self._table(module).need(key)
        stamp = {"Modified_By": person_of(by), "Modified_Time": self.clock.text()}
        record = {**before, **values, **stamp}
        self.keep(module, key, record)
        changed = tuple(name for name in values if before.get(name) != record[name])
        self._tell(Change(module, "update", before, record, changed, by))
        return record

    def delete(self, module: str, key: str, *, by: Record, permanent: bool = False) -> Record:
        """Put a record into the recycle bin, or remove it for good. Raises KeyError."""
        before = self._table(module).need(key)
        self.drop(module, key)
        entry = {
            "id": key,
            "module": module,
            "display_name": before.get(NAMES.get(module, "Name")),
            "type": "permanent" if permanent else "recycle",
            "created_by": before.get("Created_By"),
            "deleted_by": person_of(by),
            "deleted_time": self.clock.text(),
        }
        self.keep("_deleted", key, entry)
        fields = ("Modified_By", "Record_Status__s")
        self._tell(Change(module, "delete", before, None, fields, by))
        return before

    # Writing anything.

    def keep(self, table: str, key: str, row: Record) -> None:
        """Keep a row as it is, without telling anybody."""
        self._note({"table": table, "key": key, "row": row})

    def drop(self, table: str, key: str) -> None:
        """Forget a row."""
        self._note({"table": table, "key": key, "row": None})

    def load(self, module: str, rows: Iterable[Record]) -> None:
        """Fill a table without noting it in the file: it is loaded again next time."""
        table = self._table(module)
        for row in rows:
            table.put(row["id"], row)
            self._last_id = max(self._last_id, int(row["id"]))

    def install(self, module: str, table: Table) -> None:
        """Put a table of another make in place."""
        self._tables[module] = table

    def replay(self) -> None:
        """Bring back what the file remembers on top of what was loaded."""
        for change in self._journal.read() if self._journal else []:
            self._apply(change)

    def commit(self) -> None:
        """Make the changes of one call durable together; cheap when there are none."""
        if self._unsaved and self._journal:
            self._journal.append(self._unsaved)
        self._unsaved = []

    def forget(self, *, keep: frozenset[str]) -> None:
        """Empty every table but those named in `keep`, in memory and in the file."""
        self._tables = {name: table for name, table in self._tables.items() if name in keep}
        if self._journal:
            self._journal.rewrite(
                {"table": name, "key": key, "row": row}
                for name, table in self._tables.items()
                for key, row in table.items()
            )

    def close(self) -> None:
        """Let go of the file."""
        if self._journal:
            self._journal.close()

    def _table(self, name: str) -> Table:
        return self._tables.setdefault(name, Table())

    def _note(self, change: Record) -> None:
        self._apply(change)
        self._unsaved.append(change)

    def _apply(self, change: Record) -> None:
        table, key = self._table(change["table"]), change["key"]
        if change["row"] is None:
            table.drop(key)
        else:
            table.put(key, change["row"])
        if key.isdecimal():
            self._last_id = max(self._last_id, int(key))

    def _tell(self, change: Change) -> None:
        for listener in self.on_change:
            listener(change)


# The field that names a record of a module; it is also what an upsert compares by default.
NAMES = {
    "Leads": "Full_Name",
    "Accounts": "Account_Name",
    "Contacts": "Full_Name",
    "Deals": "Deal_Name",
    "Products": "Product_Name",
    "Vendors": "Vendor_Name",
    "Price_Books": "Price_Book_Name",
    "Quotes": "Subject",
    "Sales_Orders": "Subject",
    "Purchase_Orders": "Subject",
    "Invoices": "Subject",
    "Cases": "Subject",
    "Tasks": "Subject",
    "Campaigns": "Campaign_Name",
    "Notes": "Note_Title",
}


def person_of(user: Record) -> Record:
    """A user as records name them."""
    name = user.get("full_name") or user.get("name")
    return {"name": name, "id": user["id"], "email": user.get("email")}
