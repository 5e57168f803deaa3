"""What Zoho's modules and fields are: read, checked, and completed with the fields of our own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from sync.models import ModuleSync
from sync.rules.zoho.modules import Module
from sync.services.zoho.reading.reading_zoho import EXACT_ID
from sync.services.zoho.set_up import availability
from zoho_client.errors import ZohoDisconnectedError, ZohoRefusedError

if TYPE_CHECKING:
    from sync.models import ZohoSync
    from zoho_client.client import ZohoClient
    from zoho_client.records import FieldRecord, ModuleRecord, Outcome

STATUS, MESSAGE = "Exact_Sync_Status", "Exact_Sync_Message"
# As Zoho takes them: of the label it makes the API name, of "Exact ID" the name Exact_ID.
OUR_FIELDS: dict[str, dict[str, Any]] = {
    EXACT_ID: {
        "field_label": "Exact ID",
        "data_type": "text",
        "length": 40,
        "unique": {"casesensitive": "false"},
    },
    STATUS: {"field_label": "Exact Sync Status", "data_type": "text", "length": 40},
    MESSAGE: {"field_label": "Exact Sync Message", "data_type": "text", "length": 255},
}
BY_HAND = "In Zoho, open Setup → Customization → Modules and Fields → the module → Fields"


@dataclass(slots=True)
class Made:
    """What came of making our fields: how many, and by module what Zoho said no to."""

    fields: int = 0
    refusals: dict[str, str] = field(default_factory=dict)


def read(sync: ZohoSync, zoho: ZohoClient, *, now: datetime) -> list[ModuleSync]:
    """Look which modules Zoho lets us work in, and what fields they have; 2 calls each and 1.

    The list of modules says why not; asking for a record has the last word. Raises ZohoError.
    """
    listed = {found.api_name: found for found in zoho.modules()}
    return [_read(one, listed.get(one.module), zoho, now) for one in modules_of(sync)]


def modules_of(sync: ZohoSync) -> list[ModuleSync]:
    """Return all modules of a tie, accounts first; those that are new to it are made."""
    known = {one.module: one for one in sync.modules.all()}
    missing = [ModuleSync(sync=sync, module=name) for name in Module if name not in known]
    if missing:
        ModuleSync.objects.bulk_create(missing, ignore_conflicts=True)
        known = {one.module: one for one in sync.modules.all()}
    return [known[name] for name in Module]


def lacking(module: ModuleSync) -> list[str]:
    """Return which of our fields Zoho lacks in a module."""
    known = {one["api_name"] for one in module.fields}
    return [name for name in OUR_FIELDS if name not in known]


def id_is_unique(module: ModuleSync) -> bool:
    """Whether Zoho refuses a second record with the same ID of Exact: nothing doubles by that."""
    return any(one.get("unique") for one in module.fields if one["api_name"] == EXACT_ID)


def make_fields(sync: ZohoSync, zoho: ZohoClient, *, now: datetime) -> Made:
    """Make those of our fields that Zoho lacks, and read what it has then.

    May be repeated. A refusal is told module by module: whoever logged in may lack the right to
    customise Zoho. Raises ZohoTemporaryError and ZohoUncertainError.
    """
    made = Made()
    for module in modules_of(sync):
        if module.unavailable or not module.takes_part or not lacking(module):
            continue
        try:
            outcomes = zoho.create_fields(module.module, [OUR_FIELDS[n] for n in lacking(module)])
        except (ZohoRefusedError, ZohoDisconnectedError) as error:
            made.refusals[module.module] = str(error)
        else:
            made.fields += sum(outcome.ok for outcome in outcomes)
            made.refusals |= _refusals(module, outcomes)
        _read_fields(module, zoho, now)
        module.unavailable = _doubles(module)
        _save(module)
    return made


def _refusals(module: ModuleSync, outcomes: Sequence[Outcome]) -> dict[str, str]:
    """Tell what Zoho said of the first field that it did not make; one made meanwhile counts."""
    no = [one for one in outcomes if not one.ok and one.code != "DUPLICATE_DATA"]
    return {module.module: f"Zoho refused: {no[0].message} ({no[0].code})."} if no else {}


def _read(
    module: ModuleSync, listed: ModuleRecord | None, zoho: ZohoClient, now: datetime
) -> ModuleSync:
    module.unavailable = availability.why_not(Module(module.module), listed)
    if not module.unavailable:
        module.unavailable = _proof(module, zoho)
    if not module.unavailable:
        fields = _read_fields(module, zoho, now)
        module.unavailable = availability.lacks_lines(Module(module.module), fields)
        module.unavailable = module.unavailable or _doubles(module)
    _save(module)
    return module


def _doubles(module: ModuleSync) -> str:
    """Say that our ID would not keep records from doubling; "" when it does, or is to be made."""
    if EXACT_ID in lacking(module) or id_is_unique(module):
        return ""
    return (
        "The field “Exact ID” is there, but may hold the same value twice, so records could"
        f" double. {BY_HAND} → Exact ID → Edit properties, and tick “Do not allow duplicate"
        " values”."
    )


def _proof(module: ModuleSync, zoho: ZohoClient) -> str:
    """Ask for a record: "" when Zoho answers, be it that there is none."""
    try:
        next(iter(zoho.records(module.module, ["id"])), None)
    except ZohoRefusedError:
        return availability.refused(Module(module.module))
    return ""


def _read_fields(module: ModuleSync, zoho: ZohoClient, now: datetime) -> list[FieldRecord]:
    found = zoho.fields(module.module)
    module.fields = msgspec.to_builtins(found)
    module.fields_read_at = now
    return found


def _save(module: ModuleSync) -> None:
    module.save(update_fields=["unavailable", "fields", "fields_read_at"])
