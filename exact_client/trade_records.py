"""What Exact sends about contacts, items, sales invoices and webhooks, as frozen values."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar
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


@named
class SalesInvoiceRecord(Record, frozen=True, kw_only=True):
    """The header of an invoice made in Exact (salesinvoice/SalesInvoices).

    Its number comes with printing. Amounts are in the invoice's currency.
    """

    DRAFT: ClassVar[int] = 10
    OPEN: ClassVar[int] = 20
    PROCESSED: ClassVar[int] = 50  # printed: frozen, and in the books
    INVOICE: ClassVar[int] = 8020
    CREDIT_NOTE: ClassVar[int] = 8021
    PAID: ClassVar[int] = 3  # of `starter_sales_invoice_status`

    invoice_id: UUID
    invoice_number: int | None = None
    invoice_date: LocalDate | None = None
    due_date: LocalDate | None = None
    status: int | None = None
    starter_sales_invoice_status: int | None = None  # 0 draft to 3 paid
    type: int | None = None
    ordered_by: UUID | None = None
    ordered_by_contact_person: UUID | None = None
    invoice_to: UUID | None = None
    journal: Padded | None = None
    your_ref: str | None = None
    description: str | None = None
    payment_condition: Padded | None = None
    currency: Padded | None = None
    order_number: int | None = None
    amount_fc: Decimal | None = None  # including VAT
    amount_fc_excl_vat: Decimal | None = msgspec.field(default=None, name="AmountFCExclVat")
    vat_amount_fc: Decimal | None = None
    modified: LocalTime | None = None


@named
class SalesInvoiceLineRecord(Record, frozen=True, kw_only=True):
    """One line of an invoice made in Exact (salesinvoice/SalesInvoiceLines)."""

    id: UUID
    invoice_id: UUID
    line_number: int | None = None
    item: UUID | None = None
    item_code: Padded | None = None
    description: str | None = None
    quantity: Decimal | None = None
    unit_code: Padded | None = None
    unit_price: Decimal | None = None
    discount: Decimal | None = None  # a fraction: 0.1 is 10 %
    net_price: Decimal | None = None
    amount_fc: Decimal | None = None  # without VAT
    vat_amount_fc: Decimal | None = None
    vat_code: Padded | None = None
    vat_percentage: Decimal | None = None  # a fraction
    gl_account: UUID | None = None


@named
class SyncedSalesInvoiceRecord(SalesInvoiceRecord, frozen=True, kw_only=True):
    """A header out of the list in which headers and lines are mixed (sync/SalesInvoice)."""

    timestamp: int
    line_number: int = 0


@named
class SyncedSalesInvoiceLineRecord(SalesInvoiceLineRecord, frozen=True, kw_only=True):
    """A line out of the list in which headers and lines are mixed (sync/SalesInvoice)."""

    timestamp: int


@named
class SalesOrderRecord(Record, frozen=True, kw_only=True):
    """The header of a sales order (salesorder/SalesOrders), numbered when it is made.

    Amounts are in the order's currency.
    """

    OPEN: ClassVar[int] = 12
    PARTIAL: ClassVar[int] = 20  # some of it is delivered or invoiced
    COMPLETE: ClassVar[int] = 21
    CANCELLED: ClassVar[int] = 45

    order_id: UUID = msgspec.field(name="OrderID")
    order_number: int | None = None
    order_date: LocalDate | None = None
    delivery_date: LocalDate | None = None
    status: int | None = None
    ordered_by: UUID | None = None
    your_ref: str | None = None
    description: str | None = None
    currency: Padded | None = None
    amount_fc: Decimal | None = None  # including VAT
    amount_fc_excl_vat: Decimal | None = msgspec.field(default=None, name="AmountFCExclVat")
    modified: LocalTime | None = None


@named
class PrintedSalesInvoiceRecord(Record, frozen=True, kw_only=True):
    """What came of printing. A mail that is called sent may still bounce."""

    invoice_id: UUID
    document: UUID | None = None
    document_creation_success: str | None = None
    document_creation_error: str | None = None
    email_creation_success: str | None = None
    email_creation_error: str | None = None
    peppol_creation_success: str | None = None
    peppol_creation_error: str | None = None
    postbox_message_creation_success: str | None = None
    postbox_message_creation_error: str | None = None


@named
class WebhookSubscriptionRecord(Record, frozen=True, kw_only=True):
    """Where Exact tells of changes of one topic (webhooks/WebhookSubscriptions)."""

    id: UUID
    topic: str
    callback_url: str | None = msgspec.field(default=None, name="CallbackURL")
