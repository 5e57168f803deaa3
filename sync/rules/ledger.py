"""What the division's books offer, what an admin mapped to it, and which of it fits a line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, TypeVar

ANY = ""  # in a mapping's cell: fits every location, type, code or business type

SALES_JOURNAL = 20  # Exact's Journal.Type; no other type takes sales entries

COST_CENTRE_OPTIONAL = 0  # Exact's GLAccount.UseCostcenter
COST_CENTRE_MANDATORY = 1
COST_CENTRE_FORBIDDEN = 2

NEVER_ON_A_SALES_LINE = {  # Exact's GLAccount.Type
    10: "cash",
    12: "bank",
    14: "credit card",
    16: "payment service",
    20: "receivables",
    22: "payables",
    24: "VAT",
}


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


class VatCell(NamedTuple):
    """A cell of the VAT mapping; `rate` in percent."""

    country_group: str
    business_type: str
    rate: Decimal

    def __str__(self) -> str:
        where = {"domestic": "domestic", "eu": "EU", "non_eu": "non-EU"}[self.country_group]
        who = self.business_type or "any"
        return f"{where} customers of business type {who} at {self.rate.normalize():f} %"


# From the most to the least specific; the first cell that is filled decides. What was sold says
# more about the revenue account than where it was sold: a code for all locations goes before a
# location's rule for the whole type.
GL_FALLBACKS = (
    ("location", "resource_type", "resource_code"),
    ("resource_type", "resource_code"),
    ("location", "resource_type"),
    ("resource_type",),
    ("location",),
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
    """Who puts it right: an admin at the mappings, the source's data, or a person who decides."""

    NEEDS_MAPPING = "needs_mapping"
    NEEDS_DATA = "needs_data"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps a document out of the books, in a bookkeeper's words.

    `key` names the place to mend: ("journal" | "credit_journal", location),
    ("gl", location, type, code), ("vat", country group, business type, rate),
    ("cost_centre", location), ("document" | "customer", field) or ("line", position, field).
    """

    kind: ProblemKind
    sentence: str
    key: tuple[str | Decimal, ...]


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
    use_cost_centre: int = COST_CENTRE_OPTIONAL

    @property
    def needs_cost_centre(self) -> bool:
        """Whether Exact refuses a line here without a cost centre."""
        return self.use_cost_centre == COST_CENTRE_MANDATORY

    @property
    def takes_cost_centre(self) -> bool:
        """Whether a line here may carry a cost centre at all."""
        return self.use_cost_centre != COST_CENTRE_FORBIDDEN


@dataclass(frozen=True, slots=True)
class VatCode:
    """A VAT code of the division; `rate` is in percent: 21, where Exact says 0.21."""

    code: str
    rate: Decimal
    type: str = "E"  # excluding; I including, B base only, N no VAT
    description: str = ""
    is_blocked: bool = False
    transaction_type: str = "B"  # both; S sales, P purchase


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was read from the division; each mapping is keyed by the thing's code."""

    country: str
    currency: str
    journals: Mapping[str, Journal]
    gl_accounts: Mapping[str, GLAccount]
    vat_codes: Mapping[str, VatCode]


@dataclass(frozen=True, slots=True)
class Mappings:
    """What an admin chose: codes of the ledger by cell. Plain tuples serve as cells too."""

    journals: Mapping[JournalCell, str] = field(default_factory=dict)
    gl_accounts: Mapping[GLCell, str] = field(default_factory=dict)
    vat_codes: Mapping[VatCell, str] = field(default_factory=dict)
    cost_centres: Mapping[str, str] = field(default_factory=dict)  # by location, or ANY


Cell = TypeVar("Cell", JournalCell, GLCell, VatCell)


def find_journal(wanted: JournalCell, mappings: Mappings, ledger: Ledger) -> Journal | Problem:
    """Return the journal that takes this kind of document of this location."""
    cells = [
        JournalCell(wanted.location if place else ANY, kind)
        for place, kind in JOURNAL_FALLBACKS[wanted.kind]
    ]
    cell = _first_filled(cells, mappings.journals)
    if cell is None:
        where = wanted.location or "any location"
        key = ("journal", wanted.location)
        return _unmapped(f"No sales journal is chosen for {where}.", key)
    code = mappings.journals[cell]
    journal = ledger.journals.get(code)
    if journal is None:
        return _unmapped(f"Journal {code} isn't in Exact any more.", _journal_key(cell))
    if journal.is_blocked:
        return _unmapped(f"Journal {code} is blocked in Exact.", _journal_key(cell))
    if journal.type != SALES_JOURNAL:
        return _unmapped(f"Journal {code} is not a sales journal.", _journal_key(cell))
    return journal


def find_gl_account(wanted: GLCell, mappings: Mappings, ledger: Ledger) -> GLAccount | Problem:
    """Return the account that takes what was sold, by GL_FALLBACKS."""
    cells = [
        GLCell(*(getattr(wanted, name) if name in kept else ANY for name in GLCell._fields))
        for kept in GL_FALLBACKS
    ]
    cell = _first_filled(cells, mappings.gl_accounts)
    if cell is None:
        return _unmapped(f"No G/L account is chosen for {wanted}.", ("gl", *wanted))
    code = mappings.gl_accounts[cell]
    account = ledger.gl_accounts.get(code)
    if account is None:
        return _unmapped(f"G/L account {code} isn't in Exact any more.", ("gl", *cell))
    if account.is_blocked:
        return _unmapped(f"G/L account {code} is blocked in Exact.", ("gl", *cell))
    if account.type in NEVER_ON_A_SALES_LINE:
        kind = NEVER_ON_A_SALES_LINE[account.type]
        return _unmapped(f"G/L account {code} is of type {kind}, not of revenue.", ("gl", *cell))
    return account


def find_vat_code(wanted: VatCell, mappings: Mappings, ledger: Ledger) -> VatCode | Problem:
    """Return the VAT code of this kind of customer and rate, own business type before any."""
    cells = [wanted, wanted._replace(business_type=ANY)]
    cell = _first_filled(cells, mappings.vat_codes)
    if cell is None:
        return _unmapped(f"No VAT code is chosen for {wanted}.", ("vat", *wanted))
    code = mappings.vat_codes[cell]
    vat_code = ledger.vat_codes.get(code)
    if vat_code is None:
        return _unmapped(f"VAT code {code} isn't in Exact any more.", ("vat", *cell))
    fault = vat_code_fault(vat_code, wanted.rate)
    return _unmapped(f"VAT code {code} {fault}", ("vat", *cell)) if fault else vat_code


def vat_code_fault(vat_code: VatCode, rate: Decimal) -> str:
    """Say why this code can't take net sales lines at `rate` percent; empty when it can."""
    if vat_code.is_blocked:
        return "is blocked in Exact."
    if vat_code.type == "I":
        return "takes amounts as including VAT, and ours are without."
    if vat_code.transaction_type == "P":
        return "is for purchases only."
    if vat_code.rate != rate:
        return f"is {vat_code.rate.normalize():f} % in Exact, not {rate.normalize():f} %."
    return ""


def _first_filled(cells: Iterable[Cell], mapping: Mapping[Cell, str]) -> Cell | None:
    return next((cell for cell in cells if mapping.get(cell)), None)


def _journal_key(cell: JournalCell) -> tuple[str, str]:
    name = "journal" if cell.kind == DocumentKind.INVOICE else "credit_journal"
    return (name, cell.location)


def _unmapped(sentence: str, key: tuple[str | Decimal, ...]) -> Problem:
    return Problem(
        ProblemKind.NEEDS_MAPPING, f"{sentence} Choose one that fits in the set-up.", key
    )
