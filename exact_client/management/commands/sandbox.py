"""manage.py sandbox: serves the stand-ins until it is told to stop."""

import signal
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from exact_client.sandbox import ExactSandbox, serve
from exact_client.sandbox.server import LOOPBACK, SandboxServer


class Command(BaseCommand):
    """Serve the stand-in for Exact Online."""

    help = "Serves the stand-in for Exact Online on a port of this machine."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the ports, the data and the mode."""
        parser.add_argument("--exact-port", type=int, default=settings.EXACT_SANDBOX_PORT)
        parser.add_argument("--zoho-port", type=int, default=settings.ZOHO_SANDBOX_PORT)
        parser.add_argument("--exact-accounts", type=Path, metavar="FILE.json")
        parser.add_argument("--state", type=Path, metavar="FILE", help="survives a restart")
        parser.add_argument("--no-limits", action="store_true", help="never answer 429")
        parser.add_argument("--generate", type=int, default=0, metavar="N", help="made-up accounts")
        parser.add_argument("--host", default=LOOPBACK, help="0.0.0.0 inside a container")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until Ctrl-C or SIGTERM."""
        sandbox = self._sandbox(options)
        server = self._server(sandbox, options["host"], options["exact_port"])
        signal.signal(signal.SIGTERM, _stop)
        self.stdout.write(f"Exact's stand-in answers at {server.url}")
        self.stdout.write("Zoho's stand-in is not part of this version.")
        self.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
        finally:
            server.server_close()
            sandbox.close()

    def _sandbox(self, options: dict[str, Any]) -> ExactSandbox:
        try:
            return ExactSandbox(
                accounts=options["exact_accounts"],
                state=options["state"],
                limits=not options["no_limits"],
                generate=options["generate"],
            )
        except (OSError, ValueError) as error:
            raise CommandError(
                f"The stand-in's data can't be read: {error}", returncode=2
            ) from error

    def _server(self, sandbox: ExactSandbox, host: str, port: int) -> SandboxServer:
        try:
            return serve(sandbox, port, host)
        except OSError as error:
            text = f"Port {port} is in use: stop what uses it, or give another with --exact-port."
            raise CommandError(text, returncode=2) from error


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
