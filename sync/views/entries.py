"""An entry as a page shows it: planned by the rules, or as it was sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, Q, QuerySet

from sync.models import (
    Attempt,
    GLAccount,
    Invoice,
    Journal,
    OutboxEntry,
    PaymentCondition,
    VATCode,
)
from sync.rules import deferral
from sync.rules.deferral import Schedule

if TYPE_CHECKING:
    from sync.models import InvoiceFile
    from sync.rules.entries import Entry
    from sync.rules.ledger import Ledger

ZERO = Decimal("0.00")
SALES_ENTRY, DONE = OutboxEntry.Kind.SALES_ENTRY, OutboxEntry.State.DONE


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the entry; amounts signed as booked."""

    description: str
    gl_account: str  # code and description
    vat_code: str
    net: Decimal
    vat: Decimal
    cost_centre: str = ""
    cost_unit: str = ""
    odd_cents: Decimal = ZERO  # what the VAT has more than this line's own rounding
    schedule: Schedule = ()  # where Exact spreads the revenue over months


@dataclass(frozen=True, slots=True)
class File:
    """A file of a document, and the row that takes it to Exact once its entry is booked."""

    file: InvoiceFile
    row: OutboxEntry | None


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one VAT code together."""

    vat_code: str
    base: Decimal
    vat: Decimal


@dataclass(frozen=True, slots=True)
class Shown:
    """A sales entry, whether it stands in Exact already or not."""

    journal: str
    entry_date: date
    due_date: date | None
    reference: str
    payment_reference: str
    currency: str
    lines: list[Line]
    warnings: tuple[str, ...] = ()
    description: str = ""
    payment_condition: str = ""  # code and description; empty: the account's own

    @property
    def net(self) -> Decimal:
        """All lines without VAT."""
        return sum((line.net for line in self.lines), ZERO)

    @property
    def vat(self) -> Decimal:
        """The VAT of all lines."""
        return sum((line.vat for line in self.lines), ZERO)

    @property
    def incl(self) -> Decimal:
        """All lines with VAT."""
        return self.net + self.vat

    @property
    def groups(self) -> list[Group]:
        """The VAT as the return will see it."""
        codes = dict.fromkeys(line.vat_code for line in self.lines)
        return [Group(code, *self._sums(code)) for code in codes]

    def _sums(self, code: str) -> tuple[Decimal, Decimal]:
        lines = [line for line in self.lines if line.vat_code == code]
        return sum((line.net for line in lines), ZERO), sum((line.vat for line in lines), ZERO)


def planned(entry: Entry, ledger: Ledger) -> Shown:
    """Return the entry that a document will become."""
    journal = ledger.journals[entry.journal]
    return Shown(
        journal=f"{journal.code} {journal.description}",
        entry_date=entry.entry_date,
        due_date=entry.due_date,
        reference="",
        payment_reference=entry.payment_reference,
        currency=entry.currency,
        warnings=entry.warnings,
        description=entry.description,
        payment_condition=_condition(entry, ledger),
        lines=[
            Line(
                description=line.description,
                gl_account=f"{line.gl_account.code} {line.gl_account.description}",
                vat_code=_vat_name(line.vat_code, line.vat_rate),
                net=line.net,
                vat=line.vat,
                cost_centre=line.cost_centre,
                cost_unit=line.cost_unit,
                odd_cents=line.odd_cents,
                schedule=line.schedule,
            )
            for line in entry.lines
        ],
    )


def _condition(entry: Entry, ledger: Ledger) -> str:
    known = ledger.payment_conditions.get(entry.payment_condition)
    return f"{known.code} {known.description}" if known else entry.payment_condition


def as_sent(entry: OutboxEntry) -> Shown:
    """Return the entry as it went over the wire, with the names of today."""
    return of_body(entry.division_id, entry.payload)


def of_body(division_id: int, body: Mapping[str, Any]) -> Shown:
    """Return the entry that this body makes."""
    journals = Journal.objects.filter(division=division_id, code=body["Journal"])
    gl_accounts, vat_codes = _gl_names(division_id, [body]), _vat_names(division_id)
    asked = body.get("PaymentCondition", "")
    conditions = PaymentCondition.objects.filter(division=division_id, code=asked) if asked else ()
    return Shown(
        journal=str(journals.first() or body["Journal"]),
        entry_date=date.fromisoformat(body["EntryDate"]),
        due_date=date.fromisoformat(due) if (due := body.get("DueDate")) else None,
        reference=body.get("YourRef", ""),
        payment_reference=body.get("PaymentReference", ""),
        currency=body["Currency"],
        description=body.get("Description", ""),
        payment_condition=str(next(iter(conditions), asked)),
        lines=[_sent_line(line, gl_accounts, vat_codes) for line in body["SalesEntryLines"]],
    )


def _gl_names(division_id: int, bodies: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    wanted = {line["GLAccount"] for body in bodies for line in body["SalesEntryLines"]}
    found = GLAccount.objects.filter(division=division_id, exact_id__in=wanted)
    return {str(row.exact_id): str(row) for row in found}


def _vat_names(division_id: int) -> dict[str, str]:
    found = VATCode.objects.filter(division=division_id).values_list("code", "percentage")
    return {code: _vat_name(code, rate) for code, rate in found}


def _vat_name(code: str, rate: Decimal) -> str:
    return f"{code} · {rate.normalize():f} %"


def _sent_line(
    line: Mapping[str, str], gl_accounts: Mapping[str, str], vat_codes: Mapping[str, str]
) -> Line:
    net, code = Decimal(line["AmountFC"]), line["VATCode"]
    return Line(
        description=line.get("Description", ""),
        gl_account=gl_accounts.get(line["GLAccount"], line["GLAccount"]),
        vat_code=vat_codes.get(code, code),
        net=net,
        vat=Decimal(line["VATAmountFC"]),
        cost_centre=line.get("CostCenter", ""),
        cost_unit=line.get("CostUnit", ""),
        schedule=_schedule(net, line.get("From"), line.get("To")),
    )


def _schedule(net: Decimal, first: str | None, last: str | None) -> Schedule:
    if not (first and last):
        return ()
    return deferral.schedule(net, date.fromisoformat(first), date.fromisoformat(last))


def history_of(invoice: Invoice) -> QuerySet[OutboxEntry]:
    """Return what was sent for a document, its customer's account included, with all attempts."""
    own = Q(invoice=invoice)
    if invoice.customer_id is not None:
        own |= Q(customer=invoice.customer_id, kind=OutboxEntry.Kind.ACCOUNT)
    steps = Prefetch("history", Attempt.objects.select_related("by"))
    rows = OutboxEntry.objects.filter(own).select_related("file", "customer", "invoice")
    return rows.order_by("pk").prefetch_related(steps)


def current(history: Iterable[OutboxEntry], invoice: Invoice) -> OutboxEntry | None:
    """Return the entry that stands for the document now.

    None when nothing was sent, or when what was sent was given up or undone.
    """
    history = list(history)
    undone = {
        row.undoes_id for row in history if row.kind in OutboxEntry.UNDOING and row.state == DONE
    }
    own = [row for row in history if (row.kind, row.invoice_id) == (SALES_ENTRY, invoice.pk)]
    last = own[-1] if own else None
    is_over = last is None or last.state == OutboxEntry.State.CANCELLED or last.pk in undone
    return None if is_over else last


def undoing(history: Iterable[OutboxEntry], entry: OutboxEntry | None) -> OutboxEntry | None:
    """Return what is on its way to undo the current entry, or waits for a person."""
    ways = [row for row in history if entry is not None and row.undoes_id == entry.pk]
    return next((row for row in reversed(ways) if row.state not in OutboxEntry.OVER), None)


def files(history: Iterable[OutboxEntry], invoice: Invoice) -> list[File]:
    """Return the files of a document, each with the newest row that takes it to Exact."""
    rows = [row for row in history if row.kind in OutboxEntry.FILES]
    newest = {row.file_id: row for row in rows}  # the document itself is under None
    return [File(file, newest.get(file.pk)) for file in invoice.files.all()]


def file_troubles(history: Iterable[OutboxEntry]) -> list[OutboxEntry]:
    """Return the rows of files that wait for a person."""
    rows = [row for row in history if row.kind in OutboxEntry.FILES]
    return [row for row in rows if row.state in OutboxEntry.FOR_A_PERSON]
