"""A stand-in with as many accounts as asked for, and what tests of the mirror say often."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings

from accounts_link.models import ExactAccount
from exact_client.client import ExactClient
from exact_client.connections import connect_through_sandbox
from exact_client.counting import Lane
from exact_client.meter import clock_of
from exact_client.models import CallBudget, Division
from exact_client.reading import OddRecord
from exact_client.sandbox import ExactSandbox, SandboxAdapter
from exact_client.wire import pooled_session
from sync.models import MirrorCursor
from tests.exact_client.strange import StrangeSandbox

SYNC = "sync/CRM/Accounts"
MINUTE = timedelta(minutes=1)
MADE = 2500  # accounts: three pages, the last one not full
Made = Callable[[int], StrangeSandbox]


@pytest.fixture
def strange(db: None, tmp_path: Path) -> Iterator[Made]:
    """Return a maker of stand-ins with so many accounts, at EXACT_URL and without limits."""
    none = tmp_path / "accounts.json"
    none.write_text("[]")

    def made(number: int) -> StrangeSandbox:
        stand_in = StrangeSandbox(accounts=none, generate=number, limits=False)
        pooled_session().mount(settings.EXACT_URL, SandboxAdapter(stand_in))
        clock_of.cache_clear()
        connect_through_sandbox(connected_by="test")
        return stand_in

    yield made
    del pooled_session().adapters[settings.EXACT_URL]


def the_division() -> Division:
    return Division.objects.chosen().get()


def a_client(odd: list[OddRecord] | None = None) -> ExactClient:
    return ExactClient.connected(
        the_division(), lane=Lane.MIRROR, on_odd=None if odd is None else odd.append
    )


def calls_for(sandbox: ExactSandbox, path: str = "/sync/") -> int:
    return sum(path in call.path for call in sandbox.calls)


def a_key(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-0000e8ac7000"


def the_copy(number: int) -> ExactAccount:
    return ExactAccount.objects.get(exact_id=UUID(a_key(number)))


def renamed(sandbox: ExactSandbox, number: int, name: str) -> None:
    sandbox.change(sandbox.company.divisions[0], "accounts", a_key(number), Name=name)


def deleted(sandbox: ExactSandbox, number: int) -> None:
    """Delete an account as Exact's own pages would."""
    token = sandbox.issue_tokens("person")["access_token"]
    division = sandbox.company.divisions[0]
    answer = pooled_session().delete(
        f"{settings.EXACT_URL}/api/v1/{division}/crm/Accounts(guid'{a_key(number)}')",
        headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
        timeout=5,
    )
    assert answer.status_code == 204


def rest(sandbox: ExactSandbox) -> None:
    """Let the day pass, so that calls are allowed again on both sides."""
    sandbox.advance(timedelta(days=1).total_seconds())
    CallBudget.objects.all().delete()
    clock_of.cache_clear()


def the_cursor(feed: str = "accounts") -> MirrorCursor:
    return MirrorCursor.objects.get(feed=feed)
