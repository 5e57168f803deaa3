"""Reading back what is booked: complete, restartable, in few calls, and only sales journals."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounts_link.models import Customer
from exact_client.sandbox import ExactSandbox
from sync.models import Journal, JournalMapping, LedgerLine
from sync.services.delivery.office import Office
from sync.services.reading_back import bookings, read_back
from tests.sync.services.booking import booked, id_of, key_of, reads_back, typed_in_exact
from tests.sync.services.pushing import clock_of

pytestmark = pytest.mark.django_db

FEED = "sync/Financial/TransactionLines"


def standing() -> int:
    return LedgerLine.objects.filter(is_gone=False).count()


def test_an_entry_comes_back_with_its_header_and_its_lines(
    office: Office, customer: Customer
) -> None:
    entry = booked(office, customer)

    done = reads_back(office)

    header, line = LedgerLine.objects.filter(entry_id=id_of(entry)).order_by("line_number")
    assert (header.line_number, header.amount, header.vat) == (0, Decimal("121.00"), Decimal(21))
    assert (line.amount, line.vat, line.vat_code) == (Decimal(100), Decimal(21), "4")
    assert line.your_ref == entry.reference
    assert entry.remote_id in done.touched


def test_a_credit_note_comes_back_negative(office: Office, customer: Customer) -> None:
    entry = booked(office, customer, kind="credit_note")

    reads_back(office)

    amounts = LedgerLine.objects.filter(entry_id=id_of(entry)).order_by("line_number")
    assert list(amounts.values_list("amount", flat=True)) == [Decimal(-121), Decimal(-100)]


def test_only_sales_journals_are_copied(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = booked(office, customer)
    sandbox.pay(key_of(entry))  # in the bank's journal

    reads_back(office)

    kinds = Journal.objects.filter(division=office.division).values_list("code", "type")
    copied = set(LedgerLine.objects.values_list("journal_code", flat=True))
    assert copied
    assert {dict(kinds)[code] for code in copied} == {Journal.SALES}


def test_the_lines_of_a_journal_that_is_not_known_yet_are_kept_until_it_is(
    office: Office, customer: Customer
) -> None:
    booked(office, customer)
    Journal.objects.filter(code="70").update(code="7X")
    reads_back(office)
    assert LedgerLine.objects.filter(journal_code="70").exists()

    Journal.objects.filter(code="7X").update(code="70", type=12)
    reads_back(office)

    assert not LedgerLine.objects.filter(journal_code="70").exists()


def test_before_the_set_up_nobody_can_tell_which_journals_are_for_sales(office: Office) -> None:
    JournalMapping.objects.all().delete()
    Journal.objects.all().delete()

    with pytest.raises(read_back.NoBooksError, match="Read the books' set-up first"):
        reads_back(office)


def test_an_entry_deleted_in_exact_is_marked_gone(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    entry = booked(office, customer)
    reads_back(office)
    sandbox.remove(key_of(entry))

    done = reads_back(office)

    assert done.gone == 2
    assert entry.remote_id in done.touched
    assert not bookings.shown_by_exact(office.division, {id_of(entry)})


def test_a_whole_reading_marks_what_it_did_not_come_by(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    booked(office, customer)
    reads_back(office)
    LedgerLine.objects.filter(line_number=0).update(is_gone=False)
    stray = LedgerLine.objects.first()
    assert stray is not None
    stray.pk, stray.exact_id = None, stray.entry_id
    stray.save()

    done = reads_back(office, full=True)

    assert done.gone == 1
    assert LedgerLine.objects.get(exact_id=stray.exact_id).is_gone


class KilledError(Exception):
    """The worker died."""


def die(done: read_back.ReadBack) -> None:
    raise KilledError


def test_a_reading_goes_on_where_it_was_stopped(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    sandbox.generate_entries(400)  # 1,600 lines: two pages
    with pytest.raises(KilledError):
        reads_back(office, progress=die)
    assert 0 < standing() <= 1000
    before = len(sandbox.calls)

    reads_back(office)

    assert standing() == sandbox.count("transactions") - others(sandbox)
    assert sum(FEED in call.path for call in sandbox.calls[before:]) <= 2


def others(sandbox: ExactSandbox) -> int:
    """How many transaction lines are in journals that are not for sales."""
    sales = {row["Code"] for row in sandbox.records("journals") if row["Type"] == Journal.SALES}
    return sum(row["JournalCode"] not in sales for row in sandbox.records("transactions"))


def test_it_takes_a_call_for_a_thousand_lines_and_no_more_than_two_besides(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    sandbox.generate_entries(600)
    reads_back(office)
    clock_of(office).advance(3600)
    sandbox.generate_entries(600, month="2026-11")
    before = len(sandbox.calls)

    done = reads_back(office)

    assert done.changed == 2400
    assert len(sandbox.calls) - before <= 3 + 2


def test_what_exact_adds_for_vat_is_no_line_of_ours(office: Office, customer: Customer) -> None:
    entry = booked(office, customer)
    reads_back(office)
    for_vat = office.division.gl_accounts.filter(type=bookings.VAT_ACCOUNT).first()
    assert for_vat is not None
    line = LedgerLine.objects.get(entry_id=id_of(entry), line_number=1)
    line.pk, line.exact_id, line.line_number = None, id_of(entry), 2
    line.gl_account, line.amount = for_vat.exact_id, Decimal(21)
    line.save()

    shown = bookings.shown_by_exact(office.division, {id_of(entry)})[id_of(entry)]

    assert [part.net for part in shown.lines] == [Decimal(100)]


def test_an_entry_typed_by_hand_is_read_back_too(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    typed = typed_in_exact(sandbox, booked(office, customer), YourRef="by hand")

    reads_back(office)

    assert bookings.shown_by_exact(office.division, {typed})[typed].reference == "by hand"
