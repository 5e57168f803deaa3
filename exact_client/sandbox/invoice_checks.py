"""Whether a sales invoice fits the books, and what its lines come to."""

from decimal import Decimal

from exact_client.sandbox.amounts import cents, plain
from exact_client.sandbox.books import Books
from exact_client.sandbox.checks import SALES_JOURNAL, EntryChecks
from exact_client.sandbox.facts import Record
from exact_client.sandbox.items import shown as item_shown
from exact_client.sandbox.refusals import Findings
from exact_client.sandbox.switches import Switches

INVOICE, CREDIT_NOTE = 8020, 8021
TYPES = {INVOICE: "Verkoopfactuur", CREDIT_NOTE: "Creditnota", 8023: "Directe verkoopfactuur"}
TYPES |= {8024: "Directe creditnota"}
# Who is named on an invoice; those that are not given are the one who ordered.
_PARTIES = ("OrderedBy", "InvoiceTo", "DeliverTo")
_OF_AN_ENTRY = ("CostCenter", "CostUnit", "Description", "Quantity", "VATAmountFC")
_FROM_AN_ENTRY = (
    "VATAmountFC",
    "VATAmountDC",
    "VATPercentage",
    "VATCode",
    "VATCodeDescription",
    "GLAccountDescription",
    "CostCenterDescription",
    "CostUnitDescription",
)


class InvoiceChecks:
    """Looks at headers and lines of sales invoices in one division, and fills in what follows."""

    def __init__(self, books: Books, switches: Switches, division: int) -> None:
        self._books = books
        self._switches = switches
        self._division = division
        self._entries = EntryChecks(books, switches, division)

    def check_header(self, invoice: Record, found: Findings) -> None:
        """Note what is wrong with a header, and fill in what follows from it."""
        if not invoice.get("OrderedBy"):
            found.add("missing", "InvoiceTo")
            found.add("missing", "OrderedBy")
        self.check_parties(invoice, found)
        if invoice.get("Type") not in TYPES:
            found.add("invalid", "SalesInvoice (Type)")
        invoice["TypeDescription"] = TYPES.get(invoice.get("Type") or 0)
        invoice["Journal"] = invoice.get("Journal") or self._usual_journal()
        entry = self.entry_of(invoice)
        self._entries.check_header(entry, Findings())
        self._check_books(invoice, entry, found)

    def check_parties(self, document: Record, found: Findings) -> None:
        """Note what is wrong with those whom a document names, and fill in who they are."""
        for name in _PARTIES:
            self._check_party(document, name, found)

    def _check_party(self, invoice: Record, name: str, found: Findings) -> None:
        key = invoice[name] = invoice.get(name) or invoice.get("OrderedBy")
        account = self._books.table(self._division, "accounts").get(key or "")
        if key and account is None:
            found.add("reference", name)
        elif account and name == "InvoiceTo" and account["Status"] != "C":
            found.add("invalid", "InvoiceTo (Type)")
        elif account and name == "OrderedBy" and account.get("Blocked"):
            found.add("inactive", "Customer")
        invoice[f"{name}Name"] = (account or {}).get("Name")
        self._check_person(invoice, name, account or {}, found)

    def _check_person(self, invoice: Record, name: str, account: Record, found: Findings) -> None:
        person = f"{name}ContactPerson"
        key = invoice[person] = invoice.get(person) or account.get("MainContact")
        contact = self._books.table(self._division, "contacts").get(key or "")
        if key and (contact or {}).get("Account") != account.get("ID"):
            found.add("reference", "Contact")
        names = [(contact or {}).get(part) for part in ("FirstName", "MiddleName", "LastName")]
        invoice[f"{person}FullName"] = " ".join(filter(None, names)) or None

    def _check_books(self, invoice: Record, entry: Record, found: Findings) -> None:
        """What the books say to the entry that the invoice will become."""
        condition = self._coded("paymentconditions", entry.get("PaymentCondition"))
        journal = self._coded("journals", invoice["Journal"])
        if journal is None:
            found.add("reference", "Journals")
        elif journal["Type"] != SALES_JOURNAL:
            found.add("journal")
        if entry.get("PaymentCondition") and condition is None:
            found.add("reference", "PaymentCondition")
        if self._books.table(self._division, "currencies").get(invoice["Currency"]) is None:
            found.add("reference", "Currency")
        invoice |= {
            "JournalDescription": (journal or {}).get("Description"),
            "PaymentCondition": entry.get("PaymentCondition"),
            "PaymentConditionDescription": (condition or {}).get("Description"),
            "DueDate": entry.get("DueDate"),
            "_rate": entry["Rate"],
            "_country": entry.get("_country"),
        }

    def checked_line(self, invoice: Record, taken: Record, found: Findings) -> Record:
        """A line with its price and VAT; what is wrong with it is noted."""
        line = {name: value for name, value in taken.items() if value is not None}
        item = self._item(line, found)
        self._price(line, item)
        account = self._books.table(self._division, "accounts").get(invoice["InvoiceTo"] or "")
        usual = (account or {}).get("SalesVATCode") or item.get("SalesVatCode")
        booked = {name: line.get(name) for name in _OF_AN_ENTRY}
        booked["VATAmountFC"] = line.get("VATAmountFC") if line.get("_vat_given", True) else None
        booked |= {
            "AmountFC": line["_gross"],
            "GLAccount": line.get("GLAccount") or item.get("GLRevenue"),
            "VATCode": line.get("VATCode") or usual,
        }
        about = {"EntryID": None, "Rate": invoice["_rate"], "_country": invoice["_country"]}
        told = self._entries.checked_line(about, booked, found)
        line |= {name: told.get(name) for name in _FROM_AN_ENTRY}
        line |= {
            "GLAccount": booked["GLAccount"],
            "AmountFC": told["_net_fc"],
            "AmountDC": told["_net_dc"],
            "InvoiceID": invoice["InvoiceID"],
            "Division": self._division,
            "_vat_given": told["_vat_given"],
        }
        return line

    def _item(self, line: Record, found: Findings) -> Record:
        item = self._books.table(self._division, "items").get(line.get("Item") or "")
        if not line.get("Item"):
            found.add("missing", "Item")
        elif item is None:
            found.add("reference", "Item")
        elif self._switches.only_sales_items and not item.get("IsSalesItem"):
            found.add("not allowed", "Item")
        elif item.get("EndDate") and item["EndDate"] < self._books.clock.wall_ms():
            found.add("inactive", "Item")
        if item is None:
            return {}
        line |= {"ItemCode": item["Code"], "ItemDescription": item["Description"]}
        line["Description"] = line.get("Description") or item["Description"]
        line["UnitCode"] = (line.get("UnitCode") or item["Unit"]).strip()
        line["UnitDescription"] = item.get("UnitDescription")
        return item_shown(self._books, item)

    def _price(self, line: Record, item: Record) -> None:
        """Unit price, discount and net price of a line: each follows from the other two."""
        quantity = Decimal(str(line.setdefault("Quantity", 1.0)))
        given = Decimal(str(line.get("Discount") or 0))
        unit = line.get("UnitPrice")
        net = line.get("NetPrice")
        if unit is net is None and line.get("AmountFC") is not None and quantity:
            net = float(Decimal(str(line["AmountFC"])) / quantity)
        if unit is None:
            standard = item.get("StandardSalesPrice") or 0.0
            unit = net if net is not None else standard
        if net is None:
            net = float(Decimal(str(unit)) * (1 - given))
        line |= {"UnitPrice": unit, "NetPrice": net}
        line["Discount"] = float(1 - Decimal(str(net)) / Decimal(str(unit))) if unit else 0.0
        line["_gross"] = plain(quantity * Decimal(str(net)))

    def entry_of(self, invoice: Record) -> Record:
        """The header of the entry that an invoice becomes when it is printed."""
        same = ("Journal", "Currency", "Description", "YourRef", "PaymentCondition", "DueDate")
        return {
            **{name: invoice.get(name) for name in (*same, "PaymentReference")},
            "Customer": invoice.get("InvoiceTo"),
            "EntryDate": invoice["InvoiceDate"],
        }

    def _usual_journal(self) -> str | None:
        journals = self._books.table(self._division, "journals")
        codes = [row["Code"] for row in journals if row["Type"] == SALES_JOURNAL]
        return min(codes, default=None)

    def _coded(self, table: str, code: str | None) -> Record | None:
        rows = self._books.table(self._division, table)
        wanted = (code or "").strip()
        return next((row for row in rows if row["Code"] == wanted), None)


def totals(lines: list[Record], rate: float) -> Record:
    """What a header tells of its lines."""
    net = sum((cents(line["AmountFC"]) for line in lines), Decimal(0))
    vat = sum((cents(line["VATAmountFC"]) for line in lines), Decimal(0))
    exchange = Decimal(str(rate))
    return {
        "AmountFCExclVat": plain(net),
        "AmountFC": plain(net + vat),
        "AmountDC": plain((net + vat) * exchange),
        "VATAmountFC": plain(vat),
        "VATAmountDC": plain(vat * exchange),
    }
