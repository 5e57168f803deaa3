"""Tell Zoho of invoices: their lines are matched before they are written, their totals after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sync.models import ExactRecord, Pair
from sync.rules.zoho.invoice_lines import ZohoLine, line_changes
from sync.rules.zoho.invoices import CannotCrossError, ForZoho
from sync.services.zoho.merging import invoices, merging
from sync.services.zoho.merging.weighing import Scales, Ties
from sync.services.zoho.reading.copies import clean
from sync.services.zoho.reading.reading_zoho import CATCH_ALL_ID, EXACT_ID, LINE_FIELDS
from sync.services.zoho.writing.writing import Row, Writing, Written
from zoho_client.reading import id_of

if TYPE_CHECKING:
    from datetime import datetime

    from sync.models import Conflict, RemoteRecord
    from zoho_client.client import ZohoClient
    from zoho_client.records import Outcome

CATCH_ALL = "Exactlink: other lines"
TOTALS = ("Sub_Total", "Tax", "Grand_Total")
LINES_PROBLEM = "lines"


class InvoiceWriting(Writing):
    """Invoices, or orders, while Zoho is told of them."""

    tries = 1  # a row that is added is added again: after a lost answer the next run reads first

    def __init__(self, zoho: ZohoClient, scales: Scales, now: datetime, written: Written) -> None:
        super().__init__(zoho, scales, now, written)
        self.books = scales.books or invoices.Books.of(scales.module)
        self.subform = self.scales.facts.zoho_lines
        self.existing: dict[str, list[tuple[str, ZohoLine]]] = {}

    def ties_among(self, records: Iterable[RemoteRecord]) -> Ties:
        """Look up accounts, and the products of lines."""
        held = list(records)
        ours = [one for one in held if isinstance(one, ExactRecord)]
        return Ties.among(self.scales, held, more=invoices.items_of(ours))

    def row_of_new(self, record: ExactRecord, ties: Ties) -> Row | None:
        """Return an invoice with its lines; None while it must wait, and why on the record."""
        row = super().row_of_new(record, ties)
        if row is None:
            return None
        try:
            row |= self._currency(record)
            lines = self._lines(record, ties)
        except CannotCrossError as error:
            record.standing, record.reason = ExactRecord.Standing.BLOCKED, str(error)
            record.problem = LINES_PROBLEM
            record.save(update_fields=["standing", "reason", "problem"])
            return None
        row[self.subform] = [line.to_api() for line in lines.lines]
        row["Adjustment"] = lines.adjustment
        status = self.books.status(record)
        return row | ({"Status": status} if status else {})

    def look_ahead(self, page: Sequence[Pair]) -> None:
        """Read the rows that are there, of invoices whose lines changed, 100 in a call."""
        keys = [pair.zoho.key for pair in page if invoices.lines_are_due(pair)]
        found: dict[str, list[tuple[str, ZohoLine]]] = defaultdict(list)
        if keys:
            for row in self.zoho.subform_rows(self.subform, keys, LINE_FIELDS):
                parent = id_of(row.values.get("Parent_Id"))
                found[parent].append((row.id, ZohoLine.from_api(row.values)))
        self.existing = {key: found[key] for key in keys}

    def row_of_pair(self, pair: Pair, ties: Ties, held: Sequence[Conflict]) -> Row:
        """Return what Zoho must be told, its lines by the ids of their rows."""
        row = super().row_of_pair(pair, ties, held)
        step = self.books.step(pair)
        if step.to_zoho:
            row["Status"] = step.to_zoho
        if pair.zoho.key in self.existing:
            row |= self._changed_lines(pair, ties)
        return row

    def _changed_lines(self, pair: Pair, ties: Ties) -> Row:
        """Return what makes the lines equal, and note, unsaved, that they are those of Exact."""
        try:
            told = self._lines(pair.exact, ties)
        except CannotCrossError as error:
            pair.state, pair.reason = Pair.State.BLOCKED, str(error)
            pair.problem = LINES_PROBLEM
            pair.save(update_fields=["state", "reason", "problem"])
            return {}
        pair.base = {**(pair.base or {}), invoices.LINES_TOLD: invoices.digest(pair.exact)}
        row: Row = {}
        if changes := line_changes(self.existing[pair.zoho.key], told.lines):
            row[self.subform] = changes.to_api()
        if invoices.amount(pair.zoho.values.get("Adjustment")) != told.adjustment:
            row["Adjustment"] = told.adjustment
        if not row:  # equal already, only never compared
            merging.settle(self.scales, [pair], self.now)
        return row

    def _currency(self, record: ExactRecord) -> Row:
        """Return the currency of an invoice where Zoho keeps several. Raises CannotCrossError."""
        code = record.values.get("Currency")
        if any(field["api_name"] == "Currency" for field in self.module.fields):
            return {"Currency": code} if code else {}
        connection = self.module.sync.connection
        if code and connection and connection.currency not in {"", code}:
            raise CannotCrossError(
                f"It is in {code}, and Zoho keeps {connection.currency} alone: let it have several"
                " currencies, in Zoho under Company Details, Currencies."
            )
        return {}

    def _lines(self, record: ExactRecord, ties: Ties) -> ForZoho:
        if not self.books.setup.catch_all and self.books.needs_catch_all(record, ties):
            self._make_catch_all()
        return self.books.lines(record, ties)

    def _make_catch_all(self) -> None:
        """Make the product for lines that match none; one that was made before is that one."""
        product = {"Product_Name": CATCH_ALL, EXACT_ID: CATCH_ALL_ID}
        made = self.zoho.upsert("Products", [product], on=EXACT_ID)[0]
        if not made.ok:
            raise CannotCrossError(f"“{CATCH_ALL}” could not be made in Zoho: {made.message}.")
        sync = self.module.sync
        sync.catch_all_product = made.id
        sync.save(update_fields=["catch_all_product"])
        self.books = invoices.Books.of(self.module)

    def look_after(self, outcomes: Sequence[Outcome]) -> dict[str, Row]:
        """Read the totals that Zoho computed, 100 in a call, and compare them with Exact's."""
        ids = [one.id for one in outcomes if one.ok]
        rows = self.zoho.by_ids(self.module.module, ids, TOTALS) if ids else []
        return {row.id: clean({name: row.values.get(name) for name in TOTALS}) for row in rows}

    def noted(self, row: Row) -> Row:
        """Return what our copy keeps of what was written; the next reading brings the lines."""
        return {name: value for name, value in row.items() if name != self.subform}

    def note_made(self, pair: Pair) -> None:
        """Note on a new pair, unsaved, that it has the lines of Exact."""
        pair.base = {**(pair.base or {}), invoices.LINES_TOLD: invoices.digest(pair.exact)}
