"""Which table each endpoint reads, what it refuses to be asked, and who may ask."""

import re

from exact_client.sandbox.books import EVERYWHERE
from exact_client.sandbox.facts import Entity
from exact_client.sandbox.messages import Problem, problem
from exact_client.sandbox.odata import Query
from exact_client.sandbox.switches import Switches

TABLES = {
    "crm/Accounts": "accounts",
    "bulk/CRM/Accounts": "accounts",
    "sync/CRM/Accounts": "accounts",
    "crm/Contacts": "contacts",
    "sync/CRM/Contacts": "contacts",
    "logistics/Items": "items",
    "logistics/ItemGroups": "itemgroups",
    "logistics/Units": "units",
    "logistics/SalesItemPrices": "itemprices",
    "sync/Logistics/Items": "items",
    "sync/Logistics/SalesItemPrices": "itemprices",
    "salesinvoice/SalesInvoices": "invoices",
    "salesinvoice/SalesInvoiceLines": "invoicelines",
    "salesinvoice/PrintedSalesInvoices": "printed",
    "salesinvoice/Layouts": "layouts",
    "sync/SalesInvoice/SalesInvoices": "invoicerows",
    "salesorder/SalesOrders": "salesorders",
    "salesorder/SalesOrderLines": "salesorderlines",
    "sync/SalesOrder/SalesOrderHeaders": "salesorders",
    "sync/SalesOrder/SalesOrderLines": "salesorderlines",
    "webhooks/WebhookSubscriptions": "subscriptions",
    "sync/Deleted": "deleted",
    "financialtransaction/TransactionLines": "transactions",
    "bulk/Financial/TransactionLines": "transactions",
    "sync/Financial/TransactionLines": "transactions",
    "financial/Journals": "journals",
    "financial/GLAccounts": "glaccounts",
    "financial/FinancialPeriods": "periods",
    "read/financial/JournalStatusList": "journalstatus",
    "read/financial/ReceivablesList": "receivables",
    "vat/VATCodes": "vatcodes",
    "cashflow/PaymentConditions": "paymentconditions",
    "general/Currencies": "currencies",
    "hrm/Costcenters": "costcenters",
    "hrm/Costunits": "costunits",
    "hrm/Divisions": "hrmdivisions",
    "system/Divisions": "divisions",
    "cashflow/Receivables": "terms",
    "sync/Cashflow/PaymentTerms": "terms",
    "documents/Documents": "documents",
    "documents/DocumentAttachments": "attachments",
    "documents/DocumentTypes": "documenttypes",
    "sync/Documents/Documents": "documents",
    "sync/Documents/DocumentAttachments": "attachments",
    "salesentry/SalesEntries": "entries",
    "salesentry/SalesEntryLines": "lines",
}
SCOPES = {
    "crm/Accounts": "crm.accounts",
    "bulk/CRM/Accounts": "crm.accounts",
    "sync/CRM/Accounts": "crm.accounts",
    "crm/Contacts": "crm.accounts",
    "sync/CRM/Contacts": "crm.accounts",
    "logistics/Items": "logistics.items",
    "logistics/ItemGroups": "logistics.items",
    "logistics/Units": "logistics.items",
    "logistics/SalesItemPrices": "logistics.items",
    "sync/Logistics/Items": "logistics.items",
    "sync/Logistics/SalesItemPrices": "logistics.items",
    "salesentry/SalesEntries": "sales.invoices",
    "salesentry/SalesEntryLines": "sales.invoices",
    "salesinvoice/SalesInvoices": "sales.invoices",
    "salesinvoice/SalesInvoiceLines": "sales.invoices",
    "salesinvoice/PrintedSalesInvoices": "sales.invoices",
    "salesinvoice/Layouts": "sales.invoices",
    "sync/SalesInvoice/SalesInvoices": "sales.invoices",
    "salesorder/SalesOrders": "sales.orders",
    "salesorder/SalesOrderLines": "sales.orders",
    "sync/SalesOrder/SalesOrderHeaders": "sales.orders",
    "sync/SalesOrder/SalesOrderLines": "sales.orders",
    "financial/GLAccounts": "financial.generalledgers",
    "financial/Journals": "financial.accounting",
    "vat/VATCodes": "financial.accounting",
    "financialtransaction/TransactionLines": "financial.accounting",
    "bulk/Financial/TransactionLines": "financial.accounting",
    "sync/Financial/TransactionLines": "financial.accounting",
    "read/financial/ReceivablesList": "financial.cashflow",
    "cashflow/Receivables": "financial.cashflow",
    "sync/Cashflow/PaymentTerms": "financial.cashflow",
    "documents/Documents": "organization.documents",
    "documents/DocumentAttachments": "organization.documents",
    "documents/DocumentTypes": "organization.documents",
    "sync/Documents/Documents": "organization.documents",
    "sync/Documents/DocumentAttachments": "organization.documents",
    "general/Currencies": "financial.currencies",
    "hrm/Costcenters": "financial.costcenters",
    "hrm/Costunits": "financial.costcenters",
}
_SYNC_FILTER = re.compile(r"\s*Timestamp\s+gt\s+\d+L?\s*")
_DELETED_FILTER = re.compile(r"\s*Timestamp\s+gt\s+\d+L?(\s+and\s+EntityType\s+eq\s+\d+)?\s*")
_WIDE = frozenset(
    {"cashflow/Receivables", "salesentry/SalesEntries", "salesentry/SalesEntryLines"}
    | {"salesinvoice/SalesInvoices", "salesorder/SalesOrders", "salesorder/SalesOrderLines"}
)
# Of tables that several endpoints share, the rows that one of them shows.
SHOWN_ROWS = {"cashflow/Receivables": ("LineType", 20)}
_TWINNED = frozenset(
    {"crm/Accounts", "logistics/Items", "salesorder/SalesOrders"}
)  # a sync twin exists, so a plain list may want a filter


def division_of(path: str, division: int) -> int:
    """Under which division a table is kept."""
    return EVERYWHERE if path.endswith("/Divisions") else division


def check_scope(path: str, method: str, switches: Switches) -> None:
    """Refuse what the app was not given, in the words seen in 2026."""
    scope = SCOPES.get(path, "organization.administration")
    given = switches.scopes.get(scope, "manage")
    verb = "read" if method == "GET" else "manage"
    if given == "none" or (verb == "manage" and given == "read"):
        text = f"Forbidden - Application Scope Violated. Cannot {verb} '{scope}' scope."
        raise problem(403, text)


def check_list(query: Query, switches: Switches) -> None:
    """Refuse a list that this endpoint doesn't give, for want of a filter or a selection."""
    entity = query.entity
    asked = query.spelled.get("filter", "")
    if entity.family == "sync":
        allowed = _DELETED_FILTER if entity.path == "sync/Deleted" else _SYNC_FILTER
        if asked and not allowed.fullmatch(asked):
            raise problem(400, "This $filter parameter is not supported for this resource")
    if entity.path == "sync/Logistics/Items" and "*" in query.spelled.get("select", ""):
        raise problem(400, "The $select parameter must name its properties for this resource.")
    if entity.select_mandatory and not query.select:
        raise problem(400, "Please add a $select statement to the query string.")
    if entity.family == "bulk" and entity.filter_whitelist:
        _check_whitelist(query)
    if switches.mandatory_filter and entity.path in _TWINNED and not _whitelisted(query):
        raise _mandatory_filter(entity)
    if switches.mandatory_select and entity.path in _WIDE and not (query.select or query.top == 1):
        raise problem(400, "Please add a $select or a $top=1 statement to the query string.")


def _check_whitelist(query: Query) -> None:
    fields = query.filter.fields if query.filter else frozenset[str]()
    outside = sorted(f for f in fields if not query.entity.properties[f].filterable)
    if outside:
        text = f"Filtering on these fields is not supported: {','.join(outside)}"
        raise problem(400, text)


def _whitelisted(query: Query) -> bool:
    fields = query.filter.fields if query.filter else frozenset[str]()
    return any(query.entity.properties[name].filterable for name in fields)


def _mandatory_filter(entity: Entity) -> Problem:
    names = sorted(
        (item.name for item in entity.properties.values() if item.filterable), key=str.lower
    )
    return problem(
        400,
        "This endpoint has mandatory filtering applied. A GET request for this endpoint must have "
        f"a $filter parameter with one of the following fields in the url:{','.join(names)}.",
    )
