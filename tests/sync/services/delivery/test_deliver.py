"""Delivering: what each answer leads to, in which order rows go, and what stops a drain."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import requests
from django.conf import settings
from requests.adapters import BaseAdapter

from accounts_link.models import Customer
from exact_client.errors import ExactTemporaryError
from exact_client.sandbox import ExactSandbox
from exact_client.wire import pooled_session
from sync.models import BookingSettings, OutboxEntry
from sync.services.delivery.deliver import PAUSED, drain
from sync.services.delivery.office import Office
from sync.services.locks import process_lock
from tests.sync.services.pushing import (
    BLOCKED,
    Plan,
    a_fault,
    a_queued,
    another,
    clock_of,
    states,
    work,
)

TAKEN = "In gebruik: Boekstuknummer"

UNKNOWN = [
    a_fault("lose_answer_before"),
    a_fault("lose_answer_after"),
    a_fault("reset"),
    a_fault("reset", after=True),
    a_fault("timeout"),
    a_fault("timeout", after=True),
    a_fault("truncate"),
    a_fault("html", status=200),
    a_fault("html", status=502, after=True),
    a_fault("html", status=503),
    a_fault("status", status=200),
    a_fault("status", status=201),
    a_fault("status", status=302),
    a_fault("status", status=400),
    a_fault("status", status=408),
    a_fault("status", status=500),
    a_fault("status", status=500, body="Object reference not set to an instance of an object."),
    a_fault("status", status=500, body=TAKEN),
    a_fault("status", status=400, body=TAKEN),
    a_fault("status", status=503, after=True),
    a_fault("late_commit", seconds=3600),
]


@pytest.mark.parametrize("fault", UNKNOWN, ids=str)
def test_an_answer_that_does_not_tell_is_looked_up(
    office: Office, customer: Customer, sandbox: ExactSandbox, fault: Plan
) -> None:
    entry = a_queued(office, customer)
    sandbox.fault(**fault)
    clock_of(office).advance(1)

    drain(office, limit=1)

    entry.refresh_from_db()
    assert (entry.state, entry.was_unknown, entry.attempts) == ("unknown", True, 1)
    assert entry.invoice is not None
    assert entry.invoice.state == "unknown"
    assert entry.reason in entry.invoice.reason


@pytest.mark.parametrize("fault", [one for one in UNKNOWN if one.get("body") != TAKEN], ids=str)
def test_whatever_was_lost_ends_booked_once(
    office: Office, customer: Customer, sandbox: ExactSandbox, fault: Plan
) -> None:
    sandbox.fault(**fault | {"seconds": 0.0} if fault["kind"] == "late_commit" else fault)
    entry = a_queued(office, customer)

    work(office, rounds=6)

    entry.refresh_from_db()
    assert (entry.state, [row["EntryID"] for row in sandbox.entries]) == (
        "done",
        [str(entry.remote_id)],
    )


def test_what_exact_calls_taken_and_does_not_have_goes_to_a_person(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = a_queued(office, customer)
    sandbox.fault(**a_fault("status", status=500, body=TAKEN))

    work(office, rounds=6)

    entry.refresh_from_db()
    assert (entry.state, entry.attempts, sandbox.entries) == ("refused", 1, [])
    assert TAKEN in entry.reason


def test_what_exact_calls_taken_and_is_ours_is_adopted(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = a_queued(office, customer)
    sandbox.fault(**a_fault("status", status=500, body=TAKEN, after=True))

    work(office, rounds=2)

    entry.refresh_from_db()
    assert (entry.state, len(sandbox.entries)) == ("done", 1)


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [
        (400, BLOCKED, "not_a_customer"),
        (500, BLOCKED, "not_a_customer"),
        (400, "Something new", "other"),
        (500, "Verplicht: Dagboek", "bad_journal"),
    ],
)
def test_a_refusal_goes_to_a_person_in_exacts_words(
    office: Office, customer: Customer, sandbox: ExactSandbox, status: int, body: str, problem: str
) -> None:
    entry = a_queued(office, customer)
    sandbox.fault(**a_fault("status", status=status, body=body, times=None))

    work(office, rounds=3)

    entry.refresh_from_db()
    assert (entry.state, entry.problem, entry.attempts) == ("refused", problem, 1)
    assert entry.invoice is not None
    assert entry.invoice.state == "needs_you"
    assert body in entry.invoice.reason


@pytest.mark.parametrize("status", [404, 405, 415])
def test_a_wrong_address_stops_the_whole_lane(
    office: Office, customer: Customer, sandbox: ExactSandbox, status: int
) -> None:
    first, second = a_queued(office, customer), a_queued(office, another(customer))
    sandbox.fault(**a_fault("status", status=status, times=None))

    delivered = drain(office)

    assert states(first, second) == ["refused", "queued"]
    assert "does not know this address" in delivered.paused_because


def test_a_limit_pauses_everything_until_it_is_over(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    first, second = a_queued(office, customer), a_queued(office, another(customer))
    sandbox.fault(**a_fault("rate_limit_minute"))

    delivered = drain(office)

    first.refresh_from_db()
    assert states(first, second) == ["queued", "queued"]
    assert delivered.resumes_at == first.due_at
    assert delivered.resumes_at > clock_of(office).now()
    assert sandbox.entries == []


def test_out_of_budget_is_a_pause_and_no_attempt(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = a_queued(office, customer)
    sandbox.fault("rate_limit_day", times=1)
    with pytest.raises(ExactTemporaryError):  # so that the next call is not even made
        list(office.exact.journals())
    calls = len(sandbox.calls)

    delivered = drain(office)

    entry.refresh_from_db()
    assert delivered.resumes_at is not None
    assert delivered.outcomes == {}
    assert (entry.state, entry.attempts, entry.due_at) == ("queued", 0, delivered.resumes_at)
    assert len(sandbox.calls) == calls


class Unplugged(BaseAdapter):
    """A network without a way to Exact."""

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]  # takes all of them
        raise requests.ConnectTimeout("no route", request=request)

    def close(self) -> None:
        """Nothing is held open."""


def test_what_could_not_be_sent_is_tried_again_ever_later(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = a_queued(office, customer)
    session = pooled_session()
    way = session.adapters[settings.EXACT_URL]
    session.mount(settings.EXACT_URL, Unplugged())

    waits = []
    for _ in range(4):
        delivered = drain(office)
        entry.refresh_from_db()
        waits.append((entry.due_at - clock_of(office).now()).total_seconds())
        clock_of(office).advance(waits[-1])
        assert delivered.resumes_at == entry.due_at

    assert (entry.state, entry.was_unknown, entry.attempts) == ("queued", False, 4)
    assert all(0.7 * 5 * 2**n < wait < 1.3 * 5 * 2**n for n, wait in enumerate(waits))
    session.mount(settings.EXACT_URL, way)
    drain(office)
    assert [row["YourRef"] for row in sandbox.entries] == [entry.reference]


def test_a_way_that_is_down_is_not_tried_for_every_row(office: Office, customer: Customer) -> None:
    entries = [a_queued(office, another(customer)) for _ in range(5)]
    session = pooled_session()
    session.mount(settings.EXACT_URL, Unplugged())

    delivered = drain(office)

    assert sum(entry.history.count() for entry in entries) == 3
    assert "could not be reached" in delivered.paused_because


def test_no_right_stops_the_drain_and_loses_nothing(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    first, second = a_queued(office, customer), a_queued(office, another(customer))
    fault = sandbox.fault(**a_fault("status", status=403, times=None))

    delivered = drain(office)

    assert states(first, second) == ["queued", "queued"]
    assert (fault.fired, "403" in delivered.paused_because) == (1, True)


@pytest.mark.parametrize("field", ["amount", "reference"])
def test_an_answer_about_something_else_is_a_conflict(
    office: Office, customer: Customer, field: str
) -> None:
    entry = a_queued(office, customer)
    other: dict[str, Any] = {"amount": "1.00", "reference": "ZF-ANOTHER"}
    OutboxEntry.objects.filter(pk=entry.pk).update(**{field: other[field]})

    drain(office)

    entry.refresh_from_db()
    assert entry.state == "conflict"
    assert entry.remote_number in entry.reason


def test_a_credit_note_answers_with_its_negative_amount(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = a_queued(office, customer, kind="credit_note")

    drain(office)

    entry.refresh_from_db()
    assert entry.state == "done"
    assert entry.amount is not None
    assert sandbox.entries[0]["AmountDC"] == float(entry.amount) < 0


def test_entries_cost_one_call_each(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    customers = [customer, another(customer), another(customer)]
    entries = [a_queued(office, customers[n % 3]) for n in range(30)]
    before = len(sandbox.calls)

    delivered = drain(office)

    assert delivered.outcomes == {"done": 30}
    assert len(sandbox.calls) - before == 30
    assert [row["YourRef"] for row in sandbox.entries] == [entry.reference for entry in entries]


def test_one_customer_waits_in_order_and_the_others_go_on(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    first, later = a_queued(office, customer), a_queued(office, customer)
    other = a_queued(office, another(customer))
    sandbox.fault(**a_fault("status", status=400, body=BLOCKED))

    drain(office)

    assert states(first, later, other) == ["refused", "queued", "done"]


def test_what_a_late_sender_learns_is_dropped_and_noted(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = a_queued(office, customer)
    taken_over = Interrupted(office, entry)

    drain(taken_over.office)

    entry.refresh_from_db()
    assert (entry.state, entry.fence, entry.remote_id) == ("unknown", 2, None)
    sent = entry.history.get()
    assert (sent.outcome[:9], sent.state) == ("Too late:", "")
    assert len(sandbox.entries) == 1


class Interrupted:
    """An office whose row is taken over while its call is on the way."""

    def __init__(self, office: Office, entry: OutboxEntry) -> None:
        self.office = Office(office.division, self, office.clock, office.settle)  # type: ignore[arg-type]  # all that is asked of it
        self._exact = office.exact
        self._entry = entry

    def create_sales_entry(self, payload: Any) -> Any:
        answer = self._exact.create_sales_entry(payload)
        due = clock_of(self.office).now() + timedelta(hours=1)
        OutboxEntry.objects.filter(pk=self._entry.pk).update(state="unknown", fence=2, due_at=due)
        return answer


def test_what_was_being_sent_by_the_dead_becomes_unknown(
    office: Office, customer: Customer
) -> None:
    entry = a_queued(office, customer)
    OutboxEntry.objects.filter(pk=entry.pk).update(state="sending", fence=1, attempts=1)

    drain(office)

    entry.refresh_from_db()
    assert (entry.state, entry.was_unknown, entry.absences) == ("unknown", True, 0)
    assert [step.step for step in entry.history.all()] == ["recover"]


def test_one_drain_of_a_division_at_a_time(office: Office, customer: Customer) -> None:
    entry = a_queued(office, customer)

    with process_lock("division", office.division.pk):
        delivered = drain(office)

    assert (delivered.busy, states(entry)) == (True, ["queued"])


def test_nothing_is_sent_while_pushing_is_paused(office: Office, customer: Customer) -> None:
    entry = a_queued(office, customer)
    BookingSettings.objects.update(is_paused=True)

    delivered = drain(office)

    assert (delivered.paused_because, states(entry)) == (PAUSED, ["queued"])
    BookingSettings.objects.update(is_paused=False)
    assert drain(office).outcomes == {"done": 1}


def test_a_payload_that_somebody_changed_is_not_sent(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = a_queued(office, customer)
    entry.payload["Description"] = "Something else"
    entry.save()

    drain(office)

    assert (states(entry), sandbox.entries) == (["cancelled"], [])
    assert entry.invoice is not None
    entry.invoice.refresh_from_db()
    assert entry.invoice.state == "ready"


def test_payload_and_reference_stay_as_they_were_first_sent(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = a_queued(office, customer)
    before = (entry.payload, entry.payload_hash, entry.reference)
    sandbox.fault(**a_fault("lose_answer_before"))
    drain(office)
    assert entry.invoice is not None
    entry.invoice.lines.update(unit_price=1)  # the source changed its mind

    work(office, rounds=6)

    entry.refresh_from_db()
    assert (entry.payload, entry.payload_hash, entry.reference) == before
    assert sandbox.entries[0]["AmountDC"] == float(entry.amount or 0)


def test_a_limit_of_steps_leaves_the_rest_for_later(office: Office, customer: Customer) -> None:
    entries = [a_queued(office, customer) for _ in range(3)]

    delivered = drain(office, limit=2)

    assert (delivered.steps, states(*entries)) == (2, ["done", "done", "queued"])
    assert delivered.resumes_at == entries[2].due_at
