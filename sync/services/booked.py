"""What Exact answered to a create: check that it is ours, and write it down with what follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from accounts_link.models import AccountLink
from exact_client.records import AccountRecord, SalesEntryRecord
from sync.models import OutboxEntry
from sync.services import link, outbox
from sync.services.copies import copy_account

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync.services.office import Office

Kind, State = OutboxEntry.Kind, OutboxEntry.State

FIRST_AUDIT, SECOND_AUDIT = timedelta(minutes=15), timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Answer:
    """A record of Exact, reduced to what tells whether it is ours. `amount` includes VAT."""

    id: UUID
    number: str  # as its user sees it: the entry number, or the account's code
    label: str  # the reference of an entry, the name of an account
    amount: Decimal | None
    record: SalesEntryRecord | AccountRecord

    @classmethod
    def of(cls, record: SalesEntryRecord | AccountRecord) -> Answer:
        """Read a record of either kind."""
        if isinstance(record, SalesEntryRecord):
            number = str(record.entry_number or "")
            amount = record.amount_fc if record.amount_fc is not None else record.amount_dc
            return cls(record.entry_id, number, record.your_ref or "", amount, record)
        return cls(record.id, record.code or "", record.name or "", None, record)


def accept(office: Office, entry: OutboxEntry, answer: Answer) -> None:
    """Settle `entry` as done when `answer` is what was asked for, else leave it to a person."""
    difference = _difference(entry, answer)
    if not difference:
        try:
            adopt(office, entry, answer)
        except link.LinkError as error:
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

    Raises LinkError, and changes nothing, when an account can't be linked to its customer.
    """
    now = office.clock.now()
    with transaction.atomic():
        if isinstance(answer.record, AccountRecord):
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


def _link_created(entry: OutboxEntry, record: AccountRecord, now: datetime) -> None:
    account = copy_account(entry.division, record, entry.payload, now)
    author = link.Author(by=entry.made_by, at=now, reason="Created by us")
    if not entry.customer.links.filter(account=account).exists():
        link.assign(entry.customer, account, author, rule=AccountLink.Rule.CREATED)


def _difference(entry: OutboxEntry, answer: Answer) -> str:
    """Say in what an answer differs from what was asked, or nothing."""
    asked = entry.payload["Name"] if entry.kind == Kind.ACCOUNT else entry.reference
    if answer.label and _spaced(answer.label) != _spaced(asked):
        return f"under “{answer.label}” instead of “{asked}”"
    if answer.amount is not None and entry.amount is not None and answer.amount != entry.amount:
        return f"for {answer.amount} instead of {entry.amount}"
    return ""


def _spaced(text: str) -> str:
    return " ".join(text.split())  # Exact trims what it keeps


def audited(office: Office, entry: OutboxEntry) -> None:
    """There is exactly one of it: look once more a day later, then never again."""
    now = office.clock.now()
    settled = entry.settled_at or now
    again = settled + SECOND_AUDIT if now - settled < SECOND_AUDIT else None
    OutboxEntry.objects.filter(pk=entry.pk).update(audit_at=again)


def not_one(entry: OutboxEntry, found: Sequence[Answer]) -> None:
    """None or several are there of what was booked once: show all, touch nothing."""
    numbers = ", ".join(answer.number for answer in found) or "none"
    outbox.move(
        entry,
        State.CONFLICT,
        audit_at=None,
        reason=f"It was booked once, and Exact now holds {len(found)}: {numbers}.",
        advice="Look in Exact which one is right; remove the others there.",
    )
