"""An office in a division of the stand-in, with its books mapped and a clock that we move."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from accounts_link.models import Customer, ExactAccount
from exact_client.client import ExactClient
from exact_client.meter import clock_of
from exact_client.models import CallBudget, Division
from exact_client.sandbox import ExactSandbox, SandboxAdapter
from exact_client.wire import pooled_session
from sync.services.delivery.office import Office
from sync.services.ledger import books, setup
from sync.services.parties import mirror
from tests.build import NOW, a_customer, a_link, an_invoice
from tests.clock import ManualClock
from tests.exact_client.conftest import connection, division, exact

__all__ = ["connection", "division", "exact"]

COMPANY = settings.BASE_DIR / "exact_client" / "sandbox" / "company" / "accounts.json"
FEW = 60

SETTLE = timedelta(seconds=90)

kept_rows: list[list[Any]] = []  # of the first office, by table


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
    """Be ready to push: accounts copied, everything mapped that a test sells.

    The first of a run is read from the stand-in, which takes longer than most tests; those that
    follow get its rows.
    """
    if kept_rows:
        put_back(division)
    else:
        copy_and_map(division, exact)
        kept_rows.extend(rows_of(division))
    return Office(division, exact, clock, SETTLE)


def copy_and_map(division: Division, exact: ExactClient) -> None:
    books.read(division, exact)
    mirror.mirror(division, exact, now=NOW)
    customer = a_customer()
    sample = an_invoice(customer=customer)
    setup.confirm(division, setup.guesses(division), now=NOW)
    sample.lines.all().delete()
    sample.delete()
    customer.delete()


def rows_of(division: Division) -> list[list[Any]]:
    """Return every row that points at the division, by table; the calls are counted anew."""
    pointing = {one.related_model for one in Division._meta.related_objects}  # noqa: SLF001 - Django's documented API
    tables: list[Any] = [model for model in pointing if model is not CallBudget]
    return [rows for table in tables if (rows := list(table.objects.filter(division=division)))]


def put_back(division: Division) -> None:
    with transaction.atomic():  # rows point at rows of tables that follow
        for rows in kept_rows:
            for row in rows:
                row.division = division
            type(rows[0]).objects.bulk_create(rows)


@pytest.fixture
def customer(office: Office) -> Customer:
    """A customer that is linked to an account of the stand-in."""
    account = ExactAccount.objects.customers().order_by("pk")[0]
    return a_link(account=account).customer
