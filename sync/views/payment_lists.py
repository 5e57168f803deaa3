"""Which payments a page or a file shows, and how much is open for how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from django import forms
from django.db.models import Count, F, Q, QuerySet, Sum

from accounts_link.forms import ListFilter
from sync.models import InvoiceState
from sync.models.documents import IN_THE_BOOKS
from sync.rules.payments import Age, age_of, due_between

if TYPE_CHECKING:
    from sync.models import Invoice
    from sync.models.documents import InvoiceQuerySet

LATELY = timedelta(days=30)
AGES = {
    Age.NOT_DUE: "Not due yet",
    Age.UP_TO_30: "1 to 30 days late",
    Age.UP_TO_60: "31 to 60 days late",
    Age.UP_TO_90: "61 to 90 days late",
    Age.OLDER: "Over 90 days late",
}
UNPAID = Q(state__in=[InvoiceState.BOOKED, InvoiceState.PART_PAID, InvoiceState.DRIFTED])
OPEN = UNPAID & Q(open_amount__isnull=False, paid_seen_at=None) & ~Q(open_amount=0)
PAID = Q(state__in=[InvoiceState.PAID, InvoiceState.DRIFTED], paid_seen_at__isnull=False)
BOOKED = Q(state__in=IN_THE_BOOKS)
IS_PART = Q(open_amount__gt=0, open_amount__lt=F("amount")) | Q(
    open_amount__lt=0, open_amount__gt=F("amount")
)
PART = OPEN & IS_PART


class PaymentFilter(ListFilter):
    """Which documents the list of payments shows."""

    STATES = [
        ("open", "Open"),
        ("overdue", "Overdue"),
        ("part", "Part-paid"),
        ("bounce", "May bounce"),
        ("paid", "Paid lately"),
        ("credit", "Owed to customers"),
        ("untold", "Not told yet"),
        ("all", "All"),
    ]
    SORTS = {
        "due": ("falls_due_on", "number"),
        "open": ("open_amount", "number"),
        "number": ("number",),
        "paid": ("last_payment_on", "number"),
    }

    age = forms.ChoiceField(required=False, choices=[("", "Any age"), *AGES.items()])
    location = forms.CharField(required=False, max_length=30)

    @property
    def sort_asked(self) -> str:
        """The order to show: what is due longest first, or what was paid last."""
        asked = self.asked("sort")
        if asked.removeprefix("-") in self.SORTS:
            return asked
        return "-paid" if self.state_asked in {"paid", "bounce"} else "due"

    def among(self, documents: InvoiceQuerySet) -> InvoiceQuerySet:
        """Return what is asked for, of whatever state and age, booked or not."""
        found = documents.named(self.asked("q"))
        if location := self.asked("location"):
            found = found.filter(location=location)
        return found

    def narrowed(self, found: InvoiceQuerySet, today: date) -> QuerySet[Invoice]:
        """Return those of the state and age asked for, in order."""
        found = found.filter(states(today)[self.state_asked])
        if age := self.asked("age"):
            found = found.filter(OPEN & _of_age(Age(age), today))
        return self.ordered(found)


def states(today: date) -> dict[str, Q]:
    """Return what each state means today."""
    return {
        "open": OPEN,
        "overdue": OPEN & Q(falls_due_on__lt=today, open_amount__gt=0),
        "part": PART,
        "bounce": PAID & Q(paid_told_at=None),
        "paid": PAID & Q(paid_on__gte=today - LATELY),
        "credit": BOOKED & Q(open_amount__lt=0),
        "untold": UNPAID & Q(open_amount=None),
        "all": BOOKED,
    }


def _of_age(age: Age, today: date) -> Q:
    first, last = due_between(age, today)
    asked = Q() if first is None else Q(falls_due_on__gte=first)
    asked &= Q() if last is None else Q(falls_due_on__lte=last)
    return asked | Q(falls_due_on=None) if age is Age.NOT_DUE else asked


@dataclass(frozen=True, slots=True)
class Tile:
    """What is open of one age, or of all; in the division's currency."""

    key: str
    words: str
    count: int
    amount: Decimal
    foreign: int  # of `count`, in other currencies and so not in `amount`
    share: int  # of all that is open, in per cent
    is_current: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts of the states and the tiles of the ages."""

    counts: dict[str, int]
    tiles: list[Tile]


def figures(
    filters: PaymentFilter, found: InvoiceQuerySet, *, currency: str, today: date
) -> Figures:
    """Return how many documents are in each state, and how much is open for how long.

    The unpaid are counted by the day on which they fall due, which an index answers; the others
    are only counted.
    """
    days = _days(found)
    counts = {
        "open": sum(day.documents for day in days),
        "overdue": sum(day.owing for day in days if day.falls_due_on and day.falls_due_on < today),
        "part": sum(day.part for day in days),
    }
    asked_for = states(today)
    counts |= {key: found.filter(asked_for[key]).count() for key in ("bounce", "paid")}
    of_all = {key: Count("pk", filter=asked_for[key]) for key in ("credit", "untold", "all")}
    counts |= found.filter(BOOKED).order_by().aggregate(**of_all)
    whole = sum((day.amount for day in days if day.currency == currency), Decimal(0))
    ages: dict[str, list[_Day]] = {"": days} | {age: [] for age in Age}
    for day in days:
        ages[age_of(day.falls_due_on, today)].append(day)
    tiles = [_tile(filters, key, whole, some, currency) for key, some in ages.items()]
    return Figures(counts, tiles)


class _Day(NamedTuple):
    """What is open of one currency and falls due on one day; `owing` are no credit notes."""

    falls_due_on: date | None
    currency: str
    documents: int
    amount: Decimal
    owing: int
    part: int


def _days(found: InvoiceQuerySet) -> list[_Day]:
    rows = found.filter(OPEN).order_by().values_list("falls_due_on", "currency")
    counted = rows.annotate(
        Count("pk"),
        Sum("open_amount"),
        owing=Count("pk", filter=Q(open_amount__gt=0)),
        part=Count("pk", filter=IS_PART),
    )
    return [_Day(*row) for row in counted]


def _tile(
    filters: PaymentFilter, key: str, whole: Decimal, days: list[_Day], currency: str
) -> Tile:
    own = [day for day in days if day.currency == currency]
    amount = sum((day.amount for day in own), Decimal(0))
    count = sum(day.documents for day in days)
    share = int(100 * amount / whole) if whole > 0 else 0
    return Tile(
        key=key,
        words=AGES[Age(key)] if key else "Open",
        count=count,
        amount=amount,
        foreign=count - sum(day.documents for day in own),
        share=max(0, min(100, share)),
        is_current=filters.state_asked == "open" and filters.asked("age") == key,
    )
