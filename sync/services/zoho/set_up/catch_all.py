"""The product in Zoho for lines of Exact that match none: chosen by a person, or made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.models import ZohoRecord
from sync.rules.zoho.modules import Module
from sync.services.zoho.reading.reading_zoho import CATCH_ALL_ID, EXACT_ID
from sync.services.zoho.set_up import metadata
from sync.services.zoho.writing.writing_invoices import CATCH_ALL

if TYPE_CHECKING:
    from sync.models import ZohoSync
    from zoho_client.client import ZohoClient
    from zoho_client.records import Row

SHOWN = 3  # names of products that all fit


class NoProductError(Exception):
    """No product, or more than one, is meant; its message says what to do."""


def choose(sync: ZohoSync, zoho: ZohoClient, text: str) -> str:
    """Take the product with this code or name; return its name. Raises NoProductError."""
    if not text:
        raise NoProductError("Type the code or the name of a product, or let us make one.")
    found = _with(zoho, "Product_Code", text) or _with(zoho, "Product_Name", text)
    if not found:
        raise NoProductError(f"Zoho has no product with the code or name “{text}”.")
    if len(found) > 1:
        names = ", ".join(_name(row) for row in found[:SHOWN])
        raise NoProductError(f"{len(found)} products fit “{text}”: {names}. Give one its own code.")
    return _take(sync, found[0].id, _name(found[0]))


def make(sync: ZohoSync, zoho: ZohoClient) -> str:
    """Make the product of our own unless it is there; return its name.

    May be repeated, and is the one that a line makes which needs it: it is known by our unique
    field. Raises NoProductError when Zoho refuses.
    """
    products = sync.modules.filter(module=Module.PRODUCTS).first()
    if products is None or not metadata.id_is_unique(products):
        raise NoProductError("Make our fields in Zoho first: this product is known by its own ID.")
    made = zoho.upsert(
        Module.PRODUCTS, [{"Product_Name": CATCH_ALL, EXACT_ID: CATCH_ALL_ID}], on=EXACT_ID
    )[0]
    if not made.ok:
        raise NoProductError(f"Zoho refused to make it: {made.message} ({made.code}).")
    return _take(sync, made.id, CATCH_ALL)


def name_of(sync: ZohoSync) -> str:
    """Return the name of the chosen product; nothing before products were read."""
    copies = ZohoRecord.objects.filter(sync=sync, module=Module.PRODUCTS)
    copy = copies.filter(key=sync.catch_all_product).first() if sync.catch_all_product else None
    return copy.name if copy else ""


def _with(zoho: ZohoClient, field: str, text: str) -> list[Row]:
    found = zoho.find_by(Module.PRODUCTS, field, [text], ["Product_Name", "Product_Code"])
    return [row for row in found if str(row.values.get(field) or "").casefold() == text.casefold()]


def _name(row: Row) -> str:
    return str(row.values.get("Product_Name") or row.id)


def _take(sync: ZohoSync, key: str, name: str) -> str:
    sync.catch_all_product = key
    sync.save(update_fields=["catch_all_product"])
    return name
