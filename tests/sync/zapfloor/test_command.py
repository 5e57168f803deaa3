"""manage.py fetch_zapfloor, what the worker does by itself, and keys that are rotated."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import override_settings

from accounts_link.models import Customer
from sync import tasks
from sync.models import Invoice, InvoiceState, Run, ZapfloorSource
from sync.services.zapfloor.tokens import SourceTokens
from sync.zapfloor.sandbox.faults import Fault
from tests.sync.books import mapped_books
from tests.sync.zapfloor.conftest import Standing

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> Any:
    out = StringIO()
    call_command("fetch_zapfloor", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_a_dry_run_tells_and_saves_nothing(source: ZapfloorSource) -> None:
    told = run("--dry-run")

    assert (told["customers"]["new"], told["dry_run"]) == (50, True)
    assert not Customer.objects.exists()


def test_it_fetches_and_then_only_what_changed(source: ZapfloorSource) -> None:
    assert run()["customers"]["new"] == 50
    assert run()["read"] == 0
    assert run("--full")["customers"]["same"] == 50
    assert run("--since", "2026-10-01")["read"] > 50


def test_what_is_refused_gives_status_1(source: ZapfloorSource, zapfloor: Standing) -> None:
    zapfloor.sandbox.company.records["customers"]["3"]["attributes"]["country"] = "?"

    with pytest.raises(SystemExit) as left:
        run()
    assert left.value.code == 1
    assert Customer.objects.count() == 49


def test_it_says_why_it_could_not(source: ZapfloorSource, zapfloor: Standing) -> None:
    with pytest.raises(CommandError, match="is no moment"):
        run("--since", "yesterday")
    zapfloor.sandbox.faults.append(Fault("status", path="/v1", status=404))
    with pytest.raises(CommandError, match="knows no /v1/customers"):
        run("--dry-run")
    with pytest.raises(CommandError, match="knows no /v1/customers"):
        run()
    ZapfloorSource.objects.all().delete()
    with pytest.raises(CommandError, match="Connect to zapfloor first"):
        run()


def test_the_worker_fetches_only_what_is_switched_on(source: ZapfloorSource) -> None:
    tasks.fetch()
    assert not Run.objects.exists()

    ZapfloorSource.objects.update(is_active=True)
    tasks.fetch()

    assert Run.objects.get(job=Run.Job.SOURCE).state == Run.State.DONE
    assert Customer.objects.count() == 50


def test_what_the_documents_total_agrees_with_their_lines(source: ZapfloorSource) -> None:
    mapped_books()

    run()

    states = set(Invoice.objects.values_list("state", flat=True))
    assert states
    assert InvoiceState.NEEDS_DATA not in states
    assert InvoiceState.DRAFT not in states


def test_secrets_are_sealed_anew_when_keys_are_rotated(source: ZapfloorSource) -> None:
    new = Fernet.generate_key().decode()

    with override_settings(TOKEN_KEYS=[new, *settings.TOKEN_KEYS]):
        call_command("rotate_keys", stdout=StringIO())

    with override_settings(TOKEN_KEYS=[new]):
        assert SourceTokens(source.pk).token()
