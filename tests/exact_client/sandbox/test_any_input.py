"""Whatever is sent, the stand-in answers: it never breaks off by itself."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exact_client.sandbox.facts import entities
from tests.exact_client.sandbox.caller import Caller, an_account, an_entry

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=40),
    st.sampled_from(["4", "70", "BRU", "2026-10-01", "00000000-0000-0000-0000-000000000001"]),
    st.lists(
        st.dictionaries(st.sampled_from(["AmountFC", "GLAccount"]), st.integers()), max_size=2
    ),
)
ENTRY = st.sampled_from(sorted(entities()["salesentry/SalesEntries"].properties))
LINE = st.sampled_from(sorted(entities()["salesentry/SalesEntryLines"].properties))
ACCOUNT = st.sampled_from(sorted(entities()["crm/Accounts"].properties))
DOCUMENT = st.sampled_from(sorted(entities()["documents/Documents"].properties))
CONTACT = st.sampled_from(sorted(entities()["crm/Contacts"].properties))
ITEM = st.sampled_from(sorted(entities()["logistics/Items"].properties))
PRICE = st.sampled_from(sorted(entities()["logistics/SalesItemPrices"].properties))
INVOICE = st.sampled_from(sorted(entities()["salesinvoice/SalesInvoices"].properties))
INVOICE_LINE = st.sampled_from(sorted(entities()["salesinvoice/SalesInvoiceLines"].properties))
PRINTED = st.sampled_from(sorted(entities()["salesinvoice/PrintedSalesInvoices"].properties))
ANSWERS = {200, 201, 204, 400, 404, 405, 500}
bounded = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@bounded
@given(header=st.dictionaries(ENTRY, VALUES, max_size=4), line=st.dictionaries(LINE, VALUES))
def test_any_entry(exact: Caller, header: dict[str, object], line: dict[str, object]) -> None:
    entry = an_entry(exact.sandbox)
    entry["SalesEntryLines"][0] |= line
    answer = exact.send("POST", "salesentry/SalesEntries", {**entry, **header})

    assert answer.status_code in ANSWERS
    json.loads(answer.text)
    for booked in exact.sandbox.entries:
        where = f"salesentry/SalesEntries(guid'{booked['EntryID']}')"
        assert exact.send("PUT", where, header).status_code in ANSWERS
        assert exact.get(where, expand="SalesEntryLines").status_code == 200
        assert exact.send("DELETE", where).status_code in ANSWERS


@bounded
@given(
    properties=st.dictionaries(ACCOUNT, VALUES, max_size=5),
    changes=st.dictionaries(ACCOUNT, VALUES),
)
def test_any_account(
    exact: Caller, properties: dict[str, object], changes: dict[str, object]
) -> None:
    answer = exact.send("POST", "crm/Accounts", {"Name": "Any", **properties})

    assert answer.status_code in ANSWERS
    if answer.status_code == 201:
        where = answer.headers["Location"]
        assert exact.send("PUT", where, changes).status_code in ANSWERS
        assert exact.get(where).status_code == 200
        assert exact.get("/").status_code == 200


@bounded
@given(
    option=st.sampled_from(["filter", "select", "orderby", "top", "skip", "expand", "skiptoken"]),
    text=st.one_of(
        st.text(max_size=30),
        st.lists(
            st.sampled_from(
                [
                    "(",
                    ")",
                    ",",
                    "'",
                    "Name",
                    "Modified",
                    "ID",
                    "eq",
                    "ne",
                    "gt",
                    "and",
                    "or",
                    "not",
                    "null",
                    "true",
                    "1",
                    "1L",
                    "'x'",
                    "datetime'2026-01-01'",
                    "guid'00000000-0000-0000-0000-000000000001'",
                    "trim",
                    "startswith",
                    "desc",
                ]
            ),
            max_size=8,
        ).map(" ".join),
    ),
)
def test_any_query(exact: Caller, option: str, text: str) -> None:
    assert exact.get("crm/Accounts", **{option: text}).status_code in {200, 400}


@bounded
@given(
    document=st.dictionaries(DOCUMENT, VALUES, max_size=4),
    file=st.dictionaries(st.sampled_from(["FileName", "Attachment", "Document", "Url"]), VALUES),
)
def test_any_document(exact: Caller, document: dict[str, object], file: dict[str, object]) -> None:
    whole = {"Subject": "x", "Type": 10, **document}
    made = exact.send("POST", "documents/Documents", whole)
    key = made.json()["d"]["ID"] if made.status_code == 201 else None
    content = {"Document": key, "FileName": "x.pdf", "Attachment": "JVBERg==", **file}
    kept = exact.send("POST", "documents/DocumentAttachments", content)

    assert {made.status_code, kept.status_code} <= ANSWERS
    json.loads(made.text)
    json.loads(kept.text)
    assert exact.get("/_sandbox/state").status_code == 200


@bounded
@given(content=st.dictionaries(st.sampled_from(["entry", "amount", "date", "changes"]), VALUES))
def test_any_turn_of_a_knob(exact: Caller, content: dict[str, object]) -> None:
    exact.sandbox.book([an_entry(exact.sandbox)])
    for knob in ("pay", "bounce", "alter", "remove", "process", "period", "year", "type"):
        answer = exact.send("POST", f"/_sandbox/{knob}", content)
        assert answer.status_code in ANSWERS


@bounded
@given(
    contact=st.dictionaries(CONTACT, VALUES, max_size=4),
    item=st.dictionaries(ITEM, VALUES, max_size=4),
    price=st.dictionaries(PRICE, VALUES, max_size=4),
)
def test_any_contact_item_and_price(
    exact: Caller, contact: dict[str, object], item: dict[str, object], price: dict[str, object]
) -> None:
    whole = {
        "crm/Contacts": {"Account": an_account(exact.sandbox), "LastName": "x"},
        "logistics/Items": {"Code": "ANY", "Description": "x"},
        "logistics/SalesItemPrices": {"Item": exact.sandbox.records("items")[0]["ID"], "Price": 1},
    }
    for (path, usual), changes in zip(whole.items(), (contact, item, price), strict=True):
        answer = exact.send("POST", path, {**usual, **changes})
        assert answer.status_code in ANSWERS
        if answer.status_code == 201:
            where = answer.headers["Location"]
            assert exact.send("PUT", where, changes).status_code in ANSWERS
            assert exact.get(where).status_code == 200
            assert exact.send("DELETE", where).status_code in ANSWERS
    assert exact.get("logistics/Items", select="Code,StandardSalesPrice").status_code == 200


@bounded
@given(
    header=st.dictionaries(INVOICE, VALUES, max_size=4),
    line=st.dictionaries(INVOICE_LINE, VALUES, max_size=4),
    options=st.dictionaries(PRINTED, VALUES, max_size=3),
)
def test_any_sales_invoice(
    exact: Caller,
    header: dict[str, object],
    line: dict[str, object],
    options: dict[str, object],
) -> None:
    invoice = {
        "OrderedBy": an_account(exact.sandbox),
        "SalesInvoiceLines": [{"Item": exact.sandbox.records("items")[0]["ID"], **line}],
        **header,
    }
    made = exact.send("POST", "salesinvoice/SalesInvoices", invoice)
    assert made.status_code in ANSWERS
    if made.status_code == 201:
        where, key = made.headers["Location"], made.json()["d"]["InvoiceID"]
        assert exact.send("PUT", where, header).status_code in ANSWERS
        printed = {"InvoiceID": key, **options}
        answer = exact.send("POST", "salesinvoice/PrintedSalesInvoices", printed)
        assert answer.status_code in ANSWERS
        assert exact.get(where, expand="SalesInvoiceLines").status_code == 200
        assert exact.send("DELETE", where).status_code in ANSWERS
    assert exact.get("/_sandbox/state").status_code == 200
