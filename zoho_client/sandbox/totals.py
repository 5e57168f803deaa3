"""The arithmetic of invoices and orders: lines, taxes and totals, in Decimal, to the cent."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from zoho_client.sandbox.messages import Record

CENT = Decimal("0.01")
HUNDRED = Decimal(100)


def amount(value: Any) -> Decimal:
    """A number as Zoho takes it, a text among them; nothing is zero."""
    return Decimal(str(value)) if value not in (None, "") else Decimal(0)


def cents(value: Decimal) -> Decimal:
    """Rounded to cents, halves up."""
    return value.quantize(CENT, ROUND_HALF_UP)


def completed_line(row: Record) -> Record:
    """A line with Total, Total_After_Discount, Tax and Net_Total out of its own figures.

    Total is Quantity times List_Price; each tax of Line_Tax is a share of what is left after
    Discount, rounded on its own; Net_Total is what is left plus the taxes.
    """
    total = cents(amount(row.get("Quantity")) * amount(row.get("List_Price")))
    after = total - cents(amount(row.get("Discount")))
    taxes = _taxes(row.get("Line_Tax") or [], after)
    tax = sum((amount(one["value"]) for one in taxes), Decimal(0))
    return {
        **row,
        "Line_Tax": taxes,
        "Total": float(total),
        "Total_After_Discount": float(after),
        "Tax": float(tax),
        "Net_Total": float(after + tax),
    }


def completed(record: Record, items: str) -> Record:
    """A record with its lines completed, and with Sub_Total, Tax and Grand_Total.

    Sub_Total is the sum of the lines' Net_Total. `$line_tax` taxes it after the record's own
    Discount; Grand_Total is what that gives, plus Adjustment.
    """
    lines = [completed_line(row) for row in record.get(items) or []]
    sub_total = sum((amount(row["Net_Total"]) for row in lines), Decimal(0))
    after = sub_total - cents(amount(record.get("Discount")))
    taxes = _taxes(record.get("$line_tax") or [], after)
    tax = sum((amount(one["value"]) for one in taxes), Decimal(0))
    grand = after + tax + cents(amount(record.get("Adjustment")))
    return {
        **record,
        items: lines,
        "$line_tax": taxes,
        "Sub_Total": float(sub_total),
        "Tax": float(tax),
        "Grand_Total": float(grand),
    }


def _taxes(taxes: list[Record], base: Decimal) -> list[Record]:
    return [
        {**one, "value": float(cents(base * amount(one["percentage"]) / HUNDRED))} for one in taxes
    ]
