"""manage.py sync_zoho: keep Zoho CRM and Exact equal, once, now."""

from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from sync.management.commands.mirror import NOT_TIED
from sync.management.verbs import COULD_NOT_RUN, Outcome, Verb, counted
from sync.models import Run
from sync.services import runs
from sync.services.zoho import job


class Command(Verb):
    """Read what changed in Zoho and in Exact, and bring it across."""

    help = "Read what changed in Zoho and in Exact, and bring it across."

    def do(self, **_: Any) -> Outcome:
        """Do it now, in this process; what is to be made in Exact waits for `manage.py push`."""
        if not job.is_wanted():
            raise CommandError(NOT_TIED, returncode=COULD_NOT_RUN)
        run = runs.ask(Run.Job.ZOHO, by=None, now=timezone.now())
        job.sync_zoho(run)
        if run.state == Run.State.FAILED:
            raise CommandError(run.message, returncode=COULD_NOT_RUN)
        if run.state in {Run.State.WAITING, Run.State.RUNNING}:
            raise CommandError("Another worker is at it: see Runs.", returncode=COULD_NOT_RUN)
        line = f"{counted(run.counts) or 'Nothing to do'}. {run.calls:,} calls."
        paused = run.state == Run.State.PAUSED
        values = {**run.counts, "calls": run.calls, "paused": paused, "message": run.message}
        return Outcome([line, run.message] if run.message else [line], values, paused)
