"""manage.py payments: read what customers paid."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from sync.management.verbs import COULD_NOT_RUN, Outcome, Verb, the_division
from sync.models import Run
from sync.services import runs
from sync.services.payments import job as payment_job


class Command(Verb):
    """Read what customers paid, and write it on their documents."""

    help = "Read what customers paid, and write it on their documents."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether everything is read anew."""
        super().add_arguments(parser)
        parser.add_argument("--full", action="store_true", help="read everything anew")

    def do(self, *, full: bool, **_: Any) -> Outcome:
        """Read now, in this process."""
        the_division()
        run = runs.ask(Run.Job.PAYMENTS, by=None, now=timezone.now())
        payment_job.read_payments(run, full=full)
        if run.state == Run.State.FAILED:
            raise CommandError(run.message, returncode=COULD_NOT_RUN)
        line = (
            f"{run.done:,} payment terms read, {run.counts.get('changed', 0):,} new or changed. "
            f"Documents: {run.counts.get('paid', 0):,} paid, "
            f"{run.counts.get('part-paid', 0):,} part-paid, "
            f"{run.counts.get('bounced', 0):,} bounced."
        )
        paused = run.state == Run.State.PAUSED
        values = {
            "read": run.done,
            **run.counts,
            "calls": run.calls,
            "paused": paused,
            "message": run.message,
        }
        return Outcome([line, run.message] if run.message else [line], values, paused)
