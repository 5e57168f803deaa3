"""What the API says of itself: OpenAPI 3.1 for programs, and the same as a page for people."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sync.api.problems import CODES, MEDIA_TYPE
from sync.api.routes import api
from sync.models.api import SCOPES

METHODS = ("get", "post", "put")
MEANINGS = {
    "200": "It is done",
    "201": "It was made",
    "207": "Some were refused: see the status of each",
    "400": "The body or the Idempotency-Key can't be read",
    "401": "No key, or not one that we know",
    "403": "The key lacks the scope",
    "404": "We don't know it",
    "409": "The same request is being worked on; see Retry-After",
    "413": "Larger than 20 MB",
    "415": "Another type than expected",
    "422": "Something can't be right: see errors",
    "429": "Too many calls; see Retry-After",
}


@cache
def described() -> dict[str, Any]:
    """Return the OpenAPI document; what ninja can't know of this API is added here."""
    document: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=""))
    _name_records(document["components"]["schemas"])
    for operation in _operations(document):
        if scope := operation.get("x-scope"):
            operation["security"] = [{name: [scope] for name in operation["security"][0]}]
        operation["responses"] = {
            str(status): _response(str(status), response)
            for status, response in sorted(operation["responses"].items())
        }
    return document


def _name_records(schemas: dict[str, Any]) -> None:
    """Name the records of a batch: pydantic writes out whole what it does not check itself."""
    for batch in (schemas["CustomerBatch"], schemas["InvoiceBatch"]):
        (records,) = batch["properties"].values()
        record = records["items"]
        if name := record.get("title"):
            schemas[name] = record
            records["items"] = {"$ref": f"#/components/schemas/{name}"}


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from methods.values()


def _response(status: str, response: dict[str, Any]) -> dict[str, Any]:
    """Say what a status means here, and that a problem has a type of its own."""
    told = {**response, "description": MEANINGS[status]}
    if status >= "400":
        told["content"] = {MEDIA_TYPE: response["content"]["application/json"]}
    if status in {"409", "429"}:
        seconds = {"schema": {"type": "integer"}, "description": "Seconds to wait."}
        told["headers"] = {"Retry-After": seconds}
    return told


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """Answer the OpenAPI document."""
    return JsonResponse(described())


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the same to a person, without a script."""
    return render(request, "sync/api_docs.html", _page())


@cache
def _page() -> dict[str, Any]:
    document = described()
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method in METHODS:
            if operation := methods.get(method):
                shown = _shown(path, method, operation)
                groups.setdefault(operation["tags"][0], []).append(shown)
    return {
        "info": document["info"],
        "paragraphs": _paragraphs(document["info"]["description"]),
        "address": settings.PUBLIC_URL,
        "base": document["servers"][0]["url"],
        "groups": groups.items(),
        "models": [_model(*one) for one in sorted(document["components"]["schemas"].items())],
        "codes": [(code, int(status), title) for code, (status, title) in CODES.items()],
        "scopes": SCOPES,
    }


def _shown(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {})
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "paragraphs": _paragraphs(operation["description"]),
        "scope": operation.get("x-scope", ""),
        "parameters": [_parameter(one) for one in operation["parameters"]],
        "bodies": [(kind, *_kind(one["schema"])) for kind, one in body.items()],
        "responses": [
            (status, one["description"], *_kind(_content(one)))
            for status, one in operation["responses"].items()
        ],
    }


def _paragraphs(text: str) -> list[str]:
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]


def _content(response: dict[str, Any]) -> dict[str, Any]:
    return next((one["schema"] for one in response.get("content", {}).values()), {})


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    words, model = _kind(parameter["schema"])
    return {
        "name": parameter["name"],
        "where": parameter["in"],
        "required": parameter["required"],
        "words": words,
        "model": model,
        "description": parameter.get("description", ""),
    }


def _model(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    required = schema.get("required", [])
    fields = []
    for field, one in schema.get("properties", {}).items():
        words, model = _kind(one)
        fields.append((field, field in required, words, model, one.get("description", "")))
    return {"name": name, "description": schema.get("description", ""), "fields": fields}


def _kind(schema: dict[str, Any]) -> tuple[str, str]:
    """Return what a value is in words, and the model that it refers to, if any."""
    if "$ref" in schema:
        return "", schema["$ref"].rpartition("/")[2]
    if "anyOf" in schema:
        rest = [one for one in schema["anyOf"] if one.get("type") != "null"]
        words, model = _kind(rest[0])
        return f"{words} or null".strip(), model
    if schema.get("type") == "array":
        words, model = _kind(schema["items"])
        most = f" of at most {schema['maxItems']}" if "maxItems" in schema else ""
        return f"list{most}: {words}".removesuffix(": "), model
    return _plain_kind(schema), ""


WORDS = {
    "date": "day, 2026-09-23",
    "date-time": "moment, 2026-09-23T12:00:00Z",
    "base64": "file as base64",
    "string": "text",
    "integer": "whole number",
    "boolean": "true or false",
    "object": "object",
}


def _plain_kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(f"“{one}”" for one in schema["enum"])
    kind = schema.get("type", "")
    if isinstance(kind, list) or schema.get("pattern", "").startswith(r"^-?\d"):
        example = schema.get("examples", [""])[0]
        return f"amount, {example}" if isinstance(kind, str) else f"number or text, {example}"
    special = str(schema.get("format") or schema.get("contentEncoding") or kind)
    most = f", at most {schema['maxLength']}" if "maxLength" in schema else ""
    if "pattern" in schema:
        most = f", such as {schema['examples'][0]}"
    return WORDS.get(special, special) + most
