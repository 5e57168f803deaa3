"""What each kind of outbox entry asks of Exact: how it is sent, and how it is found again."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from exact_client.errors import ExactRefusedError, ExactTemporaryError, ExactUncertainError
from exact_client.records import (
    AccountRecord,
    AttachmentRecord,
    DocumentRecord,
    SalesEntryRecord,
)
from sync.models import OutboxEntry

if TYPE_CHECKING:
    from exact_client.client import ExactClient

    AnyRecord = SalesEntryRecord | AccountRecord | DocumentRecord | AttachmentRecord

Kind = OutboxEntry.Kind
NO_SUCH_ADDRESS = "not_found"  # of what may be deleted: it is gone; of an address: ours to mend


@dataclass(frozen=True, slots=True)
class Answer:
    """A record of Exact, reduced to what tells whether it is ours. `amount` includes VAT."""

    id: UUID
    number: str  # as its user sees it: the number of an entry or document, the account's code
    label: str  # the reference of an entry, the name of an account or file, a document's subject
    amount: Decimal | None
    record: AnyRecord | None = None

    @classmethod
    def of(cls, record: AnyRecord) -> Answer:
        """Read a record of any kind."""
        match record:
            case SalesEntryRecord():
                number = str(record.entry_number or "")
                amount = record.amount_fc if record.amount_fc is not None else record.amount_dc
                return cls(record.entry_id, number, record.your_ref or "", amount, record)
            case DocumentRecord():
                return cls(record.id, str(record.hid or ""), record.subject or "", None, record)
            case AttachmentRecord():
                return cls(record.id, "", record.file_name or "", None, record)
        return cls(record.id, record.code or "", record.name or "", None, record)

    @classmethod
    def gone(cls, entry: OutboxEntry) -> Answer:
        """Say that what a removal removes is not in Exact any more."""
        return cls(UUID(entry.payload["EntryID"]), entry.payload["EntryNumber"], "", None)


def send(exact: ExactClient, entry: OutboxEntry) -> Answer:
    """Ask Exact for what the entry wants. Raises any ExactError.

    Raises ExactUncertainError whenever it may have been done: only a look tells.
    """
    match entry.kind:
        case Kind.ACCOUNT:
            return Answer.of(exact.create_account(entry.payload))
        case Kind.DOCUMENT:
            return Answer.of(exact.create_document(entry.payload))
        case Kind.ATTACHMENT:
            return _attach(exact, entry)
        case Kind.REMOVAL:
            return _remove(exact, entry)
    return Answer.of(exact.create_sales_entry(entry.payload))


def _attach(exact: ExactClient, entry: OutboxEntry) -> Answer:
    assert entry.file is not None  # noqa: S101 - for the type checker; its order named a file
    with entry.file.file.open("rb") as file:
        content = file.read()
    document = UUID(entry.payload["Document"])
    return Answer.of(exact.create_attachment(document, entry.payload["FileName"], content))


def _remove(exact: ExactClient, entry: OutboxEntry) -> Answer:
    try:
        exact.delete_sales_entry(UUID(entry.payload["EntryID"]))
    except ExactTemporaryError as error:
        if error.retry_at is None:  # the answer was lost, and the entry is gone or not
            raise ExactUncertainError(str(error)) from error
        raise
    except ExactRefusedError as error:
        if error.kind == NO_SUCH_ADDRESS:
            raise ExactUncertainError("Exact says that it has no such entry.") from error
        raise
    return Answer.gone(entry)


def find(exact: ExactClient, entry: OutboxEntry) -> list[Answer]:
    """Return what Exact has of it; of a removal: what it should have removed."""
    match entry.kind:
        case Kind.ACCOUNT:
            code = entry.payload["SearchCode"]
            return [Answer.of(record) for record in exact.accounts_with_search_code(code)]
        case Kind.DOCUMENT:
            return _documents(exact, entry)
        case Kind.ATTACHMENT:
            return _attachments(exact, entry)
        case Kind.REMOVAL:
            record = exact.sales_entry(UUID(entry.payload["EntryID"]))
            return [Answer.of(record)] if record else []
    return _entries(exact, entry)


def _entries(exact: ExactClient, entry: OutboxEntry) -> list[Answer]:
    """Return the entries of its reference, and the one that it was booked as.

    What a person adopted need not bear our reference, and what does may be edited.
    """
    found = exact.sales_entries_with_reference(entry.reference)
    if entry.remote_id and entry.remote_id not in {record.entry_id for record in found}:
        booked = exact.sales_entry(entry.remote_id)
        found = [*found, booked] if booked else found
    return [Answer.of(record) for record in found]


def _documents(exact: ExactClient, entry: OutboxEntry) -> list[Answer]:
    of_entry = exact.documents_of_entry(UUID(entry.payload["FinancialTransactionEntryID"]))
    return [Answer.of(record) for record in of_entry if entry.reference in (record.subject or "")]


def _attachments(exact: ExactClient, entry: OutboxEntry) -> list[Answer]:
    """Return the files of its name and size that are not another row's."""
    document, size = UUID(entry.payload["Document"]), entry.payload["Size"]
    alike = [
        record
        for record in exact.attachments_of(document)
        if record.file_name == entry.payload["FileName"] and record.file_size in {None, size}
    ]
    others = OutboxEntry.objects.filter(
        division=entry.division_id, kind=Kind.ATTACHMENT, remote_id__in=[one.id for one in alike]
    ).exclude(pk=entry.pk)
    taken = set(others.values_list("remote_id", flat=True))
    return [Answer.of(record) for record in alike if record.id not in taken]
