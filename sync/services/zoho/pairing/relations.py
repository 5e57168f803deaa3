"""What hangs together on one side: the account, invoices and orders of a record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sync.rules.zoho.field_rules import Side
from sync.rules.zoho.modules import MODULES, Module
from sync.rules.zoho.switches import Related
from sync.services.zoho.pairing.crossing import LINES
from sync.services.zoho.reading.copies import Copies

if TYPE_CHECKING:
    from sync.models import RemoteRecord, ZohoSync

# Where a document names its contact, and its lines their product.
CONTACT = {Side.ZOHO: "values__Contact_Name__id", Side.EXACT: "values__OrderedByContactPerson"}
ORDER = {Side.ZOHO: "values__Sales_Order__id", Side.EXACT: "values__SalesOrder"}
ORDER_FIELD = {Side.ZOHO: "Sales_Order", Side.EXACT: "SalesOrder"}
NAMED = (Module.ACCOUNTS, Module.CONTACTS, Module.SALES_ORDERS)
PRODUCT = {Side.ZOHO: "Product_Name", Side.EXACT: "Item"}
DOCUMENTS = (Module.INVOICES, Module.SALES_ORDERS)

KNOWN = [Related.NONE, Related.NOT_SYNCHRONISED, Related.SYNCHRONISED]  # from least to most
Crosses = Callable[[str], bool]  # whether the document with this key crosses by itself


@dataclass(slots=True)
class Kin:
    """The keys that documents name: all of them, and those that a synchronised one names."""

    named: set[str] = field(default_factory=set)
    synchronised: set[str] = field(default_factory=set)

    def add(self, key: str | None, *, is_synchronised: bool) -> None:
        """Note that a document names a record."""
        if key:
            self.named.add(key)
            self.synchronised.update([key] if is_synchronised else [])

    def of(self, key: str) -> Related:
        """Return what is known of the documents of this record."""
        if key in self.synchronised:
            return Related.SYNCHRONISED
        return Related.NOT_SYNCHRONISED if key in self.named else Related.NONE


@dataclass(slots=True)
class Relations:
    """The relations of one side: what its documents name, and which of them are synchronised.

    `kin` is by the kind of document and the kind of record that it names.
    """

    kin: dict[tuple[Module, Module], Kin] = field(default_factory=lambda: defaultdict(Kin))
    documents: dict[Module, set[str]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(
        cls, sync: ZohoSync, copies: Copies, side: Side, by_itself: Crosses, *, lines: bool
    ) -> Relations:
        """Read them from our copies in two queries, and two more if the `lines` count as well."""
        made = cls()
        for module in DOCUMENTS:
            rows = _rows(sync, copies, module).values_list(
                "key", "account_key", CONTACT[side], ORDER[side], "pair"
            )
            for key, account, contact, order, pair in rows.iterator():
                is_synchronised = pair is not None or by_itself(key)
                made.documents[module].update([key] if is_synchronised else [])
                for kind, other in zip(NAMED, (account, contact, order), strict=True):
                    made.kin[module, kind].add(other, is_synchronised=is_synchronised)
            if lines:
                made._read_lines(sync, copies, side, module, by_itself)
        return made

    def related(self, record: RemoteRecord, module: Module, side: Side) -> Related:
        """Return what is known of the documents of this kind that belong to a record.

        A contact has those of its account as well: few documents name a person.
        """
        if module is Module.SALES_ORDERS and record.module == Module.INVOICES:
            return self._order_of(record, side)
        own = self.kin[module, Module(record.module)].of(record.key)
        if record.module != Module.CONTACTS:
            return own
        return max(own, self.kin[module, Module.ACCOUNTS].of(record.account_key), key=KNOWN.index)

    def _order_of(self, invoice: RemoteRecord, side: Side) -> Related:
        """Return what is known of the one order that an invoice names."""
        order = invoice.values.get(ORDER_FIELD[side])
        key = order.get("id") if isinstance(order, dict) else order
        if not key:
            return Related.NONE
        is_there = key in self.documents[Module.SALES_ORDERS]
        return Related.SYNCHRONISED if is_there else Related.NOT_SYNCHRONISED

    def _read_lines(
        self, sync: ZohoSync, copies: Copies, side: Side, module: Module, by_itself: Crosses
    ) -> None:
        held = MODULES[module].zoho_lines if side is Side.ZOHO else LINES
        rows = _rows(sync, copies, module).values_list("key", f"values__{held}", "pair")
        kin = self.kin[module, Module.PRODUCTS]
        for key, lines, pair in rows.iterator(chunk_size=500):
            is_synchronised = pair is not None or by_itself(key)
            for product in _products(lines, side):
                kin.add(product, is_synchronised=is_synchronised)


def _rows(sync: ZohoSync, copies: Copies, module: Module) -> Any:
    return copies.objects.filter(sync=sync, module=module, gone_at=None)


def _products(lines: Iterable[dict[str, Any]] | None, side: Side) -> Iterable[str]:
    for line in lines or ():
        product = line.get(PRODUCT[side])
        yield str(product["id"] if isinstance(product, dict) else product or "")
