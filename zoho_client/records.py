"""What Zoho sends and takes, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

import msgspec

from zoho_client.errors import ZohoUnexpectedError
from zoho_client.reading import Json, Record, anything, id_of, moment

KEPT = {"$line_tax"}  # of all the keys with a dollar, the one that says something to us
UNREADABLE = "Zoho said no without saying why."


class Reference(Record, frozen=True, kw_only=True):
    """One record as another names it."""

    id: str = ""
    name: str | None = None
    email: str | None = None


class UserRecord(Record, frozen=True, kw_only=True):
    """A user of the organisation (GET /users)."""

    id: str
    full_name: str | None = None
    email: str | None = None
    status: str | None = None
    time_zone: str | None = None  # in whose offset this user is told times
    profile: Reference | None = None
    role: Reference | None = None


class LicenceRecord(Record, frozen=True, kw_only=True):
    """What the organisation pays for."""

    paid: bool = False
    paid_type: str | None = None  # the edition, such as enterprise
    users_license_purchased: int | None = None


class OrgRecord(Record, frozen=True, kw_only=True):
    """The organisation (GET /org)."""

    zgid: str  # the number by which it is known
    company_name: str | None = None
    type: str | None = None  # production, sandbox, developer or bigin
    iso_code: str | None = None  # of the home currency
    mc_status: bool = False  # whether it has several currencies
    time_zone: str | None = None
    country_code: str | None = None
    license_details: LicenceRecord = LicenceRecord()


class ModuleRecord(Record, frozen=True, kw_only=True):
    """A module, and what keeps us from using it (GET /settings/modules)."""

    id: str = ""
    api_name: str
    module_name: str = ""
    plural_label: str | None = None
    status: str = ""  # visible, user_hidden, system_hidden, scheduled_for_deletion
    visibility: int = 0  # 1 shown, 0 hidden, -1 taken away with the plan
    api_supported: bool = False
    generated_type: str | None = None
    creatable: bool = False
    editable: bool = False
    viewable: bool = False
    deletable: bool = False
    profiles: list[Reference] = []


class FieldUse(Record, frozen=True, kw_only=True):
    """What may be done with a field."""

    api_create: bool = False
    api_update: bool = False


class PickValue(Record, frozen=True, kw_only=True):
    """One of the values that a pick list offers."""

    actual_value: str
    display_value: str | None = None


class FieldRecord(Record, frozen=True, kw_only=True):
    """A field of a module (GET /settings/fields)."""

    id: str = ""
    api_name: str
    field_label: str | None = None
    data_type: str = ""
    json_type: str | None = None
    length: int | None = None
    decimal_place: int | None = None
    system_mandatory: bool = False
    custom_field: bool = False
    visible: bool = True
    read_only: bool = False
    field_read_only: bool = False
    operation_type: FieldUse | None = None
    unique: Mapping[str, Any] = {}
    lookup: Mapping[str, Any] | None = None
    pick_list_values: list[PickValue] = []

    @property
    def is_unique(self) -> bool:
        """Whether Zoho refuses a second record with the same value."""
        return bool(self.unique)

    @property
    def looks_up(self) -> str:
        """The module that a look-up field leads to, or nothing."""
        module = (self.lookup or {}).get("module") or {}
        return str(module.get("api_name") or "")

    @property
    def is_writable(self) -> bool:
        """Whether a value of ours can be stored in it."""
        use = self.operation_type
        may = use is None or (use.api_create and use.api_update)
        return may and not self.read_only and not self.field_read_only


class TaxRecord(Record, frozen=True, kw_only=True):
    """A sales tax: a name and a percentage, without a code (GET /org/taxes)."""

    id: str
    name: str
    value: Decimal
    display_label: str | None = None  # by which a product names it


class DeletedRecord(Record, frozen=True, kw_only=True):
    """A record that is gone: recycle reaches back 60 days, permanent 120 (GET /deleted)."""

    id: str
    type: str = ""  # recycle or permanent
    deleted_time: datetime
    display_name: str | None = None
    deleted_by: Reference | None = None


class WatchRecord(Record, frozen=True, kw_only=True):
    """A channel by which Zoho tells of changes. Its expiry is what Zoho made of our wish."""

    channel_id: str
    channel_expiry: datetime | None = None
    resource_name: str = ""
    events: list[str] | None = None
    notify_url: str | None = None


class SignalRecord(Record, frozen=True, kw_only=True):
    """A kind of signal that the organisation has (GET /settings/signals)."""

    namespace: str
    display_label: str | None = None
    enabled: bool = False


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A record of any module: what was asked for, under Zoho's own field names.

    Numbers with a point are Decimals; dates and times stay texts, as Zoho wrote them.
    """

    id: str
    modified_time: datetime | None
    created_time: datetime | None
    modified_by: str  # id of a user
    values: Json
    cut: tuple[str, ...] = ()  # subforms of which these are only the first rows

    @classmethod
    def from_api(cls, raw: msgspec.Raw | bytes) -> Self:
        """Read a record. Raises ZohoUnexpectedError when it has no id or an odd time."""
        return cls.of(anything(raw))

    @classmethod
    def of(cls, held: Json) -> Self:
        """Read a record that was decoded before."""
        if not held.get("id"):
            raise ZohoUnexpectedError("Zoho answered a record without an id.")
        more = held.get("$has_more")
        return cls(
            id=str(held["id"]),
            modified_time=moment(held.get("Modified_Time")),
            created_time=moment(held.get("Created_Time")),
            modified_by=id_of(held.get("Modified_By")),
            values={k: v for k, v in held.items() if not k.startswith("$") or k in KEPT},
            cut=tuple(name for name, is_cut in more.items() if is_cut)
            if isinstance(more, dict)
            else (),
        )


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one row that was written.

    `api_name` is the field that Zoho names, `duplicate_id` the record that has the value already.
    """

    ok: bool
    id: str = ""
    action: str = ""  # insert or update
    code: str = ""  # SUCCESS, or Zoho's own word such as MANDATORY_NOT_FOUND
    message: str = ""
    modified_time: datetime | None = None
    api_name: str = ""
    duplicate_id: str = ""
    details: Json = {}

    @classmethod
    def of(cls, told: Json, action: str = "") -> Self:
        """Read what Zoho says of one row; `action` is what it was when Zoho does not say."""
        ok = str(told.get("status", "")).lower() == "success" or told.get("code") == "SUCCESS"
        details = _details(told)
        code = str(told.get("code") or "")
        return cls(
            ok=ok,
            id=str(details.get("id") or "") if ok or code != "DUPLICATE_DATA" else "",
            action=str(told.get("action") or action) if ok else "",
            code=code,
            message=str(told.get("message") or UNREADABLE),
            modified_time=moment(details.get("Modified_Time")),
            api_name=str(details.get("api_name") or ""),
            duplicate_id=_duplicate(details) if code == "DUPLICATE_DATA" else "",
            details=details,
        )


def _details(told: Json) -> Json:
    """Return where it went wrong; of several errors, the place of the first."""
    details = told.get("details")
    if not isinstance(details, dict):
        return {}
    errors = details.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    inner = first.get("details") if isinstance(first, dict) else None
    return {**inner, **details} if isinstance(inner, dict) else details


def _duplicate(details: Json) -> str:
    return str(details.get("id") or "") or id_of(details.get("duplicate_record"))
