"""Several divisions: each document in the books where it belongs, and in no other."""

import pytest

from accounts_link.models import Customer, ExactAccount
from exact_client.budget import Lane
from exact_client.client import ExactClient
from exact_client.models import Division
from exact_client.sandbox import ExactSandbox
from sync.models import GLAccount, GLMapping, Invoice, OutboxEntry, Route
from sync.services.delivery import prepare, push, routing
from sync.services.delivery.office import Office
from sync.services.ledger import books, setup
from sync.services.parties import match, mirror
from tests.build import NOW, a_division, a_link, an_invoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def events(office: Office) -> Office:
    """A second division, chosen and set up."""
    division = Division.objects.get(connection=office.division.connection, code=124133)
    Division.objects.filter(pk=division.pk).update(is_chosen=True)
    division.refresh_from_db()
    exact = ExactClient.connected(division, lane=Lane.PUSH)
    books.read(division, exact)
    mirror.mirror(division, exact, now=NOW)
    sample = an_invoice(location="GHE-1")
    setup.confirm(division, setup.guesses(division), now=NOW)
    revenue = GLAccount.objects.filter(division=division, type=110, is_blocked=False)[0]
    GLMapping.objects.create(division=division, gl_account=revenue)
    sample.lines.all().delete()
    sample.delete()
    return Office(division, exact, office.clock, office.settle)


def routed(office: Office, events: Office) -> None:
    Route.objects.create(location="GHE-1", division=events.division)
    Route.objects.create(division=office.division)


def test_each_document_goes_to_the_division_of_its_route(
    office: Office, events: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    routed(office, events)
    there = ExactAccount.objects.customers().filter(division=events.division)[0]
    a_link(customer=customer, account=there)
    here = an_invoice(customer=customer, location="BRU-1", released_at=NOW)
    elsewhere = an_invoice(customer=customer, location="GHE-1", released_at=NOW)

    for one in (office, events):
        push.push(one)

    assert [entry["YourRef"] for entry in sandbox.state(office.division.code)["entries"]] == [
        OutboxEntry.objects.get(invoice=here).reference
    ]
    (entry,) = sandbox.state(events.division.code)["entries"]
    assert entry["YourRef"] == OutboxEntry.objects.get(invoice=elsewhere).reference
    assert entry["Customer"] == str(there.exact_id)
    account = GLAccount.objects.get(exact_id=entry["lines"][0]["GLAccount"])
    assert account.division == events.division


def test_a_customer_is_looked_for_in_each_division_by_itself(
    office: Office, events: Office, customer: Customer
) -> None:
    routed(office, events)
    invoice = an_invoice(customer=customer, location="GHE-1", released_at=NOW)
    match.match(events.division, now=NOW)
    for division in (office.division, events.division):
        prepare.refresh(division)

    invoice.refresh_from_db()
    assert invoice.division == events.division
    assert customer.standings.filter(division=events.division).exists()


def test_no_account_is_made_where_a_customer_has_nothing_to_book(
    office: Office, events: Office, sandbox: ExactSandbox
) -> None:
    routed(office, events)
    before = sandbox.count("accounts", events.division.code)
    an_invoice(location="BRU-1", released_at=NOW)

    for one in (office, events):
        push.push(one)

    assert sandbox.count("accounts", events.division.code) == before
    assert sandbox.count("entries", office.division.code) == 1


def test_what_no_route_fits_waits_and_says_so(office: Office, events: Office) -> None:
    invoice = an_invoice(location="ANT-1", billing_entity="Flexhub NV", released_at=NOW)

    for one in (office, events):
        push.push(one)

    invoice.refresh_from_db()
    assert (invoice.division, invoice.state) == (None, "needs_mapping")
    assert invoice.reason.startswith("No division is chosen for Flexhub NV at ANT-1.")
    assert not OutboxEntry.objects.filter(invoice=invoice).exists()


def test_a_changed_route_moves_what_waits_and_leaves_what_was_sent(
    office: Office, events: Office
) -> None:
    waiting = an_invoice(location="BRU-1", division=office.division, state="needs_link")
    booked = an_invoice(location="BRU-1", division=office.division, state="booked")
    Route.objects.create(location="BRU-1", division=events.division)

    routing.assign()

    waiting.refresh_from_db()
    booked.refresh_from_db()
    assert (waiting.division, booked.division) == (events.division, office.division)


def test_one_question_finds_out_that_nothing_is_to_do(
    django_assert_num_queries: "object",
) -> None:
    division = a_division()
    for number in range(5):
        an_invoice(location=f"L{number}", division=division)

    with django_assert_num_queries(3):  # type: ignore[operator]  # a fixture of pytest-django
        routing.assign()
    assert Invoice.objects.filter(division=division).count() == 5
