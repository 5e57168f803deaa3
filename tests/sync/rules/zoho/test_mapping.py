"""Mappings: what a value becomes on its way, and that it comes back as it went."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from sync.rules.zoho.field_rules import Direction, FieldRule, Side, Transform
from sync.rules.zoho.mapping import keyed, to_exact, to_zoho, usable
from sync.rules.zoho.transforms import carried, common
from sync.rules.zoho.values import FieldType, UnreadableError, Value

STREET: dict[str, Any] = {
    "transform": Transform.SPLIT_STREET,
    "options": {"number_field": "Number"},
}
UNITS: dict[str, Any] = {
    "transform": Transform.TABLE,
    "options": {"table": {"pc": "Each", "hour": "Hours"}},
}
COUNTRY: dict[str, Any] = {"transform": Transform.COUNTRY_NAME, "type": FieldType.COUNTRY}
PHONE: dict[str, Any] = {
    "transform": Transform.PHONE,
    "type": FieldType.PHONE,
    "options": {"calling_code": "32"},
}


def a_rule(**more: Any) -> FieldRule:
    return FieldRule("X", "Z", **more)


@pytest.mark.parametrize(
    ("rule", "exact", "zoho"),
    [
        (a_rule(), " Dockx ", {"Z": "Dockx"}),
        (a_rule(transform=Transform.TRIM), "De   Beer ", {"Z": "De Beer"}),
        (a_rule(transform=Transform.UPPER), "be", {"Z": "BE"}),
        (a_rule(transform=Transform.LOWER), "Info@X.be", {"Z": "info@x.be"}),
        (a_rule(transform=Transform.TITLE), "JEAN-PAUL DE BEER", {"Z": "Jean-Paul De Beer"}),
        (a_rule(**STREET), "Mariannelei 12 bus 3", {"Z": "Mariannelei", "Number": "12 bus 3"}),
        (a_rule(**STREET), "12, rue Haute", {"Z": "12, rue Haute", "Number": None}),
        (a_rule(**STREET), "Plein 1940-45 7", {"Z": "Plein", "Number": "1940-45 7"}),
        (a_rule(**COUNTRY), "BE ", {"Z": "Belgium"}),
        (a_rule(**PHONE), "09/223.45.67", {"Z": "+32 9 223.45.67"}),
        (a_rule(**PHONE), "0032 9 223", {"Z": "0032 9 223"}),
        (a_rule(**UNITS), "pc      ", {"Z": "Each"}),
        (a_rule(length=4), "abc def", {"Z": "abc"}),
        (a_rule(type=FieldType.LOOKUP, length=4), "pair 17", {"Z": "pair 17"}),
        (a_rule(type=FieldType.AMOUNT), 12.345, {"Z": Decimal("12.35")}),
        (a_rule(**UNITS), None, {"Z": None}),
    ],
)
def test_a_value_of_exact_becomes_that_of_zoho(
    rule: FieldRule, exact: Value, zoho: dict[str, Value]
) -> None:
    assert carried(rule, {"X": exact}, Side.ZOHO) == zoho


@pytest.mark.parametrize(
    ("rule", "zoho", "exact"),
    [
        (a_rule(**STREET), {"Z": "Mariannelei", "Number": "12"}, "Mariannelei 12"),
        (a_rule(**STREET), {"Z": "Mariannelei", "Number": None}, "Mariannelei"),
        (a_rule(**COUNTRY), {"Z": "België"}, "BE"),
        (a_rule(**UNITS), {"Z": "each"}, "pc"),
    ],
)
def test_a_value_of_zoho_becomes_that_of_exact(
    rule: FieldRule, zoho: dict[str, Value], exact: Value
) -> None:
    assert carried(rule, zoho, Side.EXACT) == {"X": exact}


def test_a_template_is_filled_in_and_a_constant_is_the_same_for_all() -> None:
    label = FieldRule(
        "", "Label", Direction.TO_ZOHO, Transform.TEMPLATE, options={"text": "{Name} ({Code})"}
    )
    source = FieldRule(
        "", "Source", Direction.TO_ZOHO, Transform.CONSTANT, options={"value": "Exact"}
    )

    filled = to_zoho({"Name": "Dockx", "Code": "   17"}, [label, source])
    without_code = to_zoho({"Name": "Dockx", "Code": None}, [label])

    assert filled.values == {"Label": "Dockx (17)", "Source": "Exact"}
    assert without_code.values == {"Label": "Dockx"}
    assert to_zoho({"Name": None, "Code": None}, [label]).values == {}


def test_a_new_record_has_its_defaults_and_nothing_that_is_empty() -> None:
    rules = [
        FieldRule("FirstName", "First_Name", default="-"),
        FieldRule("LastName", "Last_Name"),
        FieldRule("Email", "Email", Direction.TO_ZOHO),
        FieldRule("Phone", "Phone"),
    ]
    person: dict[str, Value] = {"Last_Name": "Peeters", "Email": "a@b.be", "Phone": ""}

    filled = to_exact(person, rules)

    assert filled.values == {"FirstName": "-", "LastName": "Peeters"}


def test_what_cannot_be_carried_over_is_named_and_the_rest_is() -> None:
    filled = to_exact({"Z": "Dozen", "Name": "Pen"}, [a_rule(**UNITS), FieldRule("Name", "Name")])

    assert filled.values == {"Name": "Pen"}
    assert filled.unreadable == [("X = Z", "“Dozen” is not in the mapping's table.")]


def test_look_ups_are_compared_by_the_key_of_their_pair() -> None:
    values: dict[str, Value] = {
        "Account_Name": {"id": "17", "name": "Dockx"},
        "Vendor_Name": {"id": "99", "name": "of no pair"},
        "Parent": None,
        "Phone": "1",
    }

    found = keyed(values, ["Account_Name", "Vendor_Name", "Parent", "absent"], {"17": "pair 3"})

    assert found == {"Account_Name": "pair 3", "Parent": None, "Phone": "1"}


def test_a_rule_of_a_field_that_zoho_lacks_is_not_used() -> None:
    rules = [a_rule(), a_rule(**STREET)]

    assert usable(rules, {"Z"}) == rules[:1]


TEXTS = st.text(alphabet="aÀßi'ŉǆ 07/-+(),.Zé\n", max_size=14)
TWO_WAY = [
    a_rule(),
    a_rule(length=5),
    a_rule(type=FieldType.EMAIL),
    a_rule(type=FieldType.WEBSITE),
    *(a_rule(transform=one) for one in (Transform.TRIM, Transform.UPPER, Transform.LOWER)),
    a_rule(transform=Transform.TITLE),
    a_rule(transform=Transform.TITLE, length=5),
    a_rule(**STREET),
    a_rule(**STREET, length=6),
    a_rule(**PHONE),
    a_rule(**PHONE, length=6),
    a_rule(transform=Transform.PHONE, type=FieldType.PHONE),
]


@pytest.mark.parametrize("rule", TWO_WAY, ids=lambda rule: f"{rule.transform} {rule.length}")
@settings(max_examples=50, deadline=None)
@given(text=TEXTS, number=TEXTS)
def test_what_was_written_is_equal_to_what_it_was_written_from(
    rule: FieldRule, text: str, number: str
) -> None:
    exact: dict[str, Value] = {"X": text}
    zoho: dict[str, Value] = {"Z": text, "Number": number}

    there = carried(rule, exact, Side.ZOHO)
    assert common(rule, there, Side.ZOHO) == common(rule, exact, Side.EXACT)

    back = carried(rule, zoho, Side.EXACT)
    assert common(rule, back, Side.EXACT) == common(rule, zoho, Side.ZOHO)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["BE", "nl ", "France", "Belgien", "x", ""]), st.sampled_from([0, 1]))
def test_codes_and_tables_come_back_too(text: str, which: int) -> None:
    rule = (a_rule(**COUNTRY), a_rule(**UNITS))[which]
    try:
        there = carried(rule, {"X": text}, Side.ZOHO)
    except UnreadableError:
        reject()
    assert common(rule, there, Side.ZOHO) == common(rule, {"X": text}, Side.EXACT)
