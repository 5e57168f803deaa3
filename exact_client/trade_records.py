"""What Exact sends about contacts, items, sales invoices and webhooks, as frozen values."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import msgspec

from exact_client.reading import LocalDate, LocalTime, Padded, Record, named


@named
class ContactRecord(Record, frozen=True, kw_only=True):
    """A person at one account (crm/Contacts). The main one is chosen on the account."""

    id: UUID
    account: UUID | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    full_name: str | None = None
    email: str | None = None
    phone: str | None = None
    mobile: str | None = None
    job_title_description: str | None = None
    language: Padded | None = None
    is_main_contact: bool = False
    hid: int | None = None  # its number, as Exact's screens show it
    end_date: LocalDate | None = None
    modified: LocalTime | None = None


@named
class SyncedContactRecord(ContactRecord, frozen=True, kw_only=True):
    """A contact with its row version (sync/CRM/Contacts)."""

    timestamp: int


@named
class SyncedItemRecord(Record, frozen=True, kw_only=True):
    """An item with its row version, without a price (sync/Logistics/Items)."""

    timestamp: int
    id: UUID
    code: Padded
    description: str | None = None
    extra_description: str | None = None
    unit: Padded | None = None
    item_group: UUID | None = None
    sales_vat_code: Padded | None = msgspec.field(default=None, name="SalesVatCode")
    gl_revenue: UUID | None = None
    is_sales_item: bool = False
    end_date: LocalDate | None = None
    modified: LocalTime | None = None


@named
class ItemRecord(Record, frozen=True, kw_only=True):
    """Something that is sold, referred to by its ID (logistics/Items)."""

    id: UUID
    code: Padded
    description: str | None = None
    extra_description: str | None = None
    unit: Padded | None = None
    item_group: UUID | None = None
    sales_vat_code: Padded | None = msgspec.field(default=None, name="SalesVatCode")
    gl_revenue: UUID | None = None
    is_sales_item: bool = False
    standard_sales_price: Decimal | None = None  # of one unit; set by a SalesItemPrice
    end_date: LocalDate | None = None
    modified: LocalTime | None = None


@named
class ItemPriceRecord(Record, frozen=True, kw_only=True):
    """What an item costs from a day on (logistics/SalesItemPrices); with an account, for it."""

    id: UUID
    item: UUID | None = None
    account: UUID | None = None
    price: Decimal | None = None
    currency: Padded | None = None
    quantity: Decimal | None = None  # from which the price holds
    unit: Padded | None = None
    start_date: LocalDate | None = None
    end_date: LocalDate | None = None


@named
class SyncedItemPriceRecord(ItemPriceRecord, frozen=True, kw_only=True):
    """A price with its row version (sync/Logistics/SalesItemPrices)."""

    timestamp: int


@named
class ItemGroupRecord(Record, frozen=True, kw_only=True):
    """A group of items, which says on what G/L account they are sold (logistics/ItemGroups)."""

    id: UUID
    code: Padded
    description: str | None = None
    is_default: bool = False
    gl_revenue: UUID | None = None


@named
class UnitRecord(Record, frozen=True, kw_only=True):
    """A unit in which items are sold, referred to by its code (logistics/Units)."""

    id: UUID
    code: Padded
    description: str | None = None
    active: bool = True
    main: bool = False
    type: str | None = None  # A area, L length, O other, T time, V volume, W weight
