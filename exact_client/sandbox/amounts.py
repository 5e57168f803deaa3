"""Cents: what a line amounts to, and the VAT that Exact adds to it."""

from decimal import ROUND_HALF_UP, Decimal

from exact_client.sandbox.facts import Record

CENT = Decimal("0.01")


def cents(value: object) -> Decimal:
    """An amount rounded to cents, halves away from zero."""
    return Decimal(str(value)).quantize(CENT, ROUND_HALF_UP)


def plain(value: Decimal) -> float:
    """An amount as JSON carries it."""
    return float(cents(value))


def booked(line: Record, vat: Record | None, rate: float) -> Record:
    """What Exact works out for a line.

    The amount is without VAT, unless the VAT code is of type I: then VAT is inside. A VAT amount
    that the caller gave overrides the computed one.
    """
    amount = cents(line.get("AmountFC") or 0)
    net, tax = _split(amount, vat)
    given = line.get("VATAmountFC")
    if given is not None:
        tax = cents(given)
        net = amount - tax if _inclusive(vat) else amount
    exchange = Decimal(str(rate))
    return {
        "AmountFC": plain(amount),
        "AmountDC": plain(amount * exchange),
        "VATAmountFC": plain(tax),
        "VATAmountDC": plain(tax * exchange),
        "VATBaseAmountFC": plain(net),
        "VATBaseAmountDC": plain(net * exchange),
        "VATPercentage": vat["Percentage"] if vat else 0.0,
        "_vat_given": given is not None,
        "_net_fc": plain(net),
        "_net_dc": plain(net * exchange),
    }


def vat_of(amount: Decimal, vat: Record | None) -> Decimal:
    """The VAT that Exact works out for an amount of a line."""
    return _split(amount, vat)[1]


def _inclusive(vat: Record | None) -> bool:
    return vat is not None and vat["Type"] == "I"


def _split(amount: Decimal, vat: Record | None) -> tuple[Decimal, Decimal]:
    """Net and VAT of an amount."""
    if vat is None or vat["Type"] not in {"E", "I"} or vat.get("Charged"):
        return amount, Decimal(0)
    share = Decimal(str(vat["Percentage"]))
    if _inclusive(vat):
        net = cents(amount / (1 + share))
        return net, amount - net
    return amount, cents(amount * share)
