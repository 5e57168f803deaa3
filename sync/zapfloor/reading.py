"""From a record of zapfloor to a row of the intake, or to what is wrong with it, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from accounts_link.imports.customers import CustomerRow
from accounts_link.imports.documents import InvoiceLineRow, InvoiceRow
from accounts_link.imports.shapes import Broken, Cell, CellError, RowError, RowNote, is_empty
from sync.rules.parties import vat_problem
from sync.zapfloor.fields import (
    CUSTOMER,
    DOCUMENT,
    IS_FINAL,
    LINE,
    LINES,
    LINES_PATH,
    Field,
    FieldMap,
    FieldMapError,
)
from sync.zapfloor.json_api import Resource
from sync.zapfloor.paths import AbsentError, Path, PathError, parse, written_out

SHOWN = 60  # characters of a value that a message repeats
MOST_LINES = 1000
HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Reading:
    """What one field reads from one record."""

    field: Field
    path: str
    cell: Cell = ""
    value: Any = None
    problem: str = ""  # follows the field's title

    @property
    def shown(self) -> str:
        """What was found, in a readable length."""
        written = written_out(self.cell)
        return written if len(written) <= SHOWN else written[: SHOWN - 1] + "…"


def readings(fields: FieldMap, resource: Resource) -> Iterator[Reading]:
    """Yield what each field reads."""
    for one in fields.fields:
        path = fields.paths.get(one.name)
        yield _reading(one, path, resource) if path else Reading(one, "", value=one.otherwise)


def _reading(one: Field, path: Path, resource: Resource) -> Reading:
    try:
        cell = path.read(resource)
    except AbsentError as error:
        return Reading(one, path.text, problem=str(error))
    found = Reading(one, path.text, cell, one.otherwise)
    if is_empty(cell):
        return replace(found, problem="is empty; fill it in." if one.is_needed else "")
    try:
        if isinstance(cell, Broken):
            raise CellError(cell.reason)  # noqa: TRY301 - told like any other bad value
        return replace(found, value=one.parse(cell))
    except CellError as error:
        return replace(found, problem=str(error).replace(str(cell), found.shown))


@dataclass(slots=True)
class Record:
    """A record being read: its values, and what is wrong with it."""

    resource: Resource
    place: int  # in the fetch, from 1
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[tuple[str, str, str]] = field(default_factory=list)  # title, value, sentence

    def read(self, fields: FieldMap, resource: Resource | None = None, where: str = "") -> None:
        """Read all fields; `where` says of which line they are."""
        self.values = {}
        for found in readings(fields, resource or self.resource):
            self.values[found.field.name] = found.value
            if found.problem:
                self.refuse(found.field.title, found.problem, found.path, where, found.shown)

    def refuse(
        self, title: str, why: str, path: str = "", where: str = "", value: str = ""
    ) -> None:
        """Note what is wrong; `why` follows the title of the field."""
        colon = ":" if why.startswith("“") else ""
        source = f" ({path})" if path else ""
        of_line = f", {where}" if where else ""
        said = f"{self.resource.name}{of_line}: “{title}”{source}{colon} {why}"
        self.problems.append((title, value, said))

    def errors(self, number: str) -> list[RowError]:
        """Return what is wrong as errors of the intake."""
        record = number or self.resource.name
        return [
            RowError(self.place, title, value, said, record) for title, value, said in self.problems
        ]


# --- Customers ---------------------------------------------------------------------------------


def read_customer(fields: FieldMap, resource: Resource, place: int) -> CustomerRow | list[RowError]:
    """Return the customer, or every error. A VAT number that fails its check is noted alone."""
    record = Record(resource, place)
    record.read(fields)
    values = record.values
    notes: tuple[RowNote, ...] = ()
    if values["business_type"] == "vat" and not values["vat_typed"]:
        record.refuse("VAT number", "is empty, though the business type is vat; fill it in.")
    elif not record.problems and (why := vat_problem(values["vat_typed"], values["country"])):
        notes = (RowNote(place, "VAT number", f"{resource.name}: {why}"),)
    if record.problems:
        return record.errors(values["number"] or "")
    return CustomerRow(line=place, notes=notes, **values)


# --- Documents ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DocumentMap:
    """The paths of a document, of its lines, and of where its lines are."""

    head: FieldMap
    line: FieldMap
    lines: Path

    @classmethod
    def of(cls, head: Mapping[str, str], line: Mapping[str, str]) -> DocumentMap:
        """Understand the chosen paths. Raises FieldMapError."""
        faults: dict[str, str] = {}
        made: dict[str, FieldMap] = {}
        for name, fields, chosen in (("", DOCUMENT, head), ("line.", LINE, line)):
            try:
                made[name] = FieldMap.of(fields, chosen)
            except FieldMapError as error:
                faults |= {f"{name}{key}": why for key, why in error.faults.items()}
        try:
            lines = parse(head.get(LINES, LINES_PATH))
        except PathError as error:
            faults[LINES] = str(error)
        if faults:
            raise FieldMapError(faults)
        return cls(made[""], made["line."], lines)

    def lines_of(self, resource: Resource) -> list[Resource]:
        """Return the lines, each as a record. Raises AbsentError when there is no list of them."""
        found = self.lines.find(resource)
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise AbsentError(f"is {_kind_of(found)}, where a list of lines should be.")
        return [Resource(one, resource.included) for one in found]


def _kind_of(value: Any) -> str:
    return "empty" if value is None else "not a list of objects"


def customer_map(chosen: Mapping[str, str]) -> FieldMap:
    """Understand the chosen paths of a customer. Raises FieldMapError."""
    return FieldMap.of(CUSTOMER, chosen)


def read_document(
    fields: DocumentMap, resource: Resource, place: int
) -> InvoiceRow | list[RowError] | None:
    """Return the document, every error of it, or None when it is not final and must wait."""
    record = Record(resource, place)
    record.read(fields.head)
    values = record.values
    if values.pop(IS_FINAL) is False:
        return None
    _check_head(record, values)
    lines = list(_lines(record, fields, place))
    if record.problems:
        return record.errors(values["number"] or "")
    return InvoiceRow(line=place, lines=tuple(lines), **values)


def _check_head(record: Record, values: Mapping[str, Any]) -> None:
    made, due = values["invoice_date"], values["due_date"]
    if made and due and due < made:
        record.refuse("Due date", "is before the date of the document.")
    if not (values["customer_ref"] or values["customer_vat"] or record.problems):
        record.refuse("Customer number", "is empty; fill it in, or lead to the VAT number.")


def _lines(record: Record, fields: DocumentMap, place: int) -> Iterator[InvoiceLineRow]:
    try:
        lines = fields.lines_of(record.resource)
    except AbsentError as error:
        record.refuse("Lines", str(error), fields.lines.text)
        return
    if len(lines) > MOST_LINES:
        record.refuse("Lines", f"are {len(lines):,}; a document has at most {MOST_LINES:,}.")
        return
    for position, line in enumerate(lines, 1):
        before = len(record.problems)
        record.read(fields.line, line, f"line {position}")
        if len(record.problems) == before:
            _check_line(record, f"line {position}")
        if not record.problems:
            yield InvoiceLineRow(line=place, position=position, **record.values)


def _check_line(record: Record, where: str) -> None:
    values = record.values
    if not 0 <= values["discount_percent"] <= HUNDRED:
        record.refuse("Discount in %", "is a percentage, from 0 to 100.", where=where)
    if not 0 <= values["vat_rate"] <= HUNDRED:
        record.refuse("VAT in %", "is a percentage, from 0 to 100.", where=where)
    elif 0 < values["vat_rate"] < 1:
        record.refuse("VAT in %", "is below 1 %; lead to 21 for 21 %.", where=where)
    begins, ends = values["period_from"], values["period_to"]
    if begins and ends and ends < begins:
        record.refuse("Period to", "is before the period begins.", where=where)
