"""manage.py drain: do in a loop what the workers would, for a machine without any broker."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from sync.running.drain import Drain


class Command(BaseCommand):
    """Do what beat and the workers do together, in one loop: where no broker can run."""

    help = "Do the workers' work in one loop, without a broker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether to end after one round."""
        parser.add_argument("--once", action="store_true", help="one round, then end")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        """Go round until somebody ends it."""
        if once:
            Drain().run_what_is_due(time.monotonic())
        else:
            Drain().run_until_stopped()
