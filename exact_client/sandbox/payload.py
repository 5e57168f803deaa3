"""What callers write: JSON read, properties converted, texts cut or refused."""

import json
from typing import Any

from exact_client.sandbox.facts import Entity, Record
from exact_client.sandbox.messages import Request, problem
from exact_client.sandbox.refusals import refusal
from exact_client.sandbox.wire import read_value

_STREAM = "Error processing request stream. "


def read_object(request: Request) -> Record:
    """Read a request's body, which must be one JSON object, and say that it is JSON."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise problem(415, "Unsupported media type requested.")
    try:
        content = json.loads(request.body)
    except ValueError:
        raise problem(400, _STREAM + "The request should be a valid top-level resource.") from None
    if not isinstance(content, dict):
        raise problem(400, _STREAM + "The request should be a valid top-level resource.")
    return content


def read_payload(entity: Entity, content: object, overflow: str) -> Record:
    """Take the properties that a caller may write, converted; the read-only ones are ignored.

    Raises 400 for a name that Exact doesn't know and for a value of the wrong type. `overflow`
    says what happens to a text that is too long: cut or refuse.
    """
    if not isinstance(content, dict):
        raise problem(400, _STREAM + "The request should be a valid top-level resource.")
    taken: Record = {}
    for name, value in content.items():
        prop = entity.properties.get(name)
        if prop is None:
            if name == "__metadata":
                continue
            model = f"Exact.Web.Api.Models.{entity.model}"
            raise problem(
                400,
                f"{_STREAM}The property name '{name}' specified for type '{model}' is not valid.",
            )
        if not prop.readonly and not prop.collection:
            taken[name] = _fitting(read_value(prop, value), prop.length, name, overflow)
    return taken


def _fitting(value: Any, length: int | None, name: str, overflow: str) -> Any:
    if not isinstance(value, str) or length is None or len(value) <= length:
        return value
    if overflow == "refuse":
        raise refusal("invalid", name)
    return value[:length]
