"""Match customers and accounts: link what the rules allow, leave the rest to a person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from accounts_link.models import (
    AccountLink,
    Candidate,
    Customer,
    ExactAccount,
    LinkEvent,
    Standing,
)
from accounts_link.statistics import refresh_statistics
from sync.rules import matching
from sync.rules.parties import Party
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
    reviews: list[tuple[Customer, matching.Situation]] = field(default_factory=list)

    def count(self, customer: Customer, decision: matching.Decision) -> None:
        """Count one decision; keep whom a person must settle."""
        self.outcomes[decision.outcome] += 1
        self.situations[decision.situation] += 1
        if decision.rule:
            self.rules[decision.rule] += 1
        if decision.outcome == matching.Outcome.REVIEW:
            self.reviews.append((customer, decision.situation))

    def add(self, other: Matched) -> None:
        """Count what another division came to as well."""
        self.done += other.done
        self.total += other.total
        self.outcomes += other.outcomes
        self.rules += other.rules
        self.situations += other.situations
        self.reviews += other.reviews


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
        matched.done += len(batch)
        for customer, decision in batch if dry_run else _write(division, batch, now):
            matched.count(customer, decision)
        progress(matched)
    refresh_statistics()
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


def _write(division: Division, batch: list[Found], now: datetime) -> list[Found]:
    """Save what was decided; return it without what a person settled meanwhile."""
    with transaction.atomic():  # short: others want to write as well
        batch = _still_open(division, batch)
        linked = [found for found in batch if found[1].account]
        others = [found for found in batch if not found[1].account]
        touched = _forget(division, [customer.pk for customer, _ in batch])
        touched |= {int(key) for _, decision in batch for key in _keys(decision)}
        _write_standings(division, others, now)
        _write_candidates(others)
        _write_links(division, linked, now)
        ExactAccount.objects.filter(pk__in=touched).recount()
    return batch


def _still_open(division: Division, batch: list[Found]) -> list[Found]:
    """Leave out whom a person linked, or kept from a link, since it was decided.

    A link needs its customer's row, so nobody makes one until this transaction is over.
    """
    customers = [customer.pk for customer, _ in batch]
    rows = Customer.objects.filter(pk__in=customers).order_by("pk")
    list(rows.select_for_update().values_list("pk"))
    links = AccountLink.objects.filter(division=division, customer__in=customers)
    linked = set(links.values_list("customer_id", flat=True))
    judged = Candidate.objects.filter(customer__in=customers, is_rejected=True)
    rejected = set(judged.values_list("customer_id", "account_id"))
    return [
        (customer, decision)
        for customer, decision in batch
        if customer.pk not in linked and (customer.pk, int(decision.account or 0)) not in rejected
    ]


def _keys(decision: matching.Decision) -> Iterator[str]:
    if decision.account:
        yield decision.account
    yield from (candidate.key for candidate in decision.candidates)


def _forget(division: Division, customers: list[int]) -> set[int]:
    """Drop what an earlier match said of these, but not what a person rejected.

    Returns the accounts that were candidates.
    """
    Standing.objects.filter(division=division, customer__in=customers).delete()
    open_ones = dict(
        Candidate.objects.in_division(division)
        .filter(customer__in=customers, is_rejected=False)
        .values_list("pk", "account_id")
    )
    Candidate.objects.filter(pk__in=open_ones, is_rejected=False).delete()
    return set(open_ones.values())


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


def _evidence(decision: matching.Decision) -> list[list[str | int]]:
    return [[point.text, point.value] for point in decision.evidence]
