"""One record on its way in: which values are taken, what is computed, and what is refused."""

from typing import TYPE_CHECKING, Any

from zoho_client.sandbox import checks, schema, subforms, totals
from zoho_client.sandbox.messages import Problem, Record
from zoho_client.sandbox.store import NAMES

if TYPE_CHECKING:
    from zoho_client.sandbox.app import ZohoSandbox

_FIRST_NUMBER = 10_000
_STAMPED = {
    "id", "Owner", "Record_Status__s", "Locked__s",
    "Created_By", "Created_Time", "Modified_By", "Modified_Time",
}  # fmt: skip


def accepted(sandbox: "ZohoSandbox", module: str, given: Record, kept: Record, path: str) -> Record:
    """What a write changes, checked and computed; `kept` is empty for a new record.

    Fields that are unknown or that Zoho computes are left aside silently. Raises the Problem of
    the first field that is wrong, or one of all of them when the switch `many_errors` is on.
    """
    fields = schema.fields_of(sandbox, module)
    values, problems = _values(sandbox, fields, given, kept, path)
    for name in _missing(module, fields, {**kept, **values}, given, kept):
        problems.setdefault(name, checks.missing(name, f"{path}.{name}"))
    if problems:
        raise _refusal(list(problems.values()), together=sandbox.switches.many_errors)
    values |= _appended(given, fields, kept, values)
    checks.check_unique(sandbox, module, values, kept.get("id", ""), path)
    return _computed(sandbox, module, values, given, kept)


def complete(sandbox: "ZohoSandbox", module: str, values: Record) -> Record:
    """A new record's values with every other field of its module, but without the stamps."""
    fields = schema.fields_of(sandbox, module).values()
    empty: Record = {
        field["api_name"]: [] if field["json_type"] == "jsonarray" else None for field in fields
    }
    chosen = {"Owner": values["Owner"]} if values.get("Owner") else {}
    full = {**empty, **values}
    return {name: full[name] for name in full if name not in _STAMPED} | chosen


def _values(
    sandbox: "ZohoSandbox", fields: dict[str, Record], given: Record, kept: Record, path: str
) -> tuple[Record, dict[str, Problem]]:
    """What is taken, and the refusals of the rest, both by the names of the fields."""
    values: Record = {}
    problems: dict[str, Problem] = {}
    for name, value in given.items():
        field = fields.get(name)
        if field is None or not schema.is_written_by_callers(field):
            continue
        try:
            values[name] = _value(sandbox, field, value, kept, f"{path}.{name}")
        except Problem as problem:
            problems[name] = problem
    return values, problems


def _value(sandbox: "ZohoSandbox", field: Record, value: Any, kept: Record, path: str) -> Any:
    if field["data_type"] == "subform":
        return subforms.merged(sandbox, field, kept.get(field["api_name"]) or [], value, path)
    found = checks.value_of(sandbox, field, value, path)
    return [] if found is None and field["json_type"] == "jsonarray" else found


def _missing(
    module: str, fields: dict[str, Record], record: Record, given: Record, kept: Record
) -> list[str]:
    """Fields that a record must have: all of them when it is new, else those that are emptied.

    What only the layout asks for counts when the record names its Layout.
    """
    by_layout = bool(given.get("Layout"))
    return [
        name
        for name, field in fields.items()
        if (field["system_mandatory"] or (by_layout and schema.is_required(module, field)))
        and record.get(name) in (None, "")
        and (name in given or not kept)
    ]


def _refusal(problems: list[Problem], *, together: bool) -> Problem:
    if len(problems) == 1 or not together:
        return problems[0]
    errors = {"errors": [problem.told for problem in problems]}
    return Problem("MULTIPLE_OR_MULTI_ERRORS", "multiple errors", errors)


def _appended(given: Record, fields: dict[str, Record], kept: Record, values: Record) -> Record:
    """The choices that `$append_values` adds to those that are kept."""
    wanted = given.get("$append_values")
    if not isinstance(wanted, dict):
        return {}
    return {
        name: list(dict.fromkeys([*(kept.get(name) or []), *(values.get(name) or [])]))
        for name, on in wanted.items()
        if on and name in fields and fields[name]["data_type"] == "multiselectpicklist"
    }


def _computed(
    sandbox: "ZohoSandbox", module: str, values: Record, given: Record, kept: Record
) -> Record:
    """The values, with everything that Zoho computes out of them."""
    fields = schema.fields_of(sandbox, module)
    record = {**kept, **values}
    if "Full_Name" in fields:
        names = (record.get("First_Name"), record.get("Last_Name"))
        values["Full_Name"] = " ".join(filter(None, names))
    for name, field in fields.items():
        if field["data_type"] == "autonumber" and not kept:
            values[name] = next_number(sandbox, module, name)
    items = schema.items_of(fields.values())
    if items and "Grand_Total" in fields:
        taxes = given.get("$line_tax")
        if isinstance(taxes, list):
            line_tax = {"api_name": "Line_Tax"}
            record["$line_tax"] = [
                checks.tax_of(sandbox, line_tax, one, "$.data.$line_tax") for one in taxes
            ]
        values |= _totals(record, items)
    return values


def _totals(record: Record, items: str) -> Record:
    done = totals.completed(record, items)
    return {name: done[name] for name in (items, "$line_tax", "Sub_Total", "Tax", "Grand_Total")}


def next_number(sandbox: "ZohoSandbox", module: str, name: str) -> str:
    """The next number of an autonumber field; none is given twice, not even after a deletion."""
    counter = f"{module}.{name}"
    last = (sandbox.store.get("_counters", counter) or {}).get("last")
    if last is None:
        numbers = (str(row.get(name) or "") for row in sandbox.store.rows(module))
        last = max((int(text) for text in numbers if text.isdecimal()), default=_FIRST_NUMBER)
    sandbox.store.keep("_counters", counter, {"last": last + 1})
    return str(last + 1)


def name_of(module: str, row: Record) -> Any:
    """What a record of this module is called."""
    return row.get(NAMES.get(module, "Name"))
