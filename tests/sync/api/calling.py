"""A program that calls the intake API, and valid records for it to bring."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import count
from typing import Any

from django.test import Client

from sync.models import ApiClient
from sync.services import api_clients
from tests.build import NOW

ALL = [*api_clients.SCOPE_NAMES]
_numbers = count(1)


class Program:
    """Something with a key, that sends JSON."""

    def __init__(self, scopes: Sequence[str] = ALL, **values: Any) -> None:
        made = api_clients.make(f"program {next(_numbers)}", scopes, now=NOW, **values)
        self.client: ApiClient = made.client
        self.key = made.key
        self.browser = Client(raise_request_exception=False)

    def send(
        self,
        method: str,
        path: str,
        content: Any = None,
        kind: str = "application/json",
        **headers: str,
    ) -> Any:
        """Send a request; `content` becomes JSON unless it is bytes."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.browser.generic(
            method,
            f"/api/v1/{path}",
            b"" if content is None else body,
            kind,
            headers={"Authorization": f"Bearer {self.key}", **named},
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def post(self, path: str, content: Any, **headers: str) -> Any:
        return self.send("POST", path, content, **headers)

    def put(self, path: str, content: Any, **headers: str) -> Any:
        return self.send("PUT", path, content, **headers)


def customer(number: str = "10001", **values: Any) -> dict[str, Any]:
    """Return a customer that is taken in."""
    return {
        "number": number,
        "name": "Bakkerij Peeters bv",
        "business_type": "vat",
        "vat_number": "BE 0403.019.261",
        "street": "Kerkstraat",
        "street_number": "12",
        "postcode": "9000",
        "city": "Gent",
        "country": "BE",
        **values,
    }


def line(**values: Any) -> dict[str, Any]:
    """Return a line that is taken in."""
    return {
        "description": "Desk, October",
        "resource_type": "desk",
        "quantity": "1",
        "unit_price": "279.86",
        "vat_rate": 21,
        **values,
    }


def invoice(number: str = "INV-2026-1", **values: Any) -> dict[str, Any]:
    """Return an invoice that is taken in."""
    return {
        "number": number,
        "kind": "invoice",
        "invoice_date": "2026-10-01",
        "due_date": "2026-10-31",
        "customer_ref": "10001",
        "location": "GNT",
        "total_incl": "338.63",
        "lines": [line()],
        **values,
    }
