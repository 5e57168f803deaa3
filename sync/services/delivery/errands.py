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
from exact_client.trade_records import (
    ContactRecord,
    ItemRecord,
    SalesInvoiceRecord,
    SalesOrderRecord,
)
from sync.models import OutboxEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from exact_client.client import ExactClient

    AnyRecord = (
        SalesEntryRecord
        | AccountRecord
        | DocumentRecord
        | AttachmentRecord
        | ContactRecord
        | ItemRecord
        | SalesInvoiceRecord
        | SalesOrderRecord
    )

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
        number: str | int | None = None
        amount: Decimal | None = None
        match record:
            case SalesEntryRecord():
                key, number, label = record.entry_id, record.entry_number, record.your_ref
                amount = record.amount_fc if record.amount_fc is not None else record.amount_dc
            case DocumentRecord():
                key, number, label = record.id, record.hid, record.subject
            case AttachmentRecord():
                key, label = record.id, record.file_name
            case ContactRecord():
                names = (record.first_name, record.middle_name, record.last_name)
                key, number, label = record.id, record.hid, " ".join(filter(None, names))
            case ItemRecord():
                key, number, label = record.id, record.code, record.description
            case SalesInvoiceRecord():
                number = record.invoice_number or record.order_number
                key, label, amount = record.invoice_id, record.your_ref, record.amount_fc
            case SalesOrderRecord():
                key, number, label = record.order_id, record.order_number, record.your_ref
                amount = record.amount_fc
            case _:
                key, number, label = record.id, record.code, record.name
        return cls(key, str(number or ""), label or "", amount, record)

    @classmethod
    def gone(cls, entry: OutboxEntry) -> Answer:
        """Say that what a removal removes is not in Exact any more."""
        return cls(UUID(entry.payload["EntryID"]), entry.payload["EntryNumber"], "", None)


def send(exact: ExactClient, entry: OutboxEntry) -> Answer:
    """Ask Exact for what the entry wants. Raises any ExactError.

    Raises ExactUncertainError whenever it may have been done: only a look tells.
    """
    return _SENDERS[Kind(entry.kind)](exact, entry)


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
    return _FINDERS[Kind(entry.kind)](exact, entry)


def _accounts(exact: ExactClient, entry: OutboxEntry) -> list[Answer]:
    """Return the accounts of its search code: a customer's number, or our reference."""
    code = entry.payload["SearchCode"]
    return [Answer.of(record) for record in exact.accounts_with_search_code(code)]


def _removed(exact: ExactClient, entry: OutboxEntry) -> list[Answer]:
    record = exact.sales_entry(UUID(entry.payload["EntryID"]))
    return [Answer.of(record)] if record else []


def _items(exact: ExactClient, entry: OutboxEntry) -> list[Answer]:
    return [Answer.of(record) for record in exact.items_with_code(entry.payload["Code"])]


def _contacts(exact: ExactClient, entry: OutboxEntry) -> list[Answer]:
    """Return its account's contacts of its name and e-mail, and the one that it is known as.

    A contact has no field of its own for our reference, and these three are what people go by.
    """
    there = exact.contacts_of(UUID(entry.payload["Account"]))
    wanted = _known_by(*(entry.payload.get(name) for name in ("FirstName", "LastName", "Email")))
    found = {
        record.id: record
        for record in there
        if _known_by(record.first_name, record.last_name, record.email) == wanted
    }
    if entry.remote_id and entry.remote_id not in found:
        renamed = exact.contact(entry.remote_id)
        found |= {renamed.id: renamed} if renamed else {}
    return [Answer.of(record) for record in found.values()]


def _known_by(*texts: str | None) -> tuple[str, ...]:
    return tuple(" ".join((text or "").casefold().split()) for text in texts)


def _invoices(exact: ExactClient, entry: OutboxEntry) -> list[Answer]:
    found = exact.sales_invoices_with_reference(entry.reference)
    return _with_what_was_made(found, entry, exact.sales_invoice)


def _orders(exact: ExactClient, entry: OutboxEntry) -> list[Answer]:
    found = exact.sales_orders_with_reference(entry.reference)
    return _with_what_was_made(found, entry, exact.sales_order)


def _entries(exact: ExactClient, entry: OutboxEntry) -> list[Answer]:
    found = exact.sales_entries_with_reference(entry.reference)
    return _with_what_was_made(found, entry, exact.sales_entry)


def _with_what_was_made(
    found: Sequence[AnyRecord], entry: OutboxEntry, ask: Callable[[UUID], AnyRecord | None]
) -> list[Answer]:
    """Return what bears the reference of an entry, and what the entry was made as.

    What a person adopted need not bear our reference, and what does may be edited.
    """
    answers = [Answer.of(record) for record in found]
    if entry.remote_id and entry.remote_id not in {answer.id for answer in answers}:
        made = ask(entry.remote_id)
        answers += [Answer.of(made)] if made else []
    return answers


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


_SENDERS: dict[Kind, Callable[[ExactClient, OutboxEntry], Answer]] = {
    Kind.ACCOUNT: lambda exact, entry: Answer.of(exact.create_account(entry.payload)),
    Kind.CONTACT: lambda exact, entry: Answer.of(exact.create_contact(entry.payload)),
    Kind.ITEM: lambda exact, entry: Answer.of(exact.create_item(entry.payload)),
    Kind.INVOICE: lambda exact, entry: Answer.of(exact.create_sales_invoice(entry.payload)),
    Kind.ORDER: lambda exact, entry: Answer.of(exact.create_sales_order(entry.payload)),
    Kind.SALES_ENTRY: lambda exact, entry: Answer.of(exact.create_sales_entry(entry.payload)),
    Kind.REVERSAL: lambda exact, entry: Answer.of(exact.create_sales_entry(entry.payload)),
    Kind.DOCUMENT: lambda exact, entry: Answer.of(exact.create_document(entry.payload)),
    Kind.ATTACHMENT: _attach,
    Kind.REMOVAL: _remove,
}
_FINDERS: dict[Kind, Callable[[ExactClient, OutboxEntry], list[Answer]]] = {
    Kind.ACCOUNT: _accounts,
    Kind.CONTACT: _contacts,
    Kind.ITEM: _items,
    Kind.INVOICE: _invoices,
    Kind.ORDER: _orders,
    Kind.SALES_ENTRY: _entries,
    Kind.REVERSAL: _entries,
    Kind.DOCUMENT: _documents,
    Kind.ATTACHMENT: _attachments,
    Kind.REMOVAL: _removed,
}
