"""The status of an invoice or order on both sides: which may cross, what each side is told."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from sync.rules.zoho.switches import Verdict

DEFAULT_ALLOWED = ("Draft", "Open", "Processing", "Printed")  # a setting: what crosses to Exact
ORDERS_ALLOWED = ("Created", "Approved")  # an order that is made in Exact is open there


class ExactState(StrEnum):
    """What an invoice has come to in Exact."""

    DRAFT = "draft"
    OPEN = "open"
    PROCESSED = "processed"
    PART_PAID = "part_paid"
    PAID = "paid"


class OrderState(StrEnum):
    """What an order has come to in Exact."""

    OPEN = "open order"
    PARTIAL = "partial order"
    COMPLETE = "complete order"
    CANCELLED = "cancelled order"


State = ExactState | OrderState


@dataclass(frozen=True, slots=True)
class StatusRow:
    """A status of Zoho that fits a state of Exact; a state's first row is what Zoho is told."""

    zoho: str
    exact: State


DEFAULT_STATUSES = (
    StatusRow("Draft", ExactState.DRAFT),
    StatusRow("Open", ExactState.OPEN),
    StatusRow("Draft", ExactState.OPEN),  # neither is printed: no need to correct either
    StatusRow("Processing", ExactState.OPEN),
    StatusRow("Printed", ExactState.PROCESSED),
    StatusRow("Part paid", ExactState.PART_PAID),
    StatusRow("Paid", ExactState.PAID),
)
ORDER_STATUSES = (
    StatusRow("Created", OrderState.OPEN),
    StatusRow("Approved", OrderState.OPEN),  # Exact knows no difference
    StatusRow("Approved", OrderState.PARTIAL),
    StatusRow("Delivered", OrderState.COMPLETE),
    StatusRow("Cancelled", OrderState.CANCELLED),
)
_ORDER_BY_NUMBER = {
    12: OrderState.OPEN,
    20: OrderState.PARTIAL,
    21: OrderState.COMPLETE,
    45: OrderState.CANCELLED,
}
_BY_NUMBER = {10: ExactState.DRAFT, 20: ExactState.OPEN, 50: ExactState.PROCESSED}
_NOT_PRINTED = (ExactState.DRAFT, ExactState.OPEN)


@dataclass(frozen=True, slots=True)
class StatusStep:
    """What a status leads to: at most one side is told."""

    to_zoho: str | None = None
    prints_in_exact: bool = False  # the only step that Exact can be told
    sentence: str = ""


def exact_state(number: int, *, total: Decimal, paid: Decimal) -> ExactState:
    """Return the state of an invoice with this Status in Exact, and that much of it paid.

    Raises ValueError for a number that Exact was never seen to use.
    """
    if number not in _BY_NUMBER:
        raise ValueError(f"Exact has no invoice status {number}.")
    if total and abs(paid) >= abs(total):
        return ExactState.PAID
    return ExactState.PART_PAID if paid else _BY_NUMBER[number]


def order_state(number: int) -> OrderState:
    """Return the state of an order with this Status in Exact. Raises ValueError for another."""
    if number not in _ORDER_BY_NUMBER:
        raise ValueError(f"Exact has no order status {number}.")
    return _ORDER_BY_NUMBER[number]


def may_cross(status: str | None, allowed: Container[str] = DEFAULT_ALLOWED) -> Verdict:
    """Return whether an invoice or order of Zoho with this status goes to Exact."""
    word = (status or "").strip()
    if word in allowed:
        return Verdict(crosses=True, reason=f"Its status “{word}” lets it cross.")
    if not word:
        return Verdict(crosses=False, reason="Kept out: it has no status.")
    return Verdict(crosses=False, reason=f"Kept out by its status “{word}”.")


def settled(
    base: str | None, zoho: str | None, state: State, table: Sequence[StatusRow]
) -> StatusStep:
    """Return what makes the status equal on both sides.

    `base` is Zoho's status when both last agreed. A status that is not in the table is Zoho's
    own and stays. Exact can be told to print, and nothing else: a payment comes from the bank.
    """
    fits = [row.exact for row in table if row.zoho == zoho]
    wanted = next((row.zoho for row in table if row.exact is state), None)
    if state in fits or wanted is None:
        return StatusStep()
    if not zoho or zoho == base:
        return StatusStep(to_zoho=wanted)
    if not fits:
        return StatusStep(sentence=f"“{zoho}” stands for no state in Exact: it stays in Zoho.")
    if ExactState.PROCESSED in fits and state in _NOT_PRINTED:
        return StatusStep(prints_in_exact=True, sentence=f"It is “{zoho}” in Zoho: print it.")
    return StatusStep(
        to_zoho=wanted,
        sentence=f"Exact says “{wanted}” and can't be told “{zoho}” from here: Zoho follows.",
    )
