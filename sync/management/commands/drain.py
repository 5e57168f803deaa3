"""manage.py drain: do in a loop what the workers would, for a machine without any broker."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from sync.models import Heartbeat, Run, Upload
from sync.services import jobs, runs

MIRROR_EVERY, KEEP_ALIVE_EVERY = 600.0, 3600.0  # seconds, as the schedule of the workers


class Command(BaseCommand):
    """Do the workers' work in one loop: for a machine where no broker can run."""

    help = "Do the workers' work in one loop, without a broker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take how often to look."""
        parser.add_argument("--every", type=float, default=2.0, metavar="SECONDS")
        parser.add_argument("--once", action="store_true", help="one round, then end")

    def handle(self, *args: Any, every: float, once: bool, **options: Any) -> None:
        """Go round until somebody ends it."""
        next_mirror = next_keep_alive = 0.0
        while True:
            now = time.monotonic()
            Heartbeat.objects.update_or_create(name="worker", defaults={"beat_at": timezone.now()})
            if now >= next_keep_alive:
                next_keep_alive = now + KEEP_ALIVE_EVERY
                jobs.keep_alive()
                jobs.audit()
            mirror_is_due, next_mirror = now >= next_mirror, max(next_mirror, now)
            if mirror_is_due:
                next_mirror = now + MIRROR_EVERY
            _round(mirror_is_due=mirror_is_due)
            if once:
                return
            time.sleep(every)


def _round(*, mirror_is_due: bool) -> None:
    for upload in Upload.objects.filter(state__in=["reading", "importing"]):
        jobs.take_in(upload.pk)
    asked = {run.job for run in Run.objects.filter(state=Run.State.WAITING)}
    if mirror_is_due or Run.Job.MIRROR in asked:
        jobs.mirror(runs.ask(Run.Job.MIRROR, by=None, now=timezone.now()))
        asked.add(Run.Job.MATCH)
    if Run.Job.MATCH in asked:
        jobs.match(runs.ask(Run.Job.MATCH, by=None, now=timezone.now()))
    if Run.Job.PUSH in asked or jobs.something_is_due():
        jobs.push(runs.ask(Run.Job.PUSH, by=None, now=timezone.now()))
