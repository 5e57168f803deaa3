"""The modules of Zoho that are kept equal with Exact, and what each is called on either side."""

from dataclasses import dataclass
from enum import StrEnum


class Module(StrEnum):
    """A module of Zoho, by its API name."""

    ACCOUNTS = "Accounts"
    CONTACTS = "Contacts"
    PRODUCTS = "Products"
    INVOICES = "Invoices"
    SALES_ORDERS = "Sales_Orders"


ONE = {  # of them, in a sentence
    Module.ACCOUNTS: "account",
    Module.CONTACTS: "contact",
    Module.PRODUCTS: "product",
    Module.INVOICES: "invoice",
    Module.SALES_ORDERS: "order",
}


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    """What a module is on either side."""

    exact_entity: str  # the address of its records in Exact
    exact_key: str  # the property that is their GUID
    exact_name: str  # the property by which people know a record
    zoho_name: str  # the field by which people know a record
    zoho_account: str = ""  # Zoho's look-up of the account
    exact_account: str = ""  # the property that holds the account's GUID
    zoho_lines: str = ""  # Zoho's subform of lines
    exact_lines: str = ""  # the collection of lines
    exact_line_vat: str = ""  # the property of a line that is its VAT amount
    may_be_off: bool = False  # Zoho has a switch for the module: the set-up checks it


MODULES = {
    Module.ACCOUNTS: ModuleFacts(
        exact_entity="crm/Accounts",
        exact_key="ID",
        exact_name="Name",
        zoho_name="Account_Name",
    ),
    Module.CONTACTS: ModuleFacts(
        exact_entity="crm/Contacts",
        exact_key="ID",
        exact_name="FullName",
        zoho_name="Full_Name",
        zoho_account="Account_Name",
        exact_account="Account",
    ),
    Module.PRODUCTS: ModuleFacts(
        exact_entity="logistics/Items",
        exact_key="ID",
        exact_name="Description",
        zoho_name="Product_Name",
        may_be_off=True,
    ),
    Module.INVOICES: ModuleFacts(
        exact_entity="salesinvoice/SalesInvoices",
        exact_key="InvoiceID",
        exact_name="InvoiceNumber",
        zoho_name="Subject",
        zoho_account="Account_Name",
        exact_account="OrderedBy",
        zoho_lines="Invoiced_Items",
        exact_lines="SalesInvoiceLines",
        exact_line_vat="VATAmountFC",
        may_be_off=True,
    ),
    Module.SALES_ORDERS: ModuleFacts(
        exact_entity="salesorder/SalesOrders",
        exact_key="OrderID",
        exact_name="OrderNumber",
        zoho_name="Subject",
        zoho_account="Account_Name",
        exact_account="OrderedBy",
        zoho_lines="Ordered_Items",
        exact_lines="SalesOrderLines",
        exact_line_vat="VATAmount",
        may_be_off=True,
    ),
}
