"""What was tried to lose a document, to book it twice, or to tell wrong amounts of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from accounts_link.models import Customer
from exact_client.sandbox import ExactSandbox
from sync.models import Invoice, OutboxEntry, PaymentTerm
from sync.services.delivery import decide, exclude, look_up, push, release, undo
from sync.services.delivery.decide import DecisionError
from sync.services.delivery.office import Office
from sync.services.payments.settle import Settled, settle
from sync.services.reading_back import drift
from tests.build import NOW, an_invoice, an_operator
from tests.sync.services.booking import (
    booked,
    compares,
    invoice_of,
    key_of,
    state_of,
    typed_in_exact,
)
from tests.sync.services.pushing import (
    BLOCKED,
    ENTRIES,
    a_fault,
    a_queued,
    another,
    clock_of,
    entry_of,
    states,
    work,
)

pytestmark = pytest.mark.django_db

POST: dict[str, Any] = {"path": ENTRIES, "method": "POST", "times": 1}
DELETE: dict[str, Any] = {"path": ENTRIES, "method": "DELETE", "times": 1}


@pytest.fixture
def person(db: None) -> User:
    return an_operator()


def asks(office: Office, entry: OutboxEntry, kind: str, by: User) -> OutboxEntry:
    """Ask for an entry to be undone, as its page does."""
    entry = OutboxEntry.objects.select_related("invoice", "customer", "division").get(pk=entry.pk)
    seen = undo.look(office, entry).seen
    return undo.ask(office, entry, kind, seen=seen, reason="Wrong.", by=by)


def takes_up(office: Office, entry: OutboxEntry, by: User) -> OutboxEntry:
    """Take a document up again and let it go; return its newest row."""
    chosen = Invoice.objects.filter(pk=invoice_of(entry).pk)
    exclude.include(chosen, by=by)
    release.release(chosen, now=office.clock.now())
    release.enqueue(office.division, now=office.clock.now())
    return entry_of(chosen.get())


def is_told(office: Office, invoice: Invoice, amount: str) -> Invoice:
    """Let Exact tell that so much of a document's entry is open."""
    PaymentTerm.objects.create(
        division=office.division,
        exact_id=uuid4(),
        version=1,
        entry_id=invoice.entry_id,
        amount=Decimal(amount),
        amount_dc=Decimal(amount),
        currency="EUR",
        status=20,
    )
    assert invoice.entry_id is not None
    settle([invoice.entry_id], Settled(), now=NOW)
    return Invoice.objects.get(pk=invoice.pk)


# --- Versions ------------------------------------------------------------------------------------


def test_a_document_that_is_another_customers_by_now_is_sent_all_the_same(
    office: Office, customer: Customer, sandbox: ExactSandbox, person: User
) -> None:
    entry = a_queued(office, customer)
    decide.cancel(entry, office.clock, by=person, reason="Wrong customer.")
    Invoice.objects.update(customer=another(customer))

    again = takes_up(office, entry, person)
    work(office)

    assert (again.pk != entry.pk, again.mended_from_id) == (True, entry.pk)
    assert state_of(entry)[0] == "booked"
    assert len(sandbox.entries) == 1


def test_what_was_lost_under_another_customer_is_looked_for_before_it_is_sent_again(
    office: Office, customer: Customer, sandbox: ExactSandbox, person: User
) -> None:
    entry = a_queued(office, customer)
    sandbox.fault(**a_fault("status", status=400, body=BLOCKED))
    work(office)
    office.exact.create_sales_entry(entry.payload)  # it was there after all
    entry.refresh_from_db()
    decide.cancel(entry, office.clock, by=person, reason="Wrong customer.")
    Invoice.objects.update(customer=another(customer))

    again = takes_up(office, entry, person)
    work(office, rounds=3)

    assert (states(again), len(sandbox.entries)) == (["conflict"], 1)


# --- Adopting ------------------------------------------------------------------------------------


def test_an_entry_that_two_invoices_name_is_adopted_by_one_of_them_alone(
    office: Office, customer: Customer, sandbox: ExactSandbox, person: User
) -> None:
    model = booked(office, customer)
    one = an_invoice(customer=customer, released_at=NOW)
    other = an_invoice(customer=customer, released_at=NOW)
    typed = typed_in_exact(
        sandbox, model, YourRef="by hand", Description=f"{one.number} {other.number}"
    )
    push.push(office)
    assert states(entry_of(one), entry_of(other)) == ["conflict", "conflict"]

    decide.adopt(office, entry_of(one), typed, by=person)

    with pytest.raises(DecisionError, match="no longer holds"):
        decide.adopt(office, entry_of(other), typed, by=person)
    assert states(entry_of(one), entry_of(other)) == ["done", "conflict"]


def test_an_adopted_entry_without_our_reference_is_there_when_it_is_looked_for_later(
    office: Office, customer: Customer, sandbox: ExactSandbox, person: User
) -> None:
    entry = a_queued(office, customer)
    sandbox.fault(**a_fault("lose_answer_after"))
    work(office)
    sandbox.change(office.division.code, "entries", sandbox.entries[0]["EntryID"], YourRef="x")
    work(office, rounds=5)
    (found,) = decide.candidates(office, entry_of(invoice_of(entry)))
    decide.adopt(office, entry_of(invoice_of(entry)), found.id, by=person)

    clock_of(office).advance(60 * 60)

    assert look_up.audit(office) == 0
    assert (states(entry), state_of(entry)[0]) == (["done"], "booked")


def test_what_was_adopted_for_another_amount_owes_what_exact_says(
    office: Office, customer: Customer, sandbox: ExactSandbox, person: User
) -> None:
    model = booked(office, customer)
    invoice = an_invoice(customer=customer, released_at=NOW)
    typed = typed_in_exact(sandbox, model, YourRef=invoice.number)
    sandbox.alter(str(typed), {"AmountFC": 90})
    push.push(office)
    decide.adopt(office, entry_of(invoice), typed, by=person)

    told = is_told(office, invoice_of(entry_of(invoice)), "108.90")

    assert (told.state, told.amount, told.open_amount) == (
        "booked",
        Decimal("108.90"),
        Decimal("108.90"),
    )


def test_what_was_accepted_for_another_amount_owes_what_exact_says(
    office: Office, customer: Customer, sandbox: ExactSandbox, person: User
) -> None:
    entry = booked(office, customer)
    sandbox.alter(key_of(entry), {"AmountFC": 90})
    compares(office)
    drift.accept(invoice_of(entry), by=person)

    told = is_told(office, invoice_of(entry), "108.90")

    assert (told.state, told.amount) == ("booked", Decimal("108.90"))


# --- Typed by hand -------------------------------------------------------------------------------


def test_what_was_undone_and_typed_by_hand_is_not_booked_again_by_itself(
    office: Office, customer: Customer, sandbox: ExactSandbox, person: User
) -> None:
    entry = booked(office, customer)
    asks(office, entry, "removal", person)
    work(office)
    typed_in_exact(sandbox, entry, YourRef=invoice_of(entry).number)
    takes_up(office, entry, person)

    push.push(office)

    assert (state_of(entry)[0], len(sandbox.entries)) == ("needs_you", 1)


def test_what_is_typed_while_ours_waits_is_found_before_it_is_sent(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    model = booked(office, customer)
    first = a_queued(office, customer)
    sandbox.fault(**a_fault("status", status=400, body=BLOCKED))
    second = a_queued(office, customer)
    push.push(office)
    assert states(first, second) == ["refused", "queued"]
    typed_in_exact(sandbox, model, YourRef=invoice_of(second).number)
    clock_of(office).advance(2 * 60 * 60)
    decide.cancel(entry_of(invoice_of(first)), office.clock, by=None, reason="Not this one.")

    push.push(office)

    assert (states(second), len(sandbox.entries)) == (["conflict"], 2)


# --- Undoing -------------------------------------------------------------------------------------


def test_what_a_given_up_reversal_left_in_exact_is_found_before_its_entry_is_deleted(
    office: Office, customer: Customer, sandbox: ExactSandbox, person: User
) -> None:
    entry = booked(office, customer)
    reversal = asks(office, entry, "reversal", person)
    sandbox.fault(**a_fault("status", status=400, body=BLOCKED))
    work(office)
    office.exact.create_sales_entry(reversal.payload)  # it was there after all
    reversal.refresh_from_db()
    decide.cancel(reversal, office.clock, by=person, reason="Deleted instead.")

    removal = asks(office, entry, "removal", person)
    work(office)

    assert states(removal) == ["conflict"]
    assert sum(row["AmountFC"] for row in sandbox.entries) == 0


def test_a_reversal_waits_when_its_entry_changed_before_it_left(
    office: Office, customer: Customer, sandbox: ExactSandbox, person: User
) -> None:
    entry = booked(office, customer)
    reversal = asks(office, entry, "reversal", person)
    sandbox.alter(key_of(entry), {"AmountFC": 90})

    work(office)

    assert (states(reversal), len(sandbox.entries)) == (["conflict"], 1)


def test_what_is_being_undone_is_not_posted_again_beside_it(
    office: Office, customer: Customer, sandbox: ExactSandbox, person: User
) -> None:
    entry = booked(office, customer)
    compares(office)
    sandbox.remove(key_of(entry))
    compares(office)
    removal = asks(office, entry, "removal", person)
    sandbox.fault(**DELETE, kind="lose_answer_before")
    work(office)
    assert states(removal) == ["unknown"]

    with pytest.raises(drift.DriftError, match="being undone"):
        drift.post_again(office, invoice_of(entry), by=person)
    with pytest.raises(drift.DriftError, match="being undone"):
        drift.accept(invoice_of(entry), by=person)


def test_who_looks_at_a_page_from_before_it_was_undone_accepts_nothing(
    office: Office, customer: Customer, sandbox: ExactSandbox, person: User
) -> None:
    entry = booked(office, customer)
    sandbox.alter(key_of(entry), {"EntryDate": "2026-09-24"})
    compares(office)
    before = invoice_of(entry)
    asks(office, entry, "removal", person)
    work(office)

    with pytest.raises(drift.DriftError):
        drift.accept(before, by=person)

    assert state_of(entry)[0] == "undone"


def test_a_document_that_was_undone_waits_for_a_person_once_it_is_taken_up(
    office: Office, customer: Customer, person: User
) -> None:
    entry = booked(office, customer)
    Invoice.objects.update(approved_at=NOW, approved_by=person)
    asks(office, entry, "removal", person)
    work(office)

    exclude.include(Invoice.objects.all(), by=person)

    assert invoice_of(entry).approved_at is None


def test_nothing_leaves_before_it_was_asked_whether_somebody_typed_it(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    model = booked(office, customer)
    invoice = an_invoice(customer=customer, released_at=NOW)
    typed_in_exact(sandbox, model, YourRef=invoice.number)
    sandbox.fault("status", path=ENTRIES, method="GET", status=503)

    push.push(office)
    sandbox.clear_faults()
    entry = entry_of(invoice)
    assert (states(entry), len(sandbox.entries)) == (["queued"], 2)
    clock_of(office).advance(60)
    push.push(office)

    assert (states(entry), len(sandbox.entries)) == (["conflict"], 2)


def test_what_is_linked_while_others_are_sent_is_asked_about_as_well(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    model = booked(office, customer)
    push.push(office)
    invoice = an_invoice(customer=customer, released_at=NOW)
    typed_in_exact(sandbox, model, YourRef=invoice.number)
    release.enqueue(office.division, now=NOW)  # as linking does, in the middle of a drain

    work(office)

    assert (states(entry_of(invoice)), len(sandbox.entries)) == (["conflict"], 2)
