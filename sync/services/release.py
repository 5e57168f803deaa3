"""Let documents go: the moment nothing stands in the way of one, it is in the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts_link.models import Candidate, Customer, Standing
from sync.models import BookingSettings, Invoice, OutboxEntry
from sync.rules.entries import Entry, to_payload
from sync.services import outbox, prepare

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from exact_client.models import Division
    from sync.models.documents import InvoiceQuerySet


class AccountNotWantedError(Exception):
    """No account should be made for this customer; the message tells a person why."""


def release(invoices: InvoiceQuerySet, *, now: datetime) -> int:
    """Say of these documents that they may go as soon as they can; return of how many."""
    return invoices.before_the_outbox().filter(released_at=None).update(released_at=now)


def hold_back(invoices: InvoiceQuerySet) -> int:
    """Take that word back, for those of which nothing was sent; return for how many."""
    return invoices.before_the_outbox().exclude(released_at=None).update(released_at=None)


def enqueue(
    division: Division,
    *,
    now: datetime,
    by: User | None = None,
    customer: Customer | None = None,
    limit: int | None = None,
) -> int:
    """Put all released documents that are ready in the outbox; return how many rows it made.

    A document whose customer has no account, and nothing near one, puts that account in the
    outbox first, and follows by itself when the account is there.
    """
    released = Invoice.objects.before_the_outbox().exclude(released_at=None)
    if customer is not None:
        released = released.filter(customer=customer)
    released = released.order_by("invoice_date", "number")
    may_create = _may_create(division)
    made = 0
    with transaction.atomic():
        prepare.refresh(division, released)
        for shown in prepare.previews(division, released):
            order = _order(division, shown, may_create=may_create)
            if order is not None:
                made += outbox.make(order, now=now, by=by).made_at == now
            if limit is not None and made >= limit:
                break
        made += _make_wanted_accounts(division, now)
    return made


def want_account(division: Division, customer: Customer, *, now: datetime) -> None:
    """A person wants an account made for this customer, invoices or none.

    Raises AccountNotWantedError while a candidate stands in the way, or a link is there.
    """
    if customer.links.filter(division=division).exists():
        raise AccountNotWantedError(f"{customer} is linked already.")
    near = Candidate.objects.open().filter(customer=customer, account__division=division)
    if best := near.select_related("account").first():
        raise AccountNotWantedError(
            f"{best.account} may be {customer.name} already. Say “not the same” to it first."
        )
    with transaction.atomic():
        Customer.objects.filter(pk=customer.pk).update(account_wanted_at=now)
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


def _make_wanted_accounts(division: Division, now: datetime) -> int:
    wanted = Customer.objects.to_create(division).exclude(account_wanted_at=None)
    orders = [account_order(division, customer) for customer in wanted]
    return sum(outbox.make(order, now=now).made_at == now for order in orders)


def _may_create(division: Division) -> bool:
    chosen = BookingSettings.objects.filter(division=division).first()
    return chosen is None or chosen.create_accounts


def _order(division: Division, shown: prepare.Preview, *, may_create: bool) -> outbox.Order | None:
    """Return the next thing to send for a document, or None while it waits for a person."""
    customer, entry = shown.invoice.customer, shown.entry
    if customer is None or entry is None:
        return None
    if shown.link is not None:
        guid = str(shown.link.account.exact_id)
        return _entry_order(division, shown.invoice, entry, guid)
    if shown.creates_account and may_create:
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

    What is empty is left out, so that Exact's own defaults hold.
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
    return {name: value for name, value in properties.items() if value}
