"""Accounts of Zoho and Exact in one process, brought together by the real job: what it takes."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from datetime import timedelta
from math import ceil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from exact_client import wire as exact_wire
from exact_client.connections import connect_through_sandbox
from exact_client.sandbox import ExactSandbox
from exact_client.sandbox import SandboxAdapter as ExactAdapter
from sync.models import ModuleSync, Pair, Run, ZohoSync
from sync.rules.zoho.modules import Module
from sync.services import runs
from sync.services.zoho import job
from sync.services.zoho.set_up import terms
from tests.sync.services.zoho.conftest import map_by_default
from tests.sync.services.zoho.pairs import give_our_field
from zoho_client import wire as zoho_wire
from zoho_client.budget import Lane
from zoho_client.client import ZohoClient
from zoho_client.models import ZohoConnection
from zoho_client.oauth import Tokens
from zoho_client.sandbox import SandboxAdapter, ZohoSandbox
from zoho_client.sandbox.table import Table
from zoho_client.tokens import TokenKeeper

MOST_CALLS = 20  # of a run that has nothing to do
CITIES = ("Brussel", "Gent", "Antwerpen", "Leuven", "Brugge", "Luik", "Namen")


def measure(number: int) -> bool:
    """Bring `number` accounts together, twice; print a row for each run. Tell if goals are met."""
    exact, zoho = _stand_ins(number)
    tie = _tie(zoho)
    first = _timed(number, "first", exact, zoho, writes=ceil(number / 100))
    second = _timed(number, "second", exact, zoho, writes=0)
    return first and second and _is_settled(tie, number)


def _timed(number: int, name: str, exact: ExactSandbox, zoho: ZohoSandbox, *, writes: int) -> bool:
    before = _seen(exact, zoho)
    began = time.monotonic()
    run = _a_run()
    seconds = time.monotonic() - began
    made = _seen(exact, zoho)
    made.subtract(before)
    goal = f"{writes} writes" + ("" if writes else f", {MOST_CALLS} calls")
    total = made["zoho reads"] + made["zoho writes"] + made["exact reads"] + made["exact writes"]
    print(  # noqa: T201 - a benchmark prints
        f"| {number:>8,} | {name:<6} | {made['zoho reads']:>10} | {made['zoho writes']:>11} "
        f"| {made['exact reads']:>11} | {made['exact writes']:>12} | {seconds:>7.1f} "
        f"| {run.state:<6} | {goal:<19} |"
    )
    most = total <= MOST_CALLS if not writes else True
    return made["zoho writes"] == writes and not made["exact writes"] and most


def _seen(exact: ExactSandbox, zoho: ZohoSandbox) -> Counter[str]:
    """Count the calls that both stand-ins saw; a query of Zoho's is a reading."""
    seen: Counter[str] = Counter()
    for one in zoho.calls:
        is_reading = one.method == "GET" or one.path.endswith("/coql")
        seen["zoho reads" if is_reading else "zoho writes"] += "/crm/" in one.path
    for call in exact.calls:
        if call.kind == "division":
            seen["exact reads" if call.method == "GET" else "exact writes"] += 1
    return seen


def _a_run() -> Run:
    run = runs.ask(Run.Job.ZOHO, by=None, now=timezone.now())
    job.sync_zoho(run)
    return run


def _is_settled(tie: ZohoSync, number: int) -> bool:
    states = Counter(Pair.objects.filter(sync=tie).values_list("state", flat=True))
    print(f"  pairs: {dict(states)}")  # noqa: T201 - a benchmark prints
    return states == {"equal": number}


def _stand_ins(number: int) -> tuple[ExactSandbox, ZohoSandbox]:
    """Answer at both addresses in this process, with the same accounts on both sides."""
    exact = ExactSandbox(limits=False, accounts=_accounts(number))
    exact_wire.pooled_session().mount(settings.EXACT_URL, ExactAdapter(exact))
    zoho = ZohoSandbox(limits=False)
    zoho_wire.pooled_session().mount(settings.ZOHO_ACCOUNTS_URL, SandboxAdapter(zoho))
    like = next(iter(zoho.store.rows("Accounts")))
    for module in ("Accounts", "Contacts", "Products", "Invoices", "Sales_Orders", "Deals"):
        zoho.store.install(module, Table())
    accounts = exact.records("accounts")
    zoho.store.load("Accounts", (_twin(like, n, row) for n, row in enumerate(accounts)))
    return exact, zoho


def _twin(like: dict[str, Any], n: int, row: dict[str, Any]) -> dict[str, Any]:
    """Return an account of Zoho that is one of Exact's; of every third the city is missing."""
    same = {"Account_Name": row["Name"], "VAT_Number": row["VATNumber"]}
    place = {"Billing_City": row.get("City") if n % 3 else None, "Billing_Country": "Belgium"}
    empty = dict.fromkeys(("Phone", "Website", "Billing_Street", "Billing_Code", "Fax"))
    return {**like, **empty, **same, **place, "id": str(5725767900000000000 + n)}


def _accounts(number: int) -> Path:
    """Write down customers of Exact with a valid VAT number each; return the file."""
    path = Path(os.environ["DATA_DIR"]) / "accounts.json"
    path.write_text(json.dumps([_account(n) for n in range(number)]))
    return path


def _account(n: int) -> dict[str, Any]:
    enterprise = 4_000_000 + n
    return {
        "ID": f"{n:08x}-0000-4000-8000-0000e8ac7001",
        "Code": str(1_000_000 + n),
        "Name": f"Made-up Company {n} BV",
        "Status": "C",
        "VATNumber": f"BE0{enterprise:07}{97 - enterprise % 97:02}",
        "AddressLine1": f"Kantoorlaan {n % 300 + 1}",
        "Postcode": str(1000 + n % 9000),
        "City": CITIES[n % len(CITIES)],
        "Country": "BE",
        "Email": f"info@company{n}.example",
    }


def _connected(zoho: ZohoSandbox) -> ZohoConnection:
    """Be allowed in at Zoho, as by a person on the consent page."""
    given = zoho.issue_tokens(settings.ZOHO_CLIENT_ID, settings.ZOHO_CLIENT_SECRET)
    connection = ZohoConnection.objects.create(
        accounts_url=settings.ZOHO_ACCOUNTS_URL,
        api_domain=settings.ZOHO_ACCOUNTS_URL,
        client_id=settings.ZOHO_CLIENT_ID,
        state=ZohoConnection.State.DISCONNECTED,
        org_id="1",
        edition="ultimate",
    )
    tokens = Tokens(
        access_token=given["access_token"],
        expires_at=timezone.now() + timedelta(hours=1),
        refresh_token=given["refresh_token"],
        api_domain=settings.ZOHO_ACCOUNTS_URL,
        scopes="",
    )
    TokenKeeper(connection.pk).store(tokens, state=ZohoConnection.State.CONNECTED)
    connection.refresh_from_db()
    return connection


def _tie(zoho: ZohoSandbox) -> ZohoSync:
    """Connect both sides, and tie accounts alone, as the set-up does."""
    ZohoSync.objects.all().delete()
    connection = _connected(zoho)
    tie = ZohoSync.objects.create(
        connection=connection,
        division=connect_through_sandbox(connected_by="bench").divisions.chosen().get(),
        state=ZohoSync.State.RUNNING,
        terms_version=terms.VERSION,
        started_at=timezone.now(),
    )
    ModuleSync.objects.create(sync=tie, module=Module.ACCOUNTS, is_on=True)
    map_by_default(tie, Module.ACCOUNTS, {f["api_name"] for f in zoho.company.fields["Accounts"]})
    give_our_field(tie, ZohoClient.connected(connection, lane=Lane.PERSON), zoho)
    return tie
