"""Makes the company's products, invoices, orders and deals."""

from datetime import date, timedelta

from tests.zoho_client.sandbox.make_metadata import TAXES, Row, identity, reference, stamped
from tests.zoho_client.sandbox.make_parties import BRANCHES

INVOICE_STATES = [
    "Open", "Draft", "Created", "Processing", "Printed", "no sync", "Open", "Approved", "Cancelled",
]  # fmt: skip
STAGES = ["Qualification", "Proposal", "Negotiation", "Closed Won", "Closed Lost"]


def products() -> list[Row]:
    """What zapfloor bills, by its codes, and a few things that only sales knows."""
    named: list[tuple[str | None, str, float | None]] = [
        ("FLEX", "Flexible desk", 19.99), ("OFFICE-2.14", "Office 2.14", 1450.0),
        ("MR-ATLAS", "Meeting room Atlas", 47.5), ("COFFEE", "Coffee", 3.35),
        ("PARKING", "Parking place", 120.0), ("VIRTUAL", "Virtual office", 65.0),
    ]  # fmt: skip
    named += [
        (f"OFFICE-{k}.{j:02}", f"Office {k}.{j:02}", 500.0 + 100 * k + 25 * j)
        for k in (1, 2, 3)
        for j in range(1, 7)
    ]
    rooms = {"Orion": 40.0, "Vega": 55.0, "Lyra": 70.0, "Sirius": 95.0}
    named += [
        (f"MR-{room.upper()}", f"Meeting room {room}", price) for room, price in rooms.items()
    ]
    named += [
        ("PRINT-BW", "Print black and white", 0.08), ("PRINT-COL", "Print colour", 0.35),
        ("LOCKER", "Locker", None), ("LUNCH", "Lunch", 14.5), ("WATER", "Water", 2.1),
        ("DEPOSIT", "Guarantee", 500.0), ("ADMIN", "Administration", 25.0),
        ("EVENT", "Event evening", 850.0),
        (None, "Welcome package", 30.0), (None, "Photo shoot", 275.0),
    ]  # fmt: skip
    return [product(number, *row) for number, row in enumerate(named)]


def product(number: int, code: str | None, name: str, price: float | None) -> Row:
    """A product, sometimes without a price, unit or tax."""
    rate = {"LUNCH": "BTW 12", "WATER": None, "DEPOSIT": "BTW 0"}.get(code or "", "BTW 21")
    return stamped(
        identity(103, number),
        number,
        Product_Name=name,
        Product_Code=code,
        Unit_Price=price,
        Usage_Unit=None if code == "PRINT-COL" else "Each",
        Taxable=rate is not None,
        Tax=[_tax(rate, shown="value")] if rate else [],
        Product_Active=code != "EVENT",
    )


def _tax(name: str, shown: str) -> Row:
    place = [one for one, _ in TAXES].index(name)
    rate = TAXES[place][1]
    key = {"id": identity(7, place + 1)}
    if shown == "value":
        return {**key, "value": f"{name} - {rate} %"}
    return {**key, "name": name, "percentage": rate}


def lines(kind: int, number: int, goods: list[Row]) -> list[Row]:
    """One to four lines, some with a discount, some without tax."""
    made = []
    for place in range(number % 4 + 1):
        sold = goods[(number * 5 + place * 7) % len(goods)]
        rate = None if number % 17 == 5 else ("BTW 21", "BTW 21", "BTW 6")[(number + place) % 3]
        made.append(
            {
                "id": identity(kind, number * 10 + place),
                "Sequence_Number": place + 1,
                "Product_Name": {
                    **(reference(sold, "Product_Name") or {}),
                    "Product_Code": sold["Product_Code"],
                },
                "Description": f"{sold['Product_Name']}, October" if place % 2 else None,
                "Quantity": float((number + place) % 5 + 1),
                "List_Price": sold["Unit_Price"] or 10.0,
                "Discount": 5.0 if number % 6 == 2 else 0.0,
                "Line_Tax": [_tax(rate, shown="name")] if rate else [],
            }
        )
    return made


def invoices(clients: list[Row], people: dict[str, Row], goods: list[Row]) -> list[Row]:
    """150 invoices in every state that Zoho's users gave them."""
    made = []
    for number in range(150):
        of = clients[number * 7 % len(clients)]
        day = date(2026, 7, 1) + timedelta(days=number % 120)
        made.append(
            stamped(
                identity(104, number),
                number + 700,
                Subject=f"{of['Account_Name'].strip()} {day:%B %Y}",
                Invoice_Number=str(10_001 + number),
                Invoice_Date=day.isoformat(),
                Due_Date=None if number % 10 == 4 else (day + timedelta(days=30)).isoformat(),
                Status=INVOICE_STATES[number % len(INVOICE_STATES)],
                Account_Name=reference(of, "Account_Name"),
                Contact_Name=reference(people.get(of["id"]), "Full_Name"),
                Adjustment=-0.01 if number % 25 == 7 else 0.0,
                Discount=10.0 if number % 30 == 11 else 0.0,
                Invoiced_Items=lines(105, number, goods),
            )
        )
    return made


def orders(clients: list[Row], people: dict[str, Row], goods: list[Row]) -> list[Row]:
    """20 sales orders."""
    made = []
    for number in range(20):
        of = clients[number * 31 % len(clients)]
        made.append(
            stamped(
                identity(106, number),
                number + 600,
                Subject=f"Order {number + 1} {of['Account_Name'].strip()}",
                SO_Number=str(20_001 + number),
                Status=["Created", "Approved", "Delivered", "Cancelled"][number % 4],
                Due_Date=(date(2026, 9, 1) + timedelta(days=number * 5)).isoformat(),
                Account_Name=reference(of, "Account_Name"),
                Contact_Name=reference(people.get(of["id"]), "Full_Name"),
                Adjustment=0.0,
                Discount=0.0,
                Ordered_Items=lines(107, number, goods),
            )
        )
    return made


def deals(parties: list[Row], people: dict[str, Row]) -> list[Row]:
    """200 deals, with customers and with prospects."""
    made = []
    for number in range(200):
        of = parties[number * 11 % len(parties)]
        made.append(
            stamped(
                identity(108, number),
                number + 300,
                Deal_Name=f"{of['Account_Name'].strip()}, {BRANCHES[number % 10]} {number}",
                Stage=STAGES[number % 5],
                Pipeline="Standard",
                Amount=1_200.0 + number * 35 if number % 9 else None,
                Probability=[10, 40, 70, 100, 0][number % 5],
                Closing_Date=(date(2026, 3, 1) + timedelta(days=number * 2)).isoformat(),
                Account_Name=reference(of, "Account_Name"),
                Contact_Name=reference(people.get(of["id"]), "Full_Name"),
            )
        )
    return made
