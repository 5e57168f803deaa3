"""Undoing: what is open is deleted, what is not is reversed; once, and at a person's word."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from accounts_link.models import Customer
from exact_client.sandbox import ExactSandbox
from sync.models import ClosedPeriod, Invoice, InvoiceState, OutboxEntry, Period
from sync.services.delivery import attach, decide, exclude, look_up, release, undo
from sync.services.delivery.decide import DecisionError
from sync.services.delivery.deliver import drain
from sync.services.delivery.office import Office
from sync.services.delivery.outbox import customer_of
from tests.build import NOW, an_operator
from tests.sync.services.pushing import a_queued, clock_of, entry_of, queued, work

DELETE: dict[str, Any] = {"path": "salesentry/SalesEntries", "method": "DELETE", "times": 1}
POST: dict[str, Any] = {"path": "salesentry/SalesEntries", "method": "POST", "times": 1}


@pytest.fixture
def booked(office: Office, customer: Customer) -> OutboxEntry:
    """An entry that stands in Exact."""
    entry = a_queued(office, customer, unit_price=Decimal("123.45"))
    drain(office)
    return fresh(entry)


@pytest.fixture
def person(db: None) -> User:
    return an_operator()


def fresh(entry: OutboxEntry) -> OutboxEntry:
    return OutboxEntry.objects.select_related("invoice", "customer", "division", "undoes").get(
        pk=entry.pk
    )


def invoice_of(entry: OutboxEntry) -> Invoice:
    return Invoice.objects.get(outbox=entry)


def asked(
    office: Office, entry: OutboxEntry, by: User, kind: str = "removal", **wish: Any
) -> OutboxEntry:
    """Look at an entry and ask for it to be undone, as the page does."""
    seen = undo.look(office, fresh(entry), **wish).seen
    return undo.ask(office, fresh(entry), kind, seen=seen, reason="Wrong customer.", by=by, **wish)


def totals(sandbox: ExactSandbox) -> list[Decimal]:
    return [Decimal(str(row["AmountFC"])) for row in sandbox.entries]


# --- Deleting -----------------------------------------------------------------------------------


def test_an_open_entry_is_deleted_and_its_invoice_undone(
    office: Office, booked: OutboxEntry, sandbox: ExactSandbox, person: User
) -> None:
    row = asked(office, booked, person)
    assert invoice_of(booked).state == "booked"  # until it is surely gone
    drain(office)

    invoice = invoice_of(booked)
    assert (fresh(row).state, sandbox.entries) == ("done", [])
    assert (invoice.state, invoice.entry_id, invoice.entry_number) == ("undone", None, "")
    assert booked.remote_number in invoice.reason


def test_the_reason_and_its_author_are_kept(
    office: Office, booked: OutboxEntry, person: User
) -> None:
    row = asked(office, booked, person)

    step = row.history.get(step="decide")
    assert (step.outcome, step.by) == ("Removal of an entry asked for: Wrong customer.", person)
    with pytest.raises(DecisionError, match="Say why"):
        undo.ask(office, booked, "removal", seen="", reason=" ", by=person)


@pytest.mark.parametrize(
    "trouble",
    [
        {"kind": "lose_answer_after"},
        {"kind": "lose_answer_before"},
        {"kind": "reset", "after": True},
        {"kind": "html", "after": True},
        {"kind": "status", "status": 503},
        {"kind": "truncate"},
    ],
)
def test_a_removal_whose_answer_was_lost_is_looked_up_by_its_id(
    office: Office,
    booked: OutboxEntry,
    sandbox: ExactSandbox,
    person: User,
    trouble: dict[str, Any],
) -> None:
    row = asked(office, booked, person)
    sandbox.fault(**DELETE, **trouble)
    drain(office)
    assert fresh(row).state in {"unknown", "done"}

    work(office, rounds=4)

    assert (fresh(row).state, sandbox.entries, invoice_of(booked).state) == ("done", [], "undone")


def test_a_removal_that_a_dead_process_was_sending_is_looked_up(
    office: Office, booked: OutboxEntry, sandbox: ExactSandbox, person: User
) -> None:
    row = asked(office, booked, person)
    OutboxEntry.objects.filter(pk=row.pk).update(state="sending", fence=1)

    work(office, rounds=4)

    assert (fresh(row).state, sandbox.entries) == ("done", [])


def test_what_exact_will_not_let_go_after_three_tries_goes_to_a_person(
    office: Office, booked: OutboxEntry, sandbox: ExactSandbox, person: User
) -> None:
    row = asked(office, booked, person)
    fault = sandbox.fault(**DELETE | {"times": None}, kind="lose_answer_before")

    work(office, rounds=12)

    assert (fresh(row).state, fault.fired, len(sandbox.entries)) == ("unclear", 3, 1)
    assert invoice_of(booked).state == "booked"


def test_an_entry_that_somebody_deleted_in_exact_is_undone_all_the_same(
    office: Office, booked: OutboxEntry, sandbox: ExactSandbox, person: User
) -> None:
    sandbox.remove(str(booked.remote_id))

    row = asked(office, booked, person)
    work(office, rounds=3)

    assert (fresh(row).state, invoice_of(booked).state) == ("done", "undone")


def test_what_was_removed_is_no_longer_expected_by_the_audit(
    office: Office, booked: OutboxEntry, person: User
) -> None:
    OutboxEntry.objects.filter(pk=booked.pk).update(was_unknown=True, audit_at=NOW)
    asked(office, booked, person)
    drain(office)

    clock_of(office).advance(3600)

    assert (look_up.audit(office), fresh(booked).state) == (0, "done")


# --- Not open any more ---------------------------------------------------------------------------


def test_a_processed_entry_can_only_be_reversed(
    office: Office, booked: OutboxEntry, sandbox: ExactSandbox, person: User
) -> None:
    sandbox.process(str(booked.remote_id))

    assert "processed" in undo.look(office, booked).why_not_removed
    with pytest.raises(DecisionError, match="can't be deleted"):
        asked(office, booked, person)


@pytest.mark.parametrize("state", [InvoiceState.PAID, InvoiceState.PART_PAID])
def test_a_paid_entry_can_only_be_reversed(
    office: Office, booked: OutboxEntry, state: InvoiceState
) -> None:
    Invoice.objects.update(state=state)

    assert "payment" in undo.look(office, fresh(booked)).why_not_removed


def test_an_entry_in_a_closed_period_can_only_be_reversed_in_an_open_one(
    office: Office, booked: OutboxEntry, person: User
) -> None:
    journal = booked.payload["Journal"]
    Period.objects.all().delete()
    for month, last in ((9, 30), (10, 31), (11, 30)):
        Period.objects.create(
            division=office.division,
            year=2026,
            number=month,
            first_day=date(2026, month, 1),
            last_day=date(2026, month, last),
        )
    for month in (9, 10):
        ClosedPeriod.objects.create(
            division=office.division, journal_code=journal, year=2026, number=month
        )

    found = undo.look(office, booked)

    assert "2026-09" in found.why_not_removed
    assert found.day == date(2026, 11, 1)
    with pytest.raises(DecisionError, match="Choose another day"):
        asked(office, booked, person, "reversal", day=date(2026, 10, 5))


def test_what_was_processed_after_the_person_looked_is_left_to_a_person(
    office: Office, booked: OutboxEntry, sandbox: ExactSandbox, person: User
) -> None:
    row = asked(office, booked, person)
    sandbox.process(str(booked.remote_id))

    drain(office)

    assert (fresh(row).state, fresh(row).advice) == (
        "conflict",
        "Undo it with a reversing entry instead.",
    )
    assert (invoice_of(booked).state, len(sandbox.entries)) == ("booked", 1)
    asked(office, booked, person, "reversal")
    drain(office)
    assert (fresh(row).state, invoice_of(booked).state) == ("cancelled", "undone")


def test_a_removal_that_exact_refuses_says_what_to_do(
    office: Office, booked: OutboxEntry, sandbox: ExactSandbox, person: User
) -> None:
    row = asked(office, booked, person)
    sandbox.pay(str(booked.remote_id))

    drain(office)

    assert (fresh(row).state, len(sandbox.entries)) == ("refused", 1)
    assert "reversing entry" in fresh(row).advice
    assert "Removal of an entry: refused" in invoice_of(booked).reason


def test_what_changed_in_exact_while_the_person_looked_is_not_undone(
    office: Office, booked: OutboxEntry, sandbox: ExactSandbox, person: User
) -> None:
    seen = undo.look(office, booked).seen
    sandbox.alter(str(booked.remote_id), {"AmountFC": 1.0})

    with pytest.raises(DecisionError, match="changed in Exact"):
        undo.ask(office, booked, "removal", seen=seen, reason="Wrong.", by=person)


# --- Reversing -----------------------------------------------------------------------------------


def test_a_reversal_turns_every_line_round_and_names_the_original(
    office: Office, booked: OutboxEntry, sandbox: ExactSandbox, person: User
) -> None:
    sandbox.process(str(booked.remote_id))
    row = asked(office, booked, person, "reversal")
    drain(office)

    original, reversal = sandbox.entries
    assert sum(totals(sandbox)) == 0
    assert [
        (line["GLAccount"], line["VATCode"], -line["AmountFC"], -line["VATAmountFC"])
        for line in reversal["SalesEntryLines"]
    ] == [
        (line["GLAccount"], line["VATCode"], line["AmountFC"], line["VATAmountFC"])
        for line in original["SalesEntryLines"]
    ]
    assert reversal["YourRef"] == fresh(row).reference != booked.reference
    assert f"Reversal of {booked.remote_number}" in reversal["Description"]
    assert row.payload["EntryDate"] == NOW.date().isoformat()
    invoice = invoice_of(booked)
    assert invoice.state == "undone"
    assert fresh(row).remote_number in invoice.reason


@pytest.mark.parametrize("kind", ["lose_answer_after", "lose_answer_before"])
def test_a_reversal_whose_answer_was_lost_is_posted_once(
    office: Office, booked: OutboxEntry, sandbox: ExactSandbox, person: User, kind: str
) -> None:
    row = asked(office, booked, person, "reversal")
    sandbox.fault(**POST, kind=kind)

    work(office, rounds=8)

    assert (fresh(row).state, len(sandbox.entries), sum(totals(sandbox))) == ("done", 2, 0)


def test_what_was_changed_in_exact_is_reversed_as_it_stands_there(
    office: Office, booked: OutboxEntry, sandbox: ExactSandbox, person: User
) -> None:
    sandbox.alter(str(booked.remote_id), {"AmountFC": 200.0, "VATAmountFC": 42.0})

    asked(office, booked, person, "reversal")
    drain(office)

    assert totals(sandbox) == [Decimal(242), Decimal(-242)]


def test_nothing_is_reversed_that_was_deleted_meanwhile(
    office: Office, booked: OutboxEntry, sandbox: ExactSandbox, person: User
) -> None:
    row = asked(office, booked, person, "reversal")
    sandbox.remove(str(booked.remote_id))

    drain(office)

    assert (fresh(row).state, sandbox.entries) == ("conflict", [])


# --- Afterwards -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["removal", "reversal"])
def test_an_undone_invoice_is_taken_up_and_booked_again_as_a_next_version(
    office: Office, booked: OutboxEntry, sandbox: ExactSandbox, person: User, kind: str
) -> None:
    asked(office, booked, person, kind)
    drain(office)
    chosen = Invoice.objects.filter(pk=invoice_of(booked).pk)
    exclude.include(chosen, by=person)
    release.release(chosen, now=office.clock.now())
    queued(office, chosen.get())
    drain(office)

    newer = entry_of(chosen.get())
    assert (newer.kind, newer.state, newer.mended_from) == ("sales_entry", "done", booked)
    assert newer.identity.endswith(":v2")
    assert chosen.get().state == "booked"
    assert sum(totals(sandbox)) == newer.amount


def test_a_second_version_is_undone_like_the_first(
    office: Office, booked: OutboxEntry, sandbox: ExactSandbox, person: User
) -> None:
    test_an_undone_invoice_is_taken_up_and_booked_again_as_a_next_version(
        office, booked, sandbox, person, "removal"
    )
    newer = entry_of(invoice_of(booked))

    asked(office, newer, person)
    drain(office)

    assert (invoice_of(booked).state, sandbox.entries) == ("undone", [])


def test_an_undoing_is_asked_for_once(office: Office, booked: OutboxEntry, person: User) -> None:
    asked(office, booked, person)

    with pytest.raises(DecisionError, match="at this moment"):
        asked(office, booked, person, "reversal")
    drain(office)
    with pytest.raises(DecisionError, match="undone already"):
        asked(office, booked, person)


def test_an_undoing_that_is_given_up_leaves_the_invoice_booked(
    office: Office, booked: OutboxEntry, sandbox: ExactSandbox, person: User
) -> None:
    row = asked(office, booked, person)

    decide.cancel(row, office.clock, by=person, reason="It was right.")
    drain(office)

    invoice = invoice_of(booked)
    assert (invoice.state, invoice.reason, len(sandbox.entries)) == ("booked", "", 1)


def test_what_is_not_booked_can_not_be_undone(office: Office, customer: Customer) -> None:
    entry = a_queued(office, customer)

    with pytest.raises(DecisionError, match="Only what is booked"):
        undo.look(office, entry)


def test_an_undoing_waits_for_what_its_customer_has_on_its_way_before_it(
    office: Office, booked: OutboxEntry, sandbox: ExactSandbox, person: User
) -> None:
    earlier = a_queued(office, customer_of(booked))
    in_an_hour = office.clock.now() + timedelta(hours=1)
    OutboxEntry.objects.filter(pk=earlier.pk).update(due_at=in_an_hour)
    row = asked(office, booked, person)

    drain(office)

    assert (fresh(row).state, len(sandbox.entries)) == ("queued", 1)


def test_files_that_wait_for_an_undone_entry_are_withdrawn(
    office: Office, booked: OutboxEntry, person: User
) -> None:
    assert attach.entry_of(invoice_of(booked)) == booked

    asked(office, booked, person)
    drain(office)

    assert attach.entry_of(invoice_of(booked)) is None
