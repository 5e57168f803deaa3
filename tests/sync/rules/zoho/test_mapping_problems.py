"""Why a mapping can't work, said before it is saved."""

from dataclasses import replace
from typing import Any

import pytest

from sync.rules.zoho.default_rules import DEFAULT_RULES, default_rules
from sync.rules.zoho.exact_fields import EXACT_FIELDS
from sync.rules.zoho.field_rules import Direction, FieldRule, Side, Transform, Winner
from sync.rules.zoho.mapping_problems import Field, clashes, problems, shortest, warnings
from sync.rules.zoho.modules import MODULES, Module
from sync.rules.zoho.values import FieldType

NAME = Field("Name", length=50)
ZOHO_NAME = Field("Account_Name", length=200, label="Account Name")
AMOUNT = Field("Price", FieldType.AMOUNT)
TO_ZOHO, TO_EXACT = Direction.TO_ZOHO, Direction.TO_EXACT


def a_rule(**more: Any) -> FieldRule:
    return replace(FieldRule("Name", "Account_Name"), **more)


def a_table(rows: dict[str, str], direction: Direction = Direction.BOTH) -> FieldRule:
    return a_rule(transform=Transform.TABLE, options={"table": rows}, direction=direction)


def a_template(text: str, direction: Direction = TO_ZOHO) -> FieldRule:
    exact = "" if direction is TO_ZOHO else "Name"
    zoho = "Account_Name" if direction is not TO_EXACT else ""
    return FieldRule(exact, zoho, direction, Transform.TEMPLATE, options={"text": text})


TWICE = "“Each” stands in the table 2 times"


@pytest.mark.parametrize(
    ("rule", "exact", "zoho", "problem"),
    [
        (a_rule(), None, ZOHO_NAME, "Exact has no field Name in this module."),
        (a_rule(), NAME, None, "Zoho has no field Account_Name in this module."),
        (a_rule(zoho_field=""), NAME, None, "Choose a field of Zoho."),
        (
            a_rule(),
            replace(NAME, writable=False),
            ZOHO_NAME,
            "Exact doesn't let Name be written: turn the direction round.",
        ),
        (
            a_rule(direction=TO_ZOHO),
            NAME,
            replace(ZOHO_NAME, writable=False),
            "Zoho doesn't let Account Name (Account_Name) be written",
        ),
        (a_rule(), AMOUNT, ZOHO_NAME, "Price in Exact is a number, Account Name"),
        (a_rule(transform=Transform.UPPER), AMOUNT, AMOUNT, "it can't be rewritten as text is"),
        (a_rule(), AMOUNT, AMOUNT, "the mapping reads it as text"),
        (
            a_rule(type=FieldType.AMOUNT, default="none"),
            AMOUNT,
            AMOUNT,
            "The default does not fit: “none” is no amount.",
        ),
        (a_template("{Name}", Direction.BOTH), NAME, ZOHO_NAME, "A template can't be read back"),
        (a_template("no field"), None, ZOHO_NAME, "at least one field in braces"),
        (
            a_rule(transform=Transform.CONSTANT, options={"value": "x"}),
            NAME,
            ZOHO_NAME,
            "A fixed value can't be read back",
        ),
        (
            a_rule(transform=Transform.CONSTANT, direction=TO_ZOHO),
            NAME,
            ZOHO_NAME,
            "Write the value that every record gets.",
        ),
        (a_table({}), NAME, ZOHO_NAME, "Fill the table"),
        (a_table({"pc": "Each", "st": "Each"}), NAME, ZOHO_NAME, f"Zoho's {TWICE}"),
        (a_table({"pc": "Each", "PC": "Box"}), NAME, ZOHO_NAME, "Exact's “pc” stands"),
        (
            a_rule(transform=Transform.SPLIT_STREET),
            NAME,
            ZOHO_NAME,
            "Choose the field of Zoho that gets the house number.",
        ),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_in_plain_words(
    rule: FieldRule, exact: Field | None, zoho: Field | None, problem: str
) -> None:
    found = problems(rule, exact, zoho)

    assert len(found) == 1
    assert problem in found[0]


@pytest.mark.parametrize(
    ("rule", "exact", "zoho"),
    [
        (a_rule(), NAME, ZOHO_NAME),
        (a_rule(direction=TO_ZOHO), replace(NAME, writable=False), ZOHO_NAME),
        (a_template("{Name} ({Code})"), None, ZOHO_NAME),
        (a_template("{Account_Name}", TO_EXACT), NAME, None),
        (a_table({"pc": "Each", "st": "Each"}, TO_ZOHO), NAME, ZOHO_NAME),
        (a_table({"1": "Yes"}), AMOUNT, ZOHO_NAME),
    ],
)
def test_a_mapping_that_works_has_no_problem(
    rule: FieldRule, exact: Field | None, zoho: Field | None
) -> None:
    assert problems(rule, exact, zoho) == []


def test_two_mappings_cannot_fill_one_field() -> None:
    other = FieldRule("TradeName", "Account_Name", TO_ZOHO)

    assert problems(a_rule(), NAME, ZOHO_NAME, [other]) == [
        "Account_Name in Zoho is filled by “TradeName = Account_Name” already."
    ]
    assert problems(a_rule(direction=TO_EXACT), NAME, ZOHO_NAME, [other]) == []


def test_mappings_that_fill_each_other_in_a_circle_are_refused() -> None:
    there = a_rule(direction=TO_ZOHO, winner=Winner.EXACT)
    back = FieldRule("Name", "Account_Name", TO_EXACT, winner=Winner.ZOHO)
    both = FieldRule("Code", "Number")
    through_another = [
        FieldRule("", "Number", TO_ZOHO, Transform.TEMPLATE, options={"text": "{Name}"}),
        FieldRule("", "Account_Name", TO_ZOHO, Transform.TEMPLATE, options={"text": "{Code}"}),
    ]

    assert "in a circle" in clashes([there, back])[0]
    assert "in a circle" in clashes([a_rule(), both, *through_another])[0]
    assert clashes([there, both]) == []


@pytest.mark.parametrize(
    ("rule", "exact", "zoho", "warning"),
    [
        (a_rule(), NAME, ZOHO_NAME, "Exact holds 50 letters of Name: the rest is cut."),
        (
            a_rule(direction=TO_EXACT),
            replace(NAME, length=None, mandatory=True),
            ZOHO_NAME,
            "Exact demands Name, Zoho doesn't: records without it wait for a person.",
        ),
    ],
)
def test_what_may_surprise_is_said(
    rule: FieldRule, exact: Field, zoho: Field, warning: str
) -> None:
    (found,) = warnings(rule, exact, zoho)

    assert found.startswith(warning)


def test_what_surprises_nobody_needs_no_warning() -> None:
    demanded = replace(NAME, mandatory=True)

    assert warnings(a_rule(direction=TO_ZOHO), NAME, ZOHO_NAME) == []
    assert warnings(a_rule(default="-", length=50), replace(demanded, length=200), ZOHO_NAME) == []
    assert warnings(a_rule(), None, ZOHO_NAME) == []


def test_the_length_that_both_sides_hold_is_the_shorter() -> None:
    assert shortest(NAME, ZOHO_NAME) == 50
    assert shortest(AMOUNT, None) is None


# --- The mappings that work at once ------------------------------------------------------------


@pytest.mark.parametrize("module", Module)
def test_the_first_mappings_have_no_problem(module: Module) -> None:
    rules = DEFAULT_RULES[module]
    assert rules
    for rule in rules:
        exact = EXACT_FIELDS[module][rule.exact_field]
        zoho = Field(rule.zoho_field, rule.type)
        others = [one for one in rules if one is not rule]

        assert problems(rule, exact, zoho, others) == []
        assert exact.length is None or rule.length is None or rule.length <= exact.length


def test_a_first_mapping_of_a_custom_field_waits_for_the_field() -> None:
    without = default_rules(Module.ACCOUNTS, {"Account_Name", "Phone"})
    with_vat = default_rules(Module.ACCOUNTS, {"Account_Name", "Phone", "VAT_Number"})

    assert [rule.zoho_field for rule in without] == ["Account_Name", "Phone"]
    assert [rule.zoho_field for rule in with_vat] == ["Account_Name", "VAT_Number", "Phone"]


@pytest.mark.parametrize("module", Module)
def test_each_module_names_properties_that_exact_has(module: Module) -> None:
    facts = MODULES[module]
    known = {*EXACT_FIELDS[module], "OrderNumber", "InvoiceNumber"}

    assert facts.exact_name in known
    assert not facts.exact_account or facts.exact_account in known
    assert all(rule.fills(Side.ZOHO) for rule in DEFAULT_RULES[module])
