"""A zapfloor on a port, and a source that is connected to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import pytest

from sync.models import ZapfloorSource
from sync.services.zapfloor import source as zapfloor_source
from sync.zapfloor.client import ZapfloorClient
from sync.zapfloor.sandbox import ZapfloorSandbox, run_on_port
from sync.zapfloor.sandbox.app import CLIENT
from sync.zapfloor.sandbox.company import Company
from tests.build import an_operator


@cache
def the_demo() -> Company:
    return Company.of_demo()


def a_small_company() -> Company:
    """Fifty customers, with the documents that are theirs."""
    whole, small = the_demo(), Company()
    for kind, records in whole.records.items():
        for key, record in records.items():
            owner = record.get("relationships", {}).get("customer", {}).get("data")
            number = int(owner["id"]) if owner else int(key) if kind == "customers" else 1
            if number <= 50:
                small.add({**record, "attributes": dict(record["attributes"])})
    return small


@dataclass
class Standing:
    """A stand-in that runs, and where."""

    url: str
    sandbox: ZapfloorSandbox = field(repr=False)

    def asked(self, path: str = "") -> list[str]:
        """Return the addresses that were asked for."""
        return [address for _, address, _ in self.sandbox.calls if path in address]


@pytest.fixture
def zapfloor() -> Iterator[Standing]:
    sandbox = ZapfloorSandbox(a_small_company())
    with run_on_port(sandbox) as url:
        yield Standing(url, sandbox)


def typed(url: str, **values: str) -> dict[str, str]:
    """Return the connection as a person types it."""
    made = ZapfloorSource()
    paths = {name: getattr(made, name) for name in ("customers_path", "invoices_path", "scope")}
    return {"base_url": url, "token_path": "/oauth/token", **paths, **CLIENT, **values}


@pytest.fixture
def source(zapfloor: Standing, db: None) -> ZapfloorSource:
    return zapfloor_source.save(typed(zapfloor.url), by=an_operator())


@pytest.fixture
def client(source: ZapfloorSource) -> ZapfloorClient:
    return zapfloor_source.client_of(source)
