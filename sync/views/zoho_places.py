"""Where a record is found: its page here, and its own page in Zoho and in Exact."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.urls import reverse

from sync.models import ExactRecord, Module, ZohoRecord
from zoho_client.sites import DATA_CENTRES

if TYPE_CHECKING:
    from sync.models import RemoteRecord, ZohoSync

SLUGS = {
    Module.ACCOUNTS: "accounts",
    Module.CONTACTS: "contacts",
    Module.PRODUCTS: "products",
    Module.INVOICES: "invoices",
    Module.ORDERS: "orders",
}
MODULES = {slug: module for module, slug in SLUGS.items()}
SIDES: dict[str, type[ExactRecord] | type[ZohoRecord]] = {"exact": ExactRecord, "zoho": ZohoRecord}
TABS = {Module.ORDERS: "SalesOrders"}  # the others are called as the API calls them
THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}  # where stand-ins answer
ACCOUNT_CARD = "/docs/CRMAccountCard.aspx?_Division_={}&AccountID=%7b{}%7d"


def side_of(record: RemoteRecord) -> str:
    """Return `exact` or `zoho`."""
    return "exact" if isinstance(record, ExactRecord) else "zoho"


def list_url(module: str) -> str:
    """Return the address of a module's list."""
    return reverse("sync:zoho-records", args=[SLUGS[Module(module)]])


def record_url(record: RemoteRecord) -> str:
    """Return the page about a record; it stays the same when the record is paired or parted."""
    return reverse("sync:zoho-record", args=[side_of(record), record.pk])


def in_zoho(sync: ZohoSync, record: ZohoRecord | None, *, edit: bool = False) -> str:
    """Return a record's page in Zoho, or where it is edited; nothing where that is not known.

    A stand-in shows its records, and edits none; a data centre that we don't know has no page.
    """
    if record is None or sync.connection is None or record.gone_at is not None:
        return ""
    host = urlsplit(sync.connection.accounts_url).hostname or ""
    if host in THIS_MACHINE:
        return f"{sync.connection.accounts_url}/{record.module}/{record.key}"
    if host not in {centre.accounts for centre in DATA_CENTRES.values()}:
        return ""
    crm = f"crm.{host.removeprefix('accounts.')}"
    tab = TABS.get(Module(record.module), record.module)
    page = f"https://{crm}/crm/org{sync.connection.org_id}/tab/{tab}/{record.key}"
    return f"{page}/edit" if edit else page


def in_exact(sync: ZohoSync, record: ExactRecord | None) -> str:
    """Return a record's page in Exact; only that of accounts has an address that is known."""
    if record is None or sync.division is None or record.gone_at is not None:
        return ""
    url = sync.division.connection.url
    if record.module != Module.ACCOUNTS or not url.startswith("https://"):
        return ""
    return url.rstrip("/") + ACCOUNT_CARD.format(sync.division.code, record.key)
