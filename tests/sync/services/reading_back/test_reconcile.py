"""Reconciling a month: it closes after a push, and what was altered in Exact is named."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from accounts_link.models import Customer
from exact_client.sandbox import ExactSandbox
from sync.models import ComparedMonth, Invoice, OutboxEntry
from sync.rules.reconciliation import Difference, Kind, Reconciliation
from sync.services.delivery import undo
from sync.services.delivery.office import Office
from sync.services.reading_back import closing, drift
from sync.services.reading_back.reconcile import reconcile
from tests.build import NOW, an_invoice, an_operator
from tests.sync.services.booking import (
    booked,
    compares,
    id_of,
    invoice_of,
    key_of,
    reads_back,
    typed_in_exact,
)
from tests.sync.services.pushing import work

pytestmark = pytest.mark.django_db

SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
ZERO = Decimal("0.00")


def of_month(office: Office, month: date = SEPTEMBER) -> Reconciliation:
    """Read back, and compare a month."""
    compares(office)
    return reconcile(office.division, month)


def the_difference(office: Office, month: date = SEPTEMBER) -> Difference:
    (found,) = of_month(office, month).differences
    return found


def test_a_month_closes_after_a_push(office: Office, customer: Customer) -> None:
    booked(office, customer)
    booked(office, customer, kind="credit_note", unit_price=Decimal(30))

    found = of_month(office)

    assert found.closes
    (both,) = found.totals.values()
    assert both.ours.incl == both.theirs.incl == Decimal("121.00") - Decimal("36.30")
    assert both.difference.entries == 0
    assert [group.sums.agrees for group in found.groups] == [True] * len(found.groups)


def test_another_amount_is_named_with_its_document(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = booked(office, customer)
    booked(office, customer)
    sandbox.alter(key_of(entry), {"AmountFC": 90})

    found = the_difference(office)

    assert (found.kind, found.document) == (Kind.AMOUNT, invoice_of(entry).number)
    assert found.amount == Decimal("-12.10")
    assert "total 108.90 instead of 121.00" in found.reason


def test_another_vat_code_shows_in_both_of_its_rows(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = booked(office, customer)
    sandbox.alter(key_of(entry), {"VATCode": "3"})

    found = of_month(office)

    (group,) = found.groups
    assert {code: both.difference.net for code, both in group.vat_codes.items()} == {
        "3": Decimal(100),
        "4": Decimal(-100),
    }
    assert "VAT code 3 instead of 4" in found.differences[0].reason


def test_an_entry_moved_to_another_month_is_named_in_both(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = booked(office, customer)
    sandbox.alter(key_of(entry), {"EntryDate": "2026-10-02"})

    here, there = the_difference(office), the_difference(office, OCTOBER)

    assert here.kind == there.kind == Kind.PERIOD
    assert here.document == there.document == invoice_of(entry).number
    assert (here.amount, there.amount) == (Decimal("-121.00"), Decimal("121.00"))


def test_a_deleted_entry_is_missing_in_exact(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = booked(office, customer)
    reads_back(office)
    sandbox.remove(key_of(entry))

    found = the_difference(office)

    assert (found.kind, found.amount) == (Kind.MISSING_THERE, Decimal("-121.00"))


def test_an_entry_that_is_not_ours_is_named_with_whom_it_resembles(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = booked(office, customer)
    typed_in_exact(sandbox, entry, YourRef="by hand", Description="by hand")

    found = the_difference(office)

    assert (found.kind, found.document, found.amount) == (Kind.MISSING_HERE, "", Decimal("121.00"))
    assert f"amount of {invoice_of(entry).number}: perhaps a double" in found.reason


@pytest.mark.parametrize("named", ["by its number", "by our reference"])
def test_a_document_that_stands_twice_in_exact_is_named(
    office: Office, customer: Customer, sandbox: ExactSandbox, named: str
) -> None:
    entry = booked(office, customer)
    number = invoice_of(entry).number
    changes = {"YourRef": number, "Description": ""} if named == "by its number" else {}
    typed_in_exact(sandbox, entry, **changes)

    found = the_difference(office)

    assert (found.kind, found.document) == (Kind.DOUBLED, number)
    assert found.reason == f"{number} is booked as {entry.remote_number} already."


def test_what_is_undone_here_and_stands_in_exact_is_named(
    office: Office, customer: Customer
) -> None:
    entry = booked(office, customer)
    Invoice.objects.update(state="undone")

    found = the_difference(office)

    assert (found.kind, found.document) == (Kind.UNDONE, invoice_of(entry).number)


def undone(office: Office, entry: OutboxEntry, kind: str) -> None:
    """Undo an entry as a person would."""
    seen = undo.look(office, entry, day=date(2026, 9, 30)).seen
    by, day = an_operator(), date(2026, 9, 30)
    undo.ask(office, entry, kind, seen=seen, reason="Wrong.", by=by, day=day)
    work(office)
    assert invoice_of(entry).state == "undone", invoice_of(entry).reason


@pytest.mark.parametrize("kind", ["removal", "reversal"])
def test_a_month_closes_with_what_was_undone(office: Office, customer: Customer, kind: str) -> None:
    booked(office, customer)
    entry = booked(office, customer)
    compares(office)
    undone(office, entry, kind)

    found = of_month(office)

    assert found.differences == ()
    (both,) = found.totals.values()
    assert both.ours.incl == both.theirs.incl == Decimal("121.00")
    assert both.theirs.entries == (1 if kind == "removal" else 3)
    assert [one.state for one in found.waiting] == ["Undone"]


def test_what_was_changed_in_exact_and_then_reversed_lets_the_month_close(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = booked(office, customer)
    sandbox.alter(key_of(entry), {"AmountFC": 90})
    undone(office, entry, "reversal")

    found = of_month(office)

    assert found.closes
    assert [(one.amount, one.is_accepted) for one in found.differences] == [
        (Decimal("-12.10"), True)
    ]


def test_what_is_not_pushed_yet_waits_and_is_no_difference(
    office: Office, customer: Customer
) -> None:
    booked(office, customer)
    waiting = an_invoice(customer=customer, state="held", reason="Asked by Kim.")

    found = of_month(office)

    assert found.closes
    assert [(one.document, one.state, one.reason) for one in found.waiting] == [
        (waiting.number, "Held", "Asked by Kim.")
    ]


def test_what_the_reading_need_not_show_yet_is_awaited(office: Office, customer: Customer) -> None:
    reads_back(office)
    entry = booked(office, customer)

    found = reconcile(office.division, SEPTEMBER)

    assert found.closes
    assert [one.document for one in found.awaited] == [invoice_of(entry).number]
    assert found.totals == {}


def test_an_accepted_difference_lets_the_month_close(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = booked(office, customer)
    sandbox.alter(key_of(entry), {"AmountFC": 90})
    compares(office)
    drift.accept(invoice_of(entry), by=an_operator())

    found = reconcile(office.division, SEPTEMBER)

    assert found.closes
    assert [one.is_accepted for one in found.differences] == [True]


def test_a_sales_journal_that_we_never_use_may_hold_what_it_likes(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = booked(office, customer)
    typed_in_exact(sandbox, entry, YourRef="shop", Description="shop", Journal="72")

    assert of_month(office).differences == ()


# The list of months


def test_a_compared_month_is_remembered(office: Office, customer: Customer) -> None:
    booked(office, customer)
    compares(office)

    assert closing.compare_touched(office.division, touched=None, since=None, now=NOW) == [
        SEPTEMBER
    ]

    month = ComparedMonth.objects.get()
    assert (month.entries_here, month.entries_there, month.open_count) == (1, 1, 0)
    assert month.sums == [("EUR", Decimal("121.00"), Decimal("121.00"), ZERO)]


def test_only_months_in_which_something_changed_are_compared_again(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    booked(office, customer)
    other = booked(office, customer, invoice_date=date(2026, 10, 1))
    compares(office)
    closing.compare_touched(office.division, touched=None, since=None, now=NOW)
    sandbox.alter(key_of(other), {"EntryDate": "2026-10-02"})

    again = closing.compare_touched(office.division, touched={id_of(other)}, since=None, now=NOW)

    assert again == [OCTOBER]
