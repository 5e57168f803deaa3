"""An invoice as it came, the sales entry it becomes, and that entry as it goes over the wire."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from sync.rules import supplies
from sync.rules.cents import HUNDRED, to_cents
from sync.rules.deferral import Schedule
from sync.rules.ledger import DocumentKind, GLAccount
from sync.rules.references import require_fitting

DESCRIPTION_LENGTH = 60  # of a sales entry and of its lines, in UTF-16 units as .NET counts

CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f]")

Json = str | list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A line as the source gave it: a price without VAT, discount and VAT rate in percent."""

    position: int
    description: str
    resource_type: str
    resource_code: str
    quantity: Decimal
    unit_price: Decimal
    vat_rate: Decimal
    discount_percent: Decimal = Decimal(0)
    period_from: date | None = None
    period_to: date | None = None
    supply: str = ""  # goods, services or real_estate; empty: by its resource type
    vat_category: str = ""  # UBL's: S, Z, E, AE, K, G or O; empty: not told

    @property
    def net(self) -> Decimal:
        """The amount without VAT, less discount, rounded half-up; signed as in the source."""
        return to_cents(
            self.quantity * self.unit_price * (HUNDRED - self.discount_percent) / HUNDRED
        )

    @property
    def gross(self) -> Decimal:
        """The amount without VAT before its discount, rounded half-up; signed as in the source."""
        return to_cents(self.quantity * self.unit_price)

    @property
    def is_discount(self) -> bool:
        """Whether it is itself a discount on the document."""
        return self.resource_type == supplies.DISCOUNT


class StatedVat(NamedTuple):
    """What the source says of one VAT rate and category, as UBL's TaxSubtotal; rate in percent."""

    rate: Decimal
    vat: Decimal
    category: str = ""
    base: Decimal | None = None


class Original(StrEnum):
    """What is known of the invoice that a credit note names."""

    UNKNOWN = "unknown"
    OURS = "ours"
    OF_ANOTHER = "of_another"  # customer


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice or credit note as the source gave it; a total is None when the source had none."""

    number: str
    kind: DocumentKind
    invoice_date: date
    customer_country: str  # two letters
    business_type: str  # vat, no_vat or private
    lines: tuple[DocumentLine, ...]
    due_date: date | None = None
    currency: str = ""  # empty: the division's own
    location: str = ""
    structured_reference: str = ""
    your_reference: str = ""  # the customer's own, such as an order number
    total_excl: Decimal | None = None
    total_vat: Decimal | None = None
    total_incl: Decimal | None = None
    stated_vat: tuple[StatedVat, ...] = ()
    customer_vat_valid: bool = True  # whether the customer has a VAT number that passes its check
    payment_terms: str = ""  # in the source's words
    credited_invoice: str = ""
    original: Original = Original.OURS  # meaningful where an invoice is credited
    book_on: date | None = None  # chosen by a person; None: the date of the document
    is_approved: bool = False  # a person saw it and said that it may go

    @property
    def is_credit(self) -> bool:
        """Whether it takes back what an invoice asked."""
        return self.kind == DocumentKind.CREDIT_NOTE

    @property
    def entry_date(self) -> date:
        """The day on which it is booked."""
        return self.book_on or self.invoice_date

    def supply_of(self, line: DocumentLine) -> str:
        """Return the kind of supply of a line; a discount has that of the lines it can be on."""
        if line.supply or not line.is_discount:
            return supplies.supply_of(line.resource_type, line.supply)
        others = {
            supplies.supply_of(one.resource_type, one.supply)
            for one in self.lines
            if not one.is_discount
            and (one.vat_rate, one.vat_category) == (line.vat_rate, line.vat_category)
        }
        return others.pop() if len(others) == 1 else supplies.SERVICES


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A line of the sales entry; amounts in the entry's currency, negative on a credit note."""

    position: int  # of the document's line
    description: str
    gl_account: GLAccount
    vat_code: str
    vat_rate: Decimal  # percent
    net: Decimal
    vat: Decimal
    odd_cents: Decimal  # what `vat` has more than this line's own rounding: -0.01, 0.00 or 0.01
    quantity: Decimal
    cost_centre: str
    period_from: date | None  # given where the revenue is deferred
    period_to: date | None
    cost_unit: str = ""
    is_discount: bool = False
    schedule: Schedule = ()  # how Exact will spread deferred revenue


@dataclass(frozen=True, slots=True)
class VatGroup:
    """The lines of one VAT code together, as the VAT return will see them."""

    vat_code: str
    rate: Decimal  # percent
    base: Decimal
    vat: Decimal


@dataclass(frozen=True, slots=True)
class Entry:
    """A sales entry as it will stand in Exact; totals are signed as booked."""

    number: str
    kind: DocumentKind
    journal: str
    entry_date: date
    due_date: date | None
    description: str
    currency: str
    payment_reference: str
    lines: tuple[EntryLine, ...]
    vat_groups: tuple[VatGroup, ...]
    net: Decimal
    vat: Decimal
    incl: Decimal
    warnings: tuple[str, ...] = ()  # for a person; the entry can go as it is
    payment_condition: str = ""  # empty: the account's own


def to_payload(entry: Entry, *, customer_guid: str, reference: str) -> dict[str, Json]:
    """Return the body that creates this entry, in Exact's own property names.

    Amounts are strings with two decimals. Exact takes numbers and strings alike, but only strings
    keep a Decimal as it is through JSON and a database, so that equal entries have equal hashes.
    What is empty is left out. Raises ReferenceTooLongError rather than cut the reference.
    Source: Exact REST reference, SalesEntries and SalesEntryLines.
    """
    header = {
        "Customer": customer_guid,
        "Journal": entry.journal,
        "EntryDate": entry.entry_date.isoformat(),
        "DueDate": _iso(entry.due_date),
        "PaymentCondition": entry.payment_condition,
        "Description": entry.description,
        "YourRef": require_fitting(reference),
        "PaymentReference": entry.payment_reference,
        "Currency": entry.currency,
    }
    return {**_filled(header), "SalesEntryLines": [_line_payload(line) for line in entry.lines]}


def fit(text: str, length: int = DESCRIPTION_LENGTH) -> str:
    """Make one line of the text, cut with an ellipsis at `length` UTF-16 units."""
    text = " ".join(CONTROL_CHARACTERS.sub(" ", text).split())
    if _units(text) <= length:
        return text
    while _units(text) >= length:
        text = text[:-1]
    return text.rstrip() + "…"


def _line_payload(line: EntryLine) -> dict[str, str]:
    return _filled(
        {
            "Description": line.description,
            "GLAccount": line.gl_account.id,
            "VATCode": line.vat_code,
            "AmountFC": f"{line.net:.2f}",
            "VATAmountFC": f"{line.vat:.2f}",
            "Quantity": f"{line.quantity.normalize():f}",
            "CostCenter": line.cost_centre,
            "CostUnit": line.cost_unit,
            "From": _iso(line.period_from),
            "To": _iso(line.period_to),
        }
    )


def _filled(properties: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in properties.items() if value}


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
