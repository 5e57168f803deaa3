"""Tell Exact: changed fields at once, new records through the outbox, which makes each once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from exact_client.errors import ExactRefusedError, ExactUncertainError
from sync.models import Attempt, OutboxEntry, Pair, ZohoRecord
from sync.rules.zoho.modules import Module
from sync.services.delivery import born, decide, outbox
from sync.services.upsert import rewrite
from sync.services.zoho.mapping.mappings import modules_of
from sync.services.zoho.merging import merging
from sync.services.zoho.merging.weighing import Scales, Ties, weigh
from sync.services.zoho.reading.copies import clean
from sync.services.zoho.writing.making import KINDS, PRICE, Making, keep_back

if TYPE_CHECKING:
    from exact_client.client import ExactClient
    from sync.models import ModuleSync, ZohoSync
    from sync.services.delivery.office import Office
    from sync.services.delivery.outbox import Order

State = Pair.State
LATER = timedelta(days=1)  # a change of the record makes it due at once
ENTITIES = {
    Module.ACCOUNTS: "Accounts",
    Module.CONTACTS: "Contacts",
    Module.PRODUCTS: "Items",
    Module.INVOICES: "SalesInvoices",
    Module.SALES_ORDERS: "SalesOrders",
}

NO_PRICE = "Its price was emptied in Zoho. End it in Exact yourself, or fill it in Zoho again."
MADE_BEFORE = (
    "It was made in Exact before, as {}, and is made there once. Pair it with that one,"
    " or with one that you make in Exact yourself."
)
GIVEN_UP = "Somebody gave it up: {}. It goes to Exact once it is changed in Zoho."


@dataclass(slots=True)
class Told:
    """What Exact was told, and what waits in the outbox to be made there."""

    queued: int = 0
    changed: int = 0
    refused: int = 0


def write(
    sync: ZohoSync,
    office: Office,
    *,
    now: datetime,
    progress: Callable[[Told], None] = lambda told: None,
    is_fresh: Callable[[], bool] = lambda: True,
) -> Told:
    """Put what is to be made in the outbox, and change in paired records what differs.

    Exact can't refuse to overwrite what somebody changed there after we read it. So what was
    read must be `is_fresh`; the rest is left to the next run, which reads first.

    A change takes a call, and names its fields; it is saved at once, so that a break costs
    nothing. Raises ExactError when Exact can't be asked, such as ExactOutOfBudgetError, which
    knows when to go on.
    """
    told = Told()
    for module in modules_of(sync):
        if Module(module.module) in KINDS:
            told.queued += enqueue(module, office, now=now)
            progress(told)
    for module in modules_of(sync):
        if Module(module.module) in ENTITIES:
            telling = _Telling(office.exact, Scales.of(module), now, told)
            for _ in telling.tell():
                progress(told)
                if not is_fresh():
                    return told
    return told


# New records.


def enqueue(module: ModuleSync, office: Office, *, now: datetime) -> int:
    """Put what crosses from Zoho in the outbox; return how many rows are new there.

    What belongs to an account waits until that is paired. What Exact refused goes again once it
    was mended, after a look that it is not there.
    """
    queued = 0
    scales = Scales.of(module)
    making = Making(office.division, scales)
    new = ZohoRecord.objects.filter(
        sync=module.sync_id,
        module=module.module,
        standing=ZohoRecord.Standing.CROSSES,
        pair=None,
        gone_at=None,
    )
    for page in merging.pages(new.select_related("sync")):
        ties = making.ties_among(page)
        for record in page:
            order = making.order(record, ties)
            why = _why_not_again(order) if order else ""
            if why:
                keep_back(record, why)
            elif order and not born.is_made_for_a_customer(
                office.division.pk, record, order.payload("")
            ):
                queued += _put(order, office, now)
    return queued


def _why_not_again(order: Order) -> str:
    """Say why an order is not given a second time, or nothing."""
    last = outbox.versions(order).order_by("pk").last()
    if last is None:
        return ""
    if last.state == OutboxEntry.State.DONE:
        return MADE_BEFORE.format(last.remote_number or last.remote_id)
    by_hand = last.history.filter(step=Attempt.Step.DECIDE, state=OutboxEntry.State.CANCELLED)
    is_the_same = dict(order.payload(last.reference)) == last.payload
    if last.state == OutboxEntry.State.CANCELLED and is_the_same and by_hand.exists():
        return GIVEN_UP.format(last.reason.rstrip("."))
    return ""


def _put(order: Order, office: Office, now: datetime) -> bool:
    """Put one order in the outbox; return whether it is new there."""
    with transaction.atomic():
        last = outbox.versions(order).order_by("pk").last()
        if last is not None and dict(order.payload(last.reference)) != last.payload:
            _make_way(last, office, now)
        return outbox.make(order, now=now) != last


def _make_way(entry: OutboxEntry, office: Office, now: datetime) -> None:
    """Let go of a version that says something else, if it certainly was not applied."""
    if entry.state == OutboxEntry.State.QUEUED:
        outbox.withdraw(entry, now=now, reason="It was changed in Zoho before it was sent.")
    elif entry.state == OutboxEntry.State.REFUSED:
        decide.send_again(entry, office.clock, by=None)


# Pairs.


class _Telling:
    """One module while Exact is told of its pairs."""

    def __init__(self, exact: ExactClient, scales: Scales, now: datetime, told: Told) -> None:
        self.exact, self.scales, self.now, self.told = exact, scales, now, told
        self.entity = ENTITIES[Module(scales.module.module)]

    def tell(self) -> Iterator[None]:
        """Tell Exact what changed in Zoho, one pair after the other."""
        for page in merging.pages(merging.due(self.scales.module, self.now)):
            ties = Ties.among(self.scales, merging.records_of(page))
            held = merging.open_conflicts(page)
            for pair in page:
                fields = weigh(pair, self.scales, ties, held[pair.pk]).to_exact
                if fields:
                    self._tell(pair, clean(fields))
                    yield

    def _tell(self, pair: Pair, fields: dict[str, Any]) -> None:
        try:
            self._send(UUID(pair.exact.key), fields)
        except ExactUncertainError:
            return  # it may be said again, by the next run
        except ExactRefusedError as error:
            self._note_refusal(pair, error)
            return
        pair.exact.values = {**pair.exact.values, **fields}
        with transaction.atomic():
            rewrite([pair.exact], ["values"])
            merging.settle(self.scales, [pair], self.now)
        self.told.changed += 1

    def _send(self, key: UUID, fields: dict[str, Any]) -> None:
        rest = dict(fields)
        is_priced = self.entity == "Items" and PRICE in rest
        price = rest.pop(PRICE) if is_priced else None
        if rest:
            self.exact.update(self.entity, key, rest)
        if is_priced:
            self._set_price(key, price)

    def _set_price(self, key: UUID, price: Any) -> None:
        if price is None:
            raise ExactRefusedError(NO_PRICE)
        division = self.scales.module.sync.division
        currency = division.currency if division else ""
        self.exact.set_sales_price(key, price, start=self.now.date(), currency=currency or "EUR")

    def _note_refusal(self, pair: Pair, error: ExactRefusedError) -> None:
        pair.state, pair.reason, pair.problem = State.REFUSED, str(error), error.kind[:40]
        pair.due_at = self.now + LATER
        rewrite([pair], ["state", "reason", "problem", "due_at"])
        self.told.refused += 1
