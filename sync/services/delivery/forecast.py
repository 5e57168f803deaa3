"""What a push of everything would do, worked out without sending or writing anything."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from sync.models import Invoice, InvoiceState
from sync.services.delivery import prepare, routing

if TYPE_CHECKING:
    from accounts_link.models import Customer
    from exact_client.models import Division
    from sync.services.delivery.prepare import Preview

ZERO = Decimal("0.00")


@dataclass(slots=True)
class Sum:
    """Some entries together."""

    entries: int = 0
    net: Decimal = ZERO
    vat: Decimal = ZERO

    @property
    def incl(self) -> Decimal:
        """Including VAT, as it will be booked."""
        return self.net + self.vat

    def add(self, net: Decimal, vat: Decimal) -> None:
        """Count one more."""
        self.entries += 1
        self.net += net
        self.vat += vat


@dataclass(slots=True)
class Forecast:
    """The entries and accounts that a push would make, and what stays behind and why.

    Entries in another currency than the books' are counted with the others; their amounts are
    kept apart, for they can't be added.
    """

    currency: str
    total: Sum = field(default_factory=Sum)
    foreign: dict[str, Sum] = field(default_factory=lambda: defaultdict(Sum))  # by currency
    journals: dict[str, Sum] = field(default_factory=lambda: defaultdict(Sum))
    vat_codes: dict[str, Sum] = field(default_factory=lambda: defaultdict(Sum))
    accounts: dict[str, Customer] = field(default_factory=dict)
    waiting: Counter[tuple[InvoiceState, str]] = field(default_factory=Counter)
    warnings: list[tuple[str, str]] = field(default_factory=list)  # (document, in words)
    left_out: int = 0  # newer documents that were not looked at

    @property
    def waiting_by_state(self) -> Counter[str]:
        """How many documents stay, by state alone."""
        counts: Counter[str] = Counter()
        for (state, _), number in self.waiting.items():
            counts[state] += number
        return counts


def forecast(division: Division, *, most: int | None = None) -> Forecast:
    """Go through every document of this division of which nothing was sent, or the `most` oldest.

    Each takes half a millisecond.
    """
    waiting = routing.booked_by(division, Invoice.objects.before_the_outbox())
    oldest = waiting.order_by("invoice_date", "number")[:most]
    result = _added_up(prepare.previews(division, oldest), division.currency or "EUR")
    if most is not None:
        result.left_out = max(waiting.count() - most, 0)
    return result


def _added_up(previews: Iterable[Preview], currency: str) -> Forecast:
    result = Forecast(currency)
    for shown in previews:
        if shown.state == InvoiceState.READY and shown.entry is not None:
            _add(result, shown)
        else:
            why = shown.problems[0].sentence if shown.problems else shown.reason
            result.waiting[shown.state, why] += 1
    return result


def _add(result: Forecast, shown: Preview) -> None:
    entry, customer = shown.entry, shown.invoice.customer
    assert entry is not None and customer is not None  # noqa: S101, PT018 - for the type checker; it is ready
    is_foreign = entry.currency != result.currency
    if is_foreign:
        result.foreign[entry.currency].add(entry.net, entry.vat)
    share = ZERO if is_foreign else Decimal(1)  # of its amounts that can be added to the others'
    result.total.add(share * entry.net, share * entry.vat)
    result.journals[entry.journal].add(share * entry.net, share * entry.vat)
    for group in entry.vat_groups:
        result.vat_codes[group.vat_code].add(share * group.base, share * group.vat)
    result.warnings += [(entry.number, warning) for warning in entry.warnings]
    if shown.creates_account:
        result.accounts[customer.number] = customer
