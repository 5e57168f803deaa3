"""Reconciling as a rule: the differences explain the totals to the cent, whatever happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.rules.bookings import Booking, fingerprint
from sync.rules.reconciliation import Kind, Known, Ours
from sync.rules.reconciling import Sides, reconcile
from tests.sync.rules.test_drift import CENTS, a_booking, a_line

SEPTEMBER = date(2026, 9, 1)
LATER = date(2026, 10, 2)
ZERO = Decimal("0.00")


def ours(booking: Booking, **values: object) -> Ours:
    defaults: dict[str, object] = {"document": "INV-1", "location": "BRU-1", "booking": booking}
    return Ours(**{**defaults, **values})  # type: ignore[arg-type]  # values of a test


def the_kind(sides: Sides) -> Kind:
    (found,) = reconcile(sides).differences
    return found.kind


def test_equal_sides_close() -> None:
    sides = Sides(SEPTEMBER, {"e": ours(a_booking())}, {"e": a_booking()})

    assert reconcile(sides).closes


def test_another_code_for_the_same_money_is_another_vat_code() -> None:
    free = a_line(vat_code="1", vat=ZERO)
    exempt = a_line(vat_code="5", vat=ZERO)

    sides = Sides(SEPTEMBER, {"e": ours(a_booking(free))}, {"e": a_booking(exempt)})

    assert the_kind(sides) is Kind.VAT_CODE
    assert reconcile(sides).groups[0].sums.agrees


def test_another_account_for_the_same_money_is_booked_otherwise() -> None:
    other = a_line(gl_account="b2")

    sides = Sides(SEPTEMBER, {"e": ours(a_booking())}, {"e": a_booking(other)})

    assert the_kind(sides) is Kind.CHANGED


def test_an_entry_in_the_books_of_an_unsettled_document_says_so() -> None:
    known = {"e": Known("INV-1", "Looking up")}

    assert the_kind(Sides(SEPTEMBER, {}, {"e": a_booking()}, known)) is Kind.UNSETTLED


def test_sums_are_kept_apart_by_currency() -> None:
    sides = Sides(
        SEPTEMBER,
        {"e": ours(a_booking()), "u": ours(a_booking(currency="USD"))},
        {"e": a_booking(), "u": a_booking(currency="USD")},
    )

    assert set(reconcile(sides).totals) == {"EUR", "USD"}


FATES = st.sampled_from(
    ["same", "gone", "awaited", "moved", "amount", "code", "accepted", "journal", "foreign"]
)


def theirs_after(fate: str, booking: Booking, other: Decimal) -> Booking | None:
    """Return what Exact has of an entry after its fate."""
    (line,) = booking.lines
    coded, changed = replace(line, vat_code="5"), replace(line, net=other)
    altered = replace(booking, lines=(changed,), total=changed.incl)
    fates: dict[str, Booking | None] = {
        "gone": None,
        "awaited": None,
        "moved": replace(booking, booked_on=LATER),
        "journal": replace(booking, journal="71"),
        "code": replace(booking, lines=(coded,)),
        "amount": altered,
        "accepted": altered,
    }
    return fates.get(fate, booking)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(FATES, CENTS, CENTS), max_size=8))
def test_the_differences_add_up_to_the_difference_of_the_totals(
    entries: list[tuple[str, Decimal, Decimal]],
) -> None:
    booked: dict[str, Ours] = {}
    shown: dict[str, Booking] = {}
    for number, (fate, net, other) in enumerate(entries):
        booking = a_booking(a_line(net=net, vat=ZERO), reference=f"R{number}")
        after = theirs_after(fate, booking, other)
        if fate != "foreign":
            accepted = fingerprint(after) if fate == "accepted" and after else ""
            booked[str(number)] = ours(booking, accepted=accepted, is_awaited=fate == "awaited")
        if after is not None:
            shown[str(number)] = after

    found = reconcile(Sides(SEPTEMBER, booked, shown))

    difference = sum((both.difference.incl for both in found.totals.values()), ZERO)
    assert sum((one.amount for one in found.differences), ZERO) == difference
    by_code = [both for group in found.groups for both in group.vat_codes.values()]
    assert sum((both.difference.incl for both in by_code), ZERO) == difference
    assert len(found.awaited) == sum(fate == "awaited" for fate, _, _ in entries)
    assert not any(one.is_accepted for one in found.open)
