"""Fill empty search codes in Exact with the zapfloor number, where the settings ask for it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from accounts_link.models import AccountLink, ExactAccount
from sync.models import BookingSettings

if TYPE_CHECKING:
    from exact_client.client import ExactClient
    from exact_client.models import Division

MOST = 50  # calls of one round: nobody waits for these


def fill(division: Division, exact: ExactClient, *, now: datetime) -> int:
    """Fill the search codes of accounts linked by VAT number; return how many were filled.

    An account with several customers keeps its search code empty: it has room for one number.
    Naming a value may be repeated safely. Raises ExactError when Exact did not do it.
    """
    if not BookingSettings.objects.filter(division=division, fill_search_code=True).exists():
        return 0
    links = AccountLink.objects.filter(
        division=division,
        rule=AccountLink.Rule.VAT,
        account__search_code="",
        account__link_count=1,
        account__is_gone=False,
    ).select_related("customer", "account")
    filled = 0
    for link in links[:MOST]:
        exact.update_account(link.account.exact_id, {"SearchCode": link.customer.number})
        filled += ExactAccount.objects.filter(pk=link.account_id).update(
            search_code=link.customer.number, mirrored_at=now
        )
    return filled
