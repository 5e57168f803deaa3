"""Why a mapping can't work, in the words of the person who edits it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sync.rules.zoho.field_rules import PLACEHOLDER, Direction, FieldRule, Side, Transform
from sync.rules.zoho.rule_order import CircleError, in_order
from sync.rules.zoho.transforms import table_of
from sync.rules.zoho.values import FieldType, UnreadableError, typed


@dataclass(frozen=True, slots=True)
class Field:
    """A property of Exact or a field of Zoho, as its metadata tells it."""

    name: str
    type: FieldType = FieldType.TEXT
    writable: bool = True
    mandatory: bool = False  # a new record is refused without it
    length: int | None = None  # letters
    label: str = ""  # what people call it

    def __str__(self) -> str:
        return f"{self.label} ({self.name})" if self.label else self.name


def problems(
    rule: FieldRule,
    exact_property: Field | None,
    zoho_field: Field | None,
    others: Sequence[FieldRule] = (),
) -> list[str]:
    """Return why a rule can't work; nothing when it can.

    A field is None when its side doesn't have it. `others` are the module's other rules.
    """
    return [sentence for _, sentence in located(rule, exact_property, zoho_field, others)]


def located(
    rule: FieldRule,
    exact_property: Field | None,
    zoho_field: Field | None,
    others: Sequence[FieldRule] = (),
) -> list[tuple[str, str]]:
    """Return the problems of a rule, each with the part of the rule that mends it; "" is all."""
    fields = {Side.EXACT: exact_property, Side.ZOHO: zoho_field}
    found = [*_missing(rule, fields), *_options(rule)]
    if not found:
        found = [
            *_at("direction", _read_only(rule, fields)),
            *_at("transform", _types(rule, fields)),
            *_at("default", _default(rule)),
        ]
    return [*found, *_twice(rule, others), *_at("", clashes([rule, *others]))]


def warnings(rule: FieldRule, exact_property: Field | None, zoho_field: Field | None) -> list[str]:
    """Return what a rule that works may surprise with."""
    if exact_property is None or zoho_field is None:
        return []
    fields = {Side.EXACT: exact_property, Side.ZOHO: zoho_field}
    return [*_too_long(rule, fields), *_demanded(rule, fields)]


def clashes(rules: Sequence[FieldRule]) -> list[str]:
    """Return why rules can't work together: one fills what another one reads, in a circle."""
    try:
        in_order(rules)
    except CircleError as error:
        return [str(error)]
    return []


# --- Each kind of problem ----------------------------------------------------------------------

Fields = Mapping[Side, Field | None]
Located = Iterator[tuple[str, str]]
_SYSTEMS = {Side.EXACT: "Exact", Side.ZOHO: "Zoho"}
_PARTS = {Side.EXACT: "exact_field", Side.ZOHO: "zoho_field"}
_NEITHER_WAY_BACK = {Transform.TEMPLATE: "A template", Transform.CONSTANT: "A fixed value"}


def _at(part: str, sentences: Iterable[str]) -> Located:
    return ((part, sentence) for sentence in sentences)


def _missing(rule: FieldRule, fields: Fields) -> Located:
    for side, name in ((Side.EXACT, rule.exact_field), (Side.ZOHO, rule.zoho_field)):
        without_source = rule.transform in _NEITHER_WAY_BACK and not rule.fills(side)
        if not name and not without_source:
            yield _PARTS[side], f"Choose a field of {_SYSTEMS[side]}."
        elif name and fields[side] is None:
            yield _PARTS[side], f"{_SYSTEMS[side]} has no field {name} in this module."


def _options(rule: FieldRule) -> Located:
    if rule.transform in _NEITHER_WAY_BACK and rule.direction is Direction.BOTH:
        what = _NEITHER_WAY_BACK[rule.transform]
        yield "direction", f"{what} can't be read back: let it fill Zoho or Exact alone."
    if check := _CHECKS.get(rule.transform):
        yield from _at("options", check(rule))


def _template(rule: FieldRule) -> Iterator[str]:
    if not PLACEHOLDER.search(str(rule.options.get("text", ""))):
        yield "Write a template with at least one field in braces, such as {Name} ({Code})."


def _constant(rule: FieldRule) -> Iterator[str]:
    try:
        value = rule.options.get("value")
        if not isinstance(value, str | int | float) or typed(value, rule.type) is None:
            yield "Write the value that every record gets."
    except UnreadableError as error:
        yield str(error)


def _table(rule: FieldRule) -> Iterator[str]:
    table = table_of(rule)
    if not table:
        yield "Fill the table with at least one value of Exact and what Zoho calls it."
    for side, words in ((Side.EXACT, table.keys()), (Side.ZOHO, table.values())):
        if side is Side.ZOHO and not rule.fills(Side.EXACT):
            continue  # it is never read back
        spelt = {word.casefold(): word for word in reversed(list(words))}
        for word, times in Counter(word.casefold() for word in words).items():
            if times > 1:
                yield (
                    f"{_SYSTEMS[side]}'s “{spelt[word]}” stands in the table {times} times: nobody"
                    f" can tell what it is in {_SYSTEMS[side.other]}."
                )


def _split(rule: FieldRule) -> Iterator[str]:
    if not rule.options.get("number_field"):
        yield "Choose the field of Zoho that gets the house number."


_CHECKS: dict[Transform, Callable[[FieldRule], Iterator[str]]] = {
    Transform.TEMPLATE: _template,
    Transform.CONSTANT: _constant,
    Transform.TABLE: _table,
    Transform.SPLIT_STREET: _split,
}


def _read_only(rule: FieldRule, fields: Fields) -> Iterator[str]:
    for side, target in fields.items():
        if target is not None and rule.fills(side) and not target.writable:
            yield f"{_SYSTEMS[side]} doesn't let {target} be written: turn the direction round."


_TEXTUAL, _NUMERIC, _DAYS = "text", "a number", "a date"
_FAMILIES = {
    FieldType.AMOUNT: _NUMERIC,
    FieldType.NUMBER: _NUMERIC,
    FieldType.BOOLEAN: "yes or no",
    FieldType.DATE: _DAYS,
    FieldType.MOMENT: _DAYS,
    FieldType.LOOKUP: "another record",
}


_SHORT = frozenset({FieldType.COUNTRY, FieldType.CHOICE})  # a word of a list


def is_text(kind: FieldType) -> bool:
    """Whether values of this type are words, which a transform can rewrite."""
    return kind not in _FAMILIES


_REWRITES = frozenset({Transform.TABLE, Transform.TEMPLATE, Transform.CONSTANT})
_TEXT_ALONE = frozenset(Transform) - {Transform.NONE, *_REWRITES}


def _types(rule: FieldRule, fields: Fields) -> Iterator[str]:
    exact, zoho = fields[Side.EXACT], fields[Side.ZOHO]
    if exact is None or zoho is None:
        return
    kinds = [_FAMILIES.get(one.type, _TEXTUAL) for one in (exact, zoho)]
    if kinds[0] != kinds[1] and rule.transform not in _REWRITES:
        yield f"{exact} in Exact is {kinds[0]}, {zoho} in Zoho is {kinds[1]}."
    elif rule.transform in _TEXT_ALONE and kinds[0] != _TEXTUAL:
        yield f"{exact} is {kinds[0]}: it can't be rewritten as text is."
    elif rule.transform is Transform.NONE and _FAMILIES.get(rule.type, _TEXTUAL) != kinds[0]:
        yield f"{exact} is {kinds[0]}, but the mapping reads it as {rule.type.value}."


def _default(rule: FieldRule) -> Iterator[str]:
    try:
        typed(rule.default, rule.type)
    except UnreadableError as error:
        yield f"The default does not fit: {error}"


def _twice(rule: FieldRule, others: Sequence[FieldRule]) -> Located:
    for side in Side:
        filled = set(rule.fields_of(side)) if rule.fills(side) else set()
        for other in others:
            for name in sorted(filled & set(other.fields_of(side))):
                if other.fills(side):
                    sentence = f"{name} in {_SYSTEMS[side]} is filled by “{other.name}” already."
                    yield _PARTS[side], sentence


def _too_long(rule: FieldRule, fields: Fields) -> Iterator[str]:
    for side, target in fields.items():
        source = fields[side.other]
        if target is None or source is None or not rule.fills(side) or target.length is None:
            continue
        is_bounded = source.type in _SHORT or not is_text(target.type)
        if not is_bounded and (source.length is None or source.length > target.length):
            yield f"{_SYSTEMS[side]} holds {target.length} letters of {target}: the rest is cut."


def _demanded(rule: FieldRule, fields: Fields) -> Iterator[str]:
    for side, target in fields.items():
        source = fields[side.other]
        if target is None or source is None or not rule.fills(side) or rule.default is not None:
            continue
        if target.mandatory and not source.mandatory:
            yield (
                f"{_SYSTEMS[side]} demands {target}, {_SYSTEMS[side.other]} doesn't: records"
                " without it wait for a person. A default lets them pass."
            )


def shortest(*fields: Field | None) -> int | None:
    """Return the most letters that all these fields hold; None when nothing limits them."""
    return min((one.length for one in fields if one and one.length is not None), default=None)
