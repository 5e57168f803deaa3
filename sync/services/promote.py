"""Change an account in Exact at a person's word: make it a customer, or fill its search code."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from accounts_link.models import ExactAccount

if TYPE_CHECKING:
    from accounts_link.models import Customer
    from exact_client.client import ExactClient


def make_customer(account: ExactAccount, exact: ExactClient, *, now: datetime) -> None:
    """Give the account status C in Exact, so that it can be linked and booked on.

    Naming a value may be repeated safely. Raises ExactError when Exact did not do it.
    """
    exact.update_account(account.exact_id, {"Status": ExactAccount.Status.CUSTOMER.value})
    ExactAccount.objects.filter(pk=account.pk).update(
        status=ExactAccount.Status.CUSTOMER, mirrored_at=now
    )
    account.status = ExactAccount.Status.CUSTOMER


def fill_search_code(
    account: ExactAccount, customer: Customer, exact: ExactClient, *, now: datetime
) -> bool:
    """Write the zapfloor number in the account's search code if that is empty; say whether."""
    if account.search_code:
        return False
    exact.update_account(account.exact_id, {"SearchCode": customer.number})
    ExactAccount.objects.filter(pk=account.pk, search_code="").update(
        search_code=customer.number, mirrored_at=now
    )
    return True
