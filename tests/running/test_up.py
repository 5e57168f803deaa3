"""`manage.py up` with real processes: it starts, mends, refuses and ends as it should."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from sync.running import broker
from tests.running.installation import Family, Installation, child_of, eventually, is_alive

# What tells each child by its command line; a Redis server rewrites its own.
PARTS = {
    "broker": "unixsocket",
    "worker": "celery --app config worker",
    "beat": "celery --app config beat",
    "web": "sync.running.web",
    "stand-in": "manage.py sandbox",
}


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "data")


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Installation, psutil.Popen]]:
    """One installation with its stand-in, running while this file's tests look at it."""
    installation = Installation(tmp_path_factory.mktemp("running") / "data", with_stand_in=True)
    with installation.up() as process:
        yield installation, process


def test_a_first_start_ends_ready_to_go(running: tuple[Installation, psutil.Popen]) -> None:
    installation, _ = running

    assert "Loading the demo company; this happens once." in installation.said()
    assert "The demo is not loaded whole" not in installation.said()
    eventually(lambda: installation.manage("doctor").returncode == 0, installation.said)


@pytest.mark.parametrize("name", PARTS)
def test_what_is_killed_is_started_again(
    running: tuple[Installation, psutil.Popen], name: str
) -> None:
    installation, process = running
    eventually(lambda: child_of(process, PARTS[name]), installation.said)
    killed = child_of(process, PARTS[name])
    assert killed is not None

    killed.kill()

    eventually(lambda: not is_alive(killed))
    eventually(lambda: child_of(process, PARTS[name]) not in {None, killed}, installation.said)
    assert f"{name} was killed (SIGKILL); starting it again" in installation.said()


def test_a_new_broker_gets_a_new_worker(running: tuple[Installation, psutil.Popen]) -> None:
    installation, process = running
    eventually(lambda: child_of(process, PARTS["worker"]))
    worker, server = (
        child_of(process, PARTS["worker"]),
        child_of(process, PARTS["broker"]),
    )
    assert worker
    assert server

    server.kill()

    eventually(
        lambda: child_of(process, PARTS["worker"]) not in {None, worker},
        installation.said,
    )
    assert "worker is started anew: the broker was started anew." in installation.said()


def test_a_killed_worker_takes_its_pool_along(running: tuple[Installation, psutil.Popen]) -> None:
    installation, process = running
    eventually(lambda: (one := child_of(process, PARTS["worker"])) and one.children())
    worker = child_of(process, PARTS["worker"])
    assert worker
    pool = worker.children(recursive=True)

    worker.kill()

    eventually(lambda: not any(map(is_alive, pool)), installation.said)


def test_a_second_start_says_where_the_first_one_is(
    running: tuple[Installation, psutil.Popen],
) -> None:
    installation, process = running

    second = installation.manage("up")

    assert second.returncode == 2
    assert f"Exactlink runs already: http://localhost:{installation.port}" in second.stderr
    assert str(process.pid) in second.stderr
    assert "Traceback" not in second.stderr


def test_files_of_an_installation_are_private(running: tuple[Installation, psutil.Popen]) -> None:
    installation, _ = running

    readable = [
        path
        for path in installation.folder.rglob("*")
        if path.stat(follow_symlinks=False).st_mode & 0o077 and "static" not in path.parts
    ]

    assert installation.folder.stat().st_mode & 0o077 == 0
    assert readable == []


def test_ctrl_c_leaves_no_orphan_and_a_second_start_goes_on(installation: Installation) -> None:
    with installation.up() as process:
        family = Family(process)
        eventually(lambda: child_of(process, PARTS["web"]))
        family.look()
        first_password = password_in(installation.said())

        process.send_signal(signal.SIGINT)

        assert process.wait(30) == 0
        assert family.alive() == []

    with installation.up():
        assert password_in(installation.said()) == first_password


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ends them for us")
def test_a_killed_supervisor_leaves_no_orphan(installation: Installation) -> None:
    with installation.up() as process:
        family = Family(process)
        eventually(lambda: (one := child_of(process, PARTS["worker"])) and one.children())
        family.look()

        process.kill()
        process.wait(10)

        eventually(lambda: family.alive() == [], lambda: str(family.alive()))


def test_a_broker_that_outlived_its_supervisor_is_adopted_and_ended(
    installation: Installation,
) -> None:
    server = broker.find_server()
    assert server
    folder = installation.folder
    folder.mkdir(mode=0o700)
    address = folder / "run" / "broker.sock"
    left_over = psutil.Popen(broker.command(server, address, folder), stdout=subprocess.DEVNULL)
    try:
        eventually(lambda: broker.is_alive(address))
        with installation.up() as process:
            assert child_of(process, PARTS["broker"]) is None
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0

        assert left_over.wait(10) == 0
    finally:
        if left_over.is_running():
            left_over.kill()
            left_over.wait(10)


def test_a_port_in_use_is_named_with_its_setting(installation: Installation) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", installation.port))
        other.listen()

        refused = installation.manage("up")

    assert refused.returncode == 2
    assert f"Port {installation.port} is used by another program" in refused.stderr
    assert f"PORT={installation.port + 1} make run" in refused.stderr


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("PORT", "eight", "The setting PORT can't be used"),
        ("DATABASE_URL", "nonsense", "The setting DATABASE_URL can't be used"),
        ("DATABASE_URL", "postgres://me:hidden@127.0.0.1:9/books", "The database books at 127"),
        ("REDIS_URL", "redis://127.0.0.1:9/0", "The broker (REDIS_URL) does not answer"),
        ("DATA_DIR", "/proc/none", "The folder /proc/none can't be made"),
    ],
)
def test_what_can_not_be_used_is_said_in_a_sentence(
    tmp_path: Path, setting: str, value: str, sentence: str
) -> None:
    refused = Installation(tmp_path / "data", settings={setting: value}).manage("up")

    assert refused.returncode == 2
    assert sentence in refused.stderr
    assert "hidden" not in refused.stderr
    assert "Traceback" not in refused.stderr


def password_in(said: str) -> str:
    """Return the password that `up` printed."""
    found = re.search(r"Sign in as admin with the password (\S+)", said)
    assert found, said
    return found[1]
