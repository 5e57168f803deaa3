"""What Exact answered to a create: check that it is ours, and write it down with what follows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from accounts_link.models import AccountLink
from exact_client.records import AccountRecord
from sync.models import Invoice, OutboxEntry
from sync.services.delivery import attach, born, outbox
from sync.services.delivery.errands import Answer
from sync.services.parties import link
from sync.services.parties.copies import copy_account

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync.services.delivery.office import Office

Kind, State = OutboxEntry.Kind, OutboxEntry.State

# By which properties a record is known to be the one that was asked for; else by the reference.
LABELS = {
    Kind.ACCOUNT: ("Name",),
    Kind.DOCUMENT: ("Subject",),
    Kind.ATTACHMENT: ("FileName",),
    Kind.CONTACT: ("FirstName", "MiddleName", "LastName"),
    Kind.ITEM: ("Description",),
}
FIRST_AUDIT, SECOND_AUDIT = timedelta(minutes=15), timedelta(hours=24)


def accept(office: Office, entry: OutboxEntry, answer: Answer) -> None:
    """Settle `entry` as done when `answer` is what was asked for, else leave it to a person."""
    difference = _difference(entry, answer)
    if not difference:
        try:
            adopt(office, entry, answer)
        except (link.LinkError, born.TakenError) as error:
            difference = f"it can't be linked: {error}"
        else:
            return
    outbox.move(
        entry,
        State.CONFLICT,
        remote_number=answer.number,
        reason=f"Exact has it as {answer.number}, but {difference}".rstrip(".") + ".",
        advice="Compare the two in Exact. Adopt that one if it is right.",
        settled_at=office.clock.now(),
    )


def adopt(office: Office, entry: OutboxEntry, answer: Answer) -> None:
    """Write down that `answer` in Exact is this entry, and what follows from it.

    Raises LinkError, and changes nothing, when an account can't be linked to its customer;
    TakenError when a record of Zoho can't be paired with it.
    """
    now = office.clock.now()
    with transaction.atomic():
        if entry.zoho_record is not None:
            born.pair(entry, answer.id, now)
        elif isinstance(answer.record, AccountRecord):
            _link_created(entry, answer.record, now)
        outbox.move(
            entry,
            State.DONE,
            remote_id=answer.id,
            remote_number=answer.number,
            settled_at=now,
            problem="",
            audit_at=now + FIRST_AUDIT if entry.was_unknown else None,
        )
        if entry.kind == Kind.SALES_ENTRY and entry.invoice and answer.amount is not None:
            booked = Invoice.objects.filter(pk=entry.invoice.pk)
            booked.update(amount=answer.amount)  # or what is paid of it would be wrong
        if entry.kind in {Kind.SALES_ENTRY, Kind.DOCUMENT}:
            attach.follow(entry, now=now)
        elif entry.kind in OutboxEntry.UNDOING:
            attach.drop(entry, now=now)


def _link_created(entry: OutboxEntry, record: AccountRecord, now: datetime) -> None:
    account = copy_account(entry.division, record, entry.payload, now)
    author = link.Author(by=entry.made_by, at=now, reason="Created by us")
    customer = outbox.customer_of(entry)
    if not customer.links.filter(account=account).exists():
        link.assign(customer, account, author, rule=AccountLink.Rule.CREATED)


def _difference(entry: OutboxEntry, answer: Answer) -> str:
    """Say in what an answer differs from what was asked, or nothing."""
    asked = _asked(entry)
    if answer.label and _spaced(answer.label) != _spaced(asked):
        return f"under “{answer.label}” instead of “{asked}”"
    if answer.amount is not None and entry.amount is not None and answer.amount != entry.amount:
        return f"for {answer.amount:.2f} instead of {entry.amount:.2f}"
    return ""


def _asked(entry: OutboxEntry) -> str:
    """Return the label that a record of this entry must have."""
    names = LABELS.get(Kind(entry.kind))
    if names is None:
        return entry.reference
    return " ".join(str(entry.payload[name]) for name in names if entry.payload.get(name))


def _spaced(text: str) -> str:
    return " ".join(text.split())  # Exact trims what it keeps


def audited(office: Office, entry: OutboxEntry) -> None:
    """It is there as it must be: look once more a day later, then never again."""
    now = office.clock.now()
    settled = entry.settled_at or now
    again = settled + SECOND_AUDIT if now - settled < SECOND_AUDIT else None
    OutboxEntry.objects.filter(pk=entry.pk).update(audit_at=again)


def expected(entry: OutboxEntry) -> int:
    """Return how often Exact must hold it: once, or not at all when it was removed since."""
    if entry.kind == Kind.REMOVAL:
        return 0
    removed = entry.undone_by.filter(kind=Kind.REMOVAL, state=State.DONE)
    return 0 if removed.exists() else 1


def not_as_expected(entry: OutboxEntry, found: Sequence[Answer]) -> None:
    """More or less of it is there than must be: show all, touch nothing."""
    numbers = ", ".join(answer.number or answer.label for answer in found) or "none"
    what = "once" if expected(entry) else "and removed"
    outbox.move(
        entry,
        State.CONFLICT,
        audit_at=None,
        reason=f"It was booked {what}, and Exact now holds {len(found)}: {numbers}.",
        advice="Look in Exact which one is right; remove the others there.",
    )
