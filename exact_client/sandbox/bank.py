"""What a receipt writes in the bank's journal, beside the entry that it pays."""

from uuid import uuid4

from exact_client.sandbox.books import Books
from exact_client.sandbox.clock import wall_of
from exact_client.sandbox.facts import Record
from exact_client.sandbox.sync import TRANSACTION_LINE, note_deleted

BANK_JOURNAL = 12
CASH_FLOW = 40  # the type of a bank entry


def book_receipt(books: Books, entry: Record, payment: Record, user: str) -> Record:
    """Write the bank's transaction lines of a receipt; gives what its payment term says of them."""
    division, day = entry["Division"], wall_of(payment["Date"])
    journal = next(row for row in books.table(division, "journals") if row["Type"] == BANK_JOURNAL)
    code = journal["Code"]
    number = books.number(division, f"bank {code} {day.year}")
    payment |= {
        "Journal": code,
        "EntryNumber": int(f"{day.year % 100:02}{code}{number:04}"),
        "BankEntryID": str(uuid4()),
        "_lines": [str(uuid4()), str(uuid4())],
    }
    accounts = [journal["GLAccount"], entry["_receivables"]]
    for line, (key, ledger) in enumerate(zip(payment["_lines"], accounts, strict=True)):
        row = _line(books, entry, payment, ledger, user)
        sign = -1 if line else 1
        amounts = {name: sign * payment[name] for name in ("AmountDC", "AmountFC")}
        row |= {"ID": key, "LineNumber": line, "JournalDescription": journal["Description"]}
        books.put(division, "transactions", key, {**row, **amounts})
    return {
        "EntryNumber": payment["EntryNumber"],
        "InvoiceNumber": None,
        "InvoiceDate": payment["Date"],
        "EntryDate": payment["Date"],
        "DueDate": payment["Date"],
        "Journal": code,
        "JournalDescription": journal["Description"],
        "TransactionEntryID": payment["BankEntryID"],
        "TransactionID": payment["_lines"][1],
        "TransactionType": CASH_FLOW,
        "TransactionAmountDC": payment["AmountDC"],
        "TransactionAmountFC": payment["AmountFC"],
    }


def forget_receipt(books: Books, entry: Record, payment: Record, user: str) -> None:
    """Delete the bank's lines of a receipt, and tell so."""
    for key in payment["_lines"]:
        books.drop(entry["Division"], "transactions", key)
        note_deleted(books, entry["Division"], key, TRANSACTION_LINE, user)


def _line(books: Books, entry: Record, payment: Record, ledger: str, user: str) -> Record:
    account = books.table(entry["Division"], "glaccounts").get(ledger) or {}
    now, day = books.clock.wall_ms(), wall_of(payment["Date"])
    return {
        "Account": entry["Customer"],
        "AccountCode": entry["_customer_code"],
        "AccountName": entry["CustomerName"],
        "Currency": entry["Currency"],
        "Date": payment["Date"],
        "Description": f"Ontvangst {entry['CustomerName']}",
        "Division": entry["Division"],
        "EntryID": payment["BankEntryID"],
        "EntryNumber": payment["EntryNumber"],
        "ExchangeRate": entry["Rate"],
        "FinancialPeriod": day.month,
        "FinancialYear": day.year,
        "GLAccount": ledger,
        "GLAccountCode": account.get("Code"),
        "GLAccountDescription": account.get("Description"),
        "InvoiceNumber": entry["InvoiceNumber"],
        "JournalCode": payment["Journal"],
        "LineType": 0,
        "Status": entry["Status"],
        "Type": CASH_FLOW,
        "Created": now,
        "Creator": user,
        "Modified": now,
        "Modifier": user,
    }
