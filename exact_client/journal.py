"""A small file on this machine that holds an answer of the token endpoint until it is stored.

A refresh token works once. Should the database be locked, the disk full or the process killed
between the answer and the row, the new pair is still here. The file has its size before the call,
so that writing to it can't fail for want of room.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path

from django.conf import settings

SIZE = 64 * 1024  # bytes
_HEAD = 12  # bytes: 4 of length, 8 of checksum


class Journal:
    """The one slot of one connection."""

    def __init__(self, connection_id: int) -> None:
        self._path = Path(settings.DATA_DIR) / "run" / f"tokens-{connection_id}.journal"

    def prepare(self) -> None:
        """Give the file its size on the disk. Raises OSError when there is no room."""
        if self._path.exists() and self._path.stat().st_size == SIZE:
            return
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            file.write(bytes(SIZE))
            file.flush()
            os.fsync(file.fileno())
        directory = os.open(self._path.parent, os.O_RDONLY)
        os.fsync(directory)
        os.close(directory)

    def write(self, sealed: str) -> None:
        """Put a sealed secret into the slot; it is on the disk when this returns."""
        content = sealed.encode()
        if len(content) > SIZE - _HEAD:
            raise OSError("The answer of the token endpoint is too long for its journal.")
        self._put(
            len(content).to_bytes(4, "big") + zlib.crc32(content).to_bytes(8, "big") + content
        )

    def read(self) -> str | None:
        """Return what is in the slot; None when it is empty or was only half written."""
        if not self._path.exists():
            return None
        held = self._path.read_bytes()
        length, checksum = int.from_bytes(held[:4], "big"), int.from_bytes(held[4:_HEAD], "big")
        content = held[_HEAD : _HEAD + length]
        if not length or zlib.crc32(content) != checksum:
            return None
        return content.decode()

    def clear(self) -> None:
        """Empty the slot: what it held is in the database."""
        self._put(bytes(_HEAD))

    def _put(self, content: bytes) -> None:
        with self._path.open("r+b") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
