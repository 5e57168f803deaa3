"""Whether a sales order fits the company, and what its lines come to."""

from decimal import Decimal

from exact_client.sandbox.amounts import cents, plain
from exact_client.sandbox.books import Books
from exact_client.sandbox.checks import EntryChecks
from exact_client.sandbox.facts import Record
from exact_client.sandbox.invoice_checks import InvoiceChecks
from exact_client.sandbox.refusals import Findings
from exact_client.sandbox.switches import Switches

# What a line of an invoice is given or gets, and a line of an order is not.
_OF_AN_INVOICE = ("InvoiceID", "VATAmountFC", "VATAmountDC", "GLAccountDescription")


class OrderChecks:
    """Looks at headers and lines of sales orders in one division, and fills in what follows."""

    def __init__(self, books: Books, switches: Switches, division: int) -> None:
        self._books = books
        self._division = division
        self._invoices = InvoiceChecks(books, switches, division)
        self._entries = EntryChecks(books, switches, division)

    def check_header(self, order: Record, found: Findings) -> None:
        """Note what is wrong with a header, and fill in what follows from it."""
        if not order.get("OrderedBy"):
            found.add("missing", "OrderedBy")
        self._invoices.check_parties(order, found)
        entry = {
            "Customer": order.get("InvoiceTo"),
            "Currency": order["Currency"],
            "EntryDate": order["OrderDate"],
            "PaymentCondition": order.get("PaymentCondition"),
        }
        self._entries.check_header(entry, Findings())  # for the rate and the usual condition
        condition = self._condition(entry["PaymentCondition"])
        if entry["PaymentCondition"] and condition is None:
            found.add("reference", "PaymentCondition")
        if self._books.table(self._division, "currencies").get(order["Currency"]) is None:
            found.add("reference", "Currency")
        order |= {
            "PaymentCondition": entry["PaymentCondition"],
            "PaymentConditionDescription": (condition or {}).get("Description"),
            "_rate": entry["Rate"],
            "_country": entry.get("_country"),
        }

    def checked_line(self, order: Record, taken: Record, found: Findings) -> Record:
        """A line with its price and VAT; what is wrong with it is noted."""
        about = {name: order.get(name) for name in ("InvoiceTo", "_rate", "_country")}
        given = {**taken, "VATAmountFC": taken.get("VATAmount")}
        told = self._invoices.checked_line({**about, "InvoiceID": None}, given, found)
        line = {name: value for name, value in told.items() if name not in _OF_AN_INVOICE}
        return line | {
            "VATAmount": told["VATAmountFC"],
            "OrderID": order["OrderID"],
            "OrderNumber": order.get("OrderNumber"),
            "DeliveryDate": line.get("DeliveryDate") or order.get("DeliveryDate"),
            "QuantityDelivered": line.get("QuantityDelivered", 0.0),
            "QuantityInvoiced": line.get("QuantityInvoiced", 0.0),
        }

    def _condition(self, code: str | None) -> Record | None:
        rows = self._books.table(self._division, "paymentconditions")
        return next((row for row in rows if row["Code"] == (code or "").strip()), None)


def totals(lines: list[Record], rate: float) -> Record:
    """What a header tells of its lines; their VAT it tells nowhere but in the amount."""
    net = sum((cents(line["AmountFC"]) for line in lines), Decimal(0))
    vat = sum((cents(line["VATAmount"]) for line in lines), Decimal(0))
    return {
        "AmountFCExclVat": plain(net),
        "AmountFC": plain(net + vat),
        "AmountDC": plain((net + vat) * Decimal(str(rate))),
    }
