"""Our copies of what is owed and paid: whole, in few calls, and lost for nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.utils import timezone

from exact_client.client import ExactClient
from exact_client.connections import connect_through_sandbox
from exact_client.counting import Lane
from exact_client.errors import ExactError
from exact_client.meter import clock_of
from exact_client.models import Division
from exact_client.sandbox import ExactSandbox, SandboxAdapter
from exact_client.wire import pooled_session
from sync.models import Invoice, PaymentTerm, Run
from sync.services import runs
from sync.services.parties import link
from sync.services.payments import job as payment_job
from sync.services.payments.terms import TermsRead, read
from tests.build import NOW, a_customer, a_link, an_account
from tests.sync.services.paying import a_booked_invoice

FEW, MANY = 3, 1020  # entries; of the many, the terms are two pages
SYNC = "sync/Cashflow/PaymentTerms"


@pytest.fixture
def sandbox(db: None, tmp_path: Path) -> Iterator[ExactSandbox]:
    """Answer at EXACT_URL, with a few customers and without limits."""
    none = tmp_path / "accounts.json"
    none.write_text("[]")
    stand_in = ExactSandbox(accounts=none, generate=20, limits=False)
    pooled_session().mount(settings.EXACT_URL, SandboxAdapter(stand_in))
    clock_of.cache_clear()
    connect_through_sandbox(connected_by="test")
    yield stand_in
    del pooled_session().adapters[settings.EXACT_URL]


def typed(sandbox: ExactSandbox, number: int, net: int = 100, **values: Any) -> list[str]:
    """Type so many entries of `net` and 21 % VAT in Exact; return their IDs."""
    ledger = next(row for row in sandbox.records("glaccounts") if row["Type"] == 110)
    entry = {
        "Journal": "70",
        "Customer": next(row["ID"] for row in sandbox.accounts if row["Status"] == "C"),
        "EntryDate": "2026-10-01",
        "SalesEntryLines": [{"GLAccount": ledger["ID"], "AmountFC": net, "VATCode": "4"}],
    }
    return sandbox.book([{**entry, "YourRef": f"R{n}", **values} for n in range(number)])


def reading(**options: Any) -> TermsRead:
    division = Division.objects.chosen().get()
    exact = ExactClient.connected(division, lane=Lane.MIRROR)
    return read(division, exact, **{"now": timezone.now, **options})


def calls(sandbox: ExactSandbox) -> int:
    return sum("/sync/" in call.path for call in sandbox.calls)


def booked(entry: str, **values: Any) -> Invoice:
    division = Division.objects.chosen().get()
    return a_booked_invoice(entry_id=UUID(entry), division=division, **values)


def test_what_customers_owe_is_copied_with_its_sign_turned(sandbox: ExactSandbox) -> None:
    entries = typed(sandbox, FEW)

    done = reading()

    assert (done.read, done.changed, PaymentTerm.objects.count()) == (FEW, FEW, FEW)
    term = PaymentTerm.objects.get(entry_id=entries[0])
    assert (term.amount, term.currency, term.status) == (Decimal("121.00"), "EUR", 20)
    assert term.due_date


def test_a_page_for_each_thousand_and_two_calls_are_enough(sandbox: ExactSandbox) -> None:
    typed(sandbox, MANY)

    done = reading()

    assert (done.read, PaymentTerm.objects.count()) == (MANY, MANY)
    assert calls(sandbox) <= 2 + 2
    before = calls(sandbox)
    assert reading().changed == 0
    assert calls(sandbox) - before <= 2


def test_paid_part_paid_and_bounced_are_seen_by_the_next_reading(sandbox: ExactSandbox) -> None:
    entries = typed(sandbox, 2)
    whole, part = (booked(entry) for entry in entries)
    reading()

    sandbox.pay(entries[0])
    sandbox.pay(entries[1], amount="40.00")
    done = reading()

    assert (done.settled.paid, done.settled.part_paid) == (1, 1)
    assert states() == {whole.number: ("paid", Decimal(0)), part.number: ("part_paid", Decimal(81))}

    sandbox.bounce(entries[0])
    sandbox.bounce(entries[1])
    done = reading()

    assert done.settled.bounced == 1
    assert states() == {
        whole.number: ("booked", Decimal(121)),
        part.number: ("booked", Decimal(121)),
    }


def states() -> dict[str, tuple[str, Decimal | None]]:
    rows = Invoice.objects.all()
    return {row.number: (row.state, row.open_amount) for row in rows}


def test_a_payment_in_several_parts_ends_paid_on_its_last_day(sandbox: ExactSandbox) -> None:
    (entry,) = typed(sandbox, 1)
    invoice = booked(entry)
    for day, amount in (("2026-10-05", "21.00"), ("2026-10-09", "60.00"), ("2026-10-12", None)):
        sandbox.pay(entry, amount=amount, date=day)
    reading()

    invoice.refresh_from_db()
    assert PaymentTerm.objects.filter(entry_id=entry).count() == 3
    assert (invoice.state, str(invoice.paid_on)) == ("paid", "2026-10-12")


def test_a_credit_note_is_owed_to_the_customer_until_it_is_settled(sandbox: ExactSandbox) -> None:
    (entry,) = typed(sandbox, 1, -100, Type=21)
    note = booked(entry, kind="credit_note")
    reading()
    term = PaymentTerm.objects.get(entry_id=entry)
    Invoice.objects.update(amount=term.amount)

    sandbox.pay(entry)
    reading()

    note.refresh_from_db()
    assert term.amount < 0
    assert (note.state, note.open_amount) == ("paid", Decimal(0))


# --- Nothing is lost ----------------------------------------------------------------------------


def test_what_is_paid_while_the_customer_is_unlinked_is_there_when_he_is_linked(
    sandbox: ExactSandbox,
) -> None:
    (entry,) = typed(sandbox, 1)
    division = Division.objects.chosen().get()
    tie = a_link(
        account=an_account(division=division),
        customer=(customer := a_customer()),
    )
    account, author = tie.account, link.Author(by=None, at=NOW, reason="a test")
    invoice = booked(entry, customer=customer)
    reading()

    link.unlink(tie, author)
    sandbox.pay(entry)
    reading()
    link.assign(customer, account, author, rule="person")
    reading()

    invoice.refresh_from_db()
    assert (invoice.state, invoice.open_amount) == ("paid", Decimal(0))


def test_what_was_paid_before_an_entry_was_adopted_is_there_at_the_next_reading(
    sandbox: ExactSandbox,
) -> None:
    (entry,) = typed(sandbox, 1)
    sandbox.pay(entry)
    reading()
    lost = booked(entry, state="unknown")
    Invoice.objects.filter(pk=lost.pk).update(state="booked")

    done = reading()

    assert done.changed == 0
    assert states() == {lost.number: ("paid", Decimal(0))}


def test_a_reading_that_breaks_off_goes_on_where_it_stood(sandbox: ExactSandbox) -> None:
    typed(sandbox, MANY)

    with pytest.raises(ExactError):
        reading(progress=lambda done: sandbox.fault("status", path=SYNC, status=503))
    kept = PaymentTerm.objects.count()
    sandbox.clear_faults()
    done = reading()

    assert kept == 1000
    assert PaymentTerm.objects.count() == MANY
    assert done.read < MANY


def test_a_term_that_is_deleted_is_gone_and_its_document_knows(sandbox: ExactSandbox) -> None:
    (entry,) = typed(sandbox, 1)
    invoice = booked(entry)
    reading()

    sandbox.remove(entry)
    done = reading()

    invoice.refresh_from_db()
    assert done.gone == 1
    assert invoice.open_amount is None


def test_a_division_that_moved_is_read_anew_from_the_start(sandbox: ExactSandbox) -> None:
    typed(sandbox, FEW)
    reading()
    PaymentTerm.objects.update(version=10**12)
    stranger = PaymentTerm.objects.create(
        division=Division.objects.get(is_chosen=True),
        exact_id=UUID(int=1),
        version=5,
        amount=1,
        amount_dc=1,
    )
    Division.objects.filter(is_chosen=True).update(epoch="moved")

    done = reading()

    stranger.refresh_from_db()
    assert (done.read, done.gone, stranger.is_gone) == (FEW, 1, True)
    assert PaymentTerm.objects.filter(is_gone=False).count() == FEW
    assert reading().changed == 0


# --- The job ------------------------------------------------------------------------------------


def test_the_job_tells_what_it_did_and_what_it_cost(sandbox: ExactSandbox) -> None:
    (entry,) = typed(sandbox, 1)
    booked(entry)
    sandbox.pay(entry)
    run = runs.ask(Run.Job.PAYMENTS, by=None, now=timezone.now())

    assert payment_job.read_payments(run)

    run.refresh_from_db()
    assert (run.state, run.counts["paid"], run.calls) == ("done", 1, 1)
    assert not payment_job.read_payments(runs.ask(Run.Job.PAYMENTS, by=None, now=timezone.now()))


def test_a_job_that_exact_keeps_waiting_still_lets_old_payments_count(
    sandbox: ExactSandbox,
) -> None:
    (entry,) = typed(sandbox, 1)
    booked(entry)
    sandbox.pay(entry)
    reading()
    Invoice.objects.update(paid_on=timezone.localdate() - timedelta(days=9))
    sandbox.fault("status", path=SYNC, status=503)
    run = runs.ask(Run.Job.PAYMENTS, by=None, now=timezone.now())

    payment_job.read_payments(run)

    assert run.state == Run.State.PAUSED
    assert Invoice.objects.get().paid_told_at
