"""What was tried to send a document for another amount, customer or division than was let go."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from accounts_link.models import Customer, ExactAccount
from exact_client.sandbox import ExactSandbox
from sync.models import BookingSettings, Invoice, Route
from sync.services.delivery import auto_push, decide, exclude, prepare, push, release, routing
from sync.services.delivery.deliver import drain
from sync.services.delivery.office import Office
from tests.accounts_link.imports.ubl_build import a_document
from tests.build import NOW, a_customer, a_division, a_link, an_invoice, an_operator
from tests.sync.services.delivery.test_routing import events, routed
from tests.sync.services.intake.test_intake import did, invoices
from tests.sync.services.pushing import a_fault, a_queued, entry_of, queued, states, work
from tests.sync.services.test_intake_ubl import ubl

__all__ = ["events"]

pytestmark = pytest.mark.django_db

DEARER = {"unit_price": "1999.00"}


@pytest.fixture
def known(db: None) -> Invoice:
    """A document from a table, prepared, of which nothing was sent."""
    a_customer(number="10001", vat_number="BE0676025860")
    invoices({})
    Invoice.objects.update(state="ready", amount=Decimal("48.38"), division=a_division())
    return Invoice.objects.get()


# --- Imported again ------------------------------------------------------------------------------


def test_an_approval_is_for_what_was_seen(known: Invoice) -> None:
    auto_push.approve(Invoice.objects.all(), by=an_operator(), now=NOW)
    Invoice.objects.update(released_at=NOW, amount=Decimal("48.38"), book_on=date(2026, 11, 1))

    invoices(DEARER)

    known.refresh_from_db()
    assert (known.approved_at, known.approved_by, known.released_at) == (None, None, None)
    assert known.book_on is None


def test_what_is_worked_out_of_the_former_content_lets_nothing_go(known: Invoice) -> None:
    BookingSettings.objects.create(
        division=a_division(), push_policy="at_once", push_up_to=Decimal(100)
    )
    assert auto_push.due(NOW).exists()

    invoices(DEARER)

    assert not auto_push.due(NOW).exists()
    known.refresh_from_db()
    assert (known.state, known.amount) == ("draft", Decimal(0))


def test_a_preview_of_the_former_content_writes_nothing_on_what_came_since(
    office: Office, customer: Customer
) -> None:
    document = an_invoice(customer=customer, division=office.division)
    shown = list(prepare.previews(office.division, Invoice.objects.all()))
    Invoice.objects.update(fingerprint="another")

    assert prepare.show(office.division, shown) == 0

    document.refresh_from_db()
    assert (document.state, document.amount) == ("draft", Decimal(0))
    assert prepare.refresh(office.division) == 1


def test_what_was_let_go_before_its_amount_was_known_goes_on_once_it_is_mended(
    known: Invoice,
) -> None:
    Invoice.objects.update(state="needs_data", amount=0, released_at=NOW)

    invoices(DEARER)

    known.refresh_from_db()
    assert known.released_at == NOW


@pytest.mark.parametrize("reason", ["Disputed.", ""])
def test_what_a_person_keeps_stays_kept(known: Invoice, reason: str) -> None:
    exclude.hold(Invoice.objects.all(), by=an_operator(), reason=reason)

    invoices(DEARER)

    known.refresh_from_db()
    assert known.state == "held"
    assert known.reason


@pytest.mark.parametrize("total", ["121.00", "484.00"], ids=["as dear", "dearer"])
@pytest.mark.parametrize("buyer", ["20002", "", "10001"], ids=["number", "VAT number", "neither"])
def test_another_customers_document_from_another_source_takes_no_number(
    known: Invoice, buyer: str, total: str
) -> None:
    a_customer(number="20002", vat_number="BE0403019261")
    Invoice.objects.update(total_incl=Decimal(total))
    before = Invoice.objects.values().get()

    report = ubl(a_document(buyer={"number": buyer}))

    assert did(report) == (0, 0, 0, 1)
    assert "another customer's" in report.errors[0].message
    assert Invoice.objects.values().get() == before
    assert not known.files.exists()


# --- Limits --------------------------------------------------------------------------------------


def test_a_limit_says_nothing_of_another_currency() -> None:
    division = a_division()
    BookingSettings.objects.create(
        division=division, push_policy="at_once", push_up_to=Decimal(1000)
    )
    document = an_invoice(division=division, state="ready", amount=Decimal(900), currency="GBP")

    assert not auto_push.due(NOW).exists()
    assert auto_push.needs_approval(document, division)
    Invoice.objects.update(currency="EUR")
    assert auto_push.due(NOW).exists()


# --- Divisions -----------------------------------------------------------------------------------


def linked_in_both(office: Office, events: Office, customer: Customer) -> None:
    routed(office, events)
    there = ExactAccount.objects.customers().filter(division=events.division)[0]
    a_link(customer=customer, account=there)


def test_what_waits_when_its_route_changes_goes_to_the_other_division(
    office: Office, events: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    linked_in_both(office, events, customer)
    entry = a_queued(office, customer)
    Route.objects.filter(location="").update(division=events.division)

    drain(office)
    for one in (events, office):
        push.push(one)

    assert states(entry) == ["cancelled"]
    assert sandbox.state(office.division.code)["entries"] == []
    (booked,) = sandbox.state(events.division.code)["entries"]
    assert booked["YourRef"] == entry_of(Invoice.objects.get()).reference


def test_what_may_stand_in_one_division_is_not_sent_to_another(
    office: Office, events: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    linked_in_both(office, events, customer)
    entry = a_queued(office, customer)
    sandbox.fault(**a_fault("lose_answer_after"))
    sandbox.fault("status", path="salesentry/SalesEntries", method="GET", status=503)
    drain(office)
    entry.refresh_from_db()
    entry.state = "unclear"
    entry.save()
    decide.cancel(entry, office.clock, by=None, reason="Nobody knows.")
    Route.objects.filter(location="").update(division=events.division)
    sandbox.clear_faults()

    exclude.include(Invoice.objects.all(), by=an_operator())
    release.release(Invoice.objects.all(), now=NOW)
    for one in (events, office, events, office):
        push.push(one)

    assert sandbox.state(events.division.code)["entries"] == []
    assert len(sandbox.state(office.division.code)["entries"]) == 1
    assert Invoice.objects.get().state == "needs_you"


def test_what_is_proven_absent_moves_along_with_its_route(
    office: Office, events: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    linked_in_both(office, events, customer)
    entry = a_queued(office, customer)
    sandbox.fault(**a_fault("lose_answer_before"))
    drain(office)
    entry.refresh_from_db()
    entry.state = "unclear"
    entry.save()
    Route.objects.filter(location="").update(division=events.division)

    decide.send_again(entry, office.clock, by=None)
    work(office)
    for one in (events, office):
        push.push(one)

    assert len(sandbox.state(events.division.code)["entries"]) == 1
    assert sandbox.state(office.division.code)["entries"] == []


def test_both_questions_about_routes_agree(
    office: Office, events: Office, customer: Customer
) -> None:
    linked_in_both(office, events, customer)
    invoice = queued(office, an_invoice(customer=customer, released_at=NOW))
    invoice.refresh_from_db()
    assert not routing.leads_elsewhere(invoice)
    Route.objects.filter(location="").update(division=events.division)
    assert routing.leads_elsewhere(invoice)
    prepare.refresh(office.division)
    invoice.refresh_from_db()
    assert (invoice.division, invoice.state) == (office.division, "queued")
