"""Let documents go: the moment nothing stands in the way of one, it is in the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts_link.models import AccountLink, Candidate, Customer, Standing
from sync.models import BookingSettings, Invoice, OutboxEntry
from sync.rules.entries import Entry, fit, to_payload
from sync.rules.periods import WhenClosed, period_problem
from sync.services.delivery import outbox, prepare, routing
from sync.services.ledger import periods
from sync.services.ledger.books import books_of
from sync.services.streams import batches

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from exact_client.models import Division
    from sync.models.documents import InvoiceQuerySet


# How much of a text Exact keeps. Source: docs/remote-apis.md
LONGEST = 80
LENGTHS = {
    "Name": 50,
    "SearchCode": 30,
    "Code": 18,
    "VATNumber": 35,
    "ChamberOfCommerce": 60,
    "Postcode": 20,
    "City": 40,
    "Email": 128,
    "Phone": 25,
}


class AccountNotWantedError(Exception):
    """No account should be made for this customer; the message tells a person why."""


def release(invoices: InvoiceQuerySet, *, now: datetime) -> int:
    """Say of these documents that they may go as soon as they can; return of how many."""
    return invoices.before_the_outbox().filter(released_at=None).update(released_at=now)


def enqueue(
    division: Division,
    *,
    now: datetime,
    by: User | None = None,
    customer: Customer | None = None,
    limit: int | None = None,
    with_accounts: bool = False,
) -> int:
    """Put all released documents that are ready in the outbox; return how many rows it made.

    A document whose customer has no account, and nothing near one, puts that account in the
    outbox first, and follows by itself when the account is there. That is done `with_accounts`
    alone, by who has just looked whether such an account is in Exact by now.
    """
    waiting = Invoice.objects.all() if customer is None else customer.invoices.all()
    routing.assign(waiting)
    released = waiting.released().of(division).order_by("invoice_date", "number")
    books, made = books_of(division), set[int]()
    for keys in batches(list(released.values_list("pk", flat=True)), prepare.BATCH):
        with transaction.atomic():  # short: others want to write as well
            batch = released.filter(pk__in=keys)
            batch.locked()
            shown = list(prepare.previews(division, batch, books))
            prepare.show(division, shown)
            for one in shown:
                if limit is not None and len(made) >= limit:
                    return len(made)
                made |= _make(_order(division, one, with_accounts=with_accounts), now, by)
    if with_accounts:
        made |= _make_wanted_accounts(division, now)
    return len(made)


def _make(order: outbox.Order | None, now: datetime, by: User | None = None) -> set[int]:
    """Put an order in the outbox; return the key of its row if it is new."""
    if order is None:
        return set()
    entry = outbox.make(order, now=now, by=by)
    if entry.kind == OutboxEntry.Kind.ACCOUNT and entry.state == OutboxEntry.State.DONE:
        _leave_to_a_person(order, entry, now)
    return {entry.pk} if entry.made_at == now and not entry.attempts else set()


def _leave_to_a_person(order: outbox.Order, entry: OutboxEntry, now: datetime) -> None:
    """Never make a second account for one customer: say where the first one is."""
    said = f"Account {entry.remote_number} was made for it, and unlinked: link that or another."
    Standing.objects.filter(customer=order.customer, division=order.division).update(
        outcome=Standing.Outcome.REVIEW, situation="unlinked", explanation=said, decided_at=now
    )
    prepare.refresh(order.division, Invoice.objects.filter(customer=order.customer))


def why_not_to_send(entry: OutboxEntry) -> str:
    """Say why a row that waits to be sent should not go any more, or nothing when it should."""
    if not outbox.is_intact(entry):
        return "Its content was changed after it was made: it is made anew."
    if entry.kind == OutboxEntry.Kind.ACCOUNT:
        wanted = Customer.objects.to_create(entry.division).filter(pk=outbox.customer_of(entry).pk)
        return "" if wanted.exists() else "No account is to be made for this customer any more."
    return _no_longer_linked(entry) or _closed_meanwhile(entry) or _routed_elsewhere(entry)


def _no_longer_linked(entry: OutboxEntry) -> str:
    linked = AccountLink.objects.filter(
        customer=entry.customer_id,
        division=entry.division_id,
        account__exact_id=entry.payload["Customer"],
    )
    return "" if linked.exists() else "Its customer is no longer linked to that account."


def _routed_elsewhere(entry: OutboxEntry) -> str:
    is_elsewhere = entry.invoice is not None and routing.leads_elsewhere(entry.invoice)
    return "By its route another division books it now." if is_elsewhere else ""


def _closed_meanwhile(entry: OutboxEntry) -> str:
    day, journal = date.fromisoformat(entry.payload["EntryDate"]), entry.payload["Journal"]
    calendar = periods.calendar_of(entry.division)
    problem = period_problem(day, journal, calendar, WhenClosed.HOLD)
    return problem.sentence if problem else ""


def want_account(division: Division, customer: Customer, *, now: datetime) -> None:
    """A person wants an account made for this customer, invoices or none.

    Raises AccountNotWantedError while a candidate stands in the way, or a link is there.
    """
    if customer.links.filter(division=division).exists():
        raise AccountNotWantedError(f"{customer} is linked already.")
    before = customer.outbox.filter(division=division, kind=OutboxEntry.Kind.ACCOUNT)
    made = before.order_by("pk").last()
    if made is not None and not outbox.makes_room(made):
        raise AccountNotWantedError(
            f"An account was asked for already: {made.get_state_display().lower()}"
            f" {made.remote_number}".rstrip()
            + "."
        )
    near = Candidate.objects.open().filter(customer=customer, account__division=division)
    if best := near.select_related("account").first():
        raise AccountNotWantedError(
            f"{best.account} may be {customer.name} already. Say “not the same” to it first."
        )
    with transaction.atomic():
        Customer.objects.filter(pk=customer.pk).update(
            account_wanted_at=now, account_wanted_in=division
        )
        Standing.objects.update_or_create(
            customer=customer,
            division=division,
            defaults={
                "outcome": Standing.Outcome.CREATE,
                "situation": "wanted",
                "explanation": "A person wants an account made for it.",
                "decided_at": now,
            },
        )


def _make_wanted_accounts(division: Division, now: datetime) -> set[int]:
    wanted = Customer.objects.wanted_in(division)
    with transaction.atomic():
        orders = [account_order(division, customer) for customer in wanted]
        return {key for order in orders for key in _make(order, now)}


def _order(
    division: Division, shown: prepare.Preview, *, with_accounts: bool
) -> outbox.Order | None:
    """Return the next thing to send for a document, or None while it waits for a person."""
    customer, entry = shown.invoice.customer, shown.entry
    if customer is None or entry is None or shown.problems:
        return None
    if shown.account is not None:
        return _entry_order(division, shown.invoice, entry, str(shown.account.exact_id))
    if shown.creates_account and with_accounts:
        return account_order(division, customer)
    return None


def _entry_order(division: Division, invoice: Invoice, entry: Entry, guid: str) -> outbox.Order:
    assert invoice.customer is not None  # noqa: S101 - for the type checker; the caller looked
    return outbox.Order(
        division=division,
        kind=OutboxEntry.Kind.SALES_ENTRY,
        customer=invoice.customer,
        payload=lambda reference: to_payload(entry, customer_guid=guid, reference=reference),
        invoice=invoice,
        amount=entry.incl,
    )


def account_order(division: Division, customer: Customer) -> outbox.Order:
    """Return the order to create a customer's account in Exact."""
    return outbox.Order(
        division=division,
        kind=OutboxEntry.Kind.ACCOUNT,
        customer=customer,
        payload=lambda reference: account_payload(division, customer),
    )


def account_payload(division: Division, customer: Customer) -> Mapping[str, Any]:
    """Return the body that creates an account: status C, our number in the search code.

    What is empty is left out, so that Exact's own defaults hold. What is longer than Exact keeps
    is cut here, so that what it answers is what we sent.
    """
    chosen = BookingSettings.objects.filter(division=division).first()
    takes_code = chosen is not None and chosen.code_policy == BookingSettings.CodePolicy.ZAPFLOOR
    street = f"{customer.street} {customer.street_number}".strip()
    first_email = (customer.invoice_emails or customer.email).replace(";", ",").split(",")[0]
    properties = {
        "Name": customer.name,
        "Status": "C",
        "SearchCode": customer.number,
        "Code": customer.number if takes_code else "",
        "VATNumber": customer.vat_number,
        "ChamberOfCommerce": customer.chamber_number,
        "AddressLine1": street,
        "AddressLine2": customer.address_line_2,
        "Postcode": customer.postcode,
        "City": customer.city,
        "Country": customer.country,
        "Email": first_email.strip(),
        "Phone": customer.phone or customer.mobile,
        "Website": customer.website,
    }
    fitting = {name: fit(value, LENGTHS.get(name, LONGEST)) for name, value in properties.items()}
    return {name: value for name, value in fitting.items() if value}
