"""Who writes what: each endpoint that can be written to, and what it answers to a create."""

from collections.abc import Callable

from exact_client.sandbox import accounts, contacts, items, ledger
from exact_client.sandbox.accounts import Accounts
from exact_client.sandbox.books import Books
from exact_client.sandbox.contacts import Contacts
from exact_client.sandbox.documents import Attachments, Documents
from exact_client.sandbox.facts import Entity, Record, entities
from exact_client.sandbox.items import Items, Prices
from exact_client.sandbox.ledger import Ledger
from exact_client.sandbox.messages import problem
from exact_client.sandbox.payload import read_payload
from exact_client.sandbox.switches import Switches
from exact_client.sandbox.terms import Terms

# What a create answers without `Prefer`; the others answer all of it (seen on real companies).
_SPARSE = {
    "crm/Accounts": accounts.SPARSE,
    "crm/Contacts": contacts.SPARSE,
    "logistics/Items": items.SPARSE,
    "salesentry/SalesEntries": ledger.SPARSE,
    "salesentry/SalesEntryLines": ledger.SPARSE_LINE,
}


class Writers:
    """The writing half of the API in one division, on behalf of one user."""

    def __init__(self, books: Books, switches: Switches, division: int, user: str) -> None:
        self._switches = switches
        self._accounts = Accounts(books, switches, division, user)
        self._contacts = Contacts(books, switches, division, user)
        self._items = Items(books, switches, division, user)
        self._prices = Prices(books, division, user)
        self._ledger = Ledger(books, switches, division, user)
        self._documents = Documents(books, division, user)
        self._attachments = Attachments(books, switches, division, user)
        self._terms = Terms(books, division, user)

    def create(
        self, entity: Entity, taken: Record, content: Record
    ) -> tuple[Record, tuple[str, ...] | None]:
        """Make a record; gives it, and which of its properties are told unasked (None: all)."""
        if entity.path == "salesentry/SalesEntries":
            lines = read_lines(content, self._switches.overflow)
            return self._ledger.create(taken, lines), ledger.SPARSE
        creates = {
            "crm/Accounts": self._accounts.create,
            "crm/Contacts": self._contacts.create,
            "logistics/Items": self._items.create,
            "logistics/SalesItemPrices": self._prices.create,
            "salesentry/SalesEntryLines": self._ledger.add_line,
            "documents/Documents": self._documents.create,
            "documents/DocumentAttachments": self._attachments.create,
        }
        return creates[entity.path](taken), _SPARSE.get(entity.path)

    def update(self, entity: Entity, key: str, taken: Record) -> None:
        """Change the properties that are named."""
        updates: dict[str, Callable[[str, Record], None]] = {
            "crm/Accounts": self._accounts.update,
            "crm/Contacts": self._contacts.update,
            "logistics/Items": self._items.update,
            "logistics/SalesItemPrices": self._prices.update,
            "salesentry/SalesEntries": self._ledger.update,
            "salesentry/SalesEntryLines": self._ledger.update_line,
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
            "salesentry/SalesEntries": self._ledger.delete,
            "salesentry/SalesEntryLines": self._ledger.delete_line,
            "documents/Documents": self._documents.delete,
            "documents/DocumentAttachments": self._attachments.delete,
        }
        deletes[entity.path](key)


def read_lines(content: Record, overflow: str) -> list[Record]:
    """The lines inside an entry that a caller writes."""
    lines = content.get("SalesEntryLines") or []
    if isinstance(lines, dict):  # the long spelling of a collection
        lines = lines.get("results") or []
    if not isinstance(lines, list):
        raise problem(400, "Error processing request stream. SalesEntryLines must be a list.")
    one = entities()["salesentry/SalesEntryLines"]
    return [read_payload(one, line, overflow) for line in lines]
