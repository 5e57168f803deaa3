"""100,000 documents for the company of 100,000 accounts: booked, paid and waiting, over a year."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Model, QuerySet

from accounts_link.models import AccountLink, Customer
from exact_client.models import Division
from sync.models import (
    Attempt,
    BookingSettings,
    GLAccount,
    GLMapping,
    Invoice,
    InvoiceLine,
    Journal,
    JournalMapping,
    LedgerLine,
    MirrorCursor,
    OutboxEntry,
    PaymentTerm,
    Period,
    Route,
    VATCode,
    VATMapping,
)
from sync.services.payments.terms import TERMS
from sync.services.reading_back.read_back import LINES
from sync.services.streams import batches
from sync.services.upsert import upsert
from tests.build import NOW, a_division

TODAY = NOW.date()
DAYS = 360  # before today that documents are of
PLACES = [f"LOC-{n:02}" for n in range(1, 13)]
KINDS = ["product", "meeting_room", "unit", "desk"]
RESOURCES = [(KINDS[n % 4], f"R{n:02}") for n in range(60)]
UNMAPPED = ("product", "NEW")
ELSEWHERE = "LOC-12"  # booked by another division
NET, VAT = Decimal("100.00"), Decimal("21.00")
TOTAL = 2 * (NET + VAT)  # of each document: two lines
BATCH = 2_000
ENTRIES = 10**9  # their IDs in Exact begin here
Row = TypeVar("Row", bound=Model)
Guids = dict[int | None, UUID]  # of the accounts, by customer


@dataclass(frozen=True, slots=True)
class Share:
    """How many of all documents were sent, and how many of those are paid."""

    sent: float
    paid: float = 0.7


def fill(number: int, share: Share) -> None:
    """Make `number` documents with all that hangs on them: the last ones wait, as drafts."""
    with transaction.atomic():
        divisions = [a_division(), *(a_division(code=code, name=f"No {code}") for code in (2, 3))]
        for division in divisions:
            _make_books(division)
        Route.objects.create(location="", division=divisions[0])
        Route.objects.create(location=ELSEWHERE, division=divisions[1])
        sent = int(number * share.sent)
        linked, others = _customers()
        _save((_booked(n, linked, divisions, share) for n in range(sent)), "number")
        _save((_draft(n, others) for n in range(sent, number)), "number")
        _hang_on(number, sent)


def _make_books(division: Division) -> None:
    """Give a division its journals, accounts, VAT code and periods, and map each of 720 cells."""
    accounts = [_gl_account(division, n) for n in range(len(RESOURCES))]
    _save(accounts, "division", "exact_id")
    _save((Journal(division=division, code=place[-2:], description=place, type=20)
           for place in PLACES), "division", "code")  # fmt: skip
    _save([VATCode(division=division, code="1", description="21", percentage=21, type="E")],
          "division", "code")  # fmt: skip
    _save((Period(division=division, year=day.year, number=day.month, first_day=day,
                  last_day=_next(day) - timedelta(days=1)) for day in _months()),
          "division", "year", "number")  # fmt: skip
    by_code = {row.code: row for row in GLAccount.objects.filter(division=division)}
    journals = {row.code: row for row in Journal.objects.filter(division=division)}
    GLMapping.objects.bulk_create(
        GLMapping(division=division, location=place, resource_type=kind, resource_code=code,
                  gl_account=by_code[f"70{n:02}"])
        for n, (kind, code) in enumerate(RESOURCES) for place in PLACES
    )  # fmt: skip
    JournalMapping.objects.bulk_create(
        JournalMapping(division=division, location=place, journal=journals[place[-2:]])
        for place in PLACES
    )
    code = VATCode.objects.get(division=division)
    VATMapping.objects.create(division=division, country_group="domestic", rate=21, vat_code=code)
    BookingSettings.objects.create(division=division, push_policy="reviewed")
    for feed in (LINES, TERMS):
        MirrorCursor.objects.create(division=division, feed=feed, read_at=NOW)


def _gl_account(division: Division, n: int) -> GLAccount:
    values = {"code": f"70{n:02}", "description": f"Revenue {n}", "type": 110}
    return GLAccount(division=division, exact_id=UUID(int=700_000 + n), **values)


def _months() -> Iterator[date]:
    day = date(TODAY.year - 1, 1, 1)
    while day.year <= TODAY.year:
        yield day
        day = _next(day)


def _next(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _customers() -> tuple[list[int], list[int]]:
    """Return the linked customers, and all of them."""
    linked = AccountLink.objects.order_by("pk").values_list("customer_id", flat=True)
    return list(linked), list(Customer.objects.order_by("pk").values_list("pk", flat=True))


def _document(n: int, customer: int, **values: object) -> Invoice:
    return Invoice(
        number=f"INV-{n:07}",
        customer_id=customer,
        customer_ref=str(10_000 + n),
        invoice_date=TODAY - timedelta(days=DAYS - n % DAYS),
        due_date=TODAY - timedelta(days=DAYS - 30 - n % DAYS),
        location=PLACES[n % 12],
        total_incl=TOTAL,
        amount=TOTAL,
        fingerprint=str(n),
        imported_at=NOW,
        **values,
    )


def _draft(n: int, customers: list[int]) -> Invoice:
    """Return one that waits: some are held by a person, most are worked out by the service."""
    state = "held" if n % 50 == 0 else "draft"
    return _document(n, customers[n * 7 % len(customers)], state=state)


def _booked(n: int, linked: list[int], divisions: list[Division], share: Share) -> Invoice:
    """Return one that was sent: paid, open or, one in a thousand, waiting for a person."""
    made = _document(n, linked[n * 7 % len(linked)], state="booked", released_at=NOW)
    made.division = divisions[1] if made.location == ELSEWHERE else divisions[0]
    if n % 1000 == 0:
        made.state, made.reason = "needs_you", "Exact refused it."
        return made
    made.entry_id, made.entry_number, made.booked_at = UUID(int=ENTRIES + n), str(n), NOW
    made.open_amount, made.falls_due_on = TOTAL, made.due_date
    if n % 1000 == 1:
        made.state, made.reason = "drifted", "The total differs."
    elif n * 37 % 1000 < 1000 * share.paid:
        made.state, made.open_amount = "paid", Decimal(0)
        made.paid_on = made.last_payment_on = made.due_date
        made.paid_seen_at = made.paid_told_at = NOW
    made.payment_changed_at = NOW - timedelta(minutes=n)
    return made


def _hang_on(number: int, sent: int) -> None:
    """Make the lines, outbox rows, terms and lines of the ledger of all documents."""
    rows = Invoice.objects.order_by("pk")
    _save((line for row in _stream(rows) for line in _lines(row)), "invoice", "position")
    booked = rows.filter(booked_at__isnull=False)
    guids: Guids = dict(AccountLink.objects.values_list("customer_id", "account__exact_id"))
    sent_ones = rows.filter(released_at__isnull=False)
    _save((_sent(row, guids) for row in _stream(sent_ones)), "division", "identity")
    keys = list(OutboxEntry.objects.values_list("pk", flat=True))
    Attempt.objects.bulk_create(
        (Attempt(entry_id=key, step="send", fence=1, at=NOW, outcome="201", state="done")
         for key in keys), BATCH)  # fmt: skip
    _save((_term(row) for row in _stream(booked)), "division", "exact_id")
    _save((line for row in _stream(booked) for line in _in_exact(row, guids)),
          "division", "exact_id")  # fmt: skip


def _lines(row: Invoice) -> Iterator[InvoiceLine]:
    n = int(row.number[4:])
    for position in (1, 2):
        kind, code = UNMAPPED if n % 20 == 3 else RESOURCES[(n // 12 + position) % 60]
        yield InvoiceLine(invoice=row, position=position, description="A desk", quantity=1,
                          resource_type=kind, resource_code=code, unit_price=NET,
                          vat_rate=21)  # fmt: skip


def _sent(row: Invoice, guids: Guids) -> OutboxEntry:
    done = row.entry_id is not None
    return OutboxEntry(
        division=row.division, kind="sales_entry", identity=f"entry:{row.number}:v1",
        reference=f"{row.number}ZF", customer=row.customer, invoice=row,
        payload=_payload(row, guids), payload_hash="", amount=TOTAL,
        state="done" if done else "refused", due_at=NOW, made_at=NOW, attempts=1,
        settled_at=NOW - timedelta(days=1), remote_id=row.entry_id, remote_number=row.entry_number,
    )  # fmt: skip


def _payload(row: Invoice, guids: Guids) -> dict[str, object]:
    line = {"GLAccount": str(_account(row)), "VATCode": "1", "AmountFC": str(NET),
            "VATAmountFC": str(VAT)}  # fmt: skip
    return {"Customer": str(guids[row.customer_id]), "Journal": row.location[-2:],
            "YourRef": f"{row.number}ZF", "EntryDate": row.invoice_date.isoformat(),
            "Currency": "EUR", "SalesEntryLines": [line, line]}  # fmt: skip


def _account(row: Invoice) -> UUID:
    return UUID(int=700_000 + int(row.number[4:]) % 60)


def _term(row: Invoice) -> PaymentTerm:
    is_paid = row.state == "paid"
    return PaymentTerm(
        division=row.division, exact_id=UUID(int=2 * 10**9 + int(row.number[4:])), version=1,
        entry_id=row.entry_id, amount=TOTAL, amount_dc=TOTAL, currency="EUR", due_date=row.due_date,
        status=50 if is_paid else 20, is_fully_paid=is_paid, last_payment_on=row.paid_on,
    )  # fmt: skip


def _in_exact(row: Invoice, guids: Guids) -> Iterator[LedgerLine]:
    """Yield the header and the two lines of an entry; that of a drifted document is dearer."""
    n, more = int(row.number[4:]), Decimal(row.state == "drifted")
    for place in range(3):
        yield LedgerLine(
            division=row.division, exact_id=UUID(int=3 * 10**9 + 3 * n + place), version=1,
            entry_id=UUID(int=ENTRIES + n), line_number=place, journal_code=row.location[-2:],
            entry_number=row.entry_number, date=row.invoice_date, account_id=guids[row.customer_id],
            gl_account=_account(row) if place else None, vat_code="1" if place else "",
            currency="EUR", amount=(NET if place else TOTAL) + more,
            amount_dc=(NET if place else TOTAL) + more, vat=VAT if place else 0,
            your_ref=f"{row.number}ZF", status=20,
        )  # fmt: skip


def _stream(rows: QuerySet[Invoice]) -> Iterable[Invoice]:
    return rows.select_related("customer", "division").iterator(BATCH)


def _save(rows: Iterable[Row], *unique: str) -> None:
    for batch in batches(rows, BATCH):
        upsert(batch, unique)
