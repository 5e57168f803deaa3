"""Lay what we booked in a month beside what Exact has in it, and name every difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sync.rules.bookings import ZERO, Booking, fingerprint
from sync.rules.drift import day, differences, in_words, money
from sync.rules.reconciliation import (
    Both,
    Difference,
    Group,
    Kind,
    Known,
    Ours,
    Place,
    Reconciliation,
    Sums,
    Waiting,
)

Cell = tuple[Place, str]  # a place and a VAT code


@dataclass(frozen=True, slots=True)
class Sides:
    """What is laid side by side. Entries are named by their IDs in Exact.

    `ours` and `theirs` hold all of the month; an entry that stands in the month on one side alone
    is on both all the same, with the date that it has there.
    """

    month: date  # its first day
    ours: Mapping[str, Ours]
    theirs: Mapping[str, Booking]
    known: Mapping[str, Known] = field(default_factory=dict)  # documents of entries not in `ours`
    waiting: Sequence[Waiting] = ()


def reconcile(sides: Sides) -> Reconciliation:
    """Return the sums of both sides, and the differences that explain them to the cent.

    The differences of the amounts, added up, are the difference of the totals.
    """
    found = [*_of_ours(sides), *_of_others(sides)]
    return Reconciliation(
        month=sides.month,
        groups=tuple(_groups(sides)),
        differences=tuple(sorted(found, key=_order)),
        waiting=tuple(sorted(sides.waiting, key=lambda one: (one.dated, one.document))),
        awaited=tuple(one for key, one in sides.ours.items() if _is_awaited(sides, key)),
    )


def _order(found: Difference) -> tuple[bool, str, str, str]:
    place = found.place
    return found.is_accepted, place.journal, place.location or "", found.document


def _is_awaited(sides: Sides, key: str) -> bool:
    return sides.ours[key].is_awaited and key not in sides.theirs


def _of_ours(sides: Sides) -> Iterator[Difference]:
    """Yield in what Exact has our entries otherwise, or that it has them no more."""
    for key, ours in sides.ours.items():
        theirs = sides.theirs.get(key)
        if theirs is not None:
            yield from _changed(sides.month, ours, theirs)
        elif not ours.is_awaited and ours.booking.month == sides.month:
            yield _missing_there(ours)


def _missing_there(ours: Ours) -> Difference:
    booking = ours.booking
    said = f"Booked on {day(booking.booked_on)}, and not in Exact any more."
    return Difference(
        kind=Kind.MISSING_THERE,
        place=_place(booking, ours.location),
        document=ours.document,
        entry_number=booking.number,
        customer=booking.customer_name,
        booked_on=booking.booked_on,
        ours=booking.incl,
        theirs=ZERO,
        reason=said,
    )


def _changed(month: date, ours: Ours, theirs: Booking) -> Iterator[Difference]:
    found = differences(ours.booking, theirs)
    if not found:
        return
    yield Difference(
        kind=_kind(ours.booking, theirs),
        place=_place(theirs if theirs.month == month else ours.booking, ours.location),
        document=ours.document,
        entry_number=theirs.number,
        customer=theirs.customer_name or ours.booking.customer_name,
        booked_on=theirs.booked_on,
        ours=ours.booking.incl if ours.booking.month == month else ZERO,
        theirs=theirs.incl if theirs.month == month else ZERO,
        reason=in_words(found),
        is_accepted=ours.is_reversed or ours.accepted == fingerprint(theirs),
    )


def _kind(ours: Booking, theirs: Booking) -> Kind:
    """Return the gravest word for what differs."""
    if ours.month != theirs.month:
        return Kind.PERIOD
    if ours.incl != theirs.incl or ours.total != theirs.total:
        return Kind.AMOUNT
    if _by_vat_code(ours) != _by_vat_code(theirs):
        same_codes = ours.vat_codes == theirs.vat_codes
        return Kind.AMOUNT if same_codes else Kind.VAT_CODE
    return Kind.CHANGED


def _of_others(sides: Sides) -> Iterator[Difference]:
    """Yield what Exact has in the month and does not count as booked by us."""
    alike = {_likeness(one.booking): one for one in sides.ours.values()}
    for key, theirs in sides.theirs.items():
        if key in sides.ours or theirs.month != sides.month:
            continue
        known = sides.known.get(key)
        kind, reason = _about(known) if known else _unknown(theirs, alike)
        yield Difference(
            kind=kind,
            place=_place(theirs, None),
            document=known.document if known else "",
            entry_number=theirs.number,
            customer=theirs.customer_name,
            booked_on=theirs.booked_on,
            ours=ZERO,
            theirs=theirs.incl,
            reason=reason,
        )


def _about(known: Known) -> tuple[Kind, str]:
    if known.booked_as:
        return Kind.DOUBLED, f"{known.document} is booked as {known.booked_as} already."
    if known.is_undone:
        return Kind.UNDONE, f"{known.document} was undone here, and this entry is still there."
    return Kind.UNSETTLED, f"{known.document} is not settled here yet: {known.state.lower()}."


def _unknown(theirs: Booking, alike: Mapping[tuple[str, ...], Ours]) -> tuple[Kind, str]:
    said = f"Entry {theirs.number} of {money(theirs.incl)} was made in Exact, not by us."
    like = alike.get(_likeness(theirs))
    if like is not None:
        said += f" It has the customer, day and amount of {like.document}: perhaps a double."
    return Kind.MISSING_HERE, said


def _likeness(booking: Booking) -> tuple[str, ...]:
    return (
        booking.customer, booking.booked_on.isoformat(), booking.currency, f"{booking.incl:.2f}",
    )  # fmt: skip


def _groups(sides: Sides) -> Iterator[Group]:
    """Add up both sides by journal and location, and within them by VAT code."""
    sums: dict[Place, Both] = {}
    codes: dict[Place, dict[str, Both]] = {}
    for place, booking, is_ours in _counted(sides):
        whole = Sums(1, booking.net, booking.vat)
        sums[place] = sums.get(place, Both()) + _side(whole, is_ours=is_ours)
        by_code = codes.setdefault(place, {})
        for code, part in _by_vat_code(booking).items():
            by_code[code] = by_code.get(code, Both()) + _side(part, is_ours=is_ours)
    for place in sorted(sums, key=_place_order):
        yield Group(place, sums[place], dict(sorted(codes[place].items())))


def _place_order(place: Place) -> tuple[str, bool, str, str]:
    return place.journal, place.location is None, place.location or "", place.currency


def _counted(sides: Sides) -> Iterator[tuple[Place, Booking, bool]]:
    """Yield each entry of the month with its place, and whether it is of our side."""
    for key, ours in sides.ours.items():
        if ours.booking.month == sides.month and not _is_awaited(sides, key):
            yield _place(ours.booking, ours.location), ours.booking, True
    for key, theirs in sides.theirs.items():
        if theirs.month == sides.month:
            location = sides.ours[key].location if key in sides.ours else None
            yield _place(theirs, location), theirs, False


def _side(sums: Sums, *, is_ours: bool) -> Both:
    return Both(ours=sums) if is_ours else Both(theirs=sums)


def _place(booking: Booking, location: str | None) -> Place:
    return Place(booking.journal, location, booking.currency)


def _by_vat_code(booking: Booking) -> dict[str, Sums]:
    parts: dict[str, Sums] = {}
    for line in booking.lines:
        code = line.vat_code or ""
        before = parts.get(code, Sums(1))
        parts[code] = Sums(1, before.net + line.net, before.vat + (line.vat or ZERO))
    return parts
