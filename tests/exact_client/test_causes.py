"""Each cause for which Exact refuses, put to the stand-in and read back, in four languages."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from exact_client.client import ExactClient
from exact_client.errors import ExactDisconnectedError, ExactRefusedError
from exact_client.models import ExactConnection
from exact_client.sandbox import ExactSandbox
from exact_client.sandbox.refusals import LANGUAGES
from exact_client.tokens import TokenKeeper
from tests.exact_client.sandbox.caller import an_entry, ledger
from tests.exact_client.test_tokens import Later

DIVISION = 124132
NOBODY = "00000000-0000-0000-0000-000000000001"
Act = Callable[[ExactClient, ExactSandbox], object]


@dataclass(frozen=True)
class Cause:
    """What someone does that Exact refuses. `cause` and `mend` are words of our explanation."""

    name: str
    act: Act
    kind: str
    cause: str
    mend: str

    def __str__(self) -> str:
        return self.name


def entry(**changes: Any) -> Act:
    """Post an entry of which something in its header is wrong."""
    return lambda exact, sandbox: exact.create_sales_entry(an_entry(sandbox, **changes))


def line(**changes: Any) -> Act:
    """Post an entry of which something in its line is wrong."""

    def act(exact: ExactClient, sandbox: ExactSandbox) -> object:
        payload = an_entry(sandbox)
        if code := changes.get("GLAccountCode"):
            payload["SalesEntryLines"][0]["GLAccount"] = ledger(sandbox, code)
        given = {name: value for name, value in changes.items() if name != "GLAccountCode"}
        payload["SalesEntryLines"][0] |= given
        return exact.create_sales_entry(payload)

    return act


def customer(**changes: Any) -> Act:
    """Post an entry for an account that was changed in Exact."""

    def act(exact: ExactClient, sandbox: ExactSandbox) -> object:
        key = sandbox.accounts[0]["ID"]
        sandbox.change(DIVISION, "accounts", key, **changes)
        return exact.create_sales_entry(an_entry(sandbox, Customer=key))

    return act


def ledger_account(**changes: Any) -> Act:
    """Post an entry on a ledger account that was changed in Exact."""

    def act(exact: ExactClient, sandbox: ExactSandbox) -> object:
        sandbox.change(DIVISION, "glaccounts", ledger(sandbox, "700100"), **changes)
        return exact.create_sales_entry(an_entry(sandbox))

    return act


def account(**fields: Any) -> Act:
    """Make an account of which something is wrong."""

    def act(exact: ExactClient, sandbox: ExactSandbox) -> object:
        sandbox.switches.set(check_vat_format=True)
        return exact.create_account({"Name": "New", "Status": "C", **fields})

    return act


def document(**changes: Any) -> Act:
    """Make a document of which something is wrong."""
    return lambda exact, _sandbox: exact.create_document({"Subject": "x", "Type": 10, **changes})


def other_receivables(exact: ExactClient, sandbox: ExactSandbox) -> object:
    return customer(GLAR=ledger(sandbox, "411000"))(exact, sandbox)


def taken_number(exact: ExactClient, sandbox: ExactSandbox) -> object:
    if not sandbox.entries:
        exact.create_sales_entry(an_entry(sandbox, EntryNumber=26700100))
    return exact.create_sales_entry(an_entry(sandbox, EntryNumber=26700100))


def taken_code(exact: ExactClient, _sandbox: ExactSandbox) -> object:
    return exact.create_account({"Name": "Again", "Code": "20099"})


def closed_by_the_accountant(exact: ExactClient, sandbox: ExactSandbox) -> object:
    sandbox.period(2026, 10, journal="70")
    return exact.create_sales_entry(an_entry(sandbox))


def wrong_division(exact: ExactClient, sandbox: ExactSandbox) -> object:
    sandbox.switches.set(wrong_divisions=[DIVISION])
    return exact.create_sales_entry(an_entry(sandbox))


def delete_paid(exact: ExactClient, sandbox: ExactSandbox) -> object:
    if not sandbox.entries:
        sandbox.pay(sandbox.book([an_entry(sandbox)])[0])
    exact.delete_sales_entry(UUID(sandbox.entries[0]["EntryID"]))
    return None


def delete_processed(exact: ExactClient, sandbox: ExactSandbox) -> object:
    if not sandbox.entries:
        sandbox.process(sandbox.book([an_entry(sandbox)])[0])
    exact.delete_sales_entry(UUID(sandbox.entries[0]["EntryID"]))
    return None


def a_file(name: str, content: bytes) -> Act:
    """Put a file in a document that takes no more than three bytes."""

    def act(exact: ExactClient, sandbox: ExactSandbox) -> object:
        sandbox.switches.set(attachment_bytes=3)
        if not sandbox.records("documents"):
            exact.create_document({"Subject": "x", "Type": 10})
        document = UUID(sandbox.records("documents")[0]["ID"])
        return exact.create_attachment(document, name, content)

    return act


CAUSES = [
    Cause("closed year", entry(EntryDate="2025-03-01"), "closed_period", "closed", "Reopen"),
    Cause("closed by hand", closed_by_the_accountant, "closed_period", "closed", "hold it"),
    Cause("no year", entry(EntryDate="2029-01-01"), "unknown_year", "no financial year", "Create"),
    Cause("taken number", taken_number, "taken", "exists in Exact already", "adopt"),
    Cause("taken code", taken_code, "taken", "exists in Exact already", "another number"),
    Cause("prospect", customer(Status="P"), "not_a_customer", "not a customer", "Make it"),
    Cause("supplier", customer(Status="A", IsSupplier=True), "not_a_customer", "not a", "Make it"),
    Cause("no customer", entry(Customer=None), "unknown_customer", "none was given", "Link"),
    Cause("deleted customer", entry(Customer=NOBODY), "unknown_customer", "doesn't know", "Link"),
    Cause("blocked customer", customer(Blocked=True), "inactive", "inactive", "end date"),
    Cause("ended customer", customer(EndDate=1), "inactive", "inactive", "end date"),
    Cause("other receivables", other_receivables, "wrong_receivables_account", "journal", "Choose"),
    Cause("unknown ledger", line(GLAccount=NOBODY), "bad_gl", "doesn't accept", "Map the line"),
    Cause("no ledger", line(GLAccount=None), "bad_gl", "doesn't accept", "Map the line"),
    Cause("control account", line(GLAccountCode="400000"), "bad_gl", "doesn't accept", "Map"),
    Cause("blocked ledger", line(GLAccountCode="709999"), "bad_gl", "blocked", "Unblock it"),
    Cause("unknown VAT", line(VATCode="99"), "bad_vat_code", "VAT code of a line", "VAT mapping"),
    Cause("ledger as VAT", line(VATCode="700"), "bad_vat_code", "VAT code of a line", "mapping"),
    Cause("VAT of purchases", line(VATCode="A21"), "bad_vat_code", "VAT code", "be for sales"),
    Cause("VAT elsewhere", line(VATCode="9L"), "bad_vat_code", "country", "another code"),
    Cause(
        "inclusive VAT", line(VATCode="4I", VATAmountFC=21), "bad_vat_code", "amount", "exclusive"
    ),
    Cause(
        "wrong VAT sum", line(VATAmountFC=19), "bad_vat_code", "fit its amount", "correct the VAT"
    ),
    Cause(
        "payment condition", entry(PaymentCondition="99"), "bad_payment_condition", "payment", "Map"
    ),
    Cause("no journal", entry(Journal=None), "bad_journal", "journal", "sales journal"),
    Cause("unknown journal", entry(Journal="99"), "bad_journal", "journal", "sales journal"),
    Cause("purchase journal", entry(Journal="60"), "bad_journal", "journal", "sales journal"),
    Cause("cost centre", line(CostCenter="XXX"), "bad_cost_centre", "cost centre", "Map it"),
    Cause("no cost centre", ledger_account(UseCostcenter=1), "bad_cost_centre", "cost", "Map it"),
    Cause("cost unit", line(CostUnit="XXX"), "bad_cost_centre", "cost centre", "Map it"),
    Cause(
        "no cost unit", ledger_account(UseCostunit=1), "bad_cost_centre", "cost centre", "Map it"
    ),
    Cause("e-mail", account(Email="nobody"), "bad_email", "e-mail", "Correct the e-mail"),
    Cause("VAT number", account(VATNumber="12"), "bad_vat_number", "VAT number", "its country"),
    Cause("no name", account(Name=""), "missing_field", "empty", "Fill the field"),
    Cause("document type", document(Type=22), "no_right", "documents of this kind", "accountant"),
    Cause("document of nobody", document(Account=NOBODY), "unknown_customer", "account", "Link"),
    Cause("wrong division", wrong_division, "no_right", "no access", "another user"),
    Cause("paid entry", delete_paid, "in_use_elsewhere", "uses it", "Remove what uses it"),
    Cause("processed entry", delete_processed, "in_use_elsewhere", "processed", "reversal"),
    Cause("programme", a_file("invoice.exe", b"MZ"), "bad_value", "doesn't take this file", "PDF"),
    Cause(
        "large file",
        a_file("invoice.pdf", b"%PDF"),
        "bad_value",
        "doesn't take this file",
        "no larger",
    ),
]


@pytest.mark.parametrize("cause", CAUSES, ids=str)
def test_a_cause_is_told_with_its_mend_in_every_language(
    exact: ExactClient, sandbox: ExactSandbox, cause: Cause
) -> None:
    for language, other in product(LANGUAGES, (False, True)):
        sandbox.switches.set(language=language, other_wording=other)
        with pytest.raises(ExactRefusedError) as refused:
            cause.act(exact, sandbox)

        told = str(refused.value)
        assert (refused.value.kind, refused.value.status) == (cause.kind, 500), told
        assert cause.cause in told
        assert cause.mend in told
        assert " ".join(refused.value.text.split()) in told


def test_a_wrong_type_is_told_with_its_field(exact: ExactClient, sandbox: ExactSandbox) -> None:
    with pytest.raises(ExactRefusedError) as refused:
        exact.create_sales_entry(an_entry(sandbox, Customer="20099"))

    assert (refused.value.kind, refused.value.status) == ("bad_value", 400)
    assert "'Customer'" in str(refused.value)


def test_another_divisions_books_are_told_as_unknown(
    exact: ExactClient, sandbox: ExactSandbox
) -> None:
    strange = an_entry(sandbox)
    abroad = {row["Code"]: row["ID"] for row in sandbox.records("glaccounts", 124133)}
    strange["SalesEntryLines"][0]["GLAccount"] = abroad["700000"]
    with pytest.raises(ExactRefusedError, match="Map the line") as refused:
        exact.create_sales_entry(strange)

    assert refused.value.text == "Ongeldige referentie: Grootboekrekening"


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("BlockedUser", "the user is blocked"),
        ("InactiveUser", "the user is inactive"),
        ("BlockedCustomer", "the licence is blocked"),
        ("LicenseExpired", "the licence has expired"),
        ("DivisionBlocked", "the company is blocked"),
        ("NoDivisionAccess", "may not enter this company"),
    ],
)
def test_being_turned_away_is_told_with_its_reason(
    exact: ExactClient, sandbox: ExactSandbox, reason: str, told: str
) -> None:
    sandbox.switches.set(forbidden=reason)

    with pytest.raises(ExactDisconnectedError, match="rights of the user") as refused:
        exact.create_sales_entry(an_entry(sandbox))

    assert told in str(refused.value)


def spent(sandbox: ExactSandbox, later: Later) -> None:
    sandbox.switches.set(reuse_text="old", reuse_status=401)
    sandbox.fault("revoke_tokens", times=1)
    later.pass_by(601)


def idle(_sandbox: ExactSandbox, later: Later) -> None:
    later.pass_by(31 * 24 * 3600)


def inactive(sandbox: ExactSandbox, later: Later) -> None:
    sandbox.switches.set(user_active=False)
    later.pass_by(601)


@pytest.mark.parametrize(
    ("happens", "text"),
    [
        (spent, "Old refresh token used"),
        (idle, "refresh token has expired"),
        (inactive, "The user is not active"),
    ],
)
def test_a_permission_that_ended_asks_for_a_person(
    connection: ExactConnection, sandbox: ExactSandbox,
    happens: Callable[[ExactSandbox, Later], None], text: str,
) -> None:  # fmt: skip
    later = Later(sandbox)
    keeper = TokenKeeper(connection.pk, now=later.now)
    keeper.access_token()
    happens(sandbox, later)

    with pytest.raises(ExactDisconnectedError, match="Connect to Exact again") as refused:
        keeper.access_token()

    assert text in str(refused.value)


def test_a_refresh_that_comes_too_early_changes_nothing(
    connection: ExactConnection, sandbox: ExactSandbox
) -> None:
    sandbox.switches.set(refresh_window=600)
    later = Later(sandbox)
    keeper = TokenKeeper(connection.pk, now=later.now)
    before = keeper.access_token()
    later.pass_by(575)

    assert keeper.access_token() == before
    assert [call.status for call in sandbox.calls if call.kind == "token"][-1] == 400
