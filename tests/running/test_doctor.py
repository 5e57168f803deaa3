"""`manage.py doctor`: each thing with what to do about it, and the status a script relies on."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from sync.running.health import Finding
from tests.running.installation import Installation


def the_doctor(*options: str) -> tuple[int, str]:
    """Return the doctor's exit status and what it printed."""
    printed = StringIO()
    try:
        call_command("doctor", *options, stdout=printed)
    except SystemExit as end:
        return int(end.code or 0), printed.getvalue()
    return 0, printed.getvalue()


@pytest.mark.django_db
def test_what_needs_a_person_comes_with_what_to_do() -> None:
    status, printed = the_doctor()

    assert status == 1
    assert "ok    database: " in printed
    assert "TO DO Exact: Not connected yet.\n      Press Connect under Set-up." in printed


@pytest.mark.django_db
def test_a_script_gets_one_json_object() -> None:
    status, printed = the_doctor("--json")

    told = json.loads(printed)
    assert told["status"] == status == 1
    findings = {one["about"]: one for one in told["findings"]}
    assert findings["data folder"]["is_well"]
    assert not findings["worker"]["is_well"]


def test_an_empty_database_asks_to_be_migrated(tmp_path: Path) -> None:
    told = Installation(tmp_path / "data").manage("doctor")

    assert told.returncode == 2
    assert "Run: manage.py migrate" in told.stdout
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("EXACT_URL", "https://example.com", "which is no site of Exact"),
        ("DATABASE_URL", "postgres://me:hidden@127.0.0.1:9/books", "TO DO database"),
        ("REDIS_URL", "redis://127.0.0.1:9/0", "Start it, or set REDIS_URL."),
    ],
)
def test_what_is_dead_or_wrong_is_a_finding(
    tmp_path: Path, setting: str, value: str, sentence: str
) -> None:
    told = Installation(tmp_path / "data", settings={setting: value}).manage("doctor")

    assert told.returncode == 2
    assert sentence in told.stdout
    assert "hidden" not in told.stdout + told.stderr
    assert "Traceback" not in told.stderr


def test_a_finding_without_a_remedy_is_well() -> None:
    assert Finding("broker", "It answers.").is_well
    assert not Finding("broker", "It does not.", "Start it.").is_well
