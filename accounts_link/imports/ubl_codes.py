"""The code lists of Peppol BIS Billing 3.0 as far as a bookkeeper's side of them matters.

Source: UNTDID 1001 (kinds of documents) and UNCL 5305 (VAT categories) as BIS Billing 3.0 takes
them; EN 16931-1 for what each means.
"""

from __future__ import annotations

PREFIXES = {
    "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2": "invoice",
    "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2": "credit",
    "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2": "cac",
    "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2": "cbc",
    "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader": "envelope",
    "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100": "cii",
}
INVOICE, CREDIT_NOTE = "invoice:Invoice", "credit:CreditNote"
ENVELOPE = "envelope:StandardBusinessDocument"
BILLING = "urn:fdc:peppol.eu:2017:poacc:billing:3.0"

# The kinds of invoice. What the customer is asked to pay is an invoice to the books, whatever it
# is called; a word beside it makes a note of what a person may want to look at.
INVOICE_CODES = {
    "380": "",
    "393": "",  # factored
    "82": "",  # metered services
    "80": "a debit note for goods or services",
    "84": "a debit note for financial adjustments",
    "383": "a debit note",
    "384": "a corrected invoice; is the one that it replaces credited?",
    "386": "a prepayment invoice",
    "326": "a partial invoice",
    "395": "a consignment invoice",
    "388": "a tax invoice",
    "751": "invoice information for accounting purposes",
}
CREDIT_CODES = {
    "381": "",
    "396": "",  # factored
    "81": "",  # for goods or services
    "83": "a credit note for financial adjustments",
    "532": "a forwarder's credit note",
}
# Those that must not be booked as sales of ours from a file.
REFUSED_CODES = {
    "389": "is self-billed: its customer wrote it. Book it by hand",
    "261": "is self-billed: its customer wrote it. Book it by hand",
    "325": "is a pro forma invoice, which is not booked",
}

VAT_CATEGORIES = {"S", "Z", "E", "AE", "K", "G", "O", "L", "M", "B"}
WITHOUT_VAT = {"Z", "E", "AE", "K", "G", "O"}
