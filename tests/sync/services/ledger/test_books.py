"""What the books offer: copied in a few queries, kept when it is gone, and read by the rules."""

from __future__ import annotations

import pytest
from django.db import connection as database
from django.db import models
from django.test.utils import CaptureQueriesContext

from exact_client.client import ExactClient
from exact_client.models import Division
from exact_client.sandbox import ExactSandbox
from sync.models import (
    BookingSettings,
    CostCentre,
    CostUnit,
    GLAccount,
    Journal,
    JournalMapping,
    PaymentCondition,
    VATCode,
)
from sync.rules.ledger import DocumentKind, JournalCell
from sync.services.ledger import books

KINDS: list[type[models.Model]] = [
    Journal,
    GLAccount,
    VATCode,
    PaymentCondition,
    CostCentre,
    CostUnit,
]


def rows() -> list[list[dict[str, object]]]:
    return [list(kind._default_manager.order_by("pk").values()) for kind in KINDS]  # noqa: SLF001 - Django's documented API


def test_everything_is_copied_and_counted(division: Division, exact: ExactClient) -> None:
    counted = books.read(division, exact)

    assert counted == {kind.__name__: len(found) for kind, found in zip(KINDS, rows(), strict=True)}
    assert all(counted.values())
    assert BookingSettings.objects.get().division == division


def test_reading_again_changes_nothing(division: Division, exact: ExactClient) -> None:
    books.read(division, exact)
    before = rows()

    books.read(division, exact)

    assert rows() == before


def test_it_takes_the_same_few_queries_however_much_is_offered(
    division: Division, exact: ExactClient, sandbox: ExactSandbox
) -> None:
    books.read(division, exact)
    with CaptureQueriesContext(database) as queries:
        books.read(division, exact)

    writes = [q for q in queries if "sync_" in q["sql"] and not q["sql"].startswith("SELECT")]
    assert len(writes) <= 4 * len(KINDS)


def test_what_changed_is_changed_and_what_is_gone_is_kept_and_marked(
    division: Division, exact: ExactClient, sandbox: ExactSandbox
) -> None:
    books.read(division, exact)
    changed, gone = sandbox.records("glaccounts")[:2]
    kept = GLAccount.objects.get(exact_id=gone["ID"])
    sandbox.change(division.code, "glaccounts", changed["ID"], Description="New words")
    sandbox._books.drop(division.code, "glaccounts", gone["ID"])  # noqa: SLF001 - no knob for it

    books.read(division, exact)

    assert GLAccount.objects.get(exact_id=changed["ID"]).description == "New words"
    kept.refresh_from_db()
    assert kept.is_gone
    assert kept.code not in books.books_of(division).ledger.gl_accounts


def test_the_rules_see_rates_in_per_cent_and_mappings_by_code(
    division: Division, exact: ExactClient
) -> None:
    books.read(division, exact)
    sales = division.journals.filter(type=Journal.SALES, is_blocked=False)[0]
    JournalMapping.objects.create(division=division, location="BRU-1", journal=sales)
    JournalMapping.objects.create(
        division=division, location="GNT-1", journal=sales, is_active=False
    )

    seen = books.books_of(division)

    assert 21 in {code.rate for code in seen.ledger.vat_codes.values()}
    assert seen.mappings.journals == {JournalCell("BRU-1", DocumentKind.INVOICE): sales.code}


@pytest.mark.parametrize("path", ["financial/GLAccounts", "vat/VATCodes"])
def test_when_exact_breaks_off_nothing_is_taken_for_gone(
    division: Division, exact: ExactClient, sandbox: ExactSandbox, path: str
) -> None:
    books.read(division, exact)
    before = rows()
    sandbox.fault("rate_limit_minute", path=path)

    with pytest.raises(Exception, match="Exact"):
        books.read(division, exact)

    assert rows() == before
