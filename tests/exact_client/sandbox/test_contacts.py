"""Contacts: made, changed, moved, deleted, and what they tell of their account."""

from typing import Any

import pytest

from exact_client.sandbox import ExactSandbox
from tests.exact_client.sandbox.caller import DIVISION, Caller, an_account

WHOLE = {"Prefer": "return=representation"}


def made(exact: Caller, **properties: Any) -> dict[str, Any]:
    contact = {"Account": an_account(exact.sandbox), "LastName": "Maes", **properties}
    answer = exact.send("POST", "crm/Contacts", contact, **WHOLE)
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["d"])


def at(key: str) -> str:
    return f"crm/Contacts(guid'{key}')"


def told(exact: Caller, key: str) -> dict[str, Any]:
    return dict(exact.get(at(key)).json()["d"])


def an_account_alone(sandbox: ExactSandbox) -> str:
    """An account without a contact."""
    return an_account(sandbox, MainContact=None)


def test_a_create_tells_the_key_and_hardly_anything_else(exact: Caller) -> None:
    contact = {"Account": an_account(exact.sandbox), "FirstName": "Emma"}
    answer = exact.send("POST", "crm/Contacts", contact).json()["d"]

    assert answer["FirstName"] is answer["FullName"] is answer["HID"] is None
    assert told(exact, answer["ID"])["FirstName"] == "Emma"


def test_a_contact_takes_what_it_does_not_say_from_its_account(exact: Caller) -> None:
    account = an_account(exact.sandbox)
    exact.send("PUT", f"crm/Accounts(guid'{account}')", {"Language": "FR"})
    contact = made(exact, FirstName="Emma", LastName="Maes", Email="emma@maes.example")

    assert (contact["FullName"], contact["Gender"]) == ("Emma Maes", "O")
    assert (contact["Language"], contact["Country"]) == ("FR        ", "BE ")
    assert contact["Email"] == contact["BusinessEmail"] == "emma@maes.example"
    assert contact["BirthName"] == "Maes"
    assert isinstance(contact["HID"], int)
    assert len(contact["Code"]) == 18
    assert contact["StartDate"].startswith("/Date(")
    assert contact["AccountIsCustomer"] is True


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"Account": None}, "Verplicht: Relatie"),
        ({"Account": "00000000-0000-0000-0000-000000000001"}, "Ongeldige referentie: Relatie"),
        ({"LastName": None}, "Verplicht: Achternaam"),
        ({"Email": "nobody"}, "Ongeldig: E-mail []"),
    ],
)
def test_what_does_not_fit_is_refused(exact: Caller, changes: dict[str, Any], text: str) -> None:
    contact = {"Account": an_account(exact.sandbox), "LastName": "Maes", **changes}
    answer = exact.send("POST", "crm/Contacts", contact)

    assert (answer.status_code, exact.text_of(answer)) == (500, text)


def test_nothing_keeps_contacts_apart(exact: Caller) -> None:
    same = {"FirstName": "Emma", "Email": "emma@maes.example"}

    assert made(exact, **same)["ID"] != made(exact, **same)["ID"]


def test_writing_an_old_name_overwrites_the_new_one(exact: Caller) -> None:
    contact = made(exact, LastName="Maes", Email="a@maes.example")
    exact.send("PUT", at(contact["ID"]), {"BirthName": "Claes", "BusinessEmail": "b@maes.example"})

    after = told(exact, contact["ID"])
    assert (after["LastName"], after["Email"]) == ("Claes", "b@maes.example")


def test_the_first_contact_becomes_the_main_one(exact: Caller, sandbox: ExactSandbox) -> None:
    account = an_account_alone(sandbox)
    first, second = made(exact, Account=account), made(exact, Account=account)

    assert told(exact, first["ID"])["IsMainContact"] is True
    assert told(exact, second["ID"])["IsMainContact"] is False
    sandbox.switches.set(first_contact_is_main=False)
    other = made(exact, Account=an_account_alone(sandbox))
    assert told(exact, other["ID"])["IsMainContact"] is False


def test_the_main_contact_is_chosen_on_the_account(exact: Caller, sandbox: ExactSandbox) -> None:
    account = an_account_alone(sandbox)
    first, second = made(exact, Account=account), made(exact, Account=account)
    where = f"crm/Accounts(guid'{account}')"

    assert exact.send("PUT", at(second["ID"]), {"IsMainContact": True}).status_code == 204
    assert told(exact, second["ID"])["IsMainContact"] is False  # it is read-only there
    assert exact.send("PUT", where, {"MainContact": second["ID"]}).status_code == 204
    assert told(exact, second["ID"])["IsMainContact"] is True
    assert told(exact, first["ID"])["AccountMainContact"] == second["ID"]
    elsewhere = made(exact, Account=an_account_alone(sandbox))
    refused = exact.send("PUT", where, {"MainContact": elsewhere["ID"]})
    assert exact.text_of(refused) == "Ongeldige referentie: Contactpersoon"


def test_a_contact_that_goes_is_no_main_contact_any_more(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    account = an_account_alone(sandbox)
    contact = made(exact, Account=account)
    exact.send("DELETE", at(contact["ID"]))

    assert sandbox.record("accounts", account).get("MainContact") is None
    gone = exact.rows("sync/Deleted", filter="Timestamp gt 1L and EntityType eq 5")
    assert [row["EntityKey"] for row in gone] == [contact["ID"]]


def test_contacts_go_with_their_account(exact: Caller) -> None:
    account = exact.send("POST", "crm/Accounts", {"Name": "Short"}).json()["d"]["ID"]
    contact = made(exact, Account=account)
    exact.send("DELETE", f"crm/Accounts(guid'{account}')")

    assert exact.get(at(contact["ID"])).status_code == 404
    gone = exact.rows("sync/Deleted", filter="Timestamp gt 1L")
    assert {(row["EntityKey"], row["EntityType"]) for row in gone} == {
        (contact["ID"], 5),
        (account, 2),
    }


def test_changes_are_followed_by_their_timestamps(exact: Caller) -> None:
    asked = {"select": "ID,LastName,Timestamp"}
    every, calls = exact.all_rows("sync/CRM/Contacts", filter="Timestamp gt 1L", **asked)
    contact = made(exact)
    exact.send("PUT", at(contact["ID"]), {"LastName": "Claes"})
    last = max(int(row["Timestamp"]) for row in every)
    changed, _ = exact.all_rows("sync/CRM/Contacts", filter=f"Timestamp gt {last}L", **asked)

    assert calls == 1
    assert [(row["ID"], row["LastName"]) for row in changed] == [(contact["ID"], "Claes")]


def test_contacts_are_found_by_account_and_by_what_was_worked_out(exact: Caller) -> None:
    contact = made(exact, FirstName="Zoë", LastName="Zwart")
    account = contact["Account"]

    by_account = exact.rows("crm/Contacts", select="ID", filter=f"Account eq guid'{account}'")
    by_name = exact.rows("crm/Contacts", select="ID", filter="FullName eq 'Zoë Zwart'")
    assert contact["ID"] in [row["ID"] for row in by_account]
    assert [row["ID"] for row in by_name] == [contact["ID"]]


def test_the_company_knows_somebody_at_most_of_its_customers(sandbox: ExactSandbox) -> None:
    contacts = sandbox.records("contacts", DIVISION)
    accounts = {row["ID"]: row for row in sandbox.accounts}

    assert len(contacts) == 568
    assert all(row["Account"] in accounts for row in contacts)
    assert sum(1 for row in contacts if not row.get("Email")) == 47
    assert sum(1 for row in accounts.values() if row.get("MainContact")) > 500


def test_contacts_are_behind_the_scope_of_accounts(exact: Caller, sandbox: ExactSandbox) -> None:
    sandbox.switches.set(scopes={"crm.accounts": "read"})

    assert exact.get("crm/Contacts", top=1).status_code == 200
    assert exact.send("POST", "crm/Contacts", {"LastName": "x"}).status_code == 403
