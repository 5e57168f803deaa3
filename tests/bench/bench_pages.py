"""How quickly every page about documents answers: `python -m tests.bench.bench_pages`."""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from collections.abc import Callable
from datetime import timedelta

import django

import tests.environment  # noqa: F401 - a DATA_DIR of its own, before the settings are read

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.contrib.auth.models import Permission, User  # noqa: E402 - needs Django to be set up
from django.core.management import call_command  # noqa: E402 - as above
from django.db import connection  # noqa: E402 - as above
from django.utils import timezone  # noqa: E402 - as above

from accounts_link.statistics import refresh_statistics  # noqa: E402 - as above
from exact_client.models import Division  # noqa: E402 - as above
from sync.models import Invoice  # noqa: E402 - as above
from sync.services import api_clients, jobs  # noqa: E402 - as above
from sync.services.delivery import attach, prepare, release, routing  # noqa: E402 - as above
from sync.services.payments import telling as payments  # noqa: E402 - as above
from sync.services.reading_back import closing, drift  # noqa: E402 - as above
from tests.bench import large_books, large_company  # noqa: E402 - as above
from tests.bench.asking import HEADING, is_good, say, somebody  # noqa: E402 - as above

SLOW = 100  # milliseconds of server time, p95
MANY = 20  # queries
IDLE = 100  # milliseconds of what the sweep does while nothing is to be done
BOOKED, WAITING, DRIFTED = "INV-0001003", "INV-0099999", "INV-0000001"
MONTH = f"{large_books.TODAY - timedelta(days=100):%Y-%m}"

PAGES = {
    "home": "/",
    "inbox": "/inbox/",
    "runs": "/exact/runs/",
    "history": "/exact/links/history/",
    "import": "/exact/import/",
    "set-up": "/exact/setup/",
    "routes": "/exact/setup/routes/",
    "still to map": "/exact/setup/unmapped/",
    "G/L grid": "/exact/setup/gl/",
    "VAT matrix": "/exact/setup/vat/",
    "copy a location": "/exact/setup/location/?source=LOC-01&target=LOC-02",
    "API keys": "/exact/setup/api/",
    "invoices": "/exact/invoices/",
    "invoices, last page": "/exact/invoices/?page=2500",
    "invoices, ready": "/exact/invoices/?state=ready",
    "invoices, booked": "/exact/invoices/?state=booked",
    "invoices, booked, last": "/exact/invoices/?state=booked&page=1700",
    "invoices, need a link": "/exact/invoices/?state=needs_link",
    "invoices, need a mapping": "/exact/invoices/?state=needs_mapping",
    "invoices, need you": "/exact/invoices/?state=needs_you",
    "invoices, kept": "/exact/invoices/?state=kept",
    "invoices, by amount": "/exact/invoices/?sort=amount",
    "invoices, by number": "/exact/invoices/?sort=number",
    "invoices, of a place": "/exact/invoices/?location=LOC-03",
    "invoices, ready in a place": "/exact/invoices/?location=LOC-03&state=ready",
    "invoices, of a month": f"/exact/invoices/?month={MONTH}",
    "invoices, credit notes": "/exact/invoices/?kind=credit_note",
    "invoices, one found": "/exact/invoices/?q=0077777",
    "invoices, many found": "/exact/invoices/?q=atlas",
    "invoices, none found": "/exact/invoices/?q=qqqqqq",
    "an invoice, booked": f"/exact/invoices/{BOOKED}/",
    "an invoice, waiting": f"/exact/invoices/{WAITING}/",
    "payments": "/exact/payments/",
    "payments, overdue": "/exact/payments/?state=overdue",
    "payments, part-paid": "/exact/payments/?state=part",
    "payments, may bounce": "/exact/payments/?state=bounce",
    "payments, paid": "/exact/payments/?state=paid",
    "payments, untold": "/exact/payments/?state=untold",
    "payments, all, last": "/exact/payments/?state=all&page=1700",
    "payments, of an age": "/exact/payments/?state=open&age=older",
    "payments, of a place": "/exact/payments/?location=LOC-03",
    "payments, found": "/exact/payments/?q=atlas",
    "reconciliation": "/exact/reconciliation/",
    "a month": f"/exact/reconciliation/{MONTH}/",
    "drifted": "/exact/drift/",
    "a drifted one": f"/exact/drift/{DRIFTED}/",
    "dry run": "/exact/dry-run/",
}
ASKED = {
    "API: invoices": "/api/v1/invoices",
    "API: invoices, 500": "/api/v1/invoices?limit=500",
    "API: invoices, ready": "/api/v1/invoices?state=ready",
    "API: invoices, changed": "/api/v1/invoices?changed_since=2026-10-05T00:00:00Z",
    "API: an invoice": f"/api/v1/invoices/{BOOKED}",
    "API: payments": "/api/v1/payments",
    "API: payments, changed": "/api/v1/payments?changed_since=2026-10-01T00:00:00Z",
    "API: status": "/api/v1/status",
}


def main() -> None:
    """Make the rows, ask each page, do each job, print the tables; exit 1 when a page is slow."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--accounts", type=int, default=100_000)
    asked.add_argument("--sent", type=float, default=0.7, help="share of documents in the books")
    asked.add_argument("--rounds", type=int, default=10)
    asked.add_argument("--only", default="", help="of the pages, those with this in their name")
    options = asked.parse_args()
    call_command("migrate", verbosity=0)
    user = _filled(options.accounts, options.sent)
    connection.close()  # the last to leave tidies SQLite's log, as time does in real life
    limits = {"rounds": options.rounds, "slow": SLOW, "many": MANY}
    say(HEADING)
    key = api_clients.make(f"bench {time.time()}", api_clients.SCOPE_NAMES, now=timezone.now(),
                           calls_per_minute=6_000).key  # fmt: skip
    browser, program = somebody(user), somebody(None, authorization=f"Bearer {key}")
    good = {
        name: is_good(name, url, who, **limits)
        for pages, who in ((PAGES, browser), (ASKED, program))
        for name, url in pages.items()
        if options.only in name
    }
    slow = [name for name, is_quick in good.items() if not is_quick]
    slow += [] if options.only else _jobs()
    sys.exit(f"over the limits: {', '.join(slow)}" if slow else 0)


def _filled(number: int, sent: float) -> User:
    """Make the company, unless the data folder has it already."""
    if not Invoice.objects.exists():
        began = time.perf_counter()
        user = large_company.fill(number)
        user.user_permissions.set(Permission.objects.all())
        large_books.fill(number, large_books.Share(sent))
        _analyse()
        say(f"{number:,} documents made in {time.perf_counter() - began:.0f} s")
        _one("work out what waits", lambda: sum(map(prepare.refresh, Division.objects.chosen())))
        _one("compare the months", _compare)
        _analyse()
    return User.objects.get(username="bookkeeper")


def _analyse() -> None:
    """Let the database look at its tables now: PostgreSQL does so by itself, a minute later."""
    refresh_statistics()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _compare() -> int:
    division = Division.objects.order_by("pk")[0]
    months = closing.compare_touched(division, touched=None, since=None, now=timezone.now())
    return len(months)


def _jobs() -> list[str]:
    """Do what the machine does by itself while nothing is to be done; return what is slow."""
    now, division = timezone.now(), Division.objects.order_by("pk")[0]
    swept: dict[str, Callable[[], object]] = {
        "is something due": jobs.something_is_due,
        "what was forgotten": jobs.forgotten,
        "tell of connections": jobs.tell_of_connections,
    }
    pushed: dict[str, Callable[[], object]] = {
        "assign to divisions": routing.assign,
        "put in the outbox": lambda: release.enqueue(division, now=now),
        "files that came late": lambda: attach.enqueue(division, now=now),
        "payments that count now": lambda: payments.tell_on(now),
        "compare for drift": lambda: drift.check(division, touched=set(), since=now).checked,
        "work out what waits": lambda: prepare.refresh(division),
    }
    say(f"\n{'job':28}{'cpu ms':>9}{'wall ms':>9}{'queries':>9}{'peak MB':>9}  found")
    slow = [name for name, work in swept.items() if _one(name, work) > IDLE]
    for name, work in pushed.items():
        _one(name, work)
    return slow


def _one(name: str, work: Callable[[], object]) -> float:
    """Do a job, print its line, and return its milliseconds of processor time."""
    worked, began = time.process_time(), time.perf_counter()
    queries: list[str] = []

    def note(ask: Callable[..., object], sql: str, *told: object) -> object:
        queries.append(sql)  # Django's own log holds 9,000 at most
        return ask(sql, *told)

    with connection.execute_wrapper(note):
        found = work()
    cpu, wall = (time.process_time() - worked) * 1000, (time.perf_counter() - began) * 1000
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(f"{name:28}{cpu:9.0f}{wall:9.0f}{len(queries):9}{peak:9.0f}  {found}")
    return cpu


if __name__ == "__main__":
    main()
