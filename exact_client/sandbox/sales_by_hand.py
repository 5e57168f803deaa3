"""What people in Exact's own screens do to contacts, items, prices, sales invoices and orders."""

import threading
from uuid import UUID

from exact_client.sandbox.books import Books
from exact_client.sandbox.by_hand import ACCOUNTANT
from exact_client.sandbox.company import Company
from exact_client.sandbox.endpoints import TABLES
from exact_client.sandbox.facts import Entity, Record, entities
from exact_client.sandbox.payload import read_payload
from exact_client.sandbox.switches import Switches
from exact_client.sandbox.writers import Writers

PATHS = {
    "Accounts": "crm/Accounts",
    "Contacts": "crm/Contacts",
    "Items": "logistics/Items",
    "SalesItemPrices": "logistics/SalesItemPrices",
    "SalesInvoices": "salesinvoice/SalesInvoices",
    "SalesInvoiceLines": "salesinvoice/SalesInvoiceLines",
    "SalesOrders": "salesorder/SalesOrders",
    "SalesOrderLines": "salesorder/SalesOrderLines",
}


class SalesByHand:
    """The part of the stand-in's knobs that plays a colleague, who is another user.

    `entity` is one of PATHS, `key` the GUID of a record in the division. Raises ValueError when a
    request makes no sense, Refusal or Problem when Exact's screens wouldn't take it either.
    """

    company: Company
    switches: Switches
    _books: Books
    _lock: threading.RLock

    def make(self, entity: str, properties: Record, division: int | None = None) -> Record:
        """Make a record from properties as POST takes them; an invoice or order with its lines."""
        about, where = _entity(entity), division or self.company.divisions[0]
        with self._lock:
            taken = read_payload(about, properties, "cut")
            record, _ = self._colleague(where).create(about, taken, properties)
            self._books.commit()
        return record

    def edit(self, entity: str, key: str, changes: Record, division: int | None = None) -> Record:
        """Change the properties that are named."""
        about, where = _entity(entity), division or self.company.divisions[0]
        with self._lock:
            found = self._known(about, key, where)
            self._colleague(where).update(about, found, read_payload(about, changes, "cut"))
            self._books.commit()
            return self._books.table(where, TABLES[about.path]).get(found) or {}

    def erase(self, entity: str, key: str, division: int | None = None) -> None:
        """Delete a record."""
        about, where = _entity(entity), division or self.company.divisions[0]
        with self._lock:
            self._colleague(where).delete(about, self._known(about, key, where))
            self._books.commit()

    def print_invoice(self, key: str, division: int | None = None) -> Record:
        """Print a sales invoice; gives it with its number."""
        where = division or self.company.divisions[0]
        with self._lock:
            self._colleague(where).print_invoice(str(UUID(key)))
            self._books.commit()
            return self._books.table(where, "invoices").get(str(UUID(key))) or {}

    def invoice_order(self, key: str, share: float = 1.0, division: int | None = None) -> Record:
        """Deliver and invoice `share` of each line of an order; gives the invoice."""
        where = division or self.company.divisions[0]
        with self._lock:
            made = self._colleague(where).orders.invoice(str(UUID(key)), share)
            self._books.commit()
            return made

    def cancel_order(self, key: str, division: int | None = None) -> Record:
        """Cancel a sales order."""
        where = division or self.company.divisions[0]
        with self._lock:
            order = self._colleague(where).orders.cancel(str(UUID(key)))
            self._books.commit()
            return order

    def _colleague(self, division: int) -> Writers:
        return Writers(self._books, self.switches, division, ACCOUNTANT)

    def _known(self, about: Entity, key: str, division: int) -> str:
        found = str(UUID(key))
        if self._books.table(division, TABLES[about.path]).get(found) is None:
            raise ValueError(f"There is no {about.name} {key}.")
        return found


def _entity(name: str) -> Entity:
    if name not in PATHS:
        raise ValueError(f"There is no {name!r}. There are: {sorted(PATHS)}.")
    return entities()[PATHS[name]]
