"""What one system demands of a new record and the other doesn't: found before the call."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sync.rules.zoho.field_rules import Side
from sync.rules.zoho.modules import ONE, Module

LINES, TAX, PRODUCT = "SalesInvoiceLines", "SalesVatCode", "Product_Name"


@dataclass(frozen=True, slots=True)
class Demand:
    """A field without which a record does not cross, and the field that mends it."""

    field: str  # of the side that demands it
    mend_in: str  # the field of the other side that fills it
    what: str  # in plain words, with its article
    why: str = ""  # when it is our rule, or needs more words


@dataclass(frozen=True, slots=True)
class Miss:
    """A field that is missing: what to tell, what to do, and which field to open."""

    field: str  # of the side that demands it
    sentence: str
    advice: str
    open_field: str  # where the record is: the field that a button opens


@dataclass(frozen=True, slots=True)
class Completed:
    """A record with its defaults filled in, and what is still missing."""

    values: dict[str, object]
    misses: list[Miss] = field(default_factory=list)


_ACCOUNT = Demand("OrderedBy", "Account_Name", "an account", "Exact needs to know whom to bill.")
EXACT_DEMANDS: dict[Module, tuple[Demand, ...]] = {
    Module.ACCOUNTS: (Demand("Name", "Account_Name", "a name"),),
    Module.CONTACTS: (
        Demand("Account", "Account_Name", "an account", "Exact keeps each contact under one."),
        Demand(
            "FirstName",
            "First_Name",
            "a first name",
            "Exact itself would take a last name alone, but its letters and lists need both.",
        ),
    ),
    Module.PRODUCTS: (
        Demand("Code", "Product_Code", "a product code"),
        Demand("Description", "Product_Name", "a name"),
        Demand(TAX, "Tax", "a tax"),
        Demand("StandardSalesPrice", "Unit_Price", "a unit price", "0 is a price too."),
        Demand("Unit", "Usage_Unit", "a unit"),
    ),
    Module.INVOICES: (
        _ACCOUNT,
        Demand("DueDate", "Due_Date", "a due date"),
        Demand(LINES, "Invoiced_Items", "lines"),
    ),
    Module.SALES_ORDERS: (_ACCOUNT, Demand("SalesOrderLines", "Ordered_Items", "lines")),
}
ZOHO_DEMANDS: dict[Module, tuple[Demand, ...]] = {
    Module.ACCOUNTS: (Demand("Account_Name", "Name", "a name"),),
    Module.CONTACTS: (Demand("Last_Name", "LastName", "a last name"),),
    Module.PRODUCTS: (Demand("Product_Name", "Description", "a name"),),
    Module.INVOICES: (
        Demand("Subject", "Description", "a subject"),
        Demand("Invoiced_Items", LINES, "lines"),
    ),
    Module.SALES_ORDERS: (
        Demand("Subject", "Description", "a subject"),
        Demand("Ordered_Items", "SalesOrderLines", "lines"),
    ),
}
_DEMANDS = {Side.EXACT: EXACT_DEMANDS, Side.ZOHO: ZOHO_DEMANDS}
_SYSTEMS = {Side.EXACT: "Exact", Side.ZOHO: "Zoho"}


def completed(
    module: Module,
    values: Mapping[str, object],
    defaults: Mapping[str, object],
    target: Side = Side.EXACT,
) -> Completed:
    """Fill a new record with defaults where it is empty, and tell what is missing then.

    `values` and `defaults` are by the names of the side that the record is made for. A price of
    0 and a box that isn't ticked are values; empty text and an empty list are not.
    """
    filled: dict[str, object] = dict(values)
    for name, default in defaults.items():
        if _is_empty(filled.get(name)):
            filled[name] = default
    demands = _DEMANDS[target][module]
    misses = [_miss(module, one, target) for one in demands if _is_empty(filled.get(one.field))]
    return Completed(filled, misses)


def missing(
    module: Module,
    values: Mapping[str, object],
    defaults: Mapping[str, object],
    target: Side = Side.EXACT,
) -> list[Miss]:
    """Return what a new record lacks once its defaults are filled in."""
    return completed(module, values, defaults, target).misses


def _is_empty(value: object) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _miss(module: Module, demand: Demand, target: Side) -> Miss:
    there, here = _SYSTEMS[target], _SYSTEMS[target.other]
    without = f"This {ONE[module]} was not synchronised: {there} demands {demand.what}."
    return Miss(
        field=demand.field,
        sentence=f"{without} {demand.why}".strip(),
        advice=(
            f"Fill {_label(demand.mend_in)} in {here}, or give a default under Field mappings."
            " It crosses by itself after that."
        ),
        open_field=demand.mend_in,
    )


def _label(name: str) -> str:
    return f"“{name.replace('_', ' ')}”"
