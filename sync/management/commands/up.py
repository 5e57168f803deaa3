"""`manage.py up`: everything that Exactlink is, on this machine, until Ctrl-C."""

import os
import socket
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand, SystemCheckError

from sync.running import demo, watch
from sync.running.broker import BrokerError
from sync.running.preparation import (
    CannotStartError,
    first_login,
    need_free_ports,
    only_supervisor,
    prepare_database,
)
from sync.running.supervisor import Supervisor, stand_in_is_ours, stand_ins_are_ours

LONGEST_START = 60.0  # seconds until the pages must answer


class Command(BaseCommand):
    """Sets up what is missing, starts it all, and looks after it."""

    help = "Runs broker, worker, beat, web and the stand-in, and restarts what dies."
    requires_system_checks: list[str] = []  # run below, so that a failure exits as "could not run"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add what can be asked for."""
        parser.add_argument("--verbose", action="store_true", help="show every child's log")
        parser.add_argument("--no-demo", action="store_true", help="don't load the demo company")

    def handle(self, **options: Any) -> None:
        """Run until told to stop."""
        os.umask(0o077)
        try:
            self._check_settings()
            with only_supervisor(settings.DATA_DIR):
                self._prepare()
                self._run(verbose=options["verbose"], with_demo=not options["no_demo"])
        except (CannotStartError, BrokerError) as error:
            raise CommandError(str(error), returncode=2) from error
        except KeyboardInterrupt:
            self._say("Stopped before anything was started.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _check_settings(self) -> None:
        try:
            self.check()
        except SystemCheckError as error:
            raise CannotStartError(str(error)) from error

    def _prepare(self) -> None:
        ports = {"PORT": settings.PORT}
        if stand_ins_are_ours():
            ports["EXACT_SANDBOX_PORT"] = settings.EXACT_SANDBOX_PORT
            ports["ZOHO_SANDBOX_PORT"] = settings.ZOHO_SANDBOX_PORT
        need_free_ports(ports)
        if settings.REDIS_URL and (trouble := watch.broker_answers()):
            raise CannotStartError(f"The broker (REDIS_URL) does not answer: {trouble}")
        prepare_database()
        call_command("collectstatic", interactive=False, verbosity=0)

    def _run(self, *, verbose: bool, with_demo: bool) -> None:
        supervisor = Supervisor(say=self._say, verbose=verbose)
        supervisor.listen_to_signals()
        try:
            login = first_login(settings.DATA_DIR)
            supervisor.start()
            self._wait_for(supervisor, "web", settings.PORT)
            if stand_in_is_ours():
                self._wait_for(supervisor, "stand-in", settings.EXACT_SANDBOX_PORT)
                if with_demo:
                    demo.load(supervisor, self._say)
            if not supervisor.is_stopping:
                self._welcome(login)
            supervisor.run()
        finally:
            self._say("Stopping; a second Ctrl-C stops at once.")
            supervisor.stop()
            self._say("Stopped.")

    def _wait_for(self, supervisor: Supervisor, name: str, port: int) -> None:
        answers = supervisor.wait_until(lambda: _answers(port), seconds=LONGEST_START)
        if not answers and not supervisor.is_stopping:
            log = settings.DATA_DIR / "logs" / f"{name}.log"
            raise CannotStartError(f"{name} does not answer on port {port}: {log} says why.")

    def _welcome(self, login: tuple[str, str] | None) -> None:
        self._say(f"\nExactlink runs at {settings.PUBLIC_URL}")
        if login:
            self._say(f"Sign in as {login[0]} with the password {login[1]}")
        else:
            self._say(
                "Sign in with the password you chose. Forgotten? manage.py changepassword NAME"
            )
        if stand_in_is_ours():
            self._say(
                f"It talks to a stand-in of Exact at {settings.EXACT_URL}, not to real books."
            )
        self._say(f"Logs are in {settings.DATA_DIR / 'logs'}. Ctrl-C stops everything.\n")


def _answers(port: int) -> bool:
    with socket.socket() as caller:
        caller.settimeout(1)
        return caller.connect_ex(("127.0.0.1", port)) == 0
