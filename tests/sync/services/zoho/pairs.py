"""Copies of both sides and pairs of them, one function for each; a test names what it is about."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

from django.utils import timezone

from sync.models import ExactRecord, ModuleSync, Pair, ZohoRecord, ZohoSync
from zoho_client.client import ZohoClient
from zoho_client.models import ZohoCredits
from zoho_client.sandbox import ZohoSandbox

_numbers = count(1)

FIELD = {
    "field_label": "Exact ID",
    "data_type": "text",
    "length": 40,
    "unique": {"casesensitive": False},
}


def give_our_field(sync: ZohoSync, zoho: ZohoClient, stand_in: ZohoSandbox) -> None:
    """Make our unique field in every module of Zoho, as the set-up does."""
    for module in ModuleSync.objects.filter(sync=sync):
        made = zoho.create_fields(module.module, [FIELD])
        assert [one.ok for one in made] == [True], made
        module.fields = stand_in.company.fields[module.module]
        module.save(update_fields=["fields"])


def spend_all_credits(sync: ZohoSync) -> None:
    """Let the day's credits of the tie's organisation be spent: no call is made any more."""
    tomorrow = timezone.now() + timedelta(days=1)
    ZohoCredits.objects.update_or_create(
        connection=sync.connection, defaults={"count": {"closed_until": tomorrow.timestamp()}}
    )


def an_exact(sync: ZohoSync, module: str = "Accounts", **values: Any) -> ExactRecord:
    """Make a copy of Exact's that crosses; `standing`, `key`, … are its own, others its values."""
    own = _own(ExactRecord, values)
    key = own.pop("key", str(UUID(int=next(_numbers))))
    defaults = {"name": values.get("Name", ""), "standing": "crosses", "read_at": timezone.now()}
    return ExactRecord.objects.create(
        sync=sync, module=module, key=key, values=values, **defaults | own
    )


def a_zoho(sync: ZohoSync, module: str = "Accounts", **values: Any) -> ZohoRecord:
    """Make a copy of Zoho's that is new."""
    own = _own(ZohoRecord, values)
    key = own.pop("key", f"57257670000000{next(_numbers):04}")
    defaults = {"name": values.get("Account_Name", ""), "read_at": timezone.now()}
    return ZohoRecord.objects.create(
        sync=sync, module=module, key=key, values=values, **defaults | own
    )


def a_pair(exact: ExactRecord, zoho: ZohoRecord, **values: Any) -> Pair:
    """Pair two copies, as somebody did an hour ago."""
    for one in (exact, zoho):
        type(one).objects.filter(pk=one.pk).update(standing="paired")
    hour_ago = timezone.now() - timedelta(hours=1)
    defaults = {"rule": Pair.Rule.VAT, "paired_at": hour_ago, "merged_at": hour_ago}
    return Pair.objects.create(
        sync=exact.sync, module=exact.module, exact=exact, zoho=zoho, **defaults | values
    )


def _own(model: type[ExactRecord] | type[ZohoRecord], values: dict[str, Any]) -> dict[str, Any]:
    """Take what are fields of the row itself out of the values."""
    names = {field.name for field in model._meta.get_fields()}  # noqa: SLF001 - Django's documented API
    return {name: values.pop(name) for name in list(values) if name in names}
