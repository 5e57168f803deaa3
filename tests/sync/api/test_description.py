"""What the API says of itself, to programs and to people."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from openapi_spec_validator import OpenAPIV31SpecValidator

from sync.api.problems import CODES
from tests.sync.api.calling import Program, customer

pytestmark = pytest.mark.django_db


def document() -> Any:
    return Client().get("/api/v1/openapi.json").json()


def test_the_document_is_openapi_3_1() -> None:
    told = document()

    assert told["openapi"].startswith("3.1")
    assert [error.message for error in OpenAPIV31SpecValidator(told).iter_errors()] == []


def test_every_operation_tells_its_key_its_errors_and_its_example_of_use() -> None:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            assert operation["security"], (method, path)
            assert {"401", "429"} <= operation["responses"].keys()
            assert operation["description"]
            for status, response in operation["responses"].items():
                kind = "application/problem+json" if status >= "400" else "application/json"
                assert list(response["content"]) == [kind]


def test_every_post_takes_an_idempotency_key() -> None:
    for path, methods in document()["paths"].items():
        if operation := methods.get("post"):
            names = {parameter["name"] for parameter in operation["parameters"]}
            assert "Idempotency-Key" in names, path


def test_every_status_that_is_answered_is_described() -> None:
    told = document()
    program = Program(["customers:write"])

    answers = [
        ("put", "/customers/{number}", program.put("customers/10001", customer())),
        ("post", "/customers", program.post("customers", {"customers": [customer(), 1]})),
        ("post", "/customers", program.post("customers", b"{")),
        ("post", "/customers", program.post("customers", [])),
        ("get", "/invoices", program.get("invoices")),
        ("get", "/status", program.get("status", Authorization="")),
    ]

    for method, path, answer in answers:
        assert str(answer.status_code) in told["paths"][path][method]["responses"]


def test_the_page_shows_every_address_every_value_and_every_code() -> None:
    told = document()
    response = Client().get("/api/v1/docs")
    page = unescape(response.content.decode())

    for path in told["paths"]:
        assert f"/api/v1{path}" in page
    for name in told["components"]["schemas"]:
        assert f'id="{name}"' in page
    for code in CODES:
        assert f"<code>{code}</code>" in page


def test_the_page_leads_nowhere_that_is_not_on_it_and_runs_no_script_of_others() -> None:
    page = Client().get("/api/v1/docs").content.decode()

    anchors = set(re.findall(r'href="#([^"]+)"', page))
    assert anchors <= set(re.findall(r'id="([^"]+)"', page))
    assert not re.search(r'(?:src|href)="https?://', page)
    assert not re.search(r"<script(?![^>]*src=)", page)
