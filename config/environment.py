"""Reads settings from the environment, and says in a sentence which of them can't be used."""

import hashlib
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, NoReturn

import environ
from django.core.exceptions import ImproperlyConfigured

LONGEST_SOCKET_PATH = 103  # bytes; macOS allows no more, Linux four more


class Environment(environ.Env):  # type: ignore[misc]  # django-environ has no types
    """django-environ, with two habits of ours.

    A value of the wrong kind ends the program with a sentence, and an empty value counts as
    none, so that a line of .env.example may be copied as it is.
    """

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        """Return the value of `var`, cast as asked, or its default."""
        if "default" in kwargs and self.ENVIRON.get(var) == "":
            return kwargs["default"]
        try:
            return super().get_value(var, *args, **kwargs)
        except (ValueError, ImproperlyConfigured) as error:
            stop(f"The setting {var} can't be used: {error}. See .env.example.")

    def database(self, var: str, *, default: str) -> dict[str, Any]:
        """Return Django's settings for the database at the address in `var`."""
        found: dict[str, Any] = self.db(var, default=default)
        kinds = ("django.db.backends.sqlite3", "django.db.backends.postgresql")
        if found.get("ENGINE") not in kinds or found["NAME"] in {"", ":memory:"}:
            stop(
                f"The setting {var} can't be used: it must look like"
                " postgres://user:password@host:5432/name or sqlite:////folder/name.sqlite3."
            )
        return found


def usable_folder(path: Path) -> Path:
    """Return `path`, made for its owner alone when it is absent."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        stop(f"The folder {path} can't be made: {error.strerror}. Set DATA_DIR to another one.")
    if not os.access(path, os.W_OK | os.X_OK):
        stop(f"The folder {path} can't be written to. Set DATA_DIR to another one.")
    return path


def broker_socket(data_dir: Path) -> Path:
    """Return where the embedded broker listens.

    That is inside `data_dir`, or, where its path is too long for a socket, in the system's
    folder for temporary files, under a name that this `data_dir` alone has.
    """
    socket = data_dir / "run" / "broker.sock"
    if len(os.fsencode(socket)) <= LONGEST_SOCKET_PATH:
        return socket
    name = f"exactlink-{hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]}"
    elsewhere = Path(tempfile.gettempdir()) / name / "broker.sock"
    if len(os.fsencode(elsewhere)) <= LONGEST_SOCKET_PATH:
        return elsewhere
    return Path("/tmp") / name / "broker.sock"  # noqa: S108 - the broker insists on owning the folder


def stop(sentence: str) -> NoReturn:
    """End the program as one that could not run: the sentence, and no traceback."""
    sys.stderr.write(f"{sentence}\n")
    raise SystemExit(2)
