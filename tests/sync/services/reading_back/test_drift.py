"""Drift: what was changed in Exact is found and named, and nothing else ever is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts_link.models import Customer
from exact_client.sandbox import ExactSandbox
from sync.services.delivery import decide, release
from sync.services.delivery.office import Office
from sync.services.reading_back import drift
from tests.build import an_operator
from tests.sync.services.booking import (
    LATER,
    booked,
    compares,
    invoice_of,
    key_of,
    reads_back,
    state_of,
    typed_in_exact,
)
from tests.sync.services.pushing import a_queued, another, clock_of, entry_of, work

pytestmark = pytest.mark.django_db


def test_what_was_just_booked_did_not_drift(office: Office, customer: Customer) -> None:
    entry = booked(office, customer)

    compared = compares(office)

    assert (compared.checked, compared.drifted) == (1, 0)
    assert state_of(entry) == ("booked", "")


def test_another_amount_in_exact_is_named(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = booked(office, customer)
    sandbox.alter(key_of(entry), {"AmountFC": 90})

    compared = compares(office)

    assert compared.drifted == 1
    state, reason = state_of(entry)
    assert state == "drifted"
    assert "total 108.90 instead of 121.00" in reason
    assert "line 1, net 90.00 instead of 100.00" in reason


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"EntryDate": "2026-09-24"}, "date 24 September 2026 instead of 23 September 2026"),
        ({"YourRef": "by hand"}, "reference by hand instead of INV"),
        ({"Journal": "71"}, "journal 71 instead of 70"),
    ],
    ids=["date", "reference", "journal"],
)
def test_a_changed_header_is_named(
    office: Office, customer: Customer, sandbox: ExactSandbox, change: dict[str, str], said: str
) -> None:
    entry = booked(office, customer)
    sandbox.alter(key_of(entry), change)

    compares(office)

    state, reason = state_of(entry)
    assert state == "drifted"
    assert said in reason


def test_another_customer_in_exact_is_named_by_name(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry, other = booked(office, customer), another(customer)
    account = other.links.get().account
    sandbox.alter(key_of(entry), {"Customer": str(account.exact_id)})

    compares(office)

    assert f"customer {account.name} instead of" in state_of(entry)[1]


def test_another_vat_code_is_named(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = booked(office, customer)
    sandbox.alter(key_of(entry), {"VATCode": "3"})

    compares(office)

    assert "line 1, VAT code 3 instead of 4" in state_of(entry)[1]


def test_an_entry_that_was_put_back_is_as_booked_again(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = booked(office, customer)
    sandbox.alter(key_of(entry), {"EntryDate": "2026-09-24"})
    compares(office)
    sandbox.alter(key_of(entry), {"EntryDate": "2026-09-23"})

    compared = compares(office)

    assert compared.mended == 1
    assert state_of(entry) == ("booked", "")


def test_an_entry_that_was_deleted_in_exact_is_told(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = booked(office, customer)
    compares(office)
    sandbox.remove(key_of(entry))

    compares(office)

    assert state_of(entry) == ("drifted", "Somebody removed it in Exact.")


def test_what_the_reading_can_not_show_yet_is_left_alone(
    office: Office, customer: Customer
) -> None:
    reads_back(office)
    entry = booked(office, customer)

    compared = drift.check(office.division)

    assert (compared.checked, compared.drifted) == (1, 0)
    assert state_of(entry)[0] == "booked"


def test_what_never_showed_is_missed_once_it_must_have_shown(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = booked(office, customer)
    sandbox.remove(key_of(entry))
    reads_back(office)
    assert drift.check(office.division).drifted == 0
    clock_of(office).advance(LATER.total_seconds())

    assert compares(office).drifted == 1


def test_only_what_was_touched_is_compared_when_asked(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    one, other = booked(office, customer), booked(office, customer)
    compares(office)
    sandbox.alter(key_of(other), {"EntryDate": "2026-09-24"})

    done = reads_back(office)
    compared = drift.check(
        office.division, touched=done.touched, since=office.clock.now() + timedelta(hours=1)
    )

    assert done.touched >= {other.remote_id}
    assert compared.drifted == 1
    assert state_of(one)[0] == "booked"


# What a person decides


def test_an_accepted_version_is_right_until_it_changes_again(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = booked(office, customer)
    sandbox.alter(key_of(entry), {"EntryDate": "2026-09-24"})
    compares(office)

    drift.accept(invoice_of(entry), by=an_operator())

    assert state_of(entry) == ("booked", "")
    assert compares(office).drifted == 0
    sandbox.alter(key_of(entry), {"EntryDate": "2026-09-25"})
    assert compares(office).drifted == 1


def test_accepting_that_it_is_gone_leaves_it_out_of_the_books(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = booked(office, customer)
    compares(office)
    sandbox.remove(key_of(entry))
    compares(office)

    drift.accept(invoice_of(entry), by=an_operator(username="kim"))

    state, reason = state_of(entry)
    assert state == "undone"
    assert reason == "Somebody removed it in Exact. kim accepted that."
    assert compares(office).checked == 0
    entry.refresh_from_db()
    assert entry.state == "cancelled"  # so that the invoice may be taken up and booked again


def test_what_did_not_drift_can_not_be_accepted(office: Office, customer: Customer) -> None:
    entry = booked(office, customer)

    with pytest.raises(drift.DriftError, match="is as we booked it"):
        drift.accept(invoice_of(entry), by=an_operator())


def test_a_deleted_entry_is_posted_again_once(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = booked(office, customer)
    compares(office)
    sandbox.remove(key_of(entry))
    compares(office)

    drift.post_again(office, invoice_of(entry), by=an_operator())
    release.enqueue(office.division, now=office.clock.now())
    work(office)

    again = entry_of(invoice_of(entry))
    assert again.state == "done"
    assert again.mended_from_id == entry.pk
    assert [one["YourRef"] for one in sandbox.entries] == [again.reference]
    assert compares(office).drifted == 0


def test_what_exact_still_has_is_not_posted_again(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = booked(office, customer)
    sandbox.alter(key_of(entry), {"EntryDate": "2026-09-24"})
    compares(office)

    with pytest.raises(drift.DriftError, match="Exact still has it"):
        drift.post_again(office, invoice_of(entry), by=an_operator())

    assert len(sandbox.entries) == 1


def test_what_a_person_adopted_is_right_as_it_was_adopted(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    model = booked(office, customer)
    entry = a_queued(office, customer)
    typed = typed_in_exact(sandbox, model, YourRef=entry.reference, EntryDate="2026-09-24")
    entry.state = "conflict"
    entry.save()

    decide.adopt(office, entry, typed, by=an_operator())

    assert compares(office).drifted == 0
    sandbox.alter(str(typed), {"EntryDate": "2026-09-25"})
    assert compares(office).drifted == 1
    assert state_of(entry)[0] == "drifted"
