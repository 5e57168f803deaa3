"""Whatever is written or asked of records is taken or refused, and what was taken adds up."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zoho_client.sandbox.calling import Zoho
from zoho_client.sandbox import ZohoSandbox

ACCOUNT, PRODUCT = "5725767101000010001", "5725767103000000000"
INVOICE, ROW = "5725767104000000000", "5725767105000000000"
WORDS = [
    "id", "name", "value", "percentage", "Product_Name", "Quantity", "List_Price", "Discount",
    "Line_Tax", "_delete", "Account_Name", "Subject", "Invoiced_Items", "Tag", "Tax", "Phone",
    "$line_tax", "$append_values", "Layout", "Owner", "Employees", "Adjustment", "Due_Date",
    "BTW 21", ACCOUNT, PRODUCT, INVOICE, ROW, "2026-01-31", "12.50", "trigger", "workflow",
]  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(WORDS) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)
    ),
    max_leaves=8,
)  # fmt: skip
RECORDS = st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=6)
MORE = st.dictionaries(st.sampled_from(["trigger", "duplicate_check_fields"]), VALUES, max_size=2)
CALLS = [
    ("POST", "Accounts"), ("PUT", f"Accounts/{ACCOUNT}"), ("POST", "Accounts/upsert"),
    ("POST", "Products"), ("PUT", f"Products/{PRODUCT}"), ("POST", "Invoices/upsert"),
    ("PUT", f"Invoices/{INVOICE}"), ("PUT", "Invoices"), ("POST", "Tasks"),
]  # fmt: skip
OPTIONS = [
    "fields",
    "page",
    "per_page",
    "page_token",
    "sort_by",
    "sort_order",
    "ids",
    "type",
    "cvid",
]


@pytest.fixture(scope="module")
def zoho() -> Zoho:
    return Zoho(ZohoSandbox(limits=False))


@given(st.sampled_from(CALLS), st.lists(RECORDS, min_size=1, max_size=2), MORE)
@settings(max_examples=100, deadline=None)
def test_any_record_is_taken_or_refused_in_zohos_words(
    zoho: Zoho, call: tuple[str, str], rows: list[Any], more: dict[str, Any]
) -> None:
    answer = zoho.call(*call, {"data": rows, **more})

    assert answer.status_code in {200, 201, 207, 400}
    told = answer.json().get("data", [answer.json()])
    assert all(one["status"] in {"success", "error"} for one in told)
    assert all({"code", "details", "message"} <= one.keys() for one in told)


@given(
    st.sampled_from(["Accounts", "Accounts/deleted", "Invoices", "Invoiced_Items", f"Tasks/{ROW}"]),
    st.dictionaries(st.sampled_from(OPTIONS), st.text(max_size=8) | st.sampled_from(WORDS)),
    st.none() | st.text("0123456789-+:TZ", max_size=25),
)
@settings(max_examples=80, deadline=None)
def test_any_option_of_a_list_is_taken_or_refused(
    zoho: Zoho, path: str, query: dict[str, str], since: str | None
) -> None:
    zoho.session.headers.pop("If-Modified-Since", None)
    if since is not None:
        zoho.session.headers["If-Modified-Since"] = since
    answer = zoho.call("GET", path, **query)

    assert answer.status_code in {200, 204, 304, 400}
    assert bool(answer.content) == (answer.status_code not in {204, 304})


MONEY = st.decimals(0, 9_999, places=2)
LINES = st.lists(
    st.fixed_dictionaries(
        {"Quantity": st.integers(1, 50), "List_Price": MONEY, "Discount": MONEY,
         "Line_Tax": st.sampled_from([[], ["BTW 6"], ["BTW 21"], ["BTW 6", "BTW 21"]])}
    ),
    min_size=1,
    max_size=3,
)  # fmt: skip
RATES = {"BTW 6": Decimal("0.06"), "BTW 21": Decimal("0.21")}


@given(LINES, MONEY, MONEY)
@settings(max_examples=40, deadline=None)
def test_every_invoice_adds_up_to_the_cent(
    zoho: Zoho, lines: list[Any], discount: Decimal, adjustment: Decimal
) -> None:
    expected = adjustment - discount
    for line in lines:
        net = line["Quantity"] * line["List_Price"] - line["Discount"]
        taxes = [
            (net * RATES[name]).quantize(Decimal("0.01"), ROUND_HALF_UP)
            for name in line["Line_Tax"]
        ]
        expected += net + sum(taxes)
    rows = [
        {
            "Product_Name": {"id": PRODUCT},
            "Quantity": line["Quantity"],
            "List_Price": float(line["List_Price"]),
            "Discount": str(line["Discount"]),
            "Line_Tax": [{"name": name} for name in line["Line_Tax"]],
        }
        for line in lines
    ]
    sums = {"Discount": float(discount), "Adjustment": float(adjustment)}
    data = {"Subject": "Any", "Invoiced_Items": rows, **sums}
    key = zoho.post("Invoices", {"data": [data]})["data"][0]["details"]["id"]

    assert Decimal(str(zoho.sandbox.record("Invoices", key)["Grand_Total"])) == expected
