"""Zoho is read whole once and afterwards by what changed; deletions are flagged, never followed."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sync.models import ZohoRecord, ZohoSync
from sync.rules.zoho.modules import Module
from sync.services.zoho import reading_zoho
from zoho_client.client import ZohoClient
from zoho_client.sandbox import ZohoSandbox

HOUR = timedelta(hours=1)


def calls(stand_in: ZohoSandbox, part: str = "/crm/") -> int:
    return sum(part in call.path for call in stand_in.calls)


def the_user(stand_in: ZohoSandbox) -> dict[str, Any]:
    return stand_in.company.users[0]


def some(stand_in: ZohoSandbox, module: str = "Accounts") -> dict[str, Any]:
    return min(stand_in.store.rows(module), key=lambda row: row["id"])


def copies(module: str = "Accounts") -> Any:
    return ZohoRecord.objects.filter(module=module)


def test_the_first_reading_copies_everything_page_by_page(
    sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    done = reading_zoho.read(sync, zoho, now=now)

    for module in Module:
        assert copies(module).count() == zoho_sandbox.store.count(module)
        pages = max(ceil(zoho_sandbox.store.count(module) / 200), 1)
        assert calls(zoho_sandbox, f"/crm/v8/{module}") == pages
    assert done.read == done.changed == ZohoRecord.objects.count()
    assert done.modules == list(Module)


def test_a_copy_holds_what_matching_needs_and_says_who_changed_it(
    sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    contact = some(zoho_sandbox, "Contacts")

    reading_zoho.read(sync, zoho, now=now, module="Contacts")

    copy = copies("Contacts").get(key=contact["id"])
    assert copy.name == contact["Full_Name"]
    assert copy.account_key == contact["Account_Name"]["id"]
    assert copy.values["Email"] == contact["Email"]
    assert copy.modified_at == datetime.fromisoformat(contact["Modified_Time"])
    assert copy.modified_by == contact["Modified_By"]["name"]
