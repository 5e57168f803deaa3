"""manage.py sandbox: serves the stand-ins until it is told to stop."""

import signal
import threading
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from exact_client import sandbox as exact
from exact_client.sandbox.server import LOOPBACK
from zoho_client import sandbox as zoho

Made = TypeVar("Made")


class Command(BaseCommand):
    """Serve the stand-ins for Exact Online and Zoho CRM."""

    help = "Serves the stand-ins for Exact Online and Zoho CRM on ports of this machine."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the ports, the data and the mode."""
        parser.add_argument("--exact-port", type=int, default=settings.EXACT_SANDBOX_PORT)
        parser.add_argument("--zoho-port", type=int, default=settings.ZOHO_SANDBOX_PORT)
        parser.add_argument("--exact-accounts", type=Path, metavar="FILE.json")
        parser.add_argument("--exact-invoices", action="store_true", help="some were made there")
        parser.add_argument("--state", type=Path, metavar="FILE", help="survives a restart")
        parser.add_argument("--zoho-state", type=Path, metavar="FILE", help="the same for Zoho")
        parser.add_argument("--no-limits", action="store_true", help="never answer 429")
        parser.add_argument("--generate", type=int, default=0, metavar="N", help="made-up accounts")
        parser.add_argument("--zoho-generate", type=int, default=0, metavar="N", help="in Zoho")
        parser.add_argument("--host", default=LOOPBACK, help="0.0.0.0 inside a container")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until Ctrl-C or SIGTERM."""
        with ExitStack() as ending:
            ours = _made(lambda: _exact(options))
            ending.callback(ours.close)
            theirs = _made(lambda: _zoho(options))
            ending.callback(theirs.close)
            host = options["host"]
            server = _listening(lambda port: exact.serve(ours, port, host), "exact", options)
            ending.callback(server.server_close)
            other = _listening(lambda port: zoho.serve(theirs, port, host), "zoho", options)
            ending.callback(other.server_close)
            signal.signal(signal.SIGTERM, _stop)
            self.stdout.write(f"Exact's stand-in answers at {server.url}")
            self.stdout.write(f"Zoho's stand-in answers at {other.url}")
            self.stdout.flush()
            threading.Thread(target=other.serve_forever, daemon=True).start()
            ending.callback(other.shutdown)
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                self.stdout.write("Stopped.")


def _exact(options: dict[str, Any]) -> exact.ExactSandbox:
    return exact.ExactSandbox(
        accounts=options["exact_accounts"],
        state=options["state"],
        limits=not options["no_limits"],
        generate=options["generate"],
        invoices=options["exact_invoices"],
    )


def _zoho(options: dict[str, Any]) -> zoho.ZohoSandbox:
    return zoho.ZohoSandbox(
        state=options["zoho_state"],
        limits=not options["no_limits"],
        generate=options["zoho_generate"],
    )


def _made(make: Callable[[], Made]) -> Made:
    try:
        return make()
    except (OSError, ValueError) as error:
        raise CommandError(f"The stand-in's data can't be read: {error}", returncode=2) from error


def _listening(serve: Callable[[int], Made], name: str, options: dict[str, Any]) -> Made:
    port = options[f"{name}_port"]
    try:
        return serve(port)
    except OSError as error:
        text = f"Port {port} is in use: stop what uses it, or give another with --{name}-port."
        raise CommandError(text, returncode=2) from error


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
