"""A stand-in in this process, a permission from it, and the client of its first division."""

from collections.abc import Iterator

import pytest
from django.conf import settings

from exact_client.client import ExactClient
from exact_client.connections import connect_through_sandbox
from exact_client.counting import Lane
from exact_client.meter import clock_of
from exact_client.models import Division, ExactConnection
from exact_client.sandbox import ExactSandbox, SandboxAdapter
from exact_client.wire import pooled_session


@pytest.fixture
def sandbox() -> Iterator[ExactSandbox]:
    """Answer at EXACT_URL, without a port."""
    stand_in = ExactSandbox()
    session = pooled_session()
    session.mount(settings.EXACT_URL, SandboxAdapter(stand_in))
    clock_of.cache_clear()
    yield stand_in
    del session.adapters[settings.EXACT_URL]


@pytest.fixture
def connection(db: None, sandbox: ExactSandbox) -> ExactConnection:
    """Be allowed in, as by a person on the consent page."""
    return connect_through_sandbox(connected_by="test")


@pytest.fixture
def division(connection: ExactConnection) -> Division:
    """Return the division that was chosen."""
    return connection.divisions.chosen().get()


@pytest.fixture
def exact(division: Division) -> ExactClient:
    """Return the client that production code would use."""
    return ExactClient.connected(division, lane=Lane.PUSH)
