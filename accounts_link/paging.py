"""A page of a long list: one query for the rows, one for how many there are, and not a third."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

SIZE = 40  # rows
COUNTED = 1_000  # rows found by a search beyond which the exact number tells a person nothing

LONGEST_NUMBER = 9  # digits

Row = TypeVar("Row", bound=Model)
Dress = Callable[[QuerySet[Row]], QuerySet[Row]]


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, with what a reader needs to find the others."""

    rows: list[Row]
    number: int
    count: int
    is_capped: bool = False  # there are more than `count`

    @property
    def first(self) -> int:
        """The place of the first row in the list, from 1."""
        return (self.number - 1) * SIZE + 1

    @property
    def last(self) -> int:
        """The place of the last row in the list."""
        return self.first + len(self.rows) - 1

    @property
    def previous_number(self) -> int | None:
        """The page before, if any."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next_number(self) -> int | None:
        """The page after, if any."""
        return self.number + 1 if self.last < self.count else None


def page_of(rows: QuerySet[Row], number: object, dressed: Dress[Row] | None = None) -> Page[Row]:
    """Return page `number` of all `rows`; a number that is none, or too high, is put right.

    `dressed` adds to the rows of the page what is shown with them; it spares a long list joins.
    """
    count = rows.order_by().count()
    number = _within(number, count)
    start = (number - 1) * SIZE
    keys = rows.prefetch_related(None).values("pk")[start : start + SIZE]
    return Page(_shown(rows, keys, dressed), number, count)


def page_of_found(
    rows: QuerySet[Row], number: object, dressed: Dress[Row] | None = None
) -> Page[Row]:
    """Return page `number` of what a search found, of which at most COUNTED are counted.

    A search reads the whole table, so it is made once: the keys give the count and the page.
    """
    keys = list(rows.prefetch_related(None).values_list("pk", flat=True)[: COUNTED + 1])
    count = min(len(keys), COUNTED)
    number = _within(number, count)
    start = (number - 1) * SIZE
    shown = _shown(rows, keys[start : start + SIZE], dressed)
    return Page(shown, number, count, is_capped=len(keys) > COUNTED)


def _shown(rows: QuerySet[Row], keys: Any, dressed: Dress[Row] | None) -> list[Row]:
    """Return the rows of these keys in the order of `rows`, without asking its question again."""
    if dressed is None:
        return list(rows.filter(pk__in=keys))
    chosen = rows.model._default_manager.filter(pk__in=keys)  # noqa: SLF001 - Django's documented API
    return list(dressed(chosen).order_by(*rows.query.order_by))


def _within(number: object, count: int) -> int:
    text = str(number or "1")
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else 1
    return max(1, min(wanted, -(-count // SIZE)))
