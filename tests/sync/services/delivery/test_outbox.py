"""The outbox: one row for one thing, however often and from wherever it is asked for."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections

from accounts_link.models import Customer
from exact_client.models import Division
from sync.models import Invoice, OutboxEntry
from sync.services.delivery import outbox
from sync.services.delivery.outbox import Order, TakenOverError
from tests.build import NOW, a_customer, a_division, an_invoice
from tests.clock import ManualClock


def an_order(customer: Customer, invoice: Invoice | None = None, text: str = "first") -> Order:
    return Order(
        division=a_division(),
        kind="sales_entry" if invoice else "account",
        customer=customer,
        payload=lambda reference: {"YourRef": reference, "Description": text},
        invoice=invoice,
    )


@pytest.fixture
def entry(db: None) -> OutboxEntry:
    invoice = an_invoice()
    assert invoice.customer is not None
    return outbox.make(an_order(invoice.customer, invoice), now=NOW)


def test_the_same_thing_asked_for_twice_is_one_row_with_its_first_content(
    entry: OutboxEntry,
) -> None:
    again = outbox.make(an_order(outbox.customer_of(entry), entry.invoice, "second"), now=NOW)

    assert (again.pk, again.payload["Description"]) == (entry.pk, "first")
    assert OutboxEntry.objects.count() == 1


def test_the_reference_travels_and_fits(entry: OutboxEntry) -> None:
    assert entry.payload["YourRef"] == entry.reference
    assert len(entry.reference) <= 30
    assert outbox.is_intact(entry)


@pytest.mark.parametrize("state", OutboxEntry.State)
def test_only_what_was_given_up_makes_room_for_a_new_version(
    entry: OutboxEntry, state: OutboxEntry.State
) -> None:
    OutboxEntry.objects.update(state=state)

    newer = outbox.make(an_order(outbox.customer_of(entry), entry.invoice), now=NOW)

    if state == OutboxEntry.State.CANCELLED:
        assert (newer.identity[-2:], newer.mended_from) == ("v2", entry)
    else:
        assert newer == entry


def test_the_document_says_where_its_row_stands(entry: OutboxEntry) -> None:
    clock = ManualClock()
    assert entry.invoice is not None
    seen = [Invoice.objects.get().state]
    outbox.claim(entry, clock)
    seen.append(Invoice.objects.get().state)
    outbox.move(entry, OutboxEntry.State.QUEUED, reason="Later.")
    seen.append(Invoice.objects.get().state)

    assert seen == ["queued", "sending", "retry"]


def test_a_row_is_claimed_once(entry: OutboxEntry) -> None:
    other = OutboxEntry.objects.get(pk=entry.pk)

    assert outbox.claim(entry, ManualClock()) is not None
    assert outbox.claim(other, ManualClock()) is None
    assert entry.history.count() == 1


def test_a_step_under_an_old_fence_changes_nothing(entry: OutboxEntry) -> None:
    outbox.claim(entry, ManualClock())
    OutboxEntry.objects.update(fence=7)

    with pytest.raises(TakenOverError):
        outbox.move(entry, OutboxEntry.State.DONE)

    assert OutboxEntry.objects.get().state == "sending"


def test_what_is_unknown_goes_before_what_is_queued(entry: OutboxEntry) -> None:
    invoice = an_invoice()
    assert invoice.customer is not None
    later = outbox.make(an_order(invoice.customer, invoice), now=NOW)
    OutboxEntry.objects.filter(pk=later.pk).update(state="unknown")

    assert outbox.next_due(a_division(), NOW) == later
    OutboxEntry.objects.filter(pk=later.pk).update(due_at=NOW + timedelta(seconds=5))
    assert outbox.next_due(a_division(), NOW) == entry


@pytest.mark.parametrize("state", OutboxEntry.State)
def test_nothing_passes_an_earlier_row_of_its_customer(
    entry: OutboxEntry, state: OutboxEntry.State
) -> None:
    customer = outbox.customer_of(entry)
    later = outbox.make(an_order(customer, an_invoice(customer=customer)), now=NOW)
    in_an_hour = NOW + timedelta(hours=1)
    OutboxEntry.objects.filter(pk=entry.pk).update(state=state, due_at=in_an_hour)

    due = outbox.next_due(a_division(), NOW)

    assert due == (later if state in OutboxEntry.OVER else None)


@pytest.mark.django_db(transaction=True)
def test_from_many_threads_at_once_it_is_one_row() -> None:
    customer, division = a_customer(), a_division()
    gate = threading.Barrier(4)
    made: list[int] = []

    def make() -> None:
        gate.wait()
        made.append(outbox.make(an_order(customer), now=NOW).pk)
        connections.close_all()

    in_threads(make, 4)

    assert (len(made), len(set(made))) == (4, 1)
    assert OutboxEntry.objects.filter(division=division).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_threads_one_claims() -> None:
    entry = outbox.make(an_order(a_customer()), now=NOW)
    gate = threading.Barrier(4)
    won: list[bool] = []

    def claim() -> None:
        mine = OutboxEntry.objects.get(pk=entry.pk)
        gate.wait()
        won.append(outbox.claim(mine, ManualClock()) is not None)
        connections.close_all()

    in_threads(claim, 4)

    assert sorted(won) == [False, False, False, True]
    assert OutboxEntry.objects.get().fence == 1


def in_threads(work: object, count: int) -> None:
    connection.close()
    threads = [threading.Thread(target=work) for _ in range(count)]  # type: ignore[arg-type]  # a function
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)


def test_two_divisions_have_rows_of_their_own(entry: OutboxEntry) -> None:
    other = Division.objects.create(connection=entry.division.connection, code=7, name="Other")
    order = an_order(outbox.customer_of(entry), entry.invoice)

    second = outbox.make(
        Order(other, order.kind, order.customer, order.payload, order.invoice), now=NOW
    )

    assert second.reference != entry.reference
