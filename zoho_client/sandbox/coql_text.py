"""The language of COQL: text in, a question about records out."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from zoho_client.sandbox.messages import Problem

T = TypeVar("T")
MOST_FIELDS = 500
MOST_IN_A_LIST = 100
MOST_CRITERIA = 25
MOST_ORDERS = 10
LONGEST_PAGE = 2_000
USUAL_PAGE = 200

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)(?![\w.])"
    r"|(?P<word>!?[A-Za-z_$][\w.$]*)|(?P<mark><=|>=|!=|=|<|>|\(|\)|,))"
)
_RESERVED = {"from", "where", "order", "limit", "group", "offset"}


@dataclass(frozen=True)
class Value:
    """A literal: text in quotes, a number, true or false."""

    text: str
    quoted: bool


@dataclass(frozen=True)
class Criterion:
    """One comparison; `operator` is in lower case, such as `=`, `not in` or `is null`."""

    field: str
    operator: str
    values: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Pair:
    """Two conditions joined by `and` or `or`; more than two need brackets of their own."""

    word: str
    left: "Condition"
    right: "Condition"


Condition = Criterion | Pair


@dataclass
class Query:
    """A SELECT that was read."""

    fields: list[tuple[str, str]]  # the field, and the name that the row gives it
    module: str
    where: Condition
    order: list[tuple[str, bool]] = field(default_factory=list)  # the field, whether descending
    offset: int = 0
    limit: int = USUAL_PAGE

    @property
    def criteria(self) -> list[Criterion]:
        """Every comparison of the WHERE."""
        return _flat(self.where)


def _flat(condition: Condition) -> list[Criterion]:
    if isinstance(condition, Criterion):
        return [condition]
    return [*_flat(condition.left), *_flat(condition.right)]


def read_query(text: str) -> Query:
    """Read a SELECT. Raises Problem when it is none, or too much."""
    reader = _Reader(_tokens(text))
    query = reader.query()
    _check_caps(query)
    return query


def syntax_error(near: str, expected: str = "") -> Problem:
    """The refusal of a text that is no query."""
    details = {"near": near, **({"expected": expected} if expected else {})}
    return Problem("SYNTAX_ERROR", "error occurred while parsing the query", details)


def limit_exceeded(what: str, limit: int) -> Problem:
    """The refusal of a query that is too big."""
    return Problem("LIMIT_EXCEEDED", "the limit is exceeded", {"clause": what, "limit": limit})


def _check_caps(query: Query) -> None:
    names = [name for _, name in query.fields]
    if len(names) > MOST_FIELDS:
        raise limit_exceeded("select", MOST_FIELDS)
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise Problem("DUPLICATE_DATA", "duplicate column in select", {"column_name": twice})
    if len(query.criteria) > MOST_CRITERIA:
        raise limit_exceeded("where", MOST_CRITERIA)
    if any(len(one.values) > MOST_IN_A_LIST for one in query.criteria):
        raise limit_exceeded("in", MOST_IN_A_LIST)
    if len(query.order) > MOST_ORDERS:
        raise limit_exceeded("order by", MOST_ORDERS)
    if query.limit > LONGEST_PAGE:
        raise limit_exceeded("limit", LONGEST_PAGE)


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at, text = [], 0, text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise syntax_error(text[at : at + 20])
        kind = str(match.lastgroup)
        found.append((kind, match[kind]))
        at = match.end()
    return found


class _Reader:
    """Reads tokens from left to right; every method takes what it is named after."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0

    def query(self) -> Query:
        self._must("select")
        fields = self._list(self._selected)
        self._must("from")
        module = self._name().removeprefix("!")  # how Zoho writes a module with an ambiguous name
        if not self._take("where"):
            raise syntax_error(self._near, "where")
        query = Query(fields, module, self._condition())
        if self._take("order"):
            self._must("by")
            query.order = self._list(self._ordered)
        self._page(query)
        if self._at < len(self._tokens):
            raise syntax_error(self._near)
        return query

    def _selected(self) -> tuple[str, str]:
        name = self._name()
        if not self._take("as"):
            return name, name
        alias = self._name()
        if not re.fullmatch(r"[A-Za-z]\w*", alias):
            raise Problem("INVALID_ALIAS", "the given alias is invalid", {"alias": alias})
        return name, alias

    def _ordered(self) -> tuple[str, bool]:
        name = self._name()
        descends = self._take("desc")
        if not descends:
            self._take("asc")
        return name, descends

    def _page(self, query: Query) -> None:
        if self._take("limit"):
            query.limit = self._count()
            if self._take(","):
                query.offset, query.limit = query.limit, self._count()
        if self._take("offset"):
            query.offset = self._count()

    def _condition(self) -> Condition:
        """One comparison, or two: a third without brackets is left over, and refused."""
        left = self._operand()
        for word in ("and", "or"):
            if self._take(word):
                return Pair(word, left, self._operand())
        return left

    def _operand(self) -> Condition:
        if self._take("("):
            inner = self._condition()
            self._must(")")
            return inner
        return self._criterion()

    def _criterion(self) -> Criterion:
        name = self._name()
        if self._take("is"):
            return Criterion(name, "is not null" if self._null() else "is null")
        denied = "not " if self._take("not") else ""
        if self._take("in"):
            self._must("(")
            values = self._list(self._value)
            self._must(")")
            return Criterion(name, f"{denied}in", tuple(values))
        if self._take("like"):
            return Criterion(name, f"{denied}like", (self._value(),))
        if not denied and self._take("between"):
            low = self._value()
            self._must("and")
            return Criterion(name, "between", (low, self._value()))
        for sign in ("=", "!=", "<=", ">=", "<", ">"):
            if not denied and self._take(sign):
                return Criterion(name, sign, (self._value(),))
        raise syntax_error(self._near, "operator")

    def _null(self) -> bool:
        denied = self._take("not")
        self._must("null")
        return denied

    def _list(self, one: Callable[[], T]) -> list[T]:
        found = [one()]
        while self._take(","):
            found.append(one())
        return found

    def _value(self) -> Value:
        kind, text = self._next()
        if kind == "text":
            return Value(text[1:-1].replace("''", "'"), quoted=True)
        if kind == "number" or text.lower() in {"true", "false"}:
            return Value(text.lower(), quoted=False)
        raise syntax_error(text, "value")

    def _count(self) -> int:
        kind, text = self._next()
        if kind != "number" or not text.isdecimal():
            raise syntax_error(text, "number")
        return int(text)

    def _name(self) -> str:
        kind, text = self._next()
        if kind != "word" or text.lower() in _RESERVED:
            raise syntax_error(text, "name")
        return text

    def _next(self) -> tuple[str, str]:
        if self._at == len(self._tokens):
            raise syntax_error("end of query")
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, word: str) -> bool:
        """Step over a keyword or sign, in any case, if it comes next."""
        if self._at == len(self._tokens):
            return False
        kind, text = self._tokens[self._at]
        found = kind in {"word", "mark"} and text.lower() == word
        self._at += found
        return found

    def _must(self, word: str) -> None:
        if not self._take(word):
            raise syntax_error(self._near, word)

    @property
    def _near(self) -> str:
        rest = self._tokens[self._at :]
        return rest[0][1] if rest else "end of query"
