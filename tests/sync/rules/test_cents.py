"""VAT to the cent: one rounding for each rate, and no cent lost on the way to the lines."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.rules.cents import CENT, CentsDifferError, Group, Taxable, spread, to_cents, vat_by_line

LAW = [Decimal(net) for net in ("12.10", "7.77", "3.35", "19.99", "0.49")]
ZERO = Decimal("0.00")

nets = st.integers(-500_000, 500_000).map(lambda cents: Decimal(cents).scaleb(-2))
rates = st.sampled_from([Decimal(rate) for rate in ("0", "6", "12", "21", "5.5")])
taxables = st.lists(st.builds(Taxable, nets, rates), min_size=1, max_size=12)


def at_21(*amounts: Decimal) -> list[Taxable]:
    return [Taxable(amount, Decimal(21)) for amount in amounts]


def half_up(exact: Decimal) -> Decimal:
    """Round by whole numbers alone, as an independent judge."""
    numerator, denominator = abs(exact * 100).as_integer_ratio()
    cents = (2 * numerator + denominator) // (2 * denominator)
    return Decimal(cents if exact >= 0 else -cents).scaleb(-2)


@pytest.mark.parametrize(
    ("amount", "cents"),
    [("0.005", "0.01"), ("0.015", "0.02"), ("-0.005", "-0.01"), ("2.675", "2.68"), ("1", "1.00")],
)
def test_halves_are_rounded_away_from_zero(amount: str, cents: str) -> None:
    assert str(to_cents(Decimal(amount))) == cents


def test_less_than_half_a_cent_below_zero_is_a_plain_zero() -> None:
    assert str(to_cents(Decimal("-0.001"))) == "0.00"


def test_vat_is_rounded_on_the_rate_and_not_on_each_line() -> None:
    each_by_itself = [to_cents(net * 21 / 100) for net in LAW]

    vats = vat_by_line(at_21(*LAW), {}, None)

    assert sum(each_by_itself) == Decimal("9.17")
    assert sum(vats) == Decimal("9.18")


def test_the_odd_cent_goes_to_the_line_whose_rounding_was_furthest_off() -> None:
    # 2.541, 1.6317, 0.7035, 4.1979, 0.1029: the third lost most by its rounding to 0.70.
    vats = vat_by_line(at_21(*LAW), {}, None)

    assert [str(vat) for vat in vats] == ["2.54", "1.63", "0.71", "4.20", "0.10"]


def test_of_equal_lines_the_first_carries_the_odd_cent() -> None:
    assert spread(Decimal("1.00"), [Decimal(1) / 3] * 3) == (
        Decimal("0.34"),
        Decimal("0.33"),
        Decimal("0.33"),
    )


def test_a_source_that_rounded_each_line_is_followed() -> None:
    vats = vat_by_line(at_21(*LAW), {}, Decimal("9.17"))

    assert sum(vats) == Decimal("9.17")


def test_what_the_source_states_for_a_rate_is_followed() -> None:
    lines = [*at_21(*LAW), Taxable(Decimal("10.00"), Decimal(6))]

    vats = vat_by_line(lines, {Group(Decimal("21.00")): Decimal("9.17")}, Decimal("9.77"))

    assert sum(vats[:-1]) == Decimal("9.17")
    assert vats[-1] == Decimal("0.60")


def test_more_than_a_cent_for_each_line_is_no_rounding() -> None:
    with pytest.raises(CentsDifferError) as caught:
        vat_by_line(at_21(*LAW), {}, Decimal("9.24"))

    assert (caught.value.stated, caught.value.computed) == (Decimal("9.24"), Decimal("9.18"))


def test_a_total_that_contradicts_the_stated_rates_is_refused() -> None:
    with pytest.raises(CentsDifferError):
        vat_by_line(at_21(*LAW), {Group(Decimal(21)): Decimal("9.18")}, Decimal("9.17"))


def test_vat_stated_for_a_rate_that_no_line_has_is_refused() -> None:
    with pytest.raises(CentsDifferError):
        vat_by_line(at_21(*LAW), {Group(Decimal(6)): Decimal("0.60")}, None)


def test_an_untaxed_line_never_carries_a_cent() -> None:
    lines = [Taxable(Decimal("100.00"), Decimal(0)), Taxable(Decimal("0.10"), Decimal(21))]

    assert vat_by_line(lines, {}, Decimal("0.03")) == (ZERO, Decimal("0.03"))
    with pytest.raises(CentsDifferError):
        vat_by_line(lines[:1], {}, Decimal("0.01"))


def test_a_total_with_parts_of_cents_is_refused() -> None:
    with pytest.raises(ValueError, match="whole cents"):
        spread(Decimal("0.005"), [Decimal("0.005")])


@settings(max_examples=300, deadline=None)
@given(taxables)
def test_each_rate_sums_to_its_base_times_rate_and_no_line_moves_more_than_a_cent(
    lines: list[Taxable],
) -> None:
    vats = vat_by_line(lines, {}, None)

    for rate in {line.rate for line in lines}:
        of_rate = [index for index, line in enumerate(lines) if line.rate == rate]
        base = sum(lines[index].net for index in of_rate)
        assert sum(vats[index] for index in of_rate) == half_up(base * rate / 100)
    for line, vat in zip(lines, vats, strict=True):
        assert abs(vat - half_up(line.vat)) <= CENT
        assert line.vat or not vat


@settings(max_examples=300, deadline=None)
@given(taxables, st.data())
def test_any_total_within_a_cent_a_line_is_met_to_the_cent(
    lines: list[Taxable], data: st.DataObject
) -> None:
    own = [half_up(line.vat) for line in lines]
    room = sum(1 for line in lines if line.vat)
    total = sum(own, ZERO) + data.draw(st.integers(-room, room)) * CENT

    vats = spread(total, [line.vat for line in lines])

    assert sum(vats) == total
    assert all(abs(vat - alone) <= CENT for vat, alone in zip(vats, own, strict=True))


@settings(max_examples=200, deadline=None)
@given(taxables)
def test_the_negative_of_all_lines_has_the_negative_of_each_vat(lines: list[Taxable]) -> None:
    negative = [Taxable(-line.net, line.rate) for line in lines]

    assert vat_by_line(negative, {}, None) == tuple(-vat for vat in vat_by_line(lines, {}, None))
