"""The mappings that work at once, before anybody has chosen anything."""

from collections.abc import Container
from typing import Any

from sync.rules.zoho.field_rules import Direction, FieldRule, Transform, Winner
from sync.rules.zoho.mapping import usable
from sync.rules.zoho.modules import Module
from sync.rules.zoho.values import FieldType

# Exact's code of a unit → Zoho's word for it. Each division has units of its own: edit it there.
UNITS = {
    "pc": "Each",
    "box": "Box",
    "doz": "Dozen",
    "pack": "Pack",
    "hour": "Hours",
    "day": "Days",
    "week": "Weeks",
    "month": "Months",
    "year": "Years",
}
# Exact keeps the price of an item in a table beside it: writing it is a call of its own.
PRICE, PRICE_IS_WRITTEN_BY = "StandardSalesPrice", "logistics/SalesItemPrices"


def default_rules(module: Module, zoho_fields: Container[str]) -> list[FieldRule]:
    """Return the mappings that work at once, as far as Zoho has their fields.

    A custom field, such as that of the VAT number, may not be there.
    """
    return usable(DEFAULT_RULES[module], zoho_fields)


def _books(exact: str, zoho: str, **more: Any) -> FieldRule:
    """Return a mapping of what the books know best: Exact wins."""
    return FieldRule(exact, zoho, winner=Winner.EXACT, **more)


def _told(exact: str, zoho: str, **more: Any) -> FieldRule:
    """Return a mapping of what people tell: whoever heard it last is right."""
    return FieldRule(exact, zoho, winner=Winner.NEWEST, **more)


def _shown(exact: str, zoho: str, **more: Any) -> FieldRule:
    """Return a mapping of what Exact alone decides."""
    return FieldRule(exact, zoho, Direction.TO_ZOHO, winner=Winner.EXACT, **more)


_PHONE: dict[str, Any] = {"transform": Transform.PHONE, "type": FieldType.PHONE, "length": 25}
_COUNTRY: dict[str, Any] = {"transform": Transform.COUNTRY_NAME, "type": FieldType.COUNTRY}
_UNIT: dict[str, Any] = {
    "transform": Transform.TABLE,
    "type": FieldType.CHOICE,
    "options": {"table": UNITS},
}

DEFAULT_RULES: dict[Module, tuple[FieldRule, ...]] = {
    Module.ACCOUNTS: (
        _books("Name", "Account_Name", length=50),
        _books("VATNumber", "VAT_Number", type=FieldType.VAT, length=20),
        _told("Phone", "Phone", **_PHONE),
        _told("Fax", "Fax", **_PHONE),
        _told("Website", "Website", type=FieldType.WEBSITE, length=255),
        _books("AddressLine1", "Billing_Street", length=60),
        _books("Postcode", "Billing_Code", length=20),
        _books("City", "Billing_City", length=30),
        _books("State", "Billing_State"),
        _books("Country", "Billing_Country", **_COUNTRY),
    ),
    Module.CONTACTS: (
        _told("FirstName", "First_Name", length=40),
        _told("LastName", "Last_Name", length=80),
        _told("Email", "Email", type=FieldType.EMAIL, length=100),
        _told("Phone", "Phone", **_PHONE),
        _told("Mobile", "Mobile", **_PHONE),
        _told("JobTitleDescription", "Title", length=100),
        _books("Account", "Account_Name", type=FieldType.LOOKUP),
    ),
    Module.PRODUCTS: (
        _books("Code", "Product_Code", length=30),
        _books("Description", "Product_Name", length=60),
        _books(PRICE, "Unit_Price", type=FieldType.AMOUNT),
        _books("Unit", "Usage_Unit", **_UNIT),
        _books("IsSalesItem", "Product_Active", type=FieldType.BOOLEAN),
        _books("ExtraDescription", "Description", length=255),
    ),
    Module.INVOICES: (
        _shown("Description", "Subject", default="Invoice", length=60),
        _shown("OrderedBy", "Account_Name", type=FieldType.LOOKUP),
        _shown("InvoiceDate", "Invoice_Date", type=FieldType.DATE),
        _books("DueDate", "Due_Date", type=FieldType.DATE),
        _shown("YourRef", "Purchase_Order", length=30),
    ),
    Module.SALES_ORDERS: (
        _shown("Description", "Subject", default="Order", length=60),
        _shown("OrderedBy", "Account_Name", type=FieldType.LOOKUP),
        _books("DeliveryDate", "Due_Date", type=FieldType.DATE),
        _shown("YourRef", "Purchase_Order", length=30),
    ),
}
