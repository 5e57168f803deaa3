"""The sample company: after a push each journal closes at 0.00, and what is altered is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from exact_client.meter import clock_of
from exact_client.models import Division
from exact_client.sandbox import ExactSandbox, SandboxAdapter
from exact_client.wire import pooled_session
from sync.services.delivery import prepare
from sync.services.ledger import setup
from tests.build import NOW
from tests.sync.management.running import manage

pytestmark = pytest.mark.django_db

DEMO = settings.BASE_DIR / "accounts_link" / "demo"
DOCUMENTS = 100  # of the sample: three locations, credit notes among them
MONTH = ("reconcile", "--month", "2026-10", "--json")


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[ExactSandbox]:
    """Return the stand-in with the first documents of October ready for it."""
    stand_in = ExactSandbox(limits=False)
    pooled_session().mount(settings.EXACT_URL, SandboxAdapter(stand_in))
    clock_of.cache_clear()
    invoices = some_of("invoices.csv", 0, first_numbers())
    customers = {line.split(",")[5] for line in invoices.splitlines()[1:]}
    (tmp_path / "invoices.csv").write_text(invoices)
    (tmp_path / "customers.csv").write_text(some_of("customers.csv", 0, customers))
    manage("connect", "exact", "--sandbox")
    manage("import_customers", str(tmp_path / "customers.csv"))
    manage("import_invoices", str(tmp_path / "invoices.csv"))
    manage("mirror")
    manage("match")
    division = Division.objects.chosen().get()
    setup.confirm(division, setup.guesses_for_the_rest(division), now=NOW)
    prepare.refresh(division)
    yield stand_in
    del pooled_session().adapters[settings.EXACT_URL]


def first_numbers() -> set[str]:
    """Return the numbers of the first documents of October."""
    rows = [line.split(",") for line in (DEMO / "invoices.csv").read_text().splitlines()]
    return set(list(dict.fromkeys(row[0] for row in rows if row[2][:7] == "2026-10"))[:DOCUMENTS])


def some_of(name: str, column: int, wanted: set[str]) -> str:
    """Return a file of the sample with those of its lines that hold a wanted value."""
    heading, *lines = (DEMO / name).read_text().splitlines(keepends=True)
    return heading + "".join(line for line in lines if line.split(",")[column] in wanted)


def test_after_a_push_each_journal_closes_at_nothing_and_one_altered_entry_is_named(
    sample: ExactSandbox,
) -> None:
    booked = manage("push", "--json").values["booked"]

    closed = manage(*MONTH)

    journals = closed.values["journals"]
    assert closed.status == 0, closed.out
    assert len(journals) >= 3
    assert {one["difference"]["total"] for one in journals} == {"0.00"}
    assert sum(one["exact"]["entries"] for one in journals) == booked > DOCUMENTS / 2

    altered = sample.entries[booked // 2]
    sample.alter(altered["EntryID"], {"AmountFC": 1})
    (found,) = manage(*MONTH).values["differences"]

    assert found["entry_number"] == str(altered["EntryNumber"])
    assert found["document"] in altered["YourRef"]
    assert found["difference"] != "0.00"
