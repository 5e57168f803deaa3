"""From a record of Exact to our copy of it, one or a thousand at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import CharField

from accounts_link.models import ExactAccount
from exact_client.models import Division
from exact_client.records import AccountRecord, SyncedAccountRecord
from sync.rules.parties import vat_normal_form

COPIED = [
    field.name
    for field in ExactAccount._meta.concrete_fields  # noqa: SLF001 - Django's documented API
    if field.name not in {"id", "division", "exact_id", "link_count", "candidate_count"}
]
# How much of a text we keep. PostgreSQL refuses a longer one, and with it the whole batch.
LENGTHS = {
    field.name: field.max_length
    for field in ExactAccount._meta.concrete_fields  # noqa: SLF001 - as above
    if isinstance(field, CharField) and field.name != "status"
}


def copy_account(
    division: Division, record: AccountRecord, sent: Mapping[str, Any], now: datetime
) -> ExactAccount:
    """Save the account that was just created or found, and return our copy.

    Exact answers a create with most fields empty, so what was `sent` fills the gaps.
    """
    filled = AccountRecord(
        id=record.id,
        code=record.code,
        name=record.name or sent.get("Name"),
        search_code=record.search_code or sent.get("SearchCode"),
        status=record.status or sent.get("Status"),
        vat_number=record.vat_number or sent.get("VATNumber"),
        chamber_of_commerce=record.chamber_of_commerce or sent.get("ChamberOfCommerce"),
        address_line1=record.address_line1 or sent.get("AddressLine1"),
        postcode=record.postcode or sent.get("Postcode"),
        city=record.city or sent.get("City"),
        country=record.country or sent.get("Country"),
        email=record.email or sent.get("Email"),
        phone=record.phone or sent.get("Phone"),
    )
    save_copies(division, [filled], now)
    return ExactAccount.objects.get(division=division, exact_id=record.id)


def save_copies(division: Division, records: Iterable[AccountRecord], now: datetime) -> int:
    """Save one copy of each record, over the one that is there; return how many."""
    copies = [_copy(division, record, now) for record in records]
    ExactAccount.objects.bulk_create(
        copies,
        update_conflicts=True,
        unique_fields=["division", "exact_id"],
        update_fields=COPIED,
    )
    return len(copies)


def _copy(division: Division, record: AccountRecord, now: datetime) -> ExactAccount:
    country, typed = record.country or division.country, record.vat_number or ""
    copy = ExactAccount(
        division=division,
        exact_id=record.id,
        code=record.code or "",
        name=record.name or "",
        search_code=(record.search_code or "").strip(),
        status=_status(record),
        is_supplier=record.is_supplier,
        is_blocked=record.blocked,
        vat_typed=typed,
        vat_number=vat_normal_form(typed, country),
        chamber_number=record.chamber_of_commerce or "",
        address=record.address_line1 or "",
        postcode=record.postcode or "",
        city=record.city or "",
        country=record.country or "",
        email=record.email or "",
        phone=record.phone or "",
        payment_condition=record.payment_condition_sales or "",
        end_date=record.end_date,
        version=record.timestamp if isinstance(record, SyncedAccountRecord) else 0,
        mirrored_at=now,
    )
    for name, length in LENGTHS.items():
        setattr(copy, name, getattr(copy, name).replace("\0", "")[:length])
    copy.search_text = " ".join(
        (copy.name, copy.code, copy.search_code, copy.vat_number, copy.vat_typed, copy.city)
    ).casefold()
    return copy


def _status(record: AccountRecord) -> str:
    """Return the status; one that we do not know may not be linked, as if there were none."""
    known = record.status in ExactAccount.Status.values
    return record.status if known and record.status else ExactAccount.Status.NONE
