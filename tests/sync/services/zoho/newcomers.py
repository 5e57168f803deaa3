"""Records of Zoho that cross to Exact, with what they refer to paired; a test names the rest."""

from __future__ import annotations

from typing import Any

from exact_client.sandbox import ExactSandbox
from sync.models import ZohoRecord, ZohoSync
from sync.rules.zoho.modules import MODULES, Module
from sync.services.delivery.office import Office
from tests.sync.services.zoho.pairs import a_pair, a_zoho, an_exact


def an_account(tie: ZohoSync, **values: Any) -> ZohoRecord:
    return a_zoho(tie, standing="crosses", **{"Account_Name": "Qwx Zzyzx", **values})


def a_contact(tie: ZohoSync, sandbox: ExactSandbox, **values: Any) -> ZohoRecord:
    """A contact of an account that is paired with one of the stand-in's."""
    guid = sandbox.records("accounts")[0]["ID"]
    account = a_pair(an_exact(tie, key=guid), a_zoho(tie), base={})
    named = {"First_Name": "Lotte", "Last_Name": "Peeters", "Email": "lotte@qwx.be"}
    return a_zoho(
        tie,
        "Contacts",
        standing="crosses",
        account_key=account.zoho.key,
        Account_Name={"id": account.zoho.key},
        **named | values,
    )


def a_product(tie: ZohoSync, **values: Any) -> ZohoRecord:
    told = {
        "Product_Code": "QWX",
        "Product_Name": "Quiet box",
        "Unit_Price": "12.50",
        "Usage_Unit": "Each",
        "Product_Active": True,
        "Tax": [{"value": "BTW 21 - 21.0 %"}],
    }
    return a_zoho(tie, "Products", standing="crosses", **told | values)


def an_invoice_of_zoho(tie: ZohoSync, office: Office, sandbox: ExactSandbox) -> ZohoRecord:
    """An invoice whose account and product are paired with some of the stand-in's."""
    told = {"Subject": "Boxes", "Due_Date": "2026-11-30", "Status": "Open"}
    return _a_document(tie, office, sandbox, "Invoices", **told)


def an_order_of_zoho(tie: ZohoSync, office: Office, sandbox: ExactSandbox) -> ZohoRecord:
    """An order of the same."""
    told = {"Subject": "Boxes", "Due_Date": "2026-11-30", "Status": "Approved"}
    return _a_document(tie, office, sandbox, "Sales_Orders", **told)


def _a_document(
    tie: ZohoSync, office: Office, sandbox: ExactSandbox, module: str, **told: Any
) -> ZohoRecord:
    row = next(one for one in sandbox.records("accounts") if one["Status"] == "C")
    account = a_pair(an_exact(tie, key=row["ID"]), a_zoho(tie), base={})
    item = office.exact.create_item(
        {"Code": "QWX", "Description": "Quiet box", "IsSalesItem": True}
    )
    product = a_pair(an_exact(tie, "Products", key=str(item.id)), a_zoho(tie, "Products"), base={})
    line = {
        "id": "1",
        "Product_Name": {"id": product.zoho.key},
        "Quantity": 2,
        "List_Price": 50,
        "Line_Tax": [{"name": "BTW 21", "percentage": 21}],
    }
    return a_zoho(
        tie,
        module,
        name="Boxes",
        standing="crosses",
        account_key=account.zoho.key,
        Account_Name={"id": account.zoho.key},
        Grand_Total=121,
        **told | {MODULES[Module(module)].zoho_lines: [line]},
    )
