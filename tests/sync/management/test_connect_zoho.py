"""The command that connects to Zoho without a browser."""

from collections.abc import Iterator

import pytest
from django.conf import settings

from tests.sync.management.running import manage
from zoho_client.models import ZohoConnection
from zoho_client.sandbox import SandboxAdapter, ZohoSandbox
from zoho_client.wire import pooled_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def zoho_sandbox() -> Iterator[ZohoSandbox]:
    stand_in = ZohoSandbox()
    pooled_session().mount(settings.ZOHO_ACCOUNTS_URL, SandboxAdapter(stand_in))
    yield stand_in
    del pooled_session().adapters[settings.ZOHO_ACCOUNTS_URL]


def test_zoho_is_connected_through_its_stand_in_or_by_a_pasted_code(
    zoho_sandbox: ZohoSandbox,
) -> None:
    ran = manage("connect", "zoho", "--sandbox", "--json")
    again = manage("connect", "zoho", "--code", zoho_sandbox.self_client_code("1000.STANDIN"))
    wrong = manage("connect", "zoho", "--code", "1000.used.before", "--json")

    assert (ran.status, again.status, wrong.status) == (0, 0, 2)
    assert ran.values["name"] == ZohoConnection.objects.get().org_name
    assert "invalid_code" in wrong.values["error"]


def test_without_a_stand_in_of_zoho_connecting_is_status_2() -> None:
    ran = manage("connect", "zoho", "--sandbox", "--json")

    assert ran.status == 2
    assert "does not answer" in ran.said


@pytest.mark.parametrize("pasted", ["", "https://us.example/zoho/callback/?code=&state=s"])
def test_what_holds_no_code_is_status_2(pasted: str) -> None:
    ran = manage("connect", "zoho", "--code", pasted, "--json")

    assert (ran.status, "no code in what was pasted" in ran.values["error"]) == (2, True)
