"""`manage.py drain`: the work of beat and worker in one loop, for where no broker can run."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from sync.running.drain import Drain


class Command(BaseCommand):
    """Does what is scheduled, one piece at a time."""

    help = "Does what beat and worker do, without a broker, until it is stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add what can be asked for."""
        parser.add_argument("--once", action="store_true", help="do each scheduled task once")

    def handle(self, **options: Any) -> None:
        """Work until stopped, or once through."""
        drain = Drain()
        if options["once"]:
            drain.run_what_is_due(0.0)
        else:
            drain.run_until_stopped()
