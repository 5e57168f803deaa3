"""Accounts: made, changed, deleted, refused, and followed by their timestamps."""

from typing import Any

import pytest

from exact_client.sandbox import ExactSandbox
from tests.exact_client.sandbox.caller import Caller, an_account, an_entry, ledger

WHOLE = {"Prefer": "return=representation"}


def made(exact: Caller, **properties: Any) -> dict[str, Any]:
    answer = exact.send("POST", "crm/Accounts", {"Name": "New BV", **properties}, **WHOLE)
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["d"])


def at(key: str) -> str:
    return f"crm/Accounts(guid'{key}')"


def test_a_create_tells_the_key_and_hardly_anything_else(exact: Caller) -> None:
    answer = exact.send("POST", "crm/Accounts", {"Name": "New BV", "Status": "C"})
    told = answer.json()["d"]

    assert answer.status_code == 201
    assert {name for name, value in told.items() if value is not None} == {
        "__metadata", "ID", "BankAccounts", "CostPaid", "IsAccountant", "IsAgency", "IsAnonymised",
        "IsCompetitor", "IsMailing", "SeparateInvPerProject", "SeparateInvPerSubscription",
        "IgnoreDatevWarningMessage",
    }  # fmt: skip
    assert told["Code"] is None
    assert answer.headers["Location"] == told["__metadata"]["uri"]


def test_a_create_tells_everything_to_who_prefers_so(exact: Caller) -> None:
    told = made(exact, Status="C", SearchCode="10042", VATNumber="BE 0403.170.701")

    assert told["Code"] == "             21272"  # the highest so far plus one
    assert told["VATNumber"] == "BE 0403.170.701"  # as typed
    assert (told["Type"], told["SecurityLevel"], told["Source"]) == ("A", 10, 2)
    assert (told["SalesCurrency"], told["Country"], told["Blocked"]) == ("EUR", "BE ", False)
    assert told["IsSales"] is told["IsPurchase"] is True
    assert told["StartDate"] == told["CustomerSince"]


def test_a_code_can_be_given_once(exact: Caller) -> None:
    assert made(exact, Code="555")["Code"] == "               555"
    again = exact.send("POST", "crm/Accounts", {"Name": "x", "Code": " 555 "})

    assert (again.status_code, exact.text_of(again)) == (500, "Gegeven bestaat reeds.")


def test_codes_of_deleted_accounts_are_not_filled_again(exact: Caller) -> None:
    first, second = made(exact), made(exact)
    exact.send("DELETE", at(first["ID"]))

    assert int(made(exact)["Code"]) == int(second["Code"]) + 1


def test_names_vat_numbers_and_search_codes_are_not_unique(exact: Caller) -> None:
    same = {"Name": "Twin", "VATNumber": "BE0403170701", "SearchCode": "1"}

    assert made(exact, **same)["ID"] != made(exact, **same)["ID"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nl", "Verplicht: Naam"),
        ("en", "Mandatory: Name"),
        ("fr", "Obligatoire: Nom"),
        ("de", "Pflichtfeld: Name"),
    ],
)
@pytest.mark.parametrize("name", [None, "", "  "])
def test_a_name_is_asked_for_in_the_users_language(
    exact: Caller, sandbox: ExactSandbox, language: str, text: str, name: str | None
) -> None:
    sandbox.switches.set(language=language)
    answer = exact.send("POST", "crm/Accounts", {"Name": name})

    assert (answer.status_code, exact.text_of(answer)) == (500, text)


@pytest.mark.parametrize(
    ("properties", "text"),
    [
        ({"Status": "X"}, "Ongeldig: Status"),
        ({"Country": "Belgium"}, "Ongeldige referentie: Land"),
        ({"Code": "AB12"}, "Ongeldig: Code"),
        ({"Code": "1" * 19}, "Ongeldig: Code"),
        ({"SalesVATCode": "99"}, "Ongeldige referentie: Btw-code"),
        ({"PaymentConditionSales": "99"}, "Ongeldige referentie: Betalingsconditie"),
        (
            {"GLAccountSales": "00000000-0000-0000-0000-000000000001"},
            "Ongeldige referentie: Grootboekrekening",
        ),
    ],
)
def test_what_does_not_fit_is_refused(exact: Caller, properties: dict[str, str], text: str) -> None:
    answer = exact.send("POST", "crm/Accounts", {"Name": "x", **properties})

    assert (answer.status_code, exact.text_of(answer)) == (500, text)


def test_several_findings_stand_on_lines_of_their_own(exact: Caller) -> None:
    answer = exact.send("POST", "crm/Accounts", {"Status": "X"})

    assert exact.text_of(answer) == "Verplicht: Naam\r\nOngeldig: Status"


def test_an_unknown_currency_silently_goes(exact: Caller) -> None:
    assert made(exact, SalesCurrency="XXX")["SalesCurrency"] == ""


def test_what_is_read_only_is_ignored(exact: Caller) -> None:
    told = made(exact, IsSales=True, Created="2020-01-01", Status="P")

    assert told["IsSales"] is False
    assert told["Created"] > "/Date(1600000000000)/"


def test_long_texts_are_cut_or_refused(exact: Caller, sandbox: ExactSandbox) -> None:
    assert made(exact, Name="x" * 60)["Name"] == "x" * 50
    sandbox.switches.set(overflow="refuse")

    assert exact.send("POST", "crm/Accounts", {"Name": "x" * 60}).status_code == 500


def test_vat_numbers_are_looked_at_only_when_switched(exact: Caller, sandbox: ExactSandbox) -> None:
    assert made(exact, VATNumber="nonsense!")["VATNumber"] == "nonsense!"
    sandbox.switches.set(check_vat_format=True)
    answer = exact.send("POST", "crm/Accounts", {"Name": "x", "VATNumber": "nonsense!"})

    assert exact.text_of(answer) == "Ongeldig: Btw-nummer"
    assert made(exact, VATNumber="be 0403.170.701")


def test_a_change_says_nothing_and_keeps_what_it_does_not_name(exact: Caller) -> None:
    account = made(exact, SearchCode="1", City="Gent")
    answer = exact.send("PUT", at(account["ID"]), {"SearchCode": "2", "City": None})
    after = exact.get(at(account["ID"])).json()["d"]

    assert (answer.status_code, answer.content) == (204, b"")
    assert (after["SearchCode"], after["City"], after["Name"]) == ("2", None, "New BV")


def test_a_code_in_a_change_is_refused_even_when_it_is_the_old_one(exact: Caller) -> None:
    account = made(exact)
    answer = exact.send("PUT", at(account["ID"]), {"Code": account["Code"]})

    assert (answer.status_code, exact.text_of(answer)) == (500, "Gegeven bestaat reeds.")


def test_a_prospect_becomes_a_customer(exact: Caller) -> None:
    account = made(exact, Status="P")
    exact.send("PUT", at(account["ID"]), {"Status": "C"})

    assert exact.get(at(account["ID"])).json()["d"]["IsSales"] is True


def test_an_account_with_entries_is_not_deleted(exact: Caller, sandbox: ExactSandbox) -> None:
    exact.send("POST", "salesentry/SalesEntries", an_entry(sandbox))
    answer = exact.send("DELETE", at(an_account(sandbox)))

    assert answer.status_code == 500
    assert exact.text_of(answer) == (
        "Kan niet verwijderen: Relatie - Gebruikt in: Verkoopboekingen"
    )


def since(exact: Caller, timestamp: int) -> list[dict[str, Any]]:
    rows, _ = exact.all_rows(
        "sync/CRM/Accounts", select="ID,Name,Timestamp", filter=f"Timestamp gt {timestamp}L"
    )
    return rows


def test_timestamps_rise_with_every_change_and_a_change_comes_once(exact: Caller) -> None:
    every = since(exact, 1)
    last = int(every[-1]["Timestamp"])
    first, second = made(exact), made(exact)
    exact.send("PUT", at(first["ID"]), {"Name": "Renamed"})
    changed = since(exact, last)

    assert len(every) == 1447
    assert [int(row["Timestamp"]) for row in every] == sorted(int(r["Timestamp"]) for r in every)
    assert [row["ID"] for row in changed] == [second["ID"], first["ID"]]
    assert changed[1]["Name"] == "Renamed"
    assert since(exact, int(changed[1]["Timestamp"])) == []


def test_sync_takes_no_other_filter(exact: Caller) -> None:
    for wrong in ("Name eq 'x'", "Timestamp ge 1L", "Timestamp gt 1L and Status eq 'C'"):
        answer = exact.get("sync/CRM/Accounts", select="ID", filter=wrong)
        assert answer.status_code == 400
        assert exact.text_of(answer) == (
            "This $filter parameter is not supported for this resource"
        )


def test_what_is_deleted_is_told_for_two_months(exact: Caller, sandbox: ExactSandbox) -> None:
    account = made(exact)
    exact.send("DELETE", at(account["ID"]))
    asked = {"filter": "Timestamp gt 1L and EntityType eq 2", "select": "EntityKey,EntityType"}
    told = exact.rows("sync/Deleted", **asked)

    assert [(row["EntityKey"], row["EntityType"]) for row in told] == [(account["ID"], 2)]
    assert exact.rows("sync/Deleted", filter="Timestamp gt 1L and EntityType eq 1") == []
    assert exact.get(at(account["ID"])).status_code == 404
    sandbox.advance(62 * 86_400)
    exact.renew()
    assert exact.rows("sync/Deleted", **asked) == []


def test_a_change_by_a_person_in_exact_is_followed_too(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    last = int(since(exact, 1)[-1]["Timestamp"])
    sandbox.change(124132, "accounts", an_account(sandbox), Blocked=True)

    assert [row["ID"] for row in since(exact, last)] == [an_account(sandbox)]


def test_a_default_account_must_exist(exact: Caller, sandbox: ExactSandbox) -> None:
    revenue = ledger(sandbox, "700000")

    assert made(exact, GLAccountSales=revenue)["GLAccountSales"] == revenue
