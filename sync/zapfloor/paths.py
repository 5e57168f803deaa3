"""Where in a record a value is found: the small language of the field map.

attributes.name                        a value; a step into a list is its index, from 0
relationships.location.data.id         the id of a related record
included.location.attributes.code      a value of a related record that was sent along
attributes.phone?                      as above, and a record may lack it
attributes.vat or attributes.tax_id    the first that is filled in
="EUR"                                 always this
attributes.kind | Company=vat, *=no_vat    other words for what is found; * is any other
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts_link.imports.shapes import Broken, Cell
from sync.zapfloor.json_api import Included, Resource

LONGEST = 300  # characters of a path
NAMES_SHOWN = 12
STEP = re.compile(r"""[^\s.|?="',]+""")
ANY_OTHER = "*"
INCLUDED = "included"


class PathError(ValueError):
    """The path can't be understood; the message says why."""


class AbsentError(LookupError):
    """The record holds nothing at the path; the message says where it ends."""


@dataclass(frozen=True, slots=True)
class Steps:
    """One way through a record."""

    steps: tuple[str, ...]
    may_be_absent: bool

    def walk(self, resource: Resource) -> Any:
        """Return what is there. Raises AbsentError."""
        value: Any = resource.content
        for at, step in enumerate(self.steps):
            if value is None:  # a record without a location has no code of it either
                return None
            walked = ".".join(self.steps[:at])
            if step == INCLUDED and isinstance(value, Mapping):
                continue  # what follows names a relationship of this record
            if at and self.steps[at - 1] == INCLUDED and isinstance(value, Mapping):
                value = _related(value, step, resource.included)
            else:
                value = _inside(value, step, walked)
        return value


@dataclass(frozen=True, slots=True)
class Constant:
    """The same for every record."""

    value: str
    may_be_absent: bool = False

    def walk(self, resource: Resource) -> Any:
        """Return it."""
        return self.value


@dataclass(frozen=True, slots=True)
class Path:
    """What a person typed, understood."""

    text: str
    ways: tuple[Steps | Constant, ...]
    words: Mapping[str, str]

    def find(self, resource: Resource) -> Any:
        """Return the value as it came, None when it is empty. Raises AbsentError."""
        problem: AbsentError | None = None
        is_there = False
        for way in self.ways:
            try:
                value = way.walk(resource)
            except AbsentError as error:
                is_there |= way.may_be_absent
                problem = problem or error
                continue
            is_there = True
            if value not in (None, "", []):
                return value
        if problem and not is_there:
            raise problem
        return None

    def read(self, resource: Resource) -> Cell:
        """Return the value as a cell, in other words where the path gives some.

        Raises AbsentError when there is nothing at the path and it does not end in “?”.
        """
        cell = cell_of(self.find(resource))
        if not self.words or isinstance(cell, Broken):
            return cell
        written = written_out(cell)
        return self.words.get(written.casefold(), self.words.get(ANY_OTHER, written))


def parse(text: str) -> Path:
    """Understand a path. Raises PathError."""
    text = text.strip()
    if len(text) > LONGEST:
        raise PathError(f"is longer than {LONGEST} characters.")
    where, bar, words = text.partition(" | ")
    ways = tuple(_way(part.strip()) for part in re.split(r"\sor\s", where))
    return Path(text, ways, _words(words) if bar else {})


def _way(text: str) -> Steps | Constant:
    if text.startswith("="):
        return Constant(text[1:].strip().strip("\"'"))
    bare = text.removesuffix("?")
    steps = tuple(bare.split("."))
    for step in steps:
        if not STEP.fullmatch(step):
            raise PathError(
                f"can't be understood at “{step or text}”; write it like attributes.name."
            )
    if steps[-1] == INCLUDED:
        raise PathError("must name a relationship after “included”.")
    return Steps(steps, text.endswith("?"))


def _words(text: str) -> dict[str, str]:
    found = {}
    for pair in text.split(","):
        theirs, equals, ours = pair.partition("=")
        if not equals or not theirs.strip():
            raise PathError("needs words behind “|” such as Company=vat, Person=private.")
        found[theirs.strip().strip("\"'").casefold()] = ours.strip().strip("\"'")
    return found


def _inside(value: Any, step: str, walked: str) -> Any:
    here = f"“{walked}”" if walked else "the record"
    if isinstance(value, Mapping):
        if step not in value:
            names = ", ".join(map(str, list(value)[:NAMES_SHOWN])) or "nothing"
            raise AbsentError(f"is not there: {here} has no “{step}”, but {names}.")
        return value[step]
    if isinstance(value, Sequence) and not isinstance(value, str):
        if not step.isdecimal() or int(step) >= len(value):
            raise AbsentError(f"is not there: {here} is a list of {len(value)}, counted from 0.")
        return value[int(step)]
    raise AbsentError(f"is not there: {here} is one value and holds nothing.")


def _related(record: Mapping[str, Any], name: str, included: Included) -> Any:
    """Return the record, or the list of records, that a relationship leads to."""
    relationships = record.get("relationships")
    known = relationships if isinstance(relationships, Mapping) else {}
    if name not in known:
        names = ", ".join(map(str, list(known)[:NAMES_SHOWN])) or "none"
        raise AbsentError(f"is not there: the record has no relationship “{name}”, but {names}.")
    data = known[name].get("data") if isinstance(known[name], Mapping) else None
    if isinstance(data, list):
        return [_sent_along(one, name, included) for one in data]
    return None if data is None else _sent_along(data, name, included)


def _sent_along(data: Any, name: str, included: Included) -> Mapping[str, Any]:
    key = (str(data.get("type")), str(data.get("id"))) if isinstance(data, Mapping) else ("", "")
    if key not in included:
        raise AbsentError(
            f"is not there: {' '.join(key)} was not sent along; add include={name} to the path of"
            " the list."
        )
    return included[key]


def cell_of(value: Any) -> Cell:
    """Return a value of JSON as a cell; a list of plain values becomes one text."""
    if value is None:
        return ""
    if isinstance(value, bool | str | Decimal):
        return value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, list) and not any(isinstance(one, dict | list) for one in value):
        return "; ".join(written_out(cell_of(one)) for one in value)
    kind = "a list of objects" if isinstance(value, list) else "an object"
    return Broken(f"{kind}", f"is {kind} and not one value; lead the path further into it.")


def written_out(cell: Cell) -> str:
    """Return a cell as a text, as JSON writes it."""
    if isinstance(cell, bool):
        return str(cell).lower()
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
