"""Three-way merge: what holds for any values, any mappings and any order of events."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sync.rules.zoho.field_rules import Direction, FieldRule, Side, Transform, Winner
from sync.rules.zoho.mapping_problems import clashes
from sync.rules.zoho.merging import Base, Choice, Copy, Merge, merge
from sync.rules.zoho.transforms import common
from sync.rules.zoho.values import FieldType, Value

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
Record = dict[str, Value]

winners = st.sampled_from(list(Winner))
directions = st.sampled_from(list(Direction))
texts = st.sampled_from([None, "", "a", "A ", "b", "ab 1", "Belgium", "BE"])
moments = st.integers(0, 2).map(lambda hours: NOON + timedelta(hours=hours))
plain_ways: Any = st.sampled_from([
    {},
    {"length": 1},
    {"transform": Transform.UPPER},
    {"transform": Transform.TITLE},
    {"type": FieldType.COUNTRY},
    {"transform": Transform.COUNTRY_NAME, "type": FieldType.COUNTRY},
    {"transform": Transform.TABLE, "options": {"table": {"a": "b", "b": "a"}}},
    {"type": FieldType.BOOLEAN},
    {"default": "a"},
    {"default": "a", "transform": Transform.UPPER},
    {"default": "BE", "transform": Transform.COUNTRY_NAME, "type": FieldType.COUNTRY},
])  # fmt: skip


@st.composite
def rule_lists(draw: st.DrawFn) -> list[FieldRule]:
    """Draw mappings as an admin may have made them: no two fill one field."""
    rules = [
        FieldRule(f"X{n}", f"Z{n}", draw(directions), winner=draw(winners), **draw(plain_ways))
        for n in range(2)
    ]
    if draw(st.booleans()):
        split: dict[str, Any] = {"number_field": "Number"}
        rules.append(
            FieldRule(
                "Line", "Street", draw(directions), Transform.SPLIT_STREET, draw(winners),
                options=split,
            )
        )  # fmt: skip
    if draw(st.booleans()):
        text: dict[str, Any] = {"text": "{X0} ({X1})"}
        rules.append(
            FieldRule(
                "", "Label", Direction.TO_ZOHO, Transform.TEMPLATE, draw(winners), options=text
            )
        )
    return rules


exact_records = st.fixed_dictionaries({"X0": texts, "X1": texts, "Line": texts})
zoho_records = st.fixed_dictionaries(
    {"Z0": texts, "Z1": texts, "Street": texts, "Number": texts, "Label": texts}
)
KEEPS = {Direction.TO_ZOHO: Winner.ZOHO, Direction.TO_EXACT: Winner.EXACT}
COUNT = settings(max_examples=150, deadline=None)


def ruled(exact: Record, zoho: Record, rules: list[FieldRule], base: Base, hours: int) -> Merge:
    return merge(base, Copy(exact, NOON + timedelta(hours=hours)), Copy(zoho, NOON), rules)


@COUNT
@given(rule_lists(), exact_records, zoho_records, exact_records, zoho_records, st.integers(-1, 1))
def test_what_was_written_is_not_written_again(
    rules: list[FieldRule],
    exact: Record,
    zoho: Record,
    later_exact: Record,
    later_zoho: Record,
    hours: int,
) -> None:
    base: Base = {}
    for one, other in ((exact, zoho), (later_exact, later_zoho)):
        first = ruled(one, other, rules, base, hours)
        after = {Side.EXACT: one | first.to_exact, Side.ZOHO: other | first.to_zoho}

        again = ruled(after[Side.EXACT], after[Side.ZOHO], rules, first.base, hours)

        assert (again.to_exact, again.to_zoho) == ({}, {})
        assert again.conflicts == first.conflicts
        assert again.base == first.base
        base = again.base


@COUNT
@given(rule_lists(), exact_records, zoho_records, st.integers(-1, 1), st.randoms())
def test_the_order_of_the_mappings_does_not_matter(
    rules: list[FieldRule], exact: Record, zoho: Record, hours: int, random: Any
) -> None:
    shuffled = random.sample(rules, len(rules))

    one, other = (ruled(exact, zoho, order, {}, hours) for order in (rules, shuffled))

    assert (one.to_exact, one.to_zoho, one.base) == (other.to_exact, other.to_zoho, other.base)


@COUNT
@given(rule_lists(), exact_records, zoho_records, exact_records, st.sampled_from([1, -1]))
def test_edits_of_both_sides_end_alike_in_whatever_order_they_are_heard(
    rules: list[FieldRule], exact: Record, zoho: Record, edit: Record, order: int
) -> None:
    """One side is edited in one field, the other side in another field: nobody is in doubt.

    Where the side that can't be filled wins, it keeps what differs: that hangs on the past.
    """
    assume(not any(rule.winner == KEEPS.get(rule.direction) for rule in rules))
    met = ruled(exact, zoho, rules, {}, 0)
    exact, zoho = exact | met.to_exact, zoho | met.to_zoho
    edits: list[tuple[Record, Record]] = [({"X0": edit["X0"]}, {}), ({}, {"Z1": edit["X1"]})]

    def heard(order: list[tuple[Record, Record]]) -> tuple[Record, Record]:
        one, other, base = exact, zoho, dict(met.base)
        for exact_edit, zoho_edit in order:
            one, other = one | exact_edit, other | zoho_edit
            found = ruled(one, other, rules, base, 0)
            one, other, base = one | found.to_exact, other | found.to_zoho, found.base
        return one, other

    both_at_once = heard([({"X0": edit["X0"]}, {"Z1": edit["X1"]})])
    one_by_one = heard(edits[::order])

    assert seen_of(one_by_one, rules) == seen_of(both_at_once, rules)


def seen_of(records: tuple[Record, Record], rules: list[FieldRule]) -> list[object]:
    return [
        [readable(rule, record, side) for rule in rules]
        for side, record in zip(Side, records, strict=True)
    ]


def readable(rule: FieldRule, record: Record, side: Side) -> str | None:
    try:
        return common(rule, record, side)
    except ValueError:
        return "unreadable"


@COUNT
@given(
    st.builds(FieldRule, st.just("X"), st.just("Z"), directions, winner=winners),
    st.none() | st.tuples(texts),
    texts,
    texts,
    st.integers(-1, 1),
)
def test_a_value_is_overwritten_only_as_the_mapping_says(
    rule: FieldRule,
    base: tuple[str | None] | None,
    exact: str | None,
    zoho: str | None,
    hours: int,
) -> None:
    met, was = base is not None, common(rule, {"X": base[0] if base else None}, Side.EXACT)
    winner = rule.winner
    seen = {
        Side.EXACT: common(rule, {"X": exact}, Side.EXACT),
        Side.ZOHO: common(rule, {"Z": zoho}, Side.ZOHO),
    }

    found = ruled({"X": exact}, {"Z": zoho}, [rule], {rule.name: was} if met else {}, hours)

    assert not (found.to_exact and found.to_zoho)
    for side, told in ((Side.EXACT, found.to_exact), (Side.ZOHO, found.to_zoho)):
        if not told or seen[side] is None:
            continue
        untouched = met and seen[side] == was
        named = winner == side.other.value
        newest = winner is Winner.NEWEST and hours == (1 if side is Side.ZOHO else -1)
        assert rule.fills(side)
        assert winner is not Winner.FILL_EMPTY
        assert untouched or named or newest
        assert seen[side.other] is not None or (met and was is not None)


@COUNT
@given(st.sampled_from(list(Side)), texts, texts, texts)
def test_whatever_a_person_chose_both_sides_have(
    side: Side, base: str | None, exact: str | None, zoho: str | None
) -> None:
    rule = FieldRule("X", "Z", winner=Winner.ASK)
    asked = ruled({"X": exact}, {"Z": zoho}, [rule], {rule.name: base}, 0)
    chosen = {one.field: Choice(side, one.exact, one.zoho) for one in asked.conflicts}

    found = merge({rule.name: base}, Copy({"X": exact}), Copy({"Z": zoho}), [rule], chosen)
    one, other = {"X": exact} | found.to_exact, {"Z": zoho} | found.to_zoho

    assert found.conflicts == []
    assert common(rule, one, Side.EXACT) == common(rule, other, Side.ZOHO)
    if asked.conflicts:
        expected = exact if side is Side.EXACT else zoho
        assert common(rule, one, Side.EXACT) == common(rule, {"X": expected}, Side.EXACT)


@settings(max_examples=50, deadline=None)
@given(rule_lists())
def test_the_mappings_drawn_here_have_no_circle(rules: list[FieldRule]) -> None:
    assert clashes(rules) == []
