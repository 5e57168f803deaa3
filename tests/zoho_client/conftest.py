"""A stand-in in this process, a permission from it, and the client of its organisation."""

from collections.abc import Iterator

import pytest
from django.conf import settings

from zoho_client.budget import Lane
from zoho_client.client import ZohoClient
from zoho_client.connections import connect_through_sandbox
from zoho_client.models import ZohoConnection
from zoho_client.sandbox import SandboxAdapter, ZohoSandbox
from zoho_client.wire import pooled_session


@pytest.fixture
def sandbox() -> Iterator[ZohoSandbox]:
    """Answer at ZOHO_ACCOUNTS_URL, without a port."""
    stand_in = ZohoSandbox()
    session = pooled_session()
    session.mount(settings.ZOHO_ACCOUNTS_URL, SandboxAdapter(stand_in))
    yield stand_in
    del session.adapters[settings.ZOHO_ACCOUNTS_URL]


@pytest.fixture
def connection(db: None, sandbox: ZohoSandbox) -> ZohoConnection:
    """Be allowed in, as by a person on the consent page."""
    return connect_through_sandbox(connected_by="test")


@pytest.fixture
def zoho(connection: ZohoConnection) -> ZohoClient:
    """Return the client that production code would use."""
    return ZohoClient.connected(connection, lane=Lane.PUSH)
