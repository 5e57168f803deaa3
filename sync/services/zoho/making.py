"""What is to be made in Exact of a record of Zoho: its order for the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sync.models import OutboxEntry
from sync.rules.zoho.mandatory import TAX
from sync.rules.zoho.mapping import to_exact
from sync.rules.zoho.modules import Module
from sync.services.delivery.outbox import Order
from sync.services.zoho.copies import clean
from sync.services.zoho.crossing import vat_code_of, vat_codes

if TYPE_CHECKING:
    from exact_client.models import Division
    from sync.models import ZohoRecord
    from sync.services.zoho.weighing import Scales, Ties

Kind = OutboxEntry.Kind
KINDS = {
    Module.ACCOUNTS: Kind.ACCOUNT,
    Module.CONTACTS: Kind.CONTACT,
    Module.PRODUCTS: Kind.ITEM,
    Module.INVOICES: Kind.INVOICE,
}
PRICE = "StandardSalesPrice"  # has a list of its own: it is written once the item is paired


class Making:
    """How records of one module are made in Exact."""

    def __init__(self, division: Division, scales: Scales) -> None:
        self.division, self.scales = division, scales
        self.module = Module(scales.module.module)
        is_goods = self.module is Module.PRODUCTS
        self._vat_codes = vat_codes(scales.module.sync) if is_goods else {}

    def order(self, record: ZohoRecord, ties: Ties) -> Order | None:
        """Return the order that makes a record; None while it waits for its account."""
        if record.account_key and record.account_key not in ties.to_exact:
            return None
        properties = self.properties(record, ties)
        return Order(
            division=self.division,
            kind=KINDS[self.module],
            customer=None,
            payload=lambda reference: self.payload(properties, reference),
            zoho_record=record,
        )

    def properties(self, record: ZohoRecord, ties: Ties) -> dict[str, Any]:
        """Return what the mappings make of a record, as it goes over the wire."""
        values = ties.zoho_values(self.scales, record)
        found = to_exact(values, self.scales.new).values
        if self.module is Module.PRODUCTS:
            found = {TAX: vat_code_of(record.values, self._vat_codes), **found}
            found.pop(PRICE, None)
        return {name: value for name, value in clean(found).items() if value is not None}

    def payload(self, properties: Mapping[str, Any], reference: str) -> dict[str, Any]:
        """Return the body that makes it in Exact, findable if the answer is lost.

        An account is found by its search code, which Exact lets nobody else have by chance: our
        reference, unless a mapping fills it with something that people search by.
        """
        if self.module is Module.ACCOUNTS:
            return {"Status": "C", "SearchCode": reference, **properties}
        return dict(properties)
