"""Finding the columns we know in a file's heading, however they are spelt."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from accounts_link.imports.shapes import FileError, Table

MAX_TITLE = 60  # characters of a heading that messages repeat


@dataclass(frozen=True, slots=True)
class Column:
    """A column that we know: its title in the template, and other names in en, nl, fr and de."""

    field: str
    title: str
    aliases: tuple[str, ...] = ()
    mandatory: bool = False  # that is: the column must be there; its cells are another matter


@dataclass(frozen=True, slots=True)
class Headings:
    """Where each known field stands, and how this file spells its column."""

    places: dict[str, int]
    titles: dict[str, str]


def match(table: Table, columns: Sequence[Column]) -> Headings:
    """Find `columns` in the table, and set its `unknown_columns`.

    Raises FileError naming all that is missing beside what was found, or what is there twice.
    """
    names = {plain(name): column for column in columns for name in (column.title, *column.aliases)}
    found: dict[str, list[int]] = {}
    unknown = []
    for place, title in enumerate(table.columns):
        if column := names.get(plain(title)):
            found.setdefault(column.field, []).append(place)
        else:
            unknown.append(title[:MAX_TITLE] or f"column {place + 1}, which has no title")
    table.unknown_columns = tuple(unknown)
    _refuse_missing(table, [c.title for c in columns if c.mandatory and c.field not in found])
    _refuse_doubles(table, [places for places in found.values() if len(places) > 1])
    places = {field: place for field, (place,) in found.items()}
    return Headings(
        places,
        {
            c.field: table.columns[places[c.field]] if c.field in places else c.title
            for c in columns
        },
    )


def plain(title: str) -> str:
    """Return the letters, digits and currency signs of a title, without case and accents."""
    folded = unicodedata.normalize("NFKD", title.casefold())
    return "".join(c for c in folded if c.isalnum() or unicodedata.category(c) == "Sc")


def _refuse_missing(table: Table, missing: list[str]) -> None:
    if not missing:
        return
    seen = ", ".join(f"“{title[:MAX_TITLE]}”" for title in table.columns[:40])
    message = f"Missing: {_listed(missing)}. The first row holds {seen}."
    if len(table.columns) == 1:
        message += " Columns must be separated by a semicolon, comma, tab or vertical bar."
    raise FileError(message)


def _refuse_doubles(table: Table, doubles: list[list[int]]) -> None:
    if not doubles:
        return
    told = "; ".join(" and ".join(f"“{table.columns[i]}”" for i in places) for places in doubles)
    raise FileError(f"These columns mean the same, so keep one of them: {told}.")


def _listed(titles: list[str]) -> str:
    return ", ".join(f"column “{title}”" for title in titles)
