"""manage.py export_links: the link table as CSV."""

import csv
from typing import Any

from accounts_link.imports.export import defused
from accounts_link.models import AccountLink
from sync.management.verbs import Outcome, Verb

COLUMNS = ["customer_number", "exact_id", "exact_code", "rule", "linked_at", "linked_by"]


class Command(Verb):
    """Print every link as CSV, for a spreadsheet or a script."""

    help = "Print every link as CSV."

    def do(self, *, json: bool, **_: Any) -> Outcome:
        """Write the table, or one JSON object that holds it."""
        rows = [_row(link) for link in _links()]
        if json:
            return Outcome([], {"links": rows})
        writer = csv.DictWriter(self.stdout, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return Outcome([])


def _links() -> Any:
    links = AccountLink.objects.select_related("customer", "account", "linked_by")
    return links.order_by("customer__number").iterator()


def _row(link: AccountLink) -> dict[str, str]:
    return {
        "customer_number": defused(link.customer.number),
        "exact_id": str(link.account.exact_id),
        "exact_code": defused(link.account.code),
        "rule": link.rule,
        "linked_at": link.linked_at.isoformat(),
        "linked_by": defused(link.linked_by.get_username()) if link.linked_by else "",
    }
