"""The language of a search's criteria: text in, a question about one record out."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from operator import ge, gt, le, lt
from typing import Any

from zoho_client.sandbox.clock import moment_of
from zoho_client.sandbox.messages import Problem, Record

Question = Callable[[Record], bool]

MOST_IN_A_LIST = 100
_TEXT = {"equals", "not_equal", "starts_with", "in"}
_CHOICE = {"equals", "not_equal", "in"}
_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "greater_than": gt, "greater_equal": ge, "less_than": lt, "less_equal": le,
}  # fmt: skip
_NUMBER = {"equals", "not_equal", "in", "between", *_ORDERED}
_BY_TYPE = {
    **dict.fromkeys(("text", "email", "phone", "website"), _TEXT),
    **dict.fromkeys(("picklist", "autonumber", "lookup", "ownerlookup"), _CHOICE),
    "multiselectpicklist": _CHOICE,
    "boolean": {"equals", "not_equal"},
    **dict.fromkeys(("integer", "bigint", "double", "currency", "percent"), _NUMBER),
    **dict.fromkeys(("date", "datetime"), _NUMBER),
}
_PIECE = re.compile(r"(?:\\.|[^\\(),:])*", re.DOTALL)


def read_criteria(text: str, fields: Mapping[str, Record], most: int) -> Question:
    """Read `((Field:operator:value)and(…))`. Raises Problem when it is none, or too much."""
    reader = _Reader(text, fields)
    asked = reader.criteria()
    if reader.rest:
        raise invalid(f"nothing is expected at {reader.rest[:20]!r}")
    if reader.count > most:
        raise Problem("LIMIT_EXCEEDED", "the criteria are too many", {"limit": most})
    return asked


def invalid(reason: str, **details: Any) -> Problem:
    """The refusal of criteria that can't be read."""
    return Problem("INVALID_QUERY", "Invalid query formed", {"reason": reason, **details})


class _Reader:
    """Reads criteria from left to right."""

    def __init__(self, text: str, fields: Mapping[str, Record]) -> None:
        self.rest = text.strip()
        self.count = 0
        self._fields = fields

    def criteria(self) -> Question:
        """One criterion in brackets, or several joined by `and` and `or`, from left to right."""
        asked = self._bracket()
        while match := re.match(r"\s*(and|or)\s*(?=\()", self.rest):
            self.rest = self.rest[match.end() :]
            asked = _joined(match[1], asked, self._bracket())
        return asked

    def _bracket(self) -> Question:
        self._must("(")
        inner = self.criteria() if self.rest.startswith("(") else self._criterion()
        self._must(")")
        return inner

    def _criterion(self) -> Question:
        name = self._piece()
        self._must(":")
        operator = self._piece()
        self._must(":")
        values = [self._value()]
        while self.rest.startswith(","):
            self.rest = self.rest[1:]
            values.append(self._value())
        self.count += 1
        field = self._fields.get(name)
        if field is None:
            raise invalid("the field is not available for search", api_name=name)
        return _asked(field, operator, values)

    def _value(self) -> str:
        """A value up to an unescaped comma or bracket; a colon in it, as in a time, is fine."""
        found = self._piece()
        while self.rest.startswith(":"):
            self.rest = self.rest[1:]
            found += ":" + self._piece()
        return found

    def _piece(self) -> str:
        match = _PIECE.match(self.rest)
        found = match[0] if match else ""
        self.rest = self.rest[len(found) :]
        return re.sub(r"\\(.)", r"\1", found, flags=re.DOTALL)

    def _must(self, sign: str) -> None:
        if not self.rest.startswith(sign):
            raise invalid(f"{sign!r} is expected at {self.rest[:20]!r}")
        self.rest = self.rest[1:]


def _joined(word: str, left: Question, right: Question) -> Question:
    if word == "and":
        return lambda record: left(record) and right(record)
    return lambda record: left(record) or right(record)


def _asked(field: Record, operator: str, values: list[str]) -> Question:
    name, type_ = field["api_name"], field["data_type"]
    known = _BY_TYPE.get(type_)
    if known is None or operator not in known:
        raise invalid("the operator does not suit the field", api_name=name, operator=operator)
    wrong = {"between": len(values) != 2, "in": len(values) > MOST_IN_A_LIST}  # noqa: PLR2004 - from, to
    if wrong.get(operator, len(values) > 1 and operator != "in"):
        raise invalid("the number of values is wrong", api_name=name, operator=operator)
    if known is _TEXT:
        return _about_text(name, operator, [value.casefold() for value in values])
    try:
        wanted = [_read(type_, value) for value in values]
    except ValueError:
        raise invalid("the value does not suit the field", api_name=name) from None
    return _about_value(name, type_, operator, wanted)


def _about_text(name: str, operator: str, wanted: list[str]) -> Question:
    """Zoho's `equals` finds whatever contains the text; so it has to be looked at again."""

    def told(record: Record) -> str:
        return str(record.get(name) or "").casefold()

    if operator == "starts_with":
        return lambda record: told(record).startswith(wanted[0])
    if operator == "not_equal":
        return lambda record: wanted[0] not in told(record)
    return lambda record: any(one in told(record) for one in wanted)


def _about_value(name: str, type_: str, operator: str, wanted: list[Any]) -> Question:
    def value_of(record: Record) -> Any:
        value = record.get(name)
        if isinstance(value, dict):
            value = value["id"]
        return None if value is None or value == [] else _read(type_, str(value))

    if operator == "not_equal":
        return lambda record: value_of(record) != wanted[0]
    if operator in {"equals", "in"}:
        return lambda record: value_of(record) in wanted
    if operator == "between":
        return lambda record: _within(value_of(record), *wanted)
    compare = _ORDERED[operator]
    return lambda record: (found := value_of(record)) is not None and compare(found, wanted[0])


def _within(value: Any, low: Any, high: Any) -> bool:
    return value is not None and low <= value <= high


def _read(type_: str, text: str) -> Any:
    """A value as it is compared. Raises ValueError when it is not of this type."""
    if type_ == "boolean":
        return ("false", "true").index(text.lower()) == 1
    if type_ in {"integer", "bigint"}:
        return int(text)
    if type_ in {"double", "currency", "percent"}:
        return float(text)
    if type_ == "date":
        return date.fromisoformat(text)
    return moment_of(text) if type_ == "datetime" else text.casefold()
