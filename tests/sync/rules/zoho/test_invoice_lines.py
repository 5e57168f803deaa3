"""Rows of a subform: changed by id, deleted by name, and never added twice."""

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.rules.zoho.invoice_lines import Tax, ZohoLine, line_changes

Rows = list[tuple[str, ZohoLine]]


def a_line(product: str, price: int = 10, quantity: int = 1) -> ZohoLine:
    return ZohoLine(product, Decimal(quantity), Decimal(price))


def as_zoho_does(rows: Rows, sent: list[dict[str, Any]]) -> Rows:
    """Write rows as Zoho was seen to: without an id it appends, and what isn't named it keeps."""
    stored = dict(rows)
    for row in sent:
        row_id = str(row.get("id", ""))
        if "_delete" in row:
            del stored[row_id]
        elif not row_id:
            stored[f"new-{len(stored)}-{len(sent)}-{id(row)}"] = ZohoLine.from_api(row)
        else:
            assert row_id in stored
            stored[row_id] = ZohoLine.from_api(row)
    return list(stored.items())


def test_equal_rows_are_left_alone_whatever_their_order() -> None:
    one, other = a_line("1"), a_line("2")

    assert not line_changes([("a", one), ("b", other)], [other, one])


def test_a_line_that_occurs_twice_is_wanted_twice() -> None:
    changes = line_changes([("a", a_line("1"))], [a_line("1"), a_line("1")])

    assert (changes.update, changes.add, changes.delete) == ([], [a_line("1")], [])


def test_a_row_of_the_same_product_is_changed_before_another() -> None:
    rows = [("a", a_line("1")), ("b", a_line("2"))]

    changes = line_changes(rows, [a_line("2", price=12)])

    assert changes.update == [("b", a_line("2", price=12))]
    assert changes.delete == ["a"]


def test_a_row_of_another_product_is_changed_rather_than_deleted() -> None:
    changes = line_changes([("a", a_line("1"))], [a_line("2")])

    assert changes.to_api() == [{"id": "a", **a_line("2").to_api()}]


def test_rows_too_many_are_deleted_by_name() -> None:
    changes = line_changes([("a", a_line("1")), ("b", a_line("2"))], [a_line("1")])

    assert changes.to_api() == [{"id": "b", "_delete": None}]


def test_a_row_is_read_as_zoho_shows_it() -> None:
    row = {
        "id": "a",
        "Product_Name": {"name": "Desk", "id": "1"},
        "Quantity": 2.0,
        "List_Price": 10,
        "Discount": "5.90",
        "Line_Tax": [{"id": "3", "name": "BTW 21", "percentage": 21.0, "value": 2.96}],
        "Description": None,
        "Total": 20,
    }

    line = ZohoLine.from_api(row)

    tax = Tax("BTW 21", Decimal(21))
    assert line == ZohoLine("1", Decimal(2), Decimal(10), Decimal("5.9"), (tax,))
    assert (line.amount, line.net, line.tax) == (Decimal(20), Decimal("14.10"), Decimal("2.96"))


lines = st.builds(
    ZohoLine,
    product=st.sampled_from("123"),
    quantity=st.integers(1, 3).map(Decimal),
    list_price=st.integers(1, 3).map(Decimal),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(lines, max_size=7), st.lists(lines, max_size=7))
def test_written_once_or_twice_the_rows_are_the_lines_that_were_wanted(
    before: list[ZohoLine], wanted: list[ZohoLine]
) -> None:
    rows: Rows = [(str(number), line) for number, line in enumerate(before)]

    changes = line_changes(rows, wanted)
    after = as_zoho_does(rows, changes.to_api())

    assert sorted(map(str, (line for _, line in after))) == sorted(map(str, wanted))
    assert len(changes.add) == max(len(wanted) - len(before), 0)
    assert not line_changes(after, wanted)
