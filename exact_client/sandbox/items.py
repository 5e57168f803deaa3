"""What happens when an item or a price of one is made, changed or deleted."""

from uuid import uuid4

from exact_client.sandbox.books import Books
from exact_client.sandbox.facts import Record
from exact_client.sandbox.refusals import Findings, refusal
from exact_client.sandbox.switches import Switches
from exact_client.sandbox.sync import note_deleted

PRICE, ITEM = 8, 9  # the kinds in sync/Deleted
# Answered after a create without `Prefer`; all else is null although it was stored.
SPARSE = (
    "ID",
    "CopyRemarks",
    "IsBatchItem",
    "IsMakeItem",
    "IsNewContract",
    "IsOnDemandItem",
    "IsPackageItem",
    "IsRegistrationCodeItem",
    "IsTaxableItem",
    "IsTime",
    "IsWebshopItem",
)
_LEDGER = ("GLRevenue", "GLCosts", "GLStock")
_HOME = "EUR"


class Items:
    """The writing half of logistics/Items in one division."""

    def __init__(self, books: Books, switches: Switches, division: int, user: str) -> None:
        self._books = books
        self._switches = switches
        self._division = division
        self._user = user
        self._table = books.table(division, "items")

    def create(self, taken: Record) -> Record:
        """Make an item; unit, group and G/L accounts are the usual ones unless they are given."""
        record: Record = {
            **defaults(self._books, self._division),
            **{name: value for name, value in taken.items() if value is not None},
            "ID": str(uuid4()),
            "Division": self._division,
            "Created": self._books.clock.wall_ms(),
            "Creator": self._user,
        }
        self._check(record)
        if self._holder(record["Code"]):
            raise refusal("exists")
        return self._keep(record)

    def update(self, key: str, taken: Record) -> None:
        """Change an item. Code in the payload is refused, even when it is the old one."""
        if "Code" in taken:
            raise refusal("exists")
        before = self._table.get(key) or {}
        record = {**before, **taken}
        if taken.get("ItemGroup") not in {None, before.get("ItemGroup")}:
            record |= {name: taken.get(name) for name in _LEDGER}
        self._check(record)
        self._keep(record)

    def delete(self, key: str) -> None:
        """Delete an item that no invoice or order uses, with its prices."""
        lines = self._books.table(self._division, "invoicelines")
        if any(line["Item"] == key for line in lines):
            raise refusal("used", "Item", "SalesInvoices")
        lines = self._books.table(self._division, "salesorderlines")
        if any(line["Item"] == key for line in lines):
            raise refusal("used", "Item", "SalesOrders")
        for price in prices_of(self._books, self._division, key):
            self._books.drop(self._division, "itemprices", price["ID"])
            note_deleted(self._books, self._division, price["ID"], PRICE, self._user)
        self._books.drop(self._division, "pricelists", key)
        self._books.drop(self._division, "items", key)
        note_deleted(self._books, self._division, key, ITEM, self._user)

    def _keep(self, record: Record) -> Record:
        record |= {"Modified": self._books.clock.wall_ms(), "Modifier": self._user}
        return self._books.put(self._division, "items", record["ID"], record)

    def _check(self, record: Record) -> None:
        found = Findings()
        for name in ("Code", "Description"):
            if not (record.get(name) or "").strip():
                found.add("missing", name)
        record["Unit"] = (record.get("Unit") or "").strip()
        unit = self._find("units", record["Unit"])
        if unit is None:
            found.add("reference", "Unit")
        else:
            record |= {"UnitDescription": unit["Description"], "UnitType": unit["Type"]}
        self._check_group(record, found)
        vat = self._find("vatcodes", record.get("SalesVatCode") or "")
        if record.get("SalesVatCode") and vat is None:
            found.add("reference", "VATCode")
        record["SalesVatCodeDescription"] = (vat or {}).get("Description")
        found.check()

    def _check_group(self, record: Record, found: Findings) -> None:
        group = self._books.table(self._division, "itemgroups").get(record.get("ItemGroup") or "")
        if group is None:
            found.add("reference", "ItemGroup")
            return
        record |= {"ItemGroupCode": group["Code"], "ItemGroupDescription": group["Description"]}
        for name in _LEDGER:
            record[name] = record.get(name) or group.get(name)
            ledger = self._books.table(self._division, "glaccounts").get(record[name] or "")
            if record[name] and ledger is None:
                found.add("reference", "GLAccount", record[name])
            record[f"{name}Code"] = (ledger or {}).get("Code")
            record[f"{name}Description"] = (ledger or {}).get("Description")

    def _find(self, table: str, code: str) -> Record | None:
        rows = self._books.table(self._division, table)
        return next((row for row in rows if row["Code"] == code.strip()), None)

    def _holder(self, code: str) -> Record | None:
        wanted = code.strip().casefold()
        return next((row for row in self._table if row["Code"].strip().casefold() == wanted), None)


class Prices:
    """The writing half of logistics/SalesItemPrices in one division."""

    def __init__(self, books: Books, division: int, user: str) -> None:
        self._books = books
        self._division = division
        self._user = user
        self._table = books.table(division, "itemprices")

    def create(self, taken: Record) -> Record:
        """Give an item a price from a day on; with an Account it is an agreement with that one."""
        record: Record = {
            "Currency": _HOME,
            "Quantity": 1.0,
            "NumberOfItemsPerUnit": 1.0,
            "StartDate": self._books.clock.today_ms(),
            **{name: value for name, value in taken.items() if value is not None},
            "ID": str(uuid4()),
            "Division": self._division,
            "Created": self._books.clock.wall_ms(),
            "Creator": self._user,
        }
        return self._keep(record)

    def update(self, key: str, taken: Record) -> None:
        """Change a price; it stays with its item."""
        before = self._table.get(key) or {}
        start = taken.get("StartDate") or before["StartDate"]
        self._keep({**before, **taken, "Item": before["Item"], "StartDate": start})

    def delete(self, key: str) -> None:
        """Take a price back."""
        item = (self._table.get(key) or {})["Item"]
        self._books.drop(self._division, "itemprices", key)
        note_deleted(self._books, self._division, key, PRICE, self._user)
        left = [row["ID"] for row in prices_of(self._books, self._division, item)]
        self._books.put(self._division, "pricelists", item, {"_prices": left})

    def _keep(self, record: Record) -> Record:
        found = Findings()
        self._check(record, found)
        found.check()
        record |= {"Modified": self._books.clock.wall_ms(), "Modifier": self._user}
        return keep_price(self._books, record)

    def _check(self, record: Record, found: Findings) -> None:
        item = self._books.table(self._division, "items").get(record.get("Item") or "")
        if not record.get("Item"):
            found.add("missing", "Item")
        elif item is None:
            found.add("reference", "Item")
        if record.get("Price") is None:
            found.add("missing", "Price")
        if (
            self._books.table(self._division, "currencies").get(record.get("Currency") or "")
            is None
        ):
            found.add("reference", "Currency")
        account = self._books.table(self._division, "accounts").get(record.get("Account") or "")
        if record.get("Account") and account is None:
            found.add("reference", "Account")
        about = item or {}
        record["Unit"] = (record.get("Unit") or about.get("Unit") or "").strip()
        units = self._books.table(self._division, "units")
        unit = next((row for row in units if row["Code"] == record["Unit"]), None)
        if unit is None and item is not None:
            found.add("reference", "Unit")
        record |= {
            "AccountName": (account or {}).get("Name"),
            "ItemCode": about.get("Code"),
            "ItemDescription": about.get("Description"),
            "DefaultItemUnit": about.get("Unit"),
            "DefaultItemUnitDescription": about.get("UnitDescription"),
            "UnitDescription": (unit or {}).get("Description"),
        }


def defaults(books: Books, division: int) -> Record:
    """What a new item holds when nobody says otherwise."""
    units, groups = books.table(division, "units"), books.table(division, "itemgroups")
    return {
        "Unit": next((row["Code"] for row in units if row["Main"]), None),
        "ItemGroup": next((row["ID"] for row in groups if row["IsDefault"]), None),
        "IsStockItem": True,
        "SecurityLevel": 10,
        "StartDate": books.clock.today_ms(),
    }


def keep_price(books: Books, record: Record) -> Record:
    """Keep a price, and let its item know it."""
    division, item = record["Division"], record["Item"]
    kept = books.put(division, "itemprices", record["ID"], record)
    known = [row["ID"] for row in prices_of(books, division, item)]
    if record["ID"] not in known:
        books.put(division, "pricelists", item, {"_prices": [*known, record["ID"]]})
    return kept


def prices_of(books: Books, division: int, item: str) -> list[Record]:
    """The prices of an item, oldest first."""
    keys = (books.table(division, "pricelists").get(item) or {}).get("_prices", ())
    table = books.table(division, "itemprices")
    return [row for key in keys if (row := table.get(key))]


def shown(books: Books, record: Record) -> Record:
    """An item with its standard price: the newest one that holds today, for everybody and one."""
    now = books.clock.wall_ms()
    valid = [
        row
        for row in prices_of(books, record["Division"], record["ID"])
        if not row.get("Account")
        and row["Currency"] == _HOME
        and (row.get("Quantity") or 0) <= 1
        and row["StartDate"] <= now <= (row.get("EndDate") or now)
    ]
    newest = max(valid, key=lambda row: row["StartDate"], default=None)
    latest = [row for row in valid if newest and row["StartDate"] == newest["StartDate"]]
    return {**record, "StandardSalesPrice": latest[-1]["Price"] if latest else None}
