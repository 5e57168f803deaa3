"""What the sync endpoints tell besides the records: what was deleted, and transaction lines."""

from uuid import uuid4

from exact_client.sandbox.books import Books
from exact_client.sandbox.clock import DAY
from exact_client.sandbox.facts import Record

DELETED_KEPT = 61 * DAY * 1000  # Exact forgets what was deleted after two months
TRANSACTION_LINE = 1  # the kind of a transaction line in sync/Deleted


def note_deleted(books: Books, division: int, key: str, kind: int, user: str) -> None:
    """Tell readers of sync/Deleted that a record is gone."""
    row: Record = {
        "ID": str(uuid4()),
        "Division": division,
        "EntityKey": key,
        "EntityType": kind,
        "DeletedBy": user,
        "DeletedDate": books.clock.wall_ms(),
    }
    books.put(division, "deleted", row["ID"], row)


def still_told(books: Books, row: Record) -> bool:
    """Whether a deletion is young enough to be told."""
    return bool(row["DeletedDate"] > books.clock.wall_ms() - DELETED_KEPT)


def keep_transactions(books: Books, entry: Record, lines: list[Record]) -> None:
    """Write the transaction lines of an entry: line 0 is its header, revenue is negative."""
    for row in [_header(books, entry), *(_revenue(entry, line) for line in lines)]:
        books.put(entry["Division"], "transactions", row["ID"], row)


def forget_transactions(books: Books, entry: Record, keys: list[str]) -> None:
    """Delete transaction lines of an entry, and tell so."""
    for key in keys:
        books.drop(entry["Division"], "transactions", key)
        note_deleted(books, entry["Division"], key, TRANSACTION_LINE, entry["Modifier"])


_SAME = [
    "Currency",
    "Description",
    "Division",
    "Document",
    "DocumentNumber",
    "DocumentSubject",
    "DueDate",
    "EntryID",
    "EntryNumber",
    "InvoiceNumber",
    "PaymentReference",
    "Status",
    "Type",
    "YourRef",
    "Created",
    "Creator",
    "Modified",
    "Modifier",
]


def _common(entry: Record) -> Record:
    return {
        **{name: entry[name] for name in _SAME if entry.get(name) is not None},
        "Account": entry["Customer"],
        "AccountCode": entry["_customer_code"],
        "AccountName": entry["CustomerName"],
        "Date": entry["EntryDate"],
        "ExchangeRate": entry["Rate"],
        "FinancialPeriod": entry["ReportingPeriod"],
        "FinancialYear": entry["ReportingYear"],
        "JournalCode": entry["Journal"],
        "JournalDescription": entry["JournalDescription"],
    }


def _header(books: Books, entry: Record) -> Record:
    ledger = books.table(entry["Division"], "glaccounts").get(entry["_receivables"]) or {}
    return {
        **_common(entry),
        "ID": entry["_header"],
        "LineNumber": 0,
        "LineType": 0,
        "AmountDC": entry["AmountDC"],
        "AmountFC": entry["AmountFC"],
        "AmountVATFC": entry["VATAmountFC"],
        "GLAccount": entry["_receivables"],
        "GLAccountCode": ledger.get("Code"),
        "GLAccountDescription": ledger.get("Description"),
    }


def _revenue(entry: Record, line: Record) -> Record:
    return {
        **_common(entry),
        "ID": line["ID"],
        "LineNumber": line["LineNumber"],
        "LineType": 0,
        "AmountDC": -line["_net_dc"] or 0.0,
        "AmountFC": -line["_net_fc"] or 0.0,
        "AmountVATFC": -line["VATAmountFC"] or 0.0,
        "AmountVATBaseFC": -line["_net_fc"] or 0.0,
        "Description": line.get("Description"),
        "CostCenter": line.get("CostCenter"),
        "CostUnit": line.get("CostUnit"),
        "GLAccount": line["GLAccount"],
        "GLAccountCode": line["GLAccountCode"],
        "GLAccountDescription": line["GLAccountDescription"],
        "Notes": line.get("Notes"),
        "Quantity": line.get("Quantity"),
        "VATCode": line.get("VATCode"),
        "VATCodeDescription": line.get("VATCodeDescription"),
        "VATPercentage": line.get("VATPercentage"),
    }
