"""Making an account a customer in Exact at a person's word."""

from __future__ import annotations

import pytest

from accounts_link.models import AccountLink, ExactAccount
from exact_client.client import ExactClient
from exact_client.errors import ExactError
from exact_client.models import Division
from exact_client.sandbox import ExactSandbox
from sync.services.parties import link, mirror, promote
from tests.build import NOW, a_customer


@pytest.fixture
def prospect(division: Division, exact: ExactClient) -> ExactAccount:
    mirror.mirror(division, exact, now=NOW)
    return ExactAccount.objects.not_customers()[0]


def test_an_account_becomes_a_customer_there_and_here(
    prospect: ExactAccount, exact: ExactClient, sandbox: ExactSandbox
) -> None:
    promote.make_customer(prospect, exact, now=NOW)
    promote.make_customer(prospect, exact, now=NOW)

    assert sandbox.record("accounts", str(prospect.exact_id))["Status"] == "C"
    link.assign(a_customer(), prospect, link.Author(by=None, at=NOW))
    assert AccountLink.objects.get().account == prospect


def test_when_exact_says_no_nothing_changes_here(
    prospect: ExactAccount, exact: ExactClient, sandbox: ExactSandbox
) -> None:
    status = prospect.status
    sandbox.fault("status", path="crm/Accounts", method="PUT", status=500, body="Niet toegestaan")

    with pytest.raises(ExactError, match="Niet toegestaan"):
        promote.make_customer(prospect, exact, now=NOW)

    prospect.refresh_from_db()
    assert prospect.status == status
