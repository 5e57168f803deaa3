"""What there is to push in a crash run: customers with and without an account, and invoices."""

from __future__ import annotations

import random
from collections import defaultdict
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from accounts_link.models import Customer, ExactAccount, Standing
from exact_client.connections import connect_through_sandbox
from exact_client.errors import ExactError
from exact_client.models import Division
from sync.models import Attempt, Invoice, OutboxEntry
from sync.services import jobs
from sync.services.clock import SystemClock
from sync.services.delivery import exclude, release, undo
from sync.services.delivery.decide import DecisionError
from sync.services.delivery.office import Office
from sync.services.delivery.outbox import customer_of
from sync.services.ledger import books, setup
from sync.services.parties import mirror
from tests.build import a_customer, a_file, a_link, an_invoice
from tests.crash.deaths import Plan, mortal_client

LETTERS = str.maketrans("0123456789", "ghijklmnop")  # no name is like another
LINKED, TO_CREATE = 18, 4  # customers at a time
WITH_FILES, UNDONE = 0.2, 8  # a share of the invoices; entries that are taken back at a time
PATIENCE = 4  # tries of a person to take one back
DAY = date(2026, 9, 23)  # the stand-in's books are open on it
ON_THEIR_WAY = ["queued", "sending", "unknown"]

# Every step between two states is written down by the database itself, so that no code of ours
# can leave one out.
TRIGGERS = {
    "sqlite": [
        "CREATE TABLE crash_step (id INTEGER PRIMARY KEY, entry INTEGER, was TEXT, became TEXT,"
        " fence_was INTEGER, fence INTEGER)",
        "CREATE TRIGGER crash_steps AFTER UPDATE ON sync_outboxentry BEGIN"
        " INSERT INTO crash_step (entry, was, became, fence_was, fence)"
        " VALUES (NEW.id, OLD.state, NEW.state, OLD.fence, NEW.fence); END",
    ],
    "postgresql": [
        "CREATE TABLE crash_step (id SERIAL PRIMARY KEY, entry BIGINT, was TEXT, became TEXT,"
        " fence_was INTEGER, fence INTEGER)",
        "CREATE FUNCTION crash_note() RETURNS trigger AS $$ BEGIN"
        " INSERT INTO crash_step (entry, was, became, fence_was, fence)"
        " VALUES (NEW.id, OLD.state, NEW.state, OLD.fence, NEW.fence); RETURN NEW;"
        " END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER crash_steps AFTER UPDATE ON sync_outboxentry"
        " FOR EACH ROW EXECUTE FUNCTION crash_note()",
    ],
}


def prepare() -> Division:
    """Connect to the stand-in, copy its accounts and map what is sold."""
    connect_through_sandbox(connected_by="crash test")
    division = Division.objects.chosen().get()
    office = jobs.office_of(division)
    books.read(division, office.exact)
    mirror.mirror(division, office.exact, now=timezone.now())
    feed(division, random.Random(0), invoices=1)  # noqa: S311 - repeatable on purpose
    setup.confirm(division, setup.guesses(division), now=timezone.now())
    with connection.cursor() as cursor:
        for statement in TRIGGERS[connection.vendor]:
            cursor.execute(statement)
    return division


def feed(division: Division, chance: random.Random, *, invoices: int = 40) -> None:
    """Make more to push: invoices for known customers, and for some that must be created."""
    customers = list(Customer.objects.filter(links__division=division)[:LINKED])
    if not customers:
        accounts = ExactAccount.objects.customers().filter(division=division)[:LINKED]
        customers = [a_link(account=account).customer for account in accounts]
    customers += [_to_create(division) for _ in range(TO_CREATE if invoices > 1 else 0)]
    for _ in range(invoices):
        made = an_invoice(
            customer=chance.choice(customers),
            invoice_date=DAY,
            unit_price=Decimal(chance.randint(100, 99_999)) / 100,
        )
        if chance.random() < WITH_FILES:
            a_file(made)
        release.release(Invoice.objects.filter(pk=made.pk), now=timezone.now())


def change_minds(division: Division, chance: random.Random) -> None:
    """Ask for some booked entries to be undone, and take up again what was undone."""
    if OutboxEntry.objects.filter(kind__in=OutboxEntry.UNDOING, state__in=ON_THEIR_WAY).exists():
        return
    person, _ = User.objects.get_or_create(username="somebody")
    undone = Invoice.objects.filter(state="undone")
    if undone.exists():
        keys = list(undone.values_list("pk", flat=True))
        exclude.include(undone, by=person)
        release.release(Invoice.objects.filter(pk__in=keys), now=timezone.now())
    office = Office(division, mortal_client(division, Plan()), SystemClock())
    done = OutboxEntry.objects.filter(kind="sales_entry", state="done", undone_by=None)
    for entry in chance.sample(list(done), min(UNDONE, done.count())):
        kind = chance.choice(OutboxEntry.UNDOING)
        for _ in range(PATIENCE):
            with suppress(DecisionError, ExactError):  # it is faulty: a person tries again
                seen = undo.look(office, entry).seen
                undo.ask(office, entry, kind, seen=seen, reason="By chance.", by=person)
                break


def undone() -> int:
    """Count the entries that were taken back."""
    return OutboxEntry.objects.filter(kind__in=OutboxEntry.UNDOING, state="done").count()


def _to_create(division: Division) -> Customer:
    customer = a_customer(name=uuid4().hex.translate(LETTERS), city=uuid4().hex.translate(LETTERS))
    Standing.objects.create(
        customer=customer,
        division=division,
        outcome=Standing.Outcome.CREATE,
        situation="nothing",
        explanation="Nothing comes near.",
        decided_at=timezone.now(),
    )
    return customer


def is_open() -> int:
    """Count what is not settled: rows on their way, and documents that will become rows."""
    blocked = OutboxEntry.objects.filter(
        state__in=OutboxEntry.FOR_A_PERSON, kind__in=OutboxEntry.IN_ORDER
    )
    on_their_way = OutboxEntry.objects.filter(state__in=ON_THEIR_WAY)
    rows = on_their_way.exclude(
        state=OutboxEntry.State.QUEUED,
        kind__in=OutboxEntry.IN_ORDER,
        customer__in=blocked.values("customer"),
    ).count()
    return rows + Invoice.objects.before_the_outbox().exclude(released_at=None).count()


def told() -> dict[str, Any]:
    """Return all that the checker needs of our side."""
    history = defaultdict(list)
    for attempt in Attempt.objects.order_by("pk"):
        history[attempt.entry_id].append([attempt.step, attempt.state, attempt.outcome])
    rows = [
        {
            "pk": entry.pk,
            "kind": entry.kind,
            "identity": entry.identity,
            "reference": entry.reference,
            "state": entry.state,
            "reason": entry.reason,
            "customer": customer_of(entry).number,
            "amount": str(entry.amount),
            "remote_id": str(entry.remote_id or ""),
            "undoes": entry.undoes_id,
            "payload": entry.payload,
            "history": history[entry.pk],
        }
        for entry in OutboxEntry.objects.select_related("customer").order_by("pk")
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT entry, was, became, fence_was, fence FROM crash_step ORDER BY id")
        steps = cursor.fetchall()
    states = dict(Invoice.objects.values_list("number", "state"))
    return {"rows": rows, "steps": steps, "invoices": states}
