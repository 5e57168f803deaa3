"""Lines of an invoice in Zoho: what they come to there, and how they are changed without a twin."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sync.rules.cents import HUNDRED, to_cents

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax of the organisation in Zoho; the rate in percent."""

    name: str
    rate: Decimal


@dataclass(frozen=True, slots=True)
class ZohoLine:
    """One row of Invoiced_Items or Ordered_Items, in the currency of the invoice."""

    product: str  # its id in Zoho
    quantity: Decimal
    list_price: Decimal  # for one, before discount and tax
    discount: Decimal = ZERO  # an amount, for the whole line
    taxes: tuple[Tax, ...] = ()
    description: str = ""

    @property
    def amount(self) -> Decimal:
        """What Zoho calls Total: before discount and tax."""
        return to_cents(self.quantity * self.list_price)

    @property
    def net(self) -> Decimal:
        """What Zoho calls Total_After_Discount."""
        return self.amount - self.discount

    @property
    def tax(self) -> Decimal:
        """Each tax of the line, rounded half-up by itself."""
        return sum((to_cents(self.net * tax.rate / HUNDRED) for tax in self.taxes), ZERO)

    @classmethod
    def from_api(cls, row: Mapping[str, object]) -> "ZohoLine":
        """Read a row as Zoho sends it."""
        product, taxes = row.get("Product_Name"), row.get("Line_Tax")
        return cls(
            product=str(product.get("id", "")) if isinstance(product, Mapping) else "",
            quantity=_number(row.get("Quantity")),
            list_price=_number(row.get("List_Price")),
            discount=_number(row.get("Discount")),
            taxes=tuple(
                Tax(str(tax.get("name", "")), _number(tax.get("percentage")))
                for tax in (taxes if isinstance(taxes, list) else [])
            ),
            description=str(row.get("Description") or "").strip(),
        )

    def to_api(self) -> dict[str, object]:
        """Write a row as Zoho takes it; its totals are Zoho's own to compute."""
        return {
            "Product_Name": {"id": self.product},
            "Quantity": self.quantity,
            "List_Price": self.list_price,
            "Discount": self.discount,
            "Line_Tax": [{"name": tax.name, "percentage": tax.rate} for tax in self.taxes],
            "Description": self.description or None,
        }


def _number(value: object) -> Decimal:
    """Read a number that Zoho sends as a number, as text ("5.90") or not at all."""
    return Decimal(0) if value in (None, "") else Decimal(str(value))


@dataclass(frozen=True, slots=True)
class ZohoTotals:
    """What Zoho computes of an invoice."""

    sub_total: Decimal  # the lines after their discount, without tax
    tax: Decimal
    grand_total: Decimal


def zoho_totals(
    lines: Iterable[ZohoLine], *, discount: Decimal = ZERO, adjustment: Decimal = ZERO
) -> ZohoTotals:
    """Compute what Zoho will: each line in whole cents, then added up.

    Source: the field table of Invoices, docs/zoho.md
    """
    rows = list(lines)
    sub_total = sum((row.net for row in rows), ZERO)
    tax = sum((row.tax for row in rows), ZERO)
    return ZohoTotals(sub_total, tax, sub_total - discount + tax + adjustment)


# --- Changing lines ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LineChanges:
    """What makes the rows of a subform the lines that are wanted; nothing when they are."""

    update: list[tuple[str, ZohoLine]] = field(default_factory=list)  # row id, what it becomes
    add: list[ZohoLine] = field(default_factory=list)
    delete: list[str] = field(default_factory=list)  # row ids

    def __bool__(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.update or self.add or self.delete)

    def to_api(self) -> list[dict[str, object]]:
        """Write the subform; Zoho appends a row without an id and keeps one that isn't named."""
        rows: list[dict[str, object]] = [
            {"id": row_id, **line.to_api()} for row_id, line in self.update
        ]
        rows += [line.to_api() for line in self.add]
        rows += [{"id": row_id, "_delete": None} for row_id in self.delete]
        return rows


def line_changes(
    existing: Sequence[tuple[str, ZohoLine]], wanted: Sequence[ZohoLine]
) -> LineChanges:
    """Return how the rows that are there (id, line) become the lines that are wanted.

    Equal rows stay as they are. Of the others, rows of the same product are changed first, then
    any row; rows too many are deleted by name, and only what is missing then is added.
    """
    open_lines = Counter(wanted)
    left: list[tuple[str, ZohoLine]] = []
    for row_id, line in existing:
        if open_lines[line]:
            open_lines[line] -= 1
        else:
            left.append((row_id, line))
    changes = LineChanges()
    rest = list(open_lines.elements())
    for same_product in (True, False):
        rest = _reused(rest, left, changes, same_product=same_product)
    changes.add.extend(rest)
    changes.delete.extend(row_id for row_id, _ in left)
    return changes


def _reused(
    lines: Sequence[ZohoLine],
    rows: list[tuple[str, ZohoLine]],
    changes: LineChanges,
    *,
    same_product: bool,
) -> list[ZohoLine]:
    """Change a row that is left into each line where one fits; return the lines without one."""
    without = []
    for line in lines:
        fits = (row for row in rows if not same_product or row[1].product == line.product)
        row = next(fits, None)
        if row is None:
            without.append(line)
        else:
            rows.remove(row)
            changes.update.append((row[0], line))
    return without
