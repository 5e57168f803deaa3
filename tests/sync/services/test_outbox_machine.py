"""The outbox under anything in any order: crashes, faults, clocks and decisions, never a double.

`OUTBOX_EXAMPLES` and `OUTBOX_STEPS` in the environment ask for more than CI does.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts_link.models import Customer
from exact_client.errors import ExactError
from exact_client.models import CallBreaker, CallBudget
from exact_client.sandbox import ExactSandbox
from sync.models import Invoice, OutboxEntry
from sync.services.delivery import attach, decide, exclude, look_up, outbox, release, undo
from sync.services.delivery.decide import DecisionError
from sync.services.delivery.deliver import drain
from sync.services.delivery.office import Office
from tests.build import a_file, an_invoice, an_operator
from tests.clock import ManualClock
from tests.crash.checker import FOR_A_PERSON, LEGAL
from tests.sync.services.pushing import another

SLOW: dict[str, Any] = {
    "suppress_health_check": list(HealthCheck),
    "deadline": None,
    "phases": [Phase.reuse, Phase.generate],
}
SETTLE = 90.0  # seconds
CREATE: dict[str, Any] = {"path": "/salesentry/", "method": "POST", "times": 1}
DELETE: dict[str, Any] = CREATE | {"method": "DELETE"}
ATTACH: dict[str, Any] = CREATE | {"path": "/documents/"}
LOOK: dict[str, Any] = {"path": "/salesentry/", "method": "GET", "times": 1}
TROUBLE: list[dict[str, Any]] = [
    {"kind": "lose_answer_after"},
    {"kind": "lose_answer_before"},
    {"kind": "reset", "after": True},
    {"kind": "truncate"},
    {"kind": "html", "after": True},
    {"kind": "status", "status": 503, "after": True},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 400, "body": "Ongeldig: Klant (Type)"},
    {"kind": "status", "status": 500, "body": "In gebruik: Boekstuknummer"},
    *({"kind": "late_commit", "seconds": SETTLE - early} for early in (5, 15, 25, 30)),
    {"kind": "timeout", "after": True},
]


class PowerCutError(BaseException):
    """The process ends here, with whatever the database has kept."""


class Mortal:
    """The client, with a death before or after its next create or look-up."""

    def __init__(self, exact: Any) -> None:
        self._exact = exact
        self.dies = ""

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._exact, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            self._die_if("before")
            answer = real(*args, **kwargs)
            self._die_if("after")
            return answer

        return call

    def _die_if(self, moment: str) -> None:
        if self.dies == moment:
            self.dies = ""
            raise PowerCutError


class Outbox(RuleBasedStateMachine):
    """What may happen to an outbox, and what must hold after each of it."""

    office: ClassVar[Office]
    customers: ClassVar[list[Customer]]
    person: ClassVar[User]
    sandbox: ClassVar[ExactSandbox]

    def __init__(self) -> None:
        super().__init__()
        OutboxEntry.objects.update(mended_from=None, undoes=None)
        OutboxEntry.objects.all().delete()
        Invoice.objects.all().delete()
        CallBreaker.objects.all().delete()  # it counts by the real hour
        CallBudget.objects.all().delete()
        self.sandbox.reset()
        self.clock = ManualClock()
        self.exact = Mortal(self.office.exact)
        settle = timedelta(seconds=SETTLE)
        self.here = Office(self.office.division, self.exact, self.clock, settle)  # type: ignore[arg-type]  # all that is asked of it
        self.was: dict[int, tuple[str, int]] = {}

    @rule(customer=st.integers(0, 2))
    def ask(self, customer: int) -> None:
        """Somebody wants an invoice booked."""
        an_invoice(
            customer=self.customers[customer],
            released_at=self.clock.now(),
            unit_price=Decimal(100 + Invoice.objects.count()),
        )
        release.enqueue(self.office.division, now=self.clock.now())

    @rule(customer=st.integers(0, 2), trouble=st.sampled_from(TROUBLE))
    def ask_and_have_it_go_wrong(self, customer: int, trouble: dict[str, Any]) -> None:
        self.sandbox.fault(**CREATE, **trouble)
        self.ask(customer)
        self.work(2)

    @rule(trouble=st.none() | st.sampled_from(TROUBLE))
    def add_a_file(self, trouble: dict[str, Any] | None) -> None:
        """A file comes for the newest document, whether that is booked or not."""
        invoice = Invoice.objects.order_by("pk").last()
        if invoice is None or invoice.files.count() > 1:
            return
        if trouble:
            self.sandbox.fault(**ATTACH | trouble)
        a_file(invoice)
        attach.enqueue(self.office.division, now=self.clock.now())
        self.work(2)

    @rule(kind=st.sampled_from(OutboxEntry.UNDOING), trouble=st.none() | st.sampled_from(TROUBLE))
    def take_one_back(self, kind: str, trouble: dict[str, Any] | None) -> None:
        """A person undoes the newest entry, the easy or the hard way."""
        done = OutboxEntry.objects.filter(kind="sales_entry", state="done")
        entry = done.select_related("invoice", "division", "customer").order_by("pk").last()
        if entry is None:
            return
        if trouble:
            self.sandbox.fault(**CREATE | trouble)
            if trouble["kind"] != "late_commit":
                self.sandbox.fault(**DELETE | trouble)
        try:
            seen = undo.look(self.here, entry).seen
            undo.ask(self.here, entry, kind, seen=seen, reason="Wrong.", by=self.person)
        except (DecisionError, ExactError):
            return
        self.work(2)

    @rule(kind=st.sampled_from(["html", "truncate"]))
    def let_a_look_up_go_wrong(self, kind: str) -> None:
        self.sandbox.fault(**LOOK | {"times": 3}, kind=kind)

    @rule(steps=st.integers(1, 3))
    def work(self, steps: int) -> None:
        """Step by step, so that no state between two of them goes unseen."""
        for _ in range(steps):
            drain(self.here, limit=1)
            self.each_step_is_legal()

    @rule(rounds=st.integers(4, 6), seconds=st.sampled_from([31, 31, 5]))
    def work_for_a_while(self, rounds: int, seconds: int) -> None:
        """The worst that time can do: each step as soon as it may, while Exact is still at it."""
        for _ in range(rounds):
            self.work(1)
            self.wait(seconds)
            self.nothing_is_booked_twice()

    @rule(moment=st.sampled_from(["before", "after"]))
    def work_and_die(self, moment: str) -> None:
        self.exact.dies = moment
        try:
            drain(self.here, limit=1)
        except PowerCutError:
            return
        finally:
            self.exact.dies = ""

    @rule(seconds=st.sampled_from([1, 10, 30, 31, 90, 1000]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)
        self.sandbox.advance(min(seconds, 100))  # enough for what is late; tokens must not end

    @rule(hours=st.sampled_from([-1, 1]))
    def set_the_clock(self, hours: int) -> None:
        self.clock.set_hour(hours)

    @rule()
    def reboot(self) -> None:
        self.clock.reboot()

    @rule(choice=st.sampled_from(["look_again", "send_again", "cancel"]))
    def mend(self, choice: str) -> None:
        """A person decides about the first that waits for one."""
        entry = OutboxEntry.objects.filter(state__in=FOR_A_PERSON).order_by("pk").first()
        if entry is None:
            return
        try:
            if choice == "cancel":
                decide.cancel(entry, self.clock, by=None, reason="Enough.")
            else:
                getattr(decide, choice)(entry, self.clock, by=None)
        except DecisionError:
            return

    @rule()
    def let_go_again(self) -> None:
        """What was cancelled is taken up again, and mended ones follow."""
        chosen = Invoice.objects.filter(state__in=["held", "undone"])
        keys = list(chosen.values_list("pk", flat=True))
        exclude.include(chosen, by=self.person)
        Invoice.objects.filter(pk__in=keys).update(released_at=self.clock.now())
        release.enqueue(self.office.division, now=self.clock.now())

    @rule()
    def audit(self) -> None:
        try:
            look_up.audit(self.here)
        except ExactError:
            return

    @invariant()
    def nothing_is_booked_twice(self) -> None:
        """What was reversed counts for nothing, and nothing is reversed twice."""
        numbers: Counter[str] = Counter()
        for row in self.sandbox.entries:
            what, _, reversed_one = row["Description"].partition(": ")
            numbers[(reversed_one or what).split()[0]] += -1 if reversed_one else 1
        assert set(numbers.values()) <= {0, 1}, numbers

    @invariant()
    def no_file_is_attached_twice(self) -> None:
        documents = Counter(row["Subject"] for row in self.sandbox.records("documents"))
        files = Counter(
            (row["Document"], row["FileName"]) for row in self.sandbox.records("attachments")
        )
        assert {*documents.values(), *files.values()} <= {1}, (documents, files)

    @invariant()
    def each_step_is_legal(self) -> None:
        for pk, state, fence in OutboxEntry.objects.values_list("pk", "state", "fence"):
            before, fence_before = self.was.get(pk, (state, fence))
            assert state == before or any(
                (before, middle) in LEGAL and ((middle, state) in LEGAL or middle == state)
                for middle in ("sending", "unknown", state)
            ), f"{before} to {state}"
            assert fence >= fence_before
            self.was[pk] = (state, fence)

    @invariant()
    def what_is_done_is_booked_as_asked(self) -> None:
        booked = {row["EntryID"]: row for row in self.sandbox.entries}
        removed = OutboxEntry.objects.filter(kind="removal", state="done")
        assert not booked.keys() & {row.payload["EntryID"] for row in removed}
        entries = OutboxEntry.objects.filter(kind__in=["sales_entry", "reversal"], state="done")
        asked = OutboxEntry.objects.filter(kind="removal", attempts__gt=0)  # it may be gone by now
        for entry in entries.exclude(pk__in=asked.values("undoes")):
            row = booked[str(entry.remote_id)]
            assert (row["YourRef"], Decimal(str(row["AmountDC"]))) == (
                entry.reference,
                entry.amount,
            )

    @invariant()
    def every_document_is_booked_or_waits_visibly(self) -> None:
        for invoice in Invoice.objects.all():
            rows = list(invoice.outbox.filter(kind="sales_entry").order_by("pk"))
            if rows and outbox.is_undone(rows[-1]):
                assert invoice.state in {"undone", "ready", "draft"}
            elif rows and rows[-1].state == "done":
                assert invoice.state == "booked"
            elif rows and rows[-1].state != "cancelled":
                assert invoice.state in {"queued", "sending", "unknown", "retry", "needs_you"}
                assert invoice.state != "needs_you" or invoice.reason
            else:
                assert invoice.state in {"ready", "held", "draft"}

    @invariant()
    def the_history_explains_the_state(self) -> None:
        for entry in OutboxEntry.objects.exclude(state="queued"):
            told = [step.state for step in entry.history.order_by("pk") if step.state]
            is_on_its_way = entry.state == "sending"
            is_dropped = entry.kind not in outbox.MENDED  # with what it hung on or undid
            withdrawn = entry.state == "cancelled" and (is_dropped or not entry.attempts)
            assert is_on_its_way or withdrawn or told[-1] == entry.state, (entry.state, told)

    def teardown(self) -> None:
        """Left in peace, everything comes to an end or to a person."""
        self.sandbox.clear_faults()
        self.sandbox.advance(100)
        for _ in range(12):
            self.clock.advance(7200)  # more than the wall clock was ever set back
            drain(self.here)
        self.nothing_is_booked_twice()
        self.every_document_is_booked_or_waits_visibly()
        assert not OutboxEntry.objects.filter(state__in=["sending", "unknown"]).exists()


@pytest.mark.django_db
def test_whatever_happens_nothing_is_lost_or_doubled(
    office: Office, customer: Customer, sandbox: ExactSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exact_client.transport.PAUSES", (0.0, 0.0))
    Outbox.office, Outbox.sandbox, Outbox.person = office, sandbox, an_operator()
    Outbox.customers = [customer, another(customer), another(customer)]
    run_state_machine_as_test(
        Outbox,
        settings=settings(
            max_examples=int(os.environ.get("OUTBOX_EXAMPLES", "30")),
            stateful_step_count=int(os.environ.get("OUTBOX_STEPS", "30")),
            **SLOW,
        ),
    )
