"""Which field fills which: one rule for each pair of fields, read in either direction."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sync.rules.zoho.values import FieldType, Value

Values = Mapping[str, Value]


class Direction(StrEnum):
    """Whither a rule carries a value."""

    BOTH = "both"
    TO_ZOHO = "to_zoho"
    TO_EXACT = "to_exact"


class Side(StrEnum):
    """One of the two systems."""

    EXACT = "exact"
    ZOHO = "zoho"

    @property
    def other(self) -> "Side":
        """The system across."""
        return Side.ZOHO if self is Side.EXACT else Side.EXACT


class Winner(StrEnum):
    """Who is right when both sides changed, each in its own way."""

    EXACT = "exact"
    ZOHO = "zoho"
    NEWEST = "newest"  # the record that was modified last
    FILL_EMPTY = "fill_empty"  # nobody: a value is only ever written where there is none
    ASK = "ask"  # a person


class Transform(StrEnum):
    """What happens to a value on its way."""

    NONE = "none"
    TRIM = "trim"
    UPPER = "upper"
    LOWER = "lower"
    TITLE = "title"
    SPLIT_STREET = "split_street"  # options: number_field, Zoho's field of the house number
    COUNTRY_NAME = "country_name"
    PHONE = "phone"  # options: calling_code, of numbers that begin with a single 0
    TABLE = "table"  # options: table, Exact's value → Zoho's
    TEMPLATE = "template"  # options: text, such as "{Name} ({Code})"
    CONSTANT = "constant"  # options: value


PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One pair of fields: how a value crosses, and who wins when both sides changed."""

    exact_field: str  # "" for a template or a constant that fills Zoho
    zoho_field: str  # "" for a template or a constant that fills Exact
    direction: Direction = Direction.BOTH
    transform: Transform = Transform.NONE
    winner: Winner = Winner.NEWEST
    type: FieldType = FieldType.TEXT
    options: Mapping[str, object] = field(default_factory=dict)
    default: Value = None  # for Exact, or for Zoho if the rule fills Zoho alone
    length: int | None = None  # the most letters that both sides hold

    @property
    def name(self) -> str:
        """What its base and its conflicts are kept under."""
        return f"{self.exact_field} = {self.zoho_field}".strip()

    @property
    def exact_fields(self) -> tuple[str, ...]:
        """The properties of Exact that it reads or writes."""
        if self.exact_field:
            return (self.exact_field,)
        return self._placeholders if self.direction is Direction.TO_ZOHO else ()

    @property
    def zoho_fields(self) -> tuple[str, ...]:
        """The fields of Zoho that it reads or writes."""
        if not self.zoho_field:
            return self._placeholders if self.direction is Direction.TO_EXACT else ()
        number = self.options.get("number_field", "")
        if self.transform is Transform.SPLIT_STREET and number:
            return (self.zoho_field, str(number))
        return (self.zoho_field,)

    def fields_of(self, side: Side) -> tuple[str, ...]:
        """The fields of one side."""
        return self.exact_fields if side is Side.EXACT else self.zoho_fields

    def fills(self, side: Side) -> bool:
        """Whether it may write there."""
        away = Direction.TO_EXACT if side is Side.ZOHO else Direction.TO_ZOHO
        return self.direction is not away

    @property
    def _placeholders(self) -> tuple[str, ...]:
        text = str(self.options.get("text", ""))
        return tuple(dict.fromkeys(PLACEHOLDER.findall(text)))
