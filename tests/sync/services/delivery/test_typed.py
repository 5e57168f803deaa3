"""What a person typed in Exact under an invoice's number is not booked a second time by itself."""

from __future__ import annotations

from uuid import uuid4

import pytest

from accounts_link.models import Customer
from exact_client.sandbox import ExactSandbox
from sync.models import Invoice, OutboxEntry
from sync.services.delivery import decide, push
from sync.services.delivery.office import Office
from tests.build import NOW, an_invoice
from tests.sync.services.pushing import clock_of, entry_of

ENTRIES = "salesentry/SalesEntries"
SOMEBODY = str(uuid4())


@pytest.fixture
def us(office: Office) -> None:
    """Know which user of Exact we are, as after connecting."""
    connection = office.division.connection
    connection.user_id = office.exact.me().user_id
    connection.save()


def typed_by_hand(office: Office, sandbox: ExactSandbox, invoice: Invoice, number: str) -> str:
    """Book an invoice as a person does in Exact, with `number` as its reference."""
    push.push(office)  # ours, to be made theirs
    entry = entry_of(invoice)
    key = str(entry.remote_id)
    sandbox.change(office.division.code, "entries", key, Creator=SOMEBODY, YourRef=number)
    OutboxEntry.objects.filter(pk=entry.pk).delete()
    Invoice.objects.filter(pk=invoice.pk).update(state="ready", entry_id=None)
    return key


@pytest.mark.usefixtures("us")
def test_an_entry_typed_under_the_number_is_offered_and_adopted(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    invoice = an_invoice(customer=customer, released_at=NOW)
    key = typed_by_hand(office, sandbox, invoice, invoice.number.lower())

    pushed = push.push(office)

    entry = entry_of(invoice)
    assert (entry.state, len(sandbox.entries)) == ("conflict", 1)
    assert "booked it in Exact already" in entry.reason
    assert pushed.delivered.steps == 0
    (found,) = decide.candidates(office, entry)
    decide.adopt(office, entry, found.id, by=None)
    invoice.refresh_from_db()
    assert (invoice.state, str(invoice.entry_id)) == ("booked", key)


@pytest.mark.usefixtures("us")
def test_a_person_may_send_it_all_the_same(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    invoice = an_invoice(customer=customer, released_at=NOW)
    typed_by_hand(office, sandbox, invoice, f"Re: {invoice.number}")
    push.push(office)

    decide.send_again(entry_of(invoice), clock_of(office), by=None)
    push.push(office)
    push.push(office)

    invoice.refresh_from_db()
    assert (invoice.state, len(sandbox.entries)) == ("booked", 2)


@pytest.mark.usefixtures("us")
def test_a_whole_batch_costs_one_question(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    for _ in range(5):
        an_invoice(customer=customer, released_at=NOW)

    push.push(office)
    push.push(office)

    gets = [call for call in sandbox.calls if call.method == "GET" and ENTRIES in call.path]
    assert (len(gets), len(sandbox.entries)) == (1, 5)


@pytest.mark.usefixtures("us")
def test_another_number_that_holds_ours_is_not_it(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    invoice = an_invoice(customer=customer, released_at=NOW)
    typed_by_hand(office, sandbox, invoice, f"{invoice.number}-B")
    sandbox.change(
        office.division.code, "entries", sandbox.entries[0]["EntryID"], Description="by hand"
    )

    push.push(office)

    assert len(sandbox.entries) == 2


@pytest.mark.usefixtures("us")
def test_a_question_that_exact_does_not_take_holds_nothing_up(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    an_invoice(customer=customer, released_at=NOW)
    sandbox.fault(
        "status",
        path=ENTRIES,
        method="GET",
        status=400,
        body='{"error":{"message":{"value":"This $filter parameter is not supported"}}}',
    )

    push.push(office)

    assert len(sandbox.entries) == 1


@pytest.mark.usefixtures("us")
def test_what_a_person_typed_as_the_user_of_our_connection_is_found_too(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    invoice = an_invoice(customer=customer, released_at=NOW)
    key = typed_by_hand(office, sandbox, invoice, invoice.number)
    us = str(office.division.connection.user_id)
    sandbox.change(office.division.code, "entries", key, Creator=us)

    push.push(office)

    entry = entry_of(invoice)
    assert (entry.state, str(entry.offered_id), len(sandbox.entries)) == ("conflict", key, 1)


@pytest.mark.usefixtures("us")
def test_what_we_booked_ourselves_is_never_taken_for_typed(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    first = an_invoice(customer=customer, released_at=NOW)
    push.push(office)
    key = str(entry_of(first).remote_id)
    sandbox.change(office.division.code, "entries", key, YourRef="", Creator=SOMEBODY)
    second = an_invoice(customer=customer, released_at=NOW)
    sandbox.change(office.division.code, "entries", key, Description=second.number)

    push.push(office)

    assert entry_of(second).state == "done"


@pytest.mark.usefixtures("us")
def test_a_typed_entry_for_another_amount_is_offered_and_says_so(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    invoice = an_invoice(customer=customer, released_at=NOW)
    key = typed_by_hand(office, sandbox, invoice, invoice.number)
    sandbox.alter(key, {"AmountFC": 90.0, "VATAmountFC": 18.9})

    push.push(office)

    entry = entry_of(invoice)
    assert "for 108.90 and not 121.00" in entry.reason
    assert [str(answer.id) for answer in decide.candidates(office, entry)] == [key]


@pytest.mark.usefixtures("us")
def test_not_this_one_is_remembered_and_ours_is_sent(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    invoice = an_invoice(customer=customer, released_at=NOW)
    typed_by_hand(office, sandbox, invoice, invoice.number)
    push.push(office)
    entry = entry_of(invoice)
    (found,) = decide.candidates(office, entry)

    decide.reject(entry, found.id, clock_of(office), by=None)

    entry = entry_of(invoice)
    assert decide.candidates(office, entry) == []
    assert (entry.state, entry.history.latest("pk").step) == ("conflict", "decide")
    decide.send_again(entry, clock_of(office), by=None)
    push.push(office)
    sandbox.fault("lose_answer_before", path=ENTRIES, method="POST", times=1)
    for _ in range(6):
        push.push(office)
        clock_of(office).advance(31)
    invoice.refresh_from_db()
    assert (invoice.state, len(sandbox.entries)) == ("booked", 2)


@pytest.mark.usefixtures("us")
def test_where_exact_does_not_search_references_others_are_still_asked_about(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    invoice = an_invoice(customer=customer, released_at=NOW)
    typed_by_hand(office, sandbox, invoice, invoice.number)
    sandbox.fault(
        "status",
        path=ENTRIES,
        method="GET",
        times=1,
        status=400,
        body='{"error":{"message":{"value":"This $filter parameter is not supported"}}}',
    )

    push.push(office)

    assert (entry_of(invoice).state, len(sandbox.entries)) == ("conflict", 1)
