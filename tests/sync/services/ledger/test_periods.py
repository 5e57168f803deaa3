"""Closed periods and unknown years: found before the post, and left only at a person's word."""

from datetime import UTC, date, datetime

import pytest

from accounts_link.models import Customer
from exact_client.sandbox import ExactSandbox
from sync.models import ClosedPeriod, Invoice, Journal, OutboxEntry, Period, Signal
from sync.services.delivery import move, prepare, push
from sync.services.delivery.office import Office
from sync.services.diary import notes_about
from sync.services.ledger import periods
from tests.build import NOW, an_invoice, an_operator
from tests.sync.services.pushing import a_queued, another, states, work

pytestmark = pytest.mark.django_db

LATE = date(2025, 12, 20)  # the stand-in's company has closed 2025


def a_late_one(office: Office, customer: Customer, day: date = LATE) -> Invoice:
    invoice = an_invoice(customer=customer, invoice_date=day, released_at=NOW)
    prepare.refresh(office.division)
    invoice.refresh_from_db()
    return invoice


def may_move(office: Office) -> None:
    Journal.objects.filter(division=office.division).update(when_closed="move")


def test_the_periods_come_with_the_books(office: Office) -> None:
    assert Period.objects.filter(division=office.division).count() == 36
    closed = ClosedPeriod.objects.filter(division=office.division)
    assert set(closed.values_list("year", flat=True)) == {2025}


def test_what_is_late_for_a_closed_period_is_held_and_nothing_is_sent(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    invoice = a_late_one(office, customer)

    push.push(office)

    invoice.refresh_from_db()
    assert (invoice.state, invoice.is_kept_by_rule) == ("held", True)
    assert invoice.reason.startswith("Period 2025-12 of journal")
    assert not OutboxEntry.objects.filter(invoice=invoice).exists()
    assert sandbox.count("entries") == 0


def test_it_goes_by_itself_once_the_period_is_open_again(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    invoice = a_late_one(office, customer)

    sandbox.period(2025, 12, "open")
    periods.read(office.division, office.exact)
    prepare.refresh(office.division)
    push.push(office)

    invoice.refresh_from_db()
    assert invoice.state == "booked"


def test_a_person_moves_it_with_a_reason_and_the_entry_bears_the_new_day(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    may_move(office)
    invoice, noor = a_late_one(office, customer), an_operator("change_invoice")

    moved = move.move(
        Invoice.objects.all(), office.division, by=noor, reason="The accountant agreed"
    )
    push.push(office)

    invoice.refresh_from_db()
    assert (moved, invoice.state, invoice.book_on) == (1, "booked", date(2026, 1, 1))
    assert invoice.invoice_date == LATE
    assert sandbox.state()["entries"][0]["EntryDate"] == "2026-01-01"
    assert "Moved to 01-01-2026: The accountant agreed" in notes_about(invoice)[0].change_message


def test_without_a_reason_nothing_moves(office: Office, customer: Customer) -> None:
    may_move(office)
    invoice = a_late_one(office, customer)

    with pytest.raises(move.MoveError, match="Say why"):
        move.move(Invoice.objects.all(), office.division, by=an_operator(), reason=" ")

    invoice.refresh_from_db()
    assert invoice.book_on is None


def test_where_the_policy_is_to_wait_nobody_moves_it(office: Office, customer: Customer) -> None:
    a_late_one(office, customer)

    moved = move.move(Invoice.objects.all(), office.division, by=an_operator(), reason="Now!")

    assert moved == 0
    assert Invoice.objects.get().state == "held"


def test_a_day_without_a_financial_year_is_held(office: Office, customer: Customer) -> None:
    invoice = a_late_one(office, customer, day=date(2028, 1, 2))

    assert invoice.state == "held"
    assert "no financial year for 02-01-2028" in invoice.reason


def test_what_waits_in_the_outbox_is_called_back_when_its_period_closes(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = a_queued(office, customer)
    ClosedPeriod.objects.create(
        division=office.division, journal_code=entry.payload["Journal"], year=2026, number=9
    )

    work(office)

    entry.refresh_from_db()
    assert entry.state == "cancelled"
    assert Invoice.objects.get().state == "held"
    assert sandbox.count("entries") == 0


@pytest.mark.parametrize("how", ["closed", "gone"])
def test_a_refusal_for_its_day_is_heard_once_and_the_others_of_that_day_are_held(
    office: Office, customer: Customer, sandbox: ExactSandbox, how: str
) -> None:
    entries = [a_queued(office, who) for who in (customer, another(customer), another(customer))]
    if how == "closed":
        sandbox.period(2026, 9)
    else:
        sandbox.year(2026, exists=False)

    work(office)

    assert states(*entries) == ["refused", "cancelled", "cancelled"]
    posts = [
        call for call in sandbox.calls if call.method == "POST" and "SalesEntries" in call.path
    ]
    assert len(posts) == 1
    held = Invoice.objects.exclude(outbox=entries[0])
    assert set(held.values_list("state", flat=True)) == {"held"}


def test_a_refusal_for_its_day_stands_when_the_periods_can_not_be_read(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = a_queued(office, customer)
    sandbox.period(2026, 9)
    sandbox.fault("html", path="financial/FinancialPeriods", times=9)

    work(office)

    assert states(entry) == ["refused"]
    assert Period.objects.filter(division=office.division).count() == 36


def test_from_december_on_the_missing_year_is_told_until_it_is_there(office: Office) -> None:
    Period.objects.filter(division=office.division, year=2027).delete()
    december = date(2026, 12, 1)

    periods.tell_of_next_year(office.division, now=NOW, today=date(2026, 11, 30))
    assert not Signal.objects.open().exists()
    periods.tell_of_next_year(office.division, now=NOW, today=december)
    assert Signal.objects.open().get().title == "Exact has no financial year 2027 yet"

    periods.read(office.division, office.exact)
    later = datetime(2026, 12, 2, tzinfo=UTC)
    periods.tell_of_next_year(office.division, now=later, today=december)
    assert not Signal.objects.open().exists()
