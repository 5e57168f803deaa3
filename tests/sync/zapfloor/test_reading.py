"""Paths into records, and what becomes of what they find."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts_link.imports.customers import CustomerRow
from accounts_link.imports.documents import InvoiceRow
from accounts_link.imports.shapes import RowError
from sync.zapfloor.fields import FieldMapError
from sync.zapfloor.json_api import Resource
from sync.zapfloor.paths import AbsentError, PathError, parse
from sync.zapfloor.reading import DocumentMap, customer_map, read_customer, read_document

HERE = {"type": "locations", "id": "9", "attributes": {"code": "BRU-1"}}
LINE = {
    "type": "invoice_lines",
    "id": "4",
    "attributes": {
        "resource_type": "desk", "quantity": 2, "unit_price": "19.99", "vat_rate": 21,
    },
}  # fmt: skip


def a_record(**attributes: Any) -> Resource:
    given = {"ref": "10001", "name": "Acme", "tags": ["a", "b"], "lines": [{"x": 1}], "none": None}
    content = {
        "type": "customers",
        "id": "17",
        "attributes": {**given, **attributes},
        "relationships": {
            "location": {"data": {"type": "locations", "id": "9"}},
            "parent": {"data": None},
            "gone": {"data": {"type": "locations", "id": "8"}},
        },
    }
    return Resource(content, {("locations", "9"): HERE})


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("id", "17"),
        ("attributes.name", "Acme"),
        ("attributes.tags.1", "b"),
        ("attributes.tags", "a; b"),
        ("attributes.lines.0.x", Decimal(1)),
        ("relationships.location.data.id", "9"),
        ("included.location.attributes.code", "BRU-1"),
        ("included.parent.attributes.code", ""),
        ("attributes.none", ""),
        ("attributes.phone?", ""),
        ("attributes.phone or attributes.name", "Acme"),
        ("attributes.none or attributes.ref", "10001"),
        ("attributes.none or attributes.phone", ""),
        ('="EUR"', "EUR"),
        ("=EUR", "EUR"),
        ('attributes.none or ="EUR"', "EUR"),
        ("type | customers=member, *=guest", "member"),
        ("type | Customers=member", "member"),
        ("id | 1=a, *=b", "b"),
        ("id | 1=a", "17"),
        ("attributes.phone? | *=yes", "yes"),
    ],
)
def test_a_path_finds_its_value(path: str, found: object) -> None:
    assert parse(path).read(a_record()) == found


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("attributes.phone", "“attributes” has no “phone”, but ref, name, tags"),
        ("attributes.name.first", "“attributes.name” is one value"),
        ("attributes.tags.2", "is a list of 2, counted from 0"),
        ("attributes.tags.x", "is a list of 2, counted from 0"),
        ("included.owner.id", "no relationship “owner”, but location, parent, gone"),
        ("included.gone.id", "locations 8 was not sent along; add include=gone"),
        ("attributes.x or attributes.y", "has no “x”"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(path: str, said: str) -> None:
    with pytest.raises(AbsentError, match="is not there") as caught:
        parse(path).read(a_record())
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "path",
    ["", ".", "attributes..x", "a b", "included", "a.included", "a | b", "a | =c", "a" * 301],
)
def test_a_path_that_makes_no_sense_is_refused(path: str) -> None:
    with pytest.raises(PathError):
        parse(path)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(json_values, st.sampled_from(["a", "a.b", "a.0", "included.a.b", "a? or b", "a | *=x"]))
def test_any_record_is_read_or_told_absent(value: Any, path: str) -> None:
    content = value if isinstance(value, dict) else {"a": value}
    record = Resource({**content, "relationships": {"a": value}})
    with suppress(AbsentError):
        parse(path).read(record)


# --- Rows --------------------------------------------------------------------------------------


def a_customer(**attributes: Any) -> Resource:
    return a_record(**{"business_type": "no_vat", "country": "BE", **attributes})


def customer(resource: Resource, **paths: str) -> CustomerRow | list[RowError]:
    return read_customer(customer_map({"location": "", **paths}), resource, 3)


def test_a_customer_is_read_with_what_it_has() -> None:
    row = customer(a_customer(vat_number="BE 0403.019.261", email="a@acme.be"), contact="=Desk")

    assert isinstance(row, CustomerRow)
    assert (row.number, row.name, row.line) == ("10001", "Acme", 3)
    assert (row.vat_typed, row.email, row.contact, row.kind) == (
        "BE 0403.019.261",
        "a@acme.be",
        "Desk",
        "member",
    )


def test_every_error_of_a_record_is_told_at_once() -> None:
    errors = customer(a_customer(country="Belgiumm", email="nobody", name=""))

    assert isinstance(errors, list)
    assert [error.column for error in errors] == ["Name", "Country", "E-mail"]
    assert {error.record for error in errors} == {"10001"}
    assert errors[2].message.startswith("customers 17: “E-mail” (attributes.email?): “nobody”")


def test_a_number_that_can_not_be_read_is_named_by_its_id() -> None:
    errors = customer(a_customer(), number="attributes.nr")

    assert isinstance(errors, list)
    assert errors[0].record == "customers 17"


def test_a_vat_number_must_be_there_for_who_has_one_and_is_noted_when_wrong() -> None:
    missing = customer(a_customer(business_type="vat"))
    wrong = customer(a_customer(business_type="vat", vat_number="BE0403019262"))

    assert isinstance(missing, list)
    assert "is empty, though the business type is vat" in missing[0].message
    assert isinstance(wrong, CustomerRow)
    assert "check digits are wrong" in wrong.notes[0].message


def test_an_object_where_a_value_should_be_is_told() -> None:
    errors = customer(a_customer(name={"first": "A"}))

    assert isinstance(errors, list)
    assert "is an object and not one value" in errors[0].message


HEAD = {
    "customer_ref": "attributes.customer",
    "location": "attributes.location?",
    "total_incl": "attributes.total?",
    "lines": "attributes.lines",
}


def document(*lines: Any, paths: dict[str, str] | None = None, **attributes: Any) -> Any:
    given = {
        "number": "F-1", "invoice_date": "2026-09-23", "currency": "EUR", "customer": "10001",
        "lines": [{**LINE["attributes"], **line} for line in lines],  # type: ignore[dict-item] # attributes are a dict
    }  # fmt: skip
    record = Resource({"type": "invoices", "id": "7", "attributes": {**given, **attributes}})
    of_line = {
        name: path.removeprefix("attributes.")
        for name, path in {
            "description": "description?", "resource_type": "attributes.resource_type",
            "resource_code": "", "quantity": "quantity", "unit_price": "unit_price",
            "discount_percent": "discount?", "vat_rate": "vat_rate", "period_from": "from?",
            "period_to": "to?",
        }.items()
    }  # fmt: skip
    return read_document(DocumentMap.of({**HEAD, **(paths or {})}, of_line), record, 1)


def test_a_document_is_read_with_its_lines_in_their_order() -> None:
    row = document({}, {"unit_price": "47,50", "discount": 10, "from": "2026-10-01"}, due="x")

    assert isinstance(row, InvoiceRow)
    assert (row.number, row.kind, row.invoice_date) == ("F-1", "invoice", date(2026, 9, 23))
    assert [line.position for line in row.lines] == [1, 2]
    assert row.lines[1].unit_price == Decimal("47.50")
    assert row.lines[1].discount_percent == Decimal(10)
    assert row.lines[1].period_from == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"vat_rate": "0.21"}, "line 1: “VAT in %” is below 1 %"),
        ({"vat_rate": 210}, "is a percentage, from 0 to 100"),
        ({"discount": -1}, "“Discount in %” is a percentage"),
        ({"from": "2026-10-02", "to": "2026-10-01"}, "is before the period begins"),
        ({"unit_price": "1.234"}, "is ambiguous"),
        ({"resource_type": "spaceship"}, "“spaceship” is unknown"),
        ({"quantity": None}, "“Quantity” (quantity) is empty"),
    ],
)
def test_a_line_that_can_not_be_booked_is_told_with_its_number(
    line: dict[str, Any], said: str
) -> None:
    errors = document(line, {})

    assert isinstance(errors, list)
    assert said in " ".join(error.message for error in errors)
    assert errors[0].message.startswith("invoices 7, line 1")


def test_a_document_without_lines_or_customer_is_refused() -> None:
    assert "is empty, where a list of lines should be" in document()[0].message
    assert "are 1,001; a document has at most 1,000" in document(*[{}] * 1001)[0].message
    assert "not a list of objects" in document(lines="none")[0].message
    assert "“Customer number” is empty" in document({}, customer="")[0].message


def test_a_document_that_is_due_before_its_date_is_refused() -> None:
    assert "is before the date" in document({}, due_date="2026-09-01")[0].message


def test_a_draft_is_left_for_later_whatever_it_lacks() -> None:
    assert document({"vat_rate": "?"}, status="Draft") is None


def test_a_needed_field_without_a_path_is_refused_with_its_name() -> None:
    with pytest.raises(FieldMapError) as caught:
        DocumentMap.of({"number": "", "due_date": "a..b"}, {"vat_rate": ""})
    assert caught.value.faults.keys() == {"number", "due_date", "line.vat_rate"}
