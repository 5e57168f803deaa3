"""What documents of which nothing was sent yet need from the mappings: how many, and since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import (
    Case,
    Count,
    DecimalField,
    ExpressionWrapper,
    F,
    Min,
    Q,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Abs, Coalesce

from sync.models import Invoice, InvoiceLine
from sync.models.documents import BEFORE_THE_OUTBOX
from sync.rules.countries import country_group
from sync.rules.ledger import DocumentKind, GLCell, JournalCell, VatCell
from sync.rules.supplies import BY_RESOURCE, DISCOUNT, SERVICES

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from exact_client.models import Division

CENT = Decimal("0.01")
AMOUNT: Any = DecimalField(max_digits=20, decimal_places=2)
NET: Any = ExpressionWrapper(  # of a line, without its sign: a credit note waits like an invoice
    Abs(F("quantity") * F("unit_price") * (Value(Decimal(100)) - F("discount_percent")))
    / Value(Decimal(100)),
    output_field=AMOUNT,
)
TOTAL: Any = Abs(Coalesce("total_incl", "amount", output_field=AMOUNT))
SUPPLIED = Case(  # as supplies.supply_of reads a line
    When(~Q(supply=""), then=F("supply")),
    *(When(resource_type=kind, then=Value(supply)) for kind, supply in BY_RESOURCE.items()),
    default=Value(SERVICES),
)


@dataclass(frozen=True, slots=True)
class Demand:
    """How many documents need one cell, for how much, and the day of the oldest of them.

    `amount` is what their lines come to without VAT, signs left out; for what holds for a whole
    document it is their totals with VAT.
    """

    documents: int = 0
    amount: Decimal = Decimal("0.00")
    oldest: date | None = None


def of_gl_accounts(division: Division) -> dict[GLCell, Demand]:
    """Return what was sold and where, with the documents that need its account."""
    columns = ("invoice__location", "resource_type", "resource_code")
    rows = _grouped(_lines(division), columns, "invoice", "invoice__invoice_date", NET)
    return {GLCell(*cell): demand for cell, demand in rows}


def of_discounts(division: Division) -> dict[str, Demand]:
    """Return locations, with the documents that have lines with a discount, for those lines."""
    discounted = _lines(division).exclude(discount_percent=0).exclude(resource_type=DISCOUNT)
    rows = _grouped(discounted, ("invoice__location",), "invoice", "invoice__invoice_date", NET)
    return {location: demand for (location,), demand in rows}


def of_vat_codes(division: Division, *, by_supply: bool = True) -> dict[VatCell, Demand]:
    """Return kinds of customers, supplies and rates, with the documents that need their code."""
    supplied = SUPPLIED if by_supply else Value("")
    columns = (
        "invoice__customer__country", "invoice__customer__business_type", "vat_rate",
        "supplied", "vat_category",
    )  # fmt: skip
    lines = _lines(division).exclude(invoice__customer=None).annotate(supplied=supplied)
    found: dict[VatCell, list[Demand]] = {}
    for cell, demand in _grouped(lines, columns, "invoice", "invoice__invoice_date", NET):
        group = country_group(cell[0], division.country)
        found.setdefault(VatCell(group, *cell[1:]), []).append(demand)
    return {cell: added(demands) for cell, demands in found.items()}  # each of another country


def of_journals(division: Division) -> dict[JournalCell, Demand]:
    """Return locations and kinds of documents, with how many need their journal."""
    rows = by(_documents(division), ("location", "kind"))
    return {JournalCell(place, DocumentKind(kind)): demand for (place, kind), demand in rows}


def of_terms(division: Division) -> dict[str, Demand]:
    """Return payment terms in the source's words, with how many documents carry them."""
    documents = _documents(division).exclude(payment_terms="")
    return {terms: demand for (terms,), demand in by(documents, ("payment_terms",))}


def by(
    documents: QuerySet[Invoice], columns: tuple[str, ...]
) -> list[tuple[tuple[Any, ...], Demand]]:
    """Return how many of these documents have each combination of values in the columns."""
    return _grouped(documents, columns, "pk", "invoice_date", TOTAL)


def added(demands: Iterable[Demand]) -> Demand:
    """Return the sum of several; a document that is in two of them counts twice."""
    found = list(demands)
    return Demand(
        sum(one.documents for one in found),
        sum((one.amount for one in found), Decimal("0.00")),
        min((one.oldest for one in found if one.oldest), default=None),
    )


def _documents(division: Division) -> QuerySet[Invoice]:
    return Invoice.objects.before_the_outbox().filter(division=division).order_by()


def _lines(division: Division) -> QuerySet[InvoiceLine]:
    """Return the lines that need a mapping: those that come to something."""
    waiting = {"invoice__division": division, "invoice__state__in": BEFORE_THE_OUTBOX}
    lines = InvoiceLine.objects.filter(**waiting).order_by()
    return lines.exclude(quantity=0).exclude(unit_price=0).exclude(discount_percent=100)


def _grouped(
    rows: QuerySet[Any], columns: tuple[str, ...], document: str, day: str, amount: Any
) -> list[tuple[tuple[Any, ...], Demand]]:
    found: Iterable[Mapping[str, Any]] = rows.values(*columns).annotate(
        demand_documents=Count(document, distinct=True),
        demand_amount=Sum(amount),
        demand_oldest=Min(day),
    )
    return [
        (
            tuple(row[name] for name in columns),
            Demand(
                row["demand_documents"],
                Decimal(row["demand_amount"] or 0).quantize(CENT),
                row["demand_oldest"],
            ),
        )
        for row in found
    ]
