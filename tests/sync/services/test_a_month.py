"""The whole sample company in two divisions: pushed, and every journal of every month closes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings

from exact_client.budget import Lane
from exact_client.client import ExactClient
from exact_client.meter import clock_of
from exact_client.models import Division
from exact_client.sandbox import ExactSandbox, SandboxAdapter
from exact_client.wire import pooled_session
from sync.models import Invoice, JournalMapping, Route
from sync.rules.ledger import GLCell, VatCell
from sync.services.ledger import books, divisions, mapping, routes, setup
from sync.services.ledger.mapping import Choices
from sync.services.reading_back import closing
from tests.build import NOW
from tests.sync.management.running import manage

pytestmark = pytest.mark.django_db

DEMO = settings.BASE_DIR / "accounts_link" / "demo"
MONTHS = [date(2026, month, 1) for month in (9, 10, 11)]
BRUSSELS, EVENTS = 124132, 124133
ZERO = Decimal("0.00")


@pytest.fixture
def company() -> Iterator[ExactSandbox]:
    """Return the stand-in, with the sample company here and its first division chosen."""
    stand_in = ExactSandbox(limits=False)
    pooled_session().mount(settings.EXACT_URL, SandboxAdapter(stand_in))
    clock_of.cache_clear()
    manage("connect", "exact", "--sandbox")
    manage("import_customers", str(DEMO / "customers.csv"))
    manage("import_invoices", str(DEMO / "invoices.csv"))
    yield stand_in
    del pooled_session().adapters[settings.EXACT_URL]


def test_two_divisions_book_the_whole_company_and_every_journal_closes_at_nothing(
    company: ExactSandbox,
) -> None:
    brussels, events = both_divisions()

    pushed = manage("push", "--json").values

    assert pushed["booked"] == sum(closes(one, company) for one in (brussels, events))
    waiting = Invoice.objects.exclude(state="booked")
    assert set(waiting.values_list("state", flat=True)) == {"needs_link"}
    assert pushed["booked"] + waiting.count() == 1_200
    assert set(books_of("BRU-1", "ANR-1")) == {BRUSSELS}
    assert set(books_of("GNT-1")) == {EVENTS}


def both_divisions() -> tuple[Division, Division]:
    """Let Events book what comes from Ghent, and Brussels all else; map both."""
    brussels, events = Division.objects.get(code=BRUSSELS), Division.objects.get(code=EVENTS)
    divisions.choose([brussels, events])
    for place, division in (("", brussels), ("GNT-1", events)):
        Route.objects.create(location=place, division=division)
    manage("mirror")
    manage("match")
    for division in (brussels, events):
        books.read(division, ExactClient.connected(division, lane=Lane.PERSON))
        setup.confirm(division, setup.guesses_for_the_rest(division), now=NOW)
    rest = Choices(
        gl_accounts={GLCell("", "", ""): "700000"},
        vat_codes={VatCell("eu", "vat", Decimal(0)): "V0"},
    )
    assert mapping.save(events, rest) == {}
    JournalMapping.objects.filter(division=brussels).update(
        cost_centre=brussels.cost_centres.get(code="BRU")
    )
    routes.follow()
    return brussels, events


def closes(division: Division, company: ExactSandbox) -> int:
    """Reconcile every month of a division; return how many entries agreed."""
    agreed = 0
    for month in MONTHS:
        told = manage(
            "reconcile", "--month", f"{month:%Y-%m}", "--division", str(division.code), "--json"
        )
        assert told.status == 0, told.out + told.said
        journals = told.values["journals"]
        assert journals
        assert {one["difference"]["total"] for one in journals} == {"0.00"}
        assert closing.compare(division, month, now=NOW).closes
        agreed += sum(one["exact"]["entries"] for one in journals)
    entries = company.state(division.code)["entries"]
    assert len({entry["YourRef"] for entry in entries}) == len(entries) == agreed
    total = sum((Decimal(str(entry["AmountDC"])) for entry in entries), ZERO)
    booked = Invoice.objects.filter(division=division, state="booked")
    assert total.quantize(ZERO) == sum(booked.values_list("amount", flat=True), ZERO)
    return agreed


def books_of(*places: str) -> list[int]:
    """Return the codes of the divisions that booked what came from these places."""
    booked = Invoice.objects.filter(location__in=places, state="booked")
    return list(booked.order_by().values_list("division__code", flat=True).distinct())
