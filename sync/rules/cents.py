"""VAT to the cent: rounded once for each group, then spread over its lines, no cent lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

CENT = Decimal("0.01")
HUNDRED = Decimal(100)


class Group(NamedTuple):
    """The lines that are taxed together: their rate in percent, and UBL's category if known."""

    rate: Decimal
    category: str = ""


class CentsDifferError(ValueError):
    """The stated amount is further from the computed one than rounding can explain."""

    def __init__(
        self, stated: Decimal = CENT, computed: Decimal = CENT, group: Group | None = None
    ) -> None:
        super().__init__(f"{stated} was stated, the lines come to {computed}")
        self.stated = stated
        self.computed = computed
        self.group = group  # of which it was stated; None: of all


@dataclass(frozen=True, slots=True)
class Taxable:
    """One line's amount without VAT, in whole cents, and its VAT rate in percent."""

    net: Decimal
    rate: Decimal
    category: str = ""

    @property
    def group(self) -> Group:
        """The group it is taxed with."""
        return Group(self.rate, self.category)

    @property
    def vat(self) -> Decimal:
        """The VAT before any rounding."""
        return self.net * self.rate / HUNDRED


def to_cents(amount: Decimal) -> Decimal:
    """Round half-up, away from zero, so that a credit note mirrors its invoice; never -0.00."""
    return amount.quantize(CENT, ROUND_HALF_UP) + 0


def spread(total: Decimal, shares: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Round each share to cents so that together they are exactly `total`, by largest remainder.

    Each share is rounded by itself; the odd cents then go, one each, to the shares whose rounding
    was furthest off in that direction, the first of equals first. So no share ends more than one
    cent from its own rounding, and a share of zero stays zero.

    Raises CentsDifferError when `total` is further off than one cent for each share that isn't
    zero, and ValueError when it is not in whole cents.
    """
    if total != to_cents(total):
        raise ValueError(f"{total} is not in whole cents")
    amounts = [to_cents(share) for share in shares]
    odd = int((total - sum(amounts)) / CENT)
    movable = [index for index, share in enumerate(shares) if share]
    if abs(odd) > len(movable):
        raise CentsDifferError(total, sum(amounts, Decimal("0.00")))
    direction = 1 if odd > 0 else -1
    movable.sort(key=lambda index: (amounts[index] - shares[index]) * direction)
    for index in movable[: abs(odd)]:
        amounts[index] += direction * CENT
    return tuple(amounts)


def vat_by_line(
    lines: Sequence[Taxable], stated: Mapping[Group, Decimal], total: Decimal | None
) -> tuple[Decimal, ...]:
    """Return the VAT of each line; together they are the document's VAT to the cent.

    Belgian law rounds VAT once for each rate, not per line. `stated` is the source's VAT by group
    and `total` its VAT in all; what the source states is followed where rounding explains it.

    Raises CentsDifferError where rounding doesn't.
    """
    by_group = {group: _vat_of(group, lines) for group in {line.group: None for line in lines}}
    by_group |= stated
    computed = sum(by_group.values(), Decimal("0.00"))
    if total is None or total == computed:
        return _in_order(lines, by_group)
    if stated:
        raise CentsDifferError(total, computed)
    try:
        return spread(total, [line.vat for line in lines])
    except CentsDifferError:
        raise CentsDifferError(total, computed) from None


def _vat_of(group: Group, lines: Sequence[Taxable]) -> Decimal:
    """VAT on the sum of the lines of this group, rounded once."""
    return to_cents(sum((line.vat for line in lines if line.group == group), Decimal(0)))


def _in_order(lines: Sequence[Taxable], by_group: Mapping[Group, Decimal]) -> tuple[Decimal, ...]:
    """Spread each group's VAT over its lines, and give the lines back in their own order."""
    amounts = [Decimal("0.00")] * len(lines)
    for group, vat in by_group.items():
        places = [index for index, line in enumerate(lines) if line.group == group]
        try:
            shares = spread(vat, [lines[index].vat for index in places])
        except CentsDifferError:
            raise CentsDifferError(vat, _vat_of(group, lines), group) from None
        for index, share in zip(places, shares, strict=True):
            amounts[index] = share
    return tuple(amounts)
