"""An office in a division of the stand-in, with its books mapped and a clock that we move."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from accounts_link.models import Customer, ExactAccount
from exact_client.client import ExactClient
from exact_client.meter import clock_of
from exact_client.models import Division
from exact_client.sandbox import ExactSandbox, SandboxAdapter
from exact_client.wire import pooled_session
from sync.services.delivery.office import Office
from sync.services.ledger import books, setup
from sync.services.parties import mirror
from tests.build import NOW, a_link, an_invoice
from tests.clock import ManualClock
from tests.exact_client.conftest import connection, division, exact

__all__ = ["connection", "division", "exact"]

COMPANY = settings.BASE_DIR / "exact_client" / "sandbox" / "company" / "accounts.json"
FEW = 60

SETTLE = timedelta(seconds=90)


@pytest.fixture(scope="session")
def few_accounts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with some accounts of the stand-in's company: enough, and quick to mirror."""
    file = tmp_path_factory.mktemp("company") / "accounts.json"
    file.write_text(json.dumps(json.loads(COMPANY.read_text())[:FEW]))
    return file


@pytest.fixture
def sandbox(few_accounts: Path) -> Iterator[ExactSandbox]:
    """Answer at EXACT_URL, without a port and without much to mirror."""
    stand_in = ExactSandbox(accounts=few_accounts, limits=False)
    session = pooled_session()
    session.mount(settings.EXACT_URL, SandboxAdapter(stand_in))
    clock_of.cache_clear()
    yield stand_in
    del session.adapters[settings.EXACT_URL]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def office(division: Division, exact: ExactClient, clock: ManualClock) -> Office:
    """Be ready to push: accounts copied, everything mapped that a test sells."""
    books.read(division, exact)
    mirror.mirror(division, exact, now=NOW)
    sample = an_invoice()
    setup.confirm(division, setup.guesses(division), now=NOW)
    sample.lines.all().delete()
    sample.delete()
    return Office(division, exact, clock, SETTLE)


@pytest.fixture
def customer(office: Office) -> Customer:
    """A customer that is linked to an account of the stand-in."""
    account = ExactAccount.objects.customers().order_by("pk")[0]
    return a_link(account=account).customer
