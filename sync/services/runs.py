"""Long work as people see it: asked for, running with true counts, and what came of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone

from exact_client.errors import ExactDisconnectedError, ExactError, ExactTemporaryError
from exact_client.meter import calls_made
from sync.models import Run

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

REFRESH = timedelta(milliseconds=500)  # how often progress is written, at most
FORGOTTEN = timedelta(minutes=15)  # a run that has shown no life for so long has lost its worker


def ask(job: Run.Job, *, by: User | None, now: datetime) -> Run:
    """Ask for a run, or return the one that waits, goes on or is paused already."""
    alive = Q(state=Run.State.PAUSED) | Q(seen_at__gt=now - FORGOTTEN)
    going = Run.objects.filter(alive, job=job, ended_at=None).first()
    return going or Run.objects.create(job=job, asked_by=by, asked_at=now, seen_at=now)


@dataclass(slots=True)
class Progress:
    """Writes how far a run is, not more often than a person can see."""

    run: Run
    written_at: datetime = field(default_factory=timezone.now)
    counted: int = field(default_factory=calls_made)  # calls that are not this run's, or noted

    def show(self, done: int, total: int | None = None, /, **counts: int) -> None:
        """Note how much is done of how much, and the counts by word."""
        self.run.done, self.run.counts = done, counts
        self.run.total = total if total is not None else self.run.total
        if timezone.now() - self.written_at >= REFRESH:
            self.write()

    def write(self) -> None:
        """Write it now."""
        self.written_at = self.run.seen_at = timezone.now()
        self.count_calls()
        self.run.save(update_fields=["done", "total", "counts", "message", "calls", "seen_at"])

    def count_calls(self) -> None:
        """Add what was asked of Exact since the last count."""
        made = calls_made()
        self.run.calls, self.counted = self.run.calls + made - self.counted, made


@contextmanager
def running(run: Run) -> Iterator[Progress]:
    """Show `run` as running for the length of the block, and then as what it came to.

    An ExactError is not raised further: it is what the run tells.
    """
    progress = Progress(run)
    now = timezone.now()
    _save(run, state=Run.State.RUNNING, started_at=run.started_at or now, seen_at=now, message="")
    try:
        with _counting(progress):
            yield progress
    except ExactTemporaryError as error:
        pause(run, str(error), resumes_at=error.retry_at)
    except ExactDisconnectedError as error:
        _end(run, Run.State.FAILED, str(error))
    except ExactError as error:
        _end(run, Run.State.FAILED, str(error))
    except Exception:
        _end(run, Run.State.FAILED, "It stopped by a fault of Exactlink; see the log.")
        raise
    else:
        if run.state == Run.State.RUNNING:
            _end(run, Run.State.DONE, run.message)


@contextmanager
def _counting(progress: Progress) -> Iterator[None]:
    try:
        yield
    finally:
        progress.count_calls()  # saved with whatever the run came to


def pause(run: Run, message: str, *, resumes_at: datetime | None) -> None:
    """The run is not over: it goes on when Exact allows it."""
    logger.info("paused %s run=%s", run.job, run.pk)
    _save(run, state=Run.State.PAUSED, message=message[:500], resumes_at=resumes_at)


def finish(run: Run) -> None:
    """The run is over: what it waited for is done."""
    _end(run, Run.State.DONE, "")


def fail(run: Run, message: str) -> None:
    """The run is over, and `message` says why it came to nothing."""
    _end(run, Run.State.FAILED, message)


def _end(run: Run, state: Run.State, message: str) -> None:
    logger.info("ended %s run=%s state=%s", run.job, run.pk, state)
    _save(run, state=state, message=message[:500], ended_at=timezone.now(), resumes_at=None)


def _save(run: Run, **values: Any) -> None:
    for name, value in values.items():
        setattr(run, name, value)
    run.save()
