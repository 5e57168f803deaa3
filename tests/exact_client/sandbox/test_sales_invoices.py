"""Sales invoices: made, changed, printed into the books, frozen, and followed by timestamps."""

from typing import Any

import pytest

from exact_client.sandbox import ExactSandbox
from tests.exact_client.sandbox.caller import DIVISION, Caller, an_account, ledger

WHOLE = {"Prefer": "return=representation"}
INVOICES, LINES = "salesinvoice/SalesInvoices", "salesinvoice/SalesInvoiceLines"
PRINTED = "salesinvoice/PrintedSalesInvoices"
NOBODY = "00000000-0000-0000-0000-000000000001"


def an_item(sandbox: ExactSandbox, code: str = "FLEX") -> str:
    return next(str(row["ID"]) for row in sandbox.records("items") if row["Code"] == code)


def an_invoice(sandbox: ExactSandbox, **changes: Any) -> dict[str, Any]:
    """An invoice as a client posts it: ten days of a desk and a room for two hours."""
    lines = [
        {"Item": an_item(sandbox), "Quantity": 10},
        {"Item": an_item(sandbox, "MR-ATLAS"), "Quantity": 2, "UnitPrice": 50.0, "Discount": 0.1},
    ]
    return {
        "OrderedBy": an_account(sandbox),
        "YourRef": "SO-1",
        "InvoiceDate": "2026-10-05",
        "SalesInvoiceLines": lines,
        **changes,
    }


def made(exact: Caller, **changes: Any) -> dict[str, Any]:
    answer = exact.send("POST", INVOICES, an_invoice(exact.sandbox, **changes), **WHOLE)
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["d"])


def at(key: str, path: str = INVOICES) -> str:
    return f"{path}(guid'{key}')"


def told(exact: Caller, key: str) -> dict[str, Any]:
    return dict(exact.get(at(key)).json()["d"])


def printed(exact: Caller, key: str, **properties: Any) -> dict[str, Any]:
    answer = exact.send("POST", PRINTED, {"InvoiceID": key, **properties})
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["d"])


def test_an_invoice_is_priced_and_has_no_number(exact: Caller) -> None:
    invoice = made(exact)
    lines = invoice["SalesInvoiceLines"]["results"]

    assert (invoice["Status"], invoice["Type"], invoice["InvoiceNumber"]) == (20, 8020, None)
    assert [line["NetPrice"] for line in lines] == [19.99, 45.0]
    assert [line["AmountFC"] for line in lines] == [199.9, 90.0]
    assert (invoice["AmountFCExclVat"], invoice["VATAmountFC"], invoice["AmountFC"]) == (
        289.9,
        60.88,
        350.78,
    )
    assert [line["UnitCode"] for line in lines] == ["day", "hour"]  # not padded here
    assert (invoice["Journal"], invoice["OrderNumber"]) == ("70", 1)
    assert invoice["InvoiceTo"] == invoice["DeliverTo"] == invoice["OrderedBy"]
    assert invoice["StarterSalesInvoiceStatus"] == 0


def test_a_create_tells_nearly_everything_unasked(exact: Caller, sandbox: ExactSandbox) -> None:
    answer = exact.send("POST", INVOICES, an_invoice(sandbox)).json()["d"]

    assert answer["AmountFC"] == 350.78
    assert len(answer["SalesInvoiceLines"]["results"]) == 2
    assert answer["VATAmountFC"] is answer["StarterSalesInvoiceStatus"] is None


def test_a_date_in_a_create_takes_effect_unless_switched_off(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    assert made(exact)["InvoiceDate"] == "/Date(1791158400000)/"
    sandbox.switches.set(invoice_date_taken=False)
    assert made(exact)["InvoiceDate"] != "/Date(1791158400000)/"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"OrderedBy": None}, "Verplicht: Factuur voor\r\nVerplicht: Besteld door"),
        ({"DeliverTo": NOBODY}, "Ongeldige referentie: Leveren aan"),
        ({"Journal": "XX"}, "Ongeldige referentie: Journals"),
        ({"Journal": "90"}, "Ongeldig dagboek. Het dagboek moet een verkoopdagboek zijn."),
        ({"PaymentCondition": "99"}, "Ongeldige referentie: Betalingsconditie"),
        ({"Currency": "XXX"}, "Ongeldige referentie: Valuta"),
        ({"Type": 1}, "Ongeldig: Factuurtype"),
        ({"SalesInvoiceLines": []}, "Verplicht: Factuurregels"),
        ({"SalesInvoiceLines": [{"Quantity": 1}]}, "Verplicht: Artikel"),
        ({"SalesInvoiceLines": [{"Item": NOBODY}]}, "Ongeldige referentie: Artikel"),
    ],
)
def test_what_does_not_fit_is_refused(exact: Caller, changes: dict[str, Any], text: str) -> None:
    answer = exact.send("POST", INVOICES, an_invoice(exact.sandbox, **changes))

    assert answer.status_code == 500
    assert text in exact.text_of(answer)
    assert exact.sandbox.records("invoices") == []


def test_only_a_customer_is_invoiced(exact: Caller, sandbox: ExactSandbox) -> None:
    prospect = an_account(sandbox, Status="P")
    answer = exact.send("POST", INVOICES, an_invoice(sandbox, OrderedBy=prospect))

    assert exact.text_of(answer) == "Ongeldig: Factuur voor (Type)"


def test_an_item_that_is_not_for_sale_is_refused(exact: Caller, sandbox: ExactSandbox) -> None:
    item = exact.send("POST", "logistics/Items", {"Code": "X", "Description": "x"}).json()["d"]
    invoice = an_invoice(sandbox, SalesInvoiceLines=[{"Item": item["ID"]}])

    assert exact.text_of(exact.send("POST", INVOICES, invoice)) == "Niet toegestaan: Artikel"
    sandbox.switches.set(only_sales_items=False)
    assert exact.send("POST", INVOICES, invoice).status_code == 201


def test_printing_gives_a_number_and_an_entry_of_the_same_number(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    key = made(exact, Description="October")["InvoiceID"]
    answer = printed(exact, key)
    invoice = told(exact, key)

    assert (invoice["Status"], invoice["InvoiceNumber"]) == (50, 26700001)
    assert invoice["StarterSalesInvoiceStatus"] == 2
    assert answer["Document"] == invoice["Document"]
    assert answer["DocumentCreationSuccess"]
    assert answer["EmailCreationSuccess"] is answer["EmailCreationError"] is None
    (entry,) = sandbox.entries
    assert (entry["EntryNumber"], entry["InvoiceNumber"], entry["Type"]) == (26700001, 26700001, 20)
    assert (entry["AmountFC"], entry["VATAmountFC"], entry["YourRef"]) == (350.78, 60.88, "SO-1")
    assert entry["Document"] == invoice["Document"]
    header = exact.rows("sync/Financial/TransactionLines", filter="Timestamp gt 1L")[0]
    assert (header["LineNumber"], header["InvoiceNumber"], header["Type"]) == (0, 26700001, 20)
    assert exact.rows("read/financial/ReceivablesList")[0]["InvoiceNumber"] == 26700001


def test_numbers_follow_on_the_entries_of_the_journal(exact: Caller) -> None:
    first, second = made(exact)["InvoiceID"], made(exact)["InvoiceID"]
    printed(exact, second)
    printed(exact, first)

    assert told(exact, second)["InvoiceNumber"] == 26700001
    assert told(exact, first)["InvoiceNumber"] == 26700002


def test_an_invoice_that_is_paid_tells_so(exact: Caller, sandbox: ExactSandbox) -> None:
    key = made(exact)["InvoiceID"]
    printed(exact, key)
    sandbox.pay(26700001)

    assert told(exact, key)["StarterSalesInvoiceStatus"] == 3


def test_a_closed_period_stops_the_printing_and_not_the_making(exact: Caller) -> None:
    key = made(exact, InvoiceDate="2025-06-01")["InvoiceID"]
    answer = exact.send("POST", PRINTED, {"InvoiceID": key})

    assert (answer.status_code, exact.text_of(answer)) == (
        500,
        "Periode is afgesloten: 2025 - 06",
    )
    assert told(exact, key)["Status"] == 20
    printed(exact, key, InvoiceDate="2026-10-01")
    assert told(exact, key)["Status"] == 50


def test_what_is_printed_is_frozen(exact: Caller, sandbox: ExactSandbox) -> None:
    invoice = made(exact)
    key, line = invoice["InvoiceID"], invoice["SalesInvoiceLines"]["results"][0]["ID"]
    printed(exact, key)
    entry = sandbox.entries[0]["EntryID"]

    frozen = [
        exact.send("PUT", at(key), {"YourRef": "other"}),
        exact.send("PUT", at(line, LINES), {"Quantity": 1}),
        exact.send("DELETE", at(line, LINES)),
        exact.send("POST", LINES, {"InvoiceID": key, "Item": an_item(sandbox)}),
        exact.send("POST", PRINTED, {"InvoiceID": key}),
        exact.send("DELETE", at(key)),
        exact.send("DELETE", f"salesentry/SalesEntries(guid'{entry}')"),
    ]
    assert [answer.status_code for answer in frozen] == [500] * 7
    assert exact.text_of(frozen[-2]) == (
        "Kan niet verwijderen: Verkoopfacturen - Gebruikt in: Verkoopboekingen"
    )


def test_printing_again_makes_no_second_entry(exact: Caller, sandbox: ExactSandbox) -> None:
    key = made(exact)["InvoiceID"]
    printed(exact, key)
    sandbox.switches.set(print_again=True)
    printed(exact, key)

    assert len(sandbox.entries) == 1


@pytest.mark.parametrize(
    ("asked", "told_of"),
    [
        ({"SendEmailToCustomer": True}, "EmailCreationSuccess"),
        ({"SendInvoiceToCustomerPostbox": True}, "PostboxMessageCreationError"),
        ({"SendInvoiceViaPeppol": True}, "PeppolCreationError"),
    ],
)
def test_each_way_out_tells_what_came_of_it(
    exact: Caller, sandbox: ExactSandbox, asked: dict[str, bool], told_of: str
) -> None:
    key = made(exact)["InvoiceID"]
    account = an_account(sandbox)
    exact.send("PUT", f"crm/Accounts(guid'{account}')", {"Email": "bounces@customer.example"})

    assert printed(exact, key, **asked)[told_of]


def test_layouts_are_told_apart(exact: Caller) -> None:
    layouts = exact.rows("salesinvoice/Layouts", select="ID,Type")
    mail = next(row["ID"] for row in layouts if row["Type"] == 2)
    key = made(exact)["InvoiceID"]
    answer = exact.send("POST", PRINTED, {"InvoiceID": key, "DocumentLayout": mail})

    assert exact.text_of(answer) == "Ongeldige referentie: Lay-out"
    printed(exact, key, EmailLayout=mail)


def test_an_invoice_is_changed_until_it_is_printed(exact: Caller, sandbox: ExactSandbox) -> None:
    invoice = made(exact)
    key, line = invoice["InvoiceID"], invoice["SalesInvoiceLines"]["results"][0]["ID"]
    other = next(
        row["ID"]
        for row in sandbox.accounts
        if row["Status"] == "C" and row["ID"] != invoice["OrderedBy"]
    )
    exact.send("PUT", at(key), {"OrderedBy": other, "SalesInvoiceLines": []})
    exact.send("PUT", at(line, LINES), {"Quantity": 1})
    exact.send("POST", LINES, {"InvoiceID": key, "Item": an_item(sandbox, "LUNCH")})
    after = told(exact, key)

    assert after["OrderedBy"] == after["InvoiceTo"] == after["DeliverTo"] == other
    assert after["AmountFCExclVat"] == 19.99 + 90.0 + 14.5
    assert after["VATAmountFC"] == 24.84  # 21 % twice and 12 % on the lunch
    exact.send("DELETE", at(line, LINES))
    assert told(exact, key)["AmountFCExclVat"] == 104.5


def test_prices_of_a_line_follow_from_one_another(exact: Caller) -> None:
    invoice = made(exact)
    key, line = invoice["InvoiceID"], invoice["SalesInvoiceLines"]["results"][1]["ID"]

    def prices() -> list[float]:
        row = exact.get(at(line, LINES)).json()["d"]
        return [row[name] for name in ("UnitPrice", "Discount", "NetPrice", "AmountFC")]

    exact.send("PUT", at(line, LINES), {"Quantity": 4})
    assert prices() == [50.0, 0.1, 45.0, 180.0]
    exact.send("PUT", at(line, LINES), {"NetPrice": 40.0})
    assert prices() == [40.0, 0.0, 40.0, 160.0]
    exact.send("PUT", at(line, LINES), {"UnitPrice": 100.0, "Discount": 0.25})
    assert prices() == [100.0, 0.25, 75.0, 300.0]
    exact.send("PUT", at(line, LINES), {"VATAmountFC": 62.99})
    assert told(exact, key)["VATAmountFC"] == 41.98 + 62.99


def test_inclusive_prices_hold_their_vat(exact: Caller, sandbox: ExactSandbox) -> None:
    line = {"Item": an_item(sandbox), "NetPrice": 121.0, "VATCode": "4I"}
    invoice = made(exact, SalesInvoiceLines=[line])

    assert (invoice["AmountFC"], invoice["VATAmountFC"]) == (121.0, 21.0)
    printed(exact, invoice["InvoiceID"])
    assert sandbox.entries[0]["AmountFC"] == 121.0


def test_a_credit_note_is_booked_below_nothing(exact: Caller, sandbox: ExactSandbox) -> None:
    lines = [{"Item": an_item(sandbox), "Quantity": -1}]
    key = made(exact, Type=8021, SalesInvoiceLines=lines)["InvoiceID"]
    printed(exact, key)

    assert told(exact, key)["AmountFC"] == -24.19
    assert (sandbox.entries[0]["AmountFC"], sandbox.entries[0]["Type"]) == (-24.19, 21)


def test_an_invoice_is_deleted_before_it_is_printed(exact: Caller) -> None:
    invoice = made(exact)
    lines = [row["ID"] for row in invoice["SalesInvoiceLines"]["results"]]

    assert exact.send("DELETE", at(invoice["InvoiceID"])).status_code == 204
    gone = exact.rows("sync/Deleted", filter="Timestamp gt 1L and EntityType eq 13")
    assert [row["EntityKey"] for row in gone] == [*lines, invoice["InvoiceID"]]


def test_the_feed_gives_a_header_and_its_lines_in_one_list(exact: Caller) -> None:
    invoice = made(exact)
    asked = {"select": "InvoiceID,LineNumber,AmountFC,ItemCode,InvoiceNumber,Status,Timestamp"}
    rows = exact.rows("sync/SalesInvoice/SalesInvoices", filter="Timestamp gt 1L", **asked)
    last = max(int(row["Timestamp"]) for row in rows)
    printed(exact, invoice["InvoiceID"])
    after = exact.rows("sync/SalesInvoice/SalesInvoices", filter=f"Timestamp gt {last}L", **asked)

    assert [(row["LineNumber"], row["AmountFC"], row["ItemCode"]) for row in rows] == [
        (0, 350.78, None),
        (1, 199.9, "FLEX"),
        (2, 90.0, "MR-ATLAS"),
    ]
    assert {row["InvoiceID"] for row in rows} == {invoice["InvoiceID"]}
    assert [(row["InvoiceNumber"], row["Status"]) for row in after] == [(26700001, 50)] * 3


def test_lists_want_a_selection_and_can_be_expanded(exact: Caller) -> None:
    key = made(exact)["InvoiceID"]
    refused = exact.get(INVOICES)
    (row,) = exact.rows(INVOICES, expand="SalesInvoiceLines", top=1)

    assert refused.status_code == 400
    assert [line["ItemCode"] for line in row["SalesInvoiceLines"]["results"]] == [
        "FLEX",
        "MR-ATLAS",
    ]
    assert len(exact.rows(f"{at(key)}/SalesInvoiceLines")) == 2
    found = exact.rows(INVOICES, select="InvoiceID", filter="YourRef eq 'SO-1'")
    assert [one["InvoiceID"] for one in found] == [key]


def test_what_an_invoice_uses_is_not_deleted(exact: Caller, sandbox: ExactSandbox) -> None:
    invoice = made(exact)
    account = exact.send("DELETE", f"crm/Accounts(guid'{invoice['OrderedBy']}')")
    item = exact.send("DELETE", f"logistics/Items(guid'{an_item(sandbox)}')")

    assert "Gebruikt in: Verkoopfacturen" in exact.text_of(account)
    assert "Gebruikt in: Verkoopfacturen" in exact.text_of(item)


def test_a_line_may_name_another_revenue_account(exact: Caller, sandbox: ExactSandbox) -> None:
    line = {"Item": an_item(sandbox), "GLAccount": ledger(sandbox, "701200")}
    key = made(exact, SalesInvoiceLines=[line])["InvoiceID"]
    printed(exact, key)

    assert sandbox.entries[0]["SalesEntryLines"][0]["GLAccountCode"] == "701200"


def test_a_colleague_makes_changes_prints_and_deletes(exact: Caller, sandbox: ExactSandbox) -> None:
    invoice = sandbox.make("SalesInvoices", an_invoice(sandbox))
    sandbox.edit("SalesInvoices", invoice["InvoiceID"], {"Description": "By hand"})
    answer = exact.send("POST", "/_sandbox/print", {"key": invoice["InvoiceID"]})
    contact = sandbox.make("Contacts", {"Account": an_account(sandbox), "LastName": "Maes"})
    sandbox.erase("Contacts", contact["ID"])

    assert answer.json()["InvoiceNumber"] == 26700001
    assert told(exact, invoice["InvoiceID"])["Description"] == "By hand"
    assert sandbox.record("invoices", invoice["InvoiceID"])["Creator"] != sandbox.company.user_id
    assert (
        exact.send("POST", "/_sandbox/make", {"entity": "Cats", "properties": {}}).status_code
        == 400
    )
    state = exact.get("/_sandbox/state").json()
    assert [row["InvoiceNumber"] for row in state["invoices"]] == [26700001]
    assert state["counts"]["contacts"] == sandbox.count("contacts", DIVISION)
