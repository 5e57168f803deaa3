"""Fill empty search codes in Exact with the zapfloor number, where the settings ask for it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from accounts_link.models import AccountLink, ExactAccount
from exact_client.errors import ExactRefusedError
from sync.models import BookingSettings, Signal
from sync.services import signals

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from exact_client.client import ExactClient
    from exact_client.models import Division

MOST = 50  # calls of one round: nobody waits for these
REFUSED = "search_code:"  # and the account's key: what a signal is about


def fill(division: Division, exact: ExactClient, *, now: datetime) -> int:
    """Fill the search codes of accounts linked by VAT number; return how many were filled.

    An account with several customers keeps its search code empty: it has room for one number.
    Naming a value may be repeated safely. What Exact refuses becomes a signal, and is not asked
    for again. Raises any other ExactError.
    """
    if not BookingSettings.objects.filter(division=division, fill_search_code=True).exists():
        return 0
    links = _to_fill(division)
    filled = 0
    for link in links.exclude(account__in=_refused(links, now))[:MOST]:
        code = link.customer.number
        try:
            exact.update_account(link.account.exact_id, {"SearchCode": code})
        except ExactRefusedError as error:  # asking again would use up Exact's patience with errors
            _tell(link, error, now)
            continue
        filled += ExactAccount.objects.filter(pk=link.account_id).update(
            search_code=code, mirrored_at=now
        )
    return filled


def _to_fill(division: Division) -> QuerySet[AccountLink]:
    return AccountLink.objects.filter(
        division=division,
        rule=AccountLink.Rule.VAT,
        account__search_code="",
        account__link_count=1,
        account__is_gone=False,
    ).select_related("customer", "account")


def _refused(links: QuerySet[AccountLink], now: datetime) -> set[int]:
    """Return the accounts that Exact would not change; what needs it no more is closed."""
    told = Signal.objects.open().filter(key__startswith=REFUSED)
    accounts = {int(signal.key.removeprefix(REFUSED)) for signal in told}
    refused = set(links.filter(account__in=accounts).values_list("account_id", flat=True))
    for mended in accounts - refused:
        signals.close_signal(f"{REFUSED}{mended}", now=now)
    return refused


def _tell(link: AccountLink, error: ExactRefusedError, now: datetime) -> None:
    signals.raise_signal(
        f"{REFUSED}{link.account_id}",
        f"The search code of {link.account} could not be filled",
        advice=f"{error} Fill in {link.customer.number} in Exact by hand.",
        now=now,
    )
