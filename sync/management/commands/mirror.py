"""manage.py mirror: bring our copies of Exact, or of Zoho, up to date."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from accounts_link.models import ExactAccount
from sync.management.verbs import COULD_NOT_RUN, Outcome, Verb, the_divisions
from sync.models import Run
from sync.services import jobs, runs
from sync.services.zoho import job

NOT_TIED = "Zoho and Exact are not tied yet, or one of them is not connected: see Set-up."


class Command(Verb):
    """Bring our copies of Exact's accounts, or of Zoho's records, up to date."""

    help = "Bring our copies of Exact's accounts, or of Zoho's records, up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take which system, and whether everything is read anew."""
        super().add_arguments(parser)
        parser.add_argument("system", nargs="?", choices=["exact", "zoho"], default="exact")
        parser.add_argument("--full", action="store_true", help="read everything anew")

    def do(self, *, system: str, full: bool, **_: Any) -> Outcome:
        """Mirror now, in this process."""
        if system == "zoho":
            return _mirror_zoho(full=full)
        divisions = the_divisions(None)
        run = runs.ask(Run.Job.MIRROR, by=None, now=timezone.now())
        jobs.mirror(run, full=full)
        if run.state == Run.State.FAILED:
            raise CommandError(run.message, returncode=COULD_NOT_RUN)
        accounts = ExactAccount.objects.filter(division__in=divisions, is_gone=False).count()
        counts = {"read": run.done, "accounts": accounts, **run.counts}
        where = ", ".join(map(str, divisions))
        line = (
            f"{run.done:,} accounts read, {run.counts.get('changed', 0):,} new or changed, "
            f"{run.counts.get('gone', 0):,} gone. {accounts:,} accounts in {where}."
        )
        paused = run.state == Run.State.PAUSED
        lines = [line, run.message] if run.message else [line]
        return Outcome(lines, {**counts, "paused": paused, "message": run.message}, paused)


def _mirror_zoho(*, full: bool) -> Outcome:
    """Read what changed in Zoho, and write nothing to either side."""
    if not job.is_wanted():
        raise CommandError(NOT_TIED, returncode=COULD_NOT_RUN)
    done = job.mirror_zoho(full=full)
    counts = {
        word: sum(getattr(read, word) for read in done) for word in ("read", "changed", "gone")
    }
    line = (
        f"{counts['read']:,} records read, {counts['changed']:,} new or changed, "
        f"{counts['gone']:,} gone."
    )
    return Outcome([line], counts)
