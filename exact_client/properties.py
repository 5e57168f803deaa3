"""Which properties Exact's parties, items and documents have, and what may be done with each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

FILE = Path(__file__).parent / "properties.json"
ENTITIES = ("Accounts", "Contacts", "Items", "SalesInvoices", "SalesOrders", "SalesOrderLines")


@dataclass(frozen=True)
class Property:
    """One property of an entity.

    `type` is Exact's: String, Guid, Boolean, Byte, Int16, Int32, Int64, Double, DateTime, Binary.
    `max_length` is where Exact was seen to cut, in characters; None where nobody knows.
    """

    type: str
    writable: bool
    mandatory: bool  # on create; a contact needs a first or a last name besides
    max_length: int | None
    in_sync: bool  # whether the feed of changes has it; `StandardSalesPrice` is missing there


@dataclass(frozen=True)
class Entity:
    """Where an entity is read and written, and what it has."""

    path: str
    sync: str
    key: str
    properties: Mapping[str, Property]


def properties(entity: str) -> Mapping[str, Property]:
    """Return the properties of one of ENTITIES, by Exact's names.

    Raises KeyError for another entity. Source: Exact's REST reference; lengths as clients found
    them.
    """
    return described(entity).properties


@cache
def described(entity: str) -> Entity:
    """Return where an entity lives and what it has. Raises KeyError for one that is not known."""
    facts: dict[str, Any] = json.loads(FILE.read_text())[entity]
    read = {name: _property(spelled) for name, spelled in facts["properties"].items()}
    return Entity(facts["path"], facts["sync"], facts["key"], MappingProxyType(read))


def _property(spelled: str) -> Property:
    """Read `String wms 50`: type; flags writable, mandatory, in sync; length."""
    type_, flags, *length = spelled.split()
    longest = int(length[0]) if length else None
    return Property(type_, "w" in flags, "m" in flags, longest, "s" in flags)
