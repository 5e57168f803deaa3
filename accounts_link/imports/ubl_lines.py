"""The lines of a UBL document, and its allowances and charges as lines of their own.

LineExtensionAmount is what a line comes to, whatever its price says: EN 16931 adds up these amounts
and nothing else. So a line is read in such a way that quantity times price, less discount, comes to
it; its own charges and allowances are taken together as its discount where that fits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from accounts_link.imports.documents import InvoiceLineRow
from accounts_link.imports.shapes import CellError
from accounts_link.imports.ubl_codes import VAT_CATEGORIES, WITHOUT_VAT
from accounts_link.imports.ubl_reading import (
    LINE_DIGITS,
    Reading,
    amount,
    line_cents,
    name_of,
    shortened,
    xml_day,
)
from accounts_link.imports.xml_tree import Element

ZERO, ONE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)
FINE = Decimal("0.0001")  # the places that quantities, prices and discounts are kept with
CENT = Decimal("0.01")
LIMIT = Decimal(10) ** LINE_DIGITS  # of quantities and prices
WIDE = Context(prec=100)  # so that no product or quotient of two amounts overflows
DESCRIPTION, CODE = 200, 60  # characters
ALLOWANCE, CHARGE = ("discount", ""), ("product", "charge")  # resource type and code
Period = tuple[date | None, date | None]


@dataclass(frozen=True, slots=True)
class _Price:
    """How a line comes to its amount."""

    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal = ZERO

    def comes_to(self, wanted: Decimal) -> bool:
        """Whether the line is exactly `wanted`, with the places that we keep."""
        parts = (self.quantity, self.unit_price, self.discount_percent)
        if any(part != _fine(part) or abs(part) >= LIMIT for part in parts):
            return False
        net = self.quantity * self.unit_price * (HUNDRED - self.discount_percent) / HUNDRED
        return net.quantize(CENT, ROUND_HALF_UP) == wanted


def read_lines(reading: Reading, resource_types: Mapping[str, str]) -> tuple[InvoiceLineRow, ...]:
    """Return the lines, numbered in their order, then the document's allowances and charges."""
    root, whole = reading.root, _period(reading, reading.root)
    lines = [
        _line(reading, line, whole, resource_types)
        for name in ("cac:InvoiceLine", "cac:CreditNoteLine")
        for line in root.all(name)
    ]
    if not lines:
        reading.refuse(root, "InvoiceLine", "", "is missing; a document has at least one line.")
    lines += [_allowance_or_charge(reading, one) for one in root.all("cac:AllowanceCharge")]
    return tuple(replace(line, position=place) for place, line in enumerate(lines, 1))


def _line(
    reading: Reading, line: Element, whole: Period, resource_types: Mapping[str, str]
) -> InvoiceLineRow:
    item = line.first("cac:Item") or line
    with localcontext(WIDE):
        price, quantity = _price(reading, line)
    name = item.said("cbc:Name") or item.said("cbc:Description")
    if price.quantity == ONE != quantity:
        name = f"{quantity.normalize():f} x {name}"
    code = reading.read(("cac:SellersItemIdentification", "cbc:ID"), name_of(CODE), "", item)
    category, rate = _vat(reading, item, "cac:ClassifiedTaxCategory")
    begins, ends = _period(reading, line)
    if not begins:
        begins, ends = whole
    return InvoiceLineRow(
        line=line.line,
        position=0,
        description=shortened(name, DESCRIPTION),
        resource_type=resource_type(code, resource_types),
        resource_code=code,
        quantity=price.quantity,
        unit_price=price.unit_price,
        discount_percent=price.discount_percent,
        vat_rate=rate,
        period_from=begins,
        period_to=ends,
        vat_category=category,
    )


def resource_type(code: str, prefixes: Mapping[str, str]) -> str:
    """Return what the longest of `prefixes` that the code begins with stands for, or “product”."""
    matching = [prefix for prefix in prefixes if code.casefold().startswith(prefix.casefold())]
    return prefixes[max(matching, key=len)] if code and matching else "product"


def _price(reading: Reading, line: Element) -> tuple[_Price, Decimal]:
    """Return how the line comes to its stated amount, and the quantity that it states."""
    wanted = reading.need(("cbc:LineExtensionAmount",), line_cents, ZERO, line)
    quantity = ONE
    for name in ("cbc:InvoicedQuantity", "cbc:CreditedQuantity"):
        quantity = reading.read((name,), amount, quantity, line)
    each = reading.read(("cac:Price", "cbc:PriceAmount"), amount, None, line)
    base = reading.read(("cac:Price", "cbc:BaseQuantity"), amount, ONE, line)
    less = _less(reading, line)
    unit = None if each is None or not base else each / base
    ways = list(_ways(quantity, unit, less, wanted))
    fitting = next((way for way in ways if way.comes_to(wanted)), _Price(ONE, wanted))
    if unit is not None and _rounded(quantity * unit - less) != wanted:
        reading.note(
            line,
            f"{line.said('cbc:ID')} comes to {_rounded(quantity * unit - less)} by its price and to"
            f" {wanted} by its amount; the amount is taken.",
        )
    return fitting, quantity


def _ways(
    quantity: Decimal, unit: Decimal | None, less: Decimal, wanted: Decimal
) -> Iterator[_Price]:
    """Yield ways to come to the amount, the most telling first."""
    if unit is not None:
        yield _Price(quantity, unit)
        gross = quantity * unit
        if gross and 0 < less / gross <= 1:
            yield _Price(quantity, unit, _fine(less / gross * HUNDRED))
    if quantity:
        yield _Price(quantity, _fine(wanted / quantity))


def _less(reading: Reading, line: Element) -> Decimal:
    """Return what the line's own allowances take off, less what its charges add."""
    found = ZERO
    for one in line.all("cac:AllowanceCharge"):
        value = reading.need(("cbc:Amount",), line_cents, ZERO, one)
        found += -value if _is_charge(reading, one) else value
    return found


def _allowance_or_charge(reading: Reading, one: Element) -> InvoiceLineRow:
    """Return an allowance or charge of the whole document as a line."""
    value = reading.need(("cbc:Amount",), line_cents, ZERO, one)
    charge = _is_charge(reading, one)
    kind, code = CHARGE if charge else ALLOWANCE
    category, rate = _vat(reading, one, "cac:TaxCategory")
    reason = one.said("cbc:AllowanceChargeReason") or ("Charge" if charge else "Discount")
    return InvoiceLineRow(
        line=one.line,
        position=0,
        description=shortened(reason, DESCRIPTION),
        resource_type=kind,
        resource_code=code,
        quantity=ONE,
        unit_price=value if charge else -value,
        discount_percent=ZERO,
        vat_rate=rate,
        period_from=None,
        period_to=None,
        vat_category=category,
    )


def _is_charge(reading: Reading, one: Element) -> bool:
    return reading.need(("cbc:ChargeIndicator",), _indicator, otherwise=False, at=one)


def _indicator(text: str) -> bool:
    if text not in {"true", "false", "1", "0"}:
        raise CellError(f"“{text}” is neither true nor false.")
    return text in {"true", "1"}


def _vat(reading: Reading, at: Element, name: str) -> tuple[str, Decimal]:
    """Return the VAT category and rate of a line, an allowance or a charge."""
    found = at.first(name)
    if found is None:
        reading.refuse(at, name, "", "is missing; each line must say its VAT.")
        return "", ZERO
    return vat_category(reading, found)


def vat_category(reading: Reading, at: Element) -> tuple[str, Decimal]:
    """Return a VAT category and its rate in per cent; a category without VAT may leave it out."""
    category = reading.need(("cbc:ID",), _category, "", at)
    ask = reading.read if category in WITHOUT_VAT else reading.need
    rate = ask(("cbc:Percent",), _rate, ZERO, at)
    if rate and category in WITHOUT_VAT:
        reading.note(at, f"{category} has no VAT, but says {rate:f} %.")
    return category, rate


def _category(text: str) -> str:
    if text not in VAT_CATEGORIES:
        raise CellError(f"“{text}” is no VAT category; use S, Z, E, AE, K, G or O.")
    return text


def _rate(text: str) -> Decimal:
    value = amount(text, places=2)
    if not 0 <= value <= HUNDRED:
        raise CellError(f"“{text}” is a percentage, from 0 to 100.")
    return value


def _period(reading: Reading, at: Element) -> Period:
    """Return the period of a line or a document: both of its days, or neither."""
    found = at.first("cac:InvoicePeriod")
    if found is None:
        return None, None
    begins = reading.read(("cbc:StartDate",), xml_day, None, found)
    ends = reading.read(("cbc:EndDate",), xml_day, None, found)
    if begins and ends and begins <= ends:
        return begins, ends
    if begins or ends:
        reading.note(found, "lacks a day, or ends before it begins; it was left out.")
    return None, None


def _fine(value: Decimal) -> Decimal:
    return value.quantize(FINE, ROUND_HALF_UP)


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)
