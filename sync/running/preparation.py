"""What must be true before anything starts: one supervisor, free ports, a database, a log-in."""

import fcntl
import json
import os
import secrets
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import DatabaseError, connection

FIRST_USER = "admin"


class CannotStartError(Exception):
    """Nothing was started; the message says why and what to do."""


@contextmanager
def only_supervisor(data_dir: Path) -> Iterator[None]:
    """Hold the one place that this installation has for a supervisor.

    Raises CannotStartError, naming the address and the process, when another holds it.
    """
    place = data_dir / "run" / "up.lock"
    place.parent.mkdir(mode=0o700, exist_ok=True)
    with place.open("a+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.seek(0)
            raise CannotStartError(_who_holds(held.read())) from None
        held.truncate(0)
        held.write(json.dumps({"url": settings.PUBLIC_URL, "pid": os.getpid()}))
        held.flush()
        yield


def _who_holds(note: str) -> str:
    try:
        other = json.loads(note)
    except ValueError:  # it has just begun
        return "Exactlink is being started by another command at this moment."
    return (
        f"Exactlink runs already: {other['url']} (process {other['pid']}). Stop it with Ctrl-C"
        f" where it was started, or with: kill {other['pid']}"
    )


def need_free_ports(ports: Mapping[str, int]) -> None:
    """Raise CannotStartError, naming the setting, when a port is used by another program."""
    for setting, port in ports.items():
        if not _is_free(port):
            raise CannotStartError(
                f"Port {port} is used by another program. Stop that one, or choose another port:"
                f" {setting}={port + 1} make run"
            )


def _is_free(port: int) -> bool:
    with socket.socket() as caller:
        caller.settimeout(1)
        if caller.connect_ex(("127.0.0.1", port)) == 0:
            return False
    with socket.socket() as taker:
        taker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taker.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def prepare_database() -> None:
    """Bring the tables up to date. Raises CannotStartError when the database can't be used."""
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except (DatabaseError, OSError) as error:
        raise CannotStartError(f"{database_name()} can't be used: {first_line(error)}") from error
    finally:
        connection.close()


def database_name() -> str:
    """Return what a person calls our database, without its password."""
    here = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"The database {here['NAME']}"
    return f"The database {here['NAME']} at {here['HOST']}:{here['PORT'] or 5432} (DATABASE_URL)"


def first_line(error: BaseException) -> str:
    """Return the first line of what `error` says."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def first_login(data_dir: Path) -> tuple[str, str] | None:
    """Return a user name and password that work, or None once people have chosen their own.

    The first start makes the log-in. Its password stays in DATA_DIR, readable by its owner
    alone, until it no longer works.
    """
    note = data_dir / "keys" / "first-login"
    users = get_user_model().objects
    if not users.exists():
        password = secrets.token_urlsafe(12)
        note.touch(mode=0o600)
        note.write_text(password)  # before the user: a log-in that nobody knows helps nobody
        users.create_superuser(FIRST_USER, password=password)
    password = note.read_text() if note.exists() else ""
    user = users.filter(username=FIRST_USER, is_active=True).first()
    if user and password and user.check_password(password):
        return FIRST_USER, password
    note.unlink(missing_ok=True)
    return None
