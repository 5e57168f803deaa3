"""When: what happens by itself, and the doorbells; the database remembers the rest."""

import logging
from typing import Any

from celery import Task, shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from sync.models import Heartbeat, Run
from sync.services import api_answers, jobs, runs
from sync.services.clock import SystemClock
from sync.services.ledger import job as ledger_job
from sync.services.payments import job as payment_job
from sync.services.reading_back import job as booked_jobs
from sync.services.zapfloor import job as zapfloor_job
from sync.services.zoho import job as zoho_job
from sync.services.zoho.telling import being_told, notices

logger = logging.getLogger(__name__)


def nudge(task: Task[Any, Any], *args: int) -> None:
    """Ring a task's doorbell. A dead broker is no error: the sweep does the work a little later."""
    try:
        task.apply_async(args, retry=False)
    except (OperationalError, OSError):
        logger.warning("not rung task=%s", task.name)


@shared_task
def heartbeat() -> None:
    """Show that a worker listens to the broker."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"beat_at": timezone.now()})


@shared_task
def mirror(run_id: int | None = None) -> None:
    """Bring our copies up to date; match what that may have opened."""
    if jobs.mirror(_run(Run.Job.MIRROR, run_id)):
        nudge(match)


@shared_task
def match(run_id: int | None = None) -> None:
    """Match customers and accounts; push what that may have opened."""
    if jobs.match(_run(Run.Job.MATCH, run_id)):
        nudge(push)


@shared_task
def push(run_id: int | None = None) -> None:
    """Send what is due; without a run that was asked for, only when there is something."""
    if run_id is None and not jobs.something_is_due():
        jobs.end_idle_pushes()
        return
    run = _run(Run.Job.PUSH, run_id)
    if jobs.push(run):
        nudge(push, run.pk)


@shared_task
def take_in(upload_id: int) -> None:
    """Read an uploaded file, or import what was read of it."""
    if jobs.take_in(upload_id):
        nudge(match)


@shared_task
def sweep() -> None:
    """Do what a lost doorbell forgot, push what is due, and say who must connect again."""
    jobs.tell_of_connections()
    unread, waiting = jobs.forgotten()
    push()
    for run in waiting:
        JOBS[run.job](run.pk)
    for upload_id in unread:
        take_in(upload_id)


@shared_task
def prepare() -> None:
    """Work out anew where all documents stand; push what that may have opened."""
    if jobs.prepare_documents():
        nudge(push)


@shared_task
def payments(run_id: int | None = None) -> None:
    """Read what customers paid."""
    payment_job.read_payments(_run(Run.Job.PAYMENTS, run_id))


@shared_task
def ledger(run_id: int | None = None) -> None:
    """Read what the books offer, and which periods are open; push what that may have opened."""
    if ledger_job.read_books(_run(Run.Job.LEDGER, run_id)):
        nudge(push)


@shared_task
def read_back(run_id: int | None = None) -> None:
    """Read back what is booked, and compare it with what we sent."""
    booked_jobs.read_back_booked(_run(Run.Job.BOOKED, run_id))


@shared_task
def fetch(run_id: int | None = None) -> None:
    """Fetch what changed in zapfloor; match what that may have brought."""
    if run_id is None and not zapfloor_job.is_wanted():
        return
    fetched = zapfloor_job.fetch_now(_run(Run.Job.SOURCE, run_id))
    if fetched and fetched.changed:
        nudge(match)


@shared_task
def sync_zoho(run_id: int | None = None) -> None:
    """Keep Zoho and Exact equal; push what is to be made in Exact."""
    if run_id is None and not zoho_job.is_wanted():
        return
    if zoho_job.sync_zoho(_run(Run.Job.ZOHO, run_id)):
        nudge(push)
    nudge(work_on_notices)  # whatever was told while that went on


@shared_task
def work_on_notices() -> None:
    """Bring across what Exact and Zoho told us of; push what is to be made in Exact."""
    if notices.work_on_all(SystemClock()):
        nudge(push)
    if run := zoho_job.waiting_run():  # it found us at work, and left
        nudge(sync_zoho, run.pk)


@shared_task
def be_told() -> None:
    """Have Exact and Zoho tell us of changes, as long as they are kept equal."""
    being_told.keep(timezone.now())


@shared_task
def fill_search_codes() -> None:
    """Write our numbers into empty search codes, a few at a time."""
    jobs.fill_search_codes()


@shared_task
def keep_alive() -> None:
    """Keep the permission at Exact, look again at what once was unknown, forget old answers."""
    api_answers.prune(now=timezone.now())
    jobs.keep_alive()
    jobs.audit()


JOBS: dict[str, Task[Any, Any]] = {
    Run.Job.MIRROR: mirror,
    Run.Job.MATCH: match,
    Run.Job.PUSH: push,
    Run.Job.LEDGER: ledger,
    Run.Job.PAYMENTS: payments,
    Run.Job.BOOKED: read_back,
    Run.Job.SOURCE: fetch,
    Run.Job.ZOHO: sync_zoho,
}


def _run(job: Run.Job, run_id: int | None) -> Run:
    found = Run.objects.filter(pk=run_id).first() if run_id else None
    return found or runs.ask(job, by=None, now=timezone.now())
