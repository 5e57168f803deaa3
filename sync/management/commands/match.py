"""manage.py match: link what the rules allow, list what needs a person."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from accounts_link.models import AccountLink, Customer
from sync.management.verbs import Outcome, Verb, counted, the_division
from sync.rules.matching import Situation
from sync.services import match, prepare, release


class Command(Verb):
    """Link customers to accounts where the rules allow it; list what needs a person."""

    help = "Link customers to accounts where the rules allow it; list what needs a person."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether to write anything."""
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def do(self, *, dry_run: bool, **_: Any) -> Outcome:
        """Match now, in this process."""
        division, now = the_division(), timezone.now()
        matched = match.match(division, now=now, dry_run=dry_run)
        if not dry_run:
            prepare.refresh(division)
            release.enqueue(division, now=now)
        review = [_told(customer, situation) for customer, situation in matched.reviews]
        lines = [
            f"{matched.done:,} customers without an account: {counted(matched.outcomes)}.",
            f"Linked by: {counted(matched.rules) or 'nothing'}.",
            f"{AccountLink.objects.filter(division=division).count():,} customers are linked now.",
            *(f"  {row['number']}  {row['explanation']}" for row in review[:50]),
        ]
        values = {
            "dry_run": dry_run,
            "customers": matched.done,
            "linked": matched.outcomes["link"],
            "review": matched.outcomes["review"],
            "create": matched.outcomes["create"],
            "rules": matched.rules,
            "situations": matched.situations,
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
