"""What happens to a value on its way, and on its way back."""

import re
from collections.abc import Callable, Mapping

from sync.rules.zoho.country_names import country_code, country_name
from sync.rules.zoho.field_rules import PLACEHOLDER, FieldRule, Side, Transform, Values
from sync.rules.zoho.values import FieldType, UnreadableError, Value, canonical, typed

Way = Callable[[tuple[Value, ...], FieldRule], tuple[Value, ...]]
Step = Callable[[str, FieldRule], str]

_TEXTUAL = frozenset(FieldType) - {
    FieldType.AMOUNT,
    FieldType.NUMBER,
    FieldType.BOOLEAN,
    FieldType.DATE,
    FieldType.MOMENT,
    FieldType.LOOKUP,
}


def carried(
    rule: FieldRule, values: Values, to: Side, *, with_default: bool = False
) -> dict[str, Value]:
    """Return what a rule writes on one side, given the values of the other.

    Raises UnreadableError when a value has no counterpart over there.
    """
    to_zoho, to_exact = _WAYS[rule.transform]
    way = to_zoho if to is Side.ZOHO else to_exact
    found = way(tuple(_fit(values.get(name), rule) for name in rule.fields_of(to.other)), rule)
    fitting = [_fit(value, rule) for value in found]
    if with_default and fitting[0] is None and to is default_side(rule):
        fitting[0] = typed(rule.default, rule.type)
    return dict(zip(rule.fields_of(to), fitting, strict=True))


def common(rule: FieldRule, values: Values, of: Side) -> str | None:
    """Return the text under which the values of two sides that say the same are one.

    For a rule in both directions that is what Zoho would hold, and Zoho's own value is read as
    if it had come back from Exact, so that what a transform can't tell apart counts as equal.
    A rule in one direction compares what it would write with what is there. The rule's default
    counts as nothing.

    Raises UnreadableError.
    """
    text = _seen(rule, values, of)
    return None if text is None or text == _default_seen(rule) else text


def _seen(rule: FieldRule, values: Values, of: Side) -> str | None:
    if rule.transform is Transform.NONE:  # most are: the value itself is what both sides share
        return canonical(_fit(values.get(rule.fields_of(of)[0]), rule), rule.type)
    target = Side.EXACT if rule.fills(Side.EXACT) and not rule.fills(Side.ZOHO) else Side.ZOHO
    if of is not target:
        seen = carried(rule, values, target)
    elif rule.fills(of.other):
        seen = carried(rule, carried(rule, values, of.other), target)
    else:
        seen = {name: _fit(values.get(name), rule) for name in rule.fields_of(target)}
    parts = [canonical(seen[name], rule.type) or "" for name in rule.fields_of(target)]
    return "\n".join(parts).strip() or None


def _default_seen(rule: FieldRule) -> str | None:
    """Return the default as both sides would share it, for it comes back transformed as well."""
    if rule.default is None:
        return None
    side = default_side(rule)
    try:
        return _seen(rule, {rule.fields_of(side)[0]: rule.default}, side)
    except UnreadableError:
        return None


def default_side(rule: FieldRule) -> Side:
    """Return the side that the rule's default is for."""
    return Side.EXACT if rule.fills(Side.EXACT) else Side.ZOHO


def _fit(value: Value, rule: FieldRule) -> Value:
    """Return a value as its type has it, no longer than both sides hold."""
    found = typed(value, rule.type)
    if rule.length is None or not isinstance(found, str) or rule.type not in _TEXTUAL:
        return found
    return found[: rule.length].strip() or None


# --- The ways ----------------------------------------------------------------------------------


def _same(values: tuple[Value, ...], rule: FieldRule) -> tuple[Value, ...]:
    return tuple(typed(value, rule.type) for value in values)


def _by_text(step: Step) -> Way:
    """Return the way that changes one text; nothing stays nothing."""

    def way(values: tuple[Value, ...], rule: FieldRule) -> tuple[Value, ...]:
        text = typed(values[0], FieldType.TEXT)
        return (None if text is None else step(str(text), rule),)

    return way


def _titled(text: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda word: _capital(word[0][0]) + word[0][1:], text.lower())


def _capital(letter: str) -> str:
    """Return a letter as a capital, or as it is where that would be two, as of ß."""
    capital = letter.title()
    return capital if len(capital) == 1 else letter


_NUMBER_BEHIND = re.compile(r"^(?P<street>.*?[^\d\s,])[\s,]+(?P<number>\d.*)$", re.DOTALL)


def _split(values: tuple[Value, ...], rule: FieldRule) -> tuple[Value, ...]:
    """Split a line into street and number; a number in front stays where it is."""
    text = typed(values[0], FieldType.TEXT)
    if len(rule.zoho_fields) == 1 or text is None:
        return (text, *(None for _ in rule.zoho_fields[1:]))
    found = _NUMBER_BEHIND.match(str(text))
    return (found["street"], found["number"]) if found else (text, None)


def _joined(values: tuple[Value, ...], rule: FieldRule) -> tuple[Value, ...]:
    parts = (typed(value, FieldType.TEXT) for value in values)
    return (" ".join(str(part) for part in parts if part) or None,)


def _named(text: str, rule: FieldRule) -> str:
    if name := country_name(text):
        return name
    raise UnreadableError(f"“{text}” is no country that we know.")


def _coded(text: str, rule: FieldRule) -> str:
    if code := country_code(text):
        return code
    raise UnreadableError(f"“{text}” is no country that we know.")


_NOT_IN_A_PHONE = re.compile(r"[^\w+\-. ;#,()]|_")  # what Zoho refuses


def _dialled(text: str, rule: FieldRule) -> str:
    """Write a number so that Zoho takes it, and with its country if the rule knows which."""
    number = " ".join(_NOT_IN_A_PHONE.sub(" ", text).split())
    calling_code = str(rule.options.get("calling_code", ""))
    if calling_code and re.match(r"0(?!0)", number):
        return f"+{calling_code} {number[1:].strip()}"
    return number


def table_of(rule: FieldRule) -> dict[str, str]:
    """Return the rule's table, Exact's value → Zoho's."""
    table = rule.options.get("table")
    rows = table.items() if isinstance(table, Mapping) else ()
    return {str(exact).strip(): str(zoho).strip() for exact, zoho in rows}


def _looked_up(text: str, rule: FieldRule) -> str:
    return _in_table(text, table_of(rule))


def _looked_up_back(text: str, rule: FieldRule) -> str:
    return _in_table(text, {zoho: exact for exact, zoho in table_of(rule).items()})


def _in_table(text: str, table: Mapping[str, str]) -> str:
    found = {key.casefold(): value for key, value in table.items()}.get(text.casefold())
    if found is None:
        raise UnreadableError(f"“{text}” is not in the mapping's table.")
    return found


def _filled_in(values: tuple[Value, ...], rule: FieldRule) -> tuple[Value, ...]:
    """Fill a template in; without any of its values it says nothing."""
    names = tuple(dict.fromkeys(PLACEHOLDER.findall(str(rule.options.get("text", "")))))
    known = dict(zip(names, (typed(value, FieldType.TEXT) or "" for value in values), strict=True))
    if not any(known.values()):
        return (None,)
    text = PLACEHOLDER.sub(lambda name: str(known[name[1]]), str(rule.options["text"]))
    return (re.sub(r"\(\s*\)", "", text).strip(),)


def _constant(values: tuple[Value, ...], rule: FieldRule) -> tuple[Value, ...]:
    value = rule.options.get("value")
    return (value if isinstance(value, str | int | float | bool) else None,)


# To Zoho, and back. The law of a pair that works in both directions: there, back and there again
# is there. So what a transform can't tell apart is equal, and our own writes never echo.
_WAYS: dict[Transform, tuple[Way, Way]] = {
    Transform.NONE: (_same, _same),
    Transform.TRIM: (_by_text(lambda text, _: " ".join(text.split())),) * 2,
    Transform.UPPER: (_by_text(lambda text, _: text.upper()),) * 2,
    Transform.LOWER: (_by_text(lambda text, _: text.lower()),) * 2,
    Transform.TITLE: (_by_text(lambda text, _: _titled(text)),) * 2,
    Transform.SPLIT_STREET: (_split, _joined),
    Transform.COUNTRY_NAME: (_by_text(_named), _by_text(_coded)),
    Transform.PHONE: (_by_text(_dialled),) * 2,
    Transform.TABLE: (_by_text(_looked_up), _by_text(_looked_up_back)),
    Transform.TEMPLATE: (_filled_in, _filled_in),
    Transform.CONSTANT: (_constant, _constant),
}
