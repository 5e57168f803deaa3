"""Drift as a rule: what is otherwise is named, and what Exact may change by itself is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.rules.bookings import Booking, BookingLine, fingerprint, from_payload
from sync.rules.drift import differences, in_words, pairs

CENTS = st.decimals(min_value=-9999, max_value=9999, places=2)


def a_line(**values: object) -> BookingLine:
    defaults: dict[str, object] = {
        "gl_account": "a1",
        "vat_code": "4",
        "net": Decimal("100.00"),
        "vat": Decimal("21.00"),
    }
    return BookingLine(**{**defaults, **values})  # type: ignore[arg-type]  # values of a test


def a_booking(*lines: BookingLine, **values: object) -> Booking:
    parts = lines or (a_line(),)
    defaults: dict[str, object] = {
        "journal": "70",
        "booked_on": date(2026, 9, 23),
        "customer": "c1",
        "reference": "INV-1ZF",
        "currency": "EUR",
        "lines": parts,
        "total": sum((part.incl for part in parts), Decimal(0)),
    }
    return Booking(**{**defaults, **values})  # type: ignore[arg-type]  # values of a test


def test_the_same_entry_has_no_differences() -> None:
    assert differences(a_booking(), a_booking()) == ()


def test_lines_in_another_order_are_the_same() -> None:
    one, other = a_line(), a_line(net=Decimal(5), vat=Decimal("1.05"))

    assert differences(a_booking(one, other), a_booking(other, one)) == ()


def test_what_we_left_out_is_as_exact_filled_it_in() -> None:
    ours = a_booking(a_line(vat_code=None, cost_centre=None, vat=None), total=Decimal(121))
    theirs = a_booking(a_line(vat_code="4", cost_centre="BRU", cost_unit="X"))

    assert differences(ours, theirs) == ()


def test_blanks_and_case_that_exact_changes_are_no_drift() -> None:
    ours = a_booking(a_line(cost_centre="bru "), reference=" inv-1zf ")

    assert differences(ours, a_booking(a_line(cost_centre="BRU"))) == ()


def test_a_line_that_was_added_and_one_that_was_removed_are_named() -> None:
    one, other = a_line(), a_line(net=Decimal(5), vat=Decimal("1.05"))

    added = differences(a_booking(one), a_booking(one, other))
    removed = differences(a_booking(one, other), a_booking(one))

    assert "line 2, net 5.00 instead of no line" in in_words(added)
    assert "line 2, net no line instead of 5.00" in in_words(removed)


def test_a_cost_centre_that_was_taken_away_is_named() -> None:
    found = differences(a_booking(a_line(cost_centre="BRU")), a_booking(a_line(cost_centre="")))

    assert in_words(found) == "In Exact it has line 1, cost centre nothing instead of BRU."


def test_a_line_that_says_little_leaves_the_better_match_to_the_others() -> None:
    vague, exact = a_line(cost_centre=None), a_line(cost_centre="BRU")

    assert differences(
        a_booking(vague, exact), a_booking(a_line(cost_centre="BRU"), a_line(cost_centre=""))
    ) == ()  # fmt: skip


def test_a_header_that_says_another_total_than_its_lines_is_named() -> None:
    found = differences(a_booking(), a_booking(total=Decimal("121.01")))

    assert [one.what for one in found] == ["total"]


def test_a_body_is_read_as_it_goes_over_the_wire() -> None:
    line = {"GLAccount": "A1", "VATCode": "4", "AmountFC": "100.00", "VATAmountFC": "21.00"}
    payload = {
        "Customer": "C1", "Journal": "70", "EntryDate": "2026-09-23", "YourRef": "INV-1ZF",
        "Currency": "EUR", "SalesEntryLines": [line],
    }  # fmt: skip

    assert differences(from_payload(payload), a_booking()) == ()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CENTS, CENTS), min_size=1, max_size=6), st.randoms())
def test_any_order_of_lines_is_the_same_version(
    amounts: list[tuple[Decimal, Decimal]], random: st.DataObject
) -> None:
    lines = [a_line(net=net, vat=vat) for net, vat in amounts]
    shuffled = list(lines)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # what st.randoms gives

    ours, theirs = a_booking(*lines), a_booking(*shuffled)

    assert differences(ours, theirs) == ()
    assert fingerprint(ours) == fingerprint(theirs)


@settings(max_examples=60, deadline=None)
@given(st.lists(CENTS, min_size=1, max_size=6), st.integers(0, 5), CENTS)
def test_any_other_amount_of_a_line_is_found(
    nets: list[Decimal], place: int, other: Decimal
) -> None:
    lines = [a_line(net=net) for net in nets]
    place %= len(lines)
    changed = [*lines]
    changed[place] = replace(lines[place], net=other)

    ours, theirs = a_booking(*lines), a_booking(*changed)
    same = sorted(line.net for line in lines) == sorted(line.net for line in changed)

    assert (differences(ours, theirs) == ()) == same
    assert (fingerprint(ours) == fingerprint(theirs)) == same
    assert len(pairs(ours.lines, theirs.lines)) == len(nets)
