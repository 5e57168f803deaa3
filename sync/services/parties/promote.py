"""Make an account a customer in Exact, at a person's word."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from accounts_link.models import ExactAccount
from sync.models import Invoice
from sync.services.delivery import prepare

if TYPE_CHECKING:
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
    prepare.refresh(account.division, Invoice.objects.filter(customer__links__account=account))
