"""Who writes what: each endpoint that can be written to, and what it answers to a create."""

from collections.abc import Callable
from typing import Any

from exact_client.sandbox import accounts, contacts, items, ledger
from exact_client.sandbox.accounts import Accounts
from exact_client.sandbox.books import Books
from exact_client.sandbox.contacts import Contacts
from exact_client.sandbox.documents import Attachments, Documents
from exact_client.sandbox.facts import LINES, Entity, Record, entities
from exact_client.sandbox.invoices import UNTOLD, Invoices
from exact_client.sandbox.items import Items, Prices
from exact_client.sandbox.ledger import Ledger
from exact_client.sandbox.messages import problem
from exact_client.sandbox.orders import Orders
from exact_client.sandbox.payload import read_payload
from exact_client.sandbox.printing import Printing
from exact_client.sandbox.subscriptions import Subscriptions
from exact_client.sandbox.switches import Switches
from exact_client.sandbox.terms import Terms
from exact_client.sandbox.wire import read_value

_ENTRIES, _INVOICES = "salesentry/SalesEntries", "salesinvoice/SalesInvoices"
_ORDERS, _ORDER_LINES = "salesorder/SalesOrders", "salesorder/SalesOrderLines"
_PRINTED, _SUBSCRIPTIONS = "salesinvoice/PrintedSalesInvoices", "webhooks/WebhookSubscriptions"
# What a create answers without `Prefer`; the others answer all of it (seen on real companies).
_SPARSE = {
    "crm/Accounts": accounts.SPARSE,
    "crm/Contacts": contacts.SPARSE,
    "logistics/Items": items.SPARSE,
    _ENTRIES: ledger.SPARSE,
    "salesentry/SalesEntryLines": ledger.SPARSE_LINE,
}


class Writers:
    """The writing half of the API in one division, on behalf of one user (and one app)."""

    def __init__(
        self, books: Books, switches: Switches, division: int, user: str,
        subscriptions: Subscriptions | None = None,
    ) -> None:  # fmt: skip
        self._switches = switches
        self._accounts = Accounts(books, switches, division, user)
        self._contacts = Contacts(books, switches, division, user)
        self._items = Items(books, switches, division, user)
        self._prices = Prices(books, division, user)
        self._ledger = Ledger(books, switches, division, user)
        self._invoices = Invoices(books, switches, division, user)
        self._orders = Orders(books, switches, division, user)
        self._printing = Printing(books, switches, division, user)
        self._documents = Documents(books, division, user)
        self._attachments = Attachments(books, switches, division, user)
        self._terms = Terms(books, division, user)
        self._subscriptions = subscriptions

    def create(
        self, entity: Entity, taken: Record, content: Record
    ) -> tuple[Record, tuple[str, ...] | None]:
        """Make a record; gives it, and which of its properties are told unasked (None: all)."""
        if entity.path == _INVOICES:
            told = tuple(name for name in entity.properties if name not in UNTOLD)
            return self._create_invoice(entity, taken, content), told
        if entity.path == _ORDERS:
            lines = read_lines(entity.path, content, self._switches.overflow)
            return self._orders.create(taken, lines), None
        if entity.path == _PRINTED:
            return self._printing.print(_given(entity, content, "InvoiceID"), taken), None
        if entity.path == _ENTRIES:
            lines = read_lines(entity.path, content, self._switches.overflow)
            return self._ledger.create(taken, lines), ledger.SPARSE
        creates: dict[str, Callable[[Record], Record]] = {
            "crm/Accounts": self._accounts.create,
            "crm/Contacts": self._contacts.create,
            "logistics/Items": self._items.create,
            "logistics/SalesItemPrices": self._prices.create,
            "salesentry/SalesEntryLines": self._ledger.add_line,
            "salesinvoice/SalesInvoiceLines": self._invoices.add_line,
            _ORDER_LINES: self._orders.add_line,
            "documents/Documents": self._documents.create,
            "documents/DocumentAttachments": self._attachments.create,
        }
        if self._subscriptions:
            creates[_SUBSCRIPTIONS] = self._subscriptions.create
        return creates[entity.path](taken), _SPARSE.get(entity.path)

    def update(self, entity: Entity, key: str, taken: Record) -> None:
        """Change the properties that are named."""
        updates: dict[str, Callable[[str, Record], None]] = {
            "crm/Accounts": self._accounts.update,
            "crm/Contacts": self._contacts.update,
            "logistics/Items": self._items.update,
            "logistics/SalesItemPrices": self._prices.update,
            _ENTRIES: self._ledger.update,
            "salesentry/SalesEntryLines": self._ledger.update_line,
            _INVOICES: self._invoices.update,
            "salesinvoice/SalesInvoiceLines": self._invoices.update_line,
            _ORDERS: self._orders.update,
            _ORDER_LINES: self._orders.update_line,
            "documents/Documents": self._documents.update,
            "cashflow/Receivables": self._terms.update,
        }
        updates[entity.path](key, taken)

    def delete(self, entity: Entity, key: str) -> None:
        """Delete a record."""
        deletes: dict[str, Callable[[str], None]] = {
            "crm/Accounts": self._accounts.delete,
            "crm/Contacts": self._contacts.delete,
            "logistics/Items": self._items.delete,
            "logistics/SalesItemPrices": self._prices.delete,
            _ENTRIES: self._ledger.delete,
            "salesentry/SalesEntryLines": self._ledger.delete_line,
            _INVOICES: self._invoices.delete,
            "salesinvoice/SalesInvoiceLines": self._invoices.delete_line,
            _ORDERS: self._orders.delete,
            _ORDER_LINES: self._orders.delete_line,
            "documents/Documents": self._documents.delete,
            "documents/DocumentAttachments": self._attachments.delete,
        }
        if self._subscriptions:
            deletes[_SUBSCRIPTIONS] = self._subscriptions.delete
        deletes[entity.path](key)

    def print_invoice(self, key: str) -> Record:
        """Print an invoice as it is."""
        return self._printing.print(key, {})

    @property
    def orders(self) -> Orders:
        """Sales orders, for what only Exact's own screens do to them."""
        return self._orders

    def _create_invoice(self, entity: Entity, taken: Record, content: Record) -> Record:
        lines = read_lines(entity.path, content, self._switches.overflow)
        date = _given(entity, content, "InvoiceDate")
        return self._invoices.create(taken, lines, date=date)


def read_lines(path: str, content: Record, overflow: str) -> list[Record]:
    """The lines inside an entry or an invoice that a caller writes."""
    name, inner = LINES[path]
    lines = content.get(name) or []
    if isinstance(lines, dict):  # the long spelling of a collection
        lines = lines.get("results") or []
    if not isinstance(lines, list):
        raise problem(400, f"Error processing request stream. {name} must be a list.")
    one = entities()[inner]
    return [read_payload(one, line, overflow) for line in lines]


def _given(entity: Entity, content: Record, name: str) -> Any:
    """A value of a payload that counts although it is a key or read-only."""
    return read_value(entity.properties[name], content.get(name))
