"""manage.py connect: finish a connection to Exact or to Zoho without a browser."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from exact_client import connections
from exact_client.budget import Lane
from exact_client.models import ExactConnection
from sync.management.verbs import Outcome, Verb, the_division
from sync.services import jobs
from sync.services.ledger import books, setup
from zoho_client import connections as zoho_connections
from zoho_client.models import ZohoConnection

BY = "manage.py connect"


class Command(Verb):
    """Finish a connection; of Exact, read what the books offer."""

    help = "Finish a connection to Exact or to Zoho without a browser."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the system, and a code or the stand-in's consent."""
        super().add_arguments(parser)
        parser.add_argument("system", choices=["exact", "zoho"])
        how = parser.add_mutually_exclusive_group(required=True)
        how.add_argument("--code", help="the code, or the whole address, that was returned to")
        how.add_argument(
            "--sandbox",
            action="store_true",
            help="walk through the stand-in's consent page, and map what can be guessed in Exact",
        )

    def do(self, *, system: str, code: str | None, sandbox: bool, **_: Any) -> Outcome:
        """Connect now."""
        return _zoho(code) if system == "zoho" else self._exact(code, sandbox=sandbox)

    def _exact(self, code: str | None, *, sandbox: bool) -> Outcome:
        connection = _connect(code)
        division = the_division()
        offered = books.read(division, jobs.office_of(division, Lane.PERSON).exact)
        mapped = 0
        if sandbox:  # nothing real can be booked wrongly there, so guesses will do
            guesses = setup.guesses_for_the_rest(division)
            mapped = setup.confirm(division, guesses, now=timezone.now())
        values = {
            "user": connection.user_name,
            "division": division.code,
            "name": division.name,
            "offered": offered,
            "mapped": mapped,
        }
        lines = [f"Connected as {connection.user_name} at {connection.url}, division {division}."]
        if mapped:
            lines.append(f"{mapped} mappings guessed; see Set-up.")
        return Outcome(lines, values)


def _connect(code: str | None) -> ExactConnection:
    if code is None:
        return connections.connect_through_sandbox(connected_by=BY)
    return connections.finish(connections.decoded_code(code), connected_by=BY, takes_current=True)


def _zoho(code: str | None) -> Outcome:
    connection = _connect_zoho(code)
    values = {
        "user": connection.user_name,
        "organisation": connection.org_id,
        "name": connection.org_name,
        "edition": connection.edition,
        "location": connection.location,
    }
    told = f"Connected as {connection.user_name} at {connection.accounts_url}"
    return Outcome([f"{told}, organisation {connection.org_name} ({connection.org_id})."], values)


def _connect_zoho(code: str | None) -> ZohoConnection:
    if code is None:
        return zoho_connections.connect_through_sandbox(connected_by=BY)
    return zoho_connections.finish_pasted(code, connected_by=BY)
