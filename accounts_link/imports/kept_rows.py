"""Rows that are costly to read, kept on disk while a table is in use: read once, used often."""

from __future__ import annotations

import pickle
import tempfile
import weakref
from collections.abc import Callable, Iterator
from typing import IO

from accounts_link.imports.shapes import Row

MEMORY = 4 * 2**20  # bytes, above which they lie in a file without a name


class KeptRows:
    """Reads rows anew at each call until one call came to the end; from then on, its own copy."""

    def __init__(self, read: Callable[[], Iterator[Row]]) -> None:
        self._read = read
        self._kept: IO[bytes] | None = None

    def __call__(self) -> Iterator[Row]:
        """Yield every row, one call at a time."""
        return self._first_time() if self._kept is None else self._again(self._kept)

    def _first_time(self) -> Iterator[Row]:
        file = tempfile.SpooledTemporaryFile(MEMORY)  # noqa: SIM115 - outlives this call
        try:
            for row in self._read():
                pickle.dump(row, file, pickle.HIGHEST_PROTOCOL)
                yield row
        except BaseException:  # also when nobody wants the rest
            file.close()
            raise
        weakref.finalize(self, file.close)
        self._kept = file

    def _again(self, file: IO[bytes]) -> Iterator[Row]:
        file.seek(0)
        while True:
            try:
                row: Row = pickle.load(file)  # noqa: S301 - we wrote it, and nobody else can
            except EOFError:
                return
            yield row
