"""A file of changes that survives a kill: one line for each call, written before it is answered."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from zoho_client.sandbox.messages import Record


class Journal:
    """Changes `{table, key, row}`; a row of None means that the key was dropped."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: Any = None

    def read(self) -> list[Record]:
        """The last change of every key, oldest first; the file is shortened to them.

        A line that was cut by a crash belongs to a call that was never answered.
        """
        latest: dict[tuple[str, str], Record] = {}
        for change in self._changes():
            at = (change["table"], change["key"])
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
