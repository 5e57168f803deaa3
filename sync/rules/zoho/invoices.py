"""Invoices between Exact and Zoho: the same lines, and totals that are equal to the cent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from sync.rules.cents import CENT, Taxable, to_cents, vat_by_line
from sync.rules.zoho.invoice_lines import ZERO, Tax, ZohoLine, zoho_totals

ONE = Decimal(1)


class CannotCrossError(ValueError):
    """An invoice that would not be the same on the other side; the message says why."""


@dataclass(frozen=True, slots=True)
class ExactLine:
    """A line of a sales invoice or a sales entry in Exact; amounts without VAT."""

    net: Decimal  # AmountFC, in whole cents
    rate: Decimal  # of its VAT, in percent
    description: str = ""
    quantity: Decimal = ONE
    unit_price: Decimal | None = None  # before discount; None of an entry
    product: str = ""  # of the item's pair: its id in Zoho; "" without an item or a pair


@dataclass(frozen=True, slots=True)
class ZohoSetup:
    """What the organisation in Zoho has for lines that come from Exact."""

    catch_all: str = ""  # the product of lines that match none: Zoho knows no line without
    taxes: Sequence[Tax] = ()  # of the organisation; of two with one rate, the first is used
    price_places: int = 2  # of List_Price, as the metadata says
    quantity_places: int = 2


@dataclass(frozen=True, slots=True)
class ForZoho:
    """An invoice as Zoho is told it."""

    lines: list[ZohoLine]
    adjustment: Decimal  # the odd cent: Zoho rounds the tax of each line, Exact of each rate
    remark: str = ""  # says so to a person, where there is one


def for_zoho(
    lines: Sequence[ExactLine], *, excl: Decimal, vat: Decimal, setup: ZohoSetup
) -> ForZoho:
    """Return the lines that come to exactly what Exact says: without VAT and in all.

    What Zoho's own rounding of tax makes more or less goes into the adjustment, at most a cent
    for each line.

    Raises CannotCrossError, with a sentence that says what to do.
    """
    stated = sum((line.net for line in lines), ZERO)
    if stated != excl:
        raise CannotCrossError(f"Its lines in Exact come to {stated}, its total says {excl}.")
    rows = [_row(line, setup) for line in lines]
    adjustment = excl + vat - zoho_totals(rows).grand_total
    if abs(adjustment) > CENT * len(rows):
        raise CannotCrossError(
            f"Exact says {vat:.2f} VAT, and in Zoho its lines come to {vat - adjustment:.2f}:"
            " that is more than rounding explains. Compare the taxes in Zoho with the VAT codes."
        )
    remark = ""
    if adjustment:
        remark = f"Adjusted by {adjustment:+.2f}: Zoho rounds tax on each line, Exact on each rate."
    return ForZoho(rows, adjustment, remark)


def _row(line: ExactLine, setup: ZohoSetup) -> ZohoLine:
    product = line.product or setup.catch_all
    if not product:
        raise CannotCrossError(
            f"“{line.description}” has no product in Zoho: choose one for such lines in the set-up."
        )
    quantity, price, discount = _priced(line, setup)
    text = line.description.strip()
    if line.quantity and quantity != abs(line.quantity):
        each = line.net / line.quantity if line.unit_price is None else line.unit_price
        text = f"{text} ({line.quantity.normalize():f} x {_rounded(each, 6).normalize():f})".strip()
    return ZohoLine(product, quantity, price, discount, _taxes(line, setup), text)


def _taxes(line: ExactLine, setup: ZohoSetup) -> tuple[Tax, ...]:
    found = next((tax for tax in setup.taxes if tax.rate == line.rate), None)
    if found is None and line.rate:
        raise CannotCrossError(
            f"Zoho has no tax of {line.rate.normalize():f} %: add it in Zoho under Products, Taxes."
        )
    return (found,) if found else ()


def _priced(line: ExactLine, setup: ZohoSetup) -> tuple[Decimal, Decimal, Decimal]:
    """Return quantity, list price and discount that come to the line's net amount exactly.

    A quantity is never below zero: of a credit note the price is. Where no price with so few
    places will do, the line is one piece of its whole amount.
    """
    quantity = abs(line.quantity)
    if not quantity or quantity != _rounded(quantity, setup.quantity_places):
        return ONE, line.net, ZERO
    step = ONE.scaleb(-setup.price_places)
    each = line.net / quantity
    tries = [_rounded(each, setup.price_places), each.quantize(step, ROUND_CEILING)]
    if line.unit_price is not None:
        tries.insert(0, line.unit_price if line.quantity > 0 else -line.unit_price)
    for price in tries:
        discount = to_cents(quantity * price) - line.net
        if price == _rounded(price, setup.price_places) and _is_plain(price, discount, line.net):
            return quantity, price, discount
    return ONE, line.net, ZERO


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(ONE.scaleb(-places), ROUND_HALF_UP)


def _is_plain(price: Decimal, discount: Decimal, net: Decimal) -> bool:
    """Whether Zoho takes such a discount: none, or one that lowers an amount to be paid."""
    return discount == 0 or (discount > 0 and price > 0 and net >= 0)


# --- From Zoho to Exact ------------------------------------------------------------------------

YOUR_REF_LENGTH, DESCRIPTION_LENGTH = 30, 60  # letters that Exact holds
FINEST_PRICE = 8  # places of a net price


@dataclass(frozen=True, slots=True)
class ZohoInvoice:
    """An invoice as Zoho shows it."""

    subject: str
    lines: Sequence[ZohoLine]
    grand_total: Decimal
    discount: Decimal = ZERO  # on the whole of it
    adjustment: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class ExactSetup:
    """What the division in Exact has for lines that come from Zoho."""

    items: Mapping[str, str]  # product in Zoho → item in Exact
    vat_by_name: Mapping[str, str] = field(default_factory=dict)  # Zoho's name of a tax → VAT code
    vat_by_rate: Mapping[Decimal, str] = field(default_factory=dict)  # percent → VAT code
    lines: str = "SalesInvoiceLines"  # the collection of lines; orders have one of their own
    line_vat: str = "VATAmountFC"  # what the VAT amount of a line is called


@dataclass(frozen=True, slots=True)
class ForExact:
    """An invoice as Exact is told it."""

    payload: dict[str, object]
    total: Decimal  # with VAT, as both sides must show it
    odd_cents: Decimal  # what Exact's own rounding of VAT would make less than that


def for_exact(
    invoice: ZohoInvoice, header: Mapping[str, object], reference: str, setup: ExactSetup
) -> ForExact:
    """Return the sales invoice, or order, whose total is that of Zoho to the cent.

    `header` holds OrderedBy, DueDate and whatever else is mapped; `reference` goes into YourRef,
    by which the invoice is found again. The VAT of each line is Zoho's own.

    Raises CannotCrossError, with a sentence that says what to do.
    """
    if len(reference) > YOUR_REF_LENGTH:
        raise CannotCrossError(f"“{reference}” has more than {YOUR_REF_LENGTH} letters.")
    _check_total(invoice)
    if invoice.adjustment:
        raise CannotCrossError(
            f"It is adjusted by {invoice.adjustment:+.2f}, and Exact knows lines alone: make a line"
            " of it in Zoho, or take it off there."
        )
    rows = [_exact_row(line, setup) for line in invoice.lines]
    payload = {
        "Description": invoice.subject.strip()[:DESCRIPTION_LENGTH].strip(),
        **header,
        "YourRef": reference,
        setup.lines: rows,
    }
    taxables = [Taxable(line.net, _tax(line).rate) for line in invoice.lines]
    own = sum(vat_by_line(taxables, {}, None), ZERO)
    return ForExact(payload, invoice.grand_total, zoho_totals(invoice.lines).tax - own)


def _check_total(invoice: ZohoInvoice) -> None:
    if not invoice.lines:
        raise CannotCrossError("It has no lines.")
    if invoice.discount:
        raise CannotCrossError(
            "It has a discount on the whole invoice, on which Exact would compute VAT in another"
            " way: put the discount on its lines."
        )
    computed = zoho_totals(invoice.lines, adjustment=invoice.adjustment).grand_total
    if computed != invoice.grand_total:
        raise CannotCrossError(
            f"Zoho says {invoice.grand_total:.2f}, and its lines come to {computed:.2f}: in Exact"
            " it would be another invoice. Open it in Zoho and save it again."
        )


def _exact_row(line: ZohoLine, setup: ExactSetup) -> dict[str, object]:
    item = setup.items.get(line.product)
    if item is None:
        raise CannotCrossError(
            f"The product of “{line.description or line.product}” is not synchronised: pair it"
            " with an item in Exact first."
        )
    quantity, price = _net_price(line)
    return {
        "Item": item,
        "Description": line.description[:DESCRIPTION_LENGTH].strip(),
        "Quantity": quantity,
        "NetPrice": price,
        "VATCode": _vat_code(_tax(line), setup),
        setup.line_vat: line.tax,
    }


def _tax(line: ZohoLine) -> Tax:
    if len(line.taxes) > 1:
        names = " and ".join(tax.name for tax in line.taxes)
        raise CannotCrossError(f"“{line.description}” has {names}; in Exact a line has one tax.")
    return line.taxes[0] if line.taxes else Tax("", Decimal(0))


def _vat_code(tax: Tax, setup: ExactSetup) -> str:
    code = setup.vat_by_name.get(tax.name) or setup.vat_by_rate.get(tax.rate)
    if code is None:
        what = f"“{tax.name}” ({tax.rate.normalize():f} %)" if tax.name else "lines without a tax"
        raise CannotCrossError(f"No VAT code is chosen for {what}: choose one in the set-up.")
    return code


def _net_price(line: ZohoLine) -> tuple[Decimal, Decimal]:
    """Return the quantity and the price with the fewest places that come to the net amount."""
    if line.quantity:
        for places in range(2, FINEST_PRICE + 1):
            price = _rounded(line.net / line.quantity, places)
            if to_cents(price * line.quantity) == line.net:
                return line.quantity, price
    return ONE, line.net
