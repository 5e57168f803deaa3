"""Long work as people see it: asked for once, its progress true, its end told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from exact_client.errors import (
    ExactDisconnectedError,
    ExactOutOfBudgetError,
    ExactRefusedError,
    ExactTemporaryError,
)
from sync.models import Run
from sync.services import runs
from tests.build import NOW, an_operator

pytestmark = pytest.mark.django_db


def a_run(**values: object) -> Run:
    defaults = {"job": Run.Job.MATCH, "asked_at": NOW, "seen_at": NOW}
    return Run.objects.create(**defaults | values)


def fail(error: Exception) -> None:
    raise error


def test_asking_again_while_it_waits_or_goes_on_is_the_same_run() -> None:
    by = an_operator()
    first = runs.ask(Run.Job.MATCH, by=by, now=NOW)

    for state in (Run.State.WAITING, Run.State.RUNNING, Run.State.PAUSED):
        Run.objects.update(state=state)
        assert runs.ask(Run.Job.MATCH, by=None, now=NOW + timedelta(minutes=1)) == first
    assert first.asked_by == by
    assert runs.ask(Run.Job.MIRROR, by=None, now=NOW) != first


def test_a_run_whose_worker_is_lost_does_not_block_the_next() -> None:
    lost = a_run(state=Run.State.RUNNING)

    assert runs.ask(Run.Job.MATCH, by=None, now=NOW + runs.FORGOTTEN) != lost


def test_a_run_that_waits_for_exact_is_never_forgotten() -> None:
    paused = a_run(state=Run.State.PAUSED)

    assert runs.ask(Run.Job.MATCH, by=None, now=NOW + timedelta(days=1)) == paused


def test_what_is_over_is_asked_for_anew() -> None:
    over = a_run(state=Run.State.DONE, ended_at=NOW)

    assert runs.ask(Run.Job.MATCH, by=None, now=NOW) != over


def test_a_run_ends_with_its_last_counts() -> None:
    run = a_run()

    with runs.running(run) as progress:
        assert Run.objects.get().state == "running"
        progress.show(3, 10, link=2, review=1)
        progress.show(10, 10, link=7, review=3)

    run.refresh_from_db()
    assert (run.state, run.done, run.total) == ("done", 10, 10)
    assert run.counts == {"link": 7, "review": 3}
    assert run.ended_at is not None
    assert run.share == 100


def test_progress_is_written_now_and_then_and_not_at_every_step() -> None:
    run = a_run()

    with runs.running(run) as progress:
        progress.written_at = timezone.now()
        progress.show(1)
        assert Run.objects.get().done == 0
        progress.written_at -= runs.REFRESH
        progress.show(2)
        assert Run.objects.get().done == 2


def test_out_of_budget_is_paused_until_a_known_time_and_not_failed() -> None:
    run, until = a_run(), NOW + timedelta(minutes=1)

    with runs.running(run):
        fail(ExactOutOfBudgetError("Used up for now.", until))

    assert (run.state, run.resumes_at, run.ended_at) == ("paused", until, None)
    assert run.message == "Used up for now."
    assert not run.is_over


@pytest.mark.parametrize(
    "error", [ExactDisconnectedError("Connect again."), ExactRefusedError("Connect again.")]
)
def test_what_a_person_must_mend_is_told_by_the_run(error: Exception) -> None:
    run = a_run()

    with runs.running(run):
        fail(error)

    run.refresh_from_db()
    assert (run.state, run.message) == ("failed", "Connect again.")
    assert run.ended_at is not None


def test_a_fault_of_ours_is_told_and_raised() -> None:
    run = a_run()

    with pytest.raises(ZeroDivisionError), runs.running(run):
        fail(ZeroDivisionError())

    run.refresh_from_db()
    assert run.state == "failed"
    assert "fault of Exactlink" in run.message


def test_a_paused_run_that_goes_on_says_so_no_more() -> None:
    run = a_run()
    with runs.running(run):
        fail(ExactTemporaryError("Later.", NOW))

    with runs.running(run):
        assert Run.objects.get().message == ""

    run.refresh_from_db()
    assert (run.state, run.message, run.resumes_at) == ("done", "", None)
