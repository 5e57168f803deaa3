"""An operator at a browser, in a division that was chosen."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from exact_client.models import Division
from tests.build import a_division, an_operator


@pytest.fixture
def division() -> Division:
    return a_division()


@pytest.fixture
def operator() -> User:
    return an_operator()


@pytest.fixture
def browser(client: Client, operator: User, division: Division) -> Client:
    client.force_login(operator)
    return client
