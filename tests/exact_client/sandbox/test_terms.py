"""What customers owe: payment terms, part payments, bounces, and what is no longer owed."""

from typing import Any

import pytest

from exact_client.sandbox import ExactSandbox
from exact_client.sandbox.wire import read_date
from tests.exact_client.sandbox.caller import Caller, an_entry

ENTRIES = "salesentry/SalesEntries"
FEED = "sync/Cashflow/PaymentTerms"


def booked(exact: Caller, *amounts: float, **changes: Any) -> dict[str, Any]:
    answer = exact.send(
        "POST",
        ENTRIES,
        an_entry(exact.sandbox, *amounts, **changes),
        Prefer="return=representation",
    )
    return dict(answer.json()["d"])


def terms(exact: Caller, since: int = 1, **wanted: Any) -> list[dict[str, Any]]:
    rows = exact.rows(FEED, filter=f"Timestamp gt {since}L")
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def of_entry(exact: Caller, entry: dict[str, Any], since: int = 1) -> list[dict[str, Any]]:
    return terms(exact, since, TransactionEntryID=entry["EntryID"])


def latest(exact: Caller) -> int:
    return max(int(row["Timestamp"]) for row in terms(exact))


def still_owed(exact: Caller, entry: dict[str, Any]) -> float:
    rows = [row for row in of_entry(exact, entry) if row["Status"] == 20]
    return float(round(-sum(row["AmountFC"] for row in rows), 2))


def gone(exact: Caller) -> set[str]:
    rows = exact.rows("sync/Deleted", filter="Timestamp gt 1L and EntityType eq 10")
    return {row["EntityKey"] for row in rows}


def test_an_entry_is_owed_from_the_moment_it_is_booked(exact: Caller) -> None:
    entry = booked(exact, 100, PaymentCondition="30", EntryDate="2026-10-15")
    term = of_entry(exact, entry)[0]

    assert (term["LineType"], term["Status"], term["IsFullyPaid"]) == (20, 20, False)
    assert term["AmountFC"] == term["AmountDC"] == -121  # negative: the customer owes
    assert (term["EntryNumber"], term["InvoiceNumber"]) == (26700001, 26700001)
    assert (term["YourRef"], term["Account"]) == ("INV-2026-000001", entry["Customer"])
    assert term["InvoiceDate"] == f"/Date({read_date('2026-10-15')})/"
    assert term["DueDate"] == entry["DueDate"] == f"/Date({read_date('2026-11-14')})/"
    assert term["LastPaymentDate"] is None


def test_a_credit_note_is_owed_to_the_customer(exact: Caller) -> None:
    entry = booked(exact, -100, Journal="79")

    assert of_entry(exact, entry)[0]["AmountFC"] == 121


def test_an_entry_of_nothing_is_owed_by_nobody(exact: Caller) -> None:
    assert of_entry(exact, booked(exact, 100, -100)) == []
    assert exact.rows("read/financial/ReceivablesList") == []


def test_purchases_stand_in_the_same_feed_and_cannot_be_filtered_away(exact: Caller) -> None:
    assert {row["AmountFC"] for row in terms(exact, LineType=22)} == {4840, 312.18, 95.59}
    answer = exact.get(FEED, filter="Timestamp gt 1L and LineType eq 20")
    assert answer.status_code == 400
    assert exact.rows("cashflow/Receivables", select="ID") == []


def test_a_full_payment_settles_the_term(exact: Caller, sandbox: ExactSandbox) -> None:
    entry = booked(exact)
    before = latest(exact)
    sandbox.pay(entry["EntryID"], date="2026-10-20")
    term = of_entry(exact, entry, since=before)[0]

    assert (term["Status"], term["IsFullyPaid"], term["AmountFC"]) == (50, True, -121)
    assert term["LastPaymentDate"] == f"/Date({read_date('2026-10-20')})/"
    assert exact.rows("read/financial/ReceivablesList") == []


def test_a_part_payment_splits_the_term(exact: Caller, sandbox: ExactSandbox) -> None:
    entry = booked(exact)
    first = of_entry(exact, entry)[0]["ID"]
    sandbox.pay(entry["EntryNumber"], 40)
    told = {row["ID"] == first: row for row in of_entry(exact, entry)}

    assert (told[True]["AmountFC"], told[True]["Status"]) == (-81, 20)
    assert (told[False]["AmountFC"], told[False]["Status"]) == (-40, 50)
    assert told[True]["EntryID"] != told[False]["EntryID"]
    assert {row["TransactionAmountFC"] for row in told.values()} == {121}
    owed = exact.rows("read/financial/ReceivablesList", orderby="Amount desc")
    assert [(row["Amount"], row["YourRef"]) for row in owed] == [
        (121, "INV-2026-000001"),
        (-40, None),
    ]


def test_the_banks_own_line_bears_the_reference_too(exact: Caller, sandbox: ExactSandbox) -> None:
    entry = booked(exact)
    sandbox.pay(entry["EntryID"], 40)
    bank = terms(exact, TransactionType=40)[0]
    lines = exact.rows("sync/Financial/TransactionLines", filter="Timestamp gt 1L")
    receipt = [row for row in lines if row["JournalCode"] == "20"]

    assert (bank["AmountFC"], bank["YourRef"]) == (40, "INV-2026-000001")
    assert bank["TransactionEntryID"] != entry["EntryID"]
    assert [(row["AmountDC"], row["GLAccountCode"]) for row in receipt] == [
        (40, "550000"),
        (-40, "400000"),
    ]
    assert {row["EntryNumber"] for row in receipt} == {26200001}


def test_payments_add_up_to_paid(exact: Caller, sandbox: ExactSandbox) -> None:
    entry = booked(exact, 99.99)  # 120.99 with VAT
    for amount in (20.33, 20.33):
        sandbox.pay(entry["EntryID"], amount)
    assert still_owed(exact, entry) == 80.33
    sandbox.pay(entry["EntryID"])

    assert still_owed(exact, entry) == 0
    assert all(row["IsFullyPaid"] for row in of_entry(exact, entry))
    assert round(sum(row["AmountFC"] for row in of_entry(exact, entry)), 2) == -120.99


@pytest.mark.parametrize(("paid", "left"), [((None,), 121), ((40,), 121), ((40, None), 81)])
def test_a_bounce_takes_the_last_payment_back(
    exact: Caller, sandbox: ExactSandbox, paid: tuple[float | None, ...], left: float
) -> None:
    entry = booked(exact)
    for amount in paid:
        sandbox.pay(entry["EntryID"], amount)
    before = latest(exact)
    sandbox.bounce(entry["EntryID"])

    assert still_owed(exact, entry) == left
    assert of_entry(exact, entry, since=before)  # it is told again
    assert len(terms(exact, TransactionType=40)) == len(paid) - 1
    owed = exact.rows("read/financial/ReceivablesList")
    assert round(sum(row["Amount"] for row in owed), 2) == left


def test_what_bounced_in_part_can_be_paid_again(exact: Caller, sandbox: ExactSandbox) -> None:
    entry = booked(exact)
    sandbox.pay(entry["EntryID"], 40)
    sandbox.bounce(entry["EntryID"])
    sandbox.pay(entry["EntryID"], 100)
    assert still_owed(exact, entry) == 21
    sandbox.pay(entry["EntryID"])
    assert still_owed(exact, entry) == 0


@pytest.mark.parametrize("amount", [0, 121.01, 1000])
def test_no_more_can_be_paid_than_is_open(
    exact: Caller, sandbox: ExactSandbox, amount: float
) -> None:
    entry = booked(exact)

    with pytest.raises(ValueError, match="open"):
        sandbox.pay(entry["EntryID"], amount)


def test_a_deleted_entry_is_no_longer_owed(exact: Caller) -> None:
    entry = booked(exact)
    term = of_entry(exact, entry)[0]["ID"]
    exact.send("DELETE", f"{ENTRIES}(guid'{entry['EntryID']}')")

    assert of_entry(exact, entry) == []
    assert gone(exact) == {term}


def test_a_paid_entry_can_not_be_deleted_by_a_caller(exact: Caller, sandbox: ExactSandbox) -> None:
    entry = booked(exact)
    line = sandbox.entries[0]["SalesEntryLines"][0]["ID"]
    sandbox.pay(entry["EntryID"], 1)
    answer = exact.send("DELETE", f"{ENTRIES}(guid'{entry['EntryID']}')")
    changed = exact.send("PUT", f"salesentry/SalesEntryLines(guid'{line}')", {"AmountFC": 1})

    assert answer.status_code == 500
    assert exact.text_of(answer).startswith("Kan niet verwijderen: Verkoopboekingen")
    assert changed.status_code == 500


def test_terms_in_another_currency_are_kept_in_both(exact: Caller, sandbox: ExactSandbox) -> None:
    entry = booked(exact, 100, Currency="USD", Rate=0.92)
    sandbox.pay(entry["EntryID"], 33.33)
    rows = of_entry(exact, entry)

    assert entry["AmountDC"] == 111.32
    assert sorted((row["AmountFC"], row["AmountDC"]) for row in rows) == [
        (-87.67, -80.66),
        (-33.33, -30.66),
    ]


def test_a_receivable_takes_a_reference_of_its_payment(exact: Caller) -> None:
    entry = booked(exact)
    term = of_entry(exact, entry)[0]["ID"]
    where = f"cashflow/Receivables(guid'{term}')"

    assert exact.send("PUT", where, {"PaymentReference": "RF18", "Status": 50}).status_code == 204
    shown = exact.get(where).json()["d"]
    assert (shown["PaymentReference"], shown["Status"]) == ("RF18", 20)
    assert exact.send("DELETE", where).status_code == 405


def test_receivables_want_a_selection(exact: Caller) -> None:
    assert exact.get("cashflow/Receivables").status_code == 400
