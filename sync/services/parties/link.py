"""Link a customer to an account, unlink it, judge a candidate, and undo any of these."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts_link.models import (
    AccountLink,
    Candidate,
    Customer,
    ExactAccount,
    LinkEvent,
    Standing,
)
from sync.models import Invoice, OutboxEntry
from sync.services.delivery import outbox, prepare, release

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class LinkError(Exception):
    """The link can't be changed like this; the message tells a person why."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes a link, and when: a person, or `by=None` for a rule."""

    by: User | None
    at: datetime
    reason: str = ""


def assign(
    customer: Customer,
    account: ExactAccount,
    author: Author,
    *,
    rule: str = AccountLink.Rule.PERSON,
    evidence: Iterable[object] = (),
) -> LinkEvent:
    """Link `customer` to `account` and note it in the history.

    Raises LinkError when the account may not be linked or the customer has one already.
    """
    _refuse_if_unfit(account)
    with transaction.atomic():
        _make(customer, account, author, rule)
        Candidate.objects.filter(customer=customer, account=account).update(is_rejected=False)
        Standing.objects.filter(customer=customer, division=account.division_id).delete()
        event = _note(
            LinkEvent.Action.LINKED, customer, account, author, rule=rule, evidence=list(evidence)
        )
        _settle_account(customer, account, author)
        _let_go(customer, account, author)
        return event


def unlink(link: AccountLink, author: Author) -> LinkEvent:
    """Undo the tie; the pair counts as “not the same” until a person says otherwise."""
    with transaction.atomic():
        AccountLink.objects.filter(pk=link.pk).delete()
        _judge(link.customer, link.account, is_rejected=True)
        event = _note(
            LinkEvent.Action.UNLINKED, link.customer, link.account, author, rule=link.rule
        )
        _leave_to_a_person(link, author)
        _call_back_entries(link, author)
        prepare.refresh(link.division, Invoice.objects.filter(customer=link.customer))
        return event


def reject(customer: Customer, account: ExactAccount, author: Author) -> LinkEvent:
    """Remember that these two are not the same, so that the pair is not offered again."""
    with transaction.atomic():
        _judge(customer, account, is_rejected=True)
        return _note(LinkEvent.Action.REJECTED, customer, account, author)


def undo(event: LinkEvent, author: Author) -> LinkEvent:
    """Do the opposite of `event` and note it as a new event.

    Raises LinkError when it was undone already or the opposite is impossible by now.
    """
    if LinkEvent.objects.filter(undoes=event).exists():
        raise LinkError("This was undone already.")
    with transaction.atomic():
        done = _opposite(event, author)
        done.undoes = event
        done.save(update_fields=["undoes"])
        return done


def _opposite(event: LinkEvent, author: Author) -> LinkEvent:
    customer, account = event.customer, event.account
    match event.action:
        case LinkEvent.Action.LINKED:
            link = AccountLink.objects.filter(customer=customer, account=account).first()
            if link is None:
                raise LinkError(f"{customer} is no longer linked to {account}.")
            done = unlink(link, author)
            _judge(customer, account, is_rejected=False)
            return done
        case LinkEvent.Action.UNLINKED:
            return assign(customer, account, author, rule=event.rule, evidence=event.evidence)
        case LinkEvent.Action.REJECTED:
            _judge(customer, account, is_rejected=False)
            return _note(LinkEvent.Action.RECONSIDERED, customer, account, author)
        case _:
            return reject(customer, account, author)


def _refuse_if_unfit(account: ExactAccount) -> None:
    if account.is_gone:
        raise LinkError(f"{account} was deleted in Exact.")
    if account.status != ExactAccount.Status.CUSTOMER:
        raise LinkError(
            f"{account} is a {account.get_status_display().lower()} in Exact, not a customer. "
            "Make it a customer first."
        )


def _make(customer: Customer, account: ExactAccount, author: Author, rule: str) -> None:
    try:
        with transaction.atomic():
            AccountLink.objects.create(
                customer=customer,
                division_id=account.division_id,
                account=account,
                rule=rule,
                linked_at=author.at,
                linked_by=author.by,
            )
    except IntegrityError as error:
        raise LinkError(f"{customer} is linked already. Unlink it first.") from error


def _settle_account(customer: Customer, account: ExactAccount, author: Author) -> None:
    """No account need be made any more; what Exact may be making is looked up to its end."""
    waiting = OutboxEntry.objects.filter(
        customer=customer,
        division=account.division_id,
        kind=OutboxEntry.Kind.ACCOUNT,
        state__in=[OutboxEntry.State.QUEUED, *OutboxEntry.FOR_A_PERSON],
    )
    outbox.call_back(waiting, now=author.at, reason=f"Linked to {account} instead.")


def _call_back_entries(link: AccountLink, author: Author) -> None:
    """What was not sent yet must not go to an account that is not the customer's."""
    waiting = OutboxEntry.objects.filter(
        customer=link.customer_id,
        division=link.division_id,
        kind=OutboxEntry.Kind.SALES_ENTRY,
        state=OutboxEntry.State.QUEUED,
    )
    outbox.call_back(waiting, now=author.at, reason=f"Unlinked from {link.account}.")


def _let_go(customer: Customer, account: ExactAccount, author: Author) -> None:
    """What waited for this link goes by itself."""
    prepare.refresh(account.division, Invoice.objects.filter(customer=customer))
    release.enqueue(account.division, now=author.at, by=author.by, customer=customer)


def _leave_to_a_person(link: AccountLink, author: Author) -> None:
    """Until the next match says more, the customer stands in the review queue."""
    said = {
        "outcome": Standing.Outcome.REVIEW,
        "situation": "unlinked",
        "explanation": f"It was unlinked from {link.account}; the next match looks anew."[:300],
        "decided_at": author.at,
    }
    standing, _ = Standing.objects.get_or_create(
        customer=link.customer, division=link.division, defaults=said
    )
    if standing.outcome == Standing.Outcome.CREATE:  # from before its account was made
        Standing.objects.filter(pk=standing.pk).update(**said)


def _judge(customer: Customer, account: ExactAccount, *, is_rejected: bool) -> None:
    Candidate.objects.update_or_create(
        customer=customer,
        account=account,
        defaults={"is_rejected": is_rejected},
        create_defaults={"is_rejected": is_rejected, "score": 0},
    )
    ExactAccount.objects.filter(pk=account.pk).recount()


def _note(
    action: str,
    customer: Customer,
    account: ExactAccount,
    author: Author,
    *,
    rule: str = "",
    evidence: list[object] | None = None,
) -> LinkEvent:
    ExactAccount.objects.filter(Q(pk=account.pk) | Q(candidates__customer=customer)).recount()
    return LinkEvent.objects.create(
        action=action,
        customer=customer,
        account=account,
        rule=rule,
        evidence=evidence or [],
        reason=author.reason,
        at=author.at,
        by=author.by,
    )
