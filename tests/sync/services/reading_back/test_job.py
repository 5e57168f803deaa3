"""The job that reads back what is booked: it tells what drifted, and remembers months."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts_link.models import Customer
from exact_client.sandbox import ExactSandbox
from sync.models import (
    ComparedMonth,
    Invoice,
    JournalMapping,
    LedgerLine,
    MirrorCursor,
    Run,
    Signal,
)
from sync.services import runs
from sync.services.delivery.office import Office
from sync.services.locks import process_lock
from sync.services.reading_back import job as booked_jobs
from tests.build import NOW
from tests.sync.services.booking import booked, key_of, state_of

pytestmark = pytest.mark.django_db


def a_run() -> Run:
    return runs.ask(Run.Job.BOOKED, by=None, now=NOW)


def test_a_run_reads_back_compares_and_remembers_the_month(
    office: Office, customer: Customer
) -> None:
    booked(office, customer)
    run = a_run()

    assert not booked_jobs.read_back_booked(run)

    assert (run.state, run.counts["drifted"]) == (Run.State.DONE, 0)
    assert run.calls > 0
    month = ComparedMonth.objects.get()
    assert (month.month, month.open_count) == (date(2026, 9, 1), 0)
    assert not Signal.objects.open().exists()


def test_drift_is_told_once_and_taken_back_when_it_is_mended(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = booked(office, customer)
    booked_jobs.read_back_booked(a_run())
    sandbox.alter(key_of(entry), {"EntryDate": "2026-09-24"})

    assert booked_jobs.read_back_booked(a_run())

    assert state_of(entry)[0] == "drifted"
    signal = Signal.objects.open().get()
    assert signal.title == "Changed in Exact after we booked them: 1"
    assert signal.url == "/exact/drift/"
    assert ComparedMonth.objects.get().open_count == 1
    sandbox.alter(key_of(entry), {"EntryDate": "2026-09-23"})
    booked_jobs.read_back_booked(a_run())
    assert not Signal.objects.open().exists()
    assert ComparedMonth.objects.get().open_count == 0


def test_a_reading_that_was_stopped_lets_the_next_one_compare_everything(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = booked(office, customer)
    booked_jobs.read_back_booked(a_run())
    LedgerLine.objects.filter(line_number=0).update(your_ref="changed unseen")
    MirrorCursor.objects.filter(feed="drift").update(read_at=None)  # as a stopped one leaves it

    booked_jobs.read_back_booked(a_run())

    assert state_of(entry)[0] == "drifted"


def test_once_a_day_everything_is_compared(office: Office, customer: Customer) -> None:
    entry = booked(office, customer)
    booked_jobs.read_back_booked(a_run())
    LedgerLine.objects.filter(line_number=0).update(your_ref="changed unseen")
    Invoice.objects.update(booked_at=NOW - timedelta(days=9))
    entry.settled_at = timezone.now() - timedelta(days=9)
    entry.save()
    booked_jobs.read_back_booked(a_run())
    assert state_of(entry)[0] == "booked"
    yesterday = timezone.now() - timedelta(hours=25)
    MirrorCursor.objects.filter(feed="drift").update(read_at=yesterday)

    booked_jobs.read_back_booked(a_run())

    assert state_of(entry)[0] == "drifted"


def test_another_reading_is_not_disturbed(office: Office) -> None:
    run = a_run()
    with process_lock("read back", office.division.pk):
        booked_jobs.read_back_booked(run)

    assert run.message == booked_jobs.BUSY


def test_before_the_set_up_it_says_what_to_do(office: Office) -> None:
    JournalMapping.objects.all().delete()
    office.division.journals.all().delete()
    run = a_run()

    booked_jobs.read_back_booked(run)

    assert run.message == "Read the books' set-up first: which journals are for sales?"
