"""Many rows saved by one prepared statement: those that are there change, in the fields named."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sync.models import Invoice
from sync.services.upsert import rewrite
from tests.build import an_invoice

pytestmark = pytest.mark.django_db


def test_only_the_named_fields_of_these_rows_are_rewritten() -> None:
    first, second, other = (an_invoice(reason="as it was") for _ in range(3))
    for row, amount in ((first, "121.00"), (second, "-0.05")):
        row.state, row.amount, row.reason = "ready", Decimal(amount), "not named"

    rewrite([first, second], ["state", "amount"])

    found = Invoice.objects.in_bulk()
    assert [found[row.pk].amount for row in (first, second)] == [first.amount, second.amount]
    assert {found[row.pk].state for row in (first, second)} == {"ready"}
    assert {row.reason for row in found.values()} == {"as it was"}
    assert found[other.pk].state == "draft"


def test_rewriting_nothing_asks_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        rewrite([], ["state"])
