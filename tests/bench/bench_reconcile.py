"""How long a month of 10,000 invoices takes: `python -m tests.bench.bench_reconcile`.

In one process on SQLite, the stand-in in it too: its time to answer is counted with ours.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

import django

import tests.environment  # noqa: F401 - a DATA_DIR of its own, before the settings are read

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402 - needs Django to be set up
from django.core.management import call_command  # noqa: E402 - as above
from django.utils import timezone  # noqa: E402 - as above

from accounts_link.models import Customer  # noqa: E402 - as above
from exact_client.budget import Lane  # noqa: E402 - as above
from exact_client.client import ExactClient  # noqa: E402 - as above
from exact_client.connections import connect_through_sandbox  # noqa: E402 - as above
from exact_client.models import Division  # noqa: E402 - as above
from exact_client.sandbox import ExactSandbox, SandboxAdapter  # noqa: E402 - as above
from exact_client.sandbox.facts import Record  # noqa: E402 - as above
from exact_client.wire import pooled_session  # noqa: E402 - as above
from sync.models import Invoice, LedgerLine, OutboxEntry  # noqa: E402 - as above
from sync.rules.reconciliation import Reconciliation  # noqa: E402 - as above
from sync.services.ledger import books  # noqa: E402 - as above
from sync.services.reading_back import drift, read_back  # noqa: E402 - as above
from sync.services.reading_back.reconcile import reconcile  # noqa: E402 - as above

NUMBER = 10_000
MONTH = date(2026, 10, 1)
SECONDS = 10  # the goal
BATCH = 1_000
Found = TypeVar("Found")
Kind, State = OutboxEntry.Kind, OutboxEntry.State


def main(number: int) -> None:
    """Book the invoices on both sides, reconcile, and print what it took; exit 1 over the goal."""
    call_command("migrate", verbosity=0)
    sandbox = ExactSandbox(limits=False)
    pooled_session().mount(settings.EXACT_URL, SandboxAdapter(sandbox))
    connect_through_sandbox(connected_by="bench")
    division = Division.objects.chosen().get()
    exact = ExactClient.connected(division, lane=Lane.PERSON)
    books.read(division, exact)
    sandbox.generate_entries(number, month=f"{MONTH:%Y-%m}")
    _book_here(division, sandbox.entries)
    _say(f"{number:,} invoices in both; {_memory():.0f} MB, most of it the stand-in's")
    _say("| step                 | seconds | calls | lines   | peak MB |")
    before = len(sandbox.calls)
    read, _ = _timed(lambda: read_back.read(division, exact, now=timezone.now()))
    calls, lines = len(sandbox.calls) - before, LedgerLine.objects.count()
    _row("read back", read, calls, lines)
    compared, drifted = _timed(lambda: drift.check(division))
    _row("compare for drift", compared)
    seconds, found = _timed(lambda: reconcile(division, MONTH))
    _row("reconcile", seconds)
    _judge(
        found, drifted, number, calls=calls, limit=-(-lines // BATCH) + 2, seconds=read + seconds
    )


def _book_here(division: Division, entries: Sequence[Record]) -> None:
    """Make the rows that a push of these entries leaves behind."""
    long_ago = timezone.now() - timedelta(days=1)
    ours = [entry for entry in entries if str(entry.get("YourRef", "")).startswith("GEN-")]
    customer = Customer.objects.create(
        number="10000", name="Everybody", business_type="vat", imported_at=long_ago
    )
    for first in range(0, len(ours), BATCH):
        some = ours[first : first + BATCH]
        invoices = [_invoice(division, customer, entry) for entry in some]
        Invoice.objects.bulk_create(invoices)
        pairs = zip(some, invoices, strict=True)
        OutboxEntry.objects.bulk_create(_row_of(entry, invoice) for entry, invoice in pairs)


def _invoice(division: Division, customer: Customer, entry: Record) -> Invoice:
    return Invoice(
        number=entry["YourRef"],
        invoice_date=_day(entry),
        customer=customer,
        location=f"LOC-{entry['Journal']}",
        division=division,
        fingerprint=entry["YourRef"],
        state="booked",
        amount=f"{entry['AmountFC']:.2f}",
        entry_id=UUID(entry["EntryID"]),
        entry_number=str(entry["EntryNumber"]),
        imported_at=timezone.now(),
    )


def _row_of(entry: Record, invoice: Invoice) -> OutboxEntry:
    long_ago = timezone.now() - timedelta(days=1)
    return OutboxEntry(
        division=invoice.division,
        kind=Kind.SALES_ENTRY,
        identity=f"entry:{invoice.number}:v1",
        reference=invoice.number,
        customer=invoice.customer,
        invoice=invoice,
        payload=_payload(entry),
        payload_hash="",
        amount=invoice.amount,
        state=State.DONE,
        due_at=long_ago,
        made_at=long_ago,
        settled_at=long_ago,
        remote_id=invoice.entry_id,
        remote_number=invoice.entry_number,
    )


def _payload(entry: Record) -> Record:
    header = {name: entry[name] for name in ("Customer", "Journal", "YourRef", "Currency")}
    lines = [
        {
            "GLAccount": line["GLAccount"],
            "VATCode": line.get("VATCode") or "",
            "AmountFC": f"{line['AmountFC']:.2f}",
            "VATAmountFC": f"{line['VATAmountFC']:.2f}",
        }
        for line in entry["SalesEntryLines"]
    ]
    return {**header, "EntryDate": _day(entry).isoformat(), "SalesEntryLines": lines}


def _day(entry: Record) -> date:
    return date(1970, 1, 1) + timedelta(milliseconds=entry["EntryDate"])


def _timed(work: Callable[[], Found]) -> tuple[float, Found]:
    """Return the seconds of processor time that it took: others work on this machine too."""
    began = time.process_time()
    found = work()
    return time.process_time() - began, found


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _row(step: str, seconds: float, calls: int | str = "", lines: int | str = "") -> None:
    _say(f"| {step:20} | {seconds:>7.1f} | {calls:>5} | {lines:>7} | {_memory():>7.0f} |")


def _judge(
    found: Reconciliation, drifted: drift.Compared, number: int, *, calls: int, limit: int,
    seconds: float,
) -> None:  # fmt: skip
    """Say whether the goals are met; leave with status 1 when one is not."""
    _say(f"{seconds:.1f} s of {SECONDS}, {calls} calls of {limit}")
    wrong = [
        words
        for words, is_wrong in {
            "too slow": seconds > SECONDS,
            "too many calls": calls > limit,
            "it does not close": not found.closes or bool(drifted.drifted),
            "not all was compared": sum(both.ours.entries for both in found.totals.values())
            != number,
        }.items()
        if is_wrong
    ]
    sys.exit(", ".join(wrong) or 0)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a bench prints


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else NUMBER)
