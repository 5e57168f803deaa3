"""The checklist from nothing to ready to go, with guesses for what nobody has mapped."""

from __future__ import annotations

import pytest
from django.db.models import Model

from accounts_link.models import Customer
from exact_client.client import ExactClient
from exact_client.models import Division
from sync.models import GLMapping, Invoice, JournalMapping, OutboxEntry, VATMapping
from sync.services.delivery import prepare
from sync.services.ledger import books, setup
from sync.services.parties import mirror
from tests.build import NOW, a_customer, a_link, an_account, an_invoice
from tests.sync.books import some_books

pytestmark = pytest.mark.django_db


def done(division: Division | None) -> dict[str, bool]:
    return {step.key: step.is_done for step in setup.checklist(division)}


def mappings() -> list[list[dict[str, object]]]:
    kinds: list[type[Model]] = [JournalMapping, GLMapping, VATMapping]
    return [list(kind._default_manager.order_by("pk").values()) for kind in kinds]  # noqa: SLF001 - Django's documented API


def a_linked_invoice(division: Division, **values: object) -> Invoice:
    customer = a_customer()
    a_link(customer=customer, account=an_account(division=division))
    return an_invoice(customer=customer, **values)


def test_before_anything_the_first_two_steps_are_all_there_is() -> None:
    assert done(None) == {"connect": False, "division": False}
    assert not setup.is_ready(setup.checklist(None))


def test_the_way_from_a_connection_to_ready_to_go(division: Division, exact: ExactClient) -> None:
    assert done(division) == {
        "connect": True,
        "division": True,
        "mirror": False,
        "customers": False,
        "invoices": False,
        "journal": False,
        "gl": False,
        "vat": False,
    }
    books.read(division, exact)
    mirror.mirror(division, exact, now=NOW)
    a_linked_invoice(division)
    prepare.refresh(division)
    assert not setup.is_ready(setup.checklist(division))

    setup.confirm(division, setup.guesses(division), now=NOW)

    steps = setup.checklist(division)
    assert setup.is_ready(steps)
    assert all(done(division).values())


def test_invoices_are_not_needed_to_be_ready(division: Division, exact: ExactClient) -> None:
    books.read(division, exact)
    mirror.mirror(division, exact, now=NOW)
    a_customer()
    setup.confirm(division, setup.guesses(division), now=NOW)

    assert not done(division)["invoices"]
    assert setup.is_ready(setup.checklist(division))


def test_what_the_documents_miss_is_said_once_each() -> None:
    division = some_books()
    for _ in range(3):
        a_linked_invoice(division)
    prepare.refresh(division)

    missing = setup.unmapped(division)

    assert len(missing) == len(set(missing))
    assert {kind for kind, _ in missing} <= {"journal", "gl", "vat"}
    assert missing
    step = next(step for step in setup.checklist(division) if step.key == missing[0][0])
    assert "still to choose" in step.detail


def test_confirming_lets_what_waited_go_by_itself() -> None:
    division = some_books()
    released = a_linked_invoice(division, released_at=NOW)
    kept = a_linked_invoice(division)
    prepare.refresh(division)
    assert set(Invoice.objects.values_list("state", flat=True)) == {"needs_mapping"}

    setup.confirm(division, setup.guesses(division), now=NOW)

    assert Invoice.objects.get(pk=released.pk).state == "queued"
    assert Invoice.objects.get(pk=kept.pk).state == "ready"
    assert OutboxEntry.objects.count() == 1


def test_guesses_for_the_rest_leave_what_was_mapped() -> None:
    division = some_books()
    a_linked_invoice(division)
    setup.confirm(division, setup.guesses(division), now=NOW)
    before = mappings()

    assert setup.confirm(division, setup.guesses_for_the_rest(division), now=NOW) == 0
    assert mappings() == before

    a_linked_invoice(division, location="GNT-9")
    setup.confirm(division, setup.guesses_for_the_rest(division), now=NOW)
    assert not setup.unmapped(division)


def test_confirming_twice_makes_no_second_mapping() -> None:
    division = some_books()
    setup.confirm(division, setup.guesses(division), now=NOW)
    before = mappings()

    setup.confirm(division, setup.guesses(division), now=NOW)

    assert mappings() == before


def test_what_is_sold_is_told_by_location_resource_and_kind_of_vat() -> None:
    division = some_books()
    a_linked_invoice(division, location="BRU-1")
    an_invoice(customer=None, location="")

    sold = setup.sold(division)

    assert sold.locations == ("BRU-1",)
    assert {cell.resource_type for cell in sold.resources} == {"desk"}
    assert len(sold.vat) == len(set(sold.vat)) == 1
    assert Customer.objects.count() == 2
