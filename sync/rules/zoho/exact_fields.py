"""The properties of Exact that a mapping can name, module by module."""

from sync.rules.zoho.mapping_problems import Field
from sync.rules.zoho.modules import Module
from sync.rules.zoho.values import FieldType

# One property a line: its name, its type, the letters it holds, then "ro" for what Exact doesn't
# let be written and "!" for what it demands. Exact publishes few lengths: most of these are what
# other integrations were seen to hold themselves to.
_ACCOUNT = """
Name text 50 !
Code text 18
SearchCode text 30
Status choice
VATNumber vat 20
ChamberOfCommerce text 40
Email email 100
Phone phone 25
PhoneExtension text
Fax phone 25
Website website 255
AddressLine1 text 60
AddressLine2 text 60
AddressLine3 text 60
Postcode text 20
City text 30
State text
Country country
Language choice
Remarks text
TradeName text
SalesCurrency choice
SalesVATCode choice
PaymentConditionSales choice
DiscountSales number
CreditLineSales amount
Blocked boolean
IsSupplier boolean
IsReseller boolean
CodeAtSupplier text
PeppolIdentifier text
GlnNumber text
StartDate date
EndDate date
Created moment ro
Modified moment ro
"""
_CONTACT = """
Account lookup !
FirstName text 40
MiddleName text
LastName text 80
FullName text ro
Initials text
Title text
Email email 100
Phone phone 25
Mobile phone 25
BusinessEmail email 100
BusinessPhone phone 25
BusinessMobile phone 25
BusinessFax phone 25
JobTitleDescription text 100
Language choice
Gender choice
BirthDate date
BirthPlace text
Nationality choice
Notes text
MarketingNotes text
IsMailingExcluded boolean
StartDate date
EndDate date
IsMainContact boolean ro
City text ro
Postcode text ro
Country country ro
Modified moment ro
"""
_ITEM = """
Code text 30 !
Description text 60 !
ExtraDescription text 255
SearchCode text
StandardSalesPrice amount
SalesVatCode choice
Unit choice
UnitDescription text ro
ItemGroup lookup
ItemGroupDescription text ro
Barcode text
IsSalesItem boolean
IsPurchaseItem boolean
IsStockItem boolean
IsFractionAllowedItem boolean
IsWebshopItem boolean
CostPriceStandard amount
GrossWeight number
NetWeight number
Stock number ro
Notes text
StartDate date
EndDate date
Modified moment ro
"""
_INVOICE = """
OrderedBy lookup !
InvoiceTo lookup
DeliverTo lookup
Description text 60
InvoiceNumber number ro
InvoiceDate date ro
OrderDate date
DueDate date
YourRef text 30
PaymentReference text 25
PaymentCondition choice
Remarks text
Currency choice
Journal choice
Discount number
AmountFC amount ro
AmountFCExclVat amount ro
VATAmountFC amount ro
Status choice ro
Modified moment ro
"""
_ORDER = """
OrderedBy lookup !
InvoiceTo lookup
DeliverTo lookup
Description text 60
OrderNumber number
OrderDate date
DeliveryDate date
YourRef text 30
PaymentCondition choice
PaymentReference text 25
Remarks text
Currency choice
AmountFC amount ro
AmountFCExclVat amount ro
Status choice ro
Modified moment ro
"""


def _read(table: str) -> dict[str, Field]:
    fields = {}
    for row in table.strip().splitlines():
        name, kind, *rest = row.split()
        length = next((int(word) for word in rest if word.isdigit()), None)
        fields[name] = Field(name, FieldType(kind), "ro" not in rest, "!" in rest, length)
    return fields


EXACT_FIELDS: dict[Module, dict[str, Field]] = {
    Module.ACCOUNTS: _read(_ACCOUNT),
    Module.CONTACTS: _read(_CONTACT),
    Module.PRODUCTS: _read(_ITEM),
    Module.INVOICES: _read(_INVOICE),
    Module.SALES_ORDERS: _read(_ORDER),
}
