"""What Exact documents about each entity: properties, types, pages; read from properties.json."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

Record = dict[str, Any]

# What an account holds when nobody said otherwise, seen on accounts that were just created.
_ACCOUNT = MappingProxyType(
    {
        "Type": "A",
        "SecurityLevel": 10,
        "InvoiceAttachmentType": 1,
        "InvoicingMethod": 0,
        "ConsolidationScenario": 6,
        "Source": 2,
        "SalesCurrency": "EUR",
        "PurchaseCurrency": "EUR",
        "CreditLineSales": 0.0,
        "CreditLinePurchase": 0.0,
        "DiscountSales": 0.0,
        "DiscountPurchase": 0.0,
        "PurchaseLeadDays": 0,
        "ShippingLeadDays": 0,
        "GlnNumber": "",
        "OINNumber": "",
        "StatusSince": 1735689600000,
        "StartDate": 1735689600000,
    }
)
# Records that hold lines: under which name, and what a line is.
LINES = MappingProxyType(
    {
        "salesentry/SalesEntries": ("SalesEntryLines", "salesentry/SalesEntryLines"),
        "salesinvoice/SalesInvoices": ("SalesInvoiceLines", "salesinvoice/SalesInvoiceLines"),
        "salesorder/SalesOrders": ("SalesOrderLines", "salesorder/SalesOrderLines"),
    }
)
_ALWAYS_SET = {"Boolean": False, "Byte": 0}  # the types that are never null
_EMPTY_TEXT = frozenset({"SiretNumber", "DivisionCustomerSiretNumber"})


@dataclass(frozen=True)
class Property:
    """One property of an entity. `length` is where the stand-in cuts or refuses."""

    name: str
    type: str
    key: bool
    mandatory: bool
    readonly: bool
    filterable: bool
    length: int | None
    default: Any

    @property
    def collection(self) -> bool:
        """Whether it is a list of other records."""
        return self.type.startswith("Collection")


@dataclass(frozen=True)
class Entity:
    """One endpoint of the API."""

    path: str
    model: str
    methods: frozenset[str]
    page_size: int
    filter_whitelist: bool
    select_mandatory: bool
    properties: dict[str, Property]

    @property
    def keys(self) -> tuple[str, ...]:
        """The properties that together name one record; nearly always one."""
        return tuple(item.name for item in self.properties.values() if item.key)

    @property
    def has_guid(self) -> bool:
        """Whether a GUID names a record, and so orders its table."""
        return self.properties[self.keys[0]].type == "Guid"

    @property
    def name(self) -> str:
        """The last part of the path, as it stands before a key in brackets."""
        return self.path.rpartition("/")[2]

    @property
    def family(self) -> str:
        """Which rules apply: normal, bulk, sync or read."""
        first = self.path.partition("/")[0]
        return first if first in {"bulk", "sync", "read"} else "normal"

    def value(self, record: Record, name: str) -> Any:
        """What a record holds for a property, its default included."""
        found = record.get(name)
        return self.properties[name].default if found is None else found


@cache
def entities() -> dict[str, Entity]:
    """Every endpoint that the stand-in serves, by its path behind the division."""
    text = (Path(__file__).parent / "properties.json").read_text()
    return {path: _entity(path, facts) for path, facts in json.loads(text).items()}


def _entity(path: str, facts: dict[str, Any]) -> Entity:
    return Entity(
        path=path,
        model=facts["model"],
        methods=frozenset(facts["methods"]),
        page_size=facts["page_size"],
        filter_whitelist=facts.get("filter_whitelist", False),
        select_mandatory=facts.get("select_mandatory", False),
        properties={
            name: _property(path, name, spelled) for name, spelled in facts["properties"].items()
        },
    )


def _property(path: str, name: str, spelled: str) -> Property:
    """Read `String mf 50`: type; flags key, mandatory, readonly, filterable; length."""
    type_, flags, *length = spelled.split()
    return Property(
        name=name,
        type=type_,
        key="k" in flags,
        mandatory="m" in flags,
        readonly="r" in flags or "k" in flags,
        filterable="f" in flags,
        length=int(length[0]) if length else None,
        default=_default(path, name, type_),
    )


def _default(path: str, name: str, type_: str) -> Any:
    if path.endswith("CRM/Accounts") or path == "crm/Accounts":
        found = _ACCOUNT.get(name)
        if found is not None:
            return found
    return "" if name in _EMPTY_TEXT else _ALWAYS_SET.get(type_)
