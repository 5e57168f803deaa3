"""The language of $filter: text in, a question about one record out."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from operator import ge, gt, le, lt
from typing import Any
from uuid import UUID

from exact_client.sandbox.facts import Entity, Record
from exact_client.sandbox.messages import Problem, problem
from exact_client.sandbox.wire import read_date, wire_value

Question = Callable[[Record], bool]
Getter = Callable[[Record], Any]

_TOKEN = re.compile(
    r"\s*(?:(?P<guid>guid'(?P<guid_text>[^']*)')|(?P<date>datetime'(?P<date_text>[^']*)')"
    r"|(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?[LlMmDdFf]?)(?![\w.])"
    r"|(?P<word>[A-Za-z_][\w/]*)|(?P<mark>[(),]))"
)
_ORDERED: dict[str, Callable[[Any, Any], bool]] = {"gt": gt, "ge": ge, "lt": lt, "le": le}
_COMPARISONS = {"eq", "ne", *_ORDERED}
_NUMBERS = {"Byte", "Int16", "Int32", "Int64", "Double"}
_KIND_OF_TYPE = {"Guid": "guid", "DateTime": "date", "Boolean": "flag"}


@dataclass(frozen=True)
class Operand:
    """One side of a comparison. `field` is the property it reads, if any."""

    kind: str  # text, number, guid, date, flag or null
    get: Getter
    field: str | None = None


@dataclass(frozen=True)
class Filter:
    """A read $filter: the question, and which properties it asks about."""

    matches: Question
    fields: frozenset[str]


def read_filter(entity: Entity, text: str, *, case_matters: bool) -> Filter:
    """Read a $filter, or raise the 400 that Exact answers to one that it can't read."""
    reader = _Reader(entity, _tokens(text), case_matters=case_matters)
    matches = reader.either()
    reader.end()
    return Filter(matches, frozenset(reader.fields))


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise problem(400, f"Syntax error at position {at} in '{text}'.")
        kind = next(k for k in ("guid", "date", "text", "number", "word", "mark") if match[k])
        found.append((kind, match[f"{kind}_text"] if kind in {"guid", "date"} else match[kind]))
        at = match.end()
    return found


class _Reader:
    """Reads tokens by going down: or, and, not, comparison, value."""

    def __init__(
        self, entity: Entity, tokens: list[tuple[str, str]], *, case_matters: bool
    ) -> None:
        self._entity = entity
        self._tokens = tokens
        self._at = 0
        self._case_matters = case_matters
        self.fields: set[str] = set()

    def either(self) -> Question:
        left = self._both()
        while self._take("word", "or"):
            left = _or(left, self._both())
        return left

    def end(self) -> None:
        if self._at < len(self._tokens):
            raise self._wrong()

    def _both(self) -> Question:
        left = self._not()
        while self._take("word", "and"):
            left = _and(left, self._not())
        return left

    def _not(self) -> Question:
        if self._take("word", "not"):
            inner = self._not()
            return lambda record: not inner(record)
        return self._comparison()

    def _comparison(self) -> Question:
        if self._take("mark", "("):
            inner = self.either()
            self._must("mark", ")")
            return inner
        left = self._value()
        word = self._peek()
        if word[0] == "word" and word[1] in _COMPARISONS:
            self._at += 1
            return self._compared(word[1], left, self._value())
        if left.kind == "flag":
            return lambda record: left.get(record) is True
        raise self._wrong()

    def _compared(self, word: str, left: Operand, right: Operand) -> Question:
        if left.field and right.field:  # seen to fail on the real API
            raise problem(400, "Comparing two properties is not supported.")
        kinds = {left.kind, right.kind} - {"null"}
        if len(kinds) > 1:
            raise problem(
                400,
                f"Operator '{word}' incompatible with operand types "
                f"'{left.kind}' and '{right.kind}'.",
            )
        fold = self._folded if kinds == {"text"} else _same
        return _comparing(word, left.get, right.get, fold)

    def _folded(self, value: Any) -> Any:
        """Compare as SQL does: blanks at the end never matter, capitals only if so switched."""
        if not isinstance(value, str):
            return value
        return value.rstrip(" ") if self._case_matters else value.rstrip(" ").casefold()

    def _value(self) -> Operand:
        kind, text = self._peek()
        self._at += 1
        if kind == "word":
            return self._call(text) if self._peek() == ("mark", "(") else self._word(text)
        if kind in _LITERALS:
            try:
                value = _LITERALS[kind](text)
            except (ValueError, OverflowError):
                raise problem(400, f"Unrecognized literal '{text}'.") from None
            return Operand(kind, lambda _record: value)
        raise self._wrong()

    def _word(self, text: str) -> Operand:
        if text in {"true", "false"}:
            return Operand("flag", lambda _record: text == "true")
        if text == "null":
            return Operand("null", lambda _record: None)
        return self._property(text)

    def _property(self, name: str) -> Operand:
        prop = self._entity.properties.get(name)
        if prop is None or prop.collection:
            model = f"Exact.Web.Api.Models.{self._entity.model}"
            raise problem(400, f"No property '{name}' exists in type '{model}' at position 0.")
        self.fields.add(name)
        if prop.type in _NUMBERS:
            return Operand("number", lambda record: self._entity.value(record, name), name)
        if prop.type in _KIND_OF_TYPE:
            kind = _KIND_OF_TYPE[prop.type]
            return Operand(kind, lambda record: self._entity.value(record, name), name)
        return Operand("text", lambda record: wire_value(self._entity, record, name), name)

    def _call(self, name: str) -> Operand:
        self._must("mark", "(")
        arguments = [self._value()]
        while self._take("mark", ","):
            arguments.append(self._value())
        self._must("mark", ")")
        function = _FUNCTIONS.get((name, len(arguments)))
        if function is None or any(item.kind not in {"text", "null"} for item in arguments):
            raise problem(400, f"Unknown function '{name}' at position 0.")
        kind, compute = function
        gets = [item.get for item in arguments]
        # What a function gives is no longer a plain property, so its field is not named.
        return Operand(kind, lambda r: compute(*[self._folded(get(r)) or "" for get in gets]))

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _take(self, kind: str, text: str) -> bool:
        taken = self._peek() == (kind, text)
        self._at += taken
        return taken

    def _must(self, kind: str, text: str) -> None:
        if not self._take(kind, text):
            raise self._wrong()

    def _wrong(self) -> Problem:
        return problem(400, f"Syntax error near '{self._peek()[1]}' in the $filter.")


_LITERALS: dict[str, Callable[[str], Any]] = {
    "text": lambda text: text[1:-1].replace("''", "'"),
    "number": lambda text: (
        float(text.rstrip("LlMmDdFf")) if "." in text else int(text.rstrip("LlMmDdFf"))
    ),
    "guid": lambda text: str(UUID(text)),
    "date": read_date,
}
_FUNCTIONS: dict[tuple[str, int], tuple[str, Callable[..., Any]]] = {
    ("substringof", 2): ("flag", lambda part, whole: part in whole),
    ("startswith", 2): ("flag", lambda whole, part: whole.startswith(part)),
    ("endswith", 2): ("flag", lambda whole, part: whole.endswith(part)),
    ("trim", 1): ("text", lambda text: text.strip()),
    ("tolower", 1): ("text", lambda text: text.lower()),
    ("toupper", 1): ("text", lambda text: text.upper()),
}


def _same(value: Any) -> Any:
    return value


def _or(left: Question, right: Question) -> Question:
    return lambda record: left(record) or right(record)


def _and(left: Question, right: Question) -> Question:
    return lambda record: left(record) and right(record)


def _comparing(word: str, left: Getter, right: Getter, fold: Getter) -> Question:
    if word == "eq":
        return lambda record: bool(fold(left(record)) == fold(right(record)))
    if word == "ne":
        return lambda record: bool(fold(left(record)) != fold(right(record)))
    ordered = _ORDERED[word]

    def compare(record: Record) -> bool:
        one, other = left(record), right(record)
        return one is not None and other is not None and ordered(fold(one), fold(other))

    return compare
