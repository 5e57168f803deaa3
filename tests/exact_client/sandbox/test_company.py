"""The company that comes with the stand-in, one of one's own, and one that is made up."""

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from exact_client.sandbox import ExactSandbox
from tests.exact_client.sandbox.caller import Caller


def test_the_company_holds_what_its_invoices_need(exact: Caller) -> None:
    journals = exact.rows("financial/Journals", select="Code,Type", orderby="Code")
    vat = exact.rows("vat/VATCodes", select="Code,Percentage,Type", orderby="Code")
    ledger = exact.rows("financial/GLAccounts", select="Code", filter="Type eq 110")
    centres = exact.rows("hrm/Costcenters", select="Code", filter="Active eq true")

    assert [row["Code"] for row in journals if row["Type"] == 20] == ["70", "71", "72", "79"]
    assert {(row["Percentage"], row["Type"]) for row in vat} >= {
        (0.21, "E"), (0.12, "E"), (0.06, "E"), (0.0, "E"), (0.21, "I"), (0.0, "N"),
    }  # fmt: skip
    assert len(ledger) == 9
    assert {row["Code"] for row in centres} == {"ANR", "BRU", "GNT"}


def test_last_years_periods_are_closed(exact: Caller) -> None:
    periods, _ = exact.all_rows("read/financial/JournalStatusList", filter="Journal eq '70'")

    assert {row["Year"] for row in periods if row["Status"] == 1} == {2025}
    assert {row["Year"] for row in periods if row["Status"] == 0} == {2026, 2027}


def test_a_company_may_bring_accounts_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "accounts.json"
    rows = [
        {"Name": "First", "Code": "7", "Country": "NL "},
        {"Name": "Second", "Status": "C", "Modified": "2026-01-01T10:00:00"},
    ]
    file.write_text(json.dumps(rows))
    exact = Caller(ExactSandbox(limits=False, accounts=file))
    shown = exact.rows("crm/Accounts", select="Name,Code,Status,Country", orderby="Code")

    told = [(row["Name"], row["Code"].strip(), row["Status"], row["Country"]) for row in shown]
    assert told == [("First", "7", "A", "NL "), ("Second", "8", "C", None)]


def test_generated_accounts_are_read_like_any_others() -> None:
    exact = Caller(ExactSandbox(limits=False, generate=2_500))
    rows, calls = exact.all_rows(
        "sync/CRM/Accounts", select="ID,Code,Timestamp", filter="Timestamp gt 1001L"
    )
    every, _ = exact.all_rows("sync/CRM/Accounts", select="ID", filter="Timestamp gt 1L")
    bulk, _ = exact.all_rows("bulk/CRM/Accounts", select="ID,Name")
    plain, _ = exact.all_rows("crm/Accounts", select="ID")

    assert (len(rows), calls) == (1_500 + 1_447, 3)
    assert rows[0]["Timestamp"] == "1002"
    assert len({row["ID"] for row in bulk}) == len(bulk) == len(every) == 3_947
    assert {row["ID"] for row in plain} == {row["ID"] for row in bulk}
    assert len(plain) == 3_947
    found = exact.rows("crm/Accounts", select="ID", filter="Name eq 'Generated Company 7 BV'")
    made = found[0]["ID"]
    assert exact.send("PUT", f"crm/Accounts(guid'{made}')", {"Name": "Mine"}).status_code == 204
    assert exact.get(f"crm/Accounts(guid'{made}')").json()["d"]["Name"] == "Mine"
    again, _ = exact.all_rows("bulk/CRM/Accounts", select="ID,Name")
    assert len(again) == 3_947
    assert [row["Name"] for row in again if row["ID"] == made] == ["Mine"]


def test_the_stand_in_needs_no_django() -> None:
    """It serves other projects' tests too, and starts at once."""
    code = "import sys, exact_client.sandbox; print('django' in sys.modules)"
    ended = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert ended.stdout == "False\n"


def test_a_colleague_may_have_made_invoices_before_we_came(tmp_path: Path) -> None:
    file = tmp_path / "exact.state"
    with closing(ExactSandbox(limits=False, state=file, invoices=True)) as before:
        invoices = before.records("invoices")
        numbers = [row["InvoiceNumber"] for row in invoices if row["Status"] == 50]

        assert len(invoices) == 40
        assert sorted(numbers) == sorted(row["EntryNumber"] for row in before.entries)
        assert (len(numbers), before.count("payments")) == (24, 8)
        assert {row["Creator"] for row in invoices} != {before.company.user_id}
    with closing(ExactSandbox(limits=False, state=file, invoices=True)) as after:
        assert {row["InvoiceID"] for row in after.records("invoices")} == {
            row["InvoiceID"] for row in invoices
        }
        after.reset()
        assert after.count("invoices") == 40
