"""A stand-in without limits for each test, and a caller of it."""

from collections.abc import Iterator

import pytest

from exact_client.sandbox import ExactSandbox
from tests.exact_client.sandbox.caller import Caller


@pytest.fixture
def sandbox() -> ExactSandbox:
    return ExactSandbox(limits=False)


@pytest.fixture
def exact(sandbox: ExactSandbox) -> Iterator[Caller]:
    caller = Caller(sandbox)
    yield caller
    caller.session.close()
