"""The stand-in's memory: tables of records, versions that only rise, and a file that survives."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exact_client.sandbox.clock import Clock
from exact_client.sandbox.entry_table import EntryTable
from exact_client.sandbox.facts import Record
from exact_client.sandbox.table import Table

EVERYWHERE = 0  # the division of what belongs to no division, such as tokens


@dataclass(frozen=True)
class Change:
    """A record that was made, changed or deleted; of a deleted one, what it was."""

    division: int
    table: str
    action: str  # Create, Update or Delete
    record: Record


class Books:
    """Every table of every division. Callers hold the stand-in's lock."""

    def __init__(self, clock: Clock, file: Path | None = None) -> None:
        self.clock = clock
        self.lag = 0.0  # seconds for which new records are hidden from searches
        self._tables: dict[tuple[int, str], Table] = {}
        self._version = 1  # readers begin after 1
        self._unsaved: list[Record] = []
        self._changes: list[Change] = []
        self.listener: Callable[[list[Change]], None] | None = None  # hears of each call's changes
        self._journal = Journal(file) if file else None

    def table(self, division: int, name: str) -> Table:
        """The table of this name in this division, empty when nothing was ever put there."""
        found = self._tables.get((division, name))
        if found is None:
            found = self._tables[division, name] = EntryTable() if name == "entries" else Table()
        return found

    def entries(self, division: int) -> EntryTable:
        """The table of entries, which can tell the numbers that are taken."""
        found = self.table(division, "entries")
        assert isinstance(found, EntryTable)  # noqa: S101 - tells the type; `table` makes it so
        return found

    def number(self, division: int, name: str) -> int:
        """The next number of a kind, from 1; none is given out twice."""
        last = (self.table(division, "counters").get(name) or {}).get("last", 0)
        self.put(division, "counters", name, {"last": last + 1})
        return int(last) + 1

    def load(self, tables: Iterable[tuple[int, str, Iterable[tuple[str, Record]]]]) -> None:
        """Fill tables without noting it in the file: what is loaded is loaded again next time."""
        for division, name, records in tables:
            table = self.table(division, name)
            for key, record in records:
                table.put(key, {**record, "Timestamp": self._next_version()})

    def replay(self) -> None:
        """Bring back what the file remembers on top of what was loaded."""
        for change in self._journal.read() if self._journal else []:
            self._apply(change)

    def install(self, division: int, name: str, table: Table, versions: int) -> None:
        """Put a table of another make in place; it uses the next `versions` versions."""
        self._tables[division, name] = table
        self._version += versions

    def put(self, division: int, name: str, key: str, record: Record) -> Record:
        """Keep a record that was made or changed; give it the next version."""
        new = self.table(division, name).get(key) is None
        record = {**record, "Timestamp": self._next_version()}
        if new and self.lag:
            record["_hidden_until"] = self.clock.now() + self.lag
        self._note({"division": division, "table": name, "key": key, "record": record})
        return record

    def drop(self, division: int, name: str, key: str) -> None:
        """Forget a record."""
        self._note({"division": division, "table": name, "key": key, "record": None})

    def visible(self, records: Iterable[Record]) -> Iterator[Record]:
        """Leave out records that a search can't see yet."""
        now = self.clock.now()
        return (row for row in records if row.get("_hidden_until", 0.0) <= now)

    def commit(self) -> None:
        """Make the changes of one call durable together; cheap when there are none."""
        if self._unsaved and self._journal:
            self._journal.append(self._unsaved)
        changes, self._unsaved, self._changes = self._changes, [], []
        if self.listener and changes:
            self.listener(changes)

    def forget(self, *, keep: frozenset[str]) -> None:
        """Empty every table but those named in `keep`, in memory and in the file."""
        self._tables = {at: table for at, table in self._tables.items() if at[1] in keep}
        self._version = 1  # readers begin after 1
        if self._journal:
            self._journal.rewrite(
                {"division": division, "table": name, "key": row["_key"], "record": row}
                for (division, name), table in self._tables.items()
                for row in table
            )

    def close(self) -> None:
        """Let go of the file."""
        if self._journal:
            self._journal.close()

    def _note(self, change: Record) -> None:
        before = self.table(change["division"], change["table"]).get(change["key"])
        if change["record"] is not None:
            change["record"]["_key"] = change["key"]
        action = "Create" if before is None else "Update" if change["record"] else "Delete"
        about = change["record"] or before or {}
        self._changes.append(Change(change["division"], change["table"], action, about))
        self._apply(change)
        self._unsaved.append(change)

    def _apply(self, change: Record) -> None:
        table = self.table(change["division"], change["table"])
        if change["record"] is None:
            table.drop(change["key"])
        else:
            self._version = max(self._version, change["record"]["Timestamp"])
            table.put(change["key"], change["record"])

    def _next_version(self) -> int:
        self._version += 1
        return self._version


class Journal:
    """A file of changes, one line for each call, written before the call is answered."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: Any = None

    def read(self) -> list[Record]:
        """The last change of every key, oldest first; the file is shortened to them.

        A line that was cut by a crash belongs to a call that was never answered.
        """
        latest: dict[tuple[int, str, str], Record] = {}
        for change in self._changes():
            at = (change["division"], change["table"], change["key"])
            latest.pop(at, None)
            latest[at] = change
        self.rewrite(latest.values())
        return list(latest.values())

    def append(self, changes: list[Record]) -> None:
        """Add one line; the operating system has it when this returns, so a kill can't undo it."""
        if self._file is None:  # the stand-in is ending: what can't be kept is not answered
            raise ConnectionAbortedError("The stand-in's file is closed.")
        self._file.write(json.dumps(changes, separators=(",", ":")) + "\n")
        self._file.flush()

    def rewrite(self, changes: Iterable[Record]) -> None:
        """Replace the file by these changes at one stroke."""
        fresh = self._path.with_suffix(".new")
        with fresh.open("w") as file:
            file.writelines(json.dumps([change]) + "\n" for change in changes)
        self.close()
        fresh.replace(self._path)
        self._file = self._path.open("a")

    def close(self) -> None:
        """Let go of the file."""
        if self._file:
            self._file.close()
            self._file = None

    def _changes(self) -> Iterator[Record]:
        if not self._path.exists():
            return
        with self._path.open() as file:
            for line in file:
                if not line.endswith("\n"):
                    return
                yield from json.loads(line)
