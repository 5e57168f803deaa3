"""Invoices and orders of both sides: lines, totals and status, which no mapping of fields says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sync.models import Pair
from sync.rules.zoho.invoice_lines import Tax, ZohoLine
from sync.rules.zoho.invoices import (
    CannotCrossError,
    ExactLine,
    ExactSetup,
    ForZoho,
    ZohoInvoice,
    ZohoSetup,
    for_zoho,
)
from sync.rules.zoho.modules import Module
from sync.rules.zoho.statuses import (
    DEFAULT_STATUSES,
    ORDER_STATUSES,
    ExactState,
    OrderState,
    State,
    StatusRow,
    StatusStep,
    exact_state,
    order_state,
    settled,
)
from sync.services.zoho.pairing.crossing import LINES
from sync.services.zoho.reading.entries import MARK

if TYPE_CHECKING:
    from sync.models import ExactRecord, ModuleSync, ZohoRecord, ZohoSync
    from sync.rules.zoho.modules import ModuleFacts
    from sync.services.zoho.merging.weighing import Ties

# What the base keeps beside the mapped fields.
LINES_TOLD, STATUS_AGREED = "lines of Exact", "status of Zoho"
TOLD = ("Item", "Description", "Quantity", "UnitPrice", "AmountFC", "VATPercentage")
TOTAL, EXCL, VAT = "AmountFC", "AmountFCExclVat", "VATAmountFC"
ZERO, HUNDRED = Decimal(0), Decimal(100)
DONE = (OrderState.COMPLETE, OrderState.CANCELLED)


def amount(value: object) -> Decimal:
    """Return a number of a copy; what is absent is nothing."""
    return Decimal(str(value)) if value not in (None, "") else ZERO


# --- From Exact to Zoho ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Books:
    """What the invoices of one tie are told with."""

    setup: ZohoSetup
    statuses: tuple[StatusRow, ...]

    @classmethod
    def of(cls, module: ModuleSync) -> Books:
        """Read the taxes, the words for statuses, and the product of lines that match none."""
        sync = module.sync
        taxes = [Tax(tax.label, tax.percentage) for tax in sync.taxes.order_by("pk")]
        return cls(ZohoSetup(sync.catch_all_product, taxes), words_of(module))

    def lines(self, invoice: ExactRecord, ties: Ties) -> ForZoho:
        """Return the lines as Zoho is told them, with the odd cent.

        Raises CannotCrossError, with a sentence that says what to do.
        """
        values = invoice.values
        rows = [_line(row, ties) for row in values.get(LINES) or ()]
        if not rows:
            raise CannotCrossError("It has no lines in Exact.")
        excl, vat = amount(values.get(EXCL)), amount(values.get(VAT))
        return for_zoho(rows, excl=excl, vat=vat, setup=self.setup)

    def needs_catch_all(self, invoice: ExactRecord, ties: Ties) -> bool:
        """Whether a line has no item, or one without a product in Zoho."""
        rows = invoice.values.get(LINES) or ()
        return not all(str(row.get("Item") or "") in ties.to_zoho for row in rows)

    def status(self, invoice: ExactRecord) -> str | None:
        """Return Zoho's word for what an invoice has come to; None where there is none."""
        state = state_of(invoice)
        return next((row.zoho for row in self.statuses if row.exact is state), None)

    def step(self, pair: Pair) -> StatusStep:
        """Return what makes the status of a pair equal on both sides."""
        state = state_of(pair.exact)
        if state is None:
            return StatusStep()
        base = (pair.base or {}).get(STATUS_AGREED)
        return settled(base, pair.zoho.values.get("Status"), state, self.statuses)


def is_booked(invoice: ExactRecord) -> bool:
    """Whether it is printed, an entry of the books, or an order that is done.

    Exact lets nobody change it any more.
    """
    if invoice.module == Module.SALES_ORDERS:
        return state_of(invoice) in DONE
    return str(invoice.values.get("Status")) == "50" or MARK in invoice.values


def note(pair: Pair, books: Books) -> tuple[bool, str]:
    """Return whether Zoho must be told lines or a status, and else what is wrong with the totals.

    The status and the lines that both agree on are noted on the pair, unsaved.
    """
    if _keeps_its_rows(pair):
        pair.base = {**(pair.base or {}), LINES_TOLD: digest(pair.exact)}
    step = books.step(pair)
    if step == StatusStep():  # a status of Zoho's own is none that both agree on
        pair.base = {**(pair.base or {}), STATUS_AGREED: pair.zoho.values.get("Status")}
    is_due = lines_are_due(pair) or bool(step.to_zoho)
    return is_due, "" if is_due else unequal(pair)


def _keeps_its_rows(pair: Pair) -> bool:
    """Whether Exact's lines say less than Zoho's rows, so that those stay as people wrote them.

    Exact's came of Zoho's, with shorter texts and without discounts; or they are an entry's,
    which knows no products, and come to the same total.
    """
    if LINES_TOLD in (pair.base or {}) or not pair.exact.values.get(LINES):
        return False
    return pair.rule == Pair.Rule.CREATED or (MARK in pair.exact.values and not unequal(pair))


def words_of(module: ModuleSync) -> tuple[StatusRow, ...]:
    """Return the words that were chosen for Exact's states, before the usual ones.

    Those of orders are not chosen: what Zoho does not offer of the usual ones is not told.
    """
    sync = module.sync
    if module.module == Module.SALES_ORDERS:
        offered = _offered(module)
        return tuple(row for row in ORDER_STATUSES if not offered or row.zoho in offered)
    chosen = [
        StatusRow(str(word), ExactState(state))
        for state, word in (sync.status_words or {}).items()
        if word and state in set(ExactState)
    ]
    return (*chosen, *DEFAULT_STATUSES)


def _offered(module: ModuleSync) -> set[str]:
    """Return the statuses that Zoho offers; none where its metadata does not say."""
    status = (field for field in module.fields if field["api_name"] == "Status")
    return {one["actual_value"] for field in status for one in field.get("pick_list_values") or ()}


def state_of(invoice: ExactRecord) -> State | None:
    """Return what an invoice or order has come to in Exact; None where Exact does not say."""
    values = invoice.values
    total, paid = amount(values.get(TOTAL)), amount(values.get("Paid"))
    try:
        if invoice.module == Module.SALES_ORDERS:
            return order_state(int(values["Status"]))
        return exact_state(int(values["Status"]), total=total, paid=paid)
    except (KeyError, TypeError, ValueError):
        return None


def items_of(records: Iterable[ExactRecord]) -> set[str]:
    """Return the items that the lines of these name."""
    rows = (row for record in records for row in record.values.get(LINES) or ())
    return {str(row["Item"]) for row in rows if row.get("Item")}


def _line(row: Mapping[str, Any], ties: Ties) -> ExactLine:
    price = row.get("UnitPrice")
    return ExactLine(
        net=amount(row.get("AmountFC")),
        rate=amount(row.get("VATPercentage")) * HUNDRED,
        description=str(row.get("Description") or ""),
        quantity=amount(row.get("Quantity")) or Decimal(1),
        unit_price=None if price in (None, "") else amount(price),
        product=ties.to_zoho.get(str(row.get("Item") or ""), ""),
    )


def digest(invoice: ExactRecord) -> str:
    """Return what tells whether the lines in Exact are those that Zoho was told."""
    values = invoice.values
    rows = [[row.get(name) for name in TOLD] for row in values.get(LINES) or ()]
    told = json.dumps([rows, values.get(EXCL), values.get(VAT)], default=str)
    return hashlib.sha256(told.encode()).hexdigest()


def lines_are_due(pair: Pair) -> bool:
    """Whether Exact's lines changed since Zoho was told of them."""
    if not pair.exact.values.get(LINES):
        return False
    return (pair.base or {}).get(LINES_TOLD) != digest(pair.exact)


def unequal(pair: Pair) -> str:
    """Say that the totals of both sides differ, or nothing when they agree to the cent."""
    there, here = pair.zoho.values.get("Grand_Total"), pair.exact.values.get(TOTAL)
    if there is None or here is None or amount(there) == amount(here):
        return ""
    return (
        f"Exact says {amount(here):.2f}, Zoho makes it {amount(there):.2f}: compare the lines and"
        " their taxes."
    )


# --- From Zoho to Exact ------------------------------------------------------------------------


def as_shown(record: ZohoRecord, lines_field: str) -> ZohoInvoice:
    """Return an invoice as Zoho shows it."""
    values = record.values
    return ZohoInvoice(
        subject=record.name,
        lines=[ZohoLine.from_api(row) for row in values.get(lines_field) or ()],
        grand_total=amount(values.get("Grand_Total")),
        discount=amount(values.get("Discount")),
        adjustment=amount(values.get("Adjustment")),
    )


def products_of(records: Iterable[ZohoRecord], lines_field: str) -> set[str]:
    """Return the products that the lines of these name."""
    rows = (row for record in records for row in record.values.get(lines_field) or ())
    return {str(row["Product_Name"]["id"]) for row in rows if row.get("Product_Name")}


def exact_setup(sync: ZohoSync, ties: Ties, facts: ModuleFacts) -> ExactSetup:
    """Return the items and VAT codes for lines that come from Zoho."""
    taxes = list(sync.taxes.exclude(vat_code=""))
    return ExactSetup(
        items=ties.to_exact,
        vat_by_name={tax.label: tax.vat_code for tax in taxes},
        vat_by_rate={tax.percentage.normalize(): tax.vat_code for tax in reversed(taxes)},
        lines=facts.exact_lines,
        line_vat=facts.exact_line_vat,
    )
