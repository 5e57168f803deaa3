"""What each line of a document comes to, once its lines and its source's totals agree."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sync.rules.cents import HUNDRED, CentsDifferError, Group, Taxable, to_cents, vat_by_line
from sync.rules.entries import Document, DocumentLine
from sync.rules.ledger import Key, Problem, ProblemKind

ZERO = Decimal("0.00")
MEND_AT_SOURCE = "Correct it at its source and import it again."


@dataclass(frozen=True, slots=True)
class Amount:
    """A line with what it comes to, signed as it will be in the books."""

    line: DocumentLine
    net: Decimal
    vat: Decimal
    sign: int  # -1 where the books have the other sign than the source


def amounts_of(document: Document) -> tuple[tuple[Amount, ...], tuple[Problem, ...]]:
    """Return what each line comes to, and every total of the source that says otherwise.

    A credit note is negative, whatever sign its source wrote: its lines are turned round when
    with VAT they come to more than nothing, and its totals so that they agree with the lines.
    VAT goes by rate, and by UBL's category too where both the lines and the totals tell it.
    """
    by_category = _knows_categories(document)
    sign = -1 if document.is_credit and _leading(document.lines) > 0 else 1
    taxables = [
        Taxable(sign * line.net, line.vat_rate, line.vat_category if by_category else "")
        for line in document.lines
    ]
    stated = _Stated.of(document, taxables, by_category=by_category)
    vats, problems = _vats(taxables, stated)
    problems = problems or tuple(_differences(taxables, vats, stated))
    found = zip(document.lines, taxables, vats, strict=True)
    return tuple(Amount(line, taxable.net, vat, sign) for line, taxable, vat in found), problems


def _knows_categories(document: Document) -> bool:
    told = [stated.category for stated in document.stated_vat]
    return bool(told) and all((*told, *(line.vat_category for line in document.lines if line.net)))


def _leading(lines: Sequence[DocumentLine]) -> Decimal:
    """The amount whose sign tells how the source writes a credit note; zero when there is none."""
    incl = sum((line.net * (HUNDRED + line.vat_rate) for line in lines), ZERO)
    tried = (incl, *(line.net for line in lines), *(line.gross for line in lines))
    return next((amount for amount in tried if amount), ZERO)


@dataclass(frozen=True, slots=True)
class _Stated:
    """The source's totals, signed as they will be in the books; None where it gave none."""

    excl: Decimal | None
    vat: Decimal | None
    incl: Decimal | None
    vats: Mapping[Group, Decimal]
    bases: Mapping[Group, Decimal]

    @classmethod
    def of(cls, document: Document, taxables: Sequence[Taxable], *, by_category: bool) -> "_Stated":
        """Read the document's totals; those that aren't in whole cents are a fault, not a total."""
        parts = [
            (Group(one.rate, one.category if by_category else ""), one)
            for one in document.stated_vat
            if one.vat == to_cents(one.vat)
        ]
        found = cls(
            excl=_whole(document.total_excl),
            vat=_whole(document.total_vat),
            incl=_whole(document.total_incl),
            vats=_added_up((group, one.vat) for group, one in parts),
            bases=_added_up((group, one.base) for group, one in parts if one.base is not None),
        )
        return found.turned() if document.is_credit and found.is_opposite(taxables) else found

    def is_opposite(self, taxables: Sequence[Taxable]) -> bool:
        """Whether the totals have the other sign than the lines; the first of them tells."""
        net = sum((taxable.net for taxable in taxables), ZERO)
        vat = sum((taxable.vat for taxable in taxables), ZERO)
        pairs = [
            (self.incl, net + vat),
            (self.excl, net),
            (self.vat, vat),
            (sum(self.vats.values()), vat),
            (sum(self.bases.values()), net),
        ]
        told = ((stated > 0) != (computed > 0) for stated, computed in pairs if stated and computed)
        return next(told, False)

    def turned(self) -> "_Stated":
        """The same with the other sign."""
        excl, vat, incl = (
            None if one is None else -one for one in (self.excl, self.vat, self.incl)
        )
        return _Stated(
            excl,
            vat,
            incl,
            vats={group: -amount for group, amount in self.vats.items()},
            bases={group: -amount for group, amount in self.bases.items()},
        )

    def vat_in_all(self, net: Decimal) -> Decimal | None:
        """The VAT the source means: its own figure, or what its total leaves for it."""
        if self.vat is not None or self.incl is None:
            return self.vat
        return self.incl - (net if self.excl is None else self.excl)


def _vats(
    taxables: Sequence[Taxable], stated: _Stated
) -> tuple[tuple[Decimal, ...], tuple[Problem, ...]]:
    """The VAT of each line; zeroes with the problem when the source's own VAT can't be met."""
    net = sum((taxable.net for taxable in taxables), ZERO)
    try:
        return vat_by_line(taxables, stated.vats, stated.vat_in_all(net)), ()
    except CentsDifferError as error:
        what = "VAT" if error.group is None else f"VAT at {_named(error.group)}"
        why = " That is more than rounding explains."
        key = ("document", "total_vat")
        return (ZERO,) * len(taxables), (_refusal(what, error.stated, error.computed, key, why),)


def _differences(
    taxables: Sequence[Taxable], vats: Sequence[Decimal], stated: _Stated
) -> Iterator[Problem]:
    """Yield each total that is not what the lines come to."""
    bases = _added_up((taxable.group, taxable.net) for taxable in taxables)
    for group, base in stated.bases.items():
        computed = bases.get(group, ZERO)
        if base != computed:
            key = ("document", "vat_breakdown", *group)
            yield _refusal(f"without VAT at {_named(group)}", base, computed, key)
    net = sum(bases.values(), ZERO)
    if stated.excl is not None and stated.excl != net:
        yield _refusal("without VAT", stated.excl, net, ("document", "total_excl"))
        return  # its total with VAT differs for the same reason
    incl = net + sum(vats, ZERO)
    if stated.incl is not None and stated.incl != incl:
        yield _refusal("with VAT", stated.incl, incl, ("document", "total_incl"))


def _refusal(what: str, stated: Decimal, computed: Decimal, key: Key, why: str = "") -> Problem:
    off = computed - stated
    difference = f"{abs(off):.2f} {'more' if off > 0 else 'less'}"
    return Problem(
        ProblemKind.REFUSED,
        f"The document says {stated:.2f} {what} and its lines come to {computed:.2f}:"
        f" {difference}.{why} {MEND_AT_SOURCE}",
        key,
    )


def _named(group: Group) -> str:
    return " ".join(filter(None, (f"{group.rate.normalize():f} %", group.category)))


def _whole(total: Decimal | None) -> Decimal | None:
    return total if total is not None and total == to_cents(total) else None


def _added_up(parts: Iterable[tuple[Group, Decimal | None]]) -> dict[Group, Decimal]:
    sums: dict[Group, Decimal] = defaultdict(lambda: ZERO)
    for group, amount in parts:
        sums[group] += amount or ZERO
    return dict(sums)
