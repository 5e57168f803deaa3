"""What pydantic finds wrong, in words for whoever wrote the program, at the path of the field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from sync.api.problems import FieldError

MOST = 50  # errors that one record is told of
WORDS = {
    "missing": "is missing; fill it in.",
    "string_unicode": "holds a control character; remove it.",
    "string_type": "must be a text, in quotes.",
    "string_too_long": "has too many characters; at most {max_length} fit.",
    "string_too_short": "is empty; fill it in.",
    "bool_type": "must be true or false.",
    "list_type": "must be a list.",
    "too_long": "holds more than {max_length}; send the rest separately.",
    "too_short": "is empty; at least {min_length} is needed.",
    "literal_error": "must be {expected}.",
    "decimal_max_places": "has more than {decimal_places} decimals; round it.",
    "decimal_max_digits": "has more than {max_digits} digits.",
    "decimal_whole_digits": "is too large; at most {whole_digits} digits before the point.",
    "greater_than_equal": "must be at least {ge}.",
    "less_than_equal": "must be at most {le}.",
    "model_type": "must be an object.",
    "model_attributes_type": "must be an object.",
    "int_parsing": "must be a whole number.",
    "int_type": "must be a whole number.",
    "bool_parsing": "must be true or false.",
    "datetime_from_date_parsing": "must be a moment, such as 2026-09-23T12:00:00Z.",
    "datetime_parsing": "must be a moment, such as 2026-09-23T12:00:00Z.",
    "timezone_aware": "needs its time zone, such as the Z of 2026-09-23T12:00:00Z.",
}


def field_errors(error: ValidationError, model: type[BaseModel]) -> list[FieldError]:
    """Return what is wrong with a record of this model, field by field."""
    found = error.errors(include_url=False, include_input=False)[:MOST]
    return [FieldError(path_of(one["loc"]), sentence_of(one, model)) for one in found]


def path_of(place: Sequence[str | int]) -> str:
    """Return `lines[0].vat_rate` for ("lines", 0, "vat_rate")."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step[:60]}" for step in place)
    return legible("".join(steps).removeprefix("."))


def legible(text: str) -> str:
    """Return a text that any database keeps, whatever a program sent."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def sentence_of(error: Mapping[str, Any], model: type[BaseModel] | None = None) -> str:
    """Say what is wrong; it follows the name of the field."""
    context = error.get("ctx", {})
    if error["type"] == "value_error":
        return legible(str(context["error"]))
    if error["type"] == "extra_forbidden":
        return _unknown(error["loc"], model)
    sentence = WORDS.get(error["type"])
    return sentence.format(**context) if sentence else f"{error['msg']}."


def _unknown(place: Sequence[str | int], model: type[BaseModel] | None) -> str:
    """Name the field that was meant, if one comes near."""
    known = _fields_at(place, model) if model else []
    near = get_close_matches(str(place[-1])[:60], known, n=1)
    meant = f"did you mean “{near[0]}”? " if near else ""
    return f"is unknown: {meant}Leave out what the documentation does not name."


def _fields_at(place: Sequence[str | int], model: type[BaseModel]) -> list[str]:
    """Return the fields of the model, or of the one below it that the path leads into."""
    for step in place[:-1]:
        below = model.model_fields.get(step) if isinstance(step, str) else None
        inner = getattr(below.annotation, "__args__", ()) if below else ()
        model = next((one for one in inner if issubclass(one, BaseModel)), model)
    return list(model.model_fields)
