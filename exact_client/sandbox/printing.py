"""What printing a sales invoice does: a number, an entry in the books, a document, a mail."""

from base64 import b64encode

from exact_client.sandbox.books import Books
from exact_client.sandbox.documents import Attachments, Documents
from exact_client.sandbox.facts import Record
from exact_client.sandbox.invoice_checks import InvoiceChecks
from exact_client.sandbox.invoices import PROCESSED, Invoices
from exact_client.sandbox.ledger import Ledger
from exact_client.sandbox.refusals import refusal
from exact_client.sandbox.switches import Switches

SALES_INVOICE = 10  # the type of a document
LAYOUT, EMAIL_LAYOUT = 1, 2  # the types of layouts
BY_EMAIL = 2  # InvoicingMethod of an account
_PDF = b64encode(b"%PDF-1.4\n% a printed invoice of the stand-in\n%%EOF\n").decode()
_OF_AN_ENTRY = ("GLAccount", "VATCode", "CostCenter", "CostUnit", "Description", "Quantity")


class Printing:
    """The writing half of salesinvoice/PrintedSalesInvoices in one division."""

    def __init__(self, books: Books, switches: Switches, division: int, user: str) -> None:
        self._books = books
        self._switches = switches
        self._division = division
        self._user = user
        self._invoices = Invoices(books, switches, division, user)
        self._checks = InvoiceChecks(books, switches, division)

    def print(self, key: str | None, taken: Record) -> Record:
        """Print an invoice; its entry has the same number. Gives what came of each way out."""
        if not key:
            raise refusal("missing", "InvoiceID")
        invoice = self._books.table(self._division, "invoices").get(key)
        if invoice is None:
            raise refusal("reference", "InvoiceID")
        self._check_layouts(taken)
        if invoice["Status"] != PROCESSED:
            invoice = self._booked(invoice, taken)
        elif not self._switches.print_again:
            raise refusal("not allowed", "SalesInvoices")
        return {
            **taken,
            "InvoiceID": key,
            "Division": self._division,
            "InvoiceDate": invoice["InvoiceDate"],
            "Document": invoice["Document"],
            "DocumentCreationSuccess": f"Document aangemaakt: {invoice['DocumentNumber']}",
            **self._sent(invoice, taken),
        }

    def _check_layouts(self, taken: Record) -> None:
        for name, type_ in (("DocumentLayout", LAYOUT), ("EmailLayout", EMAIL_LAYOUT)):
            row = self._books.table(self._division, "layouts").get(taken.get(name) or "")
            if taken.get(name) and (row or {}).get("Type") != type_:
                raise refusal("reference", name)

    def _booked(self, invoice: Record, taken: Record) -> Record:
        """The invoice with its number, its entry and its document."""
        if taken.get("InvoiceDate"):
            invoice = {**invoice, "InvoiceDate": taken["InvoiceDate"], "DueDate": None}
        header = self._checks.entry_of(invoice)
        header |= {name: taken.get(name) for name in ("ReportingYear", "ReportingPeriod")}
        lines = [_entry_line(line) for line in self._invoices.lines_of(invoice)]
        ledger = Ledger(self._books, self._switches, self._division, self._user)
        entry = ledger.create(header, lines, invoice=invoice["InvoiceID"])
        invoice = {
            **invoice,
            "Status": PROCESSED,
            "InvoiceNumber": entry["EntryNumber"],
            "DueDate": entry["DueDate"],
            "_entry": entry["EntryID"],
            **self._documented(entry),
        }
        return self._invoices.keep_header(invoice)

    def _documented(self, entry: Record) -> Record:
        subject = f"Verkoopfactuur {entry['EntryNumber']}"
        document = Documents(self._books, self._division, self._user).create(
            {
                "Subject": subject,
                "Type": SALES_INVOICE,
                "Account": entry["Customer"],
                "FinancialTransactionEntryID": entry["EntryID"],
            }
        )
        Attachments(self._books, self._switches, self._division, self._user).create(
            {
                "Document": document["ID"],
                "FileName": f"{entry['EntryNumber']}.pdf",
                "Attachment": _PDF,
            }
        )
        return {
            "Document": document["ID"],
            "DocumentNumber": document["HID"],
            "DocumentSubject": subject,
        }

    def _sent(self, invoice: Record, taken: Record) -> Record:
        """What is told of the ways out: a mail is called sent even when it will bounce."""
        table = self._books.table(self._division, "accounts")
        account = table.get(invoice["InvoiceTo"]) or {}
        told: Record = {}
        by_account = taken.get("SendOutputBasedOnAccount")
        if taken.get("SendEmailToCustomer") or (
            by_account and account.get("InvoicingMethod") == BY_EMAIL
        ):
            told |= _outcome("Email", account.get("Email"), "E-mail verzonden", "Verplicht: E-mail")
        elif taken.get("SendInvoiceToCustomerPostbox"):
            told |= _outcome("PostboxMessage", None, "", "Geen digitale postbus")
        if taken.get("SendInvoiceViaPeppol"):
            identifier = account.get("PeppolIdentifier")
            told |= _outcome("Peppol", identifier, "Verzonden via Peppol", "Geen Peppol-ID")
        return told


def _outcome(way: str, reachable: object, sent: str, failed: str) -> Record:
    if reachable:
        return {f"{way}CreationSuccess": sent}
    return {f"{way}CreationError": failed}


def _entry_line(line: Record) -> Record:
    given = line["VATAmountFC"] if line.get("_vat_given") else None
    same = {name: line.get(name) for name in _OF_AN_ENTRY}
    return {**same, "AmountFC": line["_gross"], "VATAmountFC": given}
