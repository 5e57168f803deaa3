"""Where a discount goes: off its line, or on a line of its own; the totals are the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from sync.rules import supplies
from sync.rules.cents import HUNDRED, spread, to_cents
from sync.rules.choosing import unmapped
from sync.rules.entries import DocumentLine
from sync.rules.ledger import (
    ANY,
    DISCOUNT_FALLBACKS,
    GL_FALLBACKS,
    DiscountPolicy,
    Fallbacks,
    GLCell,
    Policies,
    Problem,
)
from sync.rules.totals import Amount


@dataclass(frozen=True, slots=True)
class Part:
    """What a line of the entry is made of: a whole line of the document, or a part of it."""

    line: DocumentLine
    net: Decimal
    vat: Decimal
    is_apart: bool = False  # the discount of its line, apart from it

    @property
    def is_discount(self) -> bool:
        """Whether it takes off from a line, or from the whole document."""
        return self.is_apart or self.line.is_discount

    @property
    def odd_cents(self) -> Decimal:
        """What the VAT has more than this part's own rounding: at most one cent either way."""
        return self.vat - to_cents(self.net * self.line.vat_rate / HUNDRED)

    @property
    def quantity(self) -> Decimal:
        """As many as were sold, with the sign of the amount; one discount."""
        quantity = Decimal(1) if self.is_apart else abs(self.line.quantity)
        return quantity.copy_sign(self.net)

    @property
    def description(self) -> str:
        """The line's words; those of a discount end in its percentage."""
        words = self.line.description.strip()
        if self.is_apart:
            return f"{words} -{self.line.discount_percent.normalize():f} %".strip()
        return words or " ".join(filter(None, (self.line.resource_type, self.line.resource_code)))


def parts_of(amount: Amount, policy: DiscountPolicy) -> Iterator[Part]:
    """Yield a line as it is booked: whole, or its price and its discount apart.

    Apart, the price is the one before discount, in whole cents; the discount is what takes it to
    the line's own amount. Both have their share of the line's VAT, so no policy moves a cent.
    """
    line, gross = amount.line, amount.sign * amount.line.gross
    discount = amount.net - gross
    if policy == DiscountPolicy.NET or line.is_discount or not discount:
        yield Part(line, amount.net, amount.vat)
        return
    nets = (gross, discount)
    vats = spread(amount.vat, [net * line.vat_rate / HUNDRED for net in nets])
    yield Part(line, gross, vats[0])
    yield Part(line, discount, vats[1], is_apart=True)


def account_of(part: Part, location: str, policies: Policies) -> tuple[GLCell, Fallbacks]:
    """Return the cell of a part's G/L account, and by which fall-backs it is found."""
    line = part.line
    if not part.is_discount:
        return GLCell(location, line.resource_type, line.resource_code), GL_FALLBACKS
    code = line.resource_code if line.is_discount else ANY
    return cell_of_discount(GLCell(location, supplies.DISCOUNT, code), policies)


def cell_of_discount(cell: GLCell, policies: Policies) -> tuple[GLCell, Fallbacks]:
    """Return the cell of the G/L account of a discount, and by which fall-backs it is found.

    A discount on the whole document is a line of its own under every policy: taken off its line
    is what it can't be. Booked apart, discounts go to an account that was chosen for them.
    """
    if policies.discounts == DiscountPolicy.PRODUCT:
        return GLCell(cell.location, supplies.PRODUCT, policies.discount_product), GL_FALLBACKS
    is_apart = policies.discounts == DiscountPolicy.ACCOUNT
    return cell, DISCOUNT_FALLBACKS if is_apart else GL_FALLBACKS


def no_discount_product() -> Problem:
    """Say that nobody chose the product that takes the discounts."""
    sentence = "Discounts are booked as one product, and it isn't said which."
    return unmapped(sentence, ("discount_product",))
