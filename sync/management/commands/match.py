"""manage.py match: link what the rules allow, list what needs a person."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from accounts_link.models import AccountLink, Customer
from exact_client.models import Division
from sync.management.verbs import Outcome, Verb, counted, take_division, the_divisions
from sync.rules.matching import Situation
from sync.services.delivery import prepare, release
from sync.services.parties import match


class Command(Verb):
    """Link customers to accounts where the rules allow it; list what needs a person."""

    help = "Link customers to accounts where the rules allow it; list what needs a person."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether to write anything."""
        super().add_arguments(parser)
        take_division(parser)
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def do(self, *, dry_run: bool, division: int | None = None, **_: Any) -> Outcome:
        """Match now, in this process."""
        divisions, now = the_divisions(division), timezone.now()
        total = match.Matched()
        for one in divisions:
            total.add(match.match(one, now=now, dry_run=dry_run))
            if not dry_run:
                prepare.refresh(one)
                release.enqueue(one, now=now)
        return _outcome(divisions, total, dry_run=dry_run)


def _outcome(divisions: list[Division], total: match.Matched, *, dry_run: bool) -> Outcome:
    review = [_told(customer, situation) for customer, situation in total.reviews]
    links = AccountLink.objects.filter(division__in=divisions)
    lines = [
        f"{total.done:,} customers without an account: {counted(total.outcomes)}.",
        f"Linked by: {counted(total.rules) or 'nothing'}.",
        f"{links.count():,} customers are linked now.",
        *(f"  {row['number']}  {row['explanation']}" for row in review[:50]),
    ]
    values = {
        "dry_run": dry_run,
        "customers": total.done,
        "linked": total.outcomes["link"],
        "review": total.outcomes["review"],
        "create": total.outcomes["create"],
        "rules": total.rules,
        "situations": total.situations,
        "needs_a_person": review,
    }
    return Outcome(lines, values, needs_a_person=bool(review))


def _told(customer: Customer, situation: Situation) -> dict[str, str]:
    return {
        "number": customer.number,
        "name": customer.name,
        "situation": situation,
        "explanation": situation.sentence,
    }
