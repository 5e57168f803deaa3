"""What `manage.py doctor` looks at: each finding says what is so and, if need be, what to do."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from exact_client.budget import Lane
from exact_client.client import ExactClient
from exact_client.errors import ExactError
from exact_client.models import Division, ExactConnection
from sync.models import ZohoSync
from sync.running import watch
from sync.running.preparation import database_name, first_line
from sync.services.ledger import setup

ROOM_NEEDED = 1.0  # gigabytes free in DATA_DIR
FORGOTTEN_AFTER = 30  # days without a refresh, after which Exact forgets a permission
MANY = 5  # intervals without a heartbeat


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. A remedy is there when it is not well."""

    about: str
    says: str
    remedy: str = ""
    stops_all: bool = False  # nothing can run before it is mended

    @property
    def is_well(self) -> bool:
        """Nothing needs doing."""
        return not self.remedy


def examine(*, online: bool) -> Iterator[Finding]:
    """Yield every finding; what needs a database is left out when there is none.

    `online` also asks Exact itself who we are, which costs one call.
    """
    yield from _settings()
    yield _data_folder()
    database = _database()
    yield database
    yield _broker()
    if database.stops_all:
        return
    try:
        yield from _what_the_database_tells(online=online)
    except DatabaseError as error:
        yield Finding("database", first_line(error), "Run: manage.py migrate", stops_all=True)


def _what_the_database_tells(*, online: bool) -> Iterator[Finding]:
    yield _worker()
    yield _permission()
    yield from _zoho()
    for division in Division.objects.chosen() if online else ():
        yield _exact_itself(division)
    yield from _set_up()


def _settings() -> Iterator[Finding]:
    problems = [found for found in checks.run_checks() if not found.is_silenced()]
    for found in problems:
        is_error = found.level >= checks.ERROR
        yield Finding("settings", found.msg, found.hint or "See .env.example.", stops_all=is_error)
    if not problems:
        yield Finding("settings", "Every setting can be used.")


def _data_folder() -> Finding:
    folder = settings.DATA_DIR
    free = shutil.disk_usage(folder).free / 1e9
    if not os.access(folder, os.W_OK):
        return Finding(
            "data folder", f"{folder} can't be written to.", "Set DATA_DIR.", stops_all=True
        )
    says = f"{folder} has {free:,.1f} GB free."
    return Finding("data folder", says, "Make room." if free < ROOM_NEEDED else "")


def _database() -> Finding:
    try:
        waiting = _migrations_waiting()
        unsafe = _what_a_power_cut_takes()
    except (DatabaseError, OSError) as error:
        says = f"{database_name()} can't be used: {first_line(error)}"
        return Finding("database", says, "Start it, or set DATABASE_URL.", stops_all=True)
    if waiting:
        return Finding(
            "database", f"{waiting} changes wait.", "Run: manage.py migrate", stops_all=True
        )
    if unsafe:
        return Finding("database", unsafe, "An entry could be sent twice: set it back.")
    return Finding("database", f"{database_name()} is reachable and up to date.")


def _migrations_waiting() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _what_a_power_cut_takes() -> str:
    """Return what is wrong with the database's promise to keep what it has confirmed."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous")
            return "" if cursor.fetchone()[0] >= 2 else "PRAGMA synchronous is not FULL."  # noqa: PLR2004 - SQLite's number for FULL
        cursor.execute("SHOW synchronous_commit")
        return "synchronous_commit is off." if cursor.fetchone()[0] == "off" else ""


def _broker() -> Finding:
    trouble = watch.broker_answers()
    if trouble is None:
        return Finding("broker", "It answers.")
    remedy = (
        "Start it, or set REDIS_URL."
        if settings.REDIS_URL
        else "It runs while Exactlink runs: make run"
    )
    return Finding("broker", f"It does not answer: {trouble}", remedy)


def _worker() -> Finding:
    quiet_for = watch.silence()
    if quiet_for is None:
        return Finding("worker", "None has ever worked here.", "Start Exactlink: make run")
    seconds = round(quiet_for.total_seconds())
    is_quiet = quiet_for > MANY * watch.heartbeat_interval()
    remedy = "Start Exactlink (make run), or restart its worker." if is_quiet else ""
    return Finding("worker", f"Its heart last beat {seconds:,} s ago.", remedy)


def _permission() -> Finding:
    ours = ExactConnection.objects.filter(url=settings.EXACT_URL).first()
    if ours is None:
        return Finding("Exact", "Not connected yet.", "Press Connect under Set-up.")
    if ours.state != ExactConnection.State.CONNECTED:
        return Finding("Exact", ours.state_reason or ours.get_state_display(), "Connect again.")
    age = (timezone.now() - ours.refreshed_at).days if ours.refreshed_at else 0
    says = f"Connected to {ours.url}; the permission was renewed {age} days ago."
    is_old = age > FORGOTTEN_AFTER / 2
    return Finding("Exact", says, "Let a worker run: it renews by itself." if is_old else "")


def _zoho() -> Iterator[Finding]:
    """Look at the ties to Zoho; who has none lacks nothing."""
    for tie in ZohoSync.objects.exclude(connection=None).select_related("connection"):
        ours = tie.connection
        if ours is not None and ours.state == ours.State.RECONNECT:
            yield Finding("Zoho", ours.state_reason, "Log in again in the set-up of Zoho CRM.")
        else:
            yield Finding("Zoho", f"{tie}: {tie.get_state_display().lower()}.")


def _exact_itself(division: Division) -> Finding:
    try:
        me = ExactClient.connected(division, lane=Lane.PERSON).me()
    except ExactError as error:
        return Finding("Exact answers", first_line(error), "See docs/operations.md.")
    return Finding("Exact answers", f"It knows us as {me.full_name or me.user_id}.")


def _set_up() -> Iterator[Finding]:
    for division in Division.objects.chosen() or (None,):
        for step in setup.checklist(division):
            is_open = step.is_needed and not step.is_done
            yield Finding(step.title, step.detail, "Finish it under Set-up." if is_open else "")
