"""Three-way merge: who changed, who wins, and what only a person can say."""

from datetime import UTC, datetime, timedelta

import pytest

from sync.rules.zoho.field_rules import Direction, FieldRule, Side, Transform, Winner
from sync.rules.zoho.merging import Base, Choice, Copy, Merge, merge
from sync.rules.zoho.values import FieldType, Value

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NAME = "Name = Account_Name"
NEVER_MET = "never met"  # no base


def a_rule(winner: Winner = Winner.ASK, direction: Direction = Direction.BOTH) -> FieldRule:
    return FieldRule("Name", "Account_Name", direction, winner=winner)


def merged(
    base: str | None,
    exact: Value,
    zoho: Value,
    rule: FieldRule | None = None,
    *,
    exact_minutes_later: int = 0,
    chosen: Choice | None = None,
) -> Merge:
    rule = rule or a_rule()
    return merge(
        {} if base == NEVER_MET else {rule.name: base},
        Copy({"Name": exact}, NOON + timedelta(minutes=exact_minutes_later)),
        Copy({"Account_Name": zoho}, NOON),
        [rule],
        {rule.name: chosen} if chosen else {},
    )


def outcome(merge: Merge) -> str:
    """Say in short what a merge does to the one field."""
    parts = [f"exact:={value}" for value in merge.to_exact.values()]
    parts += [f"zoho:={value}" for value in merge.to_zoho.values()]
    parts += ["conflict" for _ in merge.conflicts]
    return " ".join(parts) or "nothing"


A, B, C = "a", "b", "c"


@pytest.mark.parametrize(
    ("base", "exact", "zoho", "expected"),
    [
        (A, A, A, "nothing"),
        (A, B, A, "zoho:=b"),
        (A, A, B, "exact:=b"),
        (A, B, B, "nothing"),
        (A, B, C, "conflict"),
        (A, None, A, "zoho:=None"),
        (A, A, None, "exact:=None"),
        (A, None, None, "nothing"),
        (A, None, B, "conflict"),
        (None, A, None, "zoho:=a"),
        (None, None, A, "exact:=a"),
        (None, A, B, "conflict"),
        (NEVER_MET, A, A, "nothing"),
        (NEVER_MET, None, None, "nothing"),
        (NEVER_MET, A, None, "zoho:=a"),
        (NEVER_MET, None, A, "exact:=a"),
        (NEVER_MET, A, B, "conflict"),
    ],
)
def test_one_change_is_copied_and_two_different_ones_are_asked_about(
    base: str | None, exact: Value, zoho: Value, expected: str
) -> None:
    assert outcome(merged(base, exact, zoho)) == expected


@pytest.mark.parametrize(
    ("winner", "exact_minutes_later", "expected"),
    [
        (Winner.EXACT, -5, "zoho:=b"),
        (Winner.ZOHO, 5, "exact:=c"),
        (Winner.NEWEST, 5, "zoho:=b"),
        (Winner.NEWEST, -5, "exact:=c"),
        (Winner.NEWEST, 0, "conflict"),
        (Winner.FILL_EMPTY, 5, "nothing"),
        (Winner.ASK, 5, "conflict"),
    ],
)
@pytest.mark.parametrize("base", [A, NEVER_MET])
def test_when_both_changed_the_winner_of_the_mapping_decides(
    base: str, winner: Winner, exact_minutes_later: int, expected: str
) -> None:
    found = merged(base, B, C, a_rule(winner), exact_minutes_later=exact_minutes_later)

    assert outcome(found) == expected


@pytest.mark.parametrize(
    ("base", "exact", "zoho", "expected"),
    [
        (A, B, A, "nothing"),
        (A, None, A, "exact:=a"),  # it is filled again: the rule is never to leave it empty
        (A, A, None, "zoho:=a"),
        (NEVER_MET, A, None, "zoho:=a"),
        (NEVER_MET, A, B, "nothing"),
    ],
)
def test_fill_when_empty_never_changes_what_is_there(
    base: str, exact: Value, zoho: Value, expected: str
) -> None:
    assert outcome(merged(base, exact, zoho, a_rule(Winner.FILL_EMPTY))) == expected


@pytest.mark.parametrize(
    ("base", "exact", "zoho", "winner", "expected"),
    [
        (A, B, A, Winner.EXACT, "zoho:=b"),
        (A, A, B, Winner.EXACT, "zoho:=a"),  # the mapping says that Zoho follows
        (A, A, B, Winner.ZOHO, "nothing"),  # or that it may keep its own
        (A, A, B, Winner.ASK, "conflict"),
        (A, B, C, Winner.ZOHO, "nothing"),
        (None, None, B, Winner.EXACT, "nothing"),  # what a person typed is not wiped out
        (A, None, B, Winner.EXACT, "zoho:=None"),  # unless it was emptied in Exact since
        (NEVER_MET, None, B, Winner.EXACT, "nothing"),
        (NEVER_MET, None, B, Winner.ASK, "nothing"),
        (NEVER_MET, A, B, Winner.EXACT, "zoho:=a"),
    ],
)
def test_a_mapping_in_one_direction_never_writes_its_source(
    base: str | None, exact: Value, zoho: Value, winner: Winner, expected: str
) -> None:
    rule = a_rule(winner, Direction.TO_ZOHO)

    assert outcome(merged(base, exact, zoho, rule)) == expected


def test_a_disagreement_shows_all_three_values_and_writes_neither_side() -> None:
    found = merged(A, B, C)

    (conflict,) = found.conflicts
    assert (conflict.field, conflict.base, conflict.exact, conflict.zoho) == (NAME, A, B, C)
    assert (found.to_exact, found.to_zoho, found.base) == ({}, {}, {NAME: A})


@pytest.mark.parametrize(("side", "expected"), [(Side.EXACT, "zoho:=b"), (Side.ZOHO, "exact:=c")])
def test_what_a_person_chose_settles_a_disagreement(side: Side, expected: str) -> None:
    found = merged(A, B, C, chosen=Choice(side, exact=B, zoho=C))

    assert outcome(found) == expected
    assert found.base == {NAME: B if side is Side.EXACT else C}


def test_a_choice_does_not_hold_for_a_value_that_the_person_never_saw() -> None:
    found = merged(A, B, "d", chosen=Choice(Side.EXACT, exact=B, zoho=C))

    assert outcome(found) == "conflict"


def test_what_a_side_did_not_show_is_left_alone() -> None:
    found = merge({NAME: A}, Copy({}), Copy({"Account_Name": B}), [a_rule()])

    assert (outcome(found), found.base) == ("nothing", {NAME: A})


def test_a_value_without_a_counterpart_is_named_and_left_alone() -> None:
    rule = FieldRule(
        "Country",
        "Billing_Country",
        transform=Transform.COUNTRY_NAME,
        type=FieldType.COUNTRY,
    )
    base: Base = {rule.name: "BE"}

    found = merge(base, Copy({"Country": "BE "}), Copy({"Billing_Country": "Atlantis"}), [rule])

    assert outcome(found) == "nothing"
    (unreadable,) = found.unreadable
    assert (unreadable.side, unreadable.field) == (Side.ZOHO, rule.name)
    assert unreadable.sentence == "“Atlantis” is no country that we know."
    assert found.base == base


def test_padding_case_of_a_country_and_another_language_are_no_change() -> None:
    rule = FieldRule(
        "Country",
        "Billing_Country",
        transform=Transform.COUNTRY_NAME,
        type=FieldType.COUNTRY,
    )

    found = merge({}, Copy({"Country": "BE "}), Copy({"Billing_Country": "België"}), [rule])

    assert outcome(found) == "nothing"


def test_a_text_that_zoho_cut_does_not_come_back_cut() -> None:
    rule = FieldRule("Name", "Account_Name", winner=Winner.NEWEST, length=5)
    first = merge({}, Copy({"Name": "abcdefgh"}), Copy({"Account_Name": None}), [rule])
    assert first.to_zoho == {"Account_Name": "abcde"}

    again = merge(first.base, Copy({"Name": "abcdefgh"}), Copy(first.to_zoho), [rule])

    assert outcome(again) == "nothing"


def test_a_default_of_exact_does_not_come_back_to_zoho() -> None:
    rule = FieldRule("FirstName", "First_Name", default="-")

    found = merge({}, Copy({"FirstName": "-"}), Copy({"First_Name": None}), [rule])

    assert outcome(found) == "nothing"


def test_a_default_counts_as_nothing_through_a_transform_too() -> None:
    rule = FieldRule(
        "Country",
        "Billing_Country",
        transform=Transform.COUNTRY_NAME,
        type=FieldType.COUNTRY,
        default="BE",
    )

    filled_in = merge({}, Copy({"Country": "BE"}), Copy({"Billing_Country": None}), [rule])
    moved = merge(
        {rule.name: "NL"},
        Copy({"Country": "BE"}),
        Copy({"Billing_Country": "Netherlands"}),
        [rule],
    )

    assert outcome(filled_in) == "nothing"
    assert moved.to_zoho == {"Billing_Country": "Belgium"}


def test_emptying_a_field_that_exact_demands_leaves_its_default_there() -> None:
    rule = FieldRule("FirstName", "First_Name", default="-")
    name = rule.name

    found = merge({name: "Jan"}, Copy({"FirstName": "Jan"}), Copy({"First_Name": ""}), [rule])

    assert found.to_exact == {"FirstName": "-"}


def test_a_template_follows_what_another_mapping_has_just_written() -> None:
    label = FieldRule(
        "",
        "Label",
        Direction.TO_ZOHO,
        Transform.TEMPLATE,
        Winner.EXACT,
        options={"text": "{Name} ({Code})"},
    )
    exact = Copy({"Name": "Dockx", "Code": "  17"})
    zoho = Copy({"Account_Name": "Dockx & Co", "Label": "Dockx (17)"})

    found = merge({NAME: "Dockx", label.name: "Dockx (17)"}, exact, zoho, [label, a_rule()])

    assert found.to_exact == {"Name": "Dockx & Co"}
    assert found.to_zoho == {"Label": "Dockx & Co (17)"}
