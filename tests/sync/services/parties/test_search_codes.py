"""Our numbers in the empty search codes of Exact, where the settings ask for it."""

from __future__ import annotations

import pytest

from accounts_link.models import AccountLink, ExactAccount
from exact_client.client import ExactClient
from exact_client.models import Division
from exact_client.sandbox import ExactSandbox
from sync.models import BookingSettings, Signal
from sync.services.parties import mirror, search_codes
from tests.build import NOW, a_customer, a_link


@pytest.fixture
def link(division: Division, exact: ExactClient) -> AccountLink:
    """Return a link by VAT number to an account without a search code."""
    BookingSettings.objects.create(division=division, fill_search_code=True)
    mirror.mirror(division, exact, now=NOW)
    account = ExactAccount.objects.customers().filter(search_code="")[0]
    return a_link(account=account)


def code_in_exact(sandbox: ExactSandbox, link: AccountLink) -> str | None:
    code: str | None = sandbox.record("accounts", str(link.account.exact_id)).get("SearchCode")
    return code


def test_an_empty_search_code_is_filled_once(
    link: AccountLink, exact: ExactClient, sandbox: ExactSandbox
) -> None:
    assert search_codes.fill(link.division, exact, now=NOW) == 1
    assert search_codes.fill(link.division, exact, now=NOW) == 0

    assert code_in_exact(sandbox, link) == link.customer.number
    link.account.refresh_from_db()
    assert link.account.search_code == link.customer.number


def test_nothing_is_filled_unless_the_settings_ask_for_it(
    link: AccountLink, exact: ExactClient, sandbox: ExactSandbox
) -> None:
    BookingSettings.objects.update(fill_search_code=False)

    assert search_codes.fill(link.division, exact, now=NOW) == 0
    assert not code_in_exact(sandbox, link)


@pytest.mark.parametrize("rule", ["code", "person", "created"])
def test_only_links_by_vat_number_fill_it(link: AccountLink, exact: ExactClient, rule: str) -> None:
    AccountLink.objects.update(rule=rule)

    assert search_codes.fill(link.division, exact, now=NOW) == 0


def test_an_account_with_two_customers_keeps_its_search_code_empty(
    link: AccountLink, exact: ExactClient
) -> None:
    a_link(account=link.account, customer=a_customer())

    assert search_codes.fill(link.division, exact, now=NOW) == 0


def test_what_exact_refuses_is_told_once_and_does_not_keep_others_waiting(
    link: AccountLink, exact: ExactClient, sandbox: ExactSandbox
) -> None:
    others = ExactAccount.objects.customers().filter(search_code="").exclude(pk=link.account_id)
    second = a_link(account=others[0])
    refused = f"guid'{link.account.exact_id}'"
    sandbox.fault("status", path=refused, method="PUT", status=400, body="Geblokkeerd")

    assert search_codes.fill(link.division, exact, now=NOW) == 1
    assert code_in_exact(sandbox, second) == second.customer.number
    puts = sum(call.method == "PUT" for call in sandbox.calls)
    assert search_codes.fill(link.division, exact, now=NOW) == 0
    assert sum(call.method == "PUT" for call in sandbox.calls) == puts
    assert "Geblokkeerd" in Signal.objects.open().get().advice

    ExactAccount.objects.filter(pk=link.account_id).update(search_code="by hand")
    search_codes.fill(link.division, exact, now=NOW)
    assert not Signal.objects.open().exists()
