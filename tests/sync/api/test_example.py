"""The example of docs/api.md, to the letter, against a server that runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from accounts_link.models import Customer
from sync.models import Invoice
from sync.services import api_clients
from tests.build import NOW
from tests.sync.api.calling import ALL

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "api.md"
SECONDS = 60


@pytest.mark.django_db(transaction=True)
def test_the_example_runs_twice_and_the_second_time_changes_nothing(
    live_server: LiveServer,
) -> None:
    key = api_clients.make("example", ALL, now=NOW).key

    first, second = (run(live_server.url, key) for _ in range(2))

    assert "The customer is new" in first
    assert "INV-2026-1 is new" in first
    assert "The customer is same" in second
    assert "CN-2026-1 is same" in second
    assert Customer.objects.count() == 1
    assert Invoice.objects.count() == 2


def run(url: str, key: str) -> str:
    (example,) = re.findall(
        r"^```python\n(.*?)^```", DOCUMENT.read_text(), re.DOTALL | re.MULTILINE
    )
    done = subprocess.run(  # noqa: S603 - our own document
        [sys.executable, "-c", example],
        env={**os.environ, "EXACTLINK_URL": url, "EXACTLINK_KEY": key},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_scope_of_the_documentation_is_one_and_none_is_left_out() -> None:
    named = re.findall(r"^\| `([a-z]+:[a-z]+)` \|", DOCUMENT.read_text(), re.MULTILINE)

    assert named == ALL
