"""How quickly the pages about links answer at 100,000 accounts: `python -m tests.bench.bench_overview`."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import tests.environment  # noqa: F401 - gives this process a DATA_DIR of its own, before the settings

NOW = datetime(2026, 10, 5, 9, 30, tzinfo=UTC)
WORDS = "Atlas Boreal Cobalt Delta Ember Fjord Granit Helios Ionia Jasper Kestrel Lumen".split()
CITIES = ["Gent", "Namur", "Antwerpen", "Utrecht", "Lille", "Köln", "Brussel", "Breda"]
RULES = ["vat"] * 90 + ["code"] * 6 + ["search_code"] * 3 + ["person"]

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
    """Make the rows, ask each page, print the table; exit 1 when a page is slower than 50 ms."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--accounts", type=int, default=100_000)
    asked.add_argument("--rounds", type=int, default=20)
    options = asked.parse_args()
    _set_up()
    began = time.perf_counter()
    _fill(options.accounts)
    print(f"{options.accounts:,} accounts made in {time.perf_counter() - began:.0f} s")  # noqa: T201 - a bench prints
    print(f"{'page':28}{'p50 ms':>9}{'p95 ms':>9}{'queries':>9}")  # noqa: T201 - a bench prints
    slow = [name for name, url in PAGES.items() if not _is_quick(name, url, options.rounds)]
    sys.exit(f"slower than 50 ms or more than 10 queries: {', '.join(slow)}" if slow else 0)


def _set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["LOG_LEVEL"] = "WARNING"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _is_quick(name: str, url: str, rounds: int) -> bool:
    """Ask a page again and again; tell whether p95 is within 50 ms and 10 queries are enough."""
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username="bookkeeper"))
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    if response.status_code != 200:  # noqa: PLR2004 - OK
        sys.exit(f"{url} answered {response.status_code}")
    times = sorted(_timed(client, url) for _ in range(rounds))
    middle, high = statistics.median(times), times[max(0, round(0.95 * rounds) - 1)]
    print(f"{name:28}{middle:9.1f}{high:9.1f}{len(queries):9}", flush=True)  # noqa: T201 - a bench prints
    return high <= 50 and len(queries) <= 10  # noqa: PLR2004 - what this bench is about


def _timed(client: object, url: str) -> float:
    began = time.perf_counter()
    client.get(url)  # type: ignore[attr-defined]  # Django's test client, imported late
    return (time.perf_counter() - began) * 1000


def _fill(number: int) -> None:
    """Make `number` accounts and as many customers: 60 % linked, 20 % in review, 20 % to create."""
    from accounts_link.models import AccountLink, Candidate, Customer, ExactAccount, LinkEvent
    from accounts_link.models import Standing
    from accounts_link.statistics import refresh_statistics
    from tests.build import a_division, an_operator

    division = a_division()
    an_operator(username="bookkeeper")
    ExactAccount.objects.bulk_create(_accounts(division.pk, number), 2000)
    Customer.objects.bulk_create(_customers(number), 2000)
    accounts = list(ExactAccount.objects.order_by("pk").values_list("pk", flat=True))
    customers = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    linked, in_review = number * 6 // 10, number * 8 // 10
    pairs = list(zip(customers, accounts, strict=True))
    AccountLink.objects.bulk_create(
        (AccountLink(division=division, customer_id=c, account_id=a, rule=RULES[c % 100], linked_at=NOW)
         for c, a in pairs[:linked]), 2000)  # fmt: skip
    LinkEvent.objects.bulk_create(
        (LinkEvent(action="linked", customer_id=c, account_id=a, rule=RULES[c % 100], at=NOW)
         for c, a in pairs[:linked]), 2000)  # fmt: skip
    Standing.objects.bulk_create(
        (Standing(division=division, customer_id=c, decided_at=NOW, situation="near",
                  outcome="review" if place < in_review else "create", explanation="The name is near.")
         for place, c in enumerate(customers) if place >= linked), 2000)  # fmt: skip
    Candidate.objects.bulk_create(
        (Candidate(customer_id=customers[place], account_id=accounts[other], score=90 - 20 * rank,
                   points=[["Name nearly equal", 58], ["Postcode 9000", 20]])
         for place in range(linked, in_review)
         for rank, other in enumerate((place, number - 1 - place % (number // 10)))), 2000)  # fmt: skip
    ExactAccount.objects.all().recount()
    refresh_statistics()


def _accounts(division: int, number: int) -> Iterator[object]:
    from accounts_link.models import ExactAccount

    for n in range(number):
        name, city, vat = _name(n), CITIES[n % 8], f"BE04{n:08}"
        yield ExactAccount(
            division_id=division, exact_id=UUID(int=n), code=str(100_000 + n), name=name,
            status="P" if n % 20 == 19 else "C", vat_number=vat, vat_typed=vat, city=city,
            address=f"Kerkstraat {n}", postcode="9000", country="BE", mirrored_at=NOW,
            search_text=f"{name} {100_000 + n} {vat} {city}".casefold(),
        )  # fmt: skip


def _customers(number: int) -> Iterator[object]:
    from accounts_link.models import Customer

    for n in range(number):
        name, city, vat = _name(n), CITIES[n % 8], f"BE04{n:08}"
        yield Customer(
            number=str(10_000 + n), business_type="vat", vat_number=vat, vat_typed=vat, name=name,
            city=city, street="Kerkstraat", street_number=str(n), postcode="9000", country="BE",
            imported_at=NOW, search_text=f"{name} {10_000 + n} {vat} {city}".casefold(),
        )  # fmt: skip


def _name(n: int) -> str:
    return f"{WORDS[n * 7 % 12]} {WORDS[n * 5 % 11]} {n * 7919 % 100_003} BV"


if __name__ == "__main__":
    main()
