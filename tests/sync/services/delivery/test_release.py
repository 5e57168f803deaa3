"""Releasing: what waits for a link, a mapping or an account goes by itself once it is there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts_link.models import Customer, ExactAccount, Standing
from exact_client.sandbox import ExactSandbox
from sync.models import BookingSettings, Invoice, OutboxEntry, VATMapping
from sync.services.delivery import prepare, release
from sync.services.delivery.deliver import drain
from sync.services.delivery.office import Office
from sync.services.delivery.prepare import MAY_NOT_BE_CREATED
from sync.services.ledger import setup
from sync.services.parties import link
from sync.services.parties.link import Author
from tests.build import NOW, a_customer, a_standing, an_account, an_invoice
from tests.sync.services.pushing import (
    a_fault,
    a_newcomer,
    a_queued,
    account_entry_of,
    another,
    entry_of,
    queued,
    work,
)

AUTHOR = Author(by=None, at=NOW)
ACCOUNTS = "/crm/Accounts"


def state_of(invoice: Invoice) -> str:
    return Invoice.objects.get(pk=invoice.pk).state


def free_account() -> ExactAccount:
    return ExactAccount.objects.unlinked().order_by("pk")[0]


def test_only_what_was_released_goes(office: Office, customer: Customer) -> None:
    held = queued(office, an_invoice(customer=customer))
    released = queued(office, an_invoice(customer=customer, released_at=NOW))

    assert (state_of(held), state_of(released)) == ("draft", "queued")
    assert release.release(Invoice.objects.filter(pk=held.pk), now=NOW) == 1
    assert release.release(Invoice.objects.filter(pk=held.pk), now=NOW) == 0
    assert state_of(queued(office, held)) == "queued"


def test_a_link_lets_go_what_waited_for_it(office: Office) -> None:
    customer = a_standing(division=office.division).customer
    invoice = queued(office, an_invoice(customer=customer, released_at=NOW))
    assert state_of(invoice) == "needs_link"

    link.assign(customer, free_account(), AUTHOR)

    assert state_of(invoice) == "queued"


def test_a_mapping_lets_go_what_waited_for_it(office: Office, customer: Customer) -> None:
    VATMapping.objects.all().delete()
    invoice = queued(office, an_invoice(customer=customer, released_at=NOW))
    assert state_of(invoice) == "needs_mapping"

    setup.confirm(office.division, setup.guesses(office.division), now=NOW)

    assert state_of(invoice) == "queued"


def test_unlinking_calls_back_what_was_not_sent(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = a_queued(office, customer)
    assert entry.invoice is not None

    link.unlink(customer.links.get(), AUTHOR)
    drain(office)

    entry.refresh_from_db()
    assert (entry.state, state_of(entry.invoice), sandbox.entries) == (
        "cancelled",
        "needs_link",
        [],
    )


def test_what_was_unlinked_goes_to_the_account_that_is_right(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = a_queued(office, customer)
    right = free_account()
    link.unlink(customer.links.get(), AUTHOR)
    link.assign(customer, right, AUTHOR)

    drain(office)

    assert [row["Customer"] for row in sandbox.entries] == [str(right.exact_id)]
    assert entry.invoice is not None
    assert entry_of(entry.invoice).mended_from == entry


def test_what_is_sent_again_after_unlinking_is_not_sent_to_the_wrong_account(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = a_queued(office, customer)
    sandbox.fault(**a_fault("lose_answer_before"))
    drain(office)
    link.unlink(customer.links.get(), AUTHOR)

    work(office, rounds=6)

    entry.refresh_from_db()
    assert entry.invoice is not None
    assert (entry.state, state_of(entry.invoice), sandbox.entries) == (
        "cancelled",
        "needs_link",
        [],
    )


def test_a_document_that_moved_on_is_not_shown_as_ready_again(
    office: Office, customer: Customer
) -> None:
    invoice = an_invoice(customer=customer, released_at=NOW)
    seen = Invoice.objects.before_the_outbox()
    shown = list(prepare.previews(office.division, seen))
    queued(office, invoice)

    assert prepare.show(office.division, shown) == 0
    assert state_of(invoice) == "queued"


def test_at_most_so_many_go(office: Office, customer: Customer) -> None:
    for _ in range(5):
        an_invoice(customer=customer, released_at=NOW)

    assert release.enqueue(office.division, now=NOW, limit=3) == 3
    assert OutboxEntry.objects.count() == 3


def test_a_newcomer_gets_one_account_and_its_documents_follow(
    office: Office, sandbox: ExactSandbox
) -> None:
    customer = a_newcomer(office)
    invoices = [an_invoice(customer=customer, released_at=NOW) for _ in range(3)]
    before = sandbox.count("accounts")

    assert release.enqueue(office.division, now=NOW, with_accounts=True) == 1
    drain(office)

    created = [row for row in sandbox.accounts if row.get("SearchCode") == customer.number]
    assert (sandbox.count("accounts") - before, len(created)) == (1, 1)
    assert (created[0]["Status"], created[0]["Name"]) == ("C", customer.name)
    assert [state_of(invoice) for invoice in invoices] == ["booked"] * 3
    assert {row["Customer"] for row in sandbox.entries} == {created[0]["ID"]}
    made = customer.links.get()
    assert (made.rule, str(made.account.exact_id)) == ("created", created[0]["ID"])


def test_an_account_is_made_by_a_push_alone(office: Office) -> None:
    customer = a_newcomer(office)
    an_invoice(customer=customer, released_at=NOW)

    assert release.enqueue(office.division, now=NOW) == 0
    assert OutboxEntry.objects.count() == 0


@pytest.mark.parametrize("kind", ["lose_answer_after", "lose_answer_before", "truncate"])
def test_an_account_whose_answer_was_lost_is_made_once(
    office: Office, sandbox: ExactSandbox, kind: str
) -> None:
    customer = a_newcomer(office)
    invoice = queued(office, an_invoice(customer=customer, released_at=NOW))
    sandbox.fault(kind, path=ACCOUNTS, method="POST", times=1)

    work(office, rounds=6)

    made = [row for row in sandbox.accounts if row.get("SearchCode") == customer.number]
    assert (len(made), state_of(invoice)) == (1, "booked")


def test_a_long_name_is_no_conflict(office: Office, sandbox: ExactSandbox) -> None:
    customer = a_newcomer(office, name="Qwx  " + "Zzyzx " * 20, city="Z" * 60, phone="1" * 40)
    queued(office, an_invoice(customer=customer, released_at=NOW))

    drain(office)

    assert account_entry_of(customer).state == "done"


def test_a_customer_that_was_linked_meanwhile_is_not_created(
    office: Office, sandbox: ExactSandbox
) -> None:
    customer = a_newcomer(office)
    invoice = queued(office, an_invoice(customer=customer, released_at=NOW))
    before = sandbox.count("accounts")

    link.assign(customer, free_account(), AUTHOR)
    drain(office)

    assert (account_entry_of(customer).state, state_of(invoice)) == ("cancelled", "booked")
    assert sandbox.count("accounts") == before


def test_an_account_that_was_made_while_a_person_linked_another_is_a_conflict(
    office: Office, sandbox: ExactSandbox
) -> None:
    customer = a_newcomer(office)
    queued(office, an_invoice(customer=customer, released_at=NOW))
    sandbox.fault("lose_answer_after", path=ACCOUNTS, method="POST", times=1)
    drain(office)

    link.assign(customer, free_account(), AUTHOR)
    work(office, rounds=2)

    entry = account_entry_of(customer)
    assert (entry.state, "linked already" in entry.reason) == ("conflict", True)
    assert customer.links.count() == 1


def test_a_customer_that_comes_into_review_meanwhile_is_not_created(
    office: Office, sandbox: ExactSandbox
) -> None:
    customer = a_newcomer(office)
    invoice = queued(office, an_invoice(customer=customer, released_at=NOW))
    before = sandbox.count("accounts")
    Standing.objects.update(outcome="review")

    drain(office)

    assert (account_entry_of(customer).state, state_of(invoice)) == ("cancelled", "needs_link")
    assert sandbox.count("accounts") == before


def test_a_refused_account_is_over_once_a_person_links_another(
    office: Office, sandbox: ExactSandbox
) -> None:
    customer = a_newcomer(office)
    invoice = queued(office, an_invoice(customer=customer, released_at=NOW))
    sandbox.fault("status", path=ACCOUNTS, method="POST", status=400, body="Ongeldig: BTW-nummer")
    drain(office)
    assert account_entry_of(customer).state == "refused"

    link.assign(customer, free_account(), AUTHOR)
    drain(office)

    assert (account_entry_of(customer).state, state_of(invoice)) == ("cancelled", "booked")


def test_no_second_account_is_made_for_who_was_unlinked_from_the_first(
    office: Office, sandbox: ExactSandbox
) -> None:
    customer = a_newcomer(office)
    queued(office, an_invoice(customer=customer, released_at=NOW))
    drain(office)
    link.unlink(customer.links.get(), AUTHOR)
    assert customer.standings.get().outcome == "review"
    Standing.objects.update(outcome="create")  # as a later match may say
    invoice = queued(office, an_invoice(customer=customer, released_at=NOW))
    before = sandbox.count("accounts")

    drain(office)

    assert (state_of(invoice), sandbox.count("accounts")) == ("needs_link", before)
    with pytest.raises(release.AccountNotWantedError, match="asked for already"):
        release.want_account(office.division, customer, now=NOW)


def test_who_was_created_and_deleted_in_exact_can_be_created_again(
    office: Office, sandbox: ExactSandbox
) -> None:
    customer = a_newcomer(office)
    queued(office, an_invoice(customer=customer, released_at=NOW))
    drain(office)
    first = customer.links.get()
    ExactAccount.objects.filter(pk=first.account_id).update(is_gone=True)
    sandbox.change(
        office.division.code, "accounts", str(first.account.exact_id), SearchCode="", Status="S"
    )
    invoice = queued(office, an_invoice(customer=customer, released_at=NOW))
    assert "was deleted in Exact" in Invoice.objects.get(pk=invoice.pk).reason
    link.unlink(first, AUTHOR)
    Standing.objects.update(outcome="create")
    queued(office, invoice)

    drain(office)

    assert state_of(invoice) == "booked"
    assert account_entry_of(customer).identity.endswith(":v2")


def test_where_creating_is_off_the_document_says_so(office: Office) -> None:
    BookingSettings.objects.update(create_accounts=False)
    invoice = queued(office, an_invoice(customer=a_newcomer(office), released_at=NOW))

    found = Invoice.objects.get(pk=invoice.pk)
    assert (found.state, found.reason) == ("needs_link", MAY_NOT_BE_CREATED)
    assert OutboxEntry.objects.count() == 0


def test_a_wanted_account_is_made_without_a_document(office: Office) -> None:
    customer = a_customer(name="Qwx Zzyzx Ltd")

    release.want_account(office.division, customer, now=NOW)
    assert release.enqueue(office.division, now=NOW, with_accounts=True) == 1
    drain(office)

    assert customer.links.get().rule == "created"


def test_an_account_in_exact_that_is_no_customer_is_for_a_person(
    office: Office, sandbox: ExactSandbox
) -> None:
    customer = a_newcomer(office)
    queued(office, an_invoice(customer=customer, released_at=NOW))
    sandbox.fault("lose_answer_after", path=ACCOUNTS, method="POST", times=1)
    drain(office)
    made = next(row for row in sandbox.accounts if row.get("SearchCode") == customer.number)
    sandbox.change(office.division.code, "accounts", made["ID"], Status="S")
    other = a_queued(office, another(customer))

    work(office, rounds=2)

    assert account_entry_of(customer).state == "conflict"
    other.refresh_from_db()
    assert other.state == "done"  # and nobody else is held up


def test_a_later_document_does_not_pass_an_earlier_one(office: Office, customer: Customer) -> None:
    late = an_invoice(customer=customer, released_at=NOW)
    Invoice.objects.filter(pk=late.pk).update(invoice_date=late.invoice_date + timedelta(days=1))
    early = an_invoice(customer=customer, released_at=NOW)

    queued(office, early)

    assert entry_of(early).pk < entry_of(late).pk


def test_refreshing_changes_nothing_the_second_time(office: Office, customer: Customer) -> None:
    an_invoice(customer=customer)
    an_invoice(customer=a_customer())
    an_account(division=office.division)

    assert prepare.refresh(office.division) == 2
    assert prepare.refresh(office.division) == 0


def test_an_account_that_is_no_customer_any_more_keeps_its_documents_back(
    office: Office, customer: Customer
) -> None:
    invoice = an_invoice(customer=customer, released_at=NOW)
    ExactAccount.objects.filter(links__customer=customer).update(status="P")

    release.enqueue(office.division, now=NOW)

    invoice.refresh_from_db()
    assert (invoice.state, invoice.outbox.count()) == ("needs_link", 0)
    assert "is a prospect in Exact" in invoice.reason
