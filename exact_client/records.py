"""What Exact sends, as frozen values: trimmed, typed, and without what we never ask for.

Times are Exact's local wall clock (that of the company, Amsterdam or Brussels or Paris), although
the wire writes them as if they were UTC: they come as naive values and must not be converted.
"""

from __future__ import annotations

import re
from abc import ABCMeta
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from uuid import UUID

import msgspec

if TYPE_CHECKING:
    Padded = str
    LocalDate = date
    LocalTime = datetime
else:
    # msgspec hands these to our hook; the values themselves are plain str, date and datetime.
    Padded = ABCMeta("Padded", (), {})  # Exact pads with blanks: "               555", "FR "
    LocalDate = ABCMeta("LocalDate", (), {})
    LocalTime = ABCMeta("LocalTime", (), {})
    Padded.register(str)
    LocalDate.register(date)
    LocalTime.register(datetime)

UPPER_CASE = {"id", "vat", "gl", "ar", "dc", "fc", "hr"}


def exact_name(field: str) -> str:
    """Return Exact's name of one of our fields: `vat_number` is `VATNumber`."""
    words = field.split("_")
    return "".join(word.upper() if word in UPPER_CASE else word.capitalize() for word in words)


class Record(msgspec.Struct, frozen=True, kw_only=True, rename=exact_name):
    """Anything that Exact sends. Properties that we do not name are ignored."""

    FIELDS: ClassVar[tuple[str, ...]] = ()  # Exact's names, for $select


RecordT = TypeVar("RecordT", bound=Record)


def _named(cls: type[RecordT]) -> type[RecordT]:
    cls.FIELDS = tuple(field.encode_name for field in msgspec.structs.fields(cls))
    return cls


@_named
class AccountRecord(Record, frozen=True, kw_only=True):
    """A relation in a division: a customer, supplier, prospect or none of them (crm/Accounts)."""

    id: UUID
    code: Padded | None = None
    name: str | None = None
    search_code: str | None = None
    status: str | None = None  # A none, S suspect, P prospect, C customer
    is_supplier: bool = False
    blocked: bool = False
    end_date: LocalDate | None = None  # in the past: inactive, entries are refused
    vat_number: str | None = None  # as someone typed it
    chamber_of_commerce: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    postcode: str | None = None
    city: str | None = None
    country: Padded | None = None
    language: Padded | None = None
    email: str | None = None
    phone: str | None = None
    sales_vat_code: Padded | None = None
    payment_condition_sales: Padded | None = None
    modified: LocalTime | None = None


@_named
class SyncedAccountRecord(AccountRecord, frozen=True, kw_only=True):
    """An account with its row version, as sync/CRM/Accounts gives it."""

    timestamp: int  # a number that only grows, not a time of day


@_named
class DeletedRecord(Record, frozen=True, kw_only=True):
    """A record that was deleted within the last two months (sync/Deleted)."""

    ACCOUNT: ClassVar[int] = 2

    timestamp: int
    entity_key: UUID
    entity_type: int  # 2 is an account
    deleted_date: LocalTime | None = None


@_named
class SalesEntryRecord(Record, frozen=True, kw_only=True):
    """The header of an entry in a sales journal (salesentry/SalesEntries). Amounts include VAT."""

    entry_id: UUID
    entry_number: int | None = None
    journal: str | None = None
    customer: UUID | None = None
    entry_date: LocalDate | None = None
    your_ref: str | None = None
    currency: str | None = None
    amount_dc: Decimal | None = None
    amount_fc: Decimal | None = None
    vat_amount_fc: Decimal | None = None
    description: str | None = None
    status: int | None = None  # 20 open, 50 processed
    type: int | None = None  # 20 sales entry, 21 credit note
    created: LocalTime | None = None


@_named
class SalesEntryLineRecord(Record, frozen=True, kw_only=True):
    """One line of a sales entry (salesentry/SalesEntryLines). The amount excludes VAT."""

    id: UUID
    entry_id: UUID
    line_number: int | None = None
    amount_fc: Decimal | None = None
    vat_amount_fc: Decimal | None = None
    gl_account: UUID | None = None
    vat_code: Padded | None = None
    cost_center: str | None = None
    description: str | None = None


@_named
class JournalRecord(Record, frozen=True, kw_only=True):
    """A journal, referred to by its code (financial/Journals). Type 20 is sales."""

    id: UUID
    code: Padded
    description: str | None = None
    type: int | None = None
    is_blocked: bool = False
    currency: str | None = None
    gl_account: UUID | None = None  # for a sales journal, its receivables account


@_named
class GLAccountRecord(Record, frozen=True, kw_only=True):
    """A general ledger account, referred to by its ID (financial/GLAccounts). 110 is revenue."""

    id: UUID
    code: Padded
    description: str | None = None
    type: int | None = None
    is_blocked: bool = False
    vat_code: Padded | None = None
    use_costcenter: int | None = None  # 0 optional, 1 mandatory, 2 no


@_named
class VATCodeRecord(Record, frozen=True, kw_only=True):
    """A VAT code (vat/VATCodes). `percentage` is a fraction: 0.21 is 21 %."""

    id: UUID
    code: Padded
    description: str | None = None
    percentage: Decimal | None = None
    type: str | None = None  # B base only, E excluding, I including, N no VAT
    charged: bool = False  # reverse charge
    is_blocked: bool = False
    vat_transaction_type: str | None = None  # B both, P purchase, S sales


@_named
class PaymentConditionRecord(Record, frozen=True, kw_only=True):
    """A payment condition, referred to by its code (cashflow/PaymentConditions)."""

    id: UUID
    code: Padded
    description: str | None = None
    payment_days: int | None = None
    payment_end_of_months: int | None = None
    payment_method: str | None = None


@_named
class CostcenterRecord(Record, frozen=True, kw_only=True):
    """A cost centre, referred to by its code (hrm/Costcenters)."""

    id: UUID
    code: Padded
    description: str | None = None
    active: bool = True
    end_date: LocalDate | None = None


@_named
class FinancialPeriodRecord(Record, frozen=True, kw_only=True):
    """A period in which may be booked (financial/FinancialPeriods); both days belong to it."""

    id: UUID
    fin_year: int
    fin_period: int
    start_date: LocalDate
    end_date: LocalDate


@_named
class JournalStatusRecord(Record, frozen=True, kw_only=True):
    """Whether a journal is closed in a period (read/financial/JournalStatusList)."""

    journal: str
    year: int
    period: int
    status: int  # 0 open, 1 closed
    journal_type: int | None = None


@_named
class DivisionRecord(Record, frozen=True, kw_only=True):
    """A company that the user may see (system/Divisions)."""

    code: int
    description: str | None = None
    country: Padded | None = None
    currency: str | None = None
    vat_number: str | None = None
    status: int | None = None  # 0 inactive, 1 active, 2 archived
    division_move_date: LocalTime | None = None
    division_hr_link_unlink_date: LocalTime | None = None


@_named
class MeRecord(Record, frozen=True, kw_only=True):
    """The user whose permission we have (current/Me)."""

    user_id: UUID
    current_division: int  # follows the user's clicks in Exact: never post by it
    full_name: str | None = None
    language_code: str | None = None


@dataclass(frozen=True)
class OddRecord:
    """A record of Exact that did not fit: kept as it came, so that it can be shown and mended."""

    kind: str
    raw: bytes
    reason: str


OnOdd = Callable[[OddRecord], None]

_WIRE_TIME = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive on purpose: the wire holds a wall clock


def read(cls: type[RecordT], raw: bytes | msgspec.Raw) -> RecordT:
    """Return the record in this JSON. Raises msgspec.ValidationError when it does not fit."""
    record: RecordT = _decoder(cls).decode(raw)
    return record


def read_all(
    cls: type[RecordT], rows: Iterable[msgspec.Raw], on_odd: OnOdd | None
) -> Iterator[RecordT]:
    """Yield the records that fit; hand each of the others to `on_odd`.

    Raises msgspec.ValidationError for a record that does not fit and nobody wants to hear of.
    """
    for row in rows:
        try:
            record = read(cls, row)
        except msgspec.ValidationError as error:
            if on_odd is None:
                raise
            on_odd(OddRecord(cls.__name__.removesuffix("Record"), bytes(row), str(error)))
        else:
            yield record


@cache
def _decoder(cls: type[RecordT]) -> msgspec.json.Decoder[RecordT]:
    # Not strict: Int64 comes as a string and Byte flags as 0 and 1.
    return msgspec.json.Decoder(cls, strict=False, dec_hook=_from_wire)


def _from_wire(kind: type, value: Any) -> Any:
    if not isinstance(value, str):
        raise TypeError(f"Expected a text, got {type(value).__name__}")
    if kind is Padded:
        return value.strip()
    moment = _moment(value)
    return moment.date() if kind is LocalDate else moment


def _moment(value: str) -> datetime:
    if found := _WIRE_TIME.fullmatch(value):
        return _EPOCH + timedelta(milliseconds=int(found[1]))
    try:
        return datetime.fromisoformat(value).replace(tzinfo=None)
    except ValueError:
        raise ValueError("Expected /Date(milliseconds)/") from None
