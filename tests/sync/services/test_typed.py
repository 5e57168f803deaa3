"""What a person typed in Exact under an invoice's number is not booked a second time by itself."""

from __future__ import annotations

from uuid import uuid4

import pytest

from accounts_link.models import Customer
from exact_client.sandbox import ExactSandbox
from sync.models import Invoice, OutboxEntry
from sync.services import decide, push
from sync.services.office import Office
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
