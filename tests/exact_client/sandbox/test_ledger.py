"""Sales entries: numbers, amounts, VAT, dates, and everything that is refused."""

from typing import Any

import pytest

from exact_client.sandbox import ExactSandbox
from exact_client.sandbox.wire import read_date
from tests.exact_client.sandbox.caller import (
    ENTRIES,
    Caller,
    an_account,
    an_entry,
    ledger,
    post,
    refused,
)

NOBODY = "00000000-0000-0000-0000-000000000001"


def test_an_entry_answers_with_its_key_and_number(exact: Caller, sandbox: ExactSandbox) -> None:
    told = exact.send("POST", ENTRIES, an_entry(sandbox)).json()["d"]

    filled = {name for name, value in told.items() if value is not None}
    assert filled == {"__metadata", "EntryID", "EntryNumber", "SalesEntryLines"}
    assert told["EntryNumber"] == 26700001


def test_an_entry_is_booked_with_vat_on_top(exact: Caller, sandbox: ExactSandbox) -> None:
    entry = post(exact, an_entry(sandbox, 19.99, 2.50))

    assert entry["VATAmountFC"] == entry["VATAmountDC"] == 4.73  # 4.20 and 0.53, line by line
    assert entry["AmountFC"] == entry["AmountDC"] == 27.22
    assert (entry["Type"], entry["Status"], entry["Currency"]) == (20, 20, "EUR")
    assert entry["CustomerName"] == "Desmnet Partners"
    assert entry["JournalDescription"] == "Verkopen"
    assert (entry["ReportingYear"], entry["ReportingPeriod"]) == (2026, 10)


@pytest.mark.parametrize(
    ("amount", "vat"), [(0.02, 0.0), (0.12, 0.03), (0.5, 0.11), (-0.5, -0.11), (-19.99, -4.2)]
)
def test_half_a_cent_of_vat_is_rounded_away_from_zero(
    exact: Caller, sandbox: ExactSandbox, amount: float, vat: float
) -> None:
    assert post(exact, an_entry(sandbox, amount))["VATAmountFC"] == vat


def test_a_given_vat_amount_overrides_the_computed_one(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    entry = an_entry(sandbox, 19.99)
    entry["SalesEntryLines"][0]["VATAmountFC"] = 4.19

    assert post(exact, entry)["AmountFC"] == 24.18


def test_an_inclusive_vat_code_takes_vat_out_of_the_amount(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    entry = an_entry(sandbox, 121)
    entry["SalesEntryLines"][0]["VATCode"] = "4I"
    booked = post(exact, entry)

    assert (booked["AmountFC"], booked["VATAmountFC"]) == (121, 21)


@pytest.mark.parametrize("code", ["1", "5", "7", "7  ", "8"])
def test_codes_without_vat_add_none(exact: Caller, sandbox: ExactSandbox, code: str) -> None:
    entry = an_entry(sandbox, 100)
    entry["SalesEntryLines"][0]["VATCode"] = code

    assert post(exact, entry)["AmountFC"] == 100


def test_a_line_without_a_vat_code_takes_the_one_of_its_account(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    entry = an_entry(sandbox, 100)
    del entry["SalesEntryLines"][0]["VATCode"]

    assert post(exact, entry)["VATAmountFC"] == 21


def test_negative_amounts_make_a_credit_note(exact: Caller, sandbox: ExactSandbox) -> None:
    entry = post(exact, an_entry(sandbox, -100, Journal="79"))

    assert (entry["Type"], entry["AmountFC"], entry["EntryNumber"]) == (21, -121, 26790001)


def test_numbers_run_by_journal_and_year(exact: Caller, sandbox: ExactSandbox) -> None:
    wanted = [
        ("70", "2026-10-01"),
        ("70", "2026-12-31"),
        ("71", "2026-10-01"),
        ("70", "2027-01-01"),
    ]
    numbers = [
        post(exact, an_entry(sandbox, Journal=journal, EntryDate=date))["EntryNumber"]
        for journal, date in wanted
    ]

    assert numbers == [26700001, 26700002, 26710001, 27700001]


def test_a_number_can_be_given_once_in_a_journal_and_year(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    first = post(exact, an_entry(sandbox, EntryNumber=26700100))
    again = exact.send("POST", ENTRIES, an_entry(sandbox, EntryNumber=26700100))
    elsewhere = post(exact, an_entry(sandbox, EntryNumber=26700100, Journal="71"))

    assert first["EntryNumber"] == elsewhere["EntryNumber"] == 26700100
    assert (again.status_code, exact.text_of(again)) == (500, "In gebruik: Boekstuknummer")
    assert post(exact, an_entry(sandbox))["EntryNumber"] == 26700101


def test_the_same_reference_may_come_twice(exact: Caller, sandbox: ExactSandbox) -> None:
    post(exact, an_entry(sandbox))
    post(exact, an_entry(sandbox))
    found = exact.rows(ENTRIES, select="EntryID", filter="YourRef eq 'INV-2026-000001'", top=10)

    assert len(found) == 2


def test_a_reference_of_more_than_thirty_characters_is_cut(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    assert post(exact, an_entry(sandbox, YourRef="x" * 31))["YourRef"] == "x" * 30
    sandbox.switches.set(overflow="refuse")
    answer = exact.send("POST", ENTRIES, an_entry(sandbox, YourRef="x" * 31))
    assert answer.status_code == 500


def test_a_hint_for_the_invoice_number_is_dropped_when_it_does_not_rise(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    first = post(exact, an_entry(sandbox, InvoiceNumber=26800000))
    second = post(exact, an_entry(sandbox, InvoiceNumber=26800000))

    assert first["InvoiceNumber"] == 26800000
    assert second["InvoiceNumber"] == second["EntryNumber"]


@pytest.mark.parametrize(
    ("condition", "due"),
    [("00", "2026-10-15"), ("14", "2026-10-29"), ("30", "2026-11-14"), ("30E", "2026-11-30")],
)
def test_the_due_date_follows_from_the_payment_condition(
    exact: Caller, sandbox: ExactSandbox, condition: str, due: str
) -> None:
    entry = an_entry(sandbox, EntryDate="2026-10-15", PaymentCondition=condition)

    assert post(exact, entry)["DueDate"] == f"/Date({read_date(due)})/"


def test_the_payment_condition_of_the_account_is_the_default(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    sandbox.change(124132, "accounts", an_account(sandbox), PaymentConditionSales="30")
    entry = post(exact, an_entry(sandbox, EntryDate="2026-10-15"))

    assert entry["PaymentCondition"] == "30"
    assert entry["DueDate"] == f"/Date({read_date('2026-11-14')})/"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"Customer": None}, "Verplicht: Klant"),
        ({"Customer": NOBODY}, "Ongeldige referentie: Klant"),
        ({"Journal": None}, "Verplicht: Dagboek"),
        ({"Journal": "99"}, "Ongeldige referentie: Journals"),
        ({"Journal": "60"}, "Ongeldig dagboek. Het dagboek moet een verkoopdagboek zijn."),
        ({"SalesEntryLines": []}, "Verplicht: Boekingsregels"),
        ({"EntryDate": "2028-01-01"}, "Verplicht: Boekjaar"),
        ({"EntryDate": "2024-12-31"}, "Verplicht: Boekjaar"),
        ({"EntryDate": "2025-03-01"}, "Periode is afgesloten: 2025 - 03"),
        ({"ReportingYear": 2025, "ReportingPeriod": 12}, "Periode is afgesloten: 2025 - 12"),
        ({"ReportingPeriod": 13}, "Verplicht: Boekjaar"),
        ({"PaymentCondition": "99"}, "Ongeldige referentie: Betalingsconditie"),
        ({"Currency": "XXX"}, "Ongeldige referentie: Valuta"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(
    exact: Caller, sandbox: ExactSandbox, changes: dict[str, Any], text: str
) -> None:
    assert refused(exact, an_entry(sandbox, **changes)) == text


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"GLAccount": None}, "Verplicht: Grootboekrekening"),
        ({"GLAccount": NOBODY}, "Ongeldige referentie: Grootboekrekening"),
        ({"AmountFC": None}, "Verplicht: Bedrag"),
        ({"VATCode": "99"}, "Ongeldige referentie: Btw-code"),
        ({"VATCode": "A21"}, "Niet toegestaan: Btw-code"),
        ({"VATCode": "OUD"}, "Niet toegestaan: Btw-code"),
        ({"CostCenter": "XXX"}, "Ongeldige referentie: Kostenplaats"),
        ({"CostCenter": "OUD"}, "Kostenplaats: non-actief"),
        ({"CostUnit": "XXX"}, "Ongeldige referentie: Kostendrager"),
    ],
)
def test_a_line_that_does_not_fit_is_refused(
    exact: Caller, sandbox: ExactSandbox, changes: dict[str, Any], text: str
) -> None:
    entry = an_entry(sandbox)
    entry["SalesEntryLines"][0] |= changes

    assert refused(exact, entry) == text


@pytest.mark.parametrize("code", ["400000", "440000", "451000", "550000", "570000"])
def test_control_accounts_are_refused_on_a_line(
    exact: Caller, sandbox: ExactSandbox, code: str
) -> None:
    entry = an_entry(sandbox)
    entry["SalesEntryLines"][0]["GLAccount"] = ledger(sandbox, code)

    assert refused(exact, entry) == "Ongeldig: Grootboekrekeningtype"


@pytest.mark.parametrize("status", ["A", "S", "P"])
def test_only_a_customer_can_be_booked_on(
    exact: Caller, sandbox: ExactSandbox, status: str
) -> None:
    entry = an_entry(sandbox, Customer=an_account(sandbox, Status=status))

    assert refused(exact, entry) == "Ongeldig: Klant (Type)"


@pytest.mark.parametrize(
    "changes", [{"Blocked": True}, {"EndDate": 1735689600000}, {"StartDate": 4102444800000}]
)
def test_an_account_that_is_not_active_is_refused(
    exact: Caller, sandbox: ExactSandbox, changes: dict[str, Any]
) -> None:
    sandbox.change(124132, "accounts", an_account(sandbox), **changes)

    assert refused(exact, an_entry(sandbox)) == "Klant: non-actief"


def test_an_account_with_another_receivables_account_is_refused(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    sandbox.change(124132, "accounts", an_account(sandbox), GLAR=ledger(sandbox, "411000"))
    sandbox.switches.set(language="en")

    assert refused(exact, an_entry(sandbox)) == (
        "The debtor account of this relation is not the one of the sales journal used."
    )


def test_everything_that_is_wrong_is_told_at_once(exact: Caller, sandbox: ExactSandbox) -> None:
    entry = an_entry(sandbox, Journal="99", EntryDate="2025-01-31")
    entry["SalesEntryLines"][0]["VATCode"] = "99"

    assert refused(exact, entry).split("\r\n") == [
        "Ongeldige referentie: Journals",
        "Ongeldige referentie: Btw-code",
    ]


def test_an_open_entry_can_be_changed_but_not_its_lines(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    entry = post(exact, an_entry(sandbox, 10, 20))
    where = f"{ENTRIES}(guid'{entry['EntryID']}')"
    answer = exact.send("PUT", where, {"Description": "Later", "SalesEntryLines": []})
    after = exact.get(where, expand="SalesEntryLines").json()["d"]

    assert answer.status_code == 204
    assert after["Description"] == "Later"
    assert len(after["SalesEntryLines"]["results"]) == 2


def test_a_processed_entry_stays_as_it_is(exact: Caller, sandbox: ExactSandbox) -> None:
    entry = post(exact, an_entry(sandbox))
    sandbox.change(124132, "entries", entry["EntryID"], Status=50)
    where = f"{ENTRIES}(guid'{entry['EntryID']}')"

    assert exact.send("PUT", where, {"Description": "x"}).status_code == 500
    assert exact.send("DELETE", where).status_code == 500


def test_with_its_last_line_an_entry_goes(exact: Caller, sandbox: ExactSandbox) -> None:
    post(exact, an_entry(sandbox, 10, 20))
    first, second = (line["ID"] for line in sandbox.entries[0]["SalesEntryLines"])
    where = "salesentry/SalesEntryLines(guid'{}')"

    assert exact.send("DELETE", where.format(first)).status_code == 204
    assert sandbox.entries[0]["AmountFC"] == 24.2
    assert exact.send("DELETE", where.format(second)).status_code == 204
    assert sandbox.entries == []


def test_lines_can_be_added_and_changed(exact: Caller, sandbox: ExactSandbox) -> None:
    entry = post(exact, an_entry(sandbox, 10))
    line = {"EntryID": entry["EntryID"], "AmountFC": 5, "GLAccount": ledger(sandbox, "701100")}
    made = exact.send("POST", "salesentry/SalesEntryLines", line)
    exact.send(
        "PUT", f"salesentry/SalesEntryLines(guid'{made.json()['d']['ID']}')", {"AmountFC": 6}
    )

    assert made.status_code == 201
    assert [row["LineNumber"] for row in sandbox.entries[0]["SalesEntryLines"]] == [1, 2]
    assert sandbox.entries[0]["AmountFC"] == 19.36


def test_transaction_lines_tell_entries_and_their_end(exact: Caller, sandbox: ExactSandbox) -> None:
    entry = post(exact, an_entry(sandbox, 100, -10))
    asked = {"filter": "Timestamp gt 1L", "select": "LineNumber,AmountDC,AmountVATFC,YourRef"}
    lines = exact.rows("sync/Financial/TransactionLines", **asked)

    assert [(row["LineNumber"], row["AmountDC"], row["AmountVATFC"]) for row in lines] == [
        (0, 108.9, 18.9),
        (1, -100, -21),
        (2, 10, 2.1),
    ]
    assert {row["YourRef"] for row in lines} == {"INV-2026-000001"}
    exact.send("DELETE", f"{ENTRIES}(guid'{entry['EntryID']}')")
    deleted = exact.rows("sync/Deleted", filter="Timestamp gt 1L and EntityType eq 1")
    assert exact.rows("sync/Financial/TransactionLines", **asked) == []
    assert len(deleted) == 3


def test_an_open_entry_is_a_receivable(exact: Caller, sandbox: ExactSandbox) -> None:
    entry = post(exact, an_entry(sandbox))
    owed = exact.rows("read/financial/ReceivablesList", filter="YourRef eq 'INV-2026-000001'")[0]

    assert (owed["Amount"], owed["EntryNumber"]) == (121, entry["EntryNumber"])
    assert owed["HID"] == "1"
