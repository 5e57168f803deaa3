"""Long lists: pages by number, by token beyond 2,000 records, or by Zoho's query language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from zoho_client import coql
from zoho_client.errors import ZohoUnexpectedError
from zoho_client.reading import anything, rows
from zoho_client.records import Row
from zoho_client.transport import Transport

PAGE = 200
MOST_FIELDS = 50  # of one list
MOST_IDS = 100
MAX_PAGES = 10_000


class _Info(msgspec.Struct, frozen=True):
    more_records: bool = False
    next_page_token: str | None = None


class _Page(msgspec.Struct, frozen=True):
    info: _Info = _Info()


def pages(
    transport: Transport,
    path: str,
    key: str,
    params: Mapping[str, str],
    *,
    credits_: int = 1,
    headers: Mapping[str, str] | None = None,
) -> Iterator[list[msgspec.Raw]]:
    """Yield a list page by page. Numbers reach 2,000 records, the token that follows all."""
    place: Mapping[str, str] = {}
    for number in range(2, MAX_PAGES):
        body = transport.get(path, {**params, **place}, credits_=credits_, headers=headers)
        if body is None:
            return
        yield rows(body, key)
        info = _info(body)
        if not info.more_records:
            return
        token = info.next_page_token
        place = {"page_token": token} if token else {"page": str(number)}
    raise ZohoUnexpectedError(f"The pages of {path} go on without an end.")


def listed(
    transport: Transport,
    module: str,
    fields: Sequence[str],
    headers: Mapping[str, str] | None,
) -> Iterator[Row]:
    """Yield the records of a module, by id. Beyond 50 fields each page is asked twice or more."""
    first, *others = [
        fields[start : start + MOST_FIELDS] for start in range(0, len(fields), MOST_FIELDS)
    ] or [["id"]]
    params = {
        "fields": ",".join(first),
        "per_page": str(PAGE),
        "sort_by": "id",
        "sort_order": "asc",
    }
    for found in pages(transport, coql.name(module), "data", params, headers=headers):
        page = [anything(raw) for raw in found]
        for more in others:
            page = _widened(transport, module, page, more)
        yield from map(Row.of, page)


def asked(
    transport: Transport,
    module: str,
    fields: Sequence[str],
    where: str,
    limit: int = coql.PAGE,
) -> Iterator[Row]:
    """Yield the records that fit a condition, by id, as they are this moment."""
    last = ""
    while True:
        condition = coql.both(where, f"id > {coql.literal(last)}") if last else where
        text = coql.select(module, fields, condition, limit=limit)
        found, has_more = query(transport, text, limit)
        yield from found
        if not has_more or not found:
            return
        last = found[-1].id


def query(transport: Transport, text: str, limit: int = coql.PAGE) -> tuple[list[Row], bool]:
    """Return the rows of one query, and whether there are more."""
    body = transport.ask("coql", {"select_query": text}, credits_=coql.credits_of(limit))
    if body is None:
        return [], False
    return [Row.from_api(raw) for raw in rows(body, "data")], _info(body).more_records


def _widened(
    transport: Transport, module: str, page: list[dict[str, Any]], fields: Sequence[str]
) -> list[dict[str, Any]]:
    """Add fields to records; one that went meanwhile is left out."""
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(page), MOST_IDS):
        ids = [str(row["id"]) for row in page[start : start + MOST_IDS]]
        params = {"fields": ",".join(fields), "ids": ",".join(ids), "per_page": str(PAGE)}
        body = transport.get(coql.name(module), params)
        held = (anything(raw) for raw in rows(body, "data"))
        found |= {str(row["id"]): row for row in held}
    return [row | found[str(row["id"])] for row in page if str(row["id"]) in found]


def _info(body: bytes) -> _Info:
    try:
        return msgspec.json.decode(body, type=_Page).info
    except msgspec.DecodeError as error:
        raise ZohoUnexpectedError(f"Zoho answered in an unknown shape: {error}") from None
