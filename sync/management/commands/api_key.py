"""manage.py api_key: make, list and revoke the keys of programs that use the intake API."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from sync.management.verbs import COULD_NOT_RUN, Outcome, Verb
from sync.models import ApiClient
from sync.services import api_clients


class Command(Verb):
    """Make, list or revoke keys of the intake API."""

    help = "Make, list or revoke the keys of programs that use the intake API."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do, and the program's name."""
        super().add_arguments(parser)
        parser.add_argument("what", choices=["make", "list", "revoke"])
        parser.add_argument("name", nargs="?", default="", help="the program")
        parser.add_argument(
            "--scope",
            action="append",
            choices=api_clients.SCOPE_NAMES,
            help="what it may do; repeat it for more, leave it out for all",
        )
        parser.add_argument("--calls-per-minute", type=int, default=api_clients.PER_MINUTE)

    def do(self, *, what: str, name: str, **options: Any) -> Outcome:
        """Do it now."""
        if what == "list":
            return _listed()
        if what == "revoke":
            return _revoked(name)
        return _made(name, options["scope"], options["calls_per_minute"])


def _made(name: str, scopes: list[str] | None, calls_per_minute: int) -> Outcome:
    try:
        made = api_clients.make(
            name,
            scopes or api_clients.SCOPE_NAMES,
            now=timezone.now(),
            calls_per_minute=calls_per_minute,
        )
    except api_clients.ApiClientError as error:
        raise CommandError(str(error), returncode=COULD_NOT_RUN) from None
    lines = [made.key, "Keep it well: it is shown this once."]
    return Outcome(lines, {"name": made.client.name, "key": made.key, **_facts(made.client)})


def _listed() -> Outcome:
    clients = list(ApiClient.objects.all())
    lines = [
        f"{client.name}: {client.prefix}…, {', '.join(client.scopes)}"
        + ("" if client.is_active else " (revoked)")
        for client in clients
    ]
    values = [{"name": client.name, **_facts(client)} for client in clients]
    return Outcome(lines or ["No program has a key."], {"clients": values})


def _revoked(name: str) -> Outcome:
    client = ApiClient.objects.filter(name=name).first()
    if client is None:
        raise CommandError(f"No program is called “{name}”.", returncode=COULD_NOT_RUN)
    was_active = api_clients.revoke(client)
    said = "is shut out" if was_active else "was shut out before"
    return Outcome([f"{client} {said}."], {"name": client.name, "revoked": was_active})


def _facts(client: ApiClient) -> dict[str, Any]:
    return {
        "prefix": client.prefix,
        "scopes": client.scopes,
        "calls_per_minute": client.calls_per_minute,
        "is_active": client.is_active,
        "last_used_at": client.last_used_at,
    }
