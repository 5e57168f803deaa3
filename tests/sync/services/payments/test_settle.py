"""What is paid of a document: shown at once, told on when it can't bounce any more."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sync.models import BookingSettings, Invoice, PaymentTerm, Signal
from sync.services.payments.settle import Settled, settle, settle_overlooked
from sync.services.payments.telling import CHUNK, PaymentRow, payments_to_tell, tell_on
from tests.build import NOW, a_customer, a_division
from tests.sync.services.paying import (
    DUE,
    TODAY,
    a_booked_invoice,
    a_payment,
    a_term,
    bounced,
    settled,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def told(invoice: Invoice, now: object = NOW) -> PaymentRow:
    rows = payments_to_tell(None, now)  # type: ignore[arg-type] # a moment, as every caller here gives
    return next(row for row in rows if row.invoice_number == invoice.number)


def test_an_open_invoice_says_how_much_and_until_when() -> None:
    invoice = a_booked_invoice()
    a_term(invoice, "121.00", due_date=DUE)

    settled(invoice)

    assert (invoice.state, invoice.open_amount) == ("booked", Decimal("121.00"))
    assert (invoice.falls_due_on, invoice.payment_changed_at) == (DUE, NOW)


def test_a_part_payment_shows_and_is_told_at_once() -> None:
    invoice = a_booked_invoice()
    a_term(invoice, "81.00")
    a_payment(invoice, "40.00")

    settled(invoice)

    row = told(invoice)
    assert invoice.state == "part_paid"
    assert (row.status, row.told) == ("part_paid", "final")
    assert (row.open_amount, row.paid_amount) == (Decimal("81.00"), Decimal("40.00"))
    assert (row.last_payment_date, row.paid_date) == (TODAY, None)


def test_paid_shows_at_once_and_is_told_when_it_can_bounce_no_more() -> None:
    invoice = a_booked_invoice()
    a_payment(invoice, "121.00")

    settled(invoice)

    assert (invoice.state, invoice.paid_on, invoice.paid_told_at) == ("paid", TODAY, None)
    early = told(invoice, NOW + 2 * DAY)
    assert (early.status, early.told, early.paid_date) == ("open", "provisional", None)
    late = told(invoice, NOW + 3 * DAY)
    assert (late.status, late.told, late.paid_date) == ("paid", "final", TODAY)


def test_a_payment_of_long_ago_is_told_at_once() -> None:
    invoice = a_booked_invoice()
    a_payment(invoice, "121.00", TODAY - 3 * DAY)

    assert settled(invoice).paid_told_at == NOW


def test_a_division_chooses_its_days() -> None:
    BookingSettings.objects.create(division=a_division(), bounce_days=0)
    at_once, much_later = a_booked_invoice(), a_booked_invoice()
    a_payment(at_once, "121.00")
    assert told(settled(at_once)).status == "paid"

    BookingSettings.objects.update(bounce_days=30)
    a_payment(much_later, "121.00")
    assert told(settled(much_later), NOW + 29 * DAY).told == "provisional"


def test_a_bounce_within_its_days_is_open_again_and_worries_nobody() -> None:
    invoice = a_booked_invoice()
    a_payment(invoice, "121.00")
    settled(invoice)
    bounced(invoice)

    settled(invoice, NOW + DAY)

    assert (invoice.state, invoice.open_amount) == ("booked", Decimal("121.00"))
    assert (invoice.paid_seen_at, invoice.paid_on) == (None, None)
    assert invoice.reason == (
        "It was paid, and is open again since 6 October 2026: the payment bounced."
    )
    assert not Signal.objects.exists()
    assert told(invoice, NOW + 9 * DAY).status == "open"


def test_a_bounce_after_it_was_told_is_told_back_and_signalled_until_it_is_paid() -> None:
    invoice = a_booked_invoice()
    term = a_payment(invoice, "121.00")
    settled(invoice)
    tell_on(NOW + 4 * DAY)
    bounced(invoice)

    settled(invoice, NOW + 5 * DAY)

    row = told(invoice, NOW + 5 * DAY)
    assert (row.status, row.told, row.open_amount) == ("open", "final", Decimal("121.00"))
    assert row.changed_at == NOW + 5 * DAY
    signal = Signal.objects.open().get()
    assert signal.title == f"{invoice.number} was told on as paid, and is open again"
    assert signal.url == f"/exact/invoices/{invoice.number}/"

    PaymentTerm.objects.filter(pk=term.pk).update(status=50, last_payment_on=TODAY + 7 * DAY)
    settled(invoice, NOW + 7 * DAY)

    assert not Signal.objects.open().exists()
    assert (invoice.state, invoice.reason) == ("paid", "")


def test_a_credit_note_is_settled_and_can_not_bounce() -> None:
    note = a_booked_invoice("-121.00", kind="credit_note")
    a_payment(note, "-121.00")

    row = told(settled(note))

    assert (row.status, row.told, row.open_amount) == ("settled", "final", Decimal(0))
    assert note.state == "paid"


def test_a_settled_term_without_a_day_was_paid_on_the_day_we_saw_it() -> None:
    invoice = a_booked_invoice()
    a_payment(invoice, "121.00", None)  # type: ignore[arg-type] # Exact need not tell the day

    settled(invoice)
    settled(invoice, NOW + DAY)

    assert invoice.paid_on == TODAY


@pytest.mark.parametrize("state", ["drifted", "undone"])
def test_drifted_and_undone_stay_what_they_are(state: str) -> None:
    invoice = a_booked_invoice(state=state, reason="Look at it.")
    a_payment(invoice, "121.00")

    settled(invoice)

    assert (invoice.state, invoice.reason) == (state, "Look at it.")
    assert (invoice.paid_on is not None) == (state == "drifted")


def test_days_late_are_told_and_days_left_are_not() -> None:
    late, early = a_booked_invoice(), a_booked_invoice()
    a_term(late, "121.00", due_date=TODAY - 12 * DAY)
    a_term(early, "121.00", due_date=TODAY + 12 * DAY)

    assert told(settled(late)).days_late == 12
    assert told(settled(early)).days_late == 0


def test_what_did_not_change_is_not_written_and_not_told_again() -> None:
    invoice = a_booked_invoice()
    a_payment(invoice, "121.00")
    settled(invoice)

    with CaptureQueriesContext(connection) as queries:
        settled(invoice, NOW + MINUTE)

    assert not [query for query in queries if 'UPDATE "sync_invoice"' in query["sql"]]
    assert invoice.payment_changed_at == NOW


def test_twenty_documents_take_as_many_questions_as_ten() -> None:
    asked = []
    for number in (10, 20):
        invoices = [a_booked_invoice() for _ in range(number)]
        for invoice in invoices:
            a_payment(invoice, "121.00")
        with CaptureQueriesContext(connection) as queries:
            settle([one.entry_id for one in invoices if one.entry_id], Settled(), now=NOW)
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_terms_that_exact_forgets_take_nothing_back_that_was_paid() -> None:
    invoice = a_booked_invoice()
    a_payment(invoice, "121.00")
    settled(invoice)
    PaymentTerm.objects.update(is_gone=True)

    settled(invoice, NOW + DAY)

    assert (invoice.state, invoice.paid_on) == ("paid", TODAY)


# --- What is told since a moment ----------------------------------------------------------------


def test_only_what_changed_since_is_told_and_what_was_being_written_comes_again() -> None:
    first, second = a_booked_invoice(), a_booked_invoice()
    a_term(first, "121.00")
    a_term(second, "121.00")
    settled(first, NOW)
    settled(second, NOW + 60 * MINUTE)

    def numbers(since: object) -> list[str]:
        return [row.invoice_number for row in payments_to_tell(since, NOW + DAY)]  # type: ignore[arg-type] # a moment

    assert numbers(None) == [first.number, second.number]
    assert numbers(NOW + 5 * MINUTE) == [first.number, second.number]
    assert numbers(NOW + 30 * MINUTE) == [second.number]
    assert numbers(NOW + 90 * MINUTE) == []


def test_that_a_payment_counts_now_is_a_change_to_tell() -> None:
    invoice = a_booked_invoice()
    a_payment(invoice, "121.00")
    settled(invoice)

    rows = list(payments_to_tell(NOW + 2 * DAY, NOW + 4 * DAY))

    assert [(row.invoice_number, row.status) for row in rows] == [(invoice.number, "paid")]


# --- Nothing is lost ----------------------------------------------------------------------------


def test_an_invoice_that_is_adopted_later_finds_what_was_paid_before() -> None:
    entry = a_booked_invoice()
    a_payment(entry, "121.00", date(2026, 9, 30))
    Invoice.objects.update(state="unknown", entry_id=None)
    late = Invoice.objects.get()
    late.entry_id = entry.entry_id
    late.state = "booked"
    late.save()

    settle_overlooked(a_division(), done := Settled(), read_at=NOW, now=NOW)

    late.refresh_from_db()
    assert (late.state, late.paid_on, done.paid) == ("paid", date(2026, 9, 30), 1)


def test_a_drift_that_was_accepted_shows_again_what_was_paid() -> None:
    invoice = a_booked_invoice()
    a_payment(invoice, "121.00")
    settled(invoice)
    Invoice.objects.update(state="booked")

    settle_overlooked(a_division(), Settled(), read_at=NOW + DAY, now=NOW + DAY)

    assert Invoice.objects.get().state == "paid"


def test_an_entry_posted_anew_forgets_what_was_paid_of_the_old_one() -> None:
    invoice = a_booked_invoice()
    a_payment(invoice, "121.00")
    settled(invoice)
    Invoice.objects.update(state="booked", entry_id=UUID(int=7))

    settle_overlooked(a_division(), Settled(), read_at=NOW + DAY, now=NOW + DAY)

    invoice.refresh_from_db()
    assert (invoice.state, invoice.open_amount, invoice.paid_on) == ("booked", None, None)


def test_what_is_told_of_more_documents_than_are_read_at_once_is_told_of_each_once() -> None:
    division, customer = a_division(), a_customer()
    Invoice.objects.bulk_create(
        Invoice(
            number=f"MANY-{n:04}",
            invoice_date=DUE,
            customer=customer,
            division=division,
            state="booked",
            open_amount=Decimal(121),
            imported_at=NOW,
            payment_changed_at=NOW + (n // 700) * DAY,  # most of them at one moment
        )
        for n in range(2 * CHUNK + 100)
    )

    numbers = [row.invoice_number for row in payments_to_tell(None, NOW)]

    assert numbers == [f"MANY-{n:04}" for n in range(2 * CHUNK + 100)]


def test_an_entry_that_was_made_smaller_in_exact_is_not_told_as_part_paid() -> None:
    invoice = a_booked_invoice(state="drifted")
    a_term(invoice, "1.21")

    row = told(settled(invoice))

    assert (row.status, row.paid_amount, row.told) == ("open", Decimal(0), "provisional")


def test_what_was_told_as_paid_and_undone_since_is_told_as_open() -> None:
    invoice = a_booked_invoice(state="undone", entry_id=None, payment_changed_at=NOW)

    row = told(invoice)

    assert (row.status, row.told) == ("open", "final")
    assert (row.open_amount, row.paid_amount) == (invoice.amount, Decimal(0))
