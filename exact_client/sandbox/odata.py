"""Queries and envelopes: $select, $orderby, paging, and which shape a list comes in."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from operator import add
from typing import Any, Self
from urllib.parse import parse_qsl, quote
from uuid import UUID

from exact_client.sandbox.clock import wall_of
from exact_client.sandbox.facts import Entity, Record
from exact_client.sandbox.filters import Filter, read_filter
from exact_client.sandbox.messages import Request, problem
from exact_client.sandbox.wire import formats, read_date

_KNOWN = {"select", "filter", "orderby", "top", "skip", "inlinecount", "expand", "skiptoken"}
_TOKEN_PART = re.compile(r"datetime'([^']*)'|guid'([^']*)'|'((?:[^']|'')*)'|([^,]+)")
_MARKS = {
    "Guid": ("guid'", "'"),
    "DateTime": ("datetime'", "'"),
    "String": ("'", "'"),
    "Int64": ("", "L"),
}
MODELS = "Exact.Web.Api.Models."


@dataclass(frozen=True)
class Query:
    """The query options of one request, checked against the entity they are about."""

    entity: Entity
    base: str  # the address of the division: …/api/v1/124132
    select: tuple[str, ...] = ()
    filter: Filter | None = None
    orderby: tuple[tuple[str, bool], ...] = ()  # property, descending
    top: int | None = None
    skip: int = 0
    count: bool = False
    expand: tuple[str, ...] = ()
    skiptoken: str | None = None
    encoded_skiptoken: bool = False
    spelled: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, entity: Entity, request: Request, base: str, switches: Any) -> Self:
        """Read the query of a request; 400 when there is anything Exact wouldn't take."""
        spelled = {}
        for name, value in parse_qsl(request.query, keep_blank_values=True):
            if not name.startswith("$"):
                continue
            if name[1:] not in _KNOWN:
                raise problem(400, f"The query parameter '{name}' is not supported.")
            spelled[name[1:]] = value
        text = spelled.get("filter")
        return cls(
            entity=entity,
            base=base,
            select=_select(entity, spelled.get("select", "")),
            filter=read_filter(entity, text, case_matters=switches.case_matters) if text else None,
            orderby=_orderby(entity, spelled.get("orderby", "")),
            top=_whole("$top", spelled["top"]) if "top" in spelled else None,
            skip=_whole("$skip", spelled.get("skip", "0")),
            count=spelled.get("inlinecount") == "allpages",
            expand=_expand(entity, spelled.get("expand", "")),
            skiptoken=spelled.get("skiptoken"),
            encoded_skiptoken=switches.encoded_skiptoken,
            spelled=spelled,
        )

    @property
    def shown(self) -> tuple[str, ...]:
        """The properties to show: those selected, or all."""
        names = tuple(name for name in self.select if "/" not in name)
        chosen = names if self.select else tuple(self.entity.properties)
        return chosen + tuple(name for name in self.expand if name not in chosen)

    def next_link(self, last: Record, given: int) -> str:
        """The address of the next page: same query, lowered $top, and where to go on."""
        parts = [
            f"${name}={quote(value, safe=',()')}"
            for name, value in self.spelled.items()
            if name not in {"skip", "skiptoken", "top"}
        ]
        if self.top is not None:
            parts.append(f"$top={self.top - given}")
        token, name = self._token(last), "$skiptoken"
        if self.encoded_skiptoken:
            token, name = quote(token.replace("%3A", ":"), safe=""), quote(name)
        return f"{self.base}/{self.entity.path}?{'&'.join([*parts, f'{name}={token}'])}"

    def _token(self, last: Record) -> str:
        names = [*(name for name, _ in self.orderby), *self.entity.keys]
        return ",".join(_token_part(self.entity, last, name) for name in names)


def _select(entity: Entity, text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if "*" in names:
        return ()
    for name in names:
        outer, _, inner = name.partition("/")
        if outer not in entity.properties or (inner and not entity.properties[outer].collection):
            raise problem(
                400, f"Could not find a property named '{name}' on type '{MODELS}{entity.model}'."
            )
    return names


def _orderby(entity: Entity, text: str) -> tuple[tuple[str, bool], ...]:
    terms = []
    for term in filter(None, (part.strip() for part in text.split(","))):
        name, _, direction = term.partition(" ")
        if name not in entity.properties or direction.strip() not in {"", "asc", "desc"}:
            raise problem(400, f"Syntax error in $orderby: '{term}'.")
        terms.append((name, direction.strip() == "desc"))
    return tuple(terms)


def _expand(entity: Entity, text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name not in entity.properties or not entity.properties[name].collection:
            raise problem(400, f"The property '{name}' can't be expanded.")
    return names


def _whole(option: str, text: str) -> int:
    if not text.isdecimal():
        raise problem(400, f"Incorrect format for {option} argument '{text}'.")
    return int(text)


def _token_part(entity: Entity, record: Record, name: str) -> str:
    """One value in a $skiptoken; of its marks only those inside the quotes are escaped."""
    value, type_ = entity.value(record, name), entity.properties[name].type
    if type_ == "DateTime" and value is not None:
        value = _seconds(value)
    return _literal(type_, value, lambda text: quote(text, safe=""))


def _literal(type_: str, value: Any, spelled: Callable[[str], str] = str) -> str:
    """A value as it stands in an address: guid'…', datetime'…', '…', a number, or null."""
    if value is None:
        return "null"
    text = spelled(str(value).replace("'", "''"))
    before, after = _MARKS.get(type_, ("", ""))
    return f"{before}{text}{after}"


def _seconds(ms: int) -> str:
    """A wall-clock time without the zeros at the end of its fraction: …T04:18:29.9."""
    text = wall_of(ms).isoformat(timespec="milliseconds")
    return text.rstrip("0").rstrip(".")


def token_values(entity: Entity, query: Query) -> list[Any]:
    """What a $skiptoken says: the last page's last values of the order, then its key."""
    names = [*(name for name, _ in query.orderby), *entity.keys]
    parts = list(_TOKEN_PART.finditer(query.skiptoken or ""))
    if len(parts) != len(names):
        raise problem(400, "The $skiptoken does not fit this query.")
    return [_token_value(entity, *pair) for pair in zip(names, parts, strict=True)]


def _token_value(entity: Entity, name: str, part: re.Match[str]) -> Any:
    date, guid, text, bare = part.groups()
    if bare == "null" and name not in entity.keys:
        return None
    type_ = entity.properties[name].type
    spelled = {"DateTime": date, "Guid": guid, "String": text}.get(type_, bare)
    try:
        return _TOKEN_READERS.get(type_, int)(spelled)
    except (ValueError, TypeError, OverflowError, AttributeError, KeyError):
        raise problem(400, "The $skiptoken does not fit this query.") from None


_TOKEN_READERS: dict[str, Callable[[str], Any]] = {
    "DateTime": read_date,
    "Guid": lambda text: str(UUID(text)),
    "String": lambda text: text.replace("''", "'"),
    "Int64": lambda text: int(text.rstrip("L")),
    "Double": float,
    "Boolean": lambda text: {"True": True, "False": False}[text],
}


def in_order(query: Query, rows: Iterable[Record]) -> list[Record]:
    """Rows in the order asked for; ties by key."""
    ordered = list(rows)
    for name, descending in reversed(_terms(query)):
        ordered.sort(key=partial(_sort_value, query.entity, name), reverse=descending)
    return ordered


def _terms(query: Query) -> list[tuple[str, bool]]:
    return [*query.orderby, *((name, False) for name in query.entity.keys)]


def _sort_value(entity: Entity, name: str, row: Record) -> tuple[bool, Any]:
    return _sortable(entity.value(row, name))


def _sortable(value: Any) -> tuple[bool, Any]:
    """Nothing comes before something, as in SQL."""
    return (False, 0) if value is None else (True, value)


def behind(query: Query, rows: Iterable[Record]) -> Iterator[Record]:
    """Of rows in order, those that come after the place the $skiptoken names."""
    place = token_values(query.entity, query)
    terms = _terms(query)
    return (row for row in rows if _is_behind(query.entity, row, terms, place))


def _is_behind(
    entity: Entity, row: Record, terms: list[tuple[str, bool]], place: list[Any]
) -> bool:
    for (name, descending), there in zip(terms, place, strict=True):
        here = entity.value(row, name)
        if here != there:
            return (_sortable(here) > _sortable(there)) != descending
    return False


def page(query: Query, rows: Iterator[Record]) -> tuple[list[Record], bool]:
    """The next page of rows, and whether a link to another follows.

    A full page is always followed by a link: Exact doesn't look whether anything is left.
    """
    size = query.entity.page_size
    wanted = size if query.top is None else min(query.top, size)
    found = list(islice(rows, wanted))
    more = len(found) == size and (query.top is None or query.top > size)
    return found, more


def bare(query: Query) -> bool:
    """Whether the list comes without its `results`: $top within a page, and not a later page."""
    within = query.top is not None and query.top <= query.entity.page_size
    return within and query.skiptoken is None and not query.count


class Shown:
    """Turns records of one entity into what a caller sees."""

    def __init__(self, entity: Entity, base: str, names: Iterable[str]) -> None:
        self._entity = entity
        self._base = base
        plain = [name for name in names if not entity.properties[name].collection]
        host = base.partition("/api/")[0]
        self._formats = [
            (name, default, partial(add, host) if name.endswith("Url") else spell)
            for name, default, spell in formats(entity, plain)
        ]
        self._collections = [name for name in names if entity.properties[name].collection]

    def one(self, record: Record, expanded: dict[str, list[Record]] | None = None) -> Record:
        """A record with its address, its values, and links to or contents of its collections."""
        uri = self.uri(record)
        shown: Record = {"__metadata": {"uri": uri, "type": MODELS + self._entity.model}}
        for name, default, spell in self._formats:
            value = record.get(name)
            if value is None:
                value = default
            shown[name] = value if spell is None or value is None else spell(value)
        for name in self._collections:
            content = (expanded or {}).get(name)
            if content is None:
                shown[name] = {"__deferred": {"uri": f"{uri}/{name}"}}
            else:
                shown[name] = {"results": content}
        return shown

    def uri(self, record: Record) -> str:
        """The address of one record."""
        named = [
            (name, _literal(self._entity.properties[name].type, self._entity.value(record, name)))
            for name in self._entity.keys
        ]
        if len(named) == 1:
            return f"{self._base}/{self._entity.path}({named[0][1]})"
        key = ",".join(f"{name}={value}" for name, value in named)
        return f"{self._base}/{self._entity.path}({key})"
