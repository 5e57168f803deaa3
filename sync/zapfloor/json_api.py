"""JSON:API as it comes: pages of records, and the records that were sent along with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import msgspec

from sync.zapfloor.errors import ZapfloorUnexpectedError

LONGEST_NUMBER = 40  # characters; what is longer is no amount, and would cost memory to write out
TOTALS = ("total", "total_count", "total-count", "count", "record_count", "record-count")
Included = Mapping[tuple[str, str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Resource:
    """A record, with what was sent along: everything that a path can reach from it."""

    content: Mapping[str, Any] = field(repr=False)
    included: Included = field(default_factory=dict, repr=False)

    @property
    def id(self) -> str:
        """The id that zapfloor gave it."""
        return str(self.content.get("id") or "")

    @property
    def type(self) -> str:
        """What zapfloor calls its kind."""
        return str(self.content.get("type") or "record")

    @property
    def name(self) -> str:
        """How messages name it."""
        return f"{self.type} {self.id}".strip()


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list."""

    records: list[Resource]
    next_link: str  # empty on the last page
    total: int | None  # of the whole list, when zapfloor tells


def read_page(body: bytes) -> Page:
    """Read a page, with amounts to the last digit. Raises ZapfloorUnexpectedError."""
    try:
        content = _DECODER.decode(body)
    except (msgspec.DecodeError, RecursionError):
        raise ZapfloorUnexpectedError(
            "zapfloor did not answer in JSON; check the address and the path."
        ) from None
    data = content.get("data") if isinstance(content, dict) else None
    if isinstance(data, dict):
        data = [data]
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise ZapfloorUnexpectedError(
            "zapfloor's answer has no list under “data”, as JSON:API asks; check the path."
        )
    others = content.get("included")
    included = {
        (str(one.get("type")), str(one.get("id"))): one
        for one in (others if isinstance(others, list) else ())
        if isinstance(one, dict)
    }
    records = [Resource(one, included) for one in data]
    return Page(records, _next_link(content.get("links")), _total(content.get("meta")))


def _next_link(links: Any) -> str:
    """Return the link as a text, or from an object with “href”: JSON:API allows both."""
    link = links.get("next") if isinstance(links, dict) else None
    if isinstance(link, dict):
        link = link.get("href")
    return link if isinstance(link, str) else ""


def _total(meta: Any) -> int | None:
    if not isinstance(meta, dict):
        return None
    found = next((meta[name] for name in TOTALS if name in meta), None)
    if isinstance(found, int) and not isinstance(found, bool):
        return found
    return next((_total(one) for one in meta.values() if isinstance(one, dict)), None)


def _number(text: str) -> Decimal | str:
    exponent = text.lower().partition("e")[2].lstrip("+-")
    is_absurd = len(text) > LONGEST_NUMBER or len(exponent) > 2  # noqa: PLR2004 - up to e99
    return text if is_absurd else Decimal(text)


_DECODER = msgspec.json.Decoder(float_hook=_number)
