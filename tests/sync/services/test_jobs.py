"""Jobs: services with their client and clock, one at a time, and what people are told of them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts_link.models import AccountLink, ExactAccount
from exact_client.connections import connect_through_sandbox
from exact_client.models import Division, ExactConnection
from exact_client.sandbox import ExactSandbox
from sync.models import Invoice, Run, Signal, Upload
from sync.services import jobs, runs
from sync.services.intake import uploads
from sync.services.locks import process_lock
from tests.build import NOW, a_customer, a_link, an_invoice
from tests.sync.services.intake.test_intake import CUSTOMER, a_file

pytestmark = pytest.mark.django_db


def a_run(job: Run.Job) -> Run:
    return runs.ask(job, by=None, now=timezone.now())


def mirrored(*, full: bool = False) -> Run:
    run = a_run(Run.Job.MIRROR)
    jobs.mirror(run, full=full)
    return run


def an_upload(content: bytes, **values: object) -> Upload:
    defaults = {"kind": "customers", "name": "c.csv", "uploaded_at": NOW}
    upload = Upload(**defaults | values)
    upload.file.save("c.csv", ContentFile(content))
    return upload


def test_a_mirror_tells_its_counts_and_whether_anything_changed(division: Division) -> None:
    run = a_run(Run.Job.MIRROR)

    assert jobs.mirror(run)
    assert (run.state, run.done) == ("done", division.accounts.count())
    assert run.counts == {"changed": run.done, "gone": 0, "odd": 0}
    assert not jobs.mirror(a_run(Run.Job.MIRROR))


def test_a_run_tells_how_many_calls_it_took(division: Division) -> None:
    assert mirrored().calls == 1  # a page holds 1,000 accounts


def test_a_push_that_another_worker_has_in_hands_is_left_to_it(division: Division) -> None:
    run = a_run(Run.Job.PUSH)
    Run.objects.filter(pk=run.pk).update(state=Run.State.RUNNING)
    run.refresh_from_db()

    with process_lock("division", division.pk):
        assert not jobs.push(run)

    assert Run.objects.get().state == Run.State.RUNNING


def test_a_push_whose_worker_died_goes_on_at_once(division: Division) -> None:
    run = a_run(Run.Job.PUSH)
    Run.objects.filter(pk=run.pk).update(state=Run.State.RUNNING, seen_at=timezone.now())
    run.refresh_from_db()

    jobs.push(run)

    assert Run.objects.get().state == Run.State.DONE


def test_two_of_a_job_do_not_work_at_once(division: Division) -> None:
    with process_lock("mirror", division.pk), process_lock("match", division.pk):
        assert not jobs.mirror(a_run(Run.Job.MIRROR))
        assert not jobs.match(a_run(Run.Job.MATCH))

    assert not ExactAccount.objects.exists()
    told = set(Run.objects.values_list("state", "message"))
    assert told == {
        ("done", "Another mirror is at work already."),
        ("done", "Another match is at work already."),
    }


def test_a_match_lets_waiting_invoices_follow(division: Division) -> None:
    mirrored()
    known = ExactAccount.objects.customers().exclude(vat_number="")[0]
    ours = a_customer(vat_number=known.vat_number, name=known.name)
    invoice = an_invoice(customer=ours)

    assert jobs.match(a_run(Run.Job.MATCH))

    assert AccountLink.objects.get().customer == ours
    assert Invoice.objects.get(pk=invoice.pk).division == division
    assert not jobs.match(a_run(Run.Job.MATCH))


def test_a_linked_account_that_is_no_customer_any_more_is_told_until_mended(
    division: Division, sandbox: ExactSandbox
) -> None:
    mirrored()
    account = ExactAccount.objects.customers()[0]
    a_link(account=account)
    mirrored()
    assert not Signal.objects.exists()

    sandbox.change(division.code, "accounts", str(account.exact_id), Status="P")
    mirrored()
    mirrored()

    signal = Signal.objects.open().get()
    assert signal.title.endswith("no longer customers in Exact: 1")
    assert account.name in signal.advice
    assert "prospect" in signal.advice
    sandbox.change(division.code, "accounts", str(account.exact_id), Status="C")
    mirrored()
    assert not Signal.objects.open().exists()


def test_a_linked_account_that_was_deleted_is_told(division: Division) -> None:
    mirrored()
    account = a_link(account=ExactAccount.objects.customers()[0]).account
    ExactAccount.objects.filter(pk=account.pk).update(is_gone=True)

    mirrored()

    assert "was deleted" in Signal.objects.open().get().advice


def test_the_signal_about_the_connection_is_open_once_and_closed_when_mended(
    division: Division, sandbox: ExactSandbox
) -> None:
    jobs.keep_alive()
    assert not Signal.objects.exists()

    ExactConnection.objects.update(
        state=ExactConnection.State.RECONNECT, state_reason="The refresh token was spent."
    )
    jobs.keep_alive()
    jobs.keep_alive()
    signal = Signal.objects.get()
    assert "connected again" in signal.title
    assert "spent" in signal.advice

    connect_through_sandbox(connected_by="test")
    jobs.keep_alive()
    assert not Signal.objects.open().exists()


def test_keeping_alive_survives_a_day_on_which_exact_is_down(
    division: Division, sandbox: ExactSandbox
) -> None:
    sandbox.fault("status", status=503)

    jobs.keep_alive()

    assert ExactConnection.objects.get().state == "connected"
    assert not Signal.objects.exists()


def test_forgotten_is_what_nobody_took_and_what_may_go_on() -> None:
    long_ago, soon = timezone.now() - timedelta(minutes=5), timezone.now() + timedelta(minutes=5)
    states: dict[str, dict[str, object]] = {
        "unheard": {"state": "waiting", "asked_at": long_ago},
        "just asked": {"state": "waiting", "asked_at": timezone.now()},
        "may go on": {"state": "paused", "asked_at": long_ago, "resumes_at": long_ago},
        "not yet": {"state": "paused", "asked_at": long_ago, "resumes_at": soon},
        "over": {"state": "done", "asked_at": long_ago, "ended_at": long_ago},
    }
    for message, values in states.items():
        Run.objects.create(job="mirror", message=message, **values)
    Run.objects.create(job="push", state="paused", asked_at=long_ago, resumes_at=long_ago)
    unread = an_upload(b"", uploaded_at=long_ago)
    an_upload(b"", uploaded_at=timezone.now())

    uploads_left, runs_left = jobs.forgotten()

    assert uploads_left == [unread.pk]
    assert sorted(run.message for run in runs_left) == ["may go on", "unheard"]


def test_a_file_is_read_then_imported_once_a_person_says_so() -> None:
    upload = an_upload(a_file([CUSTOMER]).getvalue())

    assert not jobs.take_in(upload.pk)
    upload.refresh_from_db()
    assert (upload.state, upload.report["new"]) == ("read", 1)
    assert not jobs.take_in(upload.pk)
    uploads.begin(upload)
    assert jobs.take_in(upload.pk)
    assert not jobs.take_in(upload.pk)

    upload.refresh_from_db()
    assert (upload.state, upload.report["new"]) == ("imported", 1)


def test_a_file_that_another_worker_has_is_left_alone() -> None:
    upload = an_upload(a_file([CUSTOMER]).getvalue())

    with process_lock("upload", upload.pk):
        assert not jobs.take_in(upload.pk)

    upload.refresh_from_db()
    assert upload.state == "reading"


def test_a_file_on_which_we_stumble_is_given_up_and_not_tried_for_ever() -> None:
    upload = an_upload(a_file([CUSTOMER]).getvalue())
    Path(upload.file.path).unlink()

    with pytest.raises(FileNotFoundError):
        jobs.take_in(upload.pk)

    upload.refresh_from_db()
    assert upload.state == "unreadable"
    assert "see the log" in upload.problem
    assert jobs.forgotten() == ([], [])


def test_a_push_that_paused_for_what_another_did_is_over() -> None:
    run = a_run(Run.Job.PUSH)
    runs.pause(run, "Going on.", resumes_at=timezone.now())

    jobs.end_idle_pushes()

    run.refresh_from_db()
    assert (run.state, run.message) == ("done", "")
    assert run.ended_at is not None
