"""The demo's company as zapfloor might hold it. Every name of an attribute here is a guess."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

Record = dict[str, Any]
Row = Mapping[str, str]
DEMO = Path(__file__).resolve().parents[3] / "accounts_link" / "demo"
UPDATED = "2026-11-01T08:00:00Z"  # of every record, until somebody changes it
CENT = Decimal("0.01")


@dataclass
class Company:
    """Records by type and id, in the order in which zapfloor lists them."""

    records: dict[str, dict[str, Record]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, record: Record) -> None:
        """Add a record, or put another in its place."""
        self.records[record["type"]][record["id"]] = record

    @classmethod
    def of_demo(cls) -> Company:
        """Read the company that the demo's files hold."""
        company = cls()
        for place, row in enumerate(_rows("customers.csv"), 1):
            company.add(_customer(f"{place}", row))
        numbers = {c["attributes"]["ref"]: c["id"] for c in company.records["customers"].values()}
        documents: dict[str, list[Row]] = {}
        for row in _rows("invoices.csv"):
            documents.setdefault(row["invoice_number"], []).append(row)
        for place, rows in enumerate(documents.values(), 1):
            company.add_document(f"{place}", rows, numbers)
        return company

    def add_document(self, key: str, rows: list[Row], customers: Mapping[str, str]) -> None:
        """Add a document with its lines and its location."""
        head = rows[0]
        location = head["location"]
        lines = [_line(f"{key}-{row['line_no']}", row) for row in rows]
        for line in lines:
            self.add(line)
        self.add({"type": "locations", "id": location, "attributes": {"code": location}})
        self.add(
            {
                "type": f"{head['type']}s",
                "id": key,
                "attributes": _attributes(head, rows),
                "relationships": {
                    "customer": _to("customers", customers.get(head["customer_ref"], "")),
                    "location": _to("locations", location),
                    "lines": {"data": [{"type": "invoice_lines", "id": x["id"]} for x in lines]},
                },
            }
        )


def _rows(name: str) -> Iterator[Row]:
    with (DEMO / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _to(kind: str, key: str) -> Record:
    return {"data": {"type": kind, "id": key} if key else None}


def _customer(key: str, row: Row) -> Record:
    return {
        "type": "customers",
        "id": key,
        "attributes": {
            "ref": row["Customer Number"],
            "name": row["Company name"],
            "business_type": row["Business type"],
            "vat_number": row["VAT number"] or None,
            "international": row["International Customer"] == "TRUE",
            "customer_type": row["Customer type"],
            "address_line_1": row["Address line 1"],
            "address_line_2": row["Address line 2"] or None,
            "address_number": row["Address Number"],
            "zip_code": row["Zip code"],
            "city": row["City"],
            "state": row["State"],
            "country": row["Country"],
            "phone": row["Phone"] or None,
            "email": row["Public E-mail"] or None,
            "invoice_email": row["Mail invoices to"],
            "kvk_number": row["KVK number"] or None,
            "updated_at": UPDATED,
        },
        "relationships": {"location": _to("locations", "")},
    }


def _line(key: str, row: Row) -> Record:
    return {
        "type": "invoice_lines",
        "id": key,
        "attributes": {
            "description": row["line_description"],
            "resource_type": row["resource_type"],
            "resource_code": row["resource_code"],
            "quantity": float(row["quantity"]),
            "unit_price": row["unit_price"],
            "discount_percent": row["discount"] or None,
            "vat_rate": float(row["vat_rate"]),
        },
    }


def _attributes(head: Row, rows: list[Row]) -> Record:
    excl, vat = _totals(rows)
    return {
        "number": head["invoice_number"],
        "status": "sent",
        "invoice_date": head["invoice_date"],
        "due_date": head["due_date"],
        "currency": head["currency"],
        "structured_reference": head["structured_reference"] or None,
        "total_excl": f"{excl:.2f}",
        "total_vat": f"{vat:.2f}",
        "total_incl": f"{excl + vat:.2f}",
        "updated_at": UPDATED,
    }


def _totals(rows: list[Row]) -> tuple[Decimal, Decimal]:
    """Return the sum of the rounded lines, and its VAT rounded for each rate."""
    bases: dict[Decimal, Decimal] = defaultdict(Decimal)
    for row in rows:
        share = 1 - Decimal(row["discount"] or 0) / 100
        net = Decimal(row["quantity"]) * Decimal(row["unit_price"]) * share
        bases[Decimal(row["vat_rate"])] += net.quantize(CENT, ROUND_HALF_UP)
    vat = sum((base * rate / 100).quantize(CENT, ROUND_HALF_UP) for rate, base in bases.items())
    return sum(bases.values(), Decimal(0)), Decimal(vat)
