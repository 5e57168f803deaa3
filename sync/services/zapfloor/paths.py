"""Where fields are read from, as a person changes it: looked at in a real record, then saved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync.models import ZapfloorSource
from sync.zapfloor.fields import CUSTOMER, DOCUMENT, LINE, LINES, LINES_PATH, Field, FieldMapError
from sync.zapfloor.json_api import Resource
from sync.zapfloor.paths import AbsentError
from sync.zapfloor.reading import DocumentMap, Reading, customer_map, readings

Chosen = dict[str, dict[str, str]]  # paths by field, by the column of the source
LINES_FIELD = Field(LINES, "Lines", lambda cell: cell, LINES_PATH, is_needed=True)


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that are read from one kind of record."""

    title: str
    column: str  # of the source, where their paths are kept
    prefix: str  # of their names in a form
    fields: Sequence[Field]


SECTIONS = {
    "customers": (Section("Customer", "customer_fields", "", CUSTOMER),),
    "documents": (
        Section("Document", "invoice_fields", "", (*DOCUMENT, LINES_FIELD)),
        Section("Its first line", "line_fields", "line.", LINE),
    ),
}
LISTS = {"customers": "customers_path", "documents": "invoices_path"}


@dataclass(frozen=True, slots=True)
class Row:
    """One field as the page shows it: where it is read from, and what that gives."""

    name: str  # in the form
    field: Field
    path: str
    fault: str = ""  # why the path can't be
    reading: Reading | None = None  # none as long as no record is looked at


def chosen_of(source: ZapfloorSource, what: str) -> Chosen:
    """Return the paths as they are, guesses for those that nobody chose."""
    return {
        section.column: {
            field.name: getattr(source, section.column).get(field.name, field.path)
            for field in section.fields
        }
        for section in SECTIONS[what]
    }


def typed_of(what: str, form: Mapping[str, str]) -> Chosen:
    """Read the paths from a form; what is not in it is empty."""
    return {
        section.column: {
            field.name: form.get(f"{section.prefix}{field.name}", "").strip()
            for field in section.fields
        }
        for section in SECTIONS[what]
    }


def guessed(what: str) -> Chosen:
    """Return the guesses, for who wants to begin anew."""
    return {
        section.column: {field.name: field.path for field in section.fields}
        for section in SECTIONS[what]
    }


def faults_of(what: str, chosen: Chosen) -> dict[str, str]:
    """Say, by the names of the form, which paths can't be understood."""
    try:
        if what == "customers":
            customer_map(chosen["customer_fields"])
        else:
            DocumentMap.of(chosen["invoice_fields"], chosen["line_fields"])
    except FieldMapError as error:
        return error.faults
    return {}


def found_in(what: str, chosen: Chosen, record: Resource) -> dict[str, Reading]:
    """Return what each field reads from one record, by the names of the form.

    The paths must be without fault. Of a document's lines, the first is read.
    """
    if what == "customers":
        return {
            one.field.name: one for one in readings(customer_map(chosen["customer_fields"]), record)
        }
    paths = DocumentMap.of(chosen["invoice_fields"], chosen["line_fields"])
    found = {one.field.name: one for one in readings(paths.head, record)}
    try:
        lines = paths.lines_of(record)
        found[LINES] = Reading(LINES_FIELD, paths.lines.text, f"{len(lines)} lines", lines)
    except AbsentError as error:
        lines = []
        found[LINES] = Reading(LINES_FIELD, paths.lines.text, problem=str(error))
    for line in lines[:1]:
        found |= {f"line.{one.field.name}": one for one in readings(paths.line, line)}
    return found


def unreadable(what: str, chosen: Chosen, records: Iterable[Resource]) -> dict[str, str]:
    """Say which fields none of these records can fill: their paths are surely wrong."""
    problems: dict[str, str] | None = None
    for record in records:
        here = {
            name: one.problem for name, one in found_in(what, chosen, record).items() if one.problem
        }
        kept = here.keys() if problems is None else problems.keys() & here.keys()
        problems = {name: (problems or here)[name] for name in kept}
    return problems or {}


def rows(
    what: str,
    chosen: Chosen,
    faults: Mapping[str, str],
    found: Mapping[str, Reading],
) -> Iterator[tuple[Section, list[Row]]]:
    """Yield the sections of the page with their rows."""
    for section in SECTIONS[what]:
        yield (
            section,
            [
                Row(
                    name := f"{section.prefix}{field.name}",
                    field,
                    chosen[section.column].get(field.name, ""),
                    faults.get(name, ""),
                    found.get(name),
                )
                for field in section.fields
            ],
        )


def with_related(record: Resource) -> dict[str, Any]:
    """Return a record with what was sent along for it, as JSON:API writes it."""
    keys: dict[tuple[str, str], None] = {}
    pending = [record.content]
    while pending:
        for key in _led_to(pending.pop()):
            if key in record.included and key not in keys:
                keys[key] = None
                pending.append(record.included[key])
    return {"data": record.content, "included": [record.included[key] for key in keys]}


def _led_to(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    relationships = content.get("relationships")
    for one in relationships.values() if isinstance(relationships, dict) else ():
        data = one.get("data") if isinstance(one, dict) else None
        for found in data if isinstance(data, list) else [data]:
            if isinstance(found, dict):
                yield str(found.get("type")), str(found.get("id"))
