"""A small organisation in the stand-in for Zoho, tied to a division in that for Exact."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from exact_client.models import Division
from sync.models import FieldMapping, ModuleSync, ZohoSync
from sync.rules.zoho.default_rules import default_rules
from sync.rules.zoho.field_rules import FieldRule
from sync.rules.zoho.modules import Module
from sync.services.zoho.set_up import terms
from tests.sync.services.conftest import COMPANY, FEW
from zoho_client.budget import Lane
from zoho_client.client import ZohoClient
from zoho_client.models import ZohoConnection
from zoho_client.oauth import Tokens
from zoho_client.sandbox import SandboxAdapter, ZohoSandbox
from zoho_client.sandbox.table import Table
from zoho_client.tokens import TokenKeeper
from zoho_client.wire import pooled_session

SPARE_ACCOUNTS = 5  # that Exact does not have
SUBFORMS = {"Invoices": "Invoiced_Items", "Sales_Orders": "Ordered_Items"}


@pytest.fixture
def zoho_sandbox() -> Iterator[ZohoSandbox]:
    """Answer at ZOHO_ACCOUNTS_URL, without a port, with the few accounts that Exact has as well."""
    stand_in = ZohoSandbox(limits=False)
    _keep_few(stand_in)
    session = pooled_session()
    session.mount(settings.ZOHO_ACCOUNTS_URL, SandboxAdapter(stand_in))
    yield stand_in
    del session.adapters[settings.ZOHO_ACCOUNTS_URL]


@pytest.fixture
def zoho_connection(db: None, zoho_sandbox: ZohoSandbox) -> ZohoConnection:
    """Be allowed in, as by a person on the consent page."""
    given = zoho_sandbox.issue_tokens(settings.ZOHO_CLIENT_ID, settings.ZOHO_CLIENT_SECRET)
    connection = ZohoConnection.objects.create(
        accounts_url=settings.ZOHO_ACCOUNTS_URL,
        api_domain=settings.ZOHO_ACCOUNTS_URL,
        client_id=settings.ZOHO_CLIENT_ID,
        state=ZohoConnection.State.DISCONNECTED,
        org_id="20098765432",
        org_name="Cowork BV",
        currency="EUR",
        edition="enterprise",
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


@pytest.fixture
def zoho(zoho_connection: ZohoConnection) -> ZohoClient:
    """Return the client that production code would use."""
    return ZohoClient.connected(zoho_connection, lane=Lane.MIRROR)


@pytest.fixture
def sync(
    zoho_sandbox: ZohoSandbox, zoho_connection: ZohoConnection, division: Division
) -> ZohoSync:
    """Return a running tie with every module, switched on, and the mappings that work at once."""
    made = ZohoSync.objects.create(
        connection=zoho_connection,
        division=division,
        state=ZohoSync.State.RUNNING,
        terms_version=terms.VERSION,
        started_at=timezone.now(),
    )
    for module in Module:
        fields = zoho_sandbox.company.fields[module]
        ModuleSync.objects.create(sync=made, module=module, is_on=True, fields=fields)
        map_by_default(made, module, {field["api_name"] for field in fields})
    return made


@pytest.fixture
def now(zoho_sandbox: ZohoSandbox) -> datetime:
    """Return the time by the stand-in's clock."""
    return datetime.fromisoformat(zoho_sandbox.clock.text())


def map_by_default(sync: ZohoSync, module: Module, fields: set[str]) -> None:
    """Store the default mappings of a module, as the set-up does."""
    FieldMapping.objects.bulk_create(
        _mapping(sync, module, place, rule)
        for place, rule in enumerate(default_rules(module, fields))
    )


def _mapping(sync: ZohoSync, module: Module, place: int, rule: FieldRule) -> FieldMapping:
    return FieldMapping(
        sync=sync,
        module=module,
        exact_field=rule.exact_field,
        zoho_field=rule.zoho_field,
        direction=rule.direction,
        transform="" if rule.transform == "none" else rule.transform,
        options=dict(rule.options),
        default=str(rule.default or ""),
        winner=rule.winner,
        position=place,
    )


def _keep_few(stand_in: ZohoSandbox) -> None:
    """Leave the accounts that Exact's stand-in has in tests, and what hangs on them."""
    known = json.loads(COMPANY.read_text())[:FEW]
    vats = {_digits(row.get("VATNumber")) for row in known} - {""}
    names = {str(row.get("Name")).casefold() for row in known}
    rows = sorted(stand_in.store.rows("Accounts"), key=lambda row: row["id"])
    ours = [
        r for r in rows if _digits(r["VAT_Number"]) in vats or r["Account_Name"].casefold() in names
    ]
    others = [row for row in rows if row not in ours][:SPARE_ACCOUNTS]
    _refill(stand_in, "Accounts", [*ours, *others])
    kept = {row["id"] for row in [*ours, *others]}
    for module in ("Contacts", "Invoices", "Sales_Orders", "Deals"):
        hanging = [row for row in stand_in.store.rows(module) if _account(row) in kept]
        _refill(stand_in, module, hanging)


def _refill(stand_in: ZohoSandbox, module: str, rows: list[dict[str, Any]]) -> None:
    stand_in.store.install(module, Table())
    stand_in.store.load(module, rows)


def _account(row: dict[str, Any]) -> str:
    return str((row.get("Account_Name") or {}).get("id", ""))


def _digits(text: object) -> str:
    return "".join(letter for letter in str(text or "") if letter.isdigit())
