"""manage.py load_demo: the sample company, matched and ready to be looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import CommandError
from django.utils import timezone

from accounts_link.models import Customer
from exact_client.models import ExactConnection
from exact_client.sites import is_loopback
from sync.management.verbs import COULD_NOT_RUN, Outcome, Verb, counted, the_division
from sync.models import Run
from sync.services import intake, jobs, runs
from sync.services.delivery import prepare
from sync.services.ledger import setup


class Command(Verb):
    """Load the sample company's customers and invoices, and match them. For the stand-in alone."""

    help = "Load the sample company beside the stand-in of Exact."

    def do(self, **_: Any) -> Outcome:
        """Import, mirror, match, and map what can be guessed."""
        division = the_division()
        _refuse_real(division.connection)
        customers, invoices = _load()
        mirrored = runs.ask(Run.Job.MIRROR, by=None, now=timezone.now())
        jobs.mirror(mirrored)
        if mirrored.state != Run.State.DONE:
            raise CommandError(mirrored.message, returncode=COULD_NOT_RUN)
        run = runs.ask(Run.Job.MATCH, by=None, now=timezone.now())
        jobs.match(run)
        setup.confirm(division, setup.guesses_for_the_rest(division), now=timezone.now())
        prepare.refresh(division)
        values = {"customers": customers, "invoices": invoices, "matched": run.counts}
        lines = [
            f"The sample company is there: {customers:,} customers, {invoices:,} invoices.",
            f"Matched: {counted(run.counts)}.",
        ]
        return Outcome(lines, values)


def _refuse_real(connection: ExactConnection) -> None:
    if not is_loopback(connection.url):
        raise CommandError(
            "The sample company is for the stand-in, and this is connected to the real Exact.",
            returncode=COULD_NOT_RUN,
        )


def _load() -> tuple[int, int]:
    folder = Path(apps.get_app_config("accounts_link").path) / "demo"
    now = timezone.now()
    with (folder / "customers.csv").open("rb") as file:
        intake.import_customers(file, "customers.csv", now=now)
    with (folder / "invoices.csv").open("rb") as file:
        report = intake.import_invoices(file, "invoices.csv", now=now)
    return Customer.objects.count(), report.good
