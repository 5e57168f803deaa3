"""What the division's books offer, and what an administrator mapped to it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from sync.rules import supplies
from sync.rules.countries import same_country

ANY = ""  # in a mapping's cell: fits every location, type, code, business type, supply, category

SALES_JOURNAL = 20  # Exact's Journal.Type; no other type takes sales entries

OPTIONAL, MANDATORY, FORBIDDEN = 0, 1, 2  # Exact's GLAccount.UseCostcenter and .UseCostunit

NEVER_ON_A_SALES_LINE = {  # Exact's GLAccount.Type
    10: "cash",
    12: "bank",
    14: "credit card",
    16: "payment service",
    20: "receivables",
    22: "payables",
    24: "VAT",
}


NO_VAT_BOOKED = {  # Exact's VATCode.Type
    "B": "is of type B in Exact, which takes a base and books no VAT",
    "N": "is of type N in Exact, which books no VAT",
}


Key = tuple[str | Decimal, ...]


class DocumentKind(StrEnum):
    """What the source made."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class JournalCell(NamedTuple):
    """A cell of the journal mapping."""

    location: str
    kind: DocumentKind


class GLCell(NamedTuple):
    """A cell of the G/L mapping: what was sold, and where."""

    location: str
    resource_type: str
    resource_code: str

    def __str__(self) -> str:
        what = " ".join(filter(None, (self.resource_type, self.resource_code))) or "anything"
        return f"{what} at {self.location}" if self.location else what


WHO = {  # by business type
    ANY: "",
    "vat": " with a VAT number",
    "no_vat": " without a VAT number",
    "private": " who are private persons",
}


class VatCell(NamedTuple):
    """A cell of the VAT mapping; `rate` in percent, `vat_category` as UBL writes it."""

    country_group: str
    business_type: str
    rate: Decimal
    supply: str = ANY
    vat_category: str = ANY

    def __str__(self) -> str:
        where = {"domestic": "domestic", "eu": "EU", "non_eu": "non-EU"}[self.country_group]
        words = f"{where} customers{WHO[self.business_type]} at {self.rate.normalize():f} %"
        words += f", {supplies.WORDS[self.supply]}" if self.supply else ""
        return words + (f", category {self.vat_category}" if self.vat_category else "")

    @property
    def key(self) -> Key:
        """Where a problem with this cell is mended; ends with the last field that says anything."""
        parts: Key = tuple(self)
        while parts[-1] == ANY:
            parts = parts[:-1]
        return ("vat", *parts)


class TermsCell(NamedTuple):
    """A cell of the payment conditions: payment terms in the source's words."""

    payment_terms: str


Fallbacks = tuple[tuple[str, ...], ...]  # the fields of a cell that are kept, the others ANY

# From the most to the least specific; the first cell that is filled decides. What was sold says
# more about the revenue account than where it was sold: a code for all locations goes before a
# location's rule for the whole type.
GL_FALLBACKS: Fallbacks = (
    ("location", "resource_type", "resource_code"),
    ("resource_type", "resource_code"),
    ("location", "resource_type"),
    ("resource_type",),
    ("location",),
    (),
)

# The account of a discount that is booked apart: one that was chosen for discounts.
DISCOUNT_FALLBACKS = tuple(kept for kept in GL_FALLBACKS if "resource_type" in kept)

# The source's own VAT category says most, then what was supplied, then to whom.
VAT_FALLBACKS = (
    ("vat_category", "supply", "business_type"),
    ("vat_category", "supply"),
    ("vat_category", "business_type"),
    ("vat_category",),
    ("supply", "business_type"),
    ("supply",),
    ("business_type",),
    (),
)

# A location's own row goes first; a credit note without a journal of its own shares the invoices'.
JOURNAL_FALLBACKS = {
    DocumentKind.INVOICE: (("location", DocumentKind.INVOICE), (ANY, DocumentKind.INVOICE)),
    DocumentKind.CREDIT_NOTE: (
        ("location", DocumentKind.CREDIT_NOTE),
        ("location", DocumentKind.INVOICE),
        (ANY, DocumentKind.CREDIT_NOTE),
        (ANY, DocumentKind.INVOICE),
    ),
}


class ProblemKind(StrEnum):
    """Who puts it right: an admin at the mappings, the source's data, or a person who decides.

    Held and excluded come of a policy; they are worked out anew whenever anything changes.
    """

    NEEDS_MAPPING = "needs_mapping"
    NEEDS_DATA = "needs_data"
    REFUSED = "refused"
    HELD = "held"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps a document out of the books, in a bookkeeper's words.

    `key` names the place to mend: ("journal" | "credit_journal", location),
    ("gl", location, type, code), ("vat", country group, business type, rate[, supply[, category]]),
    ("cost_centre" | "cost_unit", location), ("payment_condition", terms), ("discount_product",),
    ("document" | "customer", field) or ("line", position, field).
    """

    kind: ProblemKind
    sentence: str
    key: Key


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal of the division; `type` as Exact numbers it."""

    code: str
    description: str = ""
    type: int = SALES_JOURNAL
    is_blocked: bool = False


@dataclass(frozen=True, slots=True)
class GLAccount:
    """A G/L account of the division; `id` is its GUID, the numbers are Exact's own."""

    id: str
    code: str
    description: str = ""
    type: int = 110  # revenue
    is_blocked: bool = False
    use_cost_centre: int = OPTIONAL
    use_cost_unit: int = OPTIONAL


@dataclass(frozen=True, slots=True)
class VatCode:
    """A VAT code of the division; `rate` is in percent: 21, where Exact says 0.21."""

    code: str
    rate: Decimal
    type: str = "E"  # excluding; I including, B base only, N no VAT
    description: str = ""
    is_blocked: bool = False
    transaction_type: str = "B"  # both; S sales, P purchase
    country: str = ""  # empty: any
    is_reverse_charge: bool = False


@dataclass(frozen=True, slots=True)
class PaymentCondition:
    """A payment condition of the division."""

    code: str
    description: str = ""
    days: int | None = None


class DiscountPolicy(StrEnum):
    """Where the discount of a line goes."""

    NET = "net"
    ACCOUNT = "account"
    PRODUCT = "product"


class ZeroPolicy(StrEnum):
    """What becomes of a document that comes to 0.00."""

    EXCLUDE = "exclude"
    BOOK = "book"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Policies:
    """The choices that hold for a whole division."""

    discounts: DiscountPolicy = DiscountPolicy.NET
    discount_product: str = ""  # its resource code
    zero: ZeroPolicy = ZeroPolicy.EXCLUDE
    defer_revenue: bool = True


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was read from the division; each mapping is keyed by the thing's code."""

    country: str
    currency: str
    journals: Mapping[str, Journal]
    gl_accounts: Mapping[str, GLAccount]
    vat_codes: Mapping[str, VatCode]
    payment_conditions: Mapping[str, PaymentCondition] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mappings:
    """What an admin chose: codes of the ledger by cell. Plain tuples serve as cells too."""

    journals: Mapping[JournalCell, str] = field(default_factory=dict)
    gl_accounts: Mapping[GLCell, str] = field(default_factory=dict)
    vat_codes: Mapping[VatCell, str] = field(default_factory=dict)
    cost_centres: Mapping[str, str] = field(default_factory=dict)  # by location, or ANY
    cost_units: Mapping[str, str] = field(default_factory=dict)  # by location, or ANY
    payment_conditions: Mapping[TermsCell, str] = field(default_factory=dict)
    policies: Policies = field(default_factory=Policies)


def vat_code_fault(
    vat_code: VatCode,
    rate: Decimal,
    *,
    business_type: str = ANY,
    countries: Collection[str] = (),
) -> str:
    """Say why this code can't take net sales lines at `rate` percent; empty when it can.

    `countries` are those of which one must be the code's own, if it has one; none: not looked at.
    """
    if vat_code.is_blocked:
        return "is blocked in Exact."
    if vat_code.type == "I":
        return "takes amounts as including VAT, and ours are without."
    if vat_code.transaction_type == "P":
        return "is for purchases only."
    return _rate_fault(vat_code, rate) or _customer_fault(vat_code, business_type, countries)


def _rate_fault(vat_code: VatCode, rate: Decimal) -> str:
    spoken = f"{rate.normalize():f} %"
    if rate and vat_code.is_reverse_charge:
        return f"is a reverse charge: the customer owes the VAT, and the line has {spoken}."
    if vat_code.rate != rate and not vat_code.is_reverse_charge:
        return f"is {vat_code.rate.normalize():f} % in Exact, not {spoken}."
    if rate and vat_code.type in NO_VAT_BOOKED:
        return f"{NO_VAT_BOOKED[vat_code.type]}, and the line has {spoken}."
    return ""


def _customer_fault(vat_code: VatCode, business_type: str, countries: Collection[str]) -> str:
    if vat_code.is_reverse_charge and business_type not in {ANY, "vat"}:
        return "is a reverse charge, which is for customers with a VAT number."
    strangers = bool(vat_code.country and countries) and not any(
        same_country(vat_code.country, country) for country in countries
    )
    return f"is for {vat_code.country} alone." if strangers else ""
