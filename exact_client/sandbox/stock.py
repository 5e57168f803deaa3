"""Sales invoices that somebody made in Exact before we came: some printed, some paid."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from exact_client.sandbox.facts import Record

if TYPE_CHECKING:
    from exact_client.sandbox.app import ExactSandbox

COUNT = 40
PRINTED, PAID = {0, 1, 2}, {1}  # of each five
CREDIT_NOTE = 7  # of each eight
FIRST_DAY = date(2026, 9, 1)
ITEMS = ("FLEX", "OFFICE-1.01", "MR-ATLAS", "COFFEE", "PARKING", "LUNCH", "KEYCARD", "LOCKER")


@dataclass(frozen=True)
class Planned:
    """One invoice as POST takes it, and what becomes of it."""

    content: Record
    is_printed: bool
    is_paid: bool


def make_invoices(sandbox: "ExactSandbox") -> int:
    """Let a colleague make the company's invoices, unless there are some; gives how many."""
    if sandbox.count("invoices"):
        return 0
    made = 0
    for plan in _planned(sandbox):
        invoice = sandbox.make("SalesInvoices", plan.content)
        made += 1
        if not plan.is_printed:
            continue
        number = sandbox.print_invoice(invoice["InvoiceID"])["_entry"]
        if plan.is_paid:
            sandbox.pay(number)
    return made


def _planned(sandbox: "ExactSandbox") -> Iterator[Planned]:
    """Three in five are printed, one in five is paid; each eighth is a credit note."""
    items = {row["Code"]: row["ID"] for row in sandbox.kept("items")}
    customers = [
        row["Account"]
        for row in sandbox.kept("contacts")
        if (account := sandbox.record("accounts", row["Account"]))["Status"] == "C"
        and not account.get("Blocked")
        and not account.get("EndDate")
    ]
    for at, customer in enumerate(dict.fromkeys(customers[: COUNT * 2])):
        if at == COUNT:
            return
        is_credit = at % 8 == CREDIT_NOTE
        lines = [
            {"Item": items[ITEMS[(at + step) % len(ITEMS)]], "Quantity": _quantity(at, step)}
            for step in range(1 + at % 3)
        ]
        for line in lines:
            line["Quantity"] *= -1 if is_credit else 1
        content = {
            "OrderedBy": customer,
            "Type": 8021 if is_credit else 8020,
            "InvoiceDate": (FIRST_DAY + timedelta(days=at * 2)).isoformat(),
            "YourRef": f"EX-{at + 1:03}",
            "Description": "Creditnota" if is_credit else "Diensten",
            "SalesInvoiceLines": lines,
        }
        yield Planned(content, at % 5 in PRINTED, at % 5 in PAID)


def _quantity(at: int, step: int) -> int:
    return (at * 7 + step * 3) % 9 + 1
