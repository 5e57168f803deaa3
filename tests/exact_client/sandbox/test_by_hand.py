"""What the accountant does behind our back: alter, remove, process, close, type by hand."""

from typing import Any

import pytest

from exact_client.sandbox import ExactSandbox
from tests.exact_client.sandbox.caller import Caller, an_entry, ledger

ENTRIES = "salesentry/SalesEntries"


def booked(exact: Caller, *amounts: float, **changes: Any) -> str:
    answer = exact.send("POST", ENTRIES, an_entry(exact.sandbox, *amounts, **changes))
    return str(answer.json()["d"]["EntryID"])


def turn(exact: Caller, knob: str, content: object) -> Any:
    answer = exact.send("POST", f"/_sandbox/{knob}", content)
    assert answer.status_code == 200, answer.text
    return answer.json()


def lines_since(exact: Caller, version: int) -> list[dict[str, Any]]:
    return exact.rows("sync/Financial/TransactionLines", filter=f"Timestamp gt {version}L")


def version(exact: Caller) -> int:
    return max(int(row["Timestamp"]) for row in lines_since(exact, 1))


def test_an_altered_amount_shows_everywhere(exact: Caller, sandbox: ExactSandbox) -> None:
    key = booked(exact, 100, 10)
    before = version(exact)
    sandbox.alter(key, {"AmountFC": 50}, line=1)

    assert sandbox.entries[0]["AmountFC"] == 72.6
    assert [row["AmountDC"] for row in lines_since(exact, before)] == [72.6, -50, -10]
    assert sandbox.records("terms")[-1]["AmountFC"] == -72.6
    assert exact.rows("read/financial/ReceivablesList")[0]["Amount"] == 72.6


@pytest.mark.parametrize("amount", [200, 10, 40 / 1.21])
def test_what_was_paid_stays_paid_when_the_amount_is_altered(
    exact: Caller, sandbox: ExactSandbox, amount: float
) -> None:
    key = booked(exact)
    sandbox.pay(key, 40)
    sandbox.alter(key, {"AmountFC": amount})
    rows = [row for row in sandbox.records("terms") if row["TransactionEntryID"] == key]

    assert -40 in {row["AmountFC"] for row in rows if row["Status"] == 50}
    assert round(sum(row["AmountFC"] for row in rows), 2) == -sandbox.entries[0]["AmountFC"]


def test_a_line_gets_another_account_and_vat_code(exact: Caller, sandbox: ExactSandbox) -> None:
    entry = an_entry(sandbox)
    entry["SalesEntryLines"][0]["VATAmountFC"] = 20.99
    key = exact.send("POST", ENTRIES, entry).json()["d"]["EntryID"]
    sandbox.alter(key, {"GLAccount": "701200", "VATCode": "2"})
    line = sandbox.entries[0]["SalesEntryLines"][0]

    assert (line["GLAccountCode"], line["VATCode"], line["VATAmountFC"]) == ("701200", "2", 6)
    sandbox.alter(key, {"GLAccount": ledger(sandbox, "700300"), "VATAmountFC": 6.01})
    line = sandbox.entries[0]["SalesEntryLines"][0]
    assert (line["GLAccountCode"], line["VATAmountFC"]) == ("700300", 6.01)


def test_a_header_is_altered_in_a_closed_period_and_when_processed(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    key = booked(exact)
    sandbox.process(key)
    sandbox.period(2026, 10)
    changes = {"Description": "Mended", "YourRef": "Mine", "EntryDate": "2026-10-02"}
    sandbox.alter(key, changes)
    shown = exact.get(f"{ENTRIES}(guid'{key}')").json()["d"]

    assert (shown["Description"], shown["YourRef"], shown["Status"]) == ("Mended", "Mine", 50)
    assert shown["Modifier"] != shown["Creator"]
    assert {row["YourRef"] for row in lines_since(exact, 1)} == {"Mine"}


def test_an_alteration_that_exact_would_refuse_is_refused(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    key = booked(exact)
    answer = exact.send("POST", "/_sandbox/alter", {"entry": key, "changes": {"VATCode": "99"}})

    assert (answer.status_code, exact.text_of(answer)) == (500, "Ongeldige referentie: Btw-code")
    assert sandbox.entries[0]["SalesEntryLines"][0]["VATCode"] == "4"


def test_a_removed_entry_is_gone_for_good(exact: Caller, sandbox: ExactSandbox) -> None:
    key = booked(exact)
    sandbox.pay(key, 40)
    sandbox.process(key)
    sandbox.remove(key)

    assert exact.rows(ENTRIES, select="EntryID") == []
    assert [row["JournalCode"] for row in lines_since(exact, 1)] == ["20", "20"]
    assert exact.rows("read/financial/ReceivablesList") == []
    left = [row for row in sandbox.records("terms") if row["LineType"] == 20]
    assert [(row["AmountFC"], row["Status"]) for row in left] == [(40, 20)]
    kinds = {row["EntityType"] for row in exact.rows("sync/Deleted", filter="Timestamp gt 1L")}
    assert kinds == {1, 10}


def test_a_processed_entry_can_not_be_changed_by_a_caller(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    key = booked(exact)
    sandbox.process(key)

    assert exact.send("DELETE", f"{ENTRIES}(guid'{key}')").status_code == 500
    assert {row["Status"] for row in lines_since(exact, 1)} == {50}
    assert exact.get(f"{ENTRIES}(guid'{key}')").json()["d"]["StatusDescription"] == "Verwerkt"


def test_a_period_is_closed_for_one_journal_and_opened_again(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    sandbox.period(2026, 10, journal="70")
    refused = exact.send("POST", ENTRIES, an_entry(sandbox))
    elsewhere = exact.send("POST", ENTRIES, an_entry(sandbox, Journal="71"))
    asked = "Year eq 2026 and Period eq 10 and Status eq 1"
    closed = exact.rows("read/financial/JournalStatusList", filter=asked)

    assert exact.text_of(refused) == "Periode is afgesloten: 2026 - 10"
    assert elsewhere.status_code == 201
    assert [row["Journal"] for row in closed] == ["70"]
    sandbox.period(2026, 10, "open")
    assert exact.send("POST", ENTRIES, an_entry(sandbox)).status_code == 201


def test_a_year_can_be_made_and_taken_away(exact: Caller, sandbox: ExactSandbox) -> None:
    entry = an_entry(sandbox, EntryDate="2028-01-15")
    assert exact.send("POST", ENTRIES, entry).status_code == 500
    sandbox.year(2028)
    assert exact.send("POST", ENTRIES, entry).status_code == 201
    years = exact.rows("financial/FinancialPeriods", filter="FinYear eq 2028", select="FinPeriod")
    assert len(years) == 12

    sandbox.year(2027, exists=False)
    answer = exact.send("POST", ENTRIES, an_entry(sandbox, EntryDate="2027-01-15"))
    assert exact.text_of(answer) == "Verplicht: Boekjaar"
    assert exact.rows("read/financial/JournalStatusList", filter="Year eq 2027") == []


def test_an_entry_typed_by_hand_has_another_maker(exact: Caller, sandbox: ExactSandbox) -> None:
    booked(exact)
    told = turn(exact, "type", {"entry": an_entry(sandbox, YourRef="INV-2026-000002")})
    me = exact.rows("/api/v1/current/Me", select="UserID")[0]["UserID"]
    theirs = exact.rows(ENTRIES, filter=f"Creator ne guid'{me}'", select="EntryID,YourRef")

    assert [(row["EntryID"], row["YourRef"]) for row in theirs] == [
        (told["EntryID"], "INV-2026-000002")
    ]
    assert told["Creator"] != me


def test_every_hand_is_a_knob_too(exact: Caller, sandbox: ExactSandbox) -> None:
    key = booked(exact)
    assert turn(exact, "pay", {"entry": 26700001, "amount": 21, "date": "2026-10-09"})[
        "payments"
    ] == [{"Date": "2026-10-09", "AmountFC": 21}]
    assert len(turn(exact, "pay", {"entry": key})["payments"]) == 2
    assert len(turn(exact, "bounce", {"entry": key})["payments"]) == 1
    assert turn(exact, "alter", {"entry": key, "changes": {"YourRef": "x"}})["YourRef"] == "x"
    assert turn(exact, "process", {"entry": key})["Status"] == 50
    state = exact.get("/_sandbox/state").json()["entries"][0]
    assert [term["Status"] for term in state["terms"]] == [20, 50]
    assert state["DueDate"] == "2026-10-01"
    assert turn(exact, "period", {"year": 2026, "period": 9, "status": "closed"})
    assert turn(exact, "year", {"year": 2029, "exists": True})
    assert turn(exact, "remove", {"entry": key})
    assert sandbox.entries == []


def test_the_state_tells_documents_and_files(exact: Caller) -> None:
    key = booked(exact)
    document = {"Subject": "INV", "Type": 10, "FinancialTransactionEntryID": key}
    made = exact.send("POST", "documents/Documents", document).json()["d"]["ID"]
    file = {"Document": made, "FileName": "x.pdf", "Attachment": "JVBERg=="}
    exact.send("POST", "documents/DocumentAttachments", file)
    told = exact.get("/_sandbox/state").json()["entries"][0]["documents"]

    assert [(row["Subject"], row["Type"]) for row in told] == [("INV", 10)]
    assert [(row["FileName"], row["FileSize"]) for row in told[0]["attachments"]] == [("x.pdf", 4)]


@pytest.mark.parametrize(
    ("knob", "content"),
    [
        ("pay", {"entry": 1}),
        ("pay", {"entry": "not-a-guid"}),
        ("pay", {}),
        ("pay", {"entry": 26700001, "amount": "much"}),
        ("bounce", {"entry": 26700001}),
        ("alter", {"entry": 26700001, "changes": {"AmountFC": 1}, "line": 2}),
        ("alter", {"entry": 26700001, "changes": {"GLAccount": "999"}}),
        ("period", {"year": 2026, "period": 13}),
        ("period", {"year": 2026, "period": 1, "status": "ajar"}),
        ("year", {}),
        ("type", {}),
    ],
)
def test_a_knob_says_what_it_can_not_do(exact: Caller, knob: str, content: object) -> None:
    booked(exact)
    answer = exact.send("POST", f"/_sandbox/{knob}", content)

    assert answer.status_code == 400
    assert answer.json()["error"]


def test_two_entries_under_one_number_are_not_confused(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    booked(exact, EntryNumber=26700100)
    booked(exact, EntryNumber=26700100, Journal="71")

    with pytest.raises(ValueError, match="2 entries are called 26700100"):
        sandbox.pay(26700100)
