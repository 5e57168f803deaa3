"""Mappings as a file of JSON: brought out, and taken in whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
from django.db import transaction

from sync.models import FieldMapping
from sync.rules.zoho.field_rules import Direction, Transform, Winner
from sync.services.zoho.mapping.mapping_changes import SAYS, Changes, apply, compare, follow, note
from sync.services.zoho.mapping.mapping_checks import OPTIONS, Bench, benches

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from sync.models import ZohoSync

FORMAT, VERSION = "exactlink field mappings", 1
MOST = 300  # mappings of a module
NAME_LENGTH, DEFAULT_LENGTH = 60, 255


class _Row(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A mapping as the file has it."""

    exact_field: str
    zoho_field: str
    direction: Direction = Direction.BOTH
    transform: Transform = Transform.NONE
    options: dict[str, str | int | float | dict[str, str]] = {}
    default: str = ""
    winner: Winner = Winner.ASK
    is_active: bool = True


@dataclass(slots=True)
class Result:
    """What a file changes, or why it changes nothing."""

    changes: Changes = field(default_factory=Changes)
    errors: list[str] = field(default_factory=list)


def export(sync: ZohoSync, only: Iterable[FieldMapping] | None = None) -> dict[str, Any]:
    """Return all mappings of a tie, or some, as the file has them."""
    rows = sync.mappings.all() if only is None else only
    modules: dict[str, list[dict[str, Any]]] = {}
    for one in rows:
        says = {name: getattr(one, name) for name in SAYS}
        says["transform"] = one.transform or Transform.NONE.value
        modules.setdefault(one.module, []).append(
            {"exact_field": one.exact_field, "zoho_field": one.zoho_field, **says}
        )
    return {"format": FORMAT, "version": VERSION, "modules": modules}


def read_text(text: str) -> tuple[Any, list[str]]:
    """Return what a file holds, and why it can't be read, if it can't."""
    try:
        return json.loads(text), []
    except json.JSONDecodeError as error:
        return None, [f"Line {error.lineno}, column {error.colno}: this is no JSON ({error.msg})."]
    except RecursionError:
        return None, ["The file is nested too deeply to be one of mappings."]


def take_in(sync: ZohoSync, data: Any, by: User) -> Result:
    """Give each module that a file names the mappings that it names, if all of them can work.

    Mappings of these modules that it does not name are switched off; other modules stay as they
    are. Nothing is saved when there is one error.
    """
    result, wanted = _read(sync, data)
    if result.errors:
        return result
    with transaction.atomic():
        for bench, mappings in wanted:
            apply(bench, mappings)
        result.changes.to_read = follow(sync, result.changes.modules)
        note(sync, f"Took in a file of mappings. {result.changes.sentence}", by)
    return result


def plan(sync: ZohoSync, data: Any) -> Result:
    """Return what `take_in` would do."""
    return _read(sync, data)[0]


Wanted = list[tuple[Bench, list[FieldMapping]]]


def _read(sync: ZohoSync, data: Any) -> tuple[Result, Wanted]:
    result, wanted = Result(errors=list(_unfit(data))), []
    if result.errors:
        return result, []
    known = {bench.module.module: bench for bench in benches(sync)}
    for module, rows in data["modules"].items():
        if module not in known:
            result.errors.append(f"{module}: there is no such module.")
        elif not isinstance(rows, list) or len(rows) > MOST:
            result.errors.append(f"{module}: a list of at most {MOST} mappings is expected.")
        else:
            wanted.append((known[module], _mappings(known[module], rows, result.errors)))
    for bench, mappings in wanted:
        compare(bench, mappings, result.changes)
    return result, wanted


def _unfit(data: Any) -> Iterator[str]:
    """Say why this is no file of mappings."""
    if not isinstance(data, Mapping) or data.get("format") != FORMAT:
        yield f"This is no file of mappings: “format” is not “{FORMAT}”."
    elif data.get("version") != VERSION:
        yield f"The file is of version {data.get('version')}; this program reads version {VERSION}."
    elif not isinstance(data.get("modules"), Mapping) or not data["modules"]:
        yield "The file names no modules."


def _mappings(bench: Bench, rows: list[Any], errors: list[str]) -> list[FieldMapping]:
    """Read the mappings of one module; what is wrong with each is added to `errors`."""
    places: list[tuple[str, FieldMapping]] = []
    for number, row in enumerate(rows, start=1):
        place = f"{bench.module}, mapping {number}"
        try:
            mapping = _mapping(bench, row, number)
        except msgspec.ValidationError as error:
            errors.append(f"{place}: {error}")
        else:
            places.append((f"{place} ({mapping})", mapping))
    beside = Bench(bench.module, [mapping for _, mapping in places])
    seen: set[tuple[str, str]] = set()
    for place, mapping in places:
        found = list(_too_long(mapping)) or (beside.problems(mapping) if mapping.is_active else [])
        if (key := (mapping.exact_field, mapping.zoho_field)) in seen:
            found = ["it stands in the file before."]
        errors.extend(f"{place}: {sentence}" for sentence in found)
        seen.add(key)
    return [mapping for _, mapping in places]


def _mapping(bench: Bench, row: Any, number: int) -> FieldMapping:
    """Read one mapping. Raises msgspec.ValidationError for what can't be one."""
    if not _can_be_kept(row):
        raise msgspec.ValidationError("a text has letters that no database keeps.")
    read = msgspec.convert(row, _Row)
    if strange := sorted(read.options.keys() - {OPTIONS.get(read.transform, "")}):
        raise msgspec.ValidationError(f"“{read.transform}” has no option “{strange[0]}”.")
    told = msgspec.structs.asdict(read)
    told["transform"] = "" if read.transform is Transform.NONE else read.transform.value
    told |= {"direction": read.direction.value, "winner": read.winner.value}
    module = bench.module
    return FieldMapping(sync_id=module.sync_id, module=module.module, position=number, **told)


def _can_be_kept(row: Any) -> bool:
    """Whether texts hold neither a NUL, which PostgreSQL refuses, nor half a letter."""
    text = json.dumps(row, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\\u0000" not in text


def _too_long(mapping: FieldMapping) -> Iterator[str]:
    if len(mapping.default) > DEFAULT_LENGTH:
        yield f"the default has more than {DEFAULT_LENGTH} letters."
    if max(len(mapping.exact_field), len(mapping.zoho_field)) > NAME_LENGTH:
        yield f"the name of a field has at most {NAME_LENGTH} letters."
