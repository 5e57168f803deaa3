"""Whatever a program sends, it gets an answer that it can read, and never a fault of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts_link.models import Customer
from sync.models import Invoice
from tests.sync.api.calling import Program, customer, invoice, line

BODIES = [
    (b"", 422, "invalid"),
    (b"{", 400, "not_json"),
    (b"\xff", 400, "not_json"),
    (b'{"customers": NaN}', 400, "not_json"),
    (b'{"customers": [], "customers": []}', 400, "not_json"),
    (b"[" * 100_000, 400, "not_json"),
    (b'{"a":' * 50_000, 400, "not_json"),
    (b"1" * 5000, 422, "invalid"),
    (b"1e999999999", 422, "invalid"),
    (b"null", 422, "invalid"),
    (b"[]", 422, "invalid"),
    (b'{"customers": 1}', 422, "invalid"),
    (b'{"customers": []}', 422, "invalid"),
    (b'{"customers": [{}], "more": 1}', 422, "invalid"),
    (json.dumps({"customers": [{}] * 501}).encode(), 422, "invalid"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("body", "status", "code"), BODIES, ids=range(len(BODIES)))
def test_a_body_that_can_not_be_read_is_refused_whole(body: bytes, status: int, code: str) -> None:
    answer = Program().post("customers", body)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_a_body_that_is_too_large_is_refused() -> None:
    answer = Program().post("customers", b" " * (20 * 2**20 + 1))

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.django_db
def test_another_type_than_json_is_refused() -> None:
    program = Program()
    answer = program.browser.post(
        "/api/v1/customers",
        {"customers": "1"},
        headers={"Authorization": f"Bearer {program.key}"},
    )

    assert (answer.status_code, answer.json()["code"]) == (415, "wrong_type")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["", "nothing", "customers/", "invoices//", "docs/more", "%2e%2e"])
def test_what_is_not_there_is_answered_as_a_problem(path: str) -> None:
    answer = Program().get(path)

    assert answer.status_code in {404, 405}
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_another_method_is_told_which_ones_there_are() -> None:
    answer = Program().send("DELETE", "invoices")

    assert (answer.status_code, answer.json()["code"]) == (405, "wrong_method")
    assert set(answer["Allow"].replace(" ", "").split(",")) == {"GET", "POST"}


# --- Hypothesis: records near to the schema, with anything in any of their fields ---------------

TEXTS = st.text(max_size=30) | st.sampled_from(["", "\x00", "\ud800", "2026-02-30", "1e99", "=A1"])
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.just(-0.0)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def near(record: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Draw the record with some of its fields changed for anything, left out, or added to."""
    names = st.sampled_from(sorted(record)) | TEXTS
    changes = st.dictionaries(names, ANYTHING, max_size=3)
    gaps = st.sets(st.sampled_from(sorted(record)), max_size=2)
    return st.builds(
        lambda values, without: {
            name: value for name, value in {**record, **values}.items() if name not in without
        },
        changes,
        gaps,
    )


INVOICES = near(invoice()) | st.builds(lambda one: invoice(lines=[one]), near(line())) | ANYTHING
SOME = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],  # an example is small enough as it is drawn
)


class AnyInput(TestCase):
    """Nothing that can be written as JSON makes a fault, and what is taken in can be read back."""

    @SOME
    @given(st.lists(near(customer()) | ANYTHING, min_size=1, max_size=3))
    def test_customers(self, records: list[Any]) -> None:
        """Each record has its result, and those that are new are there."""
        answer = Program().post("customers", {"customers": records}, Idempotency_Key="k")

        self._has_a_result_for_each(answer, records)
        assert Customer.objects.count() == answer.json()["new"]

    @SOME
    @given(st.lists(INVOICES, min_size=1, max_size=3))
    def test_invoices(self, records: list[Any]) -> None:
        """Each record has its result, and those that are new are there and can be read."""
        program = Program()
        answer = program.post("invoices", {"invoices": records}, Idempotency_Key="k")

        self._has_a_result_for_each(answer, records)
        assert Invoice.objects.count() == answer.json()["new"]
        assert len(program.get("invoices").json()["invoices"]) == answer.json()["new"]

    @SOME
    @given(ANYTHING)
    def test_bodies(self, body: Any) -> None:
        """A body that is no batch is refused as a whole."""
        answer = Program().post("invoices", body)

        assert answer.status_code in {207, 422} or (answer.status_code == 200 and body)

    @SOME
    @given(st.text(max_size=40), st.text(max_size=40))
    def test_addresses(self, path: str, question: str) -> None:
        """Any address gets an answer."""
        program = Program()
        for where in ("invoices", "payments", "customers"):
            address = f"/api/v1/{where}/{path}?cursor={question}"
            headers = {"Authorization": f"Bearer {program.key}"}
            answer = program.browser.get(address, headers=headers)
            assert answer.status_code < 500

    def _has_a_result_for_each(self, answer: Any, records: list[Any]) -> None:
        assert answer.status_code in {200, 207}, answer.content
        results = answer.json()["results"]
        assert [one["index"] for one in results] == list(range(len(records)))
        for one in results:
            assert bool(one["errors"]) == (one["status"] == "refused")
