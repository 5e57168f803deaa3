"""The questions and the changes, against the stand-in."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from exact_client.client import ExactClient
from exact_client.counting import Lane
from exact_client.errors import ExactRefusedError, ExactUncertainError
from exact_client.models import Division, ExactConnection
from exact_client.reading import OddRecord
from exact_client.sandbox import ExactSandbox
from exact_client.wire import pooled_session
from tests.exact_client.spawned import tokens_of


def a_sales_entry(exact: ExactClient, your_ref: str = "2026-0001") -> dict[str, Any]:
    customer = next(row for row in exact.accounts_changed_since(1) if row.status == "C")
    journal = next(row for row in exact.journals() if row.type == 20 and not row.is_blocked)
    revenue = next(row for row in exact.gl_accounts() if row.type == 110 and not row.is_blocked)
    code = next(
        row
        for row in exact.vat_codes()
        if row.percentage == Decimal("0.21") and row.type == "E" and row.vat_transaction_type != "P"
    )
    return {
        "Customer": customer.id,
        "Journal": journal.code,
        "EntryDate": date(2026, 10, 1),
        "YourRef": your_ref,
        "Description": "October",
        "SalesEntryLines": [
            {
                "AmountFC": Decimal("100.10"),
                "GLAccount": revenue.id,
                "VATCode": code.code,
                "Description": "Desk",
            }
        ],
    }


def test_we_know_who_let_us_in(exact: ExactClient) -> None:
    me = exact.me()

    assert me.full_name
    assert me.current_division in [row.code for row in exact.divisions()]


def test_every_account_arrives_once_in_pages_of_a_thousand(
    exact: ExactClient, sandbox: ExactSandbox
) -> None:
    before = len(sandbox.calls)

    accounts = list(exact.accounts_changed_since(1))

    assert len({row.id for row in accounts}) == len(accounts) == len(sandbox.accounts)
    assert len(sandbox.calls) - before == -(-len(accounts) // 1000)
    assert all(row.code == (row.code or "").strip() for row in accounts)
    assert all(row.country is None or len(row.country) == 2 for row in accounts)


def test_only_what_changed_since_is_read_again(exact: ExactClient) -> None:
    newest = max(row.timestamp for row in exact.accounts_changed_since(1))
    made = exact.create_account({"Name": "Newcomer", "Status": "C"})

    changed = list(exact.accounts_changed_since(newest))

    assert [row.id for row in changed] == [made.id]
    assert changed[0].timestamp > newest


def test_an_account_is_found_again_by_each_of_its_marks(exact: ExactClient) -> None:
    made = exact.create_account(
        {"Name": "O'Brien & Söhne #1", "SearchCode": "ZF'1&#é", "VATNumber": "BE 0123.456.749"}
    )

    assert [row.id for row in exact.accounts_with_search_code("ZF'1&#é")] == [made.id]
    assert [row.id for row in exact.accounts_with_code(made.code or "")] == [made.id]
    assert [row.id for row in exact.accounts_with_vat_number("BE 0123.456.749")] == [made.id]
    assert exact.account(made.id) == made
    assert exact.account(uuid4()) is None


def test_a_change_names_fields_and_leaves_the_others(exact: ExactClient) -> None:
    made = exact.create_account({"Name": "Before", "City": "Gent", "Status": "C"})

    exact.update_account(made.id, {"Name": "After"})

    changed = exact.account(made.id)
    assert changed is not None
    assert (changed.name, changed.city) == ("After", "Gent")


def test_a_code_is_never_sent_in_a_change(exact: ExactClient, sandbox: ExactSandbox) -> None:
    with pytest.raises(ValueError, match="Code"):
        exact.update_account(uuid4(), {"Code": "1"})

    assert not [call for call in sandbox.calls if call.method == "PUT"]


def test_an_entry_is_posted_and_found_by_its_reference(exact: ExactClient) -> None:
    posted = exact.create_sales_entry(a_sales_entry(exact, "ZF'1 & #2 é"))

    found = exact.sales_entries_with_reference("ZF'1 & #2 é")

    assert [entry.entry_id for entry in found] == [posted.entry_id]
    assert found[0].amount_fc == Decimal("121.12")
    assert found[0].entry_date == date(2026, 10, 1)
    assert found[0].entry_number == posted.entry_number is not None
    assert [line.amount_fc for line in exact.sales_entry_lines(posted.entry_id)] == [
        Decimal("100.10")
    ]


def test_a_reference_that_nobody_used_finds_nothing(exact: ExactClient) -> None:
    assert exact.sales_entries_with_reference("never used") == []


def test_an_entry_whose_reference_was_edited_is_found_by_what_it_is(exact: ExactClient) -> None:
    payload = a_sales_entry(exact)
    posted = exact.create_sales_entry(payload)
    customer = UUID(str(payload["Customer"]))

    near = exact.sales_entries_like(customer, date(2026, 10, 2), Decimal("121.12"))

    assert [entry.entry_id for entry in near] == [posted.entry_id]
    assert exact.sales_entries_like(customer, date(2026, 10, 2), Decimal("121.13")) == []
    assert exact.sales_entries_like(customer, date(2026, 10, 4)) == []


def test_a_deleted_account_is_told(
    exact: ExactClient, connection: ExactConnection, division: Division
) -> None:
    made = exact.create_account({"Name": "Gone"})
    newest = max(row.timestamp for row in exact.accounts_changed_since(1))
    pooled_session().delete(
        f"{connection.url}/api/v1/{division.code}/crm/Accounts(guid'{made.id}')",
        headers={"Authorization": f"Bearer {tokens_of(connection).access_token}"},
    ).raise_for_status()

    assert [row.entity_key for row in exact.deletions_since(newest)] == [made.id]
    assert exact.account(made.id) is None


def test_the_books_tell_what_they_offer(exact: ExactClient) -> None:
    assert any(row.type == 20 for row in exact.journals())
    assert any(row.percentage == Decimal("0.21") for row in exact.vat_codes())
    assert any(row.type == 110 for row in exact.gl_accounts())
    assert all(row.code for row in exact.payment_conditions())
    assert all(row.code for row in exact.cost_centers())
    assert all(row.start_date <= row.end_date for row in exact.financial_periods())
    assert {row.status for row in exact.journal_statuses()} <= {0, 1}


def test_a_refusal_carries_exacts_words_and_ours(exact: ExactClient) -> None:
    payload = a_sales_entry(exact)
    supplier = exact.create_account({"Name": "Supplier", "Status": "A"})

    with pytest.raises(ExactRefusedError, match="not a customer") as refused:
        exact.create_sales_entry({**payload, "Customer": supplier.id})

    assert refused.value.kind == "not_a_customer"
    assert refused.value.text == "Ongeldig: Klant (Type)"
    assert refused.value.status == 500


def test_a_lost_answer_to_a_create_is_never_tried_again(
    exact: ExactClient, sandbox: ExactSandbox
) -> None:
    payload = a_sales_entry(exact)
    sandbox.fault("lose_answer_after", method="POST", path="SalesEntries")

    with pytest.raises(ExactUncertainError):
        exact.create_sales_entry(payload)

    assert len(exact.sales_entries_with_reference("2026-0001")) == 1


def test_a_broken_question_is_asked_again(exact: ExactClient, sandbox: ExactSandbox) -> None:
    sandbox.fault("lose_answer_before", method="GET", times=1)
    sandbox.fault("status", method="GET", status=503, times=1)

    assert list(exact.journals())


def test_an_odd_record_is_reported_and_the_others_arrive(
    division: Division, sandbox: ExactSandbox
) -> None:
    odd: list[OddRecord] = []
    sandbox.change(
        sandbox.company.divisions[0], "accounts", sandbox.accounts[3]["ID"], EndDate="someday"
    )
    client = ExactClient.connected(division, lane=Lane.MIRROR, on_odd=odd.append)

    accounts = list(client.accounts_changed_since(1))

    assert len(accounts) == len(sandbox.accounts) - 1
    assert [one.kind for one in odd] == ["SyncedAccount"]
    assert "EndDate" in odd[0].reason
