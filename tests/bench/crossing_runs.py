"""Both stand-ins, a running tie between them, and changes that are timed until they arrived."""

from __future__ import annotations

import random
import string
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from exact_client.connections import connect_through_sandbox as connect_exact
from exact_client.sandbox import ExactSandbox
from exact_client.sandbox.server import serve as serve_exact
from sync.models import Notice, OutboxEntry, Pair, Run, ZohoSync
from sync.services import runs
from sync.services.zoho import job
from sync.services.zoho.set_up import metadata, setup, terms
from sync.services.zoho.telling import being_told
from zoho_client.budget import Lane
from zoho_client.client import ZohoClient
from zoho_client.connections import connect_through_sandbox as connect_zoho
from zoho_client.sandbox import ZohoSandbox
from zoho_client.sandbox.server import serve as serve_zoho

NEVER = 60.0  # seconds
LONG = 300.0  # seconds
MODULES = ("Accounts",)


def stand_ins() -> tuple[ExactSandbox, ZohoSandbox, list[Any]]:
    """Return both with the demo company, and their servers."""
    exact, zoho = ExactSandbox(limits=False), ZohoSandbox(limits=False)
    ports = [urlsplit(url).port or 0 for url in (settings.EXACT_URL, settings.ZOHO_ACCOUNTS_URL)]
    return exact, zoho, [serve_exact(exact, ports[0]), serve_zoho(zoho, ports[1])]


def tie(exact: ExactSandbox, zoho: ZohoSandbox) -> bool:
    """Set everything up as the pages do, and bring both sides together a first time."""
    now = timezone.now()
    by = User.objects.filter(is_superuser=True).earliest("pk")
    division = connect_exact(connected_by="bench").divisions.chosen().get()
    connection = connect_zoho(connected_by="bench")
    made = setup.begin()
    terms.agree(made, by=by, now=now)
    setup.tie(made, connection, division, by=by)
    client = ZohoClient.connected(connection, lane=Lane.PUSH)
    setup.look(made, client, now=now)
    made.modules.update(is_on=True)
    made.modules.exclude(module__in=MODULES).update(takes_part=False)
    metadata.make_fields(made, client, now=now)
    ZohoSync.objects.filter(pk=made.pk).update(state=ZohoSync.State.RUNNING, started_at=now)
    for _ in range(2):
        job.sync_zoho(runs.ask(Run.Job.ZOHO, by=None, now=timezone.now()))
    being_told.keep(timezone.now())
    rows = being_told.freshness(made)
    _wait_until_all_is_quiet()
    return all(row.zoho_tells_until and row.exact_tells for row in rows)


def _wait_until_all_is_quiet() -> None:
    """Wait until what was new is made in Exact, and the echoes of all that were worked on."""
    began = time.monotonic()
    while _is_busy() and time.monotonic() - began < LONG:
        time.sleep(1)


def _is_busy() -> bool:
    on_their_way = OutboxEntry.objects.filter(zoho_record__isnull=False)
    on_their_way = on_their_way.exclude(state__in=[*OutboxEntry.OVER, *OutboxEntry.FOR_A_PERSON])
    return on_their_way.exists() or Notice.objects.filter(worked_at=None).exists()


class Crossing:
    """Changes, each timed from the moment it was made until the other side has it."""

    def __init__(self, exact: ExactSandbox, zoho: ZohoSandbox) -> None:
        self.exact, self.zoho = exact, zoho
        equal = Pair.objects.filter(module="Accounts", state=Pair.State.EQUAL)
        self.pairs = list(equal.select_related("exact", "zoho").order_by("pk"))

    def kinds(self) -> dict[str, Callable[[int], float]]:
        """Return each kind of change by its name."""
        return {
            f"changed in Zoho ({len(self.pairs):,} pairs)": self.change_in_zoho,
            "changed in Exact": self.change_in_exact,
            "new in Zoho": self.new_in_zoho,
            "new in Exact": self.new_in_exact,
        }

    def change_in_zoho(self, number: int) -> float:
        """Change a telephone number in Zoho."""
        pair, phone = self.pairs[number], f"+32 2 555 10 {number:02}"
        self.zoho.change("Accounts", pair.zoho.key, Phone=phone)
        return _timed(lambda: self.exact.record("accounts", pair.exact.key).get("Phone") == phone)

    def change_in_exact(self, number: int) -> float:
        """Change a telephone number in Exact."""
        pair, phone = self.pairs[-1 - number], f"+32 2 555 20 {number:02}"
        self.exact.edit("Accounts", pair.exact.key, {"Phone": phone})
        return _timed(lambda: self.zoho.record("Accounts", pair.zoho.key).get("Phone") == phone)

    def new_in_zoho(self, number: int) -> float:
        """Make an account in Zoho."""
        name = _a_name(number)
        self.zoho.add("Accounts", Account_Name=name)
        return _timed(lambda: any(one["Name"] == name for one in self.exact.records("accounts")))

    def new_in_exact(self, number: int) -> float:
        """Make a customer in Exact."""
        name = _a_name(number)
        self.exact.make("Accounts", {"Name": name, "Status": "C"})
        return _timed(
            lambda: any(one["Account_Name"] == name for one in self.zoho.records("Accounts"))
        )


def _a_name(number: int) -> str:
    """Return a name that is like no other: one that came near would wait for a person."""
    letters = random.choices(string.ascii_lowercase, k=12)  # noqa: S311 - no secret
    return f"{''.join(letters).title()} {number}"


def _timed(is_there: Callable[[], bool]) -> float:
    began = time.monotonic()
    while not is_there():
        if time.monotonic() - began > NEVER:
            return float("inf")
        time.sleep(0.05)
    return time.monotonic() - began
