"""An entry as it stands in Exact now, as the body that would make it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from exact_client.records import SalesEntryLineRecord, SalesEntryRecord

if TYPE_CHECKING:
    from uuid import UUID

    from exact_client.client import ExactClient

LINE = ("GLAccount", "VATCode", "AmountFC", "VATAmountFC", "CostCenter", "CostUnit")


@dataclass(frozen=True, slots=True)
class Standing:
    """What Exact holds under an ID: the header, and the whole as a body."""

    record: SalesEntryRecord
    body: dict[str, Any]


def read(exact: ExactClient, entry_id: UUID) -> Standing | None:
    """Return what stands in Exact under this ID, or None when nothing does. Two calls.

    Raises any ExactError.
    """
    record = exact.sales_entry(entry_id)
    return with_lines(exact, record) if record else None


def with_lines(exact: ExactClient, record: SalesEntryRecord) -> Standing:
    """Return an entry of which the header is known. One call; raises any ExactError."""
    lines = sorted(exact.sales_entry_lines(record.entry_id), key=lambda line: line.line_number or 0)
    header = {
        "Customer": str(record.customer or ""),
        "Journal": record.journal or "",
        "EntryDate": record.entry_date.isoformat() if record.entry_date else "",
        "Description": record.description or "",
        "YourRef": record.your_ref or "",
        "Currency": (record.currency or "").strip(),
    }
    return Standing(record, {**_filled(header), "SalesEntryLines": [_line(line) for line in lines]})


def same_lines(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two bodies book the same amounts in the same places."""
    return _essence(one) == _essence(other)


def _line(line: SalesEntryLineRecord) -> dict[str, str]:
    return _filled(
        {
            "Description": line.description or "",
            "GLAccount": str(line.gl_account or ""),
            "VATCode": line.vat_code or "",
            "AmountFC": f"{line.amount_fc or Decimal(0):.2f}",
            "VATAmountFC": f"{line.vat_amount_fc or Decimal(0):.2f}",
            "CostCenter": line.cost_center or "",
            "CostUnit": line.cost_unit or "",
        }
    )


def _filled(properties: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in properties.items() if value}


def _essence(body: dict[str, Any]) -> list[tuple[str, ...]]:
    return [
        tuple(line.get(name, "").strip().casefold() for name in LINE)
        for line in body["SalesEntryLines"]
    ]
