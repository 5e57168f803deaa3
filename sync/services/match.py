"""Match customers and accounts: link what the rules allow, leave the rest to a person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from accounts_link.models import (
    AccountLink,
    Candidate,
    Customer,
    ExactAccount,
    LinkEvent,
    Standing,
)
from sync.rules import matching
from sync.rules.parties import Party
from sync.services import link
from sync.services.streams import batches

if TYPE_CHECKING:
    from exact_client.models import Division

BATCH = 500  # customers settled in one transaction

Found = tuple[Customer, matching.Decision]


@dataclass(slots=True)
class Matched:
    """What one match did: how many of each outcome, and for links of each rule."""

    done: int = 0
    total: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    situations: Counter[str] = field(default_factory=Counter)

    def count(self, decision: matching.Decision) -> None:
        """Count one decision."""
        self.done += 1
        self.outcomes[decision.outcome] += 1
        self.situations[decision.situation] += 1
        if decision.rule:
            self.rules[decision.rule] += 1


def match(
    division: Division,
    *,
    now: datetime,
    dry_run: bool = False,
    customers: Iterable[Customer] | None = None,
    progress: Callable[[Matched], None] = lambda matched: None,
) -> Matched:
    """Settle every customer without a link, or those given; with `dry_run` only count.

    Writes links with their events, and for the others their standing and their candidates.
    """
    waiting = _waiting(division) if customers is None else list(customers)
    matched = Matched(total=len(waiting))
    for batch in batches(decisions(division, waiting), BATCH):
        if not dry_run:
            _write(division, batch, now)
        for _, decision in batch:
            matched.count(decision)
        progress(matched)
    return matched


def decisions(division: Division, customers: Iterable[Customer]) -> Iterator[Found]:
    """Yield what the rules say of each customer, as the rows stand now."""
    index = matching.AccountIndex(_accounts(division))
    rejected = defaultdict(set)
    pairs = Candidate.objects.filter(account__division=division, is_rejected=True)
    for customer_id, account_id in pairs.values_list("customer_id", "account_id"):
        rejected[customer_id].add(account_key(account_id))
    for customer in customers:
        yield (
            customer,
            matching.decide(party_of(customer), index, not_the_same=rejected[customer.pk]),
        )


def _waiting(division: Division) -> list[Customer]:
    return list(Customer.objects.without_link(division))


def account_key(pk: int) -> str:
    """Return the key of an account in the rules; as text it sorts like the number."""
    return f"{pk:012d}"


def party_of(customer: Customer) -> Party:
    """Return a customer as the rules see it."""
    return Party(
        key=customer.number,
        number=customer.number,
        name=customer.name,
        vat=customer.vat_number,
        vat_typed=customer.vat_typed,
        chamber_number=customer.chamber_number,
        street=f"{customer.street} {customer.street_number}".strip(),
        postcode=customer.postcode,
        city=customer.city,
        country=customer.country,
        email=customer.email or customer.invoice_emails,
        phone=customer.phone or customer.mobile,
    )


def _accounts(division: Division) -> Iterator[Party]:
    rows = ExactAccount.objects.filter(division=division, is_gone=False).values_list(
        "pk", "code", "name", "search_code", "status", "vat_number", "vat_typed",
        "chamber_number", "address", "postcode", "city", "country", "email", "phone",
    )  # fmt: skip
    for pk, *fields in rows.iterator():
        yield Party(account_key(pk), *fields)


def _write(division: Division, batch: list[Found], now: datetime) -> None:
    linked = [found for found in batch if found[1].account]
    others = [found for found in batch if not found[1].account]
    with transaction.atomic():
        _forget(division, [customer for customer, _ in batch])
        _write_standings(division, others, now)
        _write_candidates(others)
    try:
        with transaction.atomic():
            _write_links(division, linked, now)
    except IntegrityError:  # a person linked one of them meanwhile
        _write_links_singly(linked, now)
    touched = {int(key) for _, decision in batch for key in _keys(decision)}
    ExactAccount.objects.filter(pk__in=touched).recount()


def _keys(decision: matching.Decision) -> Iterator[str]:
    if decision.account:
        yield decision.account
    yield from (candidate.key for candidate in decision.candidates)


def _forget(division: Division, customers: list[Customer]) -> None:
    """Drop what an earlier match said of these; what a person rejected stays."""
    Standing.objects.filter(division=division, customer__in=customers).delete()
    open_ones = Candidate.objects.filter(
        account__division=division, customer__in=customers, is_rejected=False
    )
    accounts = list(open_ones.values_list("account_id", flat=True))
    open_ones.delete()
    ExactAccount.objects.filter(pk__in=accounts).recount()


def _write_standings(division: Division, found: list[Found], now: datetime) -> None:
    standings = (
        Standing(
            customer=customer,
            division=division,
            outcome=decision.outcome,
            situation=decision.situation,
            explanation=decision.situation.sentence,
            decided_at=now,
        )
        for customer, decision in found
    )
    Standing.objects.bulk_create(  # another worker may match the same customers
        standings,
        update_conflicts=True,
        unique_fields=["customer", "division"],
        update_fields=["outcome", "situation", "explanation", "decided_at"],
    )


def _write_candidates(found: list[Found]) -> None:
    candidates = (
        Candidate(
            customer=customer,
            account_id=int(candidate.key),
            score=candidate.score,
            points=[[point.text, point.value] for point in candidate.points],
        )
        for customer, decision in found
        for candidate in decision.candidates
    )
    Candidate.objects.bulk_create(candidates, ignore_conflicts=True)


def _write_links(division: Division, found: list[Found], now: datetime) -> None:
    AccountLink.objects.bulk_create(
        AccountLink(
            customer=customer,
            division=division,
            account_id=int(decision.account or 0),
            rule=decision.rule or "",
            linked_at=now,
        )
        for customer, decision in found
    )
    LinkEvent.objects.bulk_create(
        LinkEvent(
            action=LinkEvent.Action.LINKED,
            customer=customer,
            account_id=int(decision.account or 0),
            rule=decision.rule or "",
            evidence=_evidence(decision),
            at=now,
        )
        for customer, decision in found
    )


def _write_links_singly(found: list[Found], now: datetime) -> None:
    author = link.Author(by=None, at=now)
    for customer, decision in found:
        account = ExactAccount.objects.get(pk=int(decision.account or 0))
        try:
            link.assign(
                customer,
                account,
                author,
                rule=decision.rule or "",
                evidence=_evidence(decision),
            )
        except link.LinkError:
            continue  # linked by a person, who knows better than a rule


def _evidence(decision: matching.Decision) -> list[list[str | int]]:
    return [[point.text, point.value] for point in decision.evidence]
