"""Attaching: the files of a booked document hang on its entry, each once, and hold nothing up."""

from __future__ import annotations

from base64 import b64decode
from datetime import timedelta
from typing import Any

import pytest

from accounts_link.models import Customer
from exact_client.sandbox import ExactSandbox
from exact_client.sandbox.documents import Documents
from sync.models import BookingSettings, Invoice, OutboxEntry
from sync.services.delivery import attach, decide, exclude, release, undo
from sync.services.delivery.deliver import drain
from sync.services.delivery.office import Office
from tests.build import NOW, a_file, an_invoice, an_operator
from tests.sync.services.pushing import a_queued, clock_of, entry_of, queued, work

DOCUMENTS = "documents/Documents"
ATTACHMENTS = "documents/DocumentAttachments"
TROUBLE: list[dict[str, Any]] = [
    {"kind": "lose_answer_after"},
    {"kind": "lose_answer_before"},
    {"kind": "reset", "after": True},
    {"kind": "truncate"},
    {"kind": "html", "after": True},
    {"kind": "late_commit", "seconds": 60},
]


@pytest.fixture
def invoice(office: Office, customer: Customer) -> Invoice:
    """A document with a file, in the outbox."""
    made = an_invoice(customer=customer, released_at=NOW)
    a_file(made, "invoice.pdf", b"%PDF what was sent")
    return queued(office, made)


def rows(invoice: Invoice, kind: str) -> list[OutboxEntry]:
    return list(invoice.outbox.filter(kind=kind).order_by("pk"))


def states(invoice: Invoice) -> list[tuple[str, str]]:
    return list(invoice.outbox.order_by("pk").values_list("kind", "state"))


def remove_document(office: Office, sandbox: ExactSandbox, document: OutboxEntry) -> None:
    """Delete a document as a person does in Exact's own pages."""
    books = sandbox._books  # noqa: SLF001 - the stand-in has no knob for it
    Documents(books, office.division.code, "somebody").delete(str(document.remote_id))


def attached(sandbox: ExactSandbox) -> list[tuple[str, bytes]]:
    return [(row["FileName"], b64decode(row["_content"])) for row in sandbox.records("attachments")]


def test_a_file_is_hung_on_the_entry_in_a_document_of_its_own(
    office: Office, invoice: Invoice, sandbox: ExactSandbox
) -> None:
    drain(office)

    (document,) = sandbox.records("documents")
    (entry,) = sandbox.entries
    assert (document["FinancialTransactionEntryID"], document["Type"]) == (entry["EntryID"], 10)
    assert invoice.number in document["Subject"]
    assert document["Account"] == entry["Customer"]
    assert attached(sandbox) == [("invoice.pdf", b"%PDF what was sent")]
    assert {state for _, state in states(invoice)} == {"done"}


def test_a_document_without_files_costs_one_call(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    a_queued(office, customer)
    before = len(sandbox.calls)

    drain(office)

    assert len(sandbox.calls) - before == 1


def test_nothing_is_attached_where_the_set_up_says_no(
    office: Office, invoice: Invoice, sandbox: ExactSandbox
) -> None:
    BookingSettings.objects.update_or_create(
        division=office.division, defaults={"attach_files": False}
    )

    drain(office)

    assert attach.enqueue(office.division, now=NOW) == 0
    assert sandbox.records("documents") == []


def test_the_content_is_not_kept_in_the_outbox(office: Office, invoice: Invoice) -> None:
    drain(office)

    (row,) = rows(invoice, "attachment")
    assert row.payload.keys() == {"Document", "FileName", "Size", "SHA256"}


def test_entries_go_before_files_and_files_wait_for_nobody(
    office: Office, invoice: Invoice, customer: Customer, sandbox: ExactSandbox
) -> None:
    drain(office, limit=1)
    later = a_queued(office, customer)
    drain(office, limit=1)
    assert OutboxEntry.objects.get(pk=later.pk).state == "done"

    OutboxEntry.objects.filter(pk=later.pk).update(state="refused")
    drain(office)

    assert len(attached(sandbox)) == 1


def test_nobody_waits_for_a_file(
    office: Office, invoice: Invoice, customer: Customer, sandbox: ExactSandbox
) -> None:
    sandbox.fault("status", path=DOCUMENTS, method="POST", status=400, body="Ongeldig: Type")
    drain(office)
    assert rows(invoice, "document")[0].state == "refused"

    later = a_queued(office, customer)
    drain(office)

    assert OutboxEntry.objects.get(pk=later.pk).state == "done"


@pytest.mark.parametrize("trouble", TROUBLE, ids=lambda trouble: trouble["kind"])
@pytest.mark.parametrize("path", ["documents/Documents", "documents/DocumentAttachments"])
def test_a_lost_answer_attaches_once_and_never_books_again(
    office: Office,
    invoice: Invoice,
    sandbox: ExactSandbox,
    path: str,
    trouble: dict[str, Any],
) -> None:
    fault = sandbox.fault(path=path, method="POST", times=1, **trouble)

    for _ in range(8):
        drain(office)
        clock_of(office).advance(30)
        sandbox.advance(30)

    assert fault.fired == 1
    assert {state for _, state in states(invoice)} == {"done"}
    assert (len(sandbox.entries), len(sandbox.records("documents"))) == (1, 1)
    assert len(attached(sandbox)) == 1
    assert Invoice.objects.get(pk=invoice.pk).state == "booked"


def test_a_file_that_exact_refuses_says_what_to_do_and_leaves_the_invoice_booked(
    office: Office, invoice: Invoice, sandbox: ExactSandbox
) -> None:
    a_file(invoice, "program.exe")

    drain(office)

    good, bad = rows(invoice, "attachment")
    assert (good.state, bad.state) == ("done", "refused")
    assert "The entry is booked" in bad.advice
    found = Invoice.objects.get(pk=invoice.pk)
    assert (found.state, found.reason) == ("booked", "")


def test_a_refused_file_is_sent_again_or_given_up_at_a_person_s_word(
    office: Office, invoice: Invoice, sandbox: ExactSandbox
) -> None:
    a_file(invoice, "program.exe")
    drain(office)
    bad = rows(invoice, "attachment")[1]

    decide.send_again(bad, office.clock, by=None)
    work(office, rounds=2)
    assert (OutboxEntry.objects.get(pk=bad.pk).state, len(attached(sandbox))) == ("refused", 1)
    decide.cancel(OutboxEntry.objects.get(pk=bad.pk), office.clock, by=None, reason="No matter.")

    assert Invoice.objects.get(pk=invoice.pk).state == "booked"
    assert attach.enqueue(office.division, now=NOW) == 0  # what was given up stays so


def test_files_that_come_after_the_booking_are_attached_later(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = a_queued(office, customer)
    drain(office)
    assert entry.invoice is not None
    a_file(entry.invoice, "first.pdf")

    assert attach.enqueue(office.division, now=office.clock.now()) == 1
    drain(office)
    clock_of(office).advance(60)
    a_file(entry.invoice, "second.pdf")
    assert attach.enqueue(office.division, now=office.clock.now()) == 1
    assert attach.enqueue(office.division, now=office.clock.now()) == 0
    drain(office)

    assert [name for name, _ in attached(sandbox)] == ["first.pdf", "second.pdf"]
    assert len(sandbox.records("documents")) == 1


def test_two_files_of_one_name_and_size_are_both_attached(
    office: Office, invoice: Invoice, sandbox: ExactSandbox
) -> None:
    a_file(invoice, "invoice.pdf", b"%PDF what was kept")
    drain(office, limit=3)
    sandbox.fault("lose_answer_before", path=ATTACHMENTS, method="POST", times=1)

    work(office, rounds=8)

    assert sorted(content for _, content in attached(sandbox)) == [
        b"%PDF what was kept",
        b"%PDF what was sent",
    ]


def test_what_somebody_deleted_in_exact_is_attached_again_when_asked(
    office: Office, invoice: Invoice, sandbox: ExactSandbox
) -> None:
    drain(office)
    assert attach.again(office, invoice, by=None) == 0
    document = rows(invoice, "document")[0]
    remove_document(office, sandbox, document)
    clock_of(office).advance(120)

    assert attach.again(office, invoice, by=None) == 1
    drain(office)

    assert len(sandbox.records("documents")) == 1
    assert len(attached(sandbox)) == 1
    assert [row.state for row in rows(invoice, "document")] == ["cancelled", "done"]


def test_what_was_just_attached_does_not_count_as_missing(
    office: Office, invoice: Invoice, sandbox: ExactSandbox
) -> None:
    drain(office)
    sandbox.fault("view_lag", path=DOCUMENTS, method="GET", seconds=60)

    assert attach.again(office, invoice, by=None) == 0


def test_a_file_that_is_no_longer_kept_is_withdrawn(
    office: Office, invoice: Invoice, sandbox: ExactSandbox
) -> None:
    file = invoice.files.get()
    file.file.storage.delete(file.file.name)

    drain(office)

    (row,) = rows(invoice, "attachment")
    assert (row.state, attached(sandbox)) == ("cancelled", [])
    assert "no longer kept here" in row.reason


def test_files_stay_with_the_customer_when_the_entry_is_undone_and_follow_its_next_version(
    office: Office, invoice: Invoice, sandbox: ExactSandbox
) -> None:
    drain(office)
    person, entry = an_operator(), rows(invoice, "sales_entry")[0]
    seen = undo.look(office, entry).seen
    undo.ask(office, entry, "removal", seen=seen, reason="Wrong customer.", by=person)
    drain(office)
    assert len(attached(sandbox)) == 1

    chosen = Invoice.objects.filter(pk=invoice.pk)
    clock_of(office).advance(60)
    exclude.include(chosen, by=person)
    release.release(chosen, now=office.clock.now())
    queued(office, invoice)
    drain(office)

    newest = sandbox.records("documents")[-1]
    assert newest["FinancialTransactionEntryID"] == sandbox.entries[0]["EntryID"]
    assert (len(sandbox.records("documents")), len(attached(sandbox))) == (2, 2)
    assert {state for _, state in states(invoice)} == {"done"}


def test_files_that_wait_for_an_undone_entry_are_withdrawn(
    office: Office, invoice: Invoice, sandbox: ExactSandbox
) -> None:
    drain(office, limit=1)
    in_an_hour = office.clock.now() + timedelta(hours=1)
    OutboxEntry.objects.filter(kind="document").update(due_at=in_an_hour)
    entry = rows(invoice, "sales_entry")[0]
    seen = undo.look(office, entry).seen
    undo.ask(office, entry, "removal", seen=seen, reason="Wrong.", by=an_operator())

    drain(office)

    assert rows(invoice, "document")[0].state == "cancelled"
    assert sandbox.records("documents") == []
    assert entry_of(invoice).kind == "removal"
