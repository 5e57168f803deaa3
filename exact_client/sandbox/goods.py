"""What the company sells and whom it knows there: items with prices, contacts, layouts."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from exact_client.sandbox.company import FOLDER, MADE, Company, Loaded, contact_key, identity
from exact_client.sandbox.contacts import completed
from exact_client.sandbox.facts import Record

PRICED = 1735689600000  # the first day of 2025, since when the prices hold


@cache
def _facts() -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((FOLDER / "goods.json").read_text())
    return facts


def goods(company: Company) -> Iterator[Loaded]:
    """Units, groups, items, prices, layouts and contacts; only the first division has all."""
    for number in company.divisions:
        yield number, "units", _coded(number, "units")
        yield number, "itemgroups", _groups(company, number)
        yield number, "layouts", _layouts(company, number)
    first = company.divisions[0]
    yield first, "items", _items(company, first)
    yield first, "itemprices", _prices(company, first)
    yield first, "pricelists", _price_lists(first)
    yield first, "contacts", _contacts(company, first)


def _stamped(company: Company, number: int, record: Record) -> Record:
    made = {"Created": MADE, "Modified": MADE}
    who = {"Creator": company.user_id, "Modifier": company.user_id}
    return {"Division": number, **made, **who, **record}


def _coded(number: int, kind: str) -> Iterator[tuple[str, Record]]:
    for row in _facts()[kind]:
        key = identity(number, kind, row["Code"])
        yield key, {"ID": key, "Division": number, "Active": True, "Main": 0, **row}


def _groups(company: Company, number: int) -> Iterator[tuple[str, Record]]:
    """The groups whose revenue account these books have."""
    ledger = {row["Code"]: row for row in company.of(number, "glaccounts")}
    for key, row in _coded(number, "groups"):
        account = ledger.get(row["GLRevenue"])
        if account:
            revenue = {
                "GLRevenue": identity(number, "glaccounts", account["Code"]),
                "GLRevenueCode": account["Code"],
                "GLRevenueDescription": account["Description"],
            }
            yield key, _stamped(company, number, {"IsDefault": 0, **row, **revenue})


def _layouts(company: Company, number: int) -> Iterator[tuple[str, Record]]:
    for row in _facts()["layouts"]:
        key = identity(number, "layouts", row["Subject"])
        yield key, _stamped(company, number, {"ID": key, **row})


def _items(company: Company, number: int) -> Iterator[tuple[str, Record]]:
    groups = {row["Code"]: row for _, row in _groups(company, number)}
    units = {row["Code"]: row for _, row in _coded(number, "units")}
    vat = {row["Code"]: row["Description"] for row in company.of(number, "vatcodes")}
    for row in _facts()["items"]:
        key, group, unit = identity(number, "items", row["Code"]), groups[row["Group"]], row["Unit"]
        revenue = ("GLRevenue", "GLRevenueCode", "GLRevenueDescription")
        record: Record = {
            "ID": key,
            "IsSalesItem": True,
            "SecurityLevel": 10,
            "StartDate": PRICED,
            "ItemGroup": group["ID"],
            "ItemGroupCode": group["Code"],
            "ItemGroupDescription": group["Description"],
            "UnitDescription": units[unit]["Description"],
            "UnitType": units[unit]["Type"],
            "SalesVatCodeDescription": vat[row["SalesVatCode"]],
            **{name: group[name] for name in revenue},
            **{name: row[name] for name in ("Code", "Description", "Unit", "SalesVatCode")},
        }
        yield key, _stamped(company, number, record)


def _prices(company: Company, number: int) -> Iterator[tuple[str, Record]]:
    for (item, about), row in zip(_items(company, number), _facts()["items"], strict=True):
        key = identity(number, "itemprices", row["Code"])
        record: Record = {
            "ID": key,
            "Item": item,
            "ItemCode": about["Code"],
            "ItemDescription": about["Description"],
            "Price": row["Price"],
            "Currency": "EUR",
            "Quantity": 1.0,
            "NumberOfItemsPerUnit": 1.0,
            "StartDate": PRICED,
            "Unit": about["Unit"],
            "UnitDescription": about["UnitDescription"],
            "DefaultItemUnit": about["Unit"],
            "DefaultItemUnitDescription": about["UnitDescription"],
        }
        yield key, _stamped(company, number, record)


def _price_lists(number: int) -> Iterator[tuple[str, Record]]:
    for row in _facts()["items"]:
        prices = [identity(number, "itemprices", row["Code"])]
        yield identity(number, "items", row["Code"]), {"_prices": prices}


def _contacts(company: Company, number: int) -> Iterator[tuple[str, Record]]:
    for row in company.contacts:
        key = contact_key(number, row)
        record = {"ID": key, "StartDate": PRICED, **completed(row)}
        yield key, _stamped(company, number, record)
