"""manage.py zapfloor_sandbox: serves the stand-in for zapfloor until it is told to stop."""

from __future__ import annotations

import signal
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sync.zapfloor.sandbox.app import CLIENT, ZapfloorSandbox
from sync.zapfloor.sandbox.server import LOOPBACK, serve

PORT = 8300


class Command(BaseCommand):
    """Serve the stand-in for zapfloor's API."""

    help = "Serves the stand-in for zapfloor's API, with the demo's company, on a port."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the port."""
        parser.add_argument("--port", type=int, default=PORT)
        parser.add_argument("--host", default=LOOPBACK, help="0.0.0.0 inside a container")

    def handle(self, *args: Any, port: int, host: str, **options: Any) -> None:
        """Serve until Ctrl-C or SIGTERM."""
        try:
            server = serve(ZapfloorSandbox(), port, host)
        except OSError as error:
            text = f"Port {port} is in use: stop what uses it, or give another with --port."
            raise CommandError(text, returncode=2) from error
        signal.signal(signal.SIGTERM, _stop)
        self.stdout.write(f"zapfloor's stand-in answers at http://localhost:{server.server_port}")
        self.stdout.write("\n".join(f"  {name}: {value}" for name, value in CLIENT.items()))
        self.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
        finally:
            server.server_close()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
