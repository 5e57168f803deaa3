"""Deciding: a person's word is followed, but nothing is sent before a look in Exact."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from accounts_link.models import Customer
from exact_client.sandbox import ExactSandbox
from sync.models import OutboxEntry
from sync.services.delivery import decide, exclude, release
from sync.services.delivery.decide import DecisionError
from sync.services.delivery.deliver import drain
from sync.services.delivery.office import Office
from tests.build import NOW, an_operator
from tests.sync.services.pushing import (
    BLOCKED,
    ENTRIES,
    a_fault,
    a_queued,
    clock_of,
    entry_of,
    queued,
    work,
)


@pytest.fixture
def refused(office: Office, customer: Customer, sandbox: ExactSandbox) -> OutboxEntry:
    """A row that Exact refused."""
    entry = a_queued(office, customer)
    sandbox.fault(**a_fault("status", status=400, body=BLOCKED))
    drain(office)
    entry.refresh_from_db()
    return entry


def test_a_refused_one_is_sent_again_as_a_new_version(
    office: Office, refused: OutboxEntry, sandbox: ExactSandbox
) -> None:
    decide.send_again(refused, office.clock, by=an_operator())
    drain(office)
    assert refused.invoice is not None
    queued(office, refused.invoice)
    drain(office)

    newer = entry_of(refused.invoice)
    refused.refresh_from_db()
    assert (refused.state, newer.state, newer.mended_from) == ("cancelled", "done", refused)
    assert newer.identity == refused.identity.replace(":v1", ":v2")
    assert newer.reference != refused.reference
    assert [row["YourRef"] for row in sandbox.entries] == [newer.reference]


def test_a_refused_one_that_was_booked_all_the_same_is_adopted(
    office: Office, refused: OutboxEntry, sandbox: ExactSandbox
) -> None:
    office.exact.create_sales_entry(refused.payload)

    decide.send_again(refused, office.clock, by=None)
    drain(office)

    refused.refresh_from_db()
    assert (refused.state, len(sandbox.entries)) == ("done", 1)
    assert refused.audit_at is not None


def test_cancelling_needs_a_reason(office: Office, refused: OutboxEntry) -> None:
    with pytest.raises(DecisionError, match="Say why"):
        decide.cancel(refused, office.clock, by=None, reason="  ")

    decide.cancel(refused, office.clock, by=None, reason="Typed in by hand.")

    refused.refresh_from_db()
    assert refused.invoice is not None
    assert (refused.state, refused.invoice.state) == ("cancelled", "held")
    assert refused.invoice.reason == "Typed in by hand."


def test_what_exact_may_be_holding_can_not_be_cancelled(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = a_queued(office, customer)
    sandbox.fault(**a_fault("lose_answer_before"))
    drain(office)
    entry.refresh_from_db()

    with pytest.raises(DecisionError, match="wait until that is over"):
        decide.cancel(entry, office.clock, by=None, reason="Too slow")


def test_a_cancelled_one_that_is_in_exact_is_not_sent_a_second_time(
    office: Office, refused: OutboxEntry, sandbox: ExactSandbox
) -> None:
    office.exact.create_sales_entry(refused.payload)  # it was there after all
    decide.cancel(refused, office.clock, by=None, reason="Later.")
    invoice = refused.invoice
    assert invoice is not None
    chosen = type(invoice).objects.filter(pk=invoice.pk)
    exclude.include(chosen, by=an_operator())
    release.release(chosen, now=NOW)
    queued(office, invoice)

    drain(office)

    newer = entry_of(invoice)
    assert (newer.state, newer.attempts, len(sandbox.entries)) == ("conflict", 0, 1)
    found = decide.candidates(office, newer)
    assert [str(answer.id) for answer in found] == [sandbox.entries[0]["EntryID"]]
    decide.adopt(office, newer, found[0].id, by=None)
    newer.refresh_from_db()
    assert newer.state == "done"


def test_an_entry_typed_by_hand_can_be_adopted(
    office: Office, refused: OutboxEntry, sandbox: ExactSandbox
) -> None:
    office.exact.create_sales_entry(refused.payload | {"YourRef": "by hand"})
    found = decide.candidates(office, refused)
    user = an_operator()

    decide.adopt(office, refused, found[0].id, by=user)

    refused.refresh_from_db()
    assert (refused.state, str(refused.remote_id)) == ("done", sandbox.entries[0]["EntryID"])
    decision = refused.history.get(step="decide")
    assert (decision.by, decision.state) == (user, "done")


def test_what_exact_does_not_hold_can_not_be_adopted(office: Office, refused: OutboxEntry) -> None:
    with pytest.raises(DecisionError, match="no longer holds"):
        decide.adopt(office, refused, uuid4(), by=None)


def test_what_another_row_holds_can_not_be_adopted(
    office: Office, refused: OutboxEntry, sandbox: ExactSandbox
) -> None:
    copied = office.exact.create_sales_entry(refused.payload | {"YourRef": "by hand"})
    OutboxEntry.objects.filter(pk=refused.pk).update(remote_id=copied.entry_id)

    with pytest.raises(DecisionError):
        decide.adopt(office, refused, UUID(sandbox.entries[0]["EntryID"]), by=None)


def test_looking_again_needs_something_to_decide(office: Office, customer: Customer) -> None:
    entry = a_queued(office, customer)

    with pytest.raises(DecisionError, match="nothing to decide"):
        decide.look_again(entry, office.clock, by=None)


def test_an_unclear_one_that_turns_up_is_adopted_on_looking_again(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = a_queued(office, customer)
    fault = sandbox.fault(**a_fault("lose_answer_before", times=None))
    work(office, rounds=20)
    assert fault.fired == 3
    entry.refresh_from_db()
    sandbox.clear_faults()
    office.exact.create_sales_entry(entry.payload)

    decide.look_again(entry, office.clock, by=None)
    drain(office)

    entry.refresh_from_db()
    assert (entry.state, len(sandbox.entries)) == ("done", 1)


def test_a_decision_shuts_out_who_looked_before_it(
    office: Office, customer: Customer, refused: OutboxEntry
) -> None:
    before = OutboxEntry.objects.get(pk=refused.pk)

    decide.look_again(refused, office.clock, by=None)

    assert OutboxEntry.objects.get(pk=refused.pk).fence == before.fence + 1


def test_an_entry_that_waits_can_be_cancelled(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = a_queued(office, customer)

    decide.cancel(entry, office.clock, by=None, reason="Not this month.")
    drain(office)

    assert (len(sandbox.entries), clock_of(office).now()) == (0, NOW)
    assert not [call for call in sandbox.calls if call.method == "POST" and ENTRIES in call.path]
