"""Exact, as the questions that we ask it and the records that we send it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

import msgspec

from exact_client import odata
from exact_client.budget import Lane
from exact_client.errors import ExactUnexpectedError
from exact_client.models import Division
from exact_client.odata import literal
from exact_client.questions.base import created, folded, read_rows, select
from exact_client.questions.goods import GoodsQuestions
from exact_client.questions.orders import SalesOrderQuestions
from exact_client.questions.parties import PartyQuestions
from exact_client.questions.raw import RawQuestions
from exact_client.questions.sales import SalesInvoiceQuestions
from exact_client.questions.webhooks import WebhookQuestions
from exact_client.reading import OnOdd, RecordT
from exact_client.records import (
    AttachmentRecord,
    CostcenterRecord,
    CostunitRecord,
    DivisionRecord,
    DocumentRecord,
    FinancialPeriodRecord,
    GLAccountRecord,
    JournalRecord,
    JournalStatusRecord,
    MeRecord,
    PaymentConditionRecord,
    PaymentTermRecord,
    SalesEntryLineRecord,
    SalesEntryRecord,
    TransactionLineRecord,
    VATCodeRecord,
)
from exact_client.transport import transport_for

SALES_ENTRIES = "salesentry/SalesEntries"
DOCUMENTS, ATTACHMENTS = "documents/Documents", "documents/DocumentAttachments"


class ExactClient(
    PartyQuestions,
    GoodsQuestions,
    SalesInvoiceQuestions,
    SalesOrderQuestions,
    WebhookQuestions,
    RawQuestions,
):
    """One division of Exact. Every method may raise any ExactError, and may be called again.

    Lists are fetched page by page as they are consumed. A record that does not fit is handed to
    `on_odd`; where nobody listens, or where missing it would be dangerous, it raises
    ExactUnexpectedError. Source: Exact's REST reference; what it leaves out, docs/remote-apis.md.
    """

    @classmethod
    def connected(cls, division: Division, *, lane: Lane, on_odd: OnOdd | None = None) -> Self:
        """Return the client of this division, with its stored permission and its call budget."""
        return cls(transport_for(division, lane), on_odd)

    # Who we are.

    def me(self) -> MeRecord:
        """Return the user whose permission we have."""
        rows = odata.page(self._transport.get("current/Me", select(MeRecord))).rows
        return self._only(MeRecord, rows)

    def divisions(self) -> Iterator[DivisionRecord]:
        """Yield every company that the user may see."""
        return self._list(DivisionRecord, "system/Divisions")

    # Sales entries.

    def create_sales_entry(self, payload: Mapping[str, Any]) -> SalesEntryRecord:
        """Post a sales entry from properties by Exact's names, lines included.

        Raises ExactUncertainError when it may have been made: look it up by `YourRef`, and only
        a look may lead to a second try. Source: docs/decisions on exactly once.
        """
        return created(SalesEntryRecord, self._transport.post(SALES_ENTRIES, payload))

    def delete_sales_entry(self, entry_id: UUID) -> None:
        """Delete an open entry. May be repeated: look it up to know whether it is gone.

        Raises ExactRefusedError when it is not open any more, or not there.
        """
        self._transport.delete(odata.key(SALES_ENTRIES, entry_id))

    def sales_entry(self, entry_id: UUID) -> SalesEntryRecord | None:
        """Return this entry as it is now, or None when it is gone."""
        return next(iter(self._look_up(f"EntryID eq {literal(entry_id)}")), None)

    def sales_entries_with_reference(self, your_ref: str) -> list[SalesEntryRecord]:
        """Return the entries with this `YourRef`, which Exact does not keep unique.

        An empty list means absent: anything that is not surely a list raises instead.
        """
        entries = self._look_up(f"YourRef eq {literal(your_ref)}")
        if any(folded(entry.your_ref) != folded(your_ref) for entry in entries):
            raise ExactUnexpectedError("Exact answered entries with another reference than asked.")
        return entries

    def sales_entries_like(
        self, customer: UUID, entry_date: date, amount: Decimal | None = None
    ) -> list[SalesEntryRecord]:
        """Return the customer's entries dated within a day of `entry_date`.

        With `amount`, including VAT in the entry's currency, only those of this amount: the second
        guard, for when someone edited the reference by hand.
        """
        first, last = entry_date - timedelta(days=1), entry_date + timedelta(days=1)
        entries = self._look_up(
            f"Customer eq {literal(customer)} and EntryDate ge {literal(first)}"
            f" and EntryDate le {literal(last)}"
        )
        return [entry for entry in entries if amount is None or entry.amount_fc == amount]

    def sales_entries_typed(
        self, first: date, last: date, *, user_id: UUID | None, mark: str = ""
    ) -> Iterator[SalesEntryRecord]:
        """Yield the entries dated `first` to `last` that nobody but a person can have made.

        That is another user of Exact than `user_id`, or that user without `mark` in the reference,
        which all of ours carry; without a `mark`, other users alone.
        """
        ways = [] if user_id is None else [f"Creator ne {literal(user_id)}"]
        if mark:
            ways += ["YourRef eq null", f"substringof({literal(mark)},YourRef) eq false"]
        where = (
            f"EntryDate ge {literal(first)} and EntryDate le {literal(last)}"
            f" and ({' or '.join(ways)})"
        )
        return self._list(SalesEntryRecord, SALES_ENTRIES, where)

    def sales_entry_lines(self, entry_id: UUID) -> Iterator[SalesEntryLineRecord]:
        """Yield the lines of one sales entry."""
        where = f"EntryID eq {literal(entry_id)}"
        return self._list(SalesEntryLineRecord, "salesentry/SalesEntryLines", where)

    def transaction_lines_changed_since(self, timestamp: int) -> Iterator[TransactionLineRecord]:
        """Yield the lines of all journals changed after `timestamp`, a row version."""
        return self._since(TransactionLineRecord, "sync/Financial/TransactionLines", timestamp)

    def payment_terms_changed_since(self, timestamp: int) -> Iterator[PaymentTermRecord]:
        """Yield the receipts and payments changed after `timestamp`, a row version."""
        return self._since(PaymentTermRecord, "sync/Cashflow/PaymentTerms", timestamp)

    # Documents.

    def create_document(self, payload: Mapping[str, Any]) -> DocumentRecord:
        """Create a document; `Subject` and `Type` are required.

        Raises ExactUncertainError when it may have been made: look among those of its entry.
        """
        return created(DocumentRecord, self._transport.post(DOCUMENTS, payload))

    def documents_of_entry(self, entry_id: UUID) -> list[DocumentRecord]:
        """Return the documents that hang on an entry."""
        where = f"FinancialTransactionEntryID eq {literal(entry_id)}"
        return self._all(DocumentRecord, DOCUMENTS, where)

    def create_attachment(self, document_id: UUID, name: str, content: bytes) -> AttachmentRecord:
        """Put a file in a document.

        Raises ExactUncertainError when it may be there: look among the document's attachments.
        """
        file = {
            "Document": document_id,
            "FileName": name,
            "Attachment": b64encode(content).decode(),
        }
        return created(AttachmentRecord, self._transport.post(ATTACHMENTS, file))

    def attachments_of(self, document_id: UUID) -> list[AttachmentRecord]:
        """Return the files of a document, without their content."""
        return self._all(AttachmentRecord, ATTACHMENTS, f"Document eq {literal(document_id)}")

    # What the division's books offer.

    def journals(self) -> Iterator[JournalRecord]:
        """Yield the journals."""
        return self._list(JournalRecord, "financial/Journals")

    def gl_accounts(self) -> Iterator[GLAccountRecord]:
        """Yield the general ledger accounts."""
        return self._list(GLAccountRecord, "financial/GLAccounts")

    def vat_codes(self) -> Iterator[VATCodeRecord]:
        """Yield the VAT codes."""
        return self._list(VATCodeRecord, "vat/VATCodes")

    def payment_conditions(self) -> Iterator[PaymentConditionRecord]:
        """Yield the payment conditions."""
        return self._list(PaymentConditionRecord, "cashflow/PaymentConditions")

    def cost_centers(self) -> Iterator[CostcenterRecord]:
        """Yield the cost centres."""
        return self._list(CostcenterRecord, "hrm/Costcenters")

    def cost_units(self) -> Iterator[CostunitRecord]:
        """Yield the cost units."""
        return self._list(CostunitRecord, "hrm/Costunits")

    def financial_periods(self) -> Iterator[FinancialPeriodRecord]:
        """Yield the periods that exist; a day outside all of them cannot be booked on."""
        return self._list(FinancialPeriodRecord, "financial/FinancialPeriods")

    def journal_statuses(self) -> Iterator[JournalStatusRecord]:
        """Yield which journal is open or closed in which period."""
        return self._list(JournalStatusRecord, "read/financial/JournalStatusList")

    def _look_up(self, where: str) -> list[SalesEntryRecord]:
        return self._all(SalesEntryRecord, SALES_ENTRIES, where)

    def _only(self, cls: type[RecordT], rows: Sequence[msgspec.Raw]) -> RecordT:
        records = list(read_rows(cls, rows, None))
        if len(records) != 1:
            raise ExactUnexpectedError(f"Exact answered {len(records)} rows where one is due.")
        return records[0]
