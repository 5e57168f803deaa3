"""An office in a division of the stand-in, with its books mapped and a clock that we move."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts_link.models import Customer, ExactAccount
from exact_client.client import ExactClient
from exact_client.models import Division
from sync.services import books, mirror, setup
from sync.services.deliver import Office
from tests.build import NOW, a_link, an_invoice
from tests.clock import ManualClock
from tests.exact_client.conftest import connection, division, exact, sandbox

__all__ = ["connection", "division", "exact", "sandbox"]

SETTLE = timedelta(seconds=90)


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
