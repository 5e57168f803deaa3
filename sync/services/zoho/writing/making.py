"""What is to be made in Exact of a record of Zoho: its order for the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sync.models import OutboxEntry, ZohoRecord
from sync.rules.zoho.invoices import CannotCrossError, for_exact
from sync.rules.zoho.mandatory import TAX
from sync.rules.zoho.mapping import to_exact
from sync.rules.zoho.modules import Module
from sync.services.delivery.outbox import Order
from sync.services.zoho.merging import invoices
from sync.services.zoho.merging.weighing import Ties
from sync.services.zoho.pairing.crossing import vat_code_of, vat_codes
from sync.services.zoho.reading.copies import clean

if TYPE_CHECKING:
    from exact_client.models import Division
    from sync.services.zoho.merging.weighing import Scales

Kind = OutboxEntry.Kind
KINDS = {
    Module.ACCOUNTS: Kind.ACCOUNT,
    Module.CONTACTS: Kind.CONTACT,
    Module.PRODUCTS: Kind.ITEM,
    Module.INVOICES: Kind.INVOICE,
    Module.SALES_ORDERS: Kind.ORDER,
}
LINES_PROBLEM = "lines"  # its lines would not be the same on the other side
PRICE = "StandardSalesPrice"  # has a list of its own: it is written once the item is paired


def _currency(record: ZohoRecord) -> dict[str, str]:
    """Return the currency of an invoice: its own, or that of an organisation with one alone."""
    connection = record.sync.connection
    home = connection.currency if connection else ""
    code = str(record.values.get("Currency") or home)
    return {"Currency": code} if code else {}


def keep_back(record: ZohoRecord, why: str, problem: str = "") -> None:
    """Leave a record to a person, with a sentence that says why."""
    record.standing, record.reason = ZohoRecord.Standing.BLOCKED, why
    record.problem = problem
    record.save(update_fields=["standing", "reason", "problem"])


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
        if self.scales.facts.exact_lines:
            return self._document(record, ties)
        properties = self.properties(record, ties)
        return Order(
            division=self.division,
            kind=KINDS[self.module],
            customer=None,
            payload=lambda reference: self.payload(properties, reference),
            zoho_record=record,
        )

    def ties_among(self, page: list[ZohoRecord]) -> Ties:
        """Look up what these records refer to; of documents, the products of their lines too."""
        lines = self.scales.facts.zoho_lines
        more = invoices.products_of(page, lines) if lines else ()
        return Ties.among(self.scales, page, more=more)

    def _document(self, record: ZohoRecord, ties: Ties) -> Order | None:
        """Return what makes an invoice or order; why there is none is noted on the record."""
        sync = self.scales.module.sync
        shown = invoices.as_shown(record, self.scales.facts.zoho_lines)
        setup = invoices.exact_setup(sync, ties, self.scales.facts)
        journal = sync.sales_journal if self.module is Module.INVOICES else ""
        header = {
            "OrderedBy": ties.to_exact.get(record.account_key),
            **_currency(record),
            **({"Journal": journal} if journal else {}),
            **self.properties(record, ties),
        }

        def payload(reference: str) -> dict[str, Any]:
            found: dict[str, Any] = clean(for_exact(shown, header, reference, setup).payload)
            return found

        try:
            total = for_exact(shown, header, "", setup).total
        except CannotCrossError as error:
            keep_back(record, str(error), LINES_PROBLEM)
            return None
        return Order(
            division=self.division,
            kind=KINDS[self.module],
            customer=None,
            payload=payload,
            amount=total,
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
