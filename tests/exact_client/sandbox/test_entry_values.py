"""Entries in other currencies and divisions, with centres, and with VAT of other countries."""

from typing import Any

import pytest

from exact_client.sandbox import ExactSandbox
from tests.exact_client.sandbox.caller import (
    ENTRIES,
    Caller,
    an_account,
    an_entry,
    ledger,
    post,
    refused,
)

EVENTS = "/api/v1/124133"


def of_events(exact: Caller, sandbox: ExactSandbox) -> dict[str, Any]:
    """An entry that fits the books of the second division."""
    customer = next(row["ID"] for row in sandbox.records("accounts", 124133) if row["IsSales"])
    revenue = next(
        row["ID"] for row in sandbox.records("glaccounts", 124133) if row["Code"] == "702100"
    )
    line = {"AmountFC": 10, "GLAccount": revenue, "VATCode": "V21"}
    return {"Customer": customer, "Journal": "80", "EntryDate": "2026-10-01",
            "SalesEntryLines": [line]}  # fmt: skip


def test_the_second_division_has_books_of_its_own(exact: Caller, sandbox: ExactSandbox) -> None:
    entry = of_events(exact, sandbox)

    assert exact.send("POST", f"{EVENTS}/{ENTRIES}", entry).status_code == 201
    assert refused(exact, entry).split("\r\n") == [
        "Ongeldige referentie: Journals",
        "Ongeldige referentie: Klant",
        "Ongeldige referentie: Grootboekrekening",
        "Ongeldige referentie: Btw-code",
    ]
    assert len(sandbox.records("entries", 124133)) == 1


def test_what_belongs_to_the_first_division_is_unknown_in_the_second(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    answer = exact.send("POST", f"{EVENTS}/{ENTRIES}", an_entry(sandbox))

    assert answer.status_code == 500
    assert exact.text_of(answer).split("\r\n") == [
        "Ongeldige referentie: Journals",
        "Ongeldige referentie: Klant",
        "Ongeldige referentie: Grootboekrekening",
    ]


def test_one_vat_code_means_different_things_in_two_divisions(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    entry = of_events(exact, sandbox)
    entry["SalesEntryLines"][0]["VATCode"] = "4"
    where = f"{EVENTS}/{ENTRIES}"
    answer = exact.send("POST", where, entry, Prefer="return=representation")

    assert answer.json()["d"]["VATAmountFC"] == 0.6


def test_a_foreign_currency_is_kept_in_both(exact: Caller, sandbox: ExactSandbox) -> None:
    given = post(exact, an_entry(sandbox, 19.99, Currency="USD", Rate=0.9))
    kept = post(exact, an_entry(sandbox, 19.99, Currency="GBP"))
    own = post(exact, an_entry(sandbox, 19.99, Rate=2))

    assert (given["AmountFC"], given["AmountDC"], given["VATAmountDC"]) == (24.19, 21.77, 3.78)
    assert (kept["Rate"], kept["AmountDC"]) == (1.1534, 27.9)
    assert (own["Rate"], own["AmountDC"]) == (1, 24.19)  # the company's own currency


@pytest.mark.parametrize(
    ("use", "name", "text"),
    [("UseCostcenter", "CostCenter", "Kostenplaats"), ("UseCostunit", "CostUnit", "Kostendrager")],
)
def test_a_ledger_account_may_want_or_refuse_a_centre(
    exact: Caller, sandbox: ExactSandbox, use: str, name: str, text: str
) -> None:
    account = ledger(sandbox, "700100")
    entry = an_entry(sandbox)
    sandbox.change(124132, "glaccounts", account, **{use: 1})
    assert refused(exact, entry) == f"Verplicht: {text}"

    entry["SalesEntryLines"][0][name] = {"CostCenter": "BRU", "CostUnit": "DESK"}[name]
    sandbox.change(124132, "glaccounts", account, **{use: 2})
    assert refused(exact, entry) == f"Niet toegestaan: {text}"

    sandbox.change(124132, "glaccounts", account, **{use: 1})
    key = post(exact, entry)["EntryID"]
    assert sandbox.record("lines", sandbox.record("entries", key)["_lines"][0])[
        f"{name}Description"
    ] in {"Brussel", "Werkplekken"}


def test_a_centre_comes_from_the_ledger_account_when_none_is_given(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    sandbox.change(
        124132, "glaccounts", ledger(sandbox, "700100"), Costcenter="GNT", Costunit="DESK"
    )
    post(exact, an_entry(sandbox))
    line = exact.rows("salesentry/SalesEntryLines", select="CostCenter,CostUnit")[0]

    assert (line["CostCenter"], line["CostUnit"]) == ("GNT", "DESK")


def test_a_cost_unit_that_ended_is_inactive(exact: Caller, sandbox: ExactSandbox) -> None:
    unit = exact.rows("hrm/Costunits", filter="Code eq 'DESK'", select="ID")[0]["ID"]
    sandbox.change(124132, "costunits", unit, EndDate=1735689600000)
    entry = an_entry(sandbox)
    entry["SalesEntryLines"][0]["CostUnit"] = "DESK"

    assert refused(exact, entry) == "Kostendrager: non-actief"


def test_a_vat_code_of_another_country_fits_its_customers_alone(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    entry = an_entry(sandbox)
    entry["SalesEntryLines"][0]["VATCode"] = "9L"
    assert refused(exact, entry) == "Ongeldig: Btw-percentage []"

    booked = post(exact, {**entry, "Customer": an_account(sandbox, Country="LU")})
    assert booked["VATAmountFC"] == 17
    codes = exact.rows("vat/VATCodes", select="Code,Country,OssCountry,Charged", orderby="Code")
    told = {row["Code"].strip(): row for row in codes}
    assert (told["9L"]["OssCountry"], told["4"]["Country"]) == ("LU", "BE ")
    assert [code for code, row in told.items() if row["Charged"]] == ["7"]


def test_ten_thousand_entries_would_be_numbered_one_by_one(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    """A few hundred stand for them; the benches make more."""
    keys = sandbox.generate_entries(300)
    rows, calls = exact.all_rows("sync/Financial/TransactionLines", filter="Timestamp gt 1L")
    numbers = {(entry["Journal"], entry["EntryNumber"]) for entry in sandbox.entries}

    assert (len(set(keys)), len(numbers), len(rows), calls) == (300, 300, 1200, 2)
    assert {entry["Creator"] for entry in sandbox.entries} == {sandbox.company.user_id}


def test_another_rate_changes_every_amount_in_the_companys_own_currency(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    key = post(exact, an_entry(sandbox, 100, Currency="USD", Rate=0.9))["EntryID"]
    exact.send("PUT", f"{ENTRIES}(guid'{key}')", {"Rate": 0.8})
    line = exact.rows("salesentry/SalesEntryLines", select="AmountDC,VATAmountDC")[0]
    term = exact.rows("cashflow/Receivables", select="AmountDC,AmountFC")[0]

    assert sandbox.entries[0]["AmountDC"] == 96.8
    assert (line["AmountDC"], line["VATAmountDC"]) == (80, 16.8)
    assert (term["AmountDC"], term["AmountFC"]) == (-96.8, -121)
