"""How quickly the pages about links answer: `python -m tests.bench.bench_overview`."""

from __future__ import annotations

import argparse
import os
import sys
import time

import django

import tests.environment  # noqa: F401 - a DATA_DIR of its own, before the settings are read

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - needs Django to be set up
from django.db import connection  # noqa: E402 - needs Django to be set up

from tests.bench import large_company  # noqa: E402 - needs Django to be set up
from tests.bench.asking import HEADING, is_good, say, somebody  # noqa: E402 - as above

SLOW = 50  # milliseconds of server time, p95
MANY = 10  # queries

PAGES = {
    "overview": "/exact/accounts/",
    "overview, page 1000": "/exact/accounts/?page=1000",
    "overview, by code": "/exact/accounts/?sort=-code",
    "overview, by VAT": "/exact/accounts/?sort=vat",
    "overview, linked": "/exact/accounts/?state=linked",
    "overview, linked, last": "/exact/accounts/?state=linked&page=1190",
    "overview, unlinked": "/exact/accounts/?state=unlinked",
    "overview, needs review": "/exact/accounts/?state=review",
    "overview, not a customer": "/exact/accounts/?state=other",
    "overview, rule VAT": "/exact/accounts/?rule=vat",
    "overview, rule person": "/exact/accounts/?rule=person",
    "overview, many found": "/exact/accounts/?q=atlas",
    "overview, one found": "/exact/accounts/?q=be0400077777",
    "overview, two words": "/exact/accounts/?q=gent+helios",
    "overview, none found": "/exact/accounts/?q=qqqqqq",
    "an account": "/exact/accounts/60001/",
    "an account, picker": "/exact/accounts/60001/?find=helios",
    "customers": "/exact/customers/",
    "customers, needs review": "/exact/customers/?state=review",
    "customers, to be created": "/exact/customers/?state=create",
    "customers, linked": "/exact/customers/?state=linked&page=500",
    "customers, found": "/exact/customers/?q=atlas",
    "review": "/exact/review/",
    "review, found": "/exact/review/?q=helios",
    "bulk accept": "/exact/review/bulk/",
    "history": "/exact/links/history/",
    "history, found": "/exact/links/history/?q=atlas",
    "home": "/",
}


def main() -> None:
    """Make the rows, ask each page, print the table; exit 1 when one is slow or asks too much."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--accounts", type=int, default=100_000)
    asked.add_argument("--rounds", type=int, default=20)
    options = asked.parse_args()
    began = time.perf_counter()
    call_command("migrate", verbosity=0)
    user = large_company.fill(options.accounts)
    connection.close()  # the last to leave tidies SQLite's log, as time does in real life
    say(f"{options.accounts:,} accounts made in {time.perf_counter() - began:.0f} s")
    say(HEADING)
    limits = {"rounds": options.rounds, "slow": SLOW, "many": MANY}
    browser = somebody(user)
    bad = [name for name, url in PAGES.items() if not is_good(name, url, browser, **limits)]
    sys.exit(f"over {SLOW} ms or {MANY} queries: {', '.join(bad)}" if bad else 0)


if __name__ == "__main__":
    main()
