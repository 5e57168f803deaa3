"""What every test stands on: closed networks, quick passwords, and servers that CI insists on."""

import gc
import os
import shutil
import socket
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.test import TransactionTestCase, override_settings

LOOPBACK = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "", None}  # noqa: S104 - read, never bound
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
NOTHING_MAY_BE_SKIPPED = os.environ.get("EXACTLINK_NOTHING_MAY_BE_SKIPPED") == "1"


class NetworkClosedError(RuntimeError):
    """A test reached for an address that is not on this machine."""


def _refuse_strangers(host: object) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name not in LOOPBACK and not str(name).startswith("127."):
        raise NetworkClosedError(f"A test may talk to this machine alone, not to {name}.")


class LoopbackSocket(socket.socket):
    """A socket that reaches this machine's own addresses and its unix sockets, and no others."""

    def connect(self, address: Any) -> None:
        """Connect, unless the address is elsewhere."""
        self._check(address)
        super().connect(address)

    def connect_ex(self, address: Any) -> int:
        """Connect as `connect` does, and return the error's number."""
        self._check(address)
        return super().connect_ex(address)

    def _check(self, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            _refuse_strangers(address[0])


@pytest.fixture(scope="session", autouse=True)
def closed_network() -> Iterator[None]:
    """Close every socket but those of this machine, name look-ups included."""
    look_up = socket.getaddrinfo

    def look_up_loopback(host: Any, *args: Any, **kwargs: Any) -> Any:
        _refuse_strangers(host)
        return look_up(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "socket", LoopbackSocket)
        patch.setattr(socket, "getaddrinfo", look_up_loopback)
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_sign_in() -> Iterator[None]:
    """Hash passwords quickly and leave the throttle off; a test about either turns it back on."""
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=hashers, AXES_ENABLED=False):
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_questions() -> Iterator[None]:
    """Ask at once again what broke on its way, as often as ever."""
    with pytest.MonkeyPatch.context() as patch:
        for client in ("exact_client", "zoho_client"):
            patch.setattr(f"{client}.transport.PAUSES", (0.0, 0.0))
        yield


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "database: touches the database; set by itself")


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what touches the database, so that a run on another one can ask for it alone."""
    for item in items:
        fixtures = {"db", "transactional_db"} & {*getattr(item, "fixturenames", ())}
        is_a_case = issubclass(getattr(item, "cls", None) or object, TransactionTestCase)
        if fixtures or is_a_case or item.get_closest_marker("django_db"):
            item.add_marker("database")


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and not again among what was imported: it takes a seventh off."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """Return the address of a PostgreSQL on which a test may make databases."""
    return _given("TEST_POSTGRES_URL", "a PostgreSQL server")


@pytest.fixture(scope="session")
def redis_url() -> str:
    """Return the address of a Redis that a test may empty."""
    return _given("TEST_REDIS_URL", "a Redis server")


def _given(variable: str, what: str) -> str:
    url = os.environ.get(variable)
    if not url:
        pytest.skip(f"needs {what}: set {variable}")
    return url


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Return the browser of this machine, for Playwright's `executable_path`."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return Path(found)
    pytest.skip("needs a browser: install chromium")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where nothing may be skipped, a skipped test has failed."""
    return _insisted_upon((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Where nothing may be skipped, neither may a whole file."""
    return _insisted_upon((yield))


def _insisted_upon(report: Report) -> Report:
    if NOTHING_MAY_BE_SKIPPED and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Nothing may be skipped here, but this was: {report.longrepr}"
    return report
