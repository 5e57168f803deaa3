"""Rows that the pages about Zoho ↔ Exact show: a conflict, and a tie to a known data centre."""

from __future__ import annotations

from typing import Any

from sync.models import Conflict, OutboxEntry, Pair, ZohoRecord, ZohoSync
from tests.build import NOW, a_division
from tests.sync.services.zoho.build import a_pair
from zoho_client.models import ZohoConnection

HTMX = {"HX-Request": "true"}


def a_conflict(pair: Pair | None = None, **values: Any) -> Conflict:
    """Make a field that both sides changed, on a pair in conflict."""
    pair = pair or a_pair(state=Pair.State.CONFLICT, reason="Both sides changed: Phone.")
    defaults: dict[str, Any] = {
        "exact_field": "Phone",
        "zoho_field": "Phone",
        "base_value": "02 000",
        "exact_value": "02 111",
        "zoho_value": "02 222",
        "exact_by": "An Accountant",
        "zoho_by": "Sam Sales",
        "exact_at": NOW,
        "zoho_at": NOW,
        "opened_at": NOW,
    }
    return Conflict.objects.create(pair=pair, **defaults | values)


def connected(sync: ZohoSync) -> None:
    """Tie an organisation of Zoho's European data centre to it."""
    sync.connection = ZohoConnection.objects.create(
        accounts_url="https://accounts.zoho.eu",
        api_domain="https://www.zohoapis.eu",
        client_id="ours",
        org_id="20098765432",
        refresh_token_sealed="sealed",  # noqa: S106 - opens nothing
    )
    sync.save()


def a_refusal(record: ZohoRecord) -> OutboxEntry:
    """Have Exact refuse to make a record of Zoho."""
    ZohoRecord.objects.filter(pk=record.pk).update(standing="refused", reason="Exact says no.")
    return OutboxEntry.objects.create(
        division=a_division(),
        kind=OutboxEntry.Kind.CONTACT,
        identity=f"contact:{record.pk}",
        reference=f"Z{record.pk}",
        zoho_record=record,
        payload={"LastName": "De Wit"},
        state=OutboxEntry.State.REFUSED,
        reason="Exact says no.",
        advice="Mend it.",
        due_at=NOW,
        made_at=NOW,
    )
