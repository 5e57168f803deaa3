"""manage.py reconcile: the sample closes at 0.00, and one altered entry is named."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from accounts_link.models import Customer
from exact_client.sandbox import ExactSandbox
from sync.models import Invoice
from sync.services.delivery.office import Office
from tests.sync.management.running import manage
from tests.sync.services.booking import booked, key_of
from tests.sync.services.conftest import (
    clock,
    connection,
    customer,
    division,
    exact,
    few_accounts,
    office,
    sandbox,
)

__all__ = [
    "clock",
    "connection",
    "customer",
    "division",
    "exact",
    "few_accounts",
    "office",
    "sandbox",
]

pytestmark = pytest.mark.django_db

MONTH = ("reconcile", "--month", "2026-09")


def test_a_month_that_closes_leaves_with_status_0(office: Office, customer: Customer) -> None:
    booked(office, customer)

    ran = manage(*MONTH)

    assert ran.status == 0, ran.said
    assert "September 2026: closes." in ran.out
    assert "121.00" in ran.out


def test_as_json_it_is_one_object_with_both_sides(office: Office, customer: Customer) -> None:
    booked(office, customer)

    values = manage(*MONTH, "--json").values

    assert values["closes"] is True
    (journal,) = values["journals"]
    assert journal["journal"] == "70"
    assert journal["booked"] == journal["exact"] == {
        "entries": 1, "net": "100.00", "vat": "21.00", "total": "121.00",
    }  # fmt: skip
    assert journal["difference"]["total"] == "0.00"
    assert values["differences"] == []


def test_an_altered_entry_is_named_with_status_1(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = booked(office, customer)
    sandbox.alter(key_of(entry), {"AmountFC": 90})

    ran = manage(*MONTH)

    assert ran.status == 1
    assert f"Other amount: {Invoice.objects.get().number}, -12.10 EUR." in ran.out


def test_everything_is_written_for_a_spreadsheet(
    office: Office, customer: Customer, sandbox: ExactSandbox, tmp_path: Path
) -> None:
    entry = booked(office, customer)
    sandbox.alter(key_of(entry), {"YourRef": "=1+1"})
    file = tmp_path / "september.csv"

    manage(*MONTH, "--csv", str(file))

    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig")), delimiter=";"))
    assert [row["part"] for row in rows] == ["total", "total", "difference"]
    assert rows[0]["total_exact"] == "121,00"
    assert file.read_bytes().count("\ufeff".encode()) == 1
    assert not any(str(value).startswith("=") for row in rows for value in row.values())


def test_without_reading_it_compares_what_was_read(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = booked(office, customer)
    manage(*MONTH)
    sandbox.alter(key_of(entry), {"AmountFC": 90})

    assert manage(*MONTH, "--no-read").status == 0
    assert manage(*MONTH).status == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--no-read",), "Nothing was read back yet"),
        (("--division", "7"), "No division 7 is chosen"),
    ],
    ids=["nothing read", "unknown division"],
)
def test_what_can_not_run_leaves_with_status_2(
    office: Office, words: tuple[str, ...], said: str
) -> None:
    ran = manage(*MONTH, *words)

    assert ran.status == 2
    assert said in ran.said


def test_without_a_division_it_says_how_to_connect() -> None:
    ran = manage(*MONTH)

    assert ran.status == 2
    assert "manage.py connect exact --sandbox" in ran.said
