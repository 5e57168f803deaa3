"""The list of a module: pairs and what has none in one table, narrowed, searched and paged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Lower

from accounts_link.forms import ListFilter
from accounts_link.paging import COUNTED, SIZE, Page
from sync.models import ExactRecord, Pair, RemoteRecord, ZohoRecord

if TYPE_CHECKING:
    from sync.models import ZohoSync

Standing = RemoteRecord.Standing
State = Pair.State

EXACT, ZOHO, PAIR = 0, 1, 2  # what a row is about: a record without a pair, or a pair
# tab → states of pairs and standings of what has no pair
STATES: dict[str, tuple[list[str], list[str]]] = {
    "equal": ([State.EQUAL], []),
    "coming": ([State.DUE], [Standing.NEW, Standing.CROSSES]),
    "conflict": ([State.CONFLICT], []),
    "you": ([State.BLOCKED], [Standing.BLOCKED]),
    "review": ([], [Standing.REVIEW]),
    "stays": ([], [Standing.STAYS]),
    "refused": ([State.REFUSED], [Standing.REFUSED]),
    "gone": ([State.GONE], [Standing.GONE]),
}
# Asked for by name, an index spares the database to look at each record that has a pair.
ALONE = [one for _, standings in STATES.values() for one in standings]
TAB_OF_STATE = {state: tab for tab, (states, _) in STATES.items() for state in states}
TAB_OF_STANDING = {one: tab for tab, (_, standings) in STATES.items() for one in standings}
WORDS = {
    "equal": "Equal",
    "coming": "On its way",
    "conflict": "Conflict",
    "you": "Needs you",
    "review": "Needs review",
    "stays": "Stays",
    "refused": "Refused",
    "gone": "Gone",
}
FOR_A_PERSON = ("conflict", "you", "review", "refused")


class RecordFilter(ListFilter):
    """Which records of a module are shown."""

    SORTS = {"name": ("sort", "kind", "id")}
    FIRST_SORT = "name"
    STATES = [("all", "All"), *WORDS.items()]


@dataclass(frozen=True, slots=True)
class Row:
    """A pair, or a record that has none, as a line of the table."""

    exact: ExactRecord | None
    zoho: ZohoRecord | None
    pair: Pair | None = None

    @property
    def record(self) -> ExactRecord | ZohoRecord:
        """The record that its page is addressed by."""
        found = self.zoho or self.exact
        assert found is not None  # noqa: S101 - for the type checker; a row has one of them
        return found

    @property
    def name(self) -> str:
        """What people call it."""
        return self.record.name or (self.exact.name if self.exact else "") or self.record.key

    @property
    def tab(self) -> str:
        """Where it stands: one of WORDS."""
        if self.pair:
            return TAB_OF_STATE[self.pair.state]
        return TAB_OF_STANDING.get(self.record.standing, "coming")  # paired or parted just now

    @property
    def problem(self) -> str:
        """The field to open, or a code that names none."""
        return self.pair.problem if self.pair else self.record.problem

    @property
    def reason(self) -> str:
        """Why it stands so, in plain words."""
        return self.pair.reason if self.pair else self.record.reason


def counts(sync: ZohoSync, module: str = "") -> dict[str, Counter[str]]:
    """Return how many rows stand where, by module; in three queries."""
    of_these = Q(sync=sync, module=module) if module else Q(sync=sync)
    found: dict[str, Counter[str]] = {}
    pairs = Pair.objects.filter(of_these).order_by().values_list("module", "state")
    for name, state, number in pairs.annotate(Count("pk")):
        found.setdefault(name, Counter())[TAB_OF_STATE[state]] += number
    for copies in (ExactRecord, ZohoRecord):
        alone: Any = copies.objects.filter(of_these, pair=None, standing__in=ALONE)
        rows = alone.order_by().values_list("module", "standing")
        for name, standing, number in rows.annotate(Count("pk")):
            found.setdefault(name, Counter())[TAB_OF_STANDING[standing]] += number
    return found


def page_of_records(sync: ZohoSync, module: str, filters: RecordFilter, known: int) -> Page[Any]:
    """Return the page that is asked for; `known` is how many rows its tab has without a search."""
    keys = _keys(sync, module, filters)
    asked = filters.data.get("page")
    if not filters.text:
        number = within(asked, known)
        return Page(_dressed(keys[(number - 1) * SIZE : number * SIZE]), number, known)
    found = list(keys[: COUNTED + 1])
    count = min(len(found), COUNTED)
    number = within(asked, count)
    shown = found[(number - 1) * SIZE : number * SIZE]
    return Page(_dressed(shown), number, count, is_capped=len(found) > COUNTED)


def every_row(sync: ZohoSync, module: str, filters: RecordFilter) -> Iterator[Row]:
    """Yield all that is asked for, as pages of the list would show it."""
    keys = list(_keys(sync, module, filters))
    for start in range(0, len(keys), SIZE * 10):
        yield from _dressed(keys[start : start + SIZE * 10])


def _keys(sync: ZohoSync, module: str, filters: RecordFilter) -> Any:
    """Return kind and primary key of each row, in order, in one question to the database."""
    states, standings = _wanted(filters.state_asked)
    text = filters.text
    pairs = Pair.objects.filter(sync=sync, module=module)
    if states is not None:
        pairs = pairs.filter(state__in=states)
    if text:
        pairs = pairs.filter(_named(text, "exact__") | _named(text, "zoho__"))
    parts = [_part(pairs, PAIR, "zoho__name")]
    for copies, kind in ((ExactRecord, EXACT), (ZohoRecord, ZOHO)):
        alone: Any = copies.objects.filter(sync=sync, module=module, pair=None)
        alone = alone.filter(standing__in=ALONE if standings is None else standings)
        if text:
            alone = alone.filter(_named(text))
        parts.append(_part(alone, kind, "name"))
    return parts[0].union(*parts[1:], all=True).order_by("sort", "kind", "id")


def _part(rows: QuerySet[Any], kind: int, name: str) -> Any:
    shown = rows.order_by().annotate(sort=Lower(F(name)), kind=Value(kind, IntegerField()))
    return shown.values_list("sort", "kind", "id")


def _wanted(tab: str) -> tuple[list[str] | None, list[str] | None]:
    return STATES.get(tab, (None, None))


def _named(text: str, prefix: str = "") -> Q:
    """Find words in a name, a whole ID, or the code, VAT number or e-mail that starts so."""
    found = Q(**{f"{prefix}name__icontains": text}) | Q(**{f"{prefix}key": text})
    if prefix != "zoho__":
        found |= Q(**{f"{prefix}values__Code__startswith": text})
    return found


def _dressed(keys: Iterable[Any]) -> list[Row]:
    """Return the rows of these keys in their order, in three queries at most."""
    places = [(kind, pk) for _, kind, pk in keys]
    wanted: dict[int, list[int]] = {kind: [] for kind in (EXACT, ZOHO, PAIR)}
    for kind, pk in places:
        wanted[kind].append(pk)
    pairs = Pair.objects.select_related("exact", "zoho").in_bulk(wanted[PAIR])
    exact = ExactRecord.objects.in_bulk(wanted[EXACT])
    zoho = ZohoRecord.objects.in_bulk(wanted[ZOHO])
    rows = {
        **{(PAIR, pk): Row(pair.exact, pair.zoho, pair) for pk, pair in pairs.items()},
        **{(EXACT, pk): Row(record, None) for pk, record in exact.items()},
        **{(ZOHO, pk): Row(None, record) for pk, record in zoho.items()},
    }
    return [rows[place] for place in places if place in rows]


def within(number: object, count: int) -> int:
    """Return the number of a page that is there, the nearest to what was asked for."""
    text = str(number or "1")
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1  # noqa: PLR2004 - no list is that long
    return max(1, min(wanted, -(-count // SIZE)))
