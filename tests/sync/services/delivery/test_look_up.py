"""Looking up: what is found is adopted, and absent counts only after time and three looks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts_link.models import Customer
from exact_client.errors import ExactTemporaryError
from exact_client.sandbox import ExactSandbox
from sync.models import OutboxEntry
from sync.services.delivery import look_up
from sync.services.delivery.deliver import drain
from sync.services.delivery.office import Office
from sync.services.delivery.outbox import customer_of
from tests.sync.services.pushing import ENTRIES, a_fault, a_queued, another, clock_of, states, work


@pytest.fixture
def lost(office: Office, customer: Customer, sandbox: ExactSandbox) -> OutboxEntry:
    """A row whose request never arrived, though nobody knows."""
    entry = a_queued(office, customer)
    sandbox.fault(**a_fault("lose_answer_before"))
    drain(office)
    return fresh(entry)


@pytest.fixture
def hidden(office: Office, customer: Customer, sandbox: ExactSandbox) -> OutboxEntry:
    """A row that Exact booked, and whose answer was lost."""
    entry = a_queued(office, customer)
    sandbox.fault(**a_fault("lose_answer_after"))
    drain(office)
    return fresh(entry)


def fresh(entry: OutboxEntry) -> OutboxEntry:
    return OutboxEntry.objects.get(pk=entry.pk)


def test_a_booked_entry_is_adopted(
    office: Office, hidden: OutboxEntry, sandbox: ExactSandbox
) -> None:
    work(office, rounds=2)

    entry = fresh(hidden)
    assert (entry.state, str(entry.remote_id)) == ("done", sandbox.entries[0]["EntryID"])
    assert entry.invoice is not None
    assert (entry.invoice.state, entry.invoice.entry_id) == ("booked", entry.remote_id)
    assert [step.step for step in entry.history.all()] == ["send", "look_up"]


def test_another_amount_under_our_reference_is_a_conflict(
    office: Office, hidden: OutboxEntry, sandbox: ExactSandbox
) -> None:
    key = sandbox.entries[0]["EntryID"]
    sandbox.change(office.division.code, "entries", key, AmountDC=5.0, AmountFC=5.0)

    work(office, rounds=2)

    entry = fresh(hidden)
    assert (entry.state, "for 5" in entry.reason) == ("conflict", True)


def test_two_under_our_reference_are_a_conflict(
    office: Office, hidden: OutboxEntry, sandbox: ExactSandbox
) -> None:
    office.exact.create_sales_entry(hidden.payload)

    work(office, rounds=2)

    entry = fresh(hidden)
    assert entry.state == "conflict"
    assert all(str(row["EntryNumber"]) in entry.reason for row in sandbox.entries)


def test_absent_takes_three_looks_over_the_settle_time(
    office: Office, lost: OutboxEntry, sandbox: ExactSandbox
) -> None:
    seen = []
    for _ in range(3):
        clock_of(office).advance(30)
        drain(office, limit=1)
        seen.append((fresh(lost).state, fresh(lost).absences))

    assert seen == [("unknown", 1), ("unknown", 2), ("queued", 2)]
    drain(office)
    entry = fresh(lost)
    assert (entry.state, entry.attempts, entry.reposts) == ("done", 2, 1)
    assert [row["YourRef"] for row in sandbox.entries] == [lost.reference]


def test_a_look_that_comes_too_early_does_not_count(office: Office, lost: OutboxEntry) -> None:
    for _ in range(10):
        OutboxEntry.objects.update(due_at=clock_of(office).now())
        clock_of(office).advance(2)
        drain(office, limit=1)

    entry = fresh(lost)
    assert (entry.state, entry.absences, entry.history.count()) == ("unknown", 0, 11)


def test_a_long_sleep_is_not_three_looks(office: Office, lost: OutboxEntry) -> None:
    clock_of(office).advance(3600)

    drain(office)

    assert (fresh(lost).state, fresh(lost).absences) == ("unknown", 1)


def test_another_boot_begins_the_settle_time_anew(office: Office, lost: OutboxEntry) -> None:
    work(office, rounds=3)
    assert fresh(lost).absences == 2
    clock_of(office).reboot()

    clock_of(office).advance(3600)
    drain(office)

    entry = fresh(lost)
    assert (entry.state, entry.absences, entry.clock) == ("unknown", 0, clock_of(office).boot)


def test_a_wall_clock_that_jumps_proves_nothing(office: Office, lost: OutboxEntry) -> None:
    for _ in range(5):
        clock_of(office).set_hour(+1)
        drain(office)

    assert (fresh(lost).state, fresh(lost).absences) == ("unknown", 0)


def test_a_steady_clock_that_goes_back_begins_anew(office: Office, lost: OutboxEntry) -> None:
    clock_of(office).seconds -= 500
    clock_of(office).set_hour(+1)

    drain(office)

    assert (fresh(lost).state, fresh(lost).sent_tick) == ("unknown", clock_of(office).seconds)


def test_what_is_written_late_is_waited_for(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = a_queued(office, customer)
    sandbox.fault(**a_fault("late_commit", seconds=80))

    for _ in range(4):
        drain(office)
        clock_of(office).advance(30)
        sandbox.advance(30)
    drain(office)

    assert (fresh(entry).state, fresh(entry).attempts, len(sandbox.entries)) == ("done", 1, 1)


def test_a_third_time_in_vain_is_for_a_person(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = a_queued(office, customer)
    fault = sandbox.fault(**a_fault("lose_answer_before", times=None))

    work(office, rounds=20)

    assert (fresh(entry).state, fault.fired) == ("unclear", 3)
    assert fresh(entry).invoice.state == "needs_you"  # type: ignore[union-attr]  # it has one


def test_an_entry_whose_reference_was_edited_is_shown_before_it_is_sent_again(
    office: Office, hidden: OutboxEntry, sandbox: ExactSandbox
) -> None:
    key = sandbox.entries[0]["EntryID"]
    sandbox.change(office.division.code, "entries", key, YourRef="seen by Ann")

    work(office, rounds=6)

    entry = fresh(hidden)
    assert (entry.state, len(sandbox.entries)) == ("conflict", 1)
    assert str(sandbox.entries[0]["EntryNumber"]) in entry.reason


@pytest.mark.parametrize(
    "trouble",
    [
        {"kind": "status", "status": 503},
        {"kind": "html"},
        {"kind": "truncate"},
        {"kind": "status", "status": 400, "body": "Invalid filter"},
        {"kind": "status", "status": 400},
    ],
    ids=str,
)
def test_a_look_that_fails_proves_nothing_and_holds_up_nobody(
    office: Office, lost: OutboxEntry, sandbox: ExactSandbox, trouble: dict[str, Any]
) -> None:
    other = a_queued(office, another(customer_of(lost)))
    fault = sandbox.fault(path=ENTRIES, method="GET", **trouble)

    work(office, rounds=2)

    assert fault.fired >= 1
    assert (fresh(lost).state, fresh(lost).absences) == ("unknown", 0)
    assert "could not be looked up" in fresh(lost).reason
    assert states(other) == ["done"]


def test_a_day_without_a_look_that_works_is_for_a_person(
    office: Office, lost: OutboxEntry, sandbox: ExactSandbox
) -> None:
    sandbox.fault("html", path=ENTRIES, method="GET")

    work(office, rounds=3, seconds=12 * 3600)

    assert fresh(lost).state == "unclear"


def test_a_question_that_is_answered_with_something_else_is_no_answer(
    office: Office, lost: OutboxEntry, sandbox: ExactSandbox
) -> None:
    sandbox.fault("status", path=ENTRIES, method="GET", status=200, times=None)

    work(office, rounds=5)

    assert (fresh(lost).state, fresh(lost).absences) == ("unknown", 0)


@pytest.mark.parametrize(("twins", "left"), [(0, 0), (2, 3)])
def test_the_audit_shows_what_is_not_there_exactly_once(
    office: Office, hidden: OutboxEntry, sandbox: ExactSandbox, twins: int, left: int
) -> None:
    work(office, rounds=2)
    assert look_up.audit(office) == 0
    for _ in range(twins):
        office.exact.create_sales_entry(hidden.payload)
    if not twins:
        sandbox.remove(sandbox.entries[0]["EntryID"])
    clock_of(office).advance(15 * 60)

    assert look_up.audit(office) == 1

    entry = fresh(hidden)
    assert (entry.state, f"holds {left}" in entry.reason) == ("conflict", True)
    assert entry.history.order_by("pk").last().state == "conflict"  # type: ignore[union-attr]  # it has one


def test_what_was_never_unknown_is_not_audited(office: Office, customer: Customer) -> None:
    entry = a_queued(office, customer)
    drain(office)

    assert fresh(entry).audit_at is None


def test_the_audit_comes_twice(office: Office, hidden: OutboxEntry) -> None:
    work(office, rounds=2)
    clock_of(office).advance(15 * 60)
    look_up.audit(office)
    entry = fresh(hidden)
    assert entry.settled_at is not None
    assert entry.audit_at == entry.settled_at + timedelta(hours=24)

    clock_of(office).advance(24 * 3600)
    look_up.audit(office)

    assert (fresh(hidden).audit_at, fresh(hidden).state) == (None, "done")


def test_an_audit_that_can_not_ask_changes_nothing(
    office: Office, hidden: OutboxEntry, sandbox: ExactSandbox
) -> None:
    work(office, rounds=2)
    clock_of(office).advance(15 * 60)
    sandbox.fault("html", path=ENTRIES, method="GET")

    with pytest.raises(ExactTemporaryError):
        look_up.audit(office)

    assert fresh(hidden).state == "done"


def test_what_was_booked_once_and_is_gone_is_never_sent_by_itself(
    office: Office, hidden: OutboxEntry, sandbox: ExactSandbox
) -> None:
    work(office, rounds=2)
    OutboxEntry.objects.update(
        state="unknown", due_at=clock_of(office).now(), sent_tick=clock_of(office).seconds
    )
    sandbox.remove(sandbox.entries[0]["EntryID"])

    work(office, rounds=6)

    assert (fresh(hidden).state, len(sandbox.entries)) == ("unclear", 0)
