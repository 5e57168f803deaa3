"""An entry as it stands in the books: as we booked it, or as Exact shows it now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class BookingLine:
    """A line; amounts in the entry's currency, positive for a sale.

    None is what was not said when it was booked, and is then as Exact filled it in.
    """

    gl_account: str  # Exact's ID, in small letters
    vat_code: str | None
    net: Decimal
    vat: Decimal | None
    cost_centre: str | None = None
    cost_unit: str | None = None
    gl_name: str = ""  # for a person, as is the description
    description: str = ""

    @property
    def incl(self) -> Decimal:
        """The amount with VAT."""
        return self.net + (self.vat or ZERO)


@dataclass(frozen=True, slots=True)
class Booking:
    """An entry in a sales journal with its lines."""

    journal: str
    booked_on: date
    customer: str  # Exact's ID of the account, in small letters
    reference: str
    currency: str
    lines: tuple[BookingLine, ...]
    total: Decimal  # with VAT, as its header says
    customer_name: str = ""  # for a person
    number: str = ""  # Exact's entry number
    description: str = ""

    @property
    def net(self) -> Decimal:
        """All lines without VAT."""
        return sum((line.net for line in self.lines), ZERO)

    @property
    def vat(self) -> Decimal:
        """The VAT of all lines."""
        return sum((line.vat or ZERO for line in self.lines), ZERO)

    @property
    def incl(self) -> Decimal:
        """All lines with VAT, whatever the header says."""
        return self.net + self.vat

    @property
    def month(self) -> date:
        """The first day of the month that it is booked in."""
        return self.booked_on.replace(day=1)

    @property
    def vat_codes(self) -> frozenset[str]:
        """The VAT codes of its lines."""
        return frozenset(line.vat_code or "" for line in self.lines)


def from_payload(payload: Mapping[str, Any], names: Mapping[str, str] | None = None) -> Booking:
    """Return the entry that this body creates; `names` are those of the G/L accounts, by ID."""
    lines = tuple(_line(line, names or {}) for line in payload["SalesEntryLines"])
    return Booking(
        journal=payload["Journal"].strip(),
        booked_on=date.fromisoformat(payload["EntryDate"][:10]),
        customer=str(payload["Customer"]).lower(),
        reference=payload.get("YourRef", ""),
        currency=payload.get("Currency", "").strip(),
        lines=lines,
        total=sum((line.incl for line in lines), ZERO),
        description=payload.get("Description", ""),
    )


def _line(line: Mapping[str, Any], names: Mapping[str, str]) -> BookingLine:
    account, vat = str(line["GLAccount"]).lower(), line.get("VATAmountFC")
    return BookingLine(
        gl_account=account,
        vat_code=_said(line, "VATCode"),
        net=Decimal(line["AmountFC"]),
        vat=None if vat is None else Decimal(vat),
        cost_centre=_said(line, "CostCenter"),
        cost_unit=_said(line, "CostUnit"),
        gl_name=names.get(account, ""),
        description=line.get("Description", ""),
    )


def _said(line: Mapping[str, Any], name: str) -> str | None:
    return (line.get(name) or "").strip() or None


def fingerprint(booking: Booking) -> str:
    """Return what tells one version of an entry from another: all that drift is about.

    The order of the lines and texts for people are left out.
    """
    content = [
        booking.journal,
        booking.booked_on.isoformat(),
        booking.customer,
        folded(booking.reference),
        booking.currency,
        f"{booking.total:.2f}",
        sorted(_content(booking.lines)),
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _content(lines: Iterable[BookingLine]) -> list[list[str]]:
    return [
        [
            line.gl_account,
            line.vat_code or "",
            f"{line.net:.2f}",
            f"{line.vat or ZERO:.2f}",
            folded(line.cost_centre or ""),
            folded(line.cost_unit or ""),
        ]
        for line in lines
    ]


def folded(text: str) -> str:
    """Return a text without what Exact may change of it by itself: blanks at its ends, case."""
    return " ".join(text.split()).casefold()
