"""What Exact sends, as frozen values, without what we never ask for.

Times are Exact's local wall clock (that of the company, Amsterdam or Brussels or Paris), although
the wire writes them as if they were UTC: they come as naive values and must not be converted.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from exact_client.reading import LocalDate, LocalTime, Padded, Record, named


@named
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


@named
class SyncedAccountRecord(AccountRecord, frozen=True, kw_only=True):
    """An account with its row version, as sync/CRM/Accounts gives it."""

    timestamp: int  # a number that only grows, not a time of day


@named
class DeletedRecord(Record, frozen=True, kw_only=True):
    """A record that was deleted within the last two months (sync/Deleted)."""

    TRANSACTION_LINE: ClassVar[int] = 1
    ACCOUNT: ClassVar[int] = 2
    CONTACT: ClassVar[int] = 5
    DOCUMENT: ClassVar[int] = 6
    ITEM_PRICE: ClassVar[int] = 8
    ITEM: ClassVar[int] = 9
    PAYMENT_TERM: ClassVar[int] = 10
    SALES_INVOICE: ClassVar[int] = 13  # its lines too, each by its own key
    SALES_ORDER: ClassVar[int] = 32
    SALES_ORDER_LINE: ClassVar[int] = 33

    timestamp: int
    entity_key: UUID
    entity_type: int
    deleted_date: LocalTime | None = None


@named
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


@named
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
    cost_unit: str | None = None
    description: str | None = None


@named
class TransactionLineRecord(Record, frozen=True, kw_only=True):
    """A line of any entry in the books (sync/Financial/TransactionLines).

    Line 0 is the entry's header with its total; the revenue of a sale is negative, for credit.
    """

    timestamp: int
    id: UUID
    entry_id: UUID
    line_number: int = 0
    journal_code: Padded | None = None
    entry_number: int | None = None
    date: LocalDate | None = None
    financial_year: int | None = None
    financial_period: int | None = None
    account: UUID | None = None
    account_name: str | None = None
    gl_account: UUID | None = None
    gl_account_code: Padded | None = None
    vat_code: Padded | None = None
    currency: Padded | None = None
    amount_fc: Decimal | None = None
    amount_dc: Decimal | None = None
    amount_vat_fc: Decimal | None = None
    description: str | None = None
    your_ref: str | None = None
    cost_center: str | None = None
    cost_unit: str | None = None
    document: UUID | None = None
    status: int | None = None  # 20 open, 50 processed


@named
class PaymentTermRecord(Record, frozen=True, kw_only=True):
    """What a customer owes or paid, or what we owe or paid (sync/Cashflow/PaymentTerms).

    Amounts are negative for what a customer owes. The feed can't be filtered by `line_type`.
    """

    RECEIPT: ClassVar[int] = 20  # 22 is a payment of ours

    timestamp: int
    id: UUID
    line_type: int | None = None
    transaction_entry_id: UUID | None = None  # EntryID of the sales entry
    entry_number: int | None = None
    invoice_number: int | None = None
    your_ref: str | None = None
    account: UUID | None = None
    amount_fc: Decimal | None = None
    amount_dc: Decimal | None = None
    currency: Padded | None = None
    due_date: LocalDate | None = None
    invoice_date: LocalDate | None = None
    status: int | None = None  # 20 open, 30 selected, 40 processed, 50 matched
    is_fully_paid: bool = False
    last_payment_date: LocalDate | None = None


@named
class DocumentRecord(Record, frozen=True, kw_only=True):
    """A document, which may hang on an entry (documents/Documents). Type 10: sales invoice."""

    SALES_INVOICE: ClassVar[int] = 10

    id: UUID
    subject: str | None = None
    type: int | None = None
    account: UUID | None = None
    financial_transaction_entry_id: UUID | None = None
    document_date: LocalDate | None = None
    hid: int | None = None  # its number, as Exact's screens show it


@named
class AttachmentRecord(Record, frozen=True, kw_only=True):
    """A file of a document (documents/DocumentAttachments); its content is behind `url`."""

    id: UUID
    document: UUID | None = None
    file_name: str | None = None
    file_size: Decimal | None = None  # bytes
    url: str | None = None


@named
class JournalRecord(Record, frozen=True, kw_only=True):
    """A journal, referred to by its code (financial/Journals). Type 20 is sales."""

    id: UUID
    code: Padded
    description: str | None = None
    type: int | None = None
    is_blocked: bool = False
    currency: str | None = None
    gl_account: UUID | None = None  # for a sales journal, its receivables account


@named
class GLAccountRecord(Record, frozen=True, kw_only=True):
    """A general ledger account, referred to by its ID (financial/GLAccounts). 110 is revenue."""

    id: UUID
    code: Padded
    description: str | None = None
    type: int | None = None
    is_blocked: bool = False
    vat_code: Padded | None = None
    use_costcenter: int | None = None  # 0 optional, 1 mandatory, 2 no
    use_costunit: int | None = None  # as above


@named
class VATCodeRecord(Record, frozen=True, kw_only=True):
    """A VAT code (vat/VATCodes). `percentage` is a fraction: 0.21 is 21 %."""

    id: UUID
    code: Padded
    description: str | None = None
    percentage: Decimal | None = None
    type: str | None = None  # B base only, E excluding, I including, N no VAT
    charged: bool = False  # reverse charge
    country: Padded | None = None
    is_blocked: bool = False
    vat_transaction_type: str | None = None  # B both, P purchase, S sales


@named
class PaymentConditionRecord(Record, frozen=True, kw_only=True):
    """A payment condition, referred to by its code (cashflow/PaymentConditions)."""

    id: UUID
    code: Padded
    description: str | None = None
    payment_days: int | None = None
    payment_end_of_months: int | None = None
    payment_method: str | None = None


@named
class CostcenterRecord(Record, frozen=True, kw_only=True):
    """A cost centre, referred to by its code (hrm/Costcenters)."""

    id: UUID
    code: Padded
    description: str | None = None
    active: bool = True
    end_date: LocalDate | None = None


@named
class CostunitRecord(Record, frozen=True, kw_only=True):
    """A cost unit, referred to by its code (hrm/Costunits)."""

    id: UUID
    code: Padded
    description: str | None = None
    end_date: LocalDate | None = None


@named
class FinancialPeriodRecord(Record, frozen=True, kw_only=True):
    """A period in which may be booked (financial/FinancialPeriods); both days belong to it."""

    id: UUID
    fin_year: int
    fin_period: int
    start_date: LocalDate
    end_date: LocalDate


@named
class JournalStatusRecord(Record, frozen=True, kw_only=True):
    """Whether a journal is closed in a period (read/financial/JournalStatusList)."""

    journal: str
    year: int
    period: int
    status: int  # 0 open, 1 closed
    journal_type: int | None = None


@named
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


@named
class MeRecord(Record, frozen=True, kw_only=True):
    """The user whose permission we have (current/Me)."""

    user_id: UUID
    current_division: int  # follows the user's clicks in Exact: never post by it
    full_name: str | None = None
    language_code: str | None = None
