"""Makes fields.json, modules.json and org.json of the stand-in's company out of short tables."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]

ADDRESS = """
{}_Street text 250
{}_City text 100
{}_State text 100
{}_{code} text 30
{}_Country text 100
"""
STATUSES = (
    "Draft,Open,Processing,Printed,Created,Approved,Delivered,Cancelled,no sync,Paid,Part-paid"
)
UNITS = "Box,Carton,Dozen,Each,Hours,Days,Pieces"

# One line a field: the name (* system mandatory, ! read-only, + custom), its type, and what the
# type needs: a length, a module, or values. Lists as in the reference, chapter 4.
FIELDS = {
    "Leads": """
Last_Name* text 80
First_Name text 40
Company* text 200
Email email 100
Phone phone 30
""",
    "Accounts": """
Account_Name* text 200
VAT_Number+ text 50
Account_Number text 40
Account_Site text 80
Account_Type picklist Customer,Prospect,Partner,Supplier,Other
Industry picklist Media,Pharma,Consulting,Technology,Legal,Other
Annual_Revenue currency
Employees integer 9
Phone phone 30
Fax phone 30
Website website 450
Parent_Account lookup Accounts
Description textarea large
""",
    "Contacts": """
Last_Name* text 80
First_Name text 40
Full_Name! text 120
Salutation picklist Mr.,Mrs.,Ms.
Account_Name lookup Accounts
Email email 100
Secondary_Email email 100
Title text 100
Department text 50
Phone phone 30
Mobile phone 30
Date_of_Birth date
Reporting_To lookup Contacts
Email_Opt_Out boolean
Lead_Source picklist Web,Referral,Fair
Description textarea large
""",
    "Deals": """
Deal_Name* text 120
Stage* picklist Qualification,Proposal,Negotiation,Closed Won,Closed Lost
Pipeline picklist Standard
Amount currency
Expected_Revenue! currency
Probability integer 3
Closing_Date date
Account_Name lookup Accounts
Contact_Name lookup Contacts
Description textarea large
""",
    "Products": """
Product_Name* text 200
Product_Code text 40
Unit_Price currency
Taxable boolean
Tax multiselectpicklist taxes
Usage_Unit picklist units
Product_Category picklist Desk,Office,Meeting room,Service,Other
Product_Active boolean
Manufacturer picklist Own,Other
Qty_in_Stock double 9
Qty_Ordered double 9
Qty_in_Demand! double 9
Reorder_Level double 9
Commission_Rate currency
Sales_Start_Date date
Sales_End_Date date
Description textarea large
""",
    "Invoices": """
Subject* text 255
Invoiced_Items* subform Invoiced_Items
Invoice_Number! autonumber
Invoice_Date date
Due_Date date
Status picklist statuses
Account_Name lookup Accounts
Contact_Name lookup Contacts
Sales_Order lookup Sales_Orders
Purchase_Order text 50
Sub_Total! currency
Discount currency
Tax! currency
Adjustment currency
Grand_Total! currency
Excise_Duty currency
Sales_Commission currency
Terms_and_Conditions textarea large
Description textarea large
""",
    "Sales_Orders": """
Subject* text 255
Ordered_Items* subform Ordered_Items
SO_Number! autonumber
Status picklist statuses
Due_Date date
Account_Name lookup Accounts
Contact_Name lookup Contacts
Deal_Name lookup Deals
Purchase_Order text 50
Customer_No text 50
Pending text 50
Carrier picklist FedEX,UPS,BlueDart
Sub_Total! currency
Discount currency
Tax! currency
Adjustment currency
Grand_Total! currency
Excise_Duty currency
Sales_Commission currency
Terms_and_Conditions textarea large
Description textarea large
""",
    "Tasks": """
Subject* text 255
Due_Date date
Who_Id lookup Contacts
What_Id lookup se_module
Status picklist Not Started,Deferred,In Progress,Completed
Priority picklist High,Highest,Low,Lowest,Normal
Closed_Time! datetime
Send_Notification_Email boolean
Description textarea large
""",
    "Notes": """
Note_Title text 120
Note_Content* textarea large
Parent_Id* lookup se_module
""",
}  # fmt: skip
LINE = """
Sequence_Number! integer 9
Product_Name* lookup Products
Description textarea small
Quantity double 16
List_Price currency
Total! currency
Discount currency
Total_After_Discount! currency
Tax! currency
Net_Total! currency
Line_Tax linetax
Price_Book_Name text 100
Parent_Id! lookup {parent}
"""
COMMON = """
id! bigint
Owner ownerlookup
Created_By! ownerlookup
Modified_By! ownerlookup
Created_Time! datetime
Modified_Time! datetime
Last_Activity_Time! datetime
Tag text 2000
Record_Status__s! picklist Available,Trash,Draft
Locked__s! boolean
"""
LINE_COMMON = "id! bigint\nCreated_Time! datetime\nModified_Time! datetime\n"
TAXES = [("BTW 21", 21.0), ("BTW 12", 12.0), ("BTW 6", 6.0), ("BTW 0", 0.0)]
MANY = {
    "statuses": STATUSES,
    "units": UNITS,
    "taxes": ",".join(f"{name} - {rate} %" for name, rate in TAXES),
}
LENGTHS = {
    "date": 20, "datetime": 40, "boolean": 5, "lookup": 120, "ownerlookup": 120, "bigint": 20,
    "currency": 16, "picklist": 120, "subform": 0, "autonumber": 120, "multiselectpicklist": 120,
}  # fmt: skip
AREAS = {"small": 2_000, "large": 32_000}
ZONE = ZoneInfo("Europe/Brussels")
USERS = [("Noor", "Peeters"), ("Jonas", "Maes"), ("Integration", "User")]


def identity(kind: int, number: int) -> str:
    """A record's id: 19 digits, beyond what a floating-point number can hold."""
    return f"5725767{kind:03}{number:09}"


def stamp(number: int) -> str:
    """A time in 2024 to 2026, as Zoho writes it: seconds, and the offset of the user."""
    at = datetime(2024, 1, 8, 9, 0, tzinfo=ZONE) + timedelta(
        hours=number % 1000 * 23, seconds=number
    )
    return at.astimezone(ZONE).isoformat(timespec="seconds")


def stamped(key: str, number: int, **facts: Any) -> Row:
    """A record with its id and times."""
    times = {"Created_Time": stamp(number), "Modified_Time": stamp(number + 30)}
    return {"id": key, **facts, **times}


def reference(record: Row | None, name: str) -> Row | None:
    """How another record refers to this one."""
    return record and {"name": record[name], "id": record["id"]}


def fields() -> dict[str, list[Row]]:
    """The metadata of every module's fields, without what is the same for all of them."""
    tables = {**FIELDS, "Invoiced_Items": LINE.format(parent="Invoices")}
    tables["Ordered_Items"] = LINE.format(parent="Sales_Orders")
    made = {}
    for place, (module, table) in enumerate(tables.items()):
        common = LINE_COMMON if module.endswith("_Items") else COMMON
        rows = (table + _addresses(module) + common).split("\n")
        made[module] = [
            _field(identity(200 + place, number), row)
            for number, row in enumerate(filter(None, rows))
        ]
    return made


def _addresses(module: str) -> str:
    kinds = {"Contacts": ("Mailing", "Other"), "Tasks": (), "Notes": (), "Leads": (), "Deals": ()}
    if module == "Products" or module.endswith("_Items"):
        return ""
    code = "Zip" if module == "Contacts" else "Code"  # Zoho calls one thing by two names
    found = kinds.get(module, ("Billing", "Shipping"))
    return "".join(ADDRESS.replace("{}", kind).replace("{code}", code) for kind in found)


def _field(key: str, line: str) -> Row:
    marked, type_, *rest = line.split(" ", 2)
    name, argument = marked.rstrip("*!+"), rest[0] if rest else ""
    field: Row = {"id": key, "api_name": name, "data_type": type_}
    number = int(argument) if argument.isdecimal() else 0
    field["length"] = AREAS.get(argument) or LENGTHS.get(type_) or number
    field |= dict.fromkeys(_marks(marked), True)
    if type_ == "lookup":
        field["lookup"] = argument
    elif type_ == "subform":
        field["associated_module"] = argument
    elif type_ in {"picklist", "multiselectpicklist"}:
        field["values"] = MANY.get(argument, argument).split(",")
    return field


def _marks(name: str) -> list[str]:
    meaning = {"*": "system_mandatory", "!": "read_only", "+": "custom_field"}
    return [word for mark, word in meaning.items() if name.endswith(mark)]


def modules() -> list[Row]:
    """The modules in the order of the tabs, those of the lines last."""
    named = [
        "Leads",
        "Accounts",
        "Contacts",
        "Deals",
        "Tasks",
        "Products",
        "Sales_Orders",
        "Invoices",
    ]
    made = [_module(number, name) for number, name in enumerate([*named, "Notes"], start=1)]
    made[-1] |= {"show_as_tab": False}
    for number, (parent, name) in enumerate(
        [("Invoices", "Invoiced_Items"), ("Sales_Orders", "Ordered_Items")], start=20
    ):
        key = next(row["id"] for row in made if row["api_name"] == parent)
        inner = {"generated_type": "subform", "visibility": 2, "show_as_tab": False}
        about = {
            "creatable": False,
            "editable": False,
            "parent_module": {"api_name": parent, "id": key},
        }
        made.append({**_module(number, name), **inner, **about})
    return made


def _module(number: int, name: str) -> Row:
    plural = name.replace("_", " ")
    return {
        "id": identity(0, number * 10),
        "api_name": name,
        "module_name": name.replace("_", ""),
        "singular_label": plural.removesuffix("s"),
        "plural_label": plural,
        "sequence_number": number,
    }


def organisation() -> Row:
    """The organisation, its users, taxes and currencies, and the signals that an extension made."""
    users = [_user(number, first, last) for number, (first, last) in enumerate(USERS)]
    taxes = [
        {
            "id": identity(7, number), "name": name, "display_label": f"{name} - {rate} %",
            "value": rate, "sequence_number": number,
        }
        for number, (name, rate) in enumerate(TAXES, start=1)
    ]  # fmt: skip
    org = {
        "id": identity(0, 1), "zgid": "20078234511", "company_name": "Flexhub",
        "type": "production",
        "domain_name": "org20078234511", "currency": "Euro - EUR", "iso_code": "EUR",
        "currency_symbol": "€", "currency_locale": "nl_BE", "mc_status": False,
        "time_zone": "Europe/Brussels", "country_code": "BE",
        "primary_email": "noor@flexhub.example",
        "hipaa_compliance_enabled": False,
        "license_details": {
            "paid": True, "paid_type": "enterprise", "paid_expiry": "2027-12-31T00:00:00+01:00",
            "trial_type": None, "trial_expiry": None, "users_license_purchased": 5,
        },
    }  # fmt: skip
    currencies = [_currency(1, "EUR", "Euro - EUR", "€", "1.000000000")]
    currencies.append(_currency(2, "USD", "US Dollar - USD", "$", "1.085000000"))
    preference = {"auto_populate_tax": False, "modify_tax_rates": False}
    signal = {
        "display_label": "Not synchronised", "namespace": "exactlink0.not_synchronised",
        "id": identity(9, 1), "enabled": True, "chat_enabled": False,
        "extension": {
            "display_label": "Exactlink", "namespace": "exactlink0", "id": identity(9, 2),
            "type": "public",
        },
        "feature_availability": {"scoring": True, "signals": True},
    }  # fmt: skip
    return {
        "org": org, "users": users, "taxes": taxes, "preference": preference,
        "currencies": currencies, "signals": [signal],
    }  # fmt: skip


def _user(number: int, first: str, last: str) -> Row:
    profile = {"name": "Administrator", "id": identity(1, 11)}
    return {
        "id": identity(1, number + 1), "full_name": f"{first} {last}",
        "first_name": first, "last_name": last,
        "email": f"{first.lower()}@flexhub.example", "status": "active", "confirm": True,
        "role": {"name": "CEO", "id": identity(1, 21)}, "profile": profile,
        "zuid": str(20078234500 + number), "time_zone": "Europe/Brussels", "locale": "nl_BE",
        "country_locale": "nl_BE", "language": "nl_NL", "country": "BE",
        "created_time": "2024-01-02T09:00:00+01:00", "Modified_Time": "2024-01-02T09:00:00+01:00",
    }  # fmt: skip


def _currency(number: int, code: str, name: str, symbol: str, rate: str) -> Row:
    shape = {"decimal_separator": "Comma", "thousand_separator": "Period", "decimal_places": "2"}
    return {
        "id": identity(8, number), "iso_code": code, "name": name, "symbol": symbol,
        "exchange_rate": rate, "is_base": number == 1, "is_active": True, "prefix_symbol": True,
        "format": shape, "created_time": "2024-01-02T09:00:00+01:00",
        "modified_time": "2024-01-02T09:00:00+01:00",
    }  # fmt: skip
