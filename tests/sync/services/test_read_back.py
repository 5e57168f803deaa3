"""Reading back what is booked: complete, restartable, in few calls, and only sales journals."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

import pytest

from accounts_link.models import Customer
from exact_client.sandbox import ExactSandbox
from sync.models import Journal, LedgerLine
from sync.services import read_back
from sync.services.office import Office
from tests.sync.services.booking import booked, changed_in_exact, deleted_in_exact, reads_back
from tests.sync.services.pushing import a_queued, work

pytestmark = pytest.mark.django_db


def test_an_entry_comes_back_with_its_header_and_its_lines(
    office: Office, customer: Customer
) -> None:
    entry = booked(office, customer)

    done = reads_back(office)

    header, line = LedgerLine.objects.filter(entry_id=entry.remote_id).order_by("line_number")
    assert (header.line_number, header.amount, header.vat) == (0, Decimal("121.00"), Decimal(21))
    assert (line.amount, line.vat, line.vat_code) == (Decimal(100), Decimal(21), "4")
    assert line.your_ref == entry.reference
    assert done.touched == {entry.remote_id}
